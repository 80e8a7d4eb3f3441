# Eight verbs. VENV may point elsewhere; PYTHON picks the interpreter (3.11 to 3.13).
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
ARGS ?=
# Where the tests put their servers and recordings: in memory, if there is room for them.
MEMORY := $(shell grep -s ' /dev/shm ' /proc/mounts | grep -qv noexec && \
	df -k --output=avail /dev/shm | awk 'NR == 2 && $$1 > 8000000 {print "TMPDIR=/dev/shm"}')

.PHONY: install demo test test-long check bench bench-masking bench-guard mariadb

install: $(VENV)/.installed

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

demo: $(VENV)/.installed
	$(BIN)/bastion demo $(ARGS)

# The suite runs on real servers and the real OpenSSH client: install what is missing, or say how.
mariadb:
	@deploy/install-test-servers

test: $(VENV)/.installed-dev mariadb
	$(BIN)/lint-imports --verbose
	PYTHONDONTWRITEBYTECODE= $(MEMORY) $(BIN)/python -m pytest -m "not long" -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

test-long: $(VENV)/.installed-dev mariadb
	BASTION_RED_TEAM=all $(BIN)/python -m pytest --timeout 3600 $(ARGS)

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/codespell
	$(MAKE) test

bench: $(VENV)/.installed-dev mariadb
	$(BIN)/python -m tests.bench $(ARGS)

# Published figures: measured on real servers, printed, and written into docs/masking-quality.md.
bench-masking: $(VENV)/.installed-dev mariadb
	BASTION_QUALITY=write $(BIN)/python -m pytest -q -s -p no:randomly tests/quality/test_published.py -k "masking or classes or everyday or sectors"

bench-guard: $(VENV)/.installed-dev mariadb
	BASTION_QUALITY=write $(BIN)/python -m pytest -q -s -p no:randomly tests/quality/test_published.py -k guard
