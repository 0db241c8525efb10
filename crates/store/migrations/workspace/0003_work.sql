CREATE TABLE procedures (
  id {id} PRIMARY KEY,
  space_id {id} NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  name {text} NOT NULL,
  description {text},
  created_by {id} NOT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
) {strict};
CREATE INDEX procedures_space ON procedures (space_id, created_at, id);

CREATE TABLE procedure_stages (
  id {id} PRIMARY KEY,
  procedure_id {id} NOT NULL REFERENCES procedures (id) ON DELETE CASCADE,
  position {int} NOT NULL,
  name {text} NOT NULL,
  description {text},
  required_actor_type {text} NOT NULL,
  assigned_actor_id {id},
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
) {strict};
CREATE INDEX procedure_stages_procedure ON procedure_stages (procedure_id, position);

CREATE TABLE procedure_instructions (
  id {id} PRIMARY KEY,
  procedure_stage_id {id} NOT NULL REFERENCES procedure_stages (id) ON DELETE CASCADE,
  position {int} NOT NULL,
  type {text} NOT NULL,
  text {text} NOT NULL,
  condition {text}
) {strict};
CREATE INDEX procedure_instructions_stage ON procedure_instructions (procedure_stage_id, position);

CREATE TABLE cases (
  id {id} PRIMARY KEY,
  space_id {id} NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  parent_case_id {id} REFERENCES cases (id) ON DELETE CASCADE,
  parent_stage_id {id},
  thread_id {id} NOT NULL,
  procedure_id {id},
  external_id {text},
  title {text} NOT NULL,
  description {text},
  summary {text},
  phase {text} NOT NULL,
  motion {text} NOT NULL,
  waiting_on {json},
  priority {text},
  assigned_actor_id {id},
  attributes {json} NOT NULL,
  created_by {id} NOT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL,
  commenced_at {time},
  resolved_at {time},
  closed_at {time}
) {strict};
CREATE INDEX cases_space_phase ON cases (space_id, phase, created_at DESC, id DESC);
CREATE INDEX cases_space ON cases (space_id, created_at DESC, id DESC);
CREATE INDEX cases_parent ON cases (parent_case_id, created_at, id) WHERE parent_case_id IS NOT NULL;
CREATE INDEX cases_parent_stage ON cases (parent_stage_id) WHERE parent_stage_id IS NOT NULL;
CREATE INDEX cases_assigned ON cases (assigned_actor_id, created_at DESC, id DESC) WHERE assigned_actor_id IS NOT NULL;
CREATE INDEX cases_procedure ON cases (procedure_id, created_at DESC, id DESC) WHERE procedure_id IS NOT NULL;
CREATE UNIQUE INDEX cases_external ON cases (space_id, external_id) WHERE external_id IS NOT NULL;

-- How many cases of each kind a space has, kept with every change so that lists know their total at any size.
CREATE TABLE case_tallies (
  space_id {id} NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  phase {text} NOT NULL,
  motion {text} NOT NULL,
  priority {text} NOT NULL,
  n {int} NOT NULL,
  PRIMARY KEY (space_id, phase, motion, priority)
) {strict};

CREATE TABLE case_labels (
  case_id {id} NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
  label_id {id} NOT NULL REFERENCES labels (id) ON DELETE CASCADE,
  PRIMARY KEY (case_id, label_id)
) {strict};
CREATE INDEX case_labels_label ON case_labels (label_id);

CREATE TABLE stages (
  id {id} PRIMARY KEY,
  case_id {id} NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
  position {int} NOT NULL,
  name {text} NOT NULL,
  description {text},
  phase {text} NOT NULL,
  motion {text} NOT NULL,
  waiting_on {json},
  required_actor_type {text} NOT NULL,
  assigned_actor_id {id},
  procedure_stage_id {id},
  started_at {time},
  ended_at {time},
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
) {strict};
CREATE INDEX stages_case ON stages (case_id, position);
CREATE UNIQUE INDEX stages_active ON stages (case_id) WHERE phase = 'active';
CREATE INDEX stages_assigned ON stages (assigned_actor_id) WHERE assigned_actor_id IS NOT NULL;

CREATE TABLE instructions (
  id {id} PRIMARY KEY,
  stage_id {id} NOT NULL REFERENCES stages (id) ON DELETE CASCADE,
  case_id {id} NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
  position {int} NOT NULL,
  type {text} NOT NULL,
  text {text} NOT NULL,
  condition {text},
  subcase_id {id},
  satisfied {bool} NOT NULL,
  satisfied_by {id},
  satisfied_at {time},
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
) {strict};
CREATE INDEX instructions_stage ON instructions (stage_id, position);
CREATE INDEX instructions_case ON instructions (case_id);
CREATE INDEX instructions_subcase ON instructions (subcase_id) WHERE subcase_id IS NOT NULL;
CREATE INDEX cases_created ON cases (created_at DESC, id DESC);
