-- The queue as lines of runs that are alike but for their age: a claim goes from line to line, however long one is.
ALTER TABLE runs ADD COLUMN provider text COLLATE "C" NOT NULL DEFAULT ''; -- of the model; empty in rows of earlier versions

DROP INDEX runs_queued;
CREATE INDEX runs_queued ON runs (project, provider, priority, queued_at, id) WHERE state = 'queued';
-- How many runs of each project work. Not by lease_until, as before: a renewal would have to change the index.
DROP INDEX runs_running;
CREATE INDEX runs_running ON runs (project) WHERE state = 'running';
