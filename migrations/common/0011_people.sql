-- People who sign in. Nobody is ever deleted: the audit log tells of them.
CREATE TABLE person (
    id UUID NOT NULL PRIMARY KEY,
    -- In lower case.
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    -- Short name of the organisation that a partner stands for.
    organisation TEXT,
    -- Argon2id in PHC form; none before the first is chosen.
    password TEXT,
    totp_secret BYTEA,
    -- The last step whose code was taken: a code counts once.
    totp_step BIGINT,
    disabled BOOLEAN NOT NULL,
    created_ms BIGINT NOT NULL
);

CREATE TABLE passkey (
    id UUID NOT NULL PRIMARY KEY,
    person UUID NOT NULL REFERENCES person (id),
    -- The authenticator's own id for it.
    credential BYTEA NOT NULL UNIQUE,
    label TEXT NOT NULL,
    -- JSON that only the program reads: the public key and its counter.
    passkey TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    used_ms BIGINT
);
CREATE INDEX passkey_of ON passkey (person, created_ms, id);

-- Each opens the second factor once. Random, so that a plain digest will do.
CREATE TABLE recovery_code (
    person UUID NOT NULL REFERENCES person (id),
    digest BYTEA NOT NULL,
    PRIMARY KEY (person, digest)
);

-- One browser in which somebody is signed in, or half signed in.
CREATE TABLE session (
    id UUID NOT NULL PRIMARY KEY,
    -- Of the 256 random bits in the cookie.
    digest BYTEA NOT NULL UNIQUE,
    person UUID NOT NULL REFERENCES person (id),
    -- 'full' or 'second_factor_owed'.
    state TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    -- A few words on the browser, for the list of where somebody is signed in.
    agent TEXT NOT NULL,
    -- JSON that only the program reads: what a passkey or a set-up under way must answer.
    ceremony TEXT
);
CREATE INDEX session_of ON session (person, seen_ms, id);
CREATE INDEX session_expires ON session (expires_ms);

-- Sent by mail or printed; good for one use.
CREATE TABLE one_time_link (
    digest BYTEA NOT NULL PRIMARY KEY,
    -- None where the first administrator is still to come.
    person UUID REFERENCES person (id),
    -- 'set_up', 'invitation', 'reset' or 'sign_in'.
    purpose TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    used_ms BIGINT
);
CREATE INDEX one_time_link_of ON one_time_link (person);
CREATE INDEX one_time_link_expires ON one_time_link (expires_ms);

-- How often somebody guessed wrongly, by a digest of the account's address or of the network: kept
-- here, because several servers share one database.
CREATE TABLE sign_in_failure (
    subject BYTEA NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_ms BIGINT NOT NULL
);
CREATE INDEX sign_in_failure_last ON sign_in_failure (last_ms);
