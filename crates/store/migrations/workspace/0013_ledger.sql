-- Every call of a model: begun before it goes out, settled when it has ended.
CREATE TABLE llm_calls (
  id {id} PRIMARY KEY,
  -- The server process that makes the call. When it is gone, what it left running was interrupted.
  node {id} NOT NULL,
  begun_at {time} NOT NULL,
  actor_id {id} NOT NULL,
  key_id {id},
  space_id {id},
  case_id {id},
  run_id {id},
  surface {text} NOT NULL,
  provider {text} NOT NULL,
  model {text} NOT NULL,
  outcome {text} NOT NULL,
  error {text},
  input_tokens {int} NOT NULL,
  output_tokens {int} NOT NULL,
  cached_tokens {int} NOT NULL,
  cache_write_tokens {int} NOT NULL,
  -- Whether the tokens are a guess, because the provider told none.
  estimated {bool} NOT NULL,
  cost_micros {int} NOT NULL,
  first_micros {int},
  total_micros {int}
) {strict};
CREATE INDEX llm_calls_begun ON llm_calls (begun_at DESC, id DESC);
CREATE INDEX llm_calls_actor ON llm_calls (actor_id, begun_at);
CREATE INDEX llm_calls_key ON llm_calls (key_id, begun_at) WHERE key_id IS NOT NULL;
CREATE INDEX llm_calls_running ON llm_calls (node) WHERE outcome = 'running';

-- Prices of the workspace's own, before those that are built in; in millionths of a US dollar per million tokens.
CREATE TABLE llm_prices (
  model {text} PRIMARY KEY,
  input {int} NOT NULL,
  cached {int} NOT NULL,
  cache_write {int} NOT NULL,
  output {int} NOT NULL
) {strict};

-- What may be used at most. Without a subject it holds for each of its kind.
CREATE TABLE llm_limits (
  n {int} PRIMARY KEY,
  subject {text} NOT NULL,
  subject_id {id},
  measure {text} NOT NULL,
  period {text} NOT NULL,
  most {int} NOT NULL
) {strict};
