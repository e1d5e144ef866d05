# Each target sets up what it needs: an empty machine with Python >= 3.11, make and pip is enough.
PY ?= python3
V := .venv
BIN := $(V)/bin

help:
	@echo "make demo    train a GAN on real handwritten digits for two minutes, and show what it learned"
	@echo "make test    the tests, but for those that take long (make test-all: all, as CI runs them)"
	@echo "make check   lint, format, types"
	@echo "make docs    a site with search and a reference, in site/ (python3 -m http.server -d site)"
	@echo "make mutants break the code in known ways and see that the tests notice"
	@echo "make fuzz    feed damaged files to every reader for a minute"
	@echo "make faults  kill, damage and fill up, at full counts (minutes)"
	@echo "make attacks open what means ill: hostile runs, generators and data, by every verb (half an hour)"

setup: $(V)/.ok
$(V)/.ok: pyproject.toml constraints.txt
	$(PY) -m venv $(V)
	$(BIN)/pip install -q --upgrade 'pip>=25.1'
	$(BIN)/pip install -q -c constraints.txt torch==2.13.0
	$(BIN)/pip install -q -c constraints.txt -e '.[plots,theory,features,parquet,huggingface]' --group test --group oracles --group lint
	touch $@

demo: setup
	$(BIN)/saddlepoint demo

test: setup
	$(BIN)/pytest -n 2 -m "not slow"

test-all: setup
	$(BIN)/pytest -n 2

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

docs: setup
	$(BIN)/pip install -q -c constraints.txt --group docs
	$(BIN)/mkdocs build -q

mutants: setup
	$(BIN)/python scripts/mutants.py

fuzz: setup
	$(BIN)/python scripts/fuzz.py --seconds 60

faults: setup
	$(BIN)/python scripts/faults.py

attacks: setup
	$(BIN)/python scripts/attacks.py

.PHONY: help setup demo test test-all check docs mutants fuzz faults attacks
