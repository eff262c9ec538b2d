-- Facts about this database that are no schedule: its lineage, the time-zone data it was derived with.
CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE category (
    slug TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    position BIGINT NOT NULL
);

CREATE TABLE calendar (
    id UUID NOT NULL PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    slug TEXT NOT NULL UNIQUE,
    category TEXT NOT NULL REFERENCES category (slug),
    position BIGINT NOT NULL,
    profile TEXT NOT NULL,
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'withdrawn')),
    revision BIGINT NOT NULL,
    log_floor BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL,
    as_of TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);

-- Every short name that a calendar has or ever had: a rename breaks nobody, no name is used twice.
CREATE TABLE calendar_name (
    name TEXT NOT NULL PRIMARY KEY,
    calendar UUID NOT NULL REFERENCES calendar (id)
);

CREATE TABLE source (
    id UUID NOT NULL PRIMARY KEY,
    calendar UUID NOT NULL REFERENCES calendar (id),
    name TEXT NOT NULL,
    seen_ms BIGINT NOT NULL,
    UNIQUE (calendar, name)
);

-- The current version of each published event, whole. What it replaced is in event_history.
CREATE TABLE event (
    id UUID NOT NULL PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    uid TEXT NOT NULL,
    version BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    repeats BOOLEAN NOT NULL,
    source UUID,
    created_ms BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL,
    removed_ms BIGINT
);
CREATE INDEX event_repeats ON event (repeats, id);
CREATE INDEX event_removed ON event (removed_ms) WHERE removed_ms IS NOT NULL;

CREATE TABLE event_history (
    event UUID NOT NULL REFERENCES event (id),
    version BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    source UUID,
    modified_ms BIGINT NOT NULL,
    PRIMARY KEY (event, version)
);

CREATE TABLE placement (
    calendar UUID NOT NULL REFERENCES calendar (id),
    event UUID NOT NULL REFERENCES event (id),
    uid TEXT NOT NULL,
    PRIMARY KEY (calendar, event),
    UNIQUE (calendar, uid)
);
CREATE INDEX placement_event ON placement (event);

CREATE TABLE change (
    calendar UUID NOT NULL REFERENCES calendar (id),
    revision BIGINT NOT NULL,
    event UUID NOT NULL REFERENCES event (id),
    kind TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (calendar, revision, event)
);

-- Derived: when each event takes place, all past and three years ahead.
CREATE TABLE occurrence (
    event UUID NOT NULL REFERENCES event (id),
    ordinal BIGINT NOT NULL,
    recurrence_id TEXT,
    starts_ms BIGINT NOT NULL,
    ends_ms BIGINT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    PRIMARY KEY (event, ordinal)
);
CREATE INDEX occurrence_starts ON occurrence (starts_ms, event);

CREATE TABLE event_source (
    source UUID NOT NULL REFERENCES source (id),
    source_uid TEXT NOT NULL,
    event UUID NOT NULL REFERENCES event (id),
    digest BYTEA NOT NULL,
    PRIMARY KEY (source, source_uid)
);
CREATE INDEX event_source_event ON event_source (event);

CREATE TABLE pin (
    event UUID NOT NULL REFERENCES event (id),
    field TEXT NOT NULL,
    overruled TEXT NOT NULL,
    conflict TEXT,
    PRIMARY KEY (event, field)
);

CREATE TABLE proposal (
    id UUID NOT NULL PRIMARY KEY,
    calendar UUID NOT NULL REFERENCES calendar (id),
    event UUID REFERENCES event (id),
    base_version BIGINT,
    origin TEXT NOT NULL,
    state TEXT NOT NULL,
    aim TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    due_ms BIGINT
);
CREATE INDEX proposal_state ON proposal (state, created_ms);
