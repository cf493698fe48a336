# One verb for each habit; `make` lists them. Each runs what CI runs.
.DEFAULT_GOAL := help
.PHONY: help setup test long check lowest lock audit docs examples package zipapp container bench clean

BIN := .venv/bin
PUBLISH := .venv-publish/bin
COMPILE = $(PUBLISH)/uv pip compile $(UPGRADE) --universal --generate-hashes --python-version 3.11 --quiet

help: ## list these verbs
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: ## make .venv with what requirements.lock pins, and the hooks of pre-commit if it is installed
	python3 -m venv .venv
	$(BIN)/pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	if command -v pre-commit > /dev/null; then pre-commit install; fi

test: ## run the default tests
	$(BIN)/pytest --numprocesses auto

long: ## run the tests with servers, faults, many processes, a browser and an office program
	$(BIN)/pytest --numprocesses auto -m "(long or programs) and not slow"

check: ## look at the code: ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lowest: ## run the tests with the oldest libraries that are allowed
	.ci/lowest

lock: ## renew both locks within what pyproject.toml allows (UPGRADE=--upgrade for newer versions)
	.ci/publish workflows
	$(COMPILE) pyproject.toml --group dev -o requirements.lock
	$(COMPILE) --group docs --group publish -o requirements-publish.lock

audit: ## look for known faults in what is pinned, and in the workflows
	.ci/publish workflows
	$(PUBLISH)/pip-audit --disable-pip --requirement requirements.lock
	$(PUBLISH)/pip-audit --disable-pip --requirement requirements-publish.lock

docs: ## build the site into site/, with every warning an error
	.ci/publish docs

examples: ## write the outputs in the documentation, the man page and the pictures again
	$(BIN)/python tools/fill_examples.py
	$(BIN)/python tools/make_manpage.py
	$(BIN)/python tools/make_screenshots.py

package: ## build the sdist and the wheel, and compare them with git
	.ci/publish package

zipapp: ## build one file that runs on this system, with this version of Python
	.ci/publish package zipapp

container: ## build the container's image
	docker build --file Containerfile --tag nhsleague .

bench: ## measure, beside the alternatives
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --group bench
	$(BIN)/python -m bench

clean: ## remove what can be made again
	rm -rf .venv-lowest .venv-publish .cache build dist site
