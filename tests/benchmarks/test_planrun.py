"""What a day's run costs follows from who is due, and the meter would show it if it did not."""

import pytest

from benchmarks.planrun import Cost, community, compared, cost

FEW, MANY, DUE = 40, 4000, 5


def test_a_run_costs_the_same_however_many_owners_are_not_due() -> None:
    few, many, more_due = cost(FEW, DUE), cost(MANY, DUE), cost(FEW, 2 * DUE)

    assert [run.notices for run in (few, many, more_due)] == [DUE, DUE, 2 * DUE]
    assert few[3:-1] == many[3:-1]  # all but owners, notices, seconds and megabytes
    assert few.read_units < more_due.read_units < 2 * few.read_units


def test_a_run_that_looked_at_everybody_would_be_seen_to() -> None:
    tables = [community(owners, DUE) for owners in (FEW, MANY)]
    for table in tables:
        table.usage.read_units = 0
        for owner in table.due("9999-12-31"):
            table.query(owner)
    few, many = (table.usage.read_units for table in tables)

    assert many / few == pytest.approx(MANY / FEW, rel=0.1)


def test_whoever_is_not_due_weighs_on_the_run_as_much_as_anybody() -> None:
    table = community(FEW, DUE)
    due, other = (table.memory.query(f"O#o-{number:07d}") for number in (0, FEW - 1))

    assert len(due) == len(other)


@pytest.mark.parametrize(
    ("seconds", "read", "written", "kept"),
    [(1.2, 10, 20, [True] * 3), (1.3, 10, 20, [False, True, True]), (1, 10.5, 21, [True, False, False])],
)
def test_no_unit_more_is_allowed_and_little_time(seconds: float, read: float, written: int, kept: list[bool]) -> None:
    few = Cost(10, 5, 1.0, 30, 10, 10, 20, 40)
    many = Cost(1000, 5, seconds, 30, 10, read, written, 200)

    assert [line.is_kept for line in compared([few], [many])] == kept
