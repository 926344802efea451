# Every command does its own set-up: Python 3.11 or newer and make are all it needs. Start with `make help`.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)
DEMO_PORT ?= 8900
DEMO_IDP_PORT ?= 8800
DEMO_TOKEN_LIFETIME ?= 1h
DIALECT ?= standard
PYTEST_ARGS ?=

VENV := .venv
RUN := $(VENV)/bin/python
# pip reads dependency groups since 25.1, and a new environment may hold an older one.
INSTALL := $(RUN) -m pip install --quiet --disable-pip-version-check
# Made anew when what is to be installed changes.
DEMO_READY := $(VENV)/.ready-for-demo
NPM_READY := tests/npm/node_modules/.ready
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test npm lint types docs verifiers packages bench bench-provider fuzz hammer isolation constraints clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-15s %s\n", $$1, $$2}' Makefile

demo: $(DEMO_READY) ## start the provider and the example shop, and print what to open (DEMO_PORT=8900 DEMO_IDP_PORT=8800 DIALECT=orocommerce)
	@exec env PYTHONPATH=docs/examples $(RUN) -m shop --port $(DEMO_PORT) --idp-port $(DEMO_IDP_PORT) \
		--access-token-lifetime $(DEMO_TOKEN_LIFETIME) --dialect $(DIALECT)

# Not pytest-cov: measuring has to start before pytest loads our own plugin.
test: $(READY) ## run every test, with branch coverage (PYTEST_ARGS='-k name' for less)
	$(RUN) -m coverage erase
	$(RUN) -m coverage run -m pytest $(PYTEST_ARGS)
	$(RUN) -m coverage combine --quiet
	$(RUN) -m coverage report

npm: $(NPM_READY) ## install the JavaScript that some tests ask (clients, verifiers, Swagger UI), where there is npm; without it they are skipped

lint: $(READY) ## style, format and import contracts
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(VENV)/bin/lint-imports

types: $(READY) ## mypy everywhere, pyright on the gate
	$(RUN) -m mypy
	$(RUN) -m pyright

docs: $(READY) ## build the documentation into docs/_build/html, warnings as errors
	$(RUN) -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

verifiers: $(READY) $(NPM_READY) ## renew the page about other verifiers (node and npm are needed)
	PYTHONPATH=tests $(RUN) -m other_verifiers_page

packages: $(READY) ## build sdist and wheel into dist/
	$(RUN) -m build --no-isolation --outdir dist

# What is timed or fuzzed is what is committed, so these commands belong on an idle machine, and not to the tests.
bench: $(READY) ## time the gate beside others, alone and behind a server, and watch its memory (wrk is needed for a part)
	@$(RUN) -W ignore benchmarks

bench-provider: $(READY) ## of that, only the provider beside other mocks: start, fixtures, tokens, memory (npm is needed for a part)
	@$(RUN) -W ignore benchmarks provider

fuzz: $(READY) ## throw a million inputs at the gate, guided by coverage (Linux only)
	$(INSTALL) --group fuzz
	@$(RUN) benchmarks/fuzz

hammer: $(READY) ## 16 threads and 1,000 tasks at one gate, while its keys rotate, for a minute
	@$(RUN) benchmarks/hammer.py

isolation: $(READY) ## 300 tests that each use all of a provider, in 8 workers, 20 times: no test may meet another's
	@$(RUN) benchmarks/isolation.py

constraints: ## pin what a new environment of today would hold, in constraints.txt
	.ci/pin-constraints

clean: ## remove the environment and everything that was built
	rm -rf $(VENV) dist build docs/_build htmlcov .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache
	rm -rf .import_linter_cache .hypothesis tests/npm/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN):
	@[ -n "$(PYTHON)" ] || { echo "No Python 3.11 or newer found. Name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$(PYTHON) is too old or does not run: Python 3.11 or newer is needed." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "$(PYTHON) cannot make virtual environments. On Debian: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(DEMO_READY): pyproject.toml constraints.txt | $(RUN)
	@echo "Setting up $(VENV) (a minute, the first time) ..."
	$(INSTALL) 'pip>=25.1'
	$(INSTALL) -c constraints.txt -e '.[mockidp]'
	@touch $@

$(NPM_READY): tests/npm/package.json
	cd tests/npm && npm install --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

$(READY): pyproject.toml constraints.txt | $(RUN)
	@echo "Setting up $(VENV) (a minute or two, the first time) ..."
	$(INSTALL) 'pip>=25.1'
	$(INSTALL) -c constraints.txt -e '.[mockidp]' --group dev
	@touch $@ $(DEMO_READY)
