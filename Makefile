# Two commands do everything: `make run` and `make test`. No logic lives here.
PYTHON ?= python3
BIN = .venv/bin
SHOUYI = $(BIN)/shouyi
PYTEST = $(BIN)/python -m pytest

.PHONY: setup run test bench siege lint docs shots
.DEFAULT_GOAL := setup

.venv/bin/pip:
	$(PYTHON) -m venv .venv || { apt-get install -y python3-venv && $(PYTHON) -m venv --clear .venv; }

.venv/ready: pyproject.toml constraints.txt | .venv/bin/pip
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[full,test,dev]"
	touch $@

setup: .venv/ready
	@$(BIN)/python -m commands.provision

run: setup
	@$(SHOUYI) user first
	@$(SHOUYI) night $(if $(ONCE),,|| test $$? -eq 1)
	@$(if $(ONCE),true,exec $(SHOUYI) serve)

# Sync Playwright and the rest cannot share one process (docs/testing.md)
test: setup lint
	$(PYTEST) -q -n 3 -m "not browser"
	$(PYTEST) -q -n 2 -m browser -p no:randomly

bench: setup
	$(BIN)/python -m benchmarks all $(if $(QUICK),--quick)

siege: setup
	$(PYTEST) -q tests/siege -s --timeout 1800 --siege=$(if $(QUICK),quick,long)
	$(PYTEST) -q -n 2 -m hypothesis --hypothesis-profile=wander

lint: setup
	@$(BIN)/ruff check -q . && $(BIN)/ruff format -q --check .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache > .venv/lint-imports.log || { cat .venv/lint-imports.log; false; }

docs: setup
	$(BIN)/python -m commands.printed

shots: setup
	$(BIN)/python -m desk.shots --out docs/shots
