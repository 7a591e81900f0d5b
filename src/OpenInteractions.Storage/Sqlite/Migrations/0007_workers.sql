-- Hosts of sandboxes on other machines, with who serves them now. A deleted one keeps its row while there are environments of it.
CREATE TABLE workers (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    project     TEXT NOT NULL,
    id          TEXT NOT NULL,
    name        TEXT NOT NULL,
    is_for_all  INTEGER NOT NULL,
    key_hash    TEXT NOT NULL,
    directory   TEXT, -- that its key was first used with
    created_at  INTEGER NOT NULL,
    seen_at     INTEGER, -- when its lease was taken or renewed last
    holder      TEXT,
    epoch       INTEGER NOT NULL,
    lease_until INTEGER NOT NULL, -- 0 when nobody has it
    is_deleted  INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX workers_by_id ON workers (id);
CREATE UNIQUE INDEX workers_by_key ON workers (key_hash);
CREATE INDEX workers_in_order ON workers (project, number);

-- Images of checkpoints that are not on a host.
CREATE TABLE checkpoint_parts (
    checkpoint TEXT NOT NULL, -- its id
    part       INTEGER NOT NULL,
    written_at INTEGER NOT NULL,
    bytes      BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX checkpoint_parts_in_order ON checkpoint_parts (checkpoint, part);
