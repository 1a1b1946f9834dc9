# Two commands do everything on a machine with Python 3.11+, Git and make: `make site` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help site test test-all check serve fmt lint bench bench-documents bench-site bench-changes bench-returned dist lock clean

help:  ## Say what each command does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/runtime: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Undersigned needs Python 3.11 or later; name one with: make PYTHON=python3.12 site")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/development: $(VENV)/runtime requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

site: $(VENV)/runtime  ## Check the register, write the documents and the site into site/
	$(BIN)/undersigned build

test: $(VENV)/development  ## Run what a contributor needs before proposing a change (minutes)
	$(BIN)/python -m pytest --numprocesses auto --dist loadscope -m "not slow"

test-all: $(VENV)/development  ## Run every test that this machine can run
	$(BIN)/python -m pytest --numprocesses auto --dist loadscope --no-loadscope-reorder

check: $(VENV)/runtime  ## Check every record
	$(BIN)/undersigned check

serve: $(VENV)/runtime  ## Show the site with live reload on http://127.0.0.1:8000
	$(BIN)/undersigned serve

fmt: $(VENV)/runtime  ## Put records in order and fill in missing fingerprints
	$(BIN)/undersigned fmt

lint: $(VENV)/development  ## Lint, formatting and strict types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --config-file tests/mypy.ini tests

bench: $(VENV)/development  ## Measure on a register of national size (takes minutes)
	$(BIN)/python tests/benchmark/measure.py

bench-documents: $(VENV)/development  ## Measure the signable copies of a register of national size (takes minutes)
	$(BIN)/python tests/benchmark/documents.py

bench-site: $(VENV)/development  ## Measure the site of a register of national size (takes minutes)
	$(BIN)/python tests/benchmark/site.py

bench-changes: $(VENV)/development  ## Measure `changes` on a register of national size with 5,000 commits (takes minutes)
	$(BIN)/python tests/benchmark/changes.py

bench-returned: $(VENV)/development  ## Measure `receive` of a returned copy of 45 pages: PDF, printed to PDF, scan (takes minutes)
	$(BIN)/python tests/benchmark/returned.py

dist: $(VENV)/runtime  ## Build the wheel and the source archive into dist/
	rm -rf dist
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	$(BIN)/python -c "from setuptools import build_meta; build_meta.build_sdist('dist')" >/dev/null

lock: $(VENV)/development  ## Write the hash-locked requirements again
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --upgrade --extra build pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --upgrade --extra build --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --upgrade --extra gates -c requirements-dev.txt pyproject.toml -o requirements-gates.txt

clean:  ## Remove what the commands made
	rm -rf $(VENV) site build dist .site-*
