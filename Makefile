# A newcomer needs two commands: `make demo` and `make test`. Both set up whatever is missing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORE := selftests/unit/judging/test_rules.py selftests/unit/judging/test_verdict.py \
  selftests/unit/gate/test_waived.py selftests/unit/waivers/test_waivers.py \
  selftests/unit/waivers/test_by_design.py

.PHONY: help demo test drills rehearsal check fuzz mutants bench lab-up lab-down system lock clean

demo: $(VENV)/ready system  ## set everything up, start both lab sites, run the gate
	$(BIN)/python -m lab up
	$(BIN)/siteparity gate

test: check  ## all self-tests: check, pytest in pytest, hostile hosts, damaged answers, the browser, the lab
	$(BIN)/python -m pytest -q -n 2 selftests/plugin selftests/hostile selftests/fuzz
	$(BIN)/python -m pytest -q -n 2 selftests/browser -k "not in_half_a_second"
	$(BIN)/python -m pytest -q selftests/browser -k in_half_a_second  # it measures time
	$(BIN)/python -m pytest -q selftests/lab --ignore selftests/lab/test_pairs.py \
	  --ignore selftests/lab/test_mishaps.py

fuzz: $(VENV)/ready  ## damaged answers against every parser, longer; EXAMPLES=N tries for each (default 200000)
	$(BIN)/python -m pytest -q -n 2 selftests/fuzz --fuzz-examples $(or $(EXAMPLES),200000)

drills: $(VENV)/ready system  ## every fault of the lab against the checks that must catch it, several in a run; ALONE=1: one by one; all cases of other lab tests
	$(BIN)/python -m pytest -q selftests/lab/test_drills.py --every-fault $(if $(ALONE),--alone)
	$(BIN)/python -m pytest -q selftests/lab/test_deadlines.py selftests/lab/test_init.py \
	  selftests/lab/test_other_names.py selftests/lab/test_small.py selftests/lab/test_rehearsal.py \
	  selftests/lab/test_mishaps.py --every-fault
	$(BIN)/python -m pytest -q selftests/lab/test_pairs.py --every-fault

rehearsal: $(VENV)/ready system  ## follow the rendered failover plan in the lab, there and back; prints RTO and the orders lost
	$(BIN)/python -m pytest -q selftests/lab/test_rehearsal.py

check: $(VENV)/ready system  ## the fast part of CI: style, types, import contracts, unit and contract tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q -n 2 --dist loadfile selftests/unit selftests/contract  # what a file prepares, once

mutants: $(VENV)/ready  ## the core's unit tests take every branch and notice every change of the code
	$(BIN)/coverage run -m pytest -q -p no:xdist $(CORE)
	$(BIN)/coverage report
	rm -rf mutants
	$(BIN)/mutmut run
	$(BIN)/python -m selftests.mutants

bench: $(VENV)/ready  ## measure speed, in seconds and as ratios to the usual way; FLEET=N: N recorded hosts, without the lab
ifdef FLEET
	$(BIN)/python -m selftests.fleet $(FLEET)
	$(BIN)/python -m selftests.fleet.live $(FLEET)  # over a real sshd, as root
else
	$(MAKE) system
	$(BIN)/python -m lab up
	$(BIN)/python -m selftests.bench
endif

lab-up: $(VENV)/ready system  ## start both lab sites
	$(BIN)/python -m lab up

lab-down: $(VENV)/ready  ## stop them; images and keys stay
	$(BIN)/python -m lab down

$(VENV)/ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import ensurepip, venv' >/dev/null 2>&1 || ./deploy/install-system-packages python3-venv
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

system:  ## install the Debian packages that the lab and the tests need
	./deploy/install-system-packages $$(cat lab/system-packages.txt)

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 12

lock:  ## pin every dependency anew, with hashes and without index addresses
	$(BIN)/pip install --quiet pip-tools
	for file in run full dev; do $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  $$([ $$file = run ] || echo --extra notices --extra pdf) $$([ $$file != dev ] || echo --extra dev) \
	  --output-file requirements/$$file.txt pyproject.toml; done

clean:
	rm -rf $(VENV) mutants .coverage .mypy_cache .ruff_cache .hypothesis
