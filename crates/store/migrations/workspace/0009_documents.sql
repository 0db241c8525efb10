-- Slices of notes or of files: those that lie directly in a space, and all that somebody sees.
CREATE INDEX documents_direct_created ON documents (space_id, kind, created_at DESC, id DESC)
  WHERE case_id IS NULL AND thread_id IS NULL;
CREATE INDEX documents_direct_updated ON documents (space_id, kind, updated_at DESC, id DESC)
  WHERE case_id IS NULL AND thread_id IS NULL;
-- The space is at the end so that rows of other spaces are passed over without being read.
CREATE INDEX documents_created ON documents (kind, created_at DESC, id DESC, space_id);
CREATE INDEX documents_updated ON documents (kind, updated_at DESC, id DESC, space_id);
