# Needs python3 and make alone: every target sets up .venv by itself.

PYTHON = python3
PORT = 8000
RUN = .venv/bin/booking demo --serve --port $(PORT)
PYTEST_OPTIONS = -n 2
CHECKED = bootstrap.py docs/generate.py docs/trace.py docs/waterfall.py src campaign $(wildcard examples bench)

# What a developer's shell says to Python and its tools has no say in the results.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONWARNINGS MYPYPATH PYTEST_ADDOPTS PYTEST_PLUGINS

BIN = .venv/bin/python -m
READY = .venv/ready
# A copied .venv still points to where it came from: the mark must name this very checkout.
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif

.PHONY: run test lint docs trace campaign lock clean

run: $(READY)
	$(RUN)

test: lint
	$(BIN) pytest $(PYTEST_OPTIONS)

lint: $(READY)
	$(BIN) ruff check
	$(BIN) ruff format --check
	$(BIN) mypy --strict $(CHECKED)
	.venv/bin/lint-imports

docs: $(READY)
	.venv/bin/python docs/generate.py

# The picture in docs/explanation/trace.md, of a booking that real processes make; needs RabbitMQ.
trace: $(READY)
	.venv/bin/python docs/trace.py

# Hours, not minutes: what `make test` runs in short. All of them, or CAMPAIGN="outage saga".
campaign: $(READY)
	$(BIN) campaign $(CAMPAIGN)

lock: $(READY)
	$(BIN) uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --quiet \
		--extra all --group dev pyproject.toml -o requirements/dev.txt

clean:
	rm -rf .venv build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

$(READY): bootstrap.py pyproject.toml requirements/dev.txt
	$(PYTHON) -I bootstrap.py
