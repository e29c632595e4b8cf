"""The reference is what the code says."""

import importlib.util
from pathlib import Path

import pytest

GENERATOR = Path(__file__).parents[2] / "docs" / "generate.py"


def load() -> object:
    """The generator, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("docs_generate", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGES = load().pages()  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_is_what_its_generator_makes(path: Path) -> None:
    """Whoever changes a refusal or a lifecycle runs `make docs`."""
    assert path.read_text(encoding="utf-8") == PAGES[path]


def test_no_schema_is_left_of_an_event_that_is_told_no_more() -> None:
    """Whoever finds a file there may build on it."""
    events = GENERATOR.parent / "reference" / "events"
    assert {path for path in events.rglob("*") if path.is_file()} <= PAGES.keys()
