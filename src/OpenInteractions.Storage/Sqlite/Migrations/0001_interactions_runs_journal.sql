-- Times are unix milliseconds. JSON and SSE frames are kept as the bytes that the wire shows.

-- What is known of a turn without its content: small rows, because the status changes and lists read them.
CREATE TABLE interactions (
    number           INTEGER PRIMARY KEY,
    id               TEXT NOT NULL,
    project          TEXT NOT NULL,
    status           TEXT NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    depth            INTEGER NOT NULL,
    chain_modalities INTEGER NOT NULL,
    is_background    INTEGER NOT NULL,
    has_gap          INTEGER NOT NULL,
    has_journal      INTEGER NOT NULL,
    service_tier     TEXT NOT NULL,
    model            TEXT,
    agent            TEXT,
    previous_id      TEXT,
    root_id          TEXT, -- null when the turn is its own root
    settings         BLOB NOT NULL,
    usage            BLOB,
    errors           BLOB,
    pending_calls    BLOB
) STRICT;

-- The only index that every turn is in: nobody asks for a turn without its project.
CREATE UNIQUE INDEX interactions_by_project ON interactions (project, id);
-- Turns without a parent, the most frequent kind, are in none of the following.
CREATE INDEX interactions_by_previous ON interactions (previous_id, id) WHERE previous_id IS NOT NULL;
CREATE INDEX interactions_by_root ON interactions (root_id, id) WHERE root_id IS NOT NULL;
CREATE INDEX interactions_unfinished ON interactions (project, id) WHERE status IN ('queued', 'in_progress');

-- The content of a turn, apart from its row so that a change of status does not write megabytes again.
CREATE TABLE contents (
    interaction     INTEGER PRIMARY KEY,
    input           BLOB NOT NULL,
    output          BLOB,
    provider_states BLOB
) STRICT;

CREATE TABLE labels (
    interaction INTEGER NOT NULL,
    key         TEXT NOT NULL,
    value       TEXT NOT NULL,
    project     TEXT NOT NULL,
    id          TEXT NOT NULL, -- the interaction's, so that a list by label comes in order
    PRIMARY KEY (interaction, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX labels_by_value ON labels (project, key, value, id);

-- Runs that have not ended. The row outlives a deleted interaction until its owner notices.
CREATE TABLE runs (
    number           INTEGER PRIMARY KEY,
    id               TEXT NOT NULL UNIQUE,
    project          TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('queued', 'running')),
    priority         INTEGER NOT NULL,
    queued_at        INTEGER NOT NULL,
    deadline         INTEGER NOT NULL,
    owner            TEXT,
    epoch            INTEGER NOT NULL,
    lease_until      INTEGER NOT NULL,
    take_overs       INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL
) STRICT;

CREATE INDEX runs_queued ON runs (priority, queued_at, id) WHERE state = 'queued';
CREATE INDEX runs_running ON runs (lease_until) WHERE state = 'running';
CREATE INDEX runs_to_cancel ON runs (id) WHERE cancel_requested = 1;

-- Apart from the run's row, which every renewal of the lease writes again.
CREATE TABLE run_requests (
    run     INTEGER PRIMARY KEY,
    request BLOB NOT NULL
) STRICT;

CREATE TABLE journal (
    interaction   INTEGER NOT NULL,
    epoch         INTEGER NOT NULL,
    first_number  INTEGER NOT NULL,
    last_number   INTEGER NOT NULL,
    is_compressed INTEGER NOT NULL,
    frames        BLOB NOT NULL,
    checkpoint    BLOB
) STRICT;

-- By the last number and not the first: "what follows event n" is then one step down the index, however long the stream is.
CREATE UNIQUE INDEX journal_by_position ON journal (interaction, epoch, last_number);

-- Written by the readiness check: a disk that takes no more writes is found before a caller's request finds it.
CREATE TABLE liveness (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    checked_at INTEGER NOT NULL
) STRICT;
