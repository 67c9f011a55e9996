# make demo   what the project does, in one process          (Python >= 3.11)
# make test   every check and every test, as in CI           (Python >= 3.11, Node.js >= 20)
# make help   the other targets
#
# On Linux, PyPI's torch brings several GB of CUDA. For the CPU build give PyTorch's own index:
#   make demo TORCH_INDEX=https://download.pytorch.org/whl/cpu

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:

# The first interpreter that is new enough; empty when there is none.
ifndef PYTHON
PYTHON := $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
endif
TORCH_INDEX ?=
# More arguments for one of the runners: make test-contracts BROWNIE_ARGS="-k slash -x"
PYTEST_ARGS ?=
BROWNIE_ARGS ?=
FORGE_ARGS ?=
BENCH_ARGS ?=
# Processes of each runner; every one of Brownie's has an anvil of its own.
JOBS ?= 2

VENV := .venv
BIN := $(VENV)/bin
REPORTS := reports
PIP_INSTALL := $(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --constraint constraints.txt$(if $(TORCH_INDEX), --extra-index-url $(TORCH_INDEX))

RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
NODE := node_modules/.installed
TOOLCHAIN := .toolchain/.linked
IPFS_DAEMON := tests/ipfs/node_modules/.installed

# Brownie keeps networks, packages and examples in the user's home. Its own home here means that nothing a user
# has there can change a build or a test, and that nothing of theirs is overwritten.
BROWNIE := HOME="$(CURDIR)/.toolchain/home" $(BIN)/brownie
export PATH := $(CURDIR)/$(BIN):$(PATH)
export SOLCX_BINARY_PATH := $(CURDIR)/.toolchain
export PYTHONUNBUFFERED := 1
# Packages are installed uncompiled and compiled when they are first used, which a user's setting must not prevent:
# without it every process would compile torch anew.
export PYTHONDONTWRITEBYTECODE :=

SOURCES_PY := fl_client scripts tests examples
SOURCES_SOL := 'contracts/**/*.sol'
# Everything that needs no Brownie.
TESTS_PY := $(wildcard $(addprefix tests/,fl_client parity end_to_end scripts simulation faults))
TESTS_SOL := tests/contracts

heading = @printf '\n=== %s ===\n' '$(1)'

.PHONY: help demo setup test lint type artifacts check-artifacts test-python test-contracts test-ganache test-fuzz \
  test-faults test-ipfs fuzz snapshot slither \
  coverage coverage-python coverage-contracts bench bench-attacks fmt devnet clean distclean require-python require-node

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUNTIME) ## Install the client alone and run one federation with every role
	$(BIN)/fl demo

test: setup ## Set up, then every check and every test in this order
	@$(MAKE) --no-print-directory lint type check-artifacts test-python test-contracts test-fuzz slither
	$(call heading,summary)
	@for log in python contracts; do \
	  printf '%-10s %s\n' "$$log" "$$(grep -E '^=+ .*(passed|failed|error|no tests ran).* in ' $(REPORTS)/$$log.log | tail -1)"; \
	done

setup: require-python require-node $(DEV) $(TOOLCHAIN) ## Install all that the tests need

lint: setup ## ruff and solhint
	$(call heading,ruff)
	$(BIN)/ruff check $(SOURCES_PY)
	$(call heading,solhint)
	node_modules/.bin/solhint --max-warnings 0 --disc $(SOURCES_SOL)

type: $(DEV) ## mypy --strict
	$(call heading,mypy)
	$(BIN)/mypy --strict fl_client

artifacts: setup ## Compile the contracts into fl_client/chain/artifacts
	$(BIN)/python scripts/tools/export_artifacts.py

check-artifacts: setup ## Fail when fl_client/chain/artifacts is not what contracts/ compiles to
	$(call heading,artifacts)
	$(BIN)/python scripts/tools/export_artifacts.py --check

test-python: setup ## The tests that take no node
	$(call heading,pytest)
	@mkdir -p $(REPORTS)
	@set -o pipefail; $(BIN)/python -m pytest -p no:pytest-brownie -n $(JOBS) --dist loadscope \
	  $(TESTS_PY) $(PYTEST_ARGS) | tee $(REPORTS)/python.log || { echo 'once more, what failed:'; \
	  $(BIN)/python -m pytest -p no:pytest-brownie --last-failed --last-failed-no-failures none \
	  $(TESTS_PY) $(PYTEST_ARGS) | tee -a $(REPORTS)/python.log; }

# Everything is compiled anew: Brownie does not notice an edit to a file that holds only types or constants.
test-contracts: setup ## The Brownie tests, on an anvil of their own
	$(call heading,brownie)
	@mkdir -p $(REPORTS)
	$(BROWNIE) compile --all
	@set -o pipefail; $(BROWNIE) test $(TESTS_SOL) -n $(JOBS) $(BROWNIE_ARGS) | tee $(REPORTS)/contracts.log \
	  || { echo 'once more, what failed (a busy machine drops transactions):'; \
	  $(BROWNIE) test $(TESTS_SOL) --last-failed --last-failed-no-failures none $(BROWNIE_ARGS) \
	  | tee -a $(REPORTS)/contracts.log; }

# Half an hour of real nodes and processes; GRADBOND_FAULT_SEEDS=2,3 gives other moments of the same faults.
test-faults: setup ## Every fault at every deed: nodes, networks, crashes, disks, clocks, reorganisations
	$(BIN)/python -m pytest -p no:pytest-brownie -n $(JOBS) --dist load tests/faults -m "matrix or not matrix" $(PYTEST_ARGS)

test-ganache: setup ## The Brownie tests, on Ganache
	$(BROWNIE) test $(TESTS_SOL) --network gradbond-ganache $(BROWNIE_ARGS)

# GRADBOND_IPFS_API names a daemon that runs already, e.g. /ip4/127.0.0.1/tcp/5001; nothing is installed then.
test-ipfs: $(DEV) $(if $(GRADBOND_IPFS_API),,$(IPFS_DAEMON)) ## The storage tests, and a task of seven processes, on an IPFS daemon (installs one: 300 MB)
	$(call heading,pytest on an IPFS daemon)
	$(BIN)/python -m pytest -p no:pytest-brownie -m daemon tests/fl_client/storage tests/scripts $(PYTEST_ARGS)

# The binary behind forge fails when a test does; npm's launcher of it does not.
test-fuzz: setup ## Fuzz and invariant tests of the contracts, within a minute and always the same
	$(call heading,forge)
	FOUNDRY_PROFILE=fuzz $(BIN)/forge test $(FORGE_ARGS)

fuzz: setup ## The same for as long as an hour, other cases every time
	FOUNDRY_PROFILE=long $(BIN)/forge test -vv $(FORGE_ARGS)

snapshot: setup ## Write down anew what calls cost and contracts weigh
	GRADBOND_RENEW_SNAPSHOT=1 $(BIN)/python -m pytest -q -p no:pytest-brownie tests/scripts/test_code_size.py -k sizes
	$(BROWNIE) compile --all
	GRADBOND_RENEW_SNAPSHOT=1 $(BROWNIE) test $(TESTS_SOL)/gas -k snapshot

slither: setup ## Static analysis of the contracts
	$(call heading,slither)
	$(BIN)/slither . --compile-force-framework foundry --fail-low

coverage: coverage-python coverage-contracts ## Coverage of fl_client and of the contracts, each with its limits

# Of lines; half an hour.
coverage-python: setup
	$(call heading,coverage of fl_client)
	$(BIN)/python -m pytest -p no:pytest-brownie -n $(JOBS) --dist loadscope $(TESTS_PY) --cov \
	  --cov-report=term-missing:skip-covered --cov-fail-under=95 $(PYTEST_ARGS)

# Most of an hour: every call of a new kind is traced. What an earlier run remembered must not count.
coverage-contracts: setup
	$(call heading,coverage of the contracts)
	rm -f build/tests.json
	$(BROWNIE) compile --all
	$(BROWNIE) test $(addprefix $(TESTS_SOL)/,unit integration) --coverage $(BROWNIE_ARGS)
	$(BIN)/python scripts/tools/contract_coverage.py

bench: setup ## Measure time, gas and storage
	$(BIN)/python scripts/bench.py

# What was measured is kept in reports/attacks, so that an interrupted run goes on.
bench-attacks: setup ## Attacks against rules on digits, five seeds; renews docs/attacks.md
	PYTHONPATH=scripts $(BIN)/python -m benchmarks.attacks --write --jobs $(JOBS) $(BENCH_ARGS)

fmt: setup ## Format Python and Solidity in place
	$(BIN)/ruff check --fix-only $(SOURCES_PY)
	$(BIN)/ruff format $(SOURCES_PY)
	node_modules/.bin/prettier --write $(SOURCES_SOL)

devnet: setup ## A local chain on port 8545 (chain id 31337), until interrupted
	$(BIN)/anvil --port 8545 --chain-id 31337 --hardfork prague --accounts 20

clean: ## Remove what builds and tests leave behind
	rm -rf build out cache crytic-export $(REPORTS) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find $(SOURCES_PY) -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## Also remove everything that was installed
	rm -rf $(VENV) node_modules tests/ipfs/node_modules .toolchain *.egg-info

# --- set-up; each stamp is newer than what it was made from ---

require-python:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo 'Python 3.11 or newer is needed; install it, or name it: make PYTHON=/path/to/python3.11' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "$(PYTHON) has no venv or pip module; install them (Debian: python3-venv)" >&2; exit 1; }

require-node:
	@command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null \
	  || { echo 'Node.js 20 or newer with npm is needed for the contract tools (not for make demo)' >&2; exit 1; }

$(BIN)/python: | require-python
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Installing the client (several minutes on a slow line)'
	$(PIP_INSTALL) --editable .
	@touch $@

# Brownie's compiled wheel breaks stateful tests and the networks section of its configuration file.
# One step for client and tools: pip resolves and builds once.
$(DEV): pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Installing the client and the development tools (several minutes on a slow line)'
	BROWNIE_NOCOMPILE=1 $(PIP_INSTALL) --no-binary eth-brownie --editable '.[dev]'
	@touch $(RUNTIME) $@

# The native add-ons that install scripts would build are not needed.
$(NODE): package.json package-lock.json
	@echo 'Installing the contract tools'
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(IPFS_DAEMON): tests/ipfs/package.json tests/ipfs/package-lock.json | require-node
	@echo 'Installing js-ipfs (some minutes)'
	npm ci --prefix tests/ipfs --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(TOOLCHAIN): $(NODE) $(DEV) scripts/tools/link_toolchain.py scripts/tools/solc.js networks-config.yaml brownie-config.yaml
	$(BIN)/python scripts/tools/link_toolchain.py
	$(BROWNIE) networks import networks-config.yaml true
	@touch $@
