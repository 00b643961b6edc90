# Two commands are all that a newcomer needs: `make demo` and `make test`. Both set up whatever is missing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORE := selftests/unit/judging/test_rules.py selftests/unit/judging/test_verdict.py \
  selftests/unit/gate/test_waived.py selftests/unit/waivers/test_waivers.py

.PHONY: help demo test drills check fuzz mutants bench lab-up lab-down system lock clean

demo: $(VENV)/ready system  ## set everything up, bring both lab sites up, run the gate
	$(BIN)/python -m lab up
	$(BIN)/siteparity gate

test: check  ## the fast self-tests, then pytest in pytest, hostile hosts, damaged answers, the browser, the lab
	$(BIN)/python -m pytest -q -n 2 selftests/plugin selftests/hostile selftests/fuzz
	$(BIN)/python -m pytest -q selftests/browser
	$(BIN)/python -m pytest -q selftests/lab

fuzz: $(VENV)/ready  ## a longer look for answers that a parser does not take: EXAMPLES for each, 200,000 unless said
	$(BIN)/python -m pytest -q -n 2 selftests/fuzz --fuzz-examples $(or $(EXAMPLES),200000)

drills: $(VENV)/ready system  ## every fault of the lab against the checks that must catch it, several in one run; ALONE=1: each by itself
	$(BIN)/python -m pytest -q selftests/lab/test_drills.py --every-fault $(if $(ALONE),--alone)

check: $(VENV)/ready system  ## the fast part: style, types, the direction of imports, unit and contract tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q -n 2 selftests/unit selftests/contract

mutants: $(VENV)/ready  ## proof of the core: every branch is taken, and a change of the code is noticed by the unit tests
	$(BIN)/coverage run -m pytest -q -p no:xdist $(CORE)
	$(BIN)/coverage report
	rm -rf mutants
	$(BIN)/mutmut run
	$(BIN)/python -m selftests.mutants

bench: $(VENV)/ready system  ## speed, as figures and as ratios against the usual way
	$(BIN)/python -m lab up
	$(BIN)/python -m selftests.bench

lab-up: $(VENV)/ready system  ## bring both lab sites up
	$(BIN)/python -m lab up

lab-down: $(VENV)/ready  ## take them down
	$(BIN)/python -m lab down

$(VENV)/ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import ensurepip, venv' >/dev/null 2>&1 || ./deploy/install-system-packages python3-venv
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

system:  ## what the lab and the browser tests need from the machine
	./deploy/install-system-packages $$(cat lab/system-packages.txt)

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 12

lock:  ## pin every dependency again, with hashes and without addresses
	$(BIN)/pip install --quiet pip-tools
	for extra in run dev; do $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  $$([ $$extra = run ] || echo --extra $$extra) --output-file requirements/$$extra.txt pyproject.toml; done

clean:
	rm -rf $(VENV) mutants .coverage .mypy_cache .ruff_cache .hypothesis
