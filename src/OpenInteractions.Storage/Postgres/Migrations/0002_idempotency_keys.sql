-- Creates that may come twice: the first one's interaction answers for all. A mark is erased with its interaction.
CREATE TABLE idempotency_keys (
    project      text COLLATE "C" NOT NULL,
    key          text COLLATE "C" NOT NULL,
    request_hash text COLLATE "C" NOT NULL,
    id           text COLLATE "C" NOT NULL, -- the interaction's
    PRIMARY KEY (project, key)
);

CREATE INDEX idempotency_keys_by_id ON idempotency_keys (project, id);
