-- Environments: each has its disk on one host. A deleted one keeps its row, and its slot, until the host has removed the disk.
CREATE TABLE environments (
    number           INTEGER PRIMARY KEY AUTOINCREMENT,
    project          TEXT NOT NULL,
    id               TEXT NOT NULL,
    host             TEXT NOT NULL,
    slot             INTEGER NOT NULL, -- which uid its commands have there
    state            TEXT NOT NULL CHECK (state IN ('pending', 'ready', 'failed', 'deleted')),
    failure          TEXT,
    chain_id         TEXT, -- of the conversation whose code it runs; null when it was asked for by itself
    forked_from      TEXT,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    last_accessed_at INTEGER NOT NULL,
    generation       INTEGER NOT NULL,
    file_count       INTEGER NOT NULL,
    size_bytes       INTEGER NOT NULL,
    shown            BLOB, -- what reads show; null when it is deleted
    sealed           BLOB  -- all that was asked for; null when it is deleted
) STRICT;

CREATE UNIQUE INDEX environments_by_project ON environments (project, id);
CREATE UNIQUE INDEX environments_by_slot ON environments (host, slot);
CREATE INDEX environments_of_host ON environments (host, number);
CREATE INDEX environments_listed ON environments (project, number) WHERE chain_id IS NULL AND state <> 'deleted';
CREATE UNIQUE INDEX environments_of_chain ON environments (project, chain_id) WHERE chain_id IS NOT NULL AND state <> 'deleted';

-- What callers entrust to the server.
CREATE TABLE credentials (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    project       TEXT NOT NULL,
    id            TEXT NOT NULL,
    type          TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('active', 'revoked')),
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    version       INTEGER NOT NULL, -- grows with each change of what is sealed
    refresh_until INTEGER NOT NULL, -- until when somebody may be fetching a new access token; 0 when nobody is
    sealed        BLOB NOT NULL -- everything else, the secret included
) STRICT;

CREATE UNIQUE INDEX credentials_by_project ON credentials (project, id);
CREATE INDEX credentials_in_order ON credentials (project, number);

-- Definitions of agents. Each change is a version of its own; the row names the one that holds.
CREATE TABLE agents (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    project    TEXT NOT NULL,
    id         TEXT NOT NULL,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX agents_by_project ON agents (project, id);
CREATE INDEX agents_in_order ON agents (project, number);

CREATE TABLE agent_versions (
    agent      INTEGER NOT NULL, -- its number
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    sealed     BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX agent_versions_by_agent ON agent_versions (agent, version);
