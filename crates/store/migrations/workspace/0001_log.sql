CREATE TABLE events (
  seq {serial},
  at {time} NOT NULL,
  actor_id {id} NOT NULL,
  verb {text} NOT NULL,
  subject_id {id} NOT NULL,
  space_id {id},
  case_id {id},
  thread_id {id},
  data {json} NOT NULL
) {strict};
CREATE INDEX events_case ON events (case_id, seq) WHERE case_id IS NOT NULL;

CREATE TABLE cursors (
  reader {text} PRIMARY KEY,
  seq {int} NOT NULL
) {strict};

CREATE TABLE jobs (
  id {id} PRIMARY KEY,
  kind {text} NOT NULL,
  dedup {text} UNIQUE,
  payload {json} NOT NULL,
  state {text} NOT NULL,
  run_at {time} NOT NULL,
  lease_until {time},
  attempts {int} NOT NULL,
  max_attempts {int} NOT NULL,
  progress_done {int} NOT NULL,
  progress_total {int},
  progress_note {text},
  error {text},
  created_at {time} NOT NULL,
  ended_at {time}
) {strict};
CREATE INDEX jobs_due ON jobs (run_at) WHERE state IN ('pending', 'running');

CREATE TABLE schedules (
  name {text} PRIMARY KEY,
  cron {text} NOT NULL,
  kind {text} NOT NULL,
  payload {json} NOT NULL,
  next_at {time} NOT NULL
) {strict};
