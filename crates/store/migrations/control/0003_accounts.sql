ALTER TABLE users ADD COLUMN password_hash {text};

ALTER TABLE memberships ADD COLUMN last_seen_at {time};
ALTER TABLE memberships ADD COLUMN deactivated_at {time};
CREATE INDEX memberships_user ON memberships (user_id);

ALTER TABLE api_keys ADD COLUMN expires_at {time};

-- Sessions of before have no id. Whoever had one signs in again.
DROP TABLE sessions;
CREATE TABLE sessions (
  id {id} PRIMARY KEY,
  hash {bytes} NOT NULL UNIQUE,
  workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  csrf {text} NOT NULL,
  user_agent {text},
  created_at {time} NOT NULL,
  last_seen_at {time} NOT NULL,
  expires_at {time} NOT NULL
) {strict};
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Tries that failed or are under way. The hash is of what was tried, by whom, for which account.
CREATE TABLE attempts (
  hash {bytes} PRIMARY KEY,
  n {int} NOT NULL,
  until_at {time} NOT NULL
) {strict};
CREATE INDEX attempts_until ON attempts (until_at);

CREATE TABLE invitations (
  id {id} PRIMARY KEY,
  workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  email {text} NOT NULL,
  role {text} NOT NULL,
  space_ids {json} NOT NULL,
  hash {bytes} NOT NULL UNIQUE,
  invited_by {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  mail_state {text} NOT NULL,
  created_at {time} NOT NULL,
  expires_at {time} NOT NULL,
  used_at {time}
) {strict};
CREATE UNIQUE INDEX invitations_pending ON invitations (workspace_id, email) WHERE used_at IS NULL;
