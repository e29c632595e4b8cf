"""Blocks: units kept from sale."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody

from booking_core.application.availability.block_units import Blocked, BlockUnits
from booking_core.application.availability.lift_block import LiftBlock
from booking_core.application.caller import Caller
from booking_core.domain.availability.block import Block
from booking_core.domain.kernel.ids import BlockId, ResourceId, UnitId
from booking_core.engine import BookingEngine
from booking_http.call import Call
from booking_http.headers import IdempotencyKey, checked, versioned
from booking_http.instants import When, at
from booking_http.paging import After, Limit, cursor, page_request
from booking_http.refused import refused
from booking_http.strict_body import Body, Strict, View
from booking_http.texts import Name


class BlockRequest(Body, frozen=True, kw_only=True):
    """Without `unitIds` all of the resource; `aroundBookings` blocks only what is free of them."""

    start: When
    end: When
    unit_ids: tuple[Name, ...] = ()
    reason: Annotated[str, msgspec.Meta(max_length=200)] = ""
    around_bookings: bool = False


class BlockView(View, frozen=True, kw_only=True):
    """Units kept from sale for a while; lifted when they were given back before their time."""

    id: str
    resource_id: str
    unit_ids: tuple[str, ...]
    start: datetime
    end: datetime
    reason: str
    created_at: datetime
    lifted_at: datetime | None


class BlockMade(View, frozen=True, kw_only=True):
    """The block, and the bookings that it had to leave alone."""

    block: BlockView
    left_alone: tuple[str, ...]


class BlockPage(View, frozen=True, kw_only=True):
    """Some blocks, and the cursor of those that follow."""

    items: list[BlockView]
    next: str | None


@get(
    "/resources/{resource_id:str}/blocks",
    operation_id="listBlocks",
    summary="What is kept from sale",
    tags=["Catalogue"],
    responses=refused(403, 404),
)
async def list_blocks(
    resource_id: FromPath[str], request: Call, limit: Limit = 50, after: After = None
) -> BlockPage:
    """The blocks of a resource that are not lifted."""
    page = await request.ask(
        request.engine.read_blocks.of_resource,
        ResourceId(resource_id),
        page_request(limit, after),
        request.user,
    )
    return BlockPage(items=[_view(each) for each in page.entries], next=cursor(page.next))


@post(
    "/resources/{resource_id:str}/blocks",
    operation_id="blockUnits",
    summary="Keep units from sale",
    tags=["Catalogue"],
    dto=Strict[BlockRequest],
    return_dto=None,
    responses=refused(403, 404, 409, body=True),
)
async def block_units(
    resource_id: FromPath[str],
    data: JSONBody[BlockRequest],
    request: Call,
    key: IdempotencyKey = None,
) -> Response[BlockMade]:
    """It never covers a booking; what is in its way is told."""
    blocked = await request.ask(
        _block, request.engine, ResourceId(resource_id), data, request.user, key
    )
    (block,) = blocked.blocks
    return Response(
        BlockMade(block=_view(block), left_alone=blocked.left_alone),
        status_code=201,
        headers=versioned(block.version, replayed=blocked.replayed),
    )


@delete(
    "/blocks/{block_id:str}",
    operation_id="liftBlock",
    summary="Give the units back for sale",
    tags=["Catalogue"],
    status_code=200,
    responses=refused(404, 412),
)
async def lift_block(
    block_id: FromPath[str], request: Call, key: IdempotencyKey = None
) -> BlockView:
    """From now on they can be booked again; lifted twice, it stays lifted."""
    checked(key)
    command = LiftBlock(block_id=BlockId(block_id))
    return _view(await request.ask(request.engine.lift_block, command, request.user))


def _block(
    engine: BookingEngine, resource_id: ResourceId, data: BlockRequest, by: Caller, key: str | None
) -> Blocked:
    def zone_name() -> str:
        return engine.read_catalogue.resource(resource_id, by).zone

    command = BlockUnits(
        resource_id=resource_id,
        start=at("start", data.start, zone_name),
        end=at("end", data.end, zone_name),
        unit_ids=tuple(map(UnitId, data.unit_ids)),
        reason=data.reason,
        around_bookings=data.around_bookings,
    )
    return engine.block_units(command, by, key)


def _view(block: Block) -> BlockView:
    return BlockView(
        id=block.id,
        resource_id=block.resource_id,
        unit_ids=block.unit_ids,
        start=block.span.start,
        end=block.span.end,
        reason=block.reason,
        created_at=block.created_at,
        lifted_at=block.lifted_at,
    )
