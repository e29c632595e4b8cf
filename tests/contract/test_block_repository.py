"""Where blocks rest."""

from __future__ import annotations

import pytest

from booking_core.domain.kernel.errors import NotFound
from booking_core.domain.kernel.ids import BlockId
from booking_core.ports.page import PageRequest
from booking_core.ports.storage import Storage
from tests.contract.builders import (
    ACME,
    ATTIC,
    GLOBEX,
    ROOM,
    UNITS,
    a_block,
    id_of,
    keep,
    lift,
    name_of,
    span,
)
from tests.contract.paging import all_pages

A, B, C, D = UNITS


def test_every_fact_of_a_block_is_kept(store: Storage) -> None:
    """All fields come back equal, before and after it is lifted."""
    block = keep(store, a_block("block", span(9, 12), C, A, reason="Peinture à côté; 5 %"))
    assert store.blocks.get(ACME, block.id) == block
    lifted = lift(store, block)
    assert store.blocks.get(ACME, block.id) == lifted


def test_a_block_that_is_not_there_is_not_found(store: Storage) -> None:
    """A missing block, another tenant's and one of a name that none can have look alike."""
    keep(store, a_block("theirs", span(9, 10), tenant_id=GLOBEX))
    for id in (id_of("missing"), id_of("theirs"), "no-uuid"):
        with pytest.raises(NotFound) as refusal:
            store.blocks.get(ACME, BlockId(id))
        assert (refusal.value.noun, refusal.value.id) == ("block", id)


def test_a_resource_lists_the_blocks_that_stand(store: Storage) -> None:
    """By id; not those that are lifted, of another resource, or of another tenant."""
    for hour, name in enumerate(("c", "a", "lifted", "b"), start=9):
        keep(store, a_block(name, span(hour, hour + 1)))
    keep(store, a_block("attic", span(9, 10), resource_id=ATTIC))
    keep(store, a_block("theirs", span(9, 10), tenant_id=GLOBEX))
    lift(store, store.blocks.get(ACME, BlockId(id_of("lifted"))))
    listed = store.blocks.of_resource(ACME, ROOM, PageRequest())
    assert [name_of(block.id) for block in listed.entries] == ["a", "b", "c"]
    assert listed.next is None


@pytest.mark.parametrize("limit", [1, 2, 5, 6])
def test_pages_show_every_block_once(store: Storage, limit: int) -> None:
    """Cursors lead through the whole listing."""
    made = [keep(store, a_block(f"block-{n}", span(n, n + 1))) for n in range(5)]
    found = all_pages(lambda page: store.blocks.of_resource(ACME, ROOM, page), limit)
    assert found == made


def test_a_resource_that_does_not_exist_has_no_blocks(store: Storage) -> None:
    """There is nothing to list, and nothing to complain of."""
    assert store.blocks.of_resource(ACME, "cellar", PageRequest()).entries == ()
