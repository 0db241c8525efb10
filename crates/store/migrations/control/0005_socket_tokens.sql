-- What opens a socket: a browser's page cannot read its session cookie, so it asks for a token and sends that first.
CREATE TABLE socket_tokens (
  hash {bytes} PRIMARY KEY,
  workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  key_id {id} REFERENCES api_keys (id) ON DELETE CASCADE,
  session_id {id} REFERENCES sessions (id) ON DELETE CASCADE,
  expires_at {time} NOT NULL
) {strict};
CREATE INDEX socket_tokens_expiry ON socket_tokens (expires_at);
