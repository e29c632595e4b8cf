"""bench: a first impression of the machine."""

from tests.cli.conftest import Run, answer


def test_it_measures_memory_and_sqlite(run: Run) -> None:
    """Each storage is measured by as many holds as were asked for, in files that go away."""
    measured = answer(run("bench", "--holds", "20", "--json"))["measured"]
    assert [it["storage"] for it in measured] == ["memory", "sqlite"]
    for it in measured:
        assert it["holdsPerSecond"] > 0
        assert it["medianMicroseconds"] <= it["p99Microseconds"]
    assert "bench/" in run("bench", "--holds", "20").stdout
