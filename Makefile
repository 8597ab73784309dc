PORT ?= 8000
PYTHON ?= python3
MINUTES ?= 30
SETUP := $(PYTHON) -m tools.setup
VENV := .venv/bin

.PHONY: help serve test lint unit browser bench start soak format docs site wheel

help:
	@echo "make serve    set up what is missing and serve the page on port 8000 (PORT= changes it)"
	@echo "make test     set up what is missing, then every check and test"
	@echo "make lint     only ruff and mypy"
	@echo "make unit     only the unit tests"
	@echo "make browser  only the browser tests"
	@echo "make bench    measure this project beside others (QUICK=1: roughly, in five minutes)"
	@echo "make start    measure how soon the page is ready, beside Pyodide alone"
	@echo "make soak     train and change all labs for 30 minutes, and see whether memory stays flat"
	@echo "make format   rewrite the Python files in the project's format"
	@echo "make docs     build the documentation in build/docs/"
	@echo "make wheel    put nn as a package for pip into build/"
	@echo "make site     copy what a static host needs into site/"

serve:
	@$(SETUP) page
	@$(PYTHON) -m tools.serve $(PORT)

# One pytest run, so that its closing line counts every test; three processes, for a browser's
# tests mostly wait.
test:
	@$(SETUP) libraries page python chromium browsers docs
	@$(MAKE) --no-print-directory lint
	@$(VENV)/pytest -n 3 --dist loadfile tests/unit tests/browser

lint:
	@$(SETUP) python
	@$(VENV)/ruff check
	@$(VENV)/ruff format --check
	@$(VENV)/mypy

unit:
	@$(SETUP) python
	@$(VENV)/pytest tests/unit

browser:
	@$(SETUP) libraries page python chromium browsers docs
	@$(VENV)/pytest tests/browser

# REFERENCE=no skips the run in the page, which takes minutes with NumPy.
bench:
	@$(SETUP) page python chromium bench
	@$(VENV)/python -m bench.sequences
	@$(VENV)/python -m bench $(if $(QUICK),--quick) $(if $(filter no,$(REFERENCE)),--no-reference)

start:
	@$(SETUP) page python chromium
	@$(VENV)/python -m bench.start

soak:
	@$(SETUP) page python chromium
	@$(VENV)/python -m bench.soak --minutes $(MINUTES)

format:
	@$(SETUP) python
	@$(VENV)/ruff check --fix
	@$(VENV)/ruff format

docs:
	@$(SETUP) docs
	@echo "The documentation is in build/docs"

site:
	@$(SETUP) page docs
	@$(PYTHON) -m tools.publish

wheel:
	@$(SETUP) python
	@$(VENV)/pip wheel --quiet --no-deps --wheel-dir build .
	@ls build/nn_tab-*.whl
