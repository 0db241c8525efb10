-- Which version of itself a procedure is, who made it one and what they said of it.
ALTER TABLE procedures ADD COLUMN version {int} NOT NULL DEFAULT 1;
ALTER TABLE procedures ADD COLUMN changed_at {time};
ALTER TABLE procedures ADD COLUMN changed_by {id};
ALTER TABLE procedures ADD COLUMN note {text};

-- What procedures were before: every version but the newest, which is the procedure itself.
CREATE TABLE procedure_versions (
  procedure_id {id} NOT NULL REFERENCES procedures (id) ON DELETE CASCADE,
  version {int} NOT NULL,
  at {time} NOT NULL,
  actor_id {id} NOT NULL,
  note {text},
  stages {int} NOT NULL,
  design {json} NOT NULL,
  PRIMARY KEY (procedure_id, version)
) {strict};

-- Runs that only show what an agent would do; they hold no stage and change nothing.
ALTER TABLE runs ADD COLUMN trial {bool} NOT NULL DEFAULT FALSE;
-- What the agent is told about itself in a trial, in the place of its own text.
ALTER TABLE runs ADD COLUMN told {text};
DROP INDEX runs_unfinished;
CREATE UNIQUE INDEX runs_unfinished ON runs (stage_id) WHERE state IN ('queued', 'running', 'waiting') AND NOT trial;
CREATE INDEX runs_actor ON runs (actor_id, created_at);
CREATE INDEX runs_created ON runs (created_at);
CREATE INDEX proposals_actor ON proposals (actor_id, created_at);

-- Who completed or skipped a stage; the nil id for Heddle itself.
ALTER TABLE stages ADD COLUMN ended_by {id};
UPDATE stages SET ended_by = (
  SELECT e.actor_id FROM events e
  WHERE e.case_id = stages.case_id AND e.subject_id = stages.id AND e.verb IN ('stage.completed', 'stage.skipped')
  ORDER BY e.seq DESC LIMIT 1
) WHERE phase IN ('completed', 'skipped');
