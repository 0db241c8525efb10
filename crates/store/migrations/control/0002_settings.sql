-- What all nodes must agree on.
CREATE TABLE settings (
  name {text} PRIMARY KEY,
  value {text} NOT NULL
) {strict};
