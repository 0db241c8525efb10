-- Conversations with coding agents. `key` is the id that the client gave; it is the owner's own.
CREATE TABLE coding_threads (
  id {id} PRIMARY KEY,
  key {text} NOT NULL,
  owner_id {id} NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  -- Whose members may read it: the owner's private space, or the general one.
  space_id {id} NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  title {text},
  folder {text},
  visibility {text} NOT NULL,
  version {int} NOT NULL,
  message_count {int} NOT NULL,
  -- The other fields, as the client wrote them: JSON as text, since its order and numbers are the client's.
  rest {text} NOT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL,
  UNIQUE (owner_id, key)
) {strict};
CREATE INDEX coding_threads_key ON coding_threads (key);
CREATE INDEX coding_threads_recent ON coding_threads (owner_id, updated_at, id);
CREATE INDEX coding_threads_space ON coding_threads (space_id, updated_at, id);

CREATE TABLE coding_versions (
  thread_id {id} NOT NULL REFERENCES coding_threads (id) ON DELETE CASCADE,
  version {int} NOT NULL,
  title {text},
  folder {text},
  message_count {int} NOT NULL,
  rest {text} NOT NULL,
  at {time} NOT NULL,
  PRIMARY KEY (thread_id, version)
) {strict};

-- A message is in the versions from `since` up to, without, `ended`. So a version that adds two messages costs two.
CREATE TABLE coding_messages (
  thread_id {id} NOT NULL REFERENCES coding_threads (id) ON DELETE CASCADE,
  position {int} NOT NULL,
  since {int} NOT NULL,
  ended {int},
  hash {bytes} NOT NULL,
  body {text} NOT NULL,
  PRIMARY KEY (thread_id, position, since)
) {strict};

CREATE TABLE coding_links (
  id {id} PRIMARY KEY,
  thread_id {id} NOT NULL REFERENCES coding_threads (id) ON DELETE CASCADE,
  hash {bytes} NOT NULL UNIQUE,
  created_at {time} NOT NULL,
  expires_at {time}
) {strict};
CREATE INDEX coding_links_thread ON coding_links (thread_id);
