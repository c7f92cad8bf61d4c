# Two commands matter: `make benchmark` and `make test`. Each makes .venv and installs what it needs, once.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
RESULTS ?= benchmark-results
JOBS ?= 2

.PHONY: benchmark test check format clean

benchmark: $(VENV)/.installed-benchmark
	rm -rf $(RESULTS)/quick
	$(BIN)/harmonic-forecasters benchmark quick --output $(RESULTS)/quick --jobs $(JOBS)

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The stamp is younger than what it was made from, so a second run installs nothing again.
$(VENV)/.installed-%: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[$*]"
	touch $@

clean:
	rm -rf $(VENV) $(RESULTS)
