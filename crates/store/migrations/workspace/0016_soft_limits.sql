-- Whether a caller who says so may go beyond the limit.
ALTER TABLE llm_limits ADD COLUMN ask {bool};
