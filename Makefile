# `make demo` and `make test` need Python 3.11 or newer, pip and make; everything else is installed into .venv.

# The newest Python at hand; `make PYTHON=/path/to/python demo` chooses another.
PYTHON ?= $(shell for name in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	if command -v $$name >/dev/null 2>&1 \
	&& $$name -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$name; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

.PHONY: help demo test test-hf evaluate example picture bench kills memory importing soak clean \
	answers-discord kills-discord kills-matrix catch-up-matrix federation-matrix interop-matrix

help:  ## list what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

demo: $(VENV)/.installed  ## install, then show Folkmoot at work on a bundled thread
	@$(BIN)/folkmoot demo

test: $(VENV)/.installed-dev  ## everything that must hold before a change goes in
	@echo "ruff" && $(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .
	@echo "mypy" && $(BIN)/mypy
	@echo "pytest" && $(BIN)/pytest -n 2 --dist loadscope

test-hf: $(VENV)/.installed-dev  ## tests of models from Hugging Face: installs torch, which is large, beside the rest
	@$(PIP_INSTALL) -e '.[hf]'
	@$(BIN)/pytest tests/models/runtime/test_sequence_classifier.py

evaluate: $(VENV)/.installed-dev  ## the attack classifier's figures beside the baseline: make evaluate DATA=folder
	@$(PIP_INSTALL) -e '.[evaluate]'
	@$(BIN)/folkmoot evaluate attacks --data $(DATA)

example: $(VENV)/.installed  ## write config.example.toml from the settings in the code
	@$(BIN)/folkmoot init --example > config.example.toml.new
	@mv config.example.toml.new config.example.toml

picture: $(VENV)/.installed  ## draw docs/demo.svg, the picture in the README, from the demonstration
	@$(BIN)/python -m bot.demo.picture docs/demo.svg

# `make bench POSTS=../posts.jsonl.zst` takes real texts instead of those of the demonstration.
bench: $(VENV)/.installed-dev  ## measure the core: messages a second, the classifier's share, answers under load
	@$(BIN)/python -m tests.benchmarks.core $(if $(POSTS),--posts $(POSTS))

# These take POSTS=... too; `make soak MINUTES=30`.
kills: $(VENV)/.installed-dev  ## kill the bot 200 times during a replay: nothing is lost or done twice (minutes)
	@$(BIN)/python -m tests.endurance.kills $(if $(POSTS),--posts $(POSTS))

memory: $(VENV)/.installed-dev  ## memory after a replay of 200,000 messages beside that after 20,000 (minutes)
	@$(BIN)/python -m tests.endurance.memory $(if $(POSTS),--posts $(POSTS))

importing: $(VENV)/.installed-dev  ## memory that the replay of an export of 100,000 messages takes (minutes)
	@$(BIN)/python -m tests.endurance.importing $(if $(POSTS),--posts $(POSTS))

soak: $(VENV)/.installed-dev  ## watch a busy bot for MINUTES: memory, open files, tasks, how late the loop is
	@$(BIN)/python -m tests.endurance.soak $(if $(POSTS),--posts $(POSTS)) $(if $(MINUTES),--minutes $(MINUTES))

kills-discord: $(VENV)/.installed-dev  ## kill the bot and drop its sockets while people talk on Discord: nothing lost or done twice (minutes)
	@$(BIN)/python -m tests.endurance.discord_kills

answers-discord: $(VENV)/.installed-dev  ## how soon people on Discord are answered while 5,000 messages wait for the classifier
	@$(BIN)/python -m tests.benchmarks.discord_answers

# These start a real Synapse, which `make test` installs.
kills-matrix: $(VENV)/.installed-dev  ## kill bot and homeserver while people talk on Matrix: nothing lost or done twice (minutes)
	@$(BIN)/python -m tests.endurance.matrix_kills

catch-up-matrix: $(VENV)/.installed-dev  ## how long a restart takes to read 500 messages that it missed on Matrix
	@$(BIN)/python -m tests.endurance.matrix_catch_up

federation-matrix: $(VENV)/.installed-dev  ## two homeservers that federate: a member of the other one is flagged, banned, unbanned
	@$(BIN)/python -m tests.endurance.matrix_federation

interop-matrix: $(VENV)/.installed-dev  ## talk with Element's own crypto stack in encrypted rooms (needs Node and npm)
	@cd tests/interop/matrix && npm ci --no-audit --no-fund --loglevel=error
	@$(BIN)/python -m tests.interop.matrix.interop

clean:  ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info

# pip is the last thing that venv makes: without it an earlier attempt was interrupted.
$(BIN)/pip:
	@test -n "$(PYTHON)" || { echo "Folkmoot needs Python 3.11 or newer with venv and pip. Install it, or name it: make PYTHON=..." >&2; exit 1; }
	@echo "Making an environment in $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

# -e: a change to the code needs no new installation; a change to pyproject.toml does.
$(VENV)/.installed: pyproject.toml | $(BIN)/pip
	@echo "Installing Folkmoot (once; a minute or two)"
	@$(PIP_INSTALL) -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/pip
	@echo "Installing Folkmoot with the tools of the tests (once; a few minutes)"
	@$(PIP_INSTALL) -e '.[dev]'
	@touch $@ $(VENV)/.installed
