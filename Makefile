# Each target sets itself up first; nothing but Python 3.11 and make is needed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHARED ?= ../shared
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet

.PHONY: demo test up quality lint lock clean

demo: $(VENV)/run  ## Sample feeds → a digest to open; no network, no mail server
	$(BIN)/perigee demo --out out

test: $(VENV)/dev  ## All tests
	$(BIN)/python -m pytest -n auto --dist loadgroup

up: $(VENV)/run  ## Prefect server, work pool, deployments and a worker, until Ctrl-C
	$(BIN)/python -m flows.up

quality: $(VENV)/dev  ## Scores on the labelled week, against the last ones in docs/quality.json
	$(BIN)/python tests/quality.py $(SHARED)/gold

lint: $(VENV)/dev  ## Style, types, layers, SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint transforms/sql

lock: $(VENV)/dev  ## Pin the newest versions that pyproject.toml allows, with hashes
	$(BIN)/uv pip compile pyproject.toml $(LOCK) -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --group dev -c requirements.txt $(LOCK) -o requirements-dev.txt

clean:  ## Remove what the targets made
	rm -rf $(VENV) out build dist

# The requirements list everything that is needed, so pip has nothing to resolve (--no-deps); the
# pip of a fresh venv could not: it takes `sqlalchemy[asyncio]` for another, unpinned package.
$(VENV)/run: requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/run
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.txt
	touch $@
