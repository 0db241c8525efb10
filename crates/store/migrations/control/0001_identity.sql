CREATE TABLE workspaces (
  id {id} PRIMARY KEY,
  slug {text} NOT NULL UNIQUE,
  name {text} NOT NULL,
  created_at {time} NOT NULL,
  wake_at {time}
) {strict};
CREATE INDEX workspaces_wake ON workspaces (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE users (
  id {id} PRIMARY KEY,
  email {text} NOT NULL UNIQUE,
  name {text} NOT NULL,
  created_at {time} NOT NULL
) {strict};

CREATE TABLE memberships (
  workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  actor_id {id} NOT NULL,
  role {text} NOT NULL,
  created_at {time} NOT NULL,
  PRIMARY KEY (workspace_id, user_id)
) {strict};

CREATE TABLE api_keys (
  id {id} PRIMARY KEY,
  workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name {text} NOT NULL,
  prefix {text} NOT NULL,
  hash {bytes} NOT NULL UNIQUE,
  created_at {time} NOT NULL,
  last_used_at {time},
  revoked_at {time}
) {strict};
CREATE INDEX api_keys_workspace ON api_keys (workspace_id);

CREATE TABLE sessions (
  hash {bytes} PRIMARY KEY,
  workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  csrf {text} NOT NULL,
  created_at {time} NOT NULL,
  expires_at {time} NOT NULL
) {strict};

CREATE TABLE sign_in_links (
  hash {bytes} PRIMARY KEY,
  workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  expires_at {time} NOT NULL
) {strict};
