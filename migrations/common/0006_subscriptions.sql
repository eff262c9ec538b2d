-- One person's calendar: a recipe under a manage key, read under any number of addresses. Keys and
-- addresses are kept as digests: who reads the database cannot read anybody's calendar with them.
CREATE TABLE subscription (
    id UUID NOT NULL PRIMARY KEY,
    manage_digest BYTEA NOT NULL UNIQUE,
    -- Signs the links inside the entries; another one after every rotation.
    link_key BYTEA NOT NULL,
    recipe TEXT NOT NULL,
    revision BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL,
    created_ms BIGINT NOT NULL
);

CREATE TABLE subscription_address (
    id UUID NOT NULL PRIMARY KEY,
    subscription UUID NOT NULL REFERENCES subscription (id),
    digest BYTEA NOT NULL UNIQUE,
    label TEXT NOT NULL,
    -- Whether its entries carry the person's own links ("not this one"): not for friends.
    own BOOLEAN NOT NULL,
    created_ms BIGINT NOT NULL,
    -- What was last fetched under it, and when.
    fetched_ms BIGINT,
    fetched TEXT
);
CREATE INDEX subscription_address_of ON subscription_address (subscription, created_ms, id);
