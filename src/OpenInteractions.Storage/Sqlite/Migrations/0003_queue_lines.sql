-- The queue as lines of runs that are alike but for their age: a claim goes from line to line, however long one is.
ALTER TABLE runs ADD COLUMN provider TEXT NOT NULL DEFAULT ''; -- of the model; empty in rows of earlier versions

DROP INDEX runs_queued;
CREATE INDEX runs_queued ON runs (project, provider, priority, queued_at, id) WHERE state = 'queued';
