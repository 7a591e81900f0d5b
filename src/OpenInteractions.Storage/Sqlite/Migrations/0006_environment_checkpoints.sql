-- The files of an environment as they were at the end of a turn: a disk of its host that is there to be copied. The row is the last thing that is written of one.
CREATE TABLE checkpoints (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    project     TEXT NOT NULL,
    id          TEXT NOT NULL,
    environment TEXT NOT NULL,
    interaction TEXT NOT NULL, -- whose turn it was
    host        TEXT NOT NULL, -- that has the disk, and the environment's
    created_at  INTEGER NOT NULL,
    size_bytes  INTEGER NOT NULL -- on the host
) STRICT;

CREATE UNIQUE INDEX checkpoints_by_project ON checkpoints (project, id);
CREATE INDEX checkpoints_of_environment ON checkpoints (project, environment, number);
CREATE INDEX checkpoints_of_interaction ON checkpoints (project, interaction, number);
CREATE INDEX checkpoints_of_host ON checkpoints (host, number);
