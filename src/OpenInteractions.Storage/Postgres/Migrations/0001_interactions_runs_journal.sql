-- Times are unix milliseconds. JSON and SSE frames are kept as the bytes that the wire shows. Text compares byte by byte, as ids must.

-- The one clock that leases, the order of the queue and the times of claims are told by: the database's, not that of a node.
CREATE FUNCTION oi_now() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT floor(extract(epoch FROM now()) * 1000)::bigint $$;

-- A turn with its content: what is long is kept out of the row by the database itself, and not written again when only the status changes.
CREATE TABLE interactions (
    id               text COLLATE "C" NOT NULL,
    project          text COLLATE "C" NOT NULL,
    status           text COLLATE "C" NOT NULL,
    created_at       bigint NOT NULL,
    updated_at       bigint NOT NULL,
    depth            integer NOT NULL,
    chain_modalities integer NOT NULL,
    is_background    boolean NOT NULL,
    has_gap          boolean NOT NULL,
    has_journal      boolean NOT NULL,
    service_tier     text COLLATE "C" NOT NULL,
    model            text COLLATE "C",
    agent            text COLLATE "C",
    previous_id      text COLLATE "C",
    root_id          text COLLATE "C", -- null when the turn is its own root
    settings         bytea NOT NULL,
    usage            bytea,
    errors           bytea,
    pending_calls    bytea,
    input            bytea NOT NULL,
    output           bytea,
    provider_states  bytea,
    PRIMARY KEY (project, id)
);

-- For expiry, which looks for the oldest of all projects.
CREATE INDEX interactions_by_age ON interactions (id, project);
-- Turns without a parent, the most frequent kind, are in none of the following.
CREATE INDEX interactions_by_previous ON interactions (previous_id, id) WHERE previous_id IS NOT NULL;
CREATE INDEX interactions_by_root ON interactions (root_id, id) WHERE root_id IS NOT NULL;
CREATE INDEX interactions_unfinished ON interactions (project, id) WHERE status IN ('queued', 'in_progress');

CREATE TABLE labels (
    id      text COLLATE "C" NOT NULL, -- the interaction's
    key     text COLLATE "C" NOT NULL,
    value   text COLLATE "C" NOT NULL,
    project text COLLATE "C" NOT NULL,
    PRIMARY KEY (project, id, key)
);

CREATE INDEX labels_by_value ON labels (project, key, value, id);

-- Runs that have not ended. Rows come, change and go all the time: room on each page keeps renewals out of the indexes, and the table is
-- cleaned early.
CREATE TABLE runs (
    id               text COLLATE "C" PRIMARY KEY,
    project          text COLLATE "C" NOT NULL,
    state            text COLLATE "C" NOT NULL CHECK (state IN ('queued', 'running')),
    priority         integer NOT NULL,
    queued_at        bigint NOT NULL,
    deadline         bigint NOT NULL,
    owner            text COLLATE "C",
    epoch            bigint NOT NULL,
    lease_until      bigint NOT NULL,
    take_overs       integer NOT NULL,
    cancel_requested boolean NOT NULL,
    is_erased        boolean NOT NULL, -- the interaction was deleted; the row outlives it until its owner notices
    request          bytea NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

CREATE INDEX runs_queued ON runs (priority, queued_at, id) WHERE state = 'queued';
-- Not by lease_until: the runs that run are few, and a renewal would have to change the index.
CREATE INDEX runs_running ON runs (priority, queued_at, id) WHERE state = 'running';
CREATE INDEX runs_to_cancel ON runs (id) WHERE cancel_requested;
CREATE INDEX runs_erased ON runs (id) WHERE is_erased;

CREATE TABLE journal (
    project       text COLLATE "C" NOT NULL,
    id            text COLLATE "C" NOT NULL, -- the interaction's
    epoch         bigint NOT NULL,
    first_number  bigint NOT NULL,
    last_number   bigint NOT NULL,
    is_compressed boolean NOT NULL,
    frames        bytea NOT NULL,
    checkpoint    bytea,
    -- By the last number and not the first: "what follows event n" is then one step down the index, however long the stream is.
    PRIMARY KEY (project, id, epoch, last_number)
);

-- Short-lived rows, or compressed already.
ALTER TABLE journal ALTER COLUMN frames SET STORAGE EXTERNAL;

-- Written by the readiness check: a database that takes no more writes is found before a caller's request finds it.
CREATE TABLE liveness (
    id         integer PRIMARY KEY CHECK (id = 1),
    checked_at bigint NOT NULL
);
