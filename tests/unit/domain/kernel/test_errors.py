"""Every refusal explains itself, and survives its travels."""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import booking_core.engine
from booking_core.domain.kernel.errors import BookingError, InvalidInput, Kind


def every_refusal(base: type[BookingError] = BookingError) -> list[type[BookingError]]:
    """All refusals that importing the engine defines."""
    assert booking_core.engine
    return [each for sub in base.__subclasses__() for each in [sub, *every_refusal(sub)]]


@pytest.mark.parametrize("refusal", every_refusal(), ids=lambda refusal: refusal.__name__)
def test_a_refusal_has_a_code_a_kind_and_a_sentence(refusal: type[BookingError]) -> None:
    """Programs read the code, edges the kind, and people the docstring."""
    assert refusal.code != BookingError.code or refusal.__subclasses__()
    assert isinstance(refusal.kind, Kind)
    assert refusal.__doc__


def test_codes_are_not_shared() -> None:
    """One code means one refusal."""
    leaves = [refusal for refusal in every_refusal() if not refusal.__subclasses__()]
    codes = [refusal.code for refusal in leaves]
    assert len(set(codes)) == len(codes)


def test_a_refusal_survives_a_process_boundary() -> None:
    """Process pools pickle what they raise."""
    refusal = pickle.loads(pickle.dumps(InvalidInput("start", "a time")))
    assert isinstance(refusal, InvalidInput)
    assert (refusal.field, refusal.expected) == ("start", "a time")


def test_a_refusal_passes_through_a_context_manager() -> None:
    """contextlib assigns to the exceptions that pass it, so they cannot be frozen."""

    @contextmanager
    def around() -> Iterator[None]:
        yield

    with pytest.raises(InvalidInput, match="start: a time"), around():
        raise InvalidInput("start", "a time")
