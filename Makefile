# Everything from a fresh clone, with Python 3.11 or newer, make and a package index. GNU Make 3.81 is enough.
#   make run     the main job: answer for the shipped scenario          make test    the tests
#   make serve   the same in the browser, to be changed                 make lint    ruff, mypy --strict, layers
#   make bench   the speed claims, measured                             make lock    renew the locked requirements
#   make data    remake the bundled world (FROM=folder of its sources)  make clean   remove what these made, but runs/
#   make generated   the charts' specifications and the page on results.json, from what describes them
#   make backtest   the figures of the back-test, as stored tables and in docs/backtest.md
#   make estimates   the estimates that ship and docs/estimates.md (FROM=folder of the sources)
#   make estimates-simulated   bias and coverage of estimates on simulated panels (minutes)
#   make hostile     kills, damaged folders and documents, a full disk, counted (HOSTILE="--scale 0.1" is shorter)
#   make fuzz        mutated documents until time is up (FUZZ="--seconds 20" is shorter)
#   make sbom        build/sbom.cdx.json: the locked requirements with licences and hashes (CycloneDX)
#   make audit       known vulnerabilities of the locked requirements (pip-audit)
# PYTHON=/path/to/python chooses the interpreter of .venv; SCENARIO=asiu the scenario of `make run` and `make serve`,
# PORT=8765 where that listens; WORKERS=2 the processes of `make test`, which take up to 3 GB each.

VENV = .venv
BIN = $(VENV)/bin
SCENARIO = asiu
PORT = 8765
WORKERS = 2
PIP = $(BIN)/python -m pip --disable-pip-version-check --no-input -q
UV = $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
BUNDLE = src/countervail/report/static/vega.js

.PHONY: run serve test hostile fuzz bench backtest estimates estimates-simulated lint lock data from generated sbom audit clean

run: $(VENV)/run.stamp $(BUNDLE)
	$(BIN)/countervail run $(SCENARIO)

serve: $(VENV)/serve.stamp $(BUNDLE)
	$(BIN)/countervail serve $(SCENARIO) --port $(PORT)

test: $(VENV)/dev.stamp $(BUNDLE)
	MALLOC_ARENA_MAX=2 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST)

hostile: $(VENV)/dev.stamp $(BUNDLE)
	$(BIN)/python -m tools.hostile $(HOSTILE)

fuzz: $(VENV)/dev.stamp
	$(BIN)/python -m tools.fuzz $(FUZZ)

bench: $(VENV)/bench.stamp $(BUNDLE)
	$(BIN)/python -m benchmarks

backtest: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks.backtest

estimates: from $(VENV)/dev.stamp
	$(BIN)/python -m tools.estimates --from $(FROM)

estimates-simulated: $(VENV)/dev.stamp
	$(BIN)/python -m benchmarks.simulated_panels

sizes: $(VENV)/dev.stamp
	$(BIN)/python -m tools.sizes

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

data: from $(VENV)/dev.stamp
	$(BIN)/countervail data build --from $(FROM)

from:
	@test -n "$(FROM)" || { echo "make data: name the folder of the sources: make data FROM=path/to/sources" >&2; exit 2; }

generated: $(VENV)/dev.stamp
	$(BIN)/python -m tools.drawings

sbom: $(VENV)/run.stamp
	$(BIN)/python -m tools.sbom

# pip-audit has an environment of its own: its requirements are not the project's. Without it the packages are only listed.
audit: $(VENV)/run.stamp
	@test -x $(VENV)/audit/bin/pip-audit || { $(BIN)/python -m venv $(VENV)/audit && \
		$(VENV)/audit/bin/python -m pip --disable-pip-version-check --no-input -q install pip-audit; } || true
	$(BIN)/python -m tools.audit --program $(VENV)/audit/bin/pip-audit

lock: $(VENV)/run.stamp
	$(PIP) install uv
	$(UV) pyproject.toml requirements/build.in -o requirements/run.lock
	$(UV) pyproject.toml requirements/build.in --extra serve -c requirements/run.lock -o requirements/serve.lock
	$(UV) pyproject.toml requirements/build.in --extra documents -c requirements/serve.lock -o requirements/documents.lock
	$(UV) pyproject.toml requirements/build.in --extra cluster -c requirements/serve.lock -c requirements/documents.lock -o requirements/cluster.lock
	$(UV) pyproject.toml requirements/build.in --extra dev -c requirements/serve.lock -c requirements/documents.lock -c requirements/cluster.lock -o requirements/dev.lock
	$(UV) pyproject.toml requirements/build.in --extra dev --extra bench -c requirements/dev.lock -o requirements/bench.lock

clean:
	rm -rf $(VENV) build dist $(BUNDLE) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/venv.stamp:
	@sh tools/venv.sh $(VENV)
	@touch $@

# The project itself is installed editable, without build isolation: its build requirements are in the lock.
$(VENV)/run.stamp: $(VENV)/venv.stamp requirements/run.lock pyproject.toml hatch_build.py
	@echo "Installing the locked requirements into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements/run.lock
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/serve.stamp: $(VENV)/run.stamp requirements/serve.lock requirements/documents.lock
	@echo "Installing what the page's server, and the documents that one gives it, need ..."
	@$(PIP) install --require-hashes -r requirements/serve.lock
	@$(PIP) install --require-hashes -r requirements/documents.lock
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.lock
	@echo "Installing what the tests need ..."
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@

$(VENV)/bench.stamp: $(VENV)/dev.stamp requirements/bench.lock
	@echo "Installing what the benchmarks compare with ..."
	@$(PIP) install --require-hashes -r requirements/bench.lock
	@touch $@

# The editable install makes the bundle; this makes it again if it was deleted.
$(BUNDLE): $(VENV)/run.stamp
	@test -f $@ || $(PIP) install --no-build-isolation --no-deps -e .
	@touch $@
