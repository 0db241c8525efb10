# Every command a developer needs. Build caches lie outside the clone, so a fresh clone builds fast and stays clean.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/heddle/target

.PHONY: run build test lint format openapi bench

run: ## serve Heddle at http://localhost:8080, data in ./data
	cargo run --release --locked -p heddle -- serve --listen 127.0.0.1:8080 --public-url http://localhost:8080

build: ## the release binary
	cargo build --release --locked -p heddle

test: ## everything that CI runs
	scripts/test

lint: ## formatting and lints, warnings denied
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

format:
	cargo fmt --all

openapi: ## write openapi/*.json anew
	cargo build --locked -p heddle
	for name in interloom-v1 interloom-public loom; do \
	  $(CARGO_TARGET_DIR)/debug/heddle openapi $$name > openapi/$$name.json.new && mv openapi/$$name.json.new openapi/$$name.json || exit 1; \
	done

bench: ## measure speed and memory, write bench/RESULTS.md
	cargo build --release --locked -p heddle -p heddle-bench
	$(CARGO_TARGET_DIR)/release/heddle-bench
