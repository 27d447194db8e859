# All targets use a virtual environment in $(VENV), and create or update it first if necessary.
PYTHON ?= python3

VENV := .venv
BIN := $(VENV)/bin
PEERS := .venv-peers
# The packages of `test-clients` come from npm. No other target needs them.
CLIENTS := tests/clients
PIP_INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check
INSTALL := $(PIP_INSTALL) --require-hashes -r
# Installs the `briefs` command and `flask seed`; both run the code of this folder.
INSTALL_PROJECT := $(PIP_INSTALL) --no-index --no-deps --no-build-isolation --editable .

# The tests that `test` runs, and the minutes after which `explore` stops.
TESTS ?=
MINUTES ?= 8

# The HTTP server that `serve` starts: gunicorn, or granian.
SERVER ?= gunicorn
SERVE_WITH_gunicorn := gunicorn wsgi:app
SERVE_WITH_granian := python -m api.server.granian_server

# The document that `demo` loads beside the demonstration briefs.
SOURCE_DOCUMENT := seeds/documents/000_873f17470df679e4.txt

# The corpus that `bench` measures.
SIZE ?= 100000
ENGINE ?= sqlite

# The documents that `evaluate` reads. VERBOSE=1 also prints each miss and each false positive.
SAMPLES ?= tests/samples
VERBOSE ?=

.PHONY: serve demo test test-slow test-clients test-container explore lint bench bench-corpus evaluate word-lists scalar screenshots install install-server openapi \
  release-openapi requirements clean

serve: $(VENV)/$(SERVER).stamp  ## Migrate, seed and serve with SERVER on BRIEFS_BIND (by default 127.0.0.1:8000).
	$(BIN)/flask db upgrade
	$(BIN)/flask seed load || [ $$? -eq 1 ]
	@echo '"make demo" serves 18 invented briefs from a separate database.'
	exec $(BIN)/$(SERVE_WITH_$(SERVER))

demo: export DATABASE_URL := sqlite:///$(CURDIR)/instance/demo.db
demo: $(VENV)/$(SERVER).stamp  ## Serve the invented briefs of seeds/demo and the example document, from instance/demo.db.
	$(BIN)/flask db upgrade
	$(BIN)/flask seed load $(SOURCE_DOCUMENT)
	$(BIN)/flask seed demo --yes
	exec $(BIN)/$(SERVE_WITH_$(SERVER))

# Three processes keep two processors busy, since many tests wait for a server.
test: $(VENV)/dev.stamp  ## Run all tests but the slow ones, or those of TESTS, on SQLite and PostgreSQL.
	$(BIN)/pytest --numprocesses 3 --dist worksteal $(TESTS)

test-slow: $(VENV)/dev.stamp  ## Run the slow tests: kills, interruptions, several writers, backups, standbys and several hosts.
	$(BIN)/pytest --numprocesses 2 --dist worksteal -m slow --ignore tests/service/test_container.py

test-clients: $(VENV)/dev.stamp $(CLIENTS)/node_modules/.package-lock.json  ## Lint the specification; generate clients and run them.
	$(BIN)/pytest -m clients tests/clients

test-container: $(VENV)/dev.stamp  ## Run the steps of the Containerfile in an empty folder, and the service that they make.
	$(BIN)/pytest -m slow tests/service/test_container.py

explore: $(VENV)/dev.stamp  ## Run the property tests with new random examples, for at most MINUTES.
	timeout --signal INT --kill-after 30 $(MINUTES)m \
	  $(BIN)/pytest --numprocesses 2 --dist worksteal -m hypothesis --hypothesis-profile explore || \
	  { status=$$?; [ $$status -ne 124 ] || echo "explore: stopped after $(MINUTES) minutes"; exit $$status; }

lint: $(VENV)/dev.stamp  ## Check the style and the types.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(VENV)/dev.stamp $(PEERS)/peers.stamp  ## Measure the service on 1,000 and on SIZE generated articles.
	$(BIN)/python -m bench --size $(SIZE) --engine $(ENGINE)

bench-corpus: $(VENV)/dev.stamp  ## Build the databases of `bench` in instance/bench, unless they exist.
	$(BIN)/python -m bench.corpus.build --size $(SIZE) --engine $(ENGINE)

evaluate: $(VENV)/dev.stamp  ## Compare what is extracted from the documents of SAMPLES with their gold standard.
	$(BIN)/python -m bench.evaluate $(if $(filter-out 0,$(VERBOSE)),--verbose) '$(SAMPLES)'

word-lists: $(VENV)/dev.stamp  ## Write the frozen word lists from the packages that they come from.
	$(BIN)/python -m tools.freeze_word_lists

scalar: $(VENV)/dev.stamp  ## Copy the script of the documentation page from its package into the project.
	$(BIN)/python -m tools.freeze_scalar

screenshots: $(VENV)/dev.stamp  ## Take the pictures of the README in docs/images with Chromium.
	$(BIN)/python -m tools.take_screenshots

install: $(VENV)/dev.stamp  ## Install all packages, and the project itself, into $(VENV).

install-server: $(VENV)/runtime.stamp  ## Install only what the service and its commands need.

openapi: $(VENV)/dev.stamp  ## Generate the examples and openapi.yaml from the code.
	$(BIN)/python -m tests.support.examples
	$(BIN)/flask openapi > openapi.yaml.new && mv openapi.yaml.new openapi.yaml

# `test-clients` compares openapi.yaml with this copy.
release-openapi: openapi  ## Keep openapi.yaml as the specification of the last release, and clear the declared changes.
	cp openapi.yaml $(CLIENTS)/released-openapi.yaml
	grep '^#' $(CLIENTS)/declared-changes.yaml > $(CLIENTS)/declared-changes.yaml.new
	mv $(CLIENTS)/declared-changes.yaml.new $(CLIENTS)/declared-changes.yaml

requirements: $(VENV)/dev.stamp  ## Pin the newest version of each package, with its hashes.
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
	  requirements.in --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
	  requirements-dev.in --output-file requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
	  --constraint requirements.txt requirements-granian.in --output-file requirements-granian.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
	  bench/peers/requirements.in --output-file bench/peers/requirements.txt

clean:  ## Remove the files that the other targets made, except databases.
	rm -rf $(VENV) $(PEERS) $(CLIENTS)/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/runtime.stamp: requirements.txt pyproject.toml | $(BIN)/python
	$(INSTALL) requirements.txt
	$(INSTALL_PROJECT)
	@touch $@

$(VENV)/gunicorn.stamp: $(VENV)/runtime.stamp
	@touch $@

$(VENV)/granian.stamp: $(VENV)/runtime.stamp requirements-granian.txt
	$(INSTALL) requirements-granian.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt requirements-granian.txt pyproject.toml | $(BIN)/python
	$(INSTALL) requirements-dev.txt -r requirements-granian.txt
	$(INSTALL_PROJECT)
	@touch $@ $(VENV)/runtime.stamp $(VENV)/granian.stamp

$(PEERS)/peers.stamp: bench/peers/requirements.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r bench/peers/requirements.txt
	@touch $@

$(CLIENTS)/node_modules/.package-lock.json: $(CLIENTS)/package-lock.json
	npm ci --prefix $(CLIENTS) --no-audit --no-fund --loglevel error

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "briefs: Python 3.11 or newer is needed; name one with PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	  { echo "briefs: Python's venv module is needed (on Debian: apt-get install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
