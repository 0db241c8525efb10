-- The case and the thread that a thing belongs to.
ALTER TABLE search_items ADD COLUMN case_id uuid;
ALTER TABLE search_items ADD COLUMN thread_id uuid;
CREATE INDEX search_items_case ON search_items (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX search_items_thread ON search_items (thread_id) WHERE thread_id IS NOT NULL;
CREATE INDEX search_items_at ON search_items (at DESC, subject_id);
UPDATE search_items SET case_id = subject_id, thread_id = (SELECT thread_id FROM cases WHERE id = subject_id) WHERE kind = 'case';
UPDATE search_items SET (case_id, thread_id) = (SELECT case_id, thread_id FROM documents WHERE id = subject_id) WHERE kind = 'document';
UPDATE search_items SET (case_id, thread_id) = (SELECT case_id, thread_id FROM datatables WHERE id = subject_id) WHERE kind = 'datatable';
UPDATE search_items SET (case_id, thread_id) = (SELECT case_id, thread_id FROM emails WHERE id = subject_id) WHERE kind = 'email';
-- Public comments join the index.
INSERT INTO search_items (kind, subject_id, space_id, title, body, at, case_id, thread_id)
  SELECT 'comment', a.id, t.space_id, '', a.content, a.created_at, t.case_id, t.id
  FROM activities a JOIN threads t ON t.id = a.thread_id WHERE a.type = 'comment' AND a.visibility = 'public';
