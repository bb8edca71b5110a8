# make demo: everything up to a dashboard on drawn faces.  make test: everything up to a passed suite.
# Both make .venv and install what is missing; neither needs anything but Python 3.11 and make.

PYTHON ?= python3.11
VENV   ?= .venv
BIN    := $(VENV)/bin

.PHONY: demo test lint types floors pytest install clean

demo: $(VENV)/.installed
	$(BIN)/fer-probe demo $(ARGS)

test: lint floors types pytest

lint: $(VENV)/.installed-for-development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

floors: $(VENV)/.installed-for-development
	$(BIN)/lint-imports

types: $(VENV)/.installed-for-development
	$(BIN)/mypy

pytest: $(VENV)/.installed-for-development
	$(BIN)/python -m pytest $(ARGS)

install: $(VENV)/.installed

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is missing: install it, or say which one: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@$(MAKE) --no-print-directory opencv-loads
	@touch $@

$(VENV)/.installed-for-development: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev,figures]'
	@$(MAKE) --no-print-directory opencv-loads
	@touch $@ $(VENV)/.installed

# Slim images lack libraries that OpenCV opens at import.
.PHONY: opencv-loads
opencv-loads:
	@$(BIN)/python -c "import cv2" || { echo; \
	  echo "OpenCV cannot open a system library, named in the last line above."; \
	  echo "Debian, Ubuntu:  apt-get install libgl1 libglib2.0-0"; \
	  echo "Fedora:          dnf install mesa-libGL glib2"; \
	  exit 1; }

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
