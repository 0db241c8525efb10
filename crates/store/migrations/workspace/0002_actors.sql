CREATE TABLE actors (
  id {id} PRIMARY KEY,
  type {text} NOT NULL,
  name {text} NOT NULL,
  email {text},
  user_id {id} UNIQUE,
  workspace_admin {bool} NOT NULL,
  model_id {text},
  system_prompt {text},
  capabilities {json} NOT NULL,
  review {json} NOT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
) {strict};
CREATE INDEX actors_created ON actors (created_at, id);
CREATE INDEX actors_name ON actors (name);

CREATE TABLE spaces (
  id {id} PRIMARY KEY,
  kind {text} NOT NULL,
  name {text} NOT NULL,
  description {text},
  review {json} NOT NULL,
  created_by {id} NOT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
) {strict};

CREATE TABLE members (
  space_id {id} NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  actor_id {id} NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  role {text} NOT NULL,
  added_at {time} NOT NULL,
  PRIMARY KEY (actor_id, space_id)
) {strict};
CREATE INDEX members_space ON members (space_id, added_at, actor_id);

CREATE TABLE labels (
  id {id} PRIMARY KEY,
  space_id {id} NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  name {text} NOT NULL,
  color {text},
  created_at {time} NOT NULL,
  UNIQUE (space_id, name)
) {strict};
