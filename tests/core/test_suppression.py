"""No count of fewer than five households is published, nor can one be worked out from what is."""

from collections.abc import Iterator

from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.core.suppression import FEWEST, Counted, Publication, Shown, published

groups = st.integers(1, 16).flatmap(
    lambda households: st.builds(Counted, households=st.just(households), paid=st.integers(0, households))
)
tables = st.lists(groups, min_size=1, max_size=4)

Sums = set[tuple[int, int]]


def possible(shown: Shown, most: int) -> list[Counted]:
    """Every group a published row could stand for; a withheld one may have as many households as there are in all."""
    if shown.counted:
        return [shown.counted]
    sizes = range(1, FEWEST) if shown.is_small else range(FEWEST, most + 1)
    return [Counted(size, paid) for size in sizes for paid in range(size + 1)]


def sums(rows: list[list[Counted]], whole: Counted) -> Sums:
    found: Sums = {(0, 0)}
    for row in rows:
        added = {(one + group.households, two + group.paid) for one, two in found for group in row}
        found = {(one, two) for one, two in added if one <= whole.households and two <= whole.paid}
    return found


def readings(said: Publication, at: int) -> Iterator[Counted]:
    """What a reader who adds and subtracts may still take a group for."""
    whole = said.whole.counted
    assert whole
    rows = [possible(row, whole.households) for row in said.groups]
    others = sums([*rows[:at], *rows[at + 1 :]], whole)
    return (one for one in rows[at] if (whole.households - one.households, whole.paid - one.paid) in others)


@given(tables)
@example([Counted(4, 2), Counted(4, 2), Counted(4, 2)])
@example([Counted(4, 0), Counted(4, 4), Counted(4, 1), Counted(7, 5)])
def test_what_is_withheld_cannot_be_worked_out_from_the_totals(table: list[Counted]) -> None:
    said = published(table)
    for at, row in enumerate(said.groups):
        if row.counted is None and said.whole.counted:
            found = list(readings(said, at))
            assert len({one.paid for one in found}) > 1
            assert len({one.households - one.paid for one in found}) > 1
            if row.is_small:
                assert len({one.households for one in found}) > 1


@given(tables)
def test_nor_by_a_reader_who_knows_how_many_homes_each_group_has(table: list[Counted]) -> None:
    said = published(table)
    for at, row in enumerate(said.groups):
        if row.counted is None and said.whole.counted:
            found = {one.paid for one in readings(said, at) if one.households == table[at].households}
            assert len(found) > 1


@given(tables)
def test_nothing_that_is_shown_is_below_five(table: list[Counted]) -> None:
    said = published(table)
    for shown in (*said.groups, said.whole):
        assert shown.counted is None or shown.counted.least >= FEWEST


@given(tables)
def test_what_is_shown_is_true(table: list[Counted]) -> None:
    said = published(table)
    assert all(row.counted in (None, group) for row, group in zip(said.groups, table, strict=True))
    assert said.whole.counted in (None, Counted(sum(g.households for g in table), sum(g.paid for g in table)))


@given(tables)
def test_without_the_whole_no_group_is_shown_either(table: list[Counted]) -> None:
    said = published(table)
    assert said.whole.counted or not any(row.counted for row in said.groups)


def test_large_groups_are_all_shown() -> None:
    table = [Counted(80, 70), Counted(60, 55)]
    assert published(table) == Publication(tuple(map(Shown, table)), Shown(Counted(140, 125)))


def test_one_small_count_takes_the_smallest_other_group_with_it() -> None:
    """Alone, its three would be what the total leaves: 24 + 20 + 3 - 24 - 20."""
    towers = [Counted(80, 70), Counted(60, 50), Counted(40, 37)]
    said = published(towers)
    assert [row.counted for row in said.groups] == [Counted(80, 70), None, None]
    assert said.whole.counted == Counted(180, 157)


def test_three_groups_of_four_are_not_enough_for_each_other() -> None:
    """Twelve in all and each below five could only be four, four and four."""
    said = published([Counted(4, 2), Counted(4, 2), Counted(4, 2), Counted(30, 20)])
    assert [row.counted for row in said.groups] == [None] * 4
    assert [row.is_small for row in said.groups] == [True, True, True, False]


def test_where_nearly_everybody_paid_only_that_is_known() -> None:
    assert published([Counted(80, 79), Counted(60, 58)]).whole == Shown(None)
