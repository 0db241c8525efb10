CREATE TABLE threads (
  id {id} PRIMARY KEY,
  space_id {id} NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  case_id {id},
  title {text},
  created_by {id} NOT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
) {strict};
CREATE INDEX threads_space ON threads (space_id, created_at DESC, id DESC);
CREATE INDEX threads_case ON threads (case_id) WHERE case_id IS NOT NULL;

CREATE TABLE activities (
  id {id} PRIMARY KEY,
  thread_id {id} NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
  type {text} NOT NULL,
  visibility {text} NOT NULL,
  actor_id {id} NOT NULL,
  content {text} NOT NULL,
  data {json},
  created_at {time} NOT NULL
) {strict};
CREATE INDEX activities_thread ON activities (thread_id, created_at, id);

CREATE TABLE emails (
  id {id} PRIMARY KEY,
  space_id {id} NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  case_id {id},
  thread_id {id},
  state {text} NOT NULL,
  sender {text},
  recipients {json} NOT NULL,
  cc {json} NOT NULL,
  bcc {json} NOT NULL,
  subject {text} NOT NULL,
  body {text} NOT NULL,
  in_reply_to {id},
  message_id {text},
  error {text},
  created_by {id} NOT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL,
  queued_at {time},
  sent_at {time},
  delivered_at {time}
) {strict};
CREATE INDEX emails_space ON emails (space_id, created_at DESC, id DESC);
CREATE INDEX emails_case ON emails (case_id) WHERE case_id IS NOT NULL;
