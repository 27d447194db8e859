# Everything is done in a virtual environment of the project's own; each target brings about what it needs.
PYTHON ?= python3
PORT ?= 8000
export PORT

VENV := .venv
BIN := $(VENV)/bin
PEERS := .venv-peers
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r

# What `bench` measures.
SIZE ?= 100000
ENGINE ?= sqlite

# What `evaluate` measures; VERBOSE=1 prints every miss and false positive too.
SAMPLES ?= tests/samples
VERBOSE ?=

.PHONY: serve test lint bench bench-corpus evaluate install openapi requirements clean

serve: $(VENV)/runtime.stamp  ## Migrate, seed and serve on 127.0.0.1:$(PORT).
	$(BIN)/flask db upgrade
	$(BIN)/flask seed load || [ $$? -eq 1 ]
	exec $(BIN)/gunicorn wsgi:app

test: $(VENV)/dev.stamp  ## Run all tests, on SQLite and PostgreSQL.
	$(BIN)/pytest --numprocesses 2 --dist worksteal

lint: $(VENV)/dev.stamp  ## Check the style and the types.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(VENV)/dev.stamp $(PEERS)/peers.stamp  ## Measure the service on SIZE and on 1,000 invented articles.
	$(BIN)/python -m bench --size $(SIZE) --engine $(ENGINE)

bench-corpus: $(VENV)/dev.stamp  ## Build their databases in instance/bench, unless they are there.
	$(BIN)/python -m bench.build --size $(SIZE) --engine $(ENGINE)

evaluate: $(VENV)/dev.stamp  ## Measure how well the documents of SAMPLES are read, against their gold.
	$(BIN)/python -m bench.evaluate $(if $(filter-out 0,$(VERBOSE)),--verbose) '$(SAMPLES)'

install: $(VENV)/dev.stamp  ## Install everything into .venv.

openapi: $(VENV)/dev.stamp  ## Write the examples and openapi.yaml anew from the code.
	$(BIN)/python -m tests.support.examples
	$(BIN)/flask openapi > openapi.yaml.new && mv openapi.yaml.new openapi.yaml

requirements: $(VENV)/dev.stamp  ## Pin the newest versions of everything, by hash.
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
	  requirements.in --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
	  requirements-dev.in --output-file requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
	  bench/peers/requirements.in --output-file bench/peers/requirements.txt

clean:  ## Remove what the other targets made, but not the database.
	rm -rf $(VENV) $(PEERS) .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/runtime.stamp: requirements.txt | $(BIN)/python
	$(INSTALL) requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt | $(BIN)/python
	$(INSTALL) requirements-dev.txt
	@touch $@ $(VENV)/runtime.stamp

$(PEERS)/peers.stamp: bench/peers/requirements.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r bench/peers/requirements.txt
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "briefs: Python 3.11 or newer is needed; name one with PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	  { echo "briefs: Python's venv module is needed (on Debian: apt-get install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
