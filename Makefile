# The one door. `make demo` shows the product, `make test` proves it; both prepare what they need themselves.
SHELL := /bin/sh
VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/.stamp
SIZE  ?= small

# One more than there are processors: browsers and servers let the tests wait now and then.
SIDE_BY_SIDE = -n $(shell expr $$(nproc) + 1) --dist load --maxschedchunk 4

# Workers that compile every module anew take twice as long to begin.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo format test test-all test-fast coverage floors lint mutations bench fuzz assets screens pictures docs messages lock clean

help:
	@echo "make demo       install, seed the invented group and start everything (Ctrl-C stops it)"
	@echo "make test       lint, types, contracts, the tests on SQLite, and on PostgreSQL those with the mark postgres"
	@echo "                (PKG=people or PKG=people/imports: only tests/people, on both databases)"
	@echo "make test-fast  lint and the tests below the pages that need no server, on SQLite, in a minute"
	@echo "make test-all   everything on both databases: long stories, every page in every language, theme and width"
	@echo "make coverage   which lines the tests reach, and the floors for pure packages and the sender"
	@echo "make mutations  put deliberate faults into a copy of the program; a named test must find each of them"
	@echo "make fuzz       a million damaged messages through the readers (RUNS=… for another number)"
	@echo "make bench      speed and memory, one line a figure (SIZE=full for the long run)"
	@echo "make docs       the reference from the code, then the whole documentation as a site in build/docs"
	@echo "make screens    pictures of every page into screens/: both themes, both widths, three languages"
	@echo "make format     ruff, djangofmt and biome put everything into form"
	@echo "make assets     rebuild the committed front-end files (needs npm)"
	@echo "make pictures   the guide's pictures, taken in a demo of its own"
	@echo "make messages   collect and compile the translations"
	@echo "make lock       renew the hashed locks"
	@echo "make clean      remove everything that these commands made"

$(STAMP)-run: requirements/esmero.lock pyproject.toml
	@test -x $(BIN)/python || "$$(bin/python-for 3.12)" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/esmero.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(STAMP)-dev: requirements/dev.lock $(STAMP)-run
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

# The tool that says whether HTML is valid: one pinned package and its few, in seconds. Without npm its tests are skipped.
$(STAMP)-html: assets/validate/package-lock.json | $(STAMP)-dev
	@if command -v npm >/dev/null && npm ci --prefix assets/validate --ignore-scripts --no-audit --no-fund --silent; \
	then touch $@; else echo "html-validate is not there: whether HTML is valid is not tested"; fi

# Biome, one pinned package: it formats and lints JavaScript and CSS. Without npm lint says that it is not checked.
$(STAMP)-biome: assets/check/package-lock.json | $(STAMP)-dev
	@if command -v npm >/dev/null && npm ci --prefix assets/check --ignore-scripts --no-audit --no-fund --silent; \
	then touch $@; else echo "biome is not there: the form of JavaScript and CSS is not checked"; fi

demo:
	@began=$$(date +%s) && $(MAKE) --no-print-directory $(STAMP)-run && \
	ESMERO_HOME="$${ESMERO_HOME:-var/demo}" exec $(BIN)/esmero demo --began "$$began"

# The block tags of web/parts/tags/ are indented like elements.
TEMPLATE_FORM = --line-length 120 --indent-width 2 --custom-blocks card,notice,post_form,folded,dropdown,fact,row,toast,element_button
format: $(STAMP)-dev
	$(BIN)/ruff format .
	$(BIN)/djangofmt $(TEMPLATE_FORM) src/esmero/templates
	@if [ -f $(STAMP)-biome ]; then cd assets && check/node_modules/.bin/biome format --write .; fi

lint: $(STAMP)-dev $(STAMP)-biome
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djangofmt --check $(TEMPLATE_FORM) src/esmero/templates
	@if [ -f $(STAMP)-biome ]; then cd assets && check/node_modules/.bin/biome check .; fi
	$(BIN)/python bin/size
	$(BIN)/lint-imports
	$(BIN)/mypy

ifdef PKG
# Where nothing of a package is for PostgreSQL, pytest says so by 5.
test: $(STAMP)-html
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not long" tests/$(PKG)
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -p tests.postgres --everything -m "not browser and not relay and not long" tests/$(PKG) || [ $$? -eq 5 ]
else
test: lint $(STAMP)-html
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not long"
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -p tests.postgres -m "not browser and not relay and not long"
endif

# Only as many workers as processors: here nothing waits, and each worker costs seconds to collect the tests.
test-fast: $(STAMP)-dev
	$(BIN)/ruff check .
	ESMERO_TEST_FAST=1 $(BIN)/python -m pytest -n $$(nproc) --dist load --maxschedchunk 16 -m "not browser and not relay and not slow and not long and not corpus" --ignore tests/web/console --ignore tests/web/public

test-all: export SIZE = full
test-all: lint $(STAMP)-html
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(COVERED)
	@$(MAKE) --no-print-directory floors
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -p tests.postgres --everything

COVERED = --cov --cov-report=
coverage: $(STAMP)-dev
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not browser and not long" $(COVERED)
	@$(MAKE) --no-print-directory floors
	$(BIN)/coverage report --skip-covered --sort=cover

# A point or two below what the tests reach: percent of the lines of each package.
FLOORS = policy/:99 rendering/:97 intake/:97 outbox/:89 mailroom/sending/sender.py:89 mailroom/sending/batches.py:98
floors:
	@for floor in $(FLOORS); do \
	  echo "$${floor%:*} reaches $${floor#*:} %:" && \
	  $(BIN)/coverage report --format=total --include="src/esmero/$${floor%:*}*" --fail-under="$${floor#*:}" || exit 1; done

mutations: $(STAMP)-dev
	$(BIN)/python bin/mutations

fuzz: $(STAMP)-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "atheris>=3.1"
	$(BIN)/python bin/fuzz

bench: $(STAMP)-dev
	@SIZE=$(SIZE) $(BIN)/python -m bench

docs: $(STAMP)-dev
	$(BIN)/python bin/reference
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/docs.lock
	$(BIN)/python bin/site

assets:
	npm ci --ignore-scripts --no-audit --no-fund
	npm run build

screens: $(STAMP)-dev
	$(BIN)/python bin/screens

pictures: $(STAMP)-dev
	$(BIN)/python bin/pictures

messages: $(STAMP)-dev
	$(BIN)/python bin/messages

lock:
	uv pip compile --universal --python-version 3.12 --generate-hashes --no-annotate --no-header -q requirements/esmero.in -o requirements/esmero.lock
	uv pip compile --universal --python-version 3.12 --generate-hashes --no-annotate --no-header -q requirements/dev.in -o requirements/dev.lock
	uv pip compile --universal --python-version 3.12 --generate-hashes --no-annotate --no-header -q -c requirements/dev.lock requirements/docs.in -o requirements/docs.lock

clean:
	rm -rf $(VENV) var build dist node_modules screens .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache src/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
