"""Ids sort by time and follow RFC 9562."""

from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_core.domain.kernel.errors import InvalidInput
from booking_core.domain.kernel.ids import named, uuid7, uuid8


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**74 - 1))
def test_an_id_is_a_version_7_uuid_of_its_time(unix_ms: int, bits: int) -> None:
    """Version, variant and the millisecond can be read from it."""
    uuid = UUID(uuid7(unix_ms, bits))
    assert (uuid.version, uuid.variant) == (7, RFC_4122)
    assert uuid.int >> 80 == unix_ms


@given(st.integers(0, 2**48 - 2), st.integers(0, 2**74 - 1), st.integers(0, 2**74 - 1))
def test_later_ids_sort_after_earlier_ones(unix_ms: int, one: int, other: int) -> None:
    """Indexes grow at one end."""
    assert uuid7(unix_ms, one) < uuid7(unix_ms + 1, other)


@given(st.integers(0, 2**74 - 1), st.integers(0, 2**74 - 1))
def test_all_random_bits_count(one: int, other: int) -> None:
    """Two ids of one millisecond are equal only if all their random bits are."""
    assert (uuid7(0, one) == uuid7(0, other)) == (one == other)


@given(st.integers(0, 2**122 - 1), st.integers(0, 2**122 - 1))
def test_a_chosen_id_is_a_uuid_that_keeps_every_bit(one: int, other: int) -> None:
    """What is named by a key is named like anything else, and apart from what is not."""
    assert UUID(uuid8(one)).version == 8
    assert str(UUID(uuid8(one))) == uuid8(one)
    assert (uuid8(one) == uuid8(other)) == (one == other)


@pytest.mark.parametrize("text", ["", "a b", "a\n", "a\0", "é", "-a", "a" * 129, "a/b"])
def test_a_name_fits_into_a_url_and_a_log_line(text: str) -> None:
    """What would have to be escaped is refused by name."""
    with pytest.raises(InvalidInput, match="resourceId"):
        named("resourceId", text)
