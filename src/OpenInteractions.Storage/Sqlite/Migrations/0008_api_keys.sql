-- The keys of callers, as hashes. What was revoked stays: where there ever was a key, nobody is served without one.
CREATE TABLE api_keys (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    project    TEXT NOT NULL,
    id         TEXT NOT NULL,
    key_hash   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    change     INTEGER NOT NULL -- grows with each change of the table
) STRICT;

CREATE UNIQUE INDEX api_keys_by_id ON api_keys (id);
CREATE UNIQUE INDEX api_keys_by_hash ON api_keys (key_hash);
CREATE UNIQUE INDEX api_keys_by_change ON api_keys (change);
