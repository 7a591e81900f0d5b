-- Creates that may come twice: the first one's interaction answers for all. A mark is erased with its interaction.
CREATE TABLE idempotency_keys (
    project      TEXT NOT NULL,
    key          TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    interaction  INTEGER NOT NULL,
    id           TEXT NOT NULL,
    PRIMARY KEY (project, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_interaction ON idempotency_keys (interaction);
