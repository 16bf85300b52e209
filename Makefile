# Every target builds .venv when it is missing or older than setup.cfg.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
TOOLS := $(VENV)/.tools
PIP_INSTALL = -m pip install --quiet --disable-pip-version-check
# One process a core, and temporary folders in memory where there is room.
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist worksteal --in-memory

.DEFAULT_GOAL := help
.PHONY: help demo digest daemon preview check doctor status upgrade test test-all test-rest \
  lint hooks format bench screenshots schema reference lock audit clean

help: ## show this help
	@echo "Daily Papers: a digest of new arXiv papers by e-mail."
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name words; \
	  do printf '  make %-11s  %s\n' "$$name" "$$words"; done

demo: $(INSTALLED) ## show three days with invented papers: no network, nothing to configure
	@$(BIN)/digest demo

digest: $(INSTALLED) ## fetch, mail and publish now, for everybody in subscribers.yaml
	@$(BIN)/digest run

daemon: $(INSTALLED) ## serve everybody at their hour, until stopped
	@$(BIN)/digest daemon

preview: $(INSTALLED) ## show in a browser the mails that would go out now
	@$(BIN)/digest preview

check: $(INSTALLED) ## list mistakes in subscribers.yaml, and print the arXiv queries
	@$(BIN)/digest check

doctor: $(INSTALLED) ## test whether arXiv, the mail server, the state and the sender's domain can be used
	@$(BIN)/digest doctor

status: $(INSTALLED) ## show the state of every keyword and subscriber
	@$(BIN)/digest status

upgrade: $(INSTALLED) ## bring this clone up to date; the archive and your own changes stay
	@$(BIN)/digest upgrade
	@$(MAKE) --no-print-directory $(INSTALLED)

test: $(TOOLS) ## run the quick tests
	@$(PYTEST) -m "not exhaustive"

test-all: $(TOOLS) ## run all tests, with more examples
	@$(PYTEST) --hypothesis-profile=thorough

test-rest: $(TOOLS) ## run only what `make test` leaves out
	@$(PYTEST) --hypothesis-profile=thorough -m "exhaustive or hypothesis"

lint: $(TOOLS) ## check style, types and layers
	@$(BIN)/ruff check digest tests
	@$(BIN)/ruff format --check digest tests
	@$(BIN)/mypy
	@$(BIN)/lint-imports

hooks: $(TOOLS) ## run the linters before each commit
	@hook=$$(git rev-parse --git-path hooks)/pre-commit; \
	  printf '#!/bin/sh\nexec make --no-print-directory lint\n' > "$$hook" && chmod +x "$$hook"

format: $(TOOLS) ## format the code
	@$(BIN)/ruff check --fix digest tests
	@$(BIN)/ruff format digest tests

bench: $(TOOLS) ## measure the speed of the parts that matter
	@$(BIN)/python -m tests.bench

screenshots: $(TOOLS) ## write pictures of mails as Chromium shows them, to screenshots/
	@$(BIN)/python -m tests.support.screenshots screenshots

schema: $(INSTALLED) ## write docs/subscribers.schema.json
	@$(BIN)/python -m digest.config.json_schema > docs/subscribers.schema.json

reference: $(TOOLS) ## write docs/reference.md
	@$(BIN)/python -m tests.support.reference > docs/reference.md

lock: ## write constraints.txt: the newest versions of all dependencies
	@rm -rf build/lock && $(PYTHON) -m venv build/lock
	@build/lock/bin/python $(PIP_INSTALL) '.[github,test,lint]'
	@{ echo "# The versions that are installed and tested. 'make lock' writes this file."; \
	  build/lock/bin/python -m pip freeze --exclude daily-papers; } > constraints.txt
	@rm -rf build/lock

audit: $(INSTALLED) ## list known security holes in the dependencies
	@test -x $(BIN)/pip-audit || $(BIN)/python $(PIP_INSTALL) pip-audit
	@$(BIN)/pip-audit --requirement constraints.txt --no-deps --disable-pip

clean: ## remove what was built; keep the state and the mails
	rm -rf $(VENV) $(VENV)-* build dist *.egg-info .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache \
	  .import_linter_cache
	find digest tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): setup.cfg pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) ..."
	@$(BIN)/python $(PIP_INSTALL) --constraint constraints.txt --editable .
	@touch $@

$(TOOLS): $(INSTALLED)
	@echo "installing what tests and linters need ..."
	@$(BIN)/python $(PIP_INSTALL) --constraint constraints.txt --editable '.[github,test,lint]'
	@touch $@
