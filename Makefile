# The two commands of the README are `make demo` and `make test`; both do all set-up themselves.
PY := .venv/bin/python
ARGS :=

.PHONY: help demo test test-faults check format lint types imports docs bench bench-hq bench-lan bench-ui lock clean screenshots reference vectors

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

demo: ## a whole sitting on this machine, end to end (ARGS="--once --json")
	@provisioning/bootstrap.sh run
	@$(PY) -m provisioning.cli demo $(ARGS)

# Three for two cores: they wait for browsers, disks and clocks as long as they compute.
test: ## all tests, four at a time
	@provisioning/bootstrap.sh dev
	@$(PY) -m pytest -n 4 --dist loadfile --no-loadscope-reorder $(ARGS)

test-faults: ## the faults in their long form: two hundred kills, many crash states
	@provisioning/bootstrap.sh dev
	@$(PY) -m pytest -m long -rs -s tests $(ARGS)

check: format lint types imports docs ## format, lint, types, imports, docs

format: ## fail if a file is not formatted
	@provisioning/bootstrap.sh dev
	@$(PY) -m ruff format --check .

lint: ## ruff
	@$(PY) -m ruff check .

types: ## mypy strict
	@$(PY) -m mypy

imports: ## the arrows between packages
	@.venv/bin/lint-imports

docs: ## documents that name commands and settings name real ones
	@$(PY) -m pytest tests/docs

bench: ## the answer path in figures, on this machine (ARGS=--json)
	@provisioning/bootstrap.sh dev
	@PYTHONPATH=.:tests:tests/bench $(PY) tests/bench/answer_path.py $(ARGS)

bench-hq: ## headquarters' intake in figures, on a PostgreSQL of its own (ARGS=--json)
	@provisioning/bootstrap.sh dev
	@PYTHONPATH=.:tests:tests/bench $(PY) tests/bench/intake.py $(ARGS)

bench-lan: ## finding a room of sixty machines, in network namespaces; needs root (ARGS=--json)
	@provisioning/bootstrap.sh dev
	@PYTHONPATH=.:tests:tests/bench $(PY) tests/bench/lan.py $(ARGS)

bench-ui: ## the pages in figures: weight, slow machines, barriers (ARGS=--json)
	@provisioning/bootstrap.sh dev
	@PYTHONPATH=.:tests:tests/bench:tests/journeys $(PY) tests/bench/ui.py $(ARGS)

screenshots: ## the pictures in docs/images, from real pages
	@provisioning/bootstrap.sh dev
	@PYTHONPATH=.:tests:tests/journeys $(PY) tests/journeys/screenshots.py
	@EXAMSITE_PICTURES=1 $(PY) -m pytest tests/journeys/test_cameras_page.py

lock: ## make the lock files anew from pyproject.toml
	@$(PY) -m piptools compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --strip-extras --allow-unsafe --no-header --extra build -o requirements.lock pyproject.toml
	@$(PY) -m piptools compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --strip-extras --allow-unsafe --no-header --extra build --extra hq -c requirements.lock -o requirements-hq.lock pyproject.toml
	@$(PY) -m piptools compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --strip-extras --allow-unsafe --no-header --extra build --extra hq --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

clean: ## remove what was made here
	@rm -rf .venv tests/node_reader/node_modules build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

reference: ## make docs/reference anew from the code
	@provisioning/bootstrap.sh dev
	@$(PY) -m provisioning.reference

vectors: ## make tests/vectors anew (the same bytes, unless a format changed)
	@provisioning/bootstrap.sh dev
	@PYTHONPATH=.:tests $(PY) -m vectoring.make
