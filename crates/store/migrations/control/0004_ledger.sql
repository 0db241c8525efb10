-- Which server processes may have calls of models under way, and in which workspaces. A process that is silent is gone.
CREATE TABLE ledger_nodes (
  node {id} NOT NULL,
  workspace_id {id} NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  alive_at {time} NOT NULL,
  PRIMARY KEY (node, workspace_id)
) {strict};
