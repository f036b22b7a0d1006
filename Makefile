# The Python that .venv is made with, 3.11 or newer
PYTHON ?= python3
# Not the scripts in .venv/bin: their first line breaks on a path that is long or has a space.
RUN := .venv/bin/python -m
COMPILE := $(RUN) uv pip compile --quiet --universal --python-version 3.11 pyproject.toml

# A PostgreSQL 15, whose account may create databases, and the tests that would tell it from an 18.
OLDEST_SERVER ?= postgres://postgres@127.0.0.1:5432
OF_THE_SERVER := tests/sourcedata/test_revisions.py tests/sourcedata/test_verify_source.py \
	tests/common/postgres/test_partitions.py tests/windproject/test_retention.py \
	tests/faults/test_rewrites.py tests/faults/test_refusals.py tests/faults/test_uncounted.py \
	tests/faults/test_turbine_rows.py \
	tests/faults/test_target_tables.py tests/faults/test_upgrade.py tests/faults/test_histories.py

.DEFAULT_GOAL := help
.PHONY: help demo serve test test-long coverage test-oldest test-interop test-spark lint types check check-all bench bench-year bench-api bench-live bench-pages bench-variables bench-lake screenshots lock runtime development

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

demo: runtime ## fill both databases with a simulated wind farm and show it
	@.venv/bin/python manage.py demo

test: development ## run the tests, but for those that take minutes
	@$(RUN) pytest --numprocesses auto --dist worksteal -m "not long"

test-long: development ## run those that take minutes
	@$(RUN) pytest --numprocesses auto --dist loadgroup -m long

coverage: development ## say which lines the tests do not run, those in processes of their own left out
	@$(RUN) pytest --quiet --numprocesses auto --dist worksteal -m "not long" --cov --cov-report term

test-oldest: development ## run what rests on the server's version on the PostgreSQL 15 of OLDEST_SERVER
	@SOURCE_DATABASE_URL=$(OLDEST_SERVER)/source TARGET_DATABASE_URL=$(OLDEST_SERVER)/target \
		HISTORIES=20 $(RUN) pytest --quiet --numprocesses auto --dist worksteal $(OF_THE_SERVER)

lint: development ## check style and format
	@$(RUN) ruff check
	@$(RUN) ruff format --check

types: development ## check types
	@$(RUN) mypy .

check: lint types test ## lint, types, tests and missing migrations
	@.venv/bin/python manage.py makemigrations --check --dry-run

check-all: check test-long ## all of that, and the tests that take minutes

test-interop: development ## load downloads into OpenOA, FLASC and brightwind, in an environment of their own
	@VENV=.venv-interop $(PYTHON) scripts/install.py tests/interop/requirements.txt
	@cd tests/interop && ../../.venv-interop/bin/python -m pytest --quiet -p no:cacheprovider

test-spark: development ## run the computation of the lake on Apache Spark, which needs Java
	@VENV=.venv-spark $(PYTHON) scripts/install.py tests/spark/requirements.txt
	@$(RUN) pytest --quiet tests/spark

bench: development ## measure the pipeline, and write docs/performance.md
	@$(RUN) benchmarks.scale

bench-year: development ## make the year of history that bench measures, once
	@BENCHMARK_FOLDER=benchmarks-year $(RUN) benchmarks.year

bench-api: development ## measure the API, and write docs/performance.md
	@$(RUN) benchmarks.api

bench-live: development ## measure a farm that is live, in an hour and a half
	@BENCHMARK_FOLDER=benchmarks-live $(RUN) benchmarks.live

bench-pages: development ## measure the admin's pages, and write docs/performance.md
	@$(RUN) benchmarks.pages

bench-variables: development ## measure variables of a farm's own, and write docs/performance.md
	@BENCHMARK_FOLDER=benchmarks-variables $(RUN) benchmarks.variables

bench-lake: development ## measure the lake, and the same computation on Sail and Spark
	@BENCHMARK_FOLDER=benchmarks-lake $(RUN) benchmarks.lake

screenshots: development ## take the pictures of docs/pictures by Chromium
	@$(RUN) docs.screenshots

lock: development ## compile requirements.txt and requirements-dev.txt from pyproject.toml
	@$(RUN) pip install --quiet --disable-pip-version-check uv
	@$(COMPILE) -o requirements.txt
	@$(COMPILE) --extra dev -c requirements.txt -o requirements-dev.txt
	@$(COMPILE:pyproject.toml=tests/interop/requirements.in) -o tests/interop/requirements.txt
	@$(COMPILE:pyproject.toml=tests/spark/requirements.in) -c requirements.txt -o tests/spark/requirements.txt

runtime:
	@$(PYTHON) scripts/install.py requirements.txt

development:
	@$(PYTHON) scripts/install.py requirements-dev.txt

serve: runtime ## run broker, web server, worker and scheduler until Ctrl-C
	@.venv/bin/python manage.py serve || [ $$? -eq 130 ]
