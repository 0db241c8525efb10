CREATE TABLE datatables (
  id {id} PRIMARY KEY,
  space_id {id} NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
  case_id {id},
  thread_id {id},
  name {text} NOT NULL,
  description {text},
  columns {json} NOT NULL,
  source_format {text} NOT NULL,
  source_sha256 {text},
  row_count {int} NOT NULL,
  created_by {id} NOT NULL,
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
) {strict};
CREATE INDEX datatables_space ON datatables (space_id, created_at DESC, id DESC);
CREATE INDEX datatables_case ON datatables (case_id) WHERE case_id IS NOT NULL;

CREATE TABLE datatable_rows (
  datatable_id {id} NOT NULL REFERENCES datatables (id) ON DELETE CASCADE,
  n {int} NOT NULL,
  cells {json} NOT NULL,
  PRIMARY KEY (datatable_id, n)
) {strict};
