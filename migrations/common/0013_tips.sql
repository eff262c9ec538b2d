-- Images that strangers sent, written anew: at most 1 MB each. The same picture is kept once.
CREATE TABLE upload (
    id UUID NOT NULL PRIMARY KEY,
    digest BYTEA NOT NULL UNIQUE,
    media_type TEXT NOT NULL,
    bytes BYTEA NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    created_ms BIGINT NOT NULL
);
CREATE INDEX upload_created ON upload (created_ms);

-- Calendars that people wish for. Equal wishes gather while they are open; others see them only
-- once the desk has listed them.
CREATE TABLE calendar_request (
    id UUID NOT NULL PRIMARY KEY,
    -- The title as wishes are compared.
    key TEXT NOT NULL,
    title TEXT NOT NULL,
    note TEXT,
    -- How many people wish for it.
    seconds BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'listed', 'made', 'declined')),
    -- The calendar that came of it, and what the desk says.
    calendar UUID REFERENCES calendar (id),
    answer TEXT,
    created_ms BIGINT NOT NULL,
    answered_ms BIGINT
);
CREATE UNIQUE INDEX calendar_request_open ON calendar_request (key)
    WHERE state IN ('waiting', 'listed');
CREATE INDEX calendar_request_state ON calendar_request (state, seconds);

-- Who seconded a wish: a hash that says nothing about anybody, and is another one on each wish.
CREATE TABLE calendar_second (
    request UUID NOT NULL REFERENCES calendar_request (id),
    voter BYTEA NOT NULL,
    PRIMARY KEY (request, voter)
);

-- What one reader told. Several tips may stand behind one proposal.
CREATE TABLE tip (
    id UUID NOT NULL PRIMARY KEY,
    -- Digest of the secret in the address of the reporter's own page.
    receipt BYTEA NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    proposal UUID REFERENCES proposal (id),
    request UUID REFERENCES calendar_request (id),
    -- Which date of a series.
    instance TEXT,
    -- As it was sent, to be shown and amended: JSON.
    changes TEXT NOT NULL,
    lang TEXT NOT NULL,
    note TEXT,
    evidence_url TEXT,
    upload UUID REFERENCES upload (id),
    -- Stands for the sender's network on that one day.
    network BYTEA NOT NULL,
    trust BIGINT NOT NULL,
    score BIGINT NOT NULL,
    -- Fingerprints of its words and of the first host that it links to.
    shape BIGINT NOT NULL,
    host BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    amended_ms BIGINT,
    withdrawn_ms BIGINT,
    -- When its outcome was counted in the reporter's browser.
    credited_ms BIGINT
);
CREATE INDEX tip_created ON tip (created_ms, id);
CREATE INDEX tip_network ON tip (network);
CREATE INDEX tip_proposal ON tip (proposal) WHERE proposal IS NOT NULL;
CREATE INDEX tip_request ON tip (request) WHERE request IS NOT NULL;
CREATE INDEX tip_upload ON tip (upload) WHERE upload IS NOT NULL;

-- The open proposal that further tips of the same content join.
CREATE TABLE tip_group (
    digest BYTEA NOT NULL PRIMARY KEY,
    proposal UUID NOT NULL
);

-- Challenges that were used, until they expire.
CREATE TABLE used_challenge (
    digest BYTEA NOT NULL PRIMARY KEY,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX used_challenge_expires ON used_challenge (expires_ms);
