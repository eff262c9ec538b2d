-- How often a feed was fetched on a day (UTC), and about by how many. Nothing about who
-- (docs/decisions/0019).
CREATE TABLE feed_day (
    -- No foreign key: its look at the calendar would make counting wait for imports on PostgreSQL.
    calendar UUID NOT NULL,
    day TEXT NOT NULL,
    family TEXT NOT NULL,
    fetches BIGINT NOT NULL,
    -- While the day lasts; NULL where visitors cannot be told.
    sketch BYTEA,
    -- The sketch's estimate, once the day is over.
    visitors BIGINT,
    PRIMARY KEY (calendar, day, family)
);
CREATE INDEX feed_day_of ON feed_day (day, calendar, family);
CREATE INDEX feed_day_open ON feed_day (day, calendar, family) WHERE sketch IS NOT NULL;

-- What visitors are hashed with on a day, the same on all nodes; deleted when the day is over.
CREATE TABLE count_salt (
    day TEXT NOT NULL PRIMARY KEY,
    salt BYTEA NOT NULL
);
