"""Choosing the best seats that are left."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from itertools import combinations

from hypothesis import assume, given
from hypothesis import strategies as st

from booking_core.domain.availability.best_available import best_available
from booking_core.domain.catalogue.resource import Unit
from booking_core.domain.kernel.ids import UnitId


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """Seats, those that are taken, and what is wanted of them."""

    seats: tuple[Unit, ...]
    taken: frozenset[UnitId]
    quantity: int
    category: str | None

    def free(self) -> list[Unit]:
        """The seats that may be chosen."""
        return [
            seat
            for seat in self.seats
            if seat.id not in self.taken and self.category in (None, seat.category)
        ]

    def chosen(self) -> list[Unit] | None:
        """The answer, as seats in their order."""
        ids = best_available(self.seats, self.taken, self.quantity, self.category)
        if ids is None:
            return None
        assert len(ids) == self.quantity
        return sorted((seat for seat in self.seats if seat.id in ids), key=place)


def place(seat: Unit) -> tuple[int, int]:
    """Row and number."""
    return seat.row, seat.number


def hall(*rows: str, quantity: int, category: str | None = None) -> Hall:
    """A picture, front row first: `x` is taken, a space no seat, other letters are categories."""
    seats = [
        (Unit(UnitId(f"{row}-{number}"), letter if letter != "x" else "", row, number), letter)
        for row, picture in enumerate(rows, start=1)
        for number, letter in enumerate(picture, start=1)
        if letter != " "
    ]
    return Hall(
        seats=tuple(seat for seat, _ in seats),
        taken=frozenset(seat.id for seat, letter in seats if letter == "x"),
        quantity=quantity,
        category=category,
    )


@st.composite
def halls(draw: st.DrawFn) -> Hall:
    """Small halls with aisles, absent rows and two categories, more than half taken or hardly."""
    kinds = st.sampled_from(draw(st.sampled_from(["abxxxx ", "aabx ", "aaax", "ab"])))
    pictures = draw(st.lists(st.text(kinds, max_size=8), min_size=1, max_size=4).filter(any))
    found = hall(
        *pictures,
        quantity=draw(st.integers(1, 5)),
        category=draw(st.sampled_from([None, None, "a", "b"])),
    )
    return Hall(
        seats=tuple(draw(st.permutations(found.seats))),
        taken=found.taken,
        quantity=found.quantity,
        category=found.category,
    )


@st.composite
def halls_that_split(draw: st.DrawFn) -> Hall:
    """Halls with seats enough for a party, and in no row enough side by side."""
    pictures = draw(
        st.lists(st.text("aaxx ", max_size=8), min_size=2, max_size=4).filter(
            lambda rows: sum(row.count("a") for row in rows) >= 2
        )
    )
    longest = max(len(run) for row in pictures for run in re.split("[^a]", row))
    free = sum(row.count("a") for row in pictures)
    assume(longest < free)
    quantity = draw(st.integers(longest + 1, min(free, longest + 3)))
    return hall(*pictures, quantity=quantity)


def groups(seats: list[Unit]) -> int:
    """How many groups sit apart from each other."""
    places = {place(seat) for seat in seats}
    return sum((row, number - 1) not in places for row, number in places)


def rows_spanned(seats: list[Unit]) -> int:
    """From the front-most to the last row, both counted."""
    rows = [seat.row for seat in seats]
    return max(rows) - min(rows) + 1


def test_the_middle_of_the_front_row_comes_first() -> None:
    """In an empty hall four sit in the middle of the first row."""
    assert ids(hall("aaaaaaaa", "aaaaaaaa", quantity=4)) == ["1-3", "1-4", "1-5", "1-6"]


def test_the_centre_is_that_of_the_whole_row() -> None:
    """Seats already sold still count when the middle of a row is looked for."""
    assert ids(hall("xxaaaaaxxxxxxx", quantity=2)) == ["1-6", "1-7"]
    assert ids(hall("aa aa", quantity=1)) == ["1-2"]


def test_no_single_seat_is_left_over_where_that_can_be() -> None:
    """The edge, or a row further back, is better than a seat that nobody will buy alone."""
    assert ids(hall("aaaaa", quantity=3)) == ["1-1", "1-2", "1-3"]
    assert ids(hall("aaa", "aaaa", quantity=2)) == ["2-1", "2-2"]
    assert ids(hall("aaa", quantity=2)) == ["1-1", "1-2"]


def test_an_aisle_parts_neighbours() -> None:
    """Numbers that do not follow on each other are not side by side."""
    assert ids(hall("aa a", "aaa", quantity=3)) == ["2-1", "2-2", "2-3"]


def test_a_category_keeps_to_itself() -> None:
    """Who asked for one category sits in it, further back if need be."""
    assert ids(hall("aabb", "bbbb", quantity=3, category="b")) == ["2-1", "2-2", "2-3"]


def test_two_pairs_are_better_than_four_single_seats() -> None:
    """A party that is split sits in few groups, one behind the other."""
    assert ids(hall("axaxaxa", "aaxxxxx", "aaxxxxx", quantity=4)) == ["2-1", "2-2", "3-1", "3-2"]


def test_near_and_in_three_groups_is_better_than_far_apart_in_two() -> None:
    """One seat twenty rows away is no way to seat a party."""
    pictures = ["aaxaxa", *["xxxxxx"] * 20, "aaxxxx"]
    assert ids(hall(*pictures, quantity=4)) == ["1-1", "1-2", "1-4", "1-6"]


def test_one_row_is_better_than_a_pair_rows_away() -> None:
    """Four single seats of the first row beat a pair at the back and two seats in front of it."""
    pictures = ("axaxaxa", "xxaxaxx", "xxaxaxx", "aaxxxxx")
    assert ids(hall(*pictures, quantity=4)) == ["1-1", "1-3", "1-5", "1-7"]


def test_single_seats_of_a_party_are_near_each_other() -> None:
    """Of many equal places those around the centre are taken."""
    assert ids(hall("axaxaxaxaxa", quantity=3)) == ["1-3", "1-5", "1-7"]


def test_fewer_seats_than_asked_are_none() -> None:
    """All or nothing."""
    assert ids(hall("axa", "aax", quantity=5)) is None


def test_seats_without_a_place_can_be_had_too() -> None:
    """A hall whose seats have neither rows nor numbers still sells each of them once."""
    seats = [Unit(UnitId(name)) for name in "cab"]
    assert best_available(seats, [UnitId("b")], 2, None) == ("a", "c")


@given(halls())
def test_free_seats_of_the_category_each_once(found: Hall) -> None:
    """So many as asked, none taken, none of another category; None only if there are fewer."""
    chosen, free = found.chosen(), found.free()
    assert (chosen is None) is (len(free) < found.quantity)
    assert chosen is None or all(seat in free for seat in chosen)


@given(halls())
def test_together_whenever_a_row_has_room(found: Hall) -> None:
    """The party is split only if no row has so many free seats side by side, and then the best
    block is that which leaves fewest singles, is nearest to the front, then to the centre."""
    chosen, free = found.chosen(), sorted(found.free(), key=place)
    blocks = [
        block
        for block in (free[at : at + found.quantity] for at in range(len(free)))
        if len(block) == found.quantity and rows_spanned(block) == groups(block) == 1
    ]
    if blocks:
        assert chosen == min(blocks, key=lambda block: badness(found, block))
    elif chosen is not None:
        assert groups(chosen) > 1


@given(halls_that_split())
def test_a_split_party_sits_as_tight_as_can_be(found: Hall) -> None:
    """No other choice of seats has a smaller sum of groups and rows spanned."""
    chosen = found.chosen()
    assert chosen is not None
    every = (list(seats) for seats in combinations(found.free(), found.quantity))
    tightest = min(groups(seats) + rows_spanned(seats) for seats in every)
    assert groups(chosen) + rows_spanned(chosen) == tightest


@given(halls(), st.randoms(use_true_random=False))
def test_the_order_in_which_seats_are_listed_is_no_matter(found: Hall, dice: random.Random) -> None:
    """The same hall has the same answer."""
    shuffled = list(found.seats)
    dice.shuffle(shuffled)
    asked = (found.taken, found.quantity, found.category)
    assert best_available(shuffled, *asked) == best_available(found.seats, *asked)


def badness(found: Hall, block: list[Unit]) -> tuple[int, int, int, int]:
    """What the documented order of preference says of a block; smaller is better."""
    free = {place(seat) for seat in found.free()} - {place(seat) for seat in block}
    row, first, last = block[0].row, block[0].number, block[-1].number
    singles = ((row, first - 1) in free and (row, first - 2) not in free) + (
        (row, last + 1) in free and (row, last + 2) not in free
    )
    numbers = [seat.number for seat in found.seats if seat.row == row]
    return singles, row, abs(first + last - min(numbers) - max(numbers)), first


def ids(found: Hall) -> list[str] | None:
    """The names of the seats chosen, in their order."""
    chosen = found.chosen()
    return None if chosen is None else [seat.id for seat in chosen]
