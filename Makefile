# Everything happens inside .venv, from the exact versions in locks/: no root rights, and a second run is quick.
#
#   make train          train on the handwritten digits and say where the report is (DATA=... for other data)
#   make test           the test suite, with the examples in the documentation
#   make lint           style, types and the direction of imports
#   make docs           the documentation as HTML
#   make build          the wheel and the source archive
#   make page           the scripts of the report and of the page, from frontend/; needs Node
#   make peers          PyTorch, Keras, Lightning, skorch, KerasTuner and Ray Tune, for the tests and benchmarks that compare with them
#   make clean          remove all of that again; runs are kept
#
# PYTHON=/path/to/python names an interpreter; without it the first of the list below that is 3.11 or newer is taken.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?=
CANDIDATES := $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python3.14 /usr/bin/python3 python)
SUITABLE := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 15))
DATA ?= digits

VENV := .venv
INTERPRETER := $(VENV)/bin/python
# A stamp carries the folder's path, because an environment is tied to it: a moved copy is made again.
PLACE := $(firstword $(shell echo "$(CURDIR)" | cksum))
MADE := $(VENV)/made-$(PLACE)
RUN := $(VENV)/installed-run-$(PLACE)
TEST := $(VENV)/installed-test-$(PLACE)
PEERS := $(VENV)/installed-peers-$(PLACE)
PIP := $(INTERPRETER) -m pip install --quiet --disable-pip-version-check

.PHONY: help train test lint style contracts types docs build page peers clean lost

help:
	@sed -n 's/^#   //p' $(firstword $(MAKEFILE_LIST))

train: $(RUN)
	$(INTERPRETER) -m piste train $(DATA)

# A worker for each core, up to four, with one thread each: threads of several programs on the same cores wait for each other.
test: $(TEST)
	NPROC=1 $(INTERPRETER) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

lint: style contracts types

style: $(TEST)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

contracts: $(TEST)
	$(VENV)/bin/lint-imports

types: $(TEST)
	$(INTERPRETER) -m mypy src tests conftest.py $(wildcard benchmarks)

docs: $(TEST)
	$(INTERPRETER) -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "The documentation is in docs/_build/html/index.html"

build: $(TEST)
	rm -rf dist
	$(INTERPRETER) -m build --no-isolation

page:
	cd frontend && npm ci --no-audit --no-fund && npm run check && npm run build

peers: $(PEERS)

clean:
	rm -rf $(VENV) build dist docs/_build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# So is one whose interpreter is gone.
$(MADE): $(shell test -x $(INTERPRETER) || echo lost)
	@for candidate in $(CANDIDATES); do \
	  if "$$candidate" -c '$(SUITABLE)' 2>/dev/null; then \
	    echo "Making $(VENV) with $$("$$candidate" --version)"; "$$candidate" -m venv --clear $(VENV) && touch $@; exit; \
	  fi; \
	done; \
	echo "Piste needs Python 3.11 to 3.14 with its venv module; none of these is one: $(CANDIDATES). Name one: make PYTHON=/path/to/python" >&2; \
	exit 2

# --no-deps, because a lock names every package: what pip would add on its own is a hole in the lock.
$(RUN): locks/run.txt pyproject.toml $(MADE)
	@echo "Installing Piste (about a minute the first time)"
	@$(PIP) --no-deps -r locks/run.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(TEST): locks/test.txt $(RUN)
	@echo "Installing the tools for tests and documentation"
	@$(PIP) --no-deps -r locks/test.txt
	@touch $@

# With dependencies: which ones PyTorch has depends on the machine. The lock still holds for all that is in it.
$(PEERS): locks/peers.txt $(TEST)
	@echo "Installing PyTorch, Keras, Lightning, skorch, KerasTuner and Ray Tune"
	@$(PIP) -r locks/peers.txt -c locks/test.txt
	@touch $@
