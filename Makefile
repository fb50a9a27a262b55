# make study    sets up what is missing and opens the app
# make test     sets up what is missing and checks everything
# make verify   proves every exercise under twenty nonces
# make mutants  proves that every suite notices slips in the accepted programs
# make fuzz     lets the property tests search with inputs that they have not seen
# make bench    measures what a person waits for

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: study test verify mutants fuzz bench format

study: .venv/installed
	@$(BIN)/studyapp

test: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/studyapp notes lint content
	$(BIN)/python -m pytest -n 2 --dist worksteal

verify: .venv/installed-dev
	$(BIN)/grader verify --nonces 20

mutants: .venv/installed-dev
	$(BIN)/grader verify --mutants

fuzz: .venv/installed-dev
	$(BIN)/python -m pytest -n 2 --dist worksteal -m hypothesis --hypothesis-profile=search

bench: .venv/installed-dev
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.grader

format: .venv/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.venv/bin/python:
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "No virtual environment could be made. \
	On Debian: apt install python3-venv"; exit 1; }

# The stamps are newer than the files that say what to install, so a second run needs no network.
.venv/installed: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing what studyapp needs into .venv (once; torch takes a minute) …"
	@$(PIP) -e .
	@touch $@

.venv/installed-dev: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing what the tests need into .venv …"
	@$(PIP) -e '.[dev]'
	@touch $@ .venv/installed
