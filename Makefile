# One verb a task. Every verb sets up what it needs; nothing needs root.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest

.PHONY: all demo test check cases fuzz bench lock wheel clean
all: .venv/run

# The environment: locked, every file checked against its hash.
.venv/run: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/run requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: .venv/run
	$(BIN)/privity demo

test: .venv/dev
	$(PYTEST) -n 2 $(T)

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) -n 2 -m invariant tests

cases: .venv/dev
	$(PYTEST) tests/cases

fuzz: .venv/dev
	$(BIN)/python tests/fuzz/million.py

bench: .venv/dev
	$(BIN)/python benchmarks/passage.py

wheel: .venv/dev
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation -w dist .

# Needs pip-tools or uv; writes hashes and no host names.
lock:
	uv pip compile --generate-hashes --no-header --no-annotate --universal --python-version 3.11 --extra dev pyproject.toml -o requirements-dev.lock
	uv pip compile --generate-hashes --no-header --no-annotate --universal --python-version 3.11 -c requirements-dev.lock pyproject.toml requirements-build.in -o requirements.lock

clean:
	rm -rf .venv dist build
