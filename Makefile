# Python 3.11 or newer, pip and make are all that is needed; everything else goes into .venv.
# Another Python: make PYTHON=python3.12 test
PYTHON ?= python3

# pip reads pyproject.toml again only when it has changed since these files were made.
INSTALLED := .venv/.installed
INSTALLED_LAB := .venv/.installed-lab
INSTALLED_TEST := .venv/.installed-test
# uv is faster where it is there; modules are compiled where they are used.
INSTALL := $(if $(shell command -v uv 2>/dev/null),uv pip install -q --python .venv/bin/python,\
  .venv/bin/python -m pip --disable-pip-version-check install -q --no-compile)
# One more than the cores of a small machine: half of a browser's test is waiting.
WORKERS ?= 3
# A file stays with one process: its tests share what takes seconds to start, such as JupyterLab.
PYTEST := .venv/bin/python -m pytest -n $(WORKERS) --dist loadfile

# JupyterLab asks root, as in a container, to say so.
AS_ROOT := $(if $(filter 0,$(shell id -u 2>/dev/null)),--allow-root)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help lab exports test lint proof bench docs refresh release

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

lab: $(INSTALLED_LAB) exports/graddesc.html ## open JupyterLab on the notebooks, with the workbooks beside
	.venv/bin/jupyter lab $(AS_ROOT) notebooks/

exports/graddesc.html: | $(INSTALLED)
	.venv/bin/gdlab export --all

exports: $(INSTALLED) ## write the lesson workbooks and the web page into exports/
	.venv/bin/gdlab export --all

# The kernels' tests run with the compiler switched off first, then everything as it is.
test: $(INSTALLED_TEST) ## run the whole test suite
	NUMBA_DISABLE_JIT=1 $(PYTEST) -m kernel tests
	$(PYTEST) tests

lint: $(INSTALLED_TEST) ## look for mistakes without running anything
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

proof: $(INSTALLED_TEST) ## run every test in full where the suite takes a sample (long)
	GDLAB_PROOF=full $(PYTEST) tests

bench: $(INSTALLED_TEST) ## measure the speed
	.venv/bin/python -m benchmarks

docs: $(INSTALLED_TEST) ## build the documentation's site in docs/_build/html
	.venv/bin/python -m sphinx -W --keep-going -q -b html docs docs/_build/html

refresh: $(INSTALLED_TEST) ## bring exports, the documents' outputs and the notebooks up to date
	.venv/bin/gdlab export --all
	.venv/bin/python tests/test_documents.py
	.venv/bin/python tests/claims_page.py
	.venv/bin/python tests/notebooks.py

release: $(INSTALLED_TEST) ## walk through what a release needs, up to its packages in dist/
	.venv/bin/python tests/release.py
	$(MAKE) lint test docs
	.venv/bin/python -m pip --disable-pip-version-check wheel -q --no-deps -w dist .
	.venv/bin/python -c "from setuptools.build_meta import build_sdist; build_sdist('dist')"
	@echo "Then: git tag v$$(.venv/bin/gdlab --version | cut -d' ' -f2), push it, upload dist/"

refuse = { echo "$(1)" >&2; exit 1; }

define venv
@command -v $(PYTHON) >/dev/null || \
  $(call refuse,There is no $(PYTHON) here. Install Python 3.11 or name one: make PYTHON=...)
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
  $(call refuse,$(PYTHON) is older than Python 3.11. Name another: make PYTHON=...)
@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
  $(call refuse,$(PYTHON) has no venv. On Debian or Ubuntu: sudo apt install python3-venv)
test -x .venv/bin/python || $(PYTHON) -m venv .venv
endef

# Each holds what the one before it holds, in one installation.
$(INSTALLED): pyproject.toml
	$(venv)
	@echo "Installing gdlab into .venv (some minutes the first time) ..."
	$(INSTALL) -e .
	@touch $@

$(INSTALLED_LAB): pyproject.toml
	$(venv)
	@echo "Installing gdlab and JupyterLab into .venv (some minutes the first time) ..."
	$(INSTALL) -e ".[lab,digits,parquet]"
	@touch $(INSTALLED) $@

$(INSTALLED_TEST): pyproject.toml
	$(venv)
	@echo "Installing gdlab and what the tests need into .venv (some minutes the first time) ..."
	$(INSTALL) -e ".[test]"
	@touch $(INSTALLED) $(INSTALLED_LAB) $@
