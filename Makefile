# Every command a developer needs. Build caches lie outside the clone, so a fresh clone builds fast and stays clean.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/heddle/target

# What the proxy is measured against.
BENCH_PEERS = $(abspath $(CARGO_TARGET_DIR)/../bench-peers)

# What the web app is made of: built again when one of these changed.
WEB = $(shell find web/src web/public sdk/typescript/src -type f) $(wildcard web/*.ts web/*.json web/*.html)

.PHONY: run build web test lint format openapi bench

run: web/dist/index.html ## serve Heddle at http://localhost:8080, data in ./data
	cargo run --release --locked -p heddle -- serve --listen 127.0.0.1:8080 --public-url http://localhost:8080

build: web/dist/index.html ## the release binary, with the web app inside
	cargo build --release --locked -p heddle

web: web/dist/index.html ## the web app, which the binary carries

web/dist/index.html: node_modules/.package-lock.json $(WEB)
	npm run build -w web

node_modules/.package-lock.json: package-lock.json
	npm ci

test: ## everything that CI runs
	scripts/test

lint: ## formatting and lints, warnings denied
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	npm run check && npm run lint

format:
	cargo fmt --all

openapi: ## write openapi/*.json and the types of sdk/typescript anew
	cargo build --locked -p heddle
	for name in interloom-v1 interloom-public loom; do \
	  $(CARGO_TARGET_DIR)/debug/heddle openapi $$name > openapi/$$name.json.new && mv openapi/$$name.json.new openapi/$$name.json || exit 1; \
	done
	npm run generate -w sdk/typescript

bench: web/dist/index.html ## measure speed and memory, write bench/RESULTS.md
	cargo build --release --locked -p heddle -p heddle-bench
	scripts/bench-peers $(BENCH_PEERS)
	HEDDLE_BENCH_PEERS=$(BENCH_PEERS) $(CARGO_TARGET_DIR)/release/heddle-bench
