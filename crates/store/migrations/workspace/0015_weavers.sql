-- Sandboxes with a terminal. A row goes with its weaver, or when the lifetime is over.
CREATE TABLE weavers (
  id {id} PRIMARY KEY,
  owner_id {id} NOT NULL,
  user_id {id} NOT NULL,
  driver {text} NOT NULL,
  -- The server process that it runs under, where it cannot outlive one.
  node {id},
  host {text},
  image {text} NOT NULL,
  repo_id {text},
  lifetime_hours {int} NOT NULL,
  status {text} NOT NULL,
  exit_code {int},
  reason {text},
  created_at {time} NOT NULL,
  expires_at {time} NOT NULL,
  -- When its process last said that it is there.
  alive_at {time} NOT NULL,
  ended_at {time}
) {strict};
CREATE INDEX weavers_created ON weavers (created_at DESC, id DESC);
CREATE INDEX weavers_owner ON weavers (owner_id, created_at DESC, id DESC);

CREATE TABLE weaver_tags (
  weaver_id {id} NOT NULL REFERENCES weavers (id) ON DELETE CASCADE,
  name {text} NOT NULL,
  value {text} NOT NULL,
  PRIMARY KEY (weaver_id, name)
) {strict};
CREATE INDEX weaver_tags_value ON weaver_tags (name, value);
