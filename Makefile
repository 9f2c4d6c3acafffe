# `make demo` and `make test` do all set-up by themselves: they need a Python >= 3.11 on the PATH and nothing else.
# Targets that are not files are listed by `make help`.

VENV := .venv
ifeq ($(OS),Windows_NT)
  BIN := $(VENV)/Scripts
else
  BIN := $(VENV)/bin
endif
PYTHON := $(BIN)/python
REPORTS := build/reports
# More arguments for pytest, e.g. `make unit PYTEST='-k markers -x'`.
PYTEST ?=
# Tests run on all processors; `make unit PARALLEL=` runs them one by one, e.g. for a debugger.
PARALLEL ?= -n auto --dist worksteal
# A test that hangs ends with a traceback of where, and as a failure.
HANGS := -o faulthandler_timeout=600 -o faulthandler_exit_on_timeout=true

.DEFAULT_GOAL := help
.PHONY: help demo install develop test lint types layers unit client corpus end-to-end client-end-to-end soak bench bench-lsp bench-techniques bench-smoke \
	documents format vsix wheel clean

help: ## Print this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /: /'

# --- set-up -------------------------------------------------------------------------------------------------

$(PYTHON):
	python=$$(.ci/find-python) && "$$python" -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(PYTHON)
	$(PYTHON) -m pip install --quiet --upgrade 'pip>=25.1'
	$(PYTHON) -m pip install --quiet --editable .
	@touch $@

$(VENV)/developed: $(VENV)/installed
	$(PYTHON) -m pip install --quiet --group dev
	@touch $@

install: $(VENV)/installed ## Make .venv and install Quarterdeck in it
develop: $(VENV)/developed ## The same with the tools of development

# --- first look ---------------------------------------------------------------------------------------------

demo: $(VENV)/installed ## Check a chart that has mistakes of several kinds
	@echo '$$ quarterdeck check examples/storefront'
	@$(BIN)/quarterdeck check examples/storefront; test $$? -eq 1

# --- tests --------------------------------------------------------------------------------------------------

test: lint types layers unit client ## Everything: lint, types, layers, tests of server and client

lint: $(VENV)/developed ## Style and format
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check

types: $(VENV)/developed ## Types, strictly
	$(PYTHON) -m pyright --pythonpath $(PYTHON)

layers: $(VENV)/developed ## Which package may import which
	$(BIN)/lint-imports

unit: $(VENV)/developed ## Tests of the server, with a share of the long ones (the seed is printed)
	$(PYTHON) -m pytest --ignore=tests/end_to_end $(PARALLEL) $(HANGS) --junit-xml=$(REPORTS)/server.xml $(PYTEST)

client: ## Tests of the editor client
	.ci/with-node "the client's tests" .ci/client-tests $(REPORTS)/client.xml

corpus: $(VENV)/developed ## All scenarios of the open corpus (QUARTERDECK_CORPUS names its folder)
	QUARTERDECK_PROFILE=corpus $(PYTHON) -m pytest tests/corpus $(PARALLEL) $(HANGS) --junit-xml=$(REPORTS)/corpus.xml $(PYTEST)

end-to-end: $(VENV)/developed ## The installed program, the wheel and the demo, as a user meets them
	$(PYTHON) -m pytest tests/end_to_end --junit-xml=$(REPORTS)/end_to_end.xml $(PYTEST)

client-end-to-end: $(VENV)/installed vsix ## The packed extension in a real VS Code
	.ci/with-node "the extension in a real VS Code" .ci/client-end-to-end $(REPORTS)/client_end_to_end.xml

soak: $(VENV)/developed ## The long tests in full; adds a line to docs/soak.md
	$(PYTHON) .ci/soak.py $(PARALLEL) $(PYTEST)

bench: $(VENV)/developed ## Measure against the official engine; writes its part of docs/benchmarks.md
	PYTHONPATH=tests $(PYTHON) -m bench --write docs/benchmarks.md

bench-lsp: $(VENV)/developed ## Measure the started language server; writes its part of docs/benchmarks.md
	PYTHONPATH=tests $(PYTHON) -m bench.lsp --write docs/benchmarks.md

bench-techniques: $(VENV)/developed ## Measure what each technique gains, on and off; writes its part of docs/performance.md
	PYTHONPATH=tests $(PYTHON) -m bench.techniques --write docs/performance.md

bench-smoke: $(VENV)/developed ## A quick share of both benchmarks: do they run, are they not absurd
	PYTHONPATH=tests $(PYTHON) -m bench --smoke --junit-xml $(REPORTS)/bench.xml
	PYTHONPATH=tests $(PYTHON) -m bench.lsp --smoke --junit-xml $(REPORTS)/bench_lsp.xml

# --- the rest -----------------------------------------------------------------------------------------------

documents: $(VENV)/installed ## Write the documents that are printed from the program
	$(PYTHON) .ci/documents.py

format: $(VENV)/developed ## Format, and mend what ruff can mend
	$(PYTHON) -m ruff format
	$(PYTHON) -m ruff check --fix

vsix: wheel ## Pack the editor client, with the server's wheel inside
	.ci/with-node "the client's package" sh -c 'cd client-vscode && npm ci && npm run package'

wheel: $(VENV)/installed ## Build dist/quarterdeck-….whl
	rm -f dist/quarterdeck-*.whl
	$(PYTHON) -m pip wheel . --no-deps --wheel-dir dist

clean: ## Remove what was built
	rm -rf $(VENV) build dist
