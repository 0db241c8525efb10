ALTER TABLE users ADD COLUMN username {text};
ALTER TABLE users ADD COLUMN avatar_url {text};
ALTER TABLE users ADD COLUMN locale {text};

-- Whose own workspace it is, for one that somebody got by signing up.
ALTER TABLE workspaces ADD COLUMN personal_of {id};
CREATE UNIQUE INDEX workspaces_personal ON workspaces (personal_of) WHERE personal_of IS NOT NULL;

-- Keys of before may do everything: they have no scopes.
ALTER TABLE api_keys ADD COLUMN kind {text} NOT NULL DEFAULT 'key';
ALTER TABLE api_keys ADD COLUMN scopes {json};

-- Accounts elsewhere that sign a user in.
CREATE TABLE identities (
  id {id} PRIMARY KEY,
  user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  provider {text} NOT NULL,
  issuer {text} NOT NULL,
  subject {text} NOT NULL,
  email {text} NOT NULL,
  created_at {time} NOT NULL,
  last_used_at {time} NOT NULL,
  UNIQUE (issuer, subject)
) {strict};
CREATE UNIQUE INDEX identities_user ON identities (user_id, issuer);

-- Sign-ins that are under way at a provider. The hashes are of the state, and of the cookie of the browser.
CREATE TABLE login_states (
  hash {bytes} PRIMARY KEY,
  browser {bytes} NOT NULL,
  provider {text} NOT NULL,
  return_to {text} NOT NULL,
  expires_at {time} NOT NULL
) {strict};
CREATE INDEX login_states_expiry ON login_states (expires_at);

CREATE TABLE magic_links (
  id {id} PRIMARY KEY,
  email {text} NOT NULL,
  hash {text} NOT NULL,
  expires_at {time} NOT NULL,
  used_at {time}
) {strict};
CREATE INDEX magic_links_email ON magic_links (email);
CREATE INDEX magic_links_expiry ON magic_links (expires_at);

-- Programs that wait for somebody to let them in.
CREATE TABLE device_codes (
  id {id} PRIMARY KEY,
  hash {bytes} NOT NULL UNIQUE,
  user_code {bytes} NOT NULL UNIQUE,
  state {text} NOT NULL,
  client {text},
  address {text},
  workspace_id {id} REFERENCES workspaces (id) ON DELETE CASCADE,
  user_id {id} REFERENCES users (id) ON DELETE CASCADE,
  created_at {time} NOT NULL,
  polled_at {time},
  expires_at {time} NOT NULL
) {strict};
CREATE INDEX device_codes_expiry ON device_codes (expires_at);

-- Workspaces that nobody can enter any more and whose data is being removed.
CREATE TABLE erasures (
  workspace_id {id} PRIMARY KEY,
  at {time} NOT NULL
) {strict};
