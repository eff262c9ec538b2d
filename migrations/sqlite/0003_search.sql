-- Derived: what calendars and events are found by (R24). A document is an event in one of its
-- calendars, or a calendar itself.
CREATE TABLE search_doc (
    doc INTEGER NOT NULL PRIMARY KEY,
    calendar UUID NOT NULL,
    event UUID,
    starts_ms BIGINT NOT NULL,
    ends_ms BIGINT NOT NULL,
    longest_ms BIGINT NOT NULL,
    repeats BOOLEAN NOT NULL
);
CREATE INDEX search_doc_event ON search_doc (event);
CREATE INDEX search_doc_calendar ON search_doc (calendar);

-- Terms are made by our own analyser: here they are only told apart.
CREATE VIRTUAL TABLE search_text USING fts5 (
    terms,
    content = '',
    contentless_delete = 1,
    detail = none,
    tokenize = "ascii tokenchars '-_'",
    prefix = '2 3'
);

-- The same for documents with negative numbers: calendars, and events that may be to come long
-- after they began. They are few and always looked through (store/src/search/numbers.rs).
CREATE VIRTUAL TABLE search_late USING fts5 (
    terms,
    content = '',
    contentless_delete = 1,
    detail = none,
    tokenize = "ascii tokenchars '-_'",
    prefix = '2 3'
);

-- Words that a mistyped one is compared with. They stay when their event goes, until the index is
-- made anew.
CREATE TABLE search_word (
    id INTEGER NOT NULL PRIMARY KEY,
    word TEXT NOT NULL UNIQUE
);
