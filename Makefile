# The two commands of the README are `make demo` and `make test`; both do all set-up themselves.
PY := .venv/bin/python
ARGS :=
DAYS := tests/journeys/test_morning.py tests/journeys/test_power_cut.py tests/journeys/test_whole_day.py

.PHONY: help demo test test-faults days check format lint types imports docs-hold docs bench bench-hq bench-lan bench-ui bench-content lock clean screenshots reference vectors deb test-install bench-install stick

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

demo: ## a whole sitting on this machine, end to end (ARGS="--once --json")
	@provisioning/bootstrap.sh run
	@$(PY) -m provisioning.cli demo $(ARGS)

# Four for two cores: they wait for browsers, disks and clocks as long as they compute.
test: ## all tests, four at a time
	@provisioning/bootstrap.sh dev
	@$(PY) -m pytest -n 4 --dist loadfile --no-loadscope-reorder $(ARGS)

test-faults: ## the faults in their long form: two hundred kills, many crash states
	@provisioning/bootstrap.sh dev
	@$(PY) -m pytest -m long -rs -s tests $(ARGS)

days: ## whole days as people live them, in both languages, at real pages
	@provisioning/bootstrap.sh dev
	@$(PY) -m pytest -m long $(DAYS) $(ARGS)

check: format lint types imports docs-hold ## format, lint, types, imports, docs

format: ## fail if a file is not formatted
	@provisioning/bootstrap.sh dev
	@$(PY) -m ruff format --check .

lint: ## ruff
	@$(PY) -m ruff check .

types: ## mypy strict
	@$(PY) -m mypy

imports: ## the arrows between packages
	@.venv/bin/lint-imports

docs-hold: ## documents that name commands and settings name real ones
	@$(PY) -m pytest tests/docs

docs: ## the documents as a site of plain pages, Chinese and English, in build/docs
	@provisioning/bootstrap.sh dev
	@$(PY) -m provisioning.docsite

bench: ## the answer path in figures, on this machine (ARGS=--json)
	@provisioning/bootstrap.sh dev
	@PYTHONPATH=.:tests:tests/bench $(PY) tests/bench/answer_path.py $(ARGS)

bench-hq: ## headquarters' intake in figures, on a PostgreSQL of its own (ARGS=--json)
	@provisioning/bootstrap.sh dev
	@PYTHONPATH=.:tests:tests/bench $(PY) tests/bench/intake.py $(ARGS)
	@PYTHONPATH=.:tests:tests/bench $(PY) tests/bench/keeping.py $(ARGS)

bench-lan: ## finding a room of sixty machines, in network namespaces; needs root (ARGS=--json)
	@provisioning/bootstrap.sh dev
	@PYTHONPATH=.:tests:tests/bench $(PY) tests/bench/lan.py $(ARGS)

bench-ui: ## the pages in figures: weight, slow machines, barriers (ARGS="--json --only wall --kept FILE")
	@provisioning/bootstrap.sh dev
	@PYTHONPATH=.:tests:tests/bench:tests/journeys $(PY) tests/bench/ui.py $(ARGS)

bench-content: ## items imported, candidates scored (ARGS=--json)
	@provisioning/bootstrap.sh dev
	@PYTHONPATH=.:tests:tests/bench:tests/headquarters $(PY) tests/bench/content.py $(ARGS)

screenshots: ## the pictures in docs/images, from real pages
	@provisioning/bootstrap.sh dev
	@PYTHONPATH=.:tests:tests/journeys $(PY) tests/journeys/screenshots.py
	@EXAMSITE_PICTURES=1 $(PY) -m pytest tests/journeys/test_cameras_page.py
	@EXAMSITE_PICTURES=1 $(PY) -m pytest -m long $(DAYS)

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

deb: ## the Debian package, with everything in it; into build/ (ARGS=--json)
	@provisioning/bootstrap.sh dev
	@$(PY) -m provisioning.packaging.build $(ARGS)

stick: ## an installation stick in DEST, by the first officer (ARGS="--site … --key … --account …")
	@$(PY) -m provisioning.cli stick make $(DEST) --package $$(ls build/examsite_*.deb | tail -1) $(ARGS)

test-install: deb ## a bare Debian becomes a site in a container, for real; needs root and debootstrap
	@EXAMSITE_PACKAGE=$$(ls build/examsite_*.deb | tail -1) $(PY) -m pytest -v -m long tests/install

bench-install: deb ## installing, booting, upgrading, rolling back in figures (ARGS=--json)
	@PYTHONPATH=.:tests:tests/journeys $(PY) tests/bench/install.py $$(ls build/examsite_*.deb | tail -1) $(ARGS)
