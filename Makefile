# The commands people type. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
PYTHON := $(VENV)/bin/python
export PYTHONDONTWRITEBYTECODE :=
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.PHONY: help install nightly up down status test quick mutants lint format docs lock env clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 18

install: $(VENV)/.installed ## create .venv with the pinned packages

$(VENV)/.installed: requirements.txt pyproject.toml install.sh
	@bash install.sh requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@bash install.sh requirements-dev.txt
	@touch $@

nightly: install ## run the night: DATE=2025-09-30 INBOX=folder SOURCE="a b" AREA="410100" DRY_RUN=1
	@$(VENV)/bin/srdi nightly $(if $(DATE),--date "$(DATE)") $(if $(INBOX),--inbox "$(INBOX)") \
	  $(foreach s,$(SOURCE),--source $(s)) $(foreach a,$(AREA),--area $(a)) $(if $(DRY_RUN),--dry-run)

up: install ## start PostgreSQL and Airflow, print address and login
	@$(VENV)/bin/srdi up

down: ## stop everything that `make up` or `make nightly` started
	@test ! -x $(VENV)/bin/srdi || $(VENV)/bin/srdi down

status: install ## what is running
	@$(VENV)/bin/srdi status

quick: $(VENV)/.installed-dev ## the quick tier: lint, types, unit tests; no services
	@$(MAKE) --no-print-directory lint
	@$(PYTHON) -m pytest -q -m "not full"

test: $(VENV)/.installed-dev ## everything CI runs
	@$(MAKE) --no-print-directory lint
# the nights through Airflow have the machine to themselves; everything else shares its processors
	@$(PYTHON) -m pytest -q --numprocesses auto --maxprocesses 4 --dist loadfile --ignore tests/e2e; others=$$?; \
	  $(PYTHON) -m pytest -q tests/e2e && exit $$others

mutants: $(VENV)/.installed-dev ## every mutant of the policy packs, not only the twelfth of `make test`
	@SRDI_MUTANTS=all $(PYTHON) -m pytest -q tests/policy/test_mutations.py

lint: $(VENV)/.installed-dev ## ruff, formatting, types, contracts, packs, generated pages
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/srdi policy lint
	@$(PYTHON) -m srdi.reports.dictionary --check

format: $(VENV)/.installed-dev ## let ruff mend what it can
	@$(VENV)/bin/ruff check --fix-only .
	@$(VENV)/bin/ruff format .

docs: $(VENV)/.installed-dev ## write the generated pages anew
	@$(PYTHON) -m srdi.reports.dictionary

LOCK := $(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet
lock: install ## pin the newest versions that go together
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt
	$(LOCK) -c requirements.txt deploy/requirements-celery.in -o deploy/requirements-celery.txt

env: ## fill .env with fresh secrets for docker compose
	@python3 deploy/make_env.py

clean: down ## remove the environment and all local state
	rm -rf $(VENV) .local
