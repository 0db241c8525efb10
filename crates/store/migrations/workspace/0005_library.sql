CREATE TABLE documents (
  id {id} PRIMARY KEY,
  space_id {id} NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  case_id {id},
  thread_id {id},
  kind {text} NOT NULL,
  name {text} NOT NULL,
  mime_type {text} NOT NULL,
  size {int} NOT NULL,
  sha256 {text},
  body {text},
  tags {json} NOT NULL,
  created_by {id} NOT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
) {strict};
CREATE INDEX documents_space ON documents (space_id, created_at DESC, id DESC);
CREATE INDEX documents_case ON documents (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX documents_thread ON documents (thread_id) WHERE thread_id IS NOT NULL;
CREATE INDEX documents_sha256 ON documents (sha256) WHERE sha256 IS NOT NULL;
