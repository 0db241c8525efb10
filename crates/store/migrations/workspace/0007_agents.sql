CREATE TABLE tools (
  id {id} PRIMARY KEY,
  space_id {id} NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  name {text} NOT NULL,
  description {text} NOT NULL,
  url {text} NOT NULL,
  input_schema {json} NOT NULL,
  created_by {id} NOT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL,
  UNIQUE (space_id, name)
) {strict};

CREATE TABLE actor_tools (
  actor_id {id} NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  tool_id {id} NOT NULL REFERENCES tools (id) ON DELETE CASCADE,
  granted_by {id} NOT NULL,
  granted_at {time} NOT NULL,
  PRIMARY KEY (actor_id, tool_id)
) {strict};

CREATE TABLE runs (
  id {id} PRIMARY KEY,
  space_id {id} NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  case_id {id} NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
  stage_id {id} NOT NULL REFERENCES stages (id) ON DELETE CASCADE,
  actor_id {id} NOT NULL,
  model_id {text} NOT NULL,
  state {text} NOT NULL,
  waiting_for {text},
  error {text},
  max_steps {int} NOT NULL,
  max_tokens {int} NOT NULL,
  -- How often it was handed to a worker: a job of an earlier round no longer works on it.
  round {int} NOT NULL,
  -- The newest event when it began to wait; only later ones wake it.
  waiting_seq {int} NOT NULL,
  steps {int} NOT NULL,
  turns {int} NOT NULL,
  input_tokens {int} NOT NULL,
  output_tokens {int} NOT NULL,
  cost_micros {int} NOT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL,
  started_at {time},
  ended_at {time}
) {strict};
CREATE INDEX runs_space ON runs (space_id, created_at DESC, id DESC);
CREATE INDEX runs_case ON runs (case_id, created_at DESC, id DESC);
CREATE INDEX runs_stage ON runs (stage_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX runs_unfinished ON runs (stage_id) WHERE state IN ('queued', 'running', 'waiting');

CREATE TABLE run_steps (
  run_id {id} NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  n {int} NOT NULL,
  kind {text} NOT NULL,
  call_id {text},
  tool {text},
  input {json},
  output {json},
  is_error {bool} NOT NULL,
  input_tokens {int} NOT NULL,
  output_tokens {int} NOT NULL,
  cost_micros {int} NOT NULL,
  at {time} NOT NULL,
  PRIMARY KEY (run_id, n)
) {strict};

CREATE TABLE proposals (
  id {id} PRIMARY KEY,
  space_id {id} NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  case_id {id} NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
  run_id {id} NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  actor_id {id} NOT NULL,
  -- Which call of which answer it stands for: the step of the answer, and the place in it.
  turn_step {int} NOT NULL,
  call_index {int} NOT NULL,
  call_id {text} NOT NULL,
  action {text} NOT NULL,
  input {json} NOT NULL,
  state {text} NOT NULL,
  decided_by {id},
  decided_at {time},
  decided_input {json},
  note {text},
  created_at {time} NOT NULL
) {strict};
CREATE INDEX proposals_space ON proposals (space_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX proposals_run ON proposals (run_id, turn_step, call_index);
