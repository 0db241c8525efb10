ALTER TABLE actors ADD COLUMN deactivated_at {time};

-- The filters of the audit log, each with its newest events first. Cases have theirs.
CREATE INDEX events_actor ON events (actor_id, seq);
CREATE INDEX events_verb ON events (verb, seq);
CREATE INDEX events_subject ON events (subject_id, seq);
CREATE INDEX events_space ON events (space_id, seq) WHERE space_id IS NOT NULL;
