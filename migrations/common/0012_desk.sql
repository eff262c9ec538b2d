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
CREATE INDEX proposal_burst ON proposal (burst) WHERE burst IS NOT NULL;
CREATE INDEX proposal_due ON proposal (due_ms) WHERE due_ms IS NOT NULL;
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
