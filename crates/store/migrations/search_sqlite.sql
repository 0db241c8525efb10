CREATE TABLE search_items (
  n INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  subject_id BLOB NOT NULL,
  space_id BLOB NOT NULL,
  title TEXT NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (subject_id)
) STRICT;
CREATE VIRTUAL TABLE search_text USING fts5(title, body, tokenize = 'trigram', detail = 'full');
