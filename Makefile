PORT ?= 8000
PYTHON ?= python3
SETUP := $(PYTHON) -m tools.setup
VENV := .venv/bin

.PHONY: help serve test lint unit browser bench format site

help:
	@echo "make serve    set up what is missing and serve the page on port 8000 (PORT= changes it)"
	@echo "make test     set up what is missing, then every check and test"
	@echo "make lint     only ruff and mypy"
	@echo "make unit     only the unit tests"
	@echo "make browser  only the browser tests"
	@echo "make bench    measure this project beside others (QUICK=1: roughly, in five minutes)"
	@echo "make format   rewrite the Python files in the project's format"
	@echo "make site     copy what a static host needs into site/"

serve:
	@$(SETUP) page
	@$(PYTHON) -m tools.serve $(PORT)

# One pytest run, so that its closing line counts every test.
test:
	@$(SETUP) page python chromium
	@$(MAKE) --no-print-directory lint
	@$(VENV)/pytest tests/unit tests/browser

lint:
	@$(SETUP) python
	@$(VENV)/ruff check
	@$(VENV)/ruff format --check
	@$(VENV)/mypy

unit:
	@$(SETUP) python
	@$(VENV)/pytest tests/unit

browser:
	@$(SETUP) page python chromium
	@$(VENV)/pytest tests/browser

# REFERENCE=no skips the run in the page, which takes minutes with NumPy.
bench:
	@$(SETUP) page python chromium bench
	@$(VENV)/python -m bench $(if $(QUICK),--quick) $(if $(filter no,$(REFERENCE)),--no-reference)

format:
	@$(SETUP) python
	@$(VENV)/ruff check --fix
	@$(VENV)/ruff format

site:
	@$(SETUP) page
	@$(PYTHON) -m tools.publish
