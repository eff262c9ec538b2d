-- Who works on a proposal, and how it ended.
ALTER TABLE proposal ADD COLUMN author TEXT;
ALTER TABLE proposal ADD COLUMN lease_by TEXT;
ALTER TABLE proposal ADD COLUMN lease_until_ms BIGINT;
ALTER TABLE proposal ADD COLUMN decided_by TEXT;
ALTER TABLE proposal ADD COLUMN decided_ms BIGINT;
-- One of the stock reasons, and what the proposer is told besides.
ALTER TABLE proposal ADD COLUMN reason TEXT;
ALTER TABLE proposal ADD COLUMN reply TEXT;
-- How many people proposed the same, and how far the first of them is trusted.
ALTER TABLE proposal ADD COLUMN reports BIGINT NOT NULL DEFAULT 0;
-- The version of the event that accepting it made.
ALTER TABLE proposal ADD COLUMN published_version BIGINT;
-- Proposals that came in one burst are decided as one.
ALTER TABLE proposal ADD COLUMN burst UUID;
-- What it does to its event besides changing fields: 'publish', 'remove', 'restore'.
ALTER TABLE proposal ADD COLUMN act TEXT NOT NULL DEFAULT 'publish';
-- Counts how often it was amended, so that nobody amends what they have not seen.
ALTER TABLE proposal ADD COLUMN edition BIGINT NOT NULL DEFAULT 1;
-- What was published as one is taken back as one.
ALTER TABLE proposal ADD COLUMN batch UUID;
-- The decided proposal that this one takes back.
ALTER TABLE proposal ADD COLUMN undoes UUID;
-- The proposal that this one was gathered into.
ALTER TABLE proposal ADD COLUMN merged_into UUID;
-- The queue is read by pages, oldest first.
DROP INDEX proposal_state;
CREATE INDEX proposal_queue ON proposal (state, created_ms, id);
CREATE INDEX proposal_decided ON proposal (decided_ms) WHERE decided_ms IS NOT NULL;
CREATE INDEX proposal_batch ON proposal (batch) WHERE batch IS NOT NULL;
CREATE INDEX proposal_undoes ON proposal (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX proposal_burst ON proposal (burst, created_ms, id) WHERE burst IS NOT NULL;
CREATE INDEX proposal_due ON proposal (due_ms, id) WHERE due_ms IS NOT NULL;
CREATE INDEX proposal_event ON proposal (event) WHERE event IS NOT NULL;

-- Who did what. Never changed, never deleted with what it tells of.
CREATE TABLE audit (
    id UUID NOT NULL PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    -- The person, or a word for who is none: 'system', 'reporter', 'operator'.
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    calendar UUID,
    event UUID,
    proposal UUID,
    person UUID,
    -- JSON that only the program reads.
    detail TEXT
);
CREATE INDEX audit_at ON audit (at_ms, id);
CREATE INDEX audit_event ON audit (event) WHERE event IS NOT NULL;

-- Events that belong together: what was suspended and what resumes it, the opening of a sale and the
-- concert, two games of one day.
CREATE TABLE event_link (
    a UUID NOT NULL REFERENCES event (id),
    b UUID NOT NULL REFERENCES event (id),
    kind TEXT NOT NULL,
    PRIMARY KEY (a, b, kind)
);
CREATE INDEX event_link_b ON event_link (b);

-- What else editors set for a calendar, as JSON that only the program reads; NULL is the default of all.
ALTER TABLE calendar ADD COLUMN upkeep TEXT;
