"""What may come to mind: strategies for the rules."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.engine.model import SEATS, hours
from tests.unit.application.house import ANN, BOB

starts = st.sampled_from((1, 2, 15, 28))
callers = st.sampled_from((ANN, BOB))
parts = st.one_of(
    st.builds(hours, st.sampled_from(("room", "cellar")), starts, st.integers(1, 2)),
    st.builds(hours, st.just("barn"), st.integers(14, 18), st.integers(1, 3), st.just(1)),
    st.builds(hours, st.just("barn"), starts, st.just(2), st.integers(1, 3)),
)
in_the_attic = st.builds(hours, st.just("attic"), starts, st.just(1), st.integers(1, 2))
on_request = st.builds(hours, st.sampled_from(("room", "cellar")), starts)
next_door = st.builds(hours, st.sampled_from(("room", "barn")), starts, st.integers(1, 2))
seats = st.lists(st.sampled_from(SEATS), min_size=1, max_size=3, unique=True)
whichever = st.integers(0, 1000)
