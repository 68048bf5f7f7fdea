# Two commands on a fresh machine that has Python and make: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo demo-run test check clean

demo: $(VENV)/demo.stamp
	@$(BIN)/stowplan plan fixtures/customer-data --policy policies/customer-data -o OUTPUT

# A database is built, scanned, planned, copied and compared.
demo-run: $(VENV)/demo.stamp
	@rm -rf OUTPUT/shop && mkdir -p OUTPUT/shop
	@$(BIN)/python fixtures/shop/build.py OUTPUT/shop/shop.db
	@cd OUTPUT/shop && PATH="$(CURDIR)/$(BIN):$$PATH" && \
	  stowplan scan sqlite:///shop.db -o manifest.json && \
	  stowplan plan manifest.json --policy ../../fixtures/shop/policy.yaml -o plan && \
	  stowplan run plan/migration_plan.json --source sqlite:///shop.db --target sqlite:///new.db --execute && \
	  echo && echo "The report: OUTPUT/shop/plan/migration_report.md"

test: $(VENV)/dev.stamp
	@$(BIN)/python -m pytest -q -n auto --dist loadfile

# Types, style and the arrows between the layers.
check: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# A strict editable install links every file, so a new or removed one needs it again.
SOURCES := $(shell find engine rules policies -name '*.py' -o -name '*.yaml' -o -name py.typed -o -path '*/html/assets/*' -o -path '*/html/templates/*')

$(VENV)/bin/python:
	@$(PYTHON) -m venv $(VENV)

$(VENV)/demo.stamp: setup.cfg pyproject.toml $(SOURCES) | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/dev.stamp: setup.cfg pyproject.toml $(SOURCES) | $(VENV)/bin/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/demo.stamp

clean:
	rm -rf $(VENV) build dist OUTPUT *.egg-info
