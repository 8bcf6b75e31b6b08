# Two commands are all a newcomer needs: `make run` and `make test`.
# PORT=8001 chooses another port, PYTHON=/path/to/python3 another interpreter.

.DEFAULT_GOAL := help
.PHONY: help run test check fix bench messages lock docs setup setup-test
MAKEFLAGS += --no-print-directory

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

run: setup ## set everything up, load the demo city, serve it on http://127.0.0.1:8000
	@exec .venv/bin/madoguchi run

test: setup-test ## set everything up, run all tests on SQLite and PostgreSQL, in a browser too (ARGS=…)
	@scripts/debian
	@exec scripts/test $(ARGS)

check: setup-test ## style, types, import contracts, migrations, definitions, translations
	@exec scripts/check

fix: setup-test ## format, mend what can be mended, write the generated parts of the docs
	@.venv/bin/ruff check --fix --exit-zero --quiet .
	@.venv/bin/ruff format .
	@.venv/bin/python scripts/docs.py

bench: setup-test ## all benchmarks (ARGS=NAME for one)
	@exec .venv/bin/madoguchi bench $(ARGS)

messages: setup-test ## bring the catalogues of messages up to the sources
	@.venv/bin/python scripts/messages.py update
	@.venv/bin/python scripts/messages.py compile

lock: setup-test ## write the locks of all packages anew
	@exec scripts/lock

setup: ## only install what running needs, in .venv
	@scripts/setup run

setup-test:
	@scripts/setup test
