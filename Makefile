# make demo | dev | test | check | fmt | schema | bench | docs: that is all there is to know.
# Each does its own set-up, once: a Python of 3.11 or newer, make and the package registries are all that is needed.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
# Where it is set, each of the hundreds of processes that the tests start would translate all its modules anew.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
UV := UV_SYSTEM_CERTS=1 VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv --quiet
# Runs a command with the Node that a build dependency brings.
WEB := $(BIN)/python hatch_build.py

SERVER := $(VENV)/.server-installed
DEV := $(VENV)/.dev-installed
STATIC := src/labelwright/static/index.html
WEB_FILES := $(shell find web \( -name node_modules -o -name test-results -o -name dist -o -name .vite \) -prune \
	-o -type f ! -name '*.tsbuildinfo' ! -name '*.test.ts' -print)

.PHONY: help setup demo dev test test-python test-web test-browser judges check fmt schema bench docs lock clean

help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: $(SERVER) $(STATIC) ## Install everything that runs the server into .venv, build the web application

demo: setup ## Start a server with a project to look at (PORT=..., DATA=...)
	@$(BIN)/labelwright demo $(if $(PORT),--port $(PORT)) $(if $(DATA),--data $(DATA))

dev: setup $(DEV) ## Start the demo and the web application, both anew on each change
	@$(BIN)/watchfiles --filter python "$(BIN)/labelwright demo --port 8000" src/labelwright & server=$$!; \
	$(WEB) npm run dev & pages=$$!; \
	trap 'kill $$server $$pages 2>/dev/null' EXIT INT TERM; wait

test: test-python test-web test-browser ## Run all tests: Python, TypeScript, the browser's

test-python: setup $(DEV)
	$(BIN)/pytest -n 2 --dist loadfile --ignore tests/e2e

judges: setup $(DEV) ## Have every reference tool judge the exports, PyTorch (gigabytes) included
	$(BIN)/pytest tests/judges -m 'heavy or not heavy'

test-web: setup
	$(WEB) npm test

test-browser: setup $(DEV)
	@scripts/ensure-chromium $(BIN)/python
	$(BIN)/pytest tests/e2e

check: setup $(DEV) ## Check formatting, lint, types, import rules, and that what is generated is fresh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(WEB) npm run check
	$(BIN)/python scripts/schema.py --check
	$(BIN)/python scripts/corpus.py --check
	$(BIN)/python scripts/round_trip.py --check

fmt: setup $(DEV) ## Format everything, mend what a machine can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(WEB) npm run fmt

schema: setup $(DEV) ## Write schema/, the tables in docs/ and the corpus of labels in tests/samples
	$(BIN)/python scripts/schema.py
	$(BIN)/python scripts/corpus.py
	$(BIN)/python scripts/round_trip.py

bench: setup $(DEV) ## Measure every claim and write docs/performance.md
	@scripts/ensure-chromium $(BIN)/python
	$(BIN)/python -m benchmarks

docs: $(DEV) ## Build the documentation into site/
	@$(UV) pip install --group docs --constraint constraints.txt
	$(BIN)/zensical build --clean

lock: $(BIN)/uv ## Pin every dependency anew in constraints.txt
	@$(UV) pip compile pyproject.toml --extra server --extra parquet --group build --group dev --group docs --universal \
		--python-version 3.11 --upgrade --no-header --no-annotate --output-file $(VENV)/constraints.txt
	@{ echo "# Written by make lock."; cat $(VENV)/constraints.txt; } > constraints.txt

clean: ## Remove what is built; the demo's data stay
	rm -rf $(VENV) web/node_modules web/dist src/labelwright/static build dist site .mypy_cache .ruff_cache .pytest_cache

# --- what the targets stand on ---------------------------------------------------------------------------------------

$(BIN)/uv:
	@scripts/make-venv $(VENV) $(PYTHON)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv

$(SERVER): pyproject.toml constraints.txt hatch_build.py | $(BIN)/uv
	@echo "Installing the server into $(VENV) ..."
	@$(UV) pip install --group build --constraint constraints.txt
	@LABELWRIGHT_SKIP_WEB=1 $(UV) pip install --no-build-isolation --editable '.[server]' --constraint constraints.txt
	@touch $@

$(DEV): $(SERVER)
	@echo "Installing what the tests need ..."
	@$(UV) pip install --group dev --constraint constraints.txt
	@touch $@

$(STATIC): $(WEB_FILES) hatch_build.py | $(SERVER)
	@echo "Building the web application ..."
	@$(WEB)
	@touch $@
