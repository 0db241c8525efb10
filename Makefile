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
	cargo run --locked -p heddle -- openapi interloom-v1 > openapi/interloom-v1.json.new
	mv openapi/interloom-v1.json.new openapi/interloom-v1.json

bench: ## measure speed and memory, write bench/RESULTS.md
	cargo build --release --locked -p heddle -p heddle-bench
	$(CARGO_TARGET_DIR)/release/heddle-bench
