"""Replay a hotel's real bookings through the engine, on a clock of their own time.

    python examples/hotel_replay.py FILE.csv.gz
    python examples/hotel_replay.py FILE.csv.gz --database sqlite:///hotel.sqlite3
    python examples/hotel_replay.py FILE.csv.gz --rooms A=134,C=9,D=42 --first-fit --json

Every row becomes a booking made on its day and paid, and is then cancelled, checked in and
completed, or marked as a no-show. Room types that `--rooms` leaves out get the fewest rooms that
can do without refusing anybody. Each run is a tenant of its own, so a database can take several.

Revenue is `adr` × nights for guests who came and for those who did not show up, as the engine's
ledger has kept it; cancellations are refunded in full, and leaving early gives nothing back.

Exit codes are those of the command line: 1 where verify found violations or an extra is missing,
2 for bad input, 75 where the database does not answer.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from booking_adapters.memory.clock import ManualClock
from booking_adapters.memory.storage import MemoryStorage
from booking_adapters.simulated.payment_gateway import SimulatedGateway
from booking_adapters.simulated.plan import always
from booking_adapters.simulated.script import PAY
from booking_adapters.system.randomness import SystemRandomness
from booking_cli.exit_codes import EXIT_CODES, UNSOUND
from booking_core.application.caller import provider
from booking_core.domain.availability.allocation import first_fit_only, fit_or_rearrange
from booking_core.domain.kernel.errors import BookingError, Busy, InvalidInput, Kind
from booking_core.domain.kernel.ids import TenantId
from booking_core.engine import BookingEngine, Ports
from booking_core.ports.storage import Storage
from hotel.catalogue import Catalogue
from hotel.progress import tracked
from hotel.replay import Replay
from hotel.report import Report, read_report
from hotel.rooms import fewest_rooms, parse_rooms
from hotel.stay import BadFile, read_stays
from hotel.timeline import timeline

MEMORY = "memory"
EXIT_BAD_INPUT = EXIT_CODES[Kind.INVALID]


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code; what was refused is said in one line on standard error."""
    options = _options(arguments)
    try:
        report = replay(options.file, options.database, options.rooms, options.first_fit)
    except BadFile as bad:
        print(bad, file=sys.stderr)
        return EXIT_BAD_INPUT
    except BookingError as refusal:
        print(f"{refusal.code}: {refusal.message}", file=sys.stderr)
        return EXIT_CODES[refusal.kind]
    except ModuleNotFoundError as missing:
        print(f"{missing}: install the extras, booking-core[sql,postgres,cli]", file=sys.stderr)
        return UNSOUND
    print(json.dumps(report.as_json()) if options.json else report.as_text())
    return UNSOUND if report.violations else 0


def replay(file: Path, database: str, rooms: dict[str, int], first_fit: bool) -> Report:
    """Replay the file on that database. Raises BadFile, and BookingError from the engine."""
    happenings = timeline(read_stays(file))
    rooms = fewest_rooms(happenings) | rooms
    clock, randomness = ManualClock(happenings[0].at), SystemRandomness()
    hotelier = provider("hotelier", TenantId(f"hotel-{uuid4().hex[:12]}"))
    payments = SimulatedGateway(clock, randomness, plan=always(PAY))
    ports = Ports(storage=_storage(database), payments=payments, clock=clock, randomness=randomness)
    engine = BookingEngine(ports, allocation=first_fit_only if first_fit else fit_or_rearrange)
    with closing(payments), closing(engine):
        catalogue = Catalogue(keep=engine.keep_catalogue, hotelier=hotelier)
        catalogue.open_rooms(rooms)
        act = Replay(
            engine=engine, clock=clock, payments=payments, catalogue=catalogue, hotelier=hotelier
        )
        for happening in tracked(happenings, "replaying", len(happenings)):
            act(happening)
        return read_report(
            engine,
            hotelier,
            rooms,
            act.refused,
            lambda bookings: tracked(bookings, "reading back", len(act.booked)),
        )


def _storage(database: str) -> Storage:
    if database == MEMORY:
        return MemoryStorage()
    # Only here: the replay in memory needs nothing but this distribution.
    from booking_adapters.sqlalchemy.migrate import migrate
    from booking_adapters.sqlalchemy.storage import SqlStorage

    try:
        storage = SqlStorage.open(database)
        migrate(database)
    except InvalidInput as refusal:
        raise InvalidInput("--database", f"{MEMORY}, {refusal.expected}") from refusal
    except Busy as refusal:
        raise Busy(f"--database: {refusal.reason}") from refusal
    return storage


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, metavar="FILE.csv.gz")
    parser.add_argument(
        "--database", default=MEMORY, metavar="URL", help="sqlite:///… or postgresql://…"
    )
    parser.add_argument("--rooms", type=_rooms, default={}, metavar="A=134,C=9,…")
    parser.add_argument(
        "--first-fit", action="store_true", help="the lowest free room; nobody is ever moved"
    )
    parser.add_argument("--json", action="store_true", help="one object, for programs")
    return parser.parse_args(arguments)


def _rooms(text: str) -> dict[str, int]:
    try:
        return parse_rooms(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
