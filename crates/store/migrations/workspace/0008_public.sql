ALTER TABLE spaces ADD COLUMN trigger {json};

ALTER TABLE cases ADD COLUMN due_at {time};
CREATE INDEX cases_space_updated ON cases (space_id, updated_at DESC, id DESC);
CREATE INDEX cases_updated ON cases (updated_at DESC, id DESC);

ALTER TABLE actors ADD COLUMN reasoning_effort {text};
-- Actions of Heddle's own that the agent is not given; null means none.
ALTER TABLE actors ADD COLUMN withheld {json};

CREATE TABLE secrets (
  id {id} PRIMARY KEY,
  name {text} NOT NULL UNIQUE,
  sealed {bytes} NOT NULL,
  created_by {id} NOT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
) {strict};
CREATE INDEX secrets_created ON secrets (created_at, id);

-- A tool belongs to a space or, without one, to the whole workspace; it is an HTTP service or a script.
CREATE TABLE tools_new (
  id {id} PRIMARY KEY,
  space_id {id} REFERENCES spaces (id) ON DELETE CASCADE,
  kind {text} NOT NULL,
  name {text} NOT NULL,
  description {text} NOT NULL,
  url {text},
  script {text},
  -- Hosts that a script may reach.
  hosts {json} NOT NULL,
  input_schema {json} NOT NULL,
  manager_id {id},
  created_by {id} NOT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL,
  UNIQUE (space_id, name)
) {strict};
INSERT INTO tools_new (id, space_id, kind, name, description, url, hosts, input_schema, manager_id, created_by, created_at, updated_at)
  SELECT id, space_id, 'http', name, description, url, '[]', input_schema, created_by, created_by, created_at, updated_at FROM tools;
CREATE TABLE actor_tools_new (
  actor_id {id} NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  tool_id {id} NOT NULL REFERENCES tools_new (id) ON DELETE CASCADE,
  granted_by {id} NOT NULL,
  granted_at {time} NOT NULL,
  PRIMARY KEY (actor_id, tool_id)
) {strict};
INSERT INTO actor_tools_new (actor_id, tool_id, granted_by, granted_at)
  SELECT actor_id, tool_id, granted_by, granted_at FROM actor_tools;
DROP TABLE actor_tools;
DROP TABLE tools;
ALTER TABLE tools_new RENAME TO tools;
ALTER TABLE actor_tools_new RENAME TO actor_tools;
CREATE UNIQUE INDEX tools_everywhere ON tools (name) WHERE space_id IS NULL;
CREATE INDEX tools_created ON tools (created_at, id);

CREATE TABLE tool_secrets (
  tool_id {id} NOT NULL REFERENCES tools (id) ON DELETE CASCADE,
  secret_id {id} NOT NULL REFERENCES secrets (id) ON DELETE CASCADE,
  PRIMARY KEY (tool_id, secret_id)
) {strict};
CREATE INDEX tool_secrets_secret ON tool_secrets (secret_id);

CREATE TABLE case_ingestions (
  id {id} PRIMARY KEY,
  space_id {id} NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  -- The manifest's bytes.
  sha256 {text} NOT NULL,
  status {text} NOT NULL,
  total {int} NOT NULL,
  processed {int} NOT NULL,
  succeeded {int} NOT NULL,
  failed {int} NOT NULL,
  skipped {int} NOT NULL,
  -- Up to which line of the manifest it has come, and where the next one begins.
  line {int} NOT NULL,
  position {int} NOT NULL,
  created_by {id} NOT NULL,
  created_at {time} NOT NULL,
  started_at {time},
  ended_at {time}
) {strict};

-- The lines of a manifest that made no case, and those that wait for the case they lie under.
CREATE TABLE case_ingestion_entries (
  id {id} PRIMARY KEY,
  ingestion_id {id} NOT NULL REFERENCES case_ingestions (id) ON DELETE CASCADE,
  line {int} NOT NULL,
  -- Where the line begins and ends in the manifest.
  position {int} NOT NULL,
  length {int} NOT NULL,
  external_id {text} NOT NULL,
  status {text} NOT NULL,
  errors {json} NOT NULL,
  created_at {time} NOT NULL,
  UNIQUE (ingestion_id, line)
) {strict};
