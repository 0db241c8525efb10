CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE TABLE search_items (
  kind text NOT NULL,
  subject_id uuid PRIMARY KEY,
  space_id uuid NOT NULL,
  title text NOT NULL,
  body text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX search_items_text ON search_items USING gin ((title || ' ' || body) public.gin_trgm_ops);
