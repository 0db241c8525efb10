-- Cases of a space in each order they are listed in. What lists are filtered by stands behind the order, so that cases are
-- passed over without being read.
DROP INDEX cases_space;
DROP INDEX cases_space_updated;
CREATE INDEX cases_by_created ON cases (space_id, created_at DESC, id DESC, phase, motion, priority, assigned_actor_id);
CREATE INDEX cases_by_updated ON cases (space_id, updated_at DESC, id DESC, phase, motion, priority, assigned_actor_id);
CREATE INDEX cases_by_title ON cases (space_id, (LOWER(title)), id, phase, motion, priority, assigned_actor_id);
CREATE INDEX cases_by_due ON cases (space_id, (due_at IS NULL), due_at, id, phase, motion, priority, assigned_actor_id);
CREATE INDEX cases_by_priority ON cases
  (space_id, (CASE priority WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END),
   created_at DESC, id DESC, phase, motion, priority, assigned_actor_id);
CREATE INDEX cases_open_due ON cases (space_id, due_at) WHERE due_at IS NOT NULL AND phase IN ('intake', 'active');
-- What somebody has to do: the inbox.
CREATE INDEX cases_assigned_active ON cases (assigned_actor_id) WHERE phase = 'active';
CREATE INDEX stages_assigned_active ON stages (assigned_actor_id, started_at DESC, id DESC) WHERE phase = 'active';
CREATE INDEX stages_worked ON stages (case_id, assigned_actor_id) WHERE assigned_actor_id IS NOT NULL;
CREATE INDEX proposals_pending ON proposals (space_id, created_at DESC, id DESC) WHERE state = 'pending';
CREATE INDEX runs_asking ON runs (space_id, updated_at DESC, id DESC) WHERE state = 'waiting' AND waiting_for = 'person';

-- Entries are counted without being read.
DROP INDEX activities_thread;
CREATE INDEX activities_thread ON activities (thread_id, created_at, id, visibility, actor_id);
-- When a comment was last changed by its author, and when taken back.
ALTER TABLE activities ADD COLUMN edited_at {time};
ALTER TABLE activities ADD COLUMN deleted_at {time};

-- Who is named in a comment.
CREATE TABLE mentions (
  activity_id {id} NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
  actor_id {id} NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  -- The event that told of it.
  seq {int} NOT NULL,
  created_at {time} NOT NULL,
  PRIMARY KEY (activity_id, actor_id)
) {strict};
CREATE INDEX mentions_actor ON mentions (actor_id, seq DESC);

-- Up to which event somebody has seen what happened.
CREATE TABLE seen (
  actor_id {id} PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
  seq {int} NOT NULL,
  at {time} NOT NULL
) {strict};

-- Saved ways to look at cases.
CREATE TABLE views (
  id {id} PRIMARY KEY,
  owner_id {id} NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  space_id {id} REFERENCES spaces (id) ON DELETE CASCADE,
  name {text} NOT NULL,
  shared {bool} NOT NULL,
  query {json} NOT NULL,
  layout {text} NOT NULL,
  position {int} NOT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
) {strict};
CREATE INDEX views_owner ON views (owner_id);
CREATE INDEX views_space ON views (space_id) WHERE space_id IS NOT NULL;
