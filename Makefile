# nnjax: two commands do everything, `make sweep` and `make test`; each creates what it needs.
STUDY ?= experiments/diabetes.toml
export STUDY
ARGS ?=
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help sweep fit lecture test test-all drills report ui server lint docs clean

help: ## Show these targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

sweep: $(READY) ## Train, track and report a study: make sweep STUDY=experiments/quick.toml
	@NNJAX_SETUP_SECONDS=$$(cat $(READY)) $(BIN)/nnjax sweep "$$STUDY" $(ARGS)

lecture: $(READY) ## Put every claim of the lecture to the test, and write an index of what was found
	@$(BIN)/nnjax lecture $(ARGS)

fit: $(READY) ## Make a model of a finished sweep: refitted on all rows, with intervals and a card
	@$(BIN)/nnjax fit "$$STUDY" $(ARGS)

report: $(READY) ## Write the report again, without training
	@$(BIN)/nnjax report "$$STUDY" $(ARGS)

ui: $(READY) ## Open the MLflow UI on this machine's loopback
	@$(BIN)/nnjax ui $(ARGS)

server: $(READY) ## Run MLflow for a team: PostgreSQL and sign-in, on this machine's loopback
	@$(BIN)/nnjax server $(ARGS)

test: $(READY) ## Run the tests
	@$(BIN)/python -m pytest -n 2 $(ARGS)

test-all: $(READY) ## Run all tests, the slow ones too: kills, browsers, servers; measure their coverage
	@$(BIN)/python -m pytest -n 2 -m 'slow or not slow' --cov --cov-report=term:skip-covered $(ARGS)

drills: $(READY) ## Kill, starve, cut and fill up real sweeps, and print what was lost, doubled or wrong: nothing
	@$(BIN)/python -m pytest tests/drills -m slow --rounds 3 $(ARGS)

lint: $(READY) ## Check style and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

docs: $(READY) ## Write again what is generated in docs/
	@$(BIN)/python docs/generate.py

clean: ## Remove the environment and the caches; journal, reports and MLflow's store stay
	rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov

# Made once, from the lock; a second call does not redo it. Where uv is missing, pip fetches it into the environment.
$(READY): requirements.lock pyproject.toml
	@echo "Setting up .venv from requirements.lock (once) ..."; set -e; began=$$(date +%s); \
	test -x $(BIN)/python || $(PYTHON) -m venv .venv; \
	uv=$$(command -v uv || echo $(BIN)/uv); \
	test -x "$$uv" || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv; \
	"$$uv" pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
	"$$uv" pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .; \
	echo $$(( $$(date +%s) - began )) > $@; echo "Set up in $$(cat $@) s."
