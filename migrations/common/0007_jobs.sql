-- Background work. Whoever works on a row holds its lease; each taking raises the fence, and only the
-- fence's holder may finish (docs/decisions/0018).
CREATE TABLE job (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    -- When it is due; NULL while it is worked on and nobody has asked for it again.
    run_at_ms BIGINT,
    -- Until when it is held; NULL while nobody holds it.
    lease_until_ms BIGINT,
    holder TEXT,
    fence BIGINT NOT NULL,
    -- Takings since it last ended well.
    attempts BIGINT NOT NULL,
    started_ms BIGINT,
    finished_ms BIGINT,
    -- Why the last try failed; NULL after one that ended well.
    failure TEXT,
    PRIMARY KEY (kind, key)
);
