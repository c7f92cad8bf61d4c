# Two commands matter: `make benchmark` and `make test`. Each makes .venv and installs what it needs, once.
# `make benchmark` keeps the jobs that are done: interrupted, it goes on; `make clean` removes them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
RESULTS ?= benchmark-results
JOBS ?= 2
# On Linux pip's usual torch brings gigabytes of CUDA. An index that serves the CPU build alone goes here, such as
# make benchmark TORCH_INDEX=<the index that the torch site names for pip and CPU>
TORCH_INDEX ?=

.PHONY: benchmark test check format clean

benchmark: $(VENV)/.installed-benchmark
	$(BIN)/harmonic-forecasters benchmark quick --output $(RESULTS)/quick --jobs $(JOBS) --resume

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
	$(BIN)/python -m pip install --quiet $(addprefix --extra-index-url ,$(TORCH_INDEX)) \
		--constraint constraints.txt --editable ".[$*]"
	touch $@

clean:
	rm -rf $(VENV) $(RESULTS)
