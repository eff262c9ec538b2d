-- Derived: when each event takes place, once for every calendar it stands in, all past and three
-- years ahead. Every list is a range of one of the indexes (docs/decisions/0012).
DROP INDEX occurrence_starts;
ALTER TABLE occurrence RENAME TO occurrence_before;

CREATE TABLE occurrence (
    calendar UUID NOT NULL,
    event UUID NOT NULL,
    ordinal BIGINT NOT NULL,
    recurrence_id TEXT,
    starts_ms BIGINT NOT NULL,
    ends_ms BIGINT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    -- The calendar's category; NULL while the calendar is withdrawn, which lists it nowhere.
    category TEXT,
    -- Longer than eight days.
    lasting BOOLEAN NOT NULL,
    -- An opening or a deadline.
    opens BOOLEAN NOT NULL,
    PRIMARY KEY (calendar, starts_ms, event, ordinal),
    FOREIGN KEY (calendar, event) REFERENCES placement (calendar, event)
);

INSERT INTO occurrence (calendar, event, ordinal, recurrence_id, starts_ms, ends_ms, first_day,
    last_day, category, lasting, opens)
SELECT p.calendar, o.event, o.ordinal, o.recurrence_id, o.starts_ms, o.ends_ms, o.first_day,
    o.last_day, CASE WHEN c.visibility = 'public' THEN c.category END,
    o.ends_ms - o.starts_ms > 691200000, FALSE
FROM occurrence_before o
JOIN placement p ON p.event = o.event
JOIN calendar c ON c.id = p.calendar;

-- Which of them are openings only the program can tell: it does at its next start.
DROP TABLE occurrence_before;

CREATE INDEX occurrence_event ON occurrence (event, calendar);
CREATE INDEX occurrence_starts ON occurrence (starts_ms, event, ordinal, ends_ms)
    WHERE category IS NOT NULL;
CREATE INDEX occurrence_category ON occurrence (category, starts_ms, event, ordinal, ends_ms);
-- Most of what lasts long ends in the future and has not begun: told apart within the index.
CREATE INDEX occurrence_lasting
    ON occurrence (ends_ms, starts_ms, event, ordinal, calendar, recurrence_id)
    WHERE lasting = TRUE AND category IS NOT NULL;
CREATE INDEX occurrence_calendar_lasting ON occurrence (calendar, ends_ms) WHERE lasting = TRUE;
CREATE INDEX occurrence_category_lasting
    ON occurrence (category, ends_ms, starts_ms, event, ordinal, calendar, recurrence_id)
    WHERE lasting = TRUE;
CREATE INDEX occurrence_opens ON occurrence (starts_ms, event, ordinal) WHERE opens = TRUE;

CREATE INDEX calendar_position ON calendar (position, id, revision);
CREATE INDEX calendar_category ON calendar (category, visibility, position, id);
CREATE INDEX calendar_created ON calendar (created_ms, id) WHERE visibility = 'public';
CREATE INDEX calendar_name_calendar ON calendar_name (calendar);

DROP INDEX placement_event;
CREATE INDEX placement_event ON placement (event, calendar);
