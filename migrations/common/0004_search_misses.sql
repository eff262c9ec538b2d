-- What people looked for and did not find: text and day only, nothing about who.
CREATE TABLE search_miss (
    day TEXT NOT NULL,
    query TEXT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (day, query)
);
