# `make help` lists what there is. Everything works on a fresh clone with Python 3.11+ and make alone.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help setup demo test serve site schemas bundle package lint format bench pictures soak mutants lock browser judges clean

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

setup: $(VENV)/.done ## the environment alone, in .venv/

$(VENV)/.done: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Courtyard needs Python 3.11 or later")'
	test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: setup ## the whole portal on 127.0.0.1:8000 (PORT=...), with made-up owners and a year of reminders
	@exec $(BIN)/courtyard demo --port $(PORT)

test: setup browser judges bundle ## every test, Chromium included, on two cores
	$(RUN) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

browser: setup ## Chromium and Chinese fonts for the browser tests, from where a package manager has them
	$(RUN) -m staff.browser

judges: setup ## dynalite, aws-ses-v2-local and axe, second opinions on table, mail and pages, from npm
	$(RUN) -m staff.judges

serve: setup ## the site in both languages with the demo's API, built anew whenever a file of site/ changes
	@exec $(BIN)/courtyard demo --port $(PORT) --reload

site: setup ## the public site, in build/site/
	$(RUN) -m staff.publication

schemas: setup ## the JSON Schemas of the files in site/, from the types
	$(RUN) -m staff.schemas

bundle: setup ## what the functions run by, from site/
	$(RUN) build_notices.py

package: bundle ## the functions and their template, in build/package/
	mkdir -p build
	{ cat functions/resources.yml; sed '1,/^Resources:/d' functions/patches.yml; } > build/merge.yml
	cd functions && PYTHONDONTWRITEBYTECODE=1 AWS_DEFAULT_REGION=$${AWS_DEFAULT_REGION:-us-east-1} \
	  ../$(BIN)/chalice package --stage live --template-format yaml --merge-template ../build/merge.yml ../build/package

lint: setup ## style, types, the rules in site/
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/courtyard check

format: setup ## tidy the Python
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup browser bundle ## speed against the stated floors (OWNERS=1000000 for the whole simulation)
	$(RUN) -m benchmarks

pictures: setup browser bundle ## every page, state and e-mail as they look, in build/pictures/ for people to judge
	$(RUN) -m tests.browser.pictures

soak: setup judges bundle ## properties, races, the simulation and a peak day for longer
	HYPOTHESIS_PROFILE=soak COURTYARD_SEEDS=1000:9000 $(RUN) -m pytest tests/core tests/flows tests/simulation \
	  tests/contract/test_table.py tests/test_garbage.py

mutants: setup bundle ## faults put into the rules of money and demands, and those that no test noticed
	$(RUN) -m mutation

lock: setup ## requirements.lock anew, from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --group dev pyproject.toml --output-file requirements.lock

clean: ## what was built
	rm -rf build functions/chalicelib/bundle.json
