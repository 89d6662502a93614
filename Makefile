# The commands of the house. `make demo` and `make test` are all a new user needs.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
NAMES  ?= all
# tests that run side by side, each file in one process; 0 for one after another
JOBS   ?= 2

.PHONY: demo test check bench screens words lock clean

demo: $(VENV)/.runtime
	@deploy/system-packages.sh runtime
	$(BIN)/congvan demo

test: $(VENV)/.dev
	@deploy/system-packages.sh test
	@$(MAKE) --no-print-directory $(VENV)/.foreign
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	@deploy/system-packages.sh runtime
	$(BIN)/congvan bench $(NAMES)

$(VENV)/.runtime: requirements.lock pyproject.toml
	@deploy/system-packages.sh python
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# SOAP clients of another world, which the hub is tested with
$(VENV)/.foreign: tests/connectors/foreign/package-lock.json
	@mkdir -p $(VENV)/foreign
	@cp tests/connectors/foreign/package.json tests/connectors/foreign/package-lock.json $(VENV)/foreign/
	npm ci --silent --ignore-scripts --no-audit --no-fund --prefix $(VENV)/foreign
	@touch $@

# pictures of every screen at three widths, in build/screens
screens: $(VENV)/.dev
	@mkdir -p build/screens
	SCREENSHOTS=build/screens $(BIN)/python -m pytest -q tests/web/test_accessibility.py

# gathers the desk's Vietnamese into the English catalogue; what is new in it waits for its English
words: $(VENV)/.dev
	$(BIN)/pybabel -q extract -F web/locale/babel.cfg --no-location --sort-output -o $(VENV)/messages.pot .
	$(BIN)/pybabel -q update -N --no-wrap --omit-header -i $(VENV)/messages.pot -d web/locale -l en --ignore-obsolete

lock:
	uv pip compile pyproject.toml --group build --generate-hashes --no-header --python-version 3.11 -q -o requirements.lock
	uv pip compile pyproject.toml --group dev --generate-hashes --no-header --python-version 3.11 -q -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
