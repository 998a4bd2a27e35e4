"""One contract for the table, held by the one in memory and by DynamoDB as moto stands in for it."""

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from benchmarks.metered import MeteredTable
from chalicelib.edge.table import DynamoTable
from chalicelib.flows.ports import Condition, Item, Table
from staff.memory import MemoryTable
from tests.conftest import fake_aws, make_resources


@pytest.fixture(scope="module")
def dynamodb(atomic_dynamodb: None) -> Iterator[Any]:
    with fake_aws():
        make_resources()
        yield boto3.client("dynamodb")


def empty(client: Any) -> None:
    for item in client.scan(TableName="courtyard", ProjectionExpression="pk, sk")["Items"]:
        client.delete_item(TableName="courtyard", Key=item)


IN_MEMORY = {"memory": MemoryTable, "metered": MeteredTable}


@pytest.fixture(params=[*IN_MEMORY, "dynamodb"])
def table(request: pytest.FixtureRequest) -> Iterator[Table]:
    if request.param in IN_MEMORY:
        yield IN_MEMORY[request.param]()
        return
    client = request.getfixturevalue("dynamodb")
    yield DynamoTable(client, "courtyard")
    empty(client)


def absent(name: str) -> Condition:
    return Condition(name, "absent")


def equals(name: str, value: str | int) -> Condition:
    return Condition(name, "equals", value)


def below(name: str, value: str | int) -> Condition:
    return Condition(name, "below", value)


def above(name: str, value: str | int) -> Condition:
    return Condition(name, "above", value)


# reading and writing


def test_what_was_put_is_got_back_with_text_as_text_and_numbers_as_numbers(table: Table) -> None:
    item: Item = {"pk": "O#1", "sk": "OWNER", "name": "阿卜杜·É", "amount": 123456, "empty": "", "below": -5}
    assert table.put_new(item)
    assert table.get("O#1", "OWNER") == item


def test_a_key_nobody_wrote_gives_none_and_an_empty_partition(table: Table) -> None:
    assert table.get("O#1", "OWNER") is None
    assert table.query("O#1") == []


def test_a_query_gives_the_items_of_one_partition_in_the_order_of_their_sort_keys(table: Table) -> None:
    for sk in ("PAY#2", "BILL#9", "房", "OWNER", "BILL#10", "~"):
        table.put_new({"pk": "O#1", "sk": sk})
    table.put_new({"pk": "O#10", "sk": "OWNER"})
    assert [item["sk"] for item in table.query("O#1")] == ["BILL#10", "BILL#9", "OWNER", "PAY#2", "~", "房"]


def test_a_query_reads_past_the_first_page(table: Table) -> None:
    for number in range(8):
        table.put_new({"pk": "O#1", "sk": f"BILL#{number}", "fact": str(number) * 200_000})
    found = table.query("O#1")
    assert [item["sk"] for item in found] == [f"BILL#{number}" for number in range(8)]
    assert [str(item["fact"])[0] for item in found] == list("01234567")


def test_a_caller_cannot_change_what_is_stored_by_changing_what_it_got(table: Table) -> None:
    item: Item = {"pk": "O#1", "sk": "OWNER", "n": 1}
    table.put_new(item)
    item["n"] = 2
    table.query("O#1")[0]["n"] = 3
    assert table.get("O#1", "OWNER") == {"pk": "O#1", "sk": "OWNER", "n": 1}


def test_put_new_leaves_what_is_there(table: Table) -> None:
    assert table.put_new({"pk": "O#1", "sk": "OWNER", "n": 1})
    assert not table.put_new({"pk": "O#1", "sk": "OWNER", "n": 2})
    assert table.get("O#1", "OWNER") == {"pk": "O#1", "sk": "OWNER", "n": 1}


def test_put_all_writes_more_items_than_one_request_takes(table: Table) -> None:
    table.put_all({"pk": "O#1", "sk": f"BILL#{number:03}"} for number in range(61))
    assert len(table.query("O#1")) == 61


def test_put_all_again_changes_nothing_and_nothing_to_put_is_no_fault(table: Table) -> None:
    items: list[Item] = [{"pk": "O#1", "sk": f"BILL#{number}", "n": number} for number in range(3)]
    table.put_all(items)
    table.put_all(items)
    table.put_all([])
    assert table.query("O#1") == items


def test_put_all_takes_the_same_key_twice_and_keeps_the_later(table: Table) -> None:
    table.put_all([{"pk": "O#1", "sk": "BILL#1", "n": 1}, {"pk": "O#1", "sk": "BILL#1", "n": 2}])
    assert table.query("O#1") == [{"pk": "O#1", "sk": "BILL#1", "n": 2}]


# conditional changes


def test_a_change_without_a_condition_makes_the_item(table: Table) -> None:
    assert table.change("O#1", "OWNER", {"fact": "x"})
    assert table.get("O#1", "OWNER") == {"pk": "O#1", "sk": "OWNER", "fact": "x"}


def test_a_change_keeps_the_attributes_it_does_not_name(table: Table) -> None:
    table.put_new({"pk": "O#1", "sk": "OWNER", "fact": "x", "n": 1})
    table.change("O#1", "OWNER", {"n": 2})
    assert table.get("O#1", "OWNER") == {"pk": "O#1", "sk": "OWNER", "fact": "x", "n": 2}


@pytest.mark.parametrize("reserved", ["state", "name", "owner", "values", "count", "due", "attempt"])
def test_an_attribute_may_have_any_plain_word_for_a_name(table: Table, reserved: str) -> None:
    table.put_new({"pk": "O#1", "sk": "X", reserved: "a"})
    assert table.change("O#1", "X", {reserved: "b"}, all_of=[equals(reserved, "a")])
    assert table.get("O#1", "X") == {"pk": "O#1", "sk": "X", reserved: "b"}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (absent("n"), False),
        (absent("m"), True),
        (equals("n", 5), True),
        (equals("n", 6), False),
        (equals("m", 5), False),
        (equals("n", "5"), False),
        (below("n", 6), True),
        (below("n", 5), False),
        (below("m", 6), False),
        (above("n", 4), True),
        (above("n", 5), False),
        (above("m", 0), False),
        (equals("day", "2026-03-31"), True),
        (below("day", "2026-04-01"), True),
        (below("day", "2026-03-31"), False),
        (above("day", "2026-03-30"), True),
        (equals("pk", "O#1"), True),
        (equals("pk", "O#2"), False),
    ],
)
def test_a_change_is_made_exactly_when_its_condition_holds(table: Table, condition: Condition, holds: bool) -> None:
    table.put_new({"pk": "O#1", "sk": "X", "n": 5, "day": "2026-03-31"})
    assert table.change("O#1", "X", {"done": 1}, all_of=[condition]) is holds
    assert table.change("O#1", "X", {"done": 1}, any_of=[condition]) is holds
    stored = table.get("O#1", "X")
    assert stored is not None
    assert ("done" in stored) is holds


@pytest.mark.parametrize("all_of", [True, False])
@pytest.mark.parametrize("any_of", [(True, False), (False, True), (False, False), (True, True)])
def test_a_change_needs_all_of_some_and_any_of_other_conditions(
    table: Table, all_of: bool, any_of: tuple[bool, bool]
) -> None:
    table.put_new({"pk": "O#1", "sk": "X", "n": 5})
    first = [equals("n", 5), equals("n", 5 if all_of else 6)]
    second = [equals("n", 5 if is_true else 6) for is_true in any_of]
    assert table.change("O#1", "X", {"done": 1}, all_of=first, any_of=second) is (all_of and any(any_of))


def test_a_condition_on_a_key_stops_a_change_from_making_an_item(table: Table) -> None:
    assert not table.change("O#1", "OWNER", {"due_day": "2026-01-01"}, all_of=[equals("pk", "O#1")])
    assert table.get("O#1", "OWNER") is None
    assert table.due("9999-12-31") == []


def test_a_count_starts_at_nothing_and_adds_up_beside_other_values(table: Table) -> None:
    assert table.change("C#x", "COUNT", {}, add={"n": 2})
    assert table.change("C#x", "COUNT", {"on": "2026-01-01"}, add={"n": 3, "m": 1}, all_of=[below("n", 3)])
    assert not table.change("C#x", "COUNT", {}, add={"n": 1}, all_of=[below("n", 5)])
    assert table.get("C#x", "COUNT") == {"pk": "C#x", "sk": "COUNT", "n": 5, "m": 1, "on": "2026-01-01"}


# the due index


def test_due_gives_the_owners_whose_day_has_come_and_no_others(table: Table) -> None:
    for number, due_day in enumerate(["2026-03-30", "2026-03-31", "2026-04-01"]):
        table.put_new({"pk": f"O#{number}", "sk": "OWNER", "due_day": due_day})
    table.put_new({"pk": "O#3", "sk": "OWNER"})
    assert table.due("2026-03-29") == []
    assert table.due("2026-03-31") == ["O#0", "O#1"]
    assert table.due("2026-04-01") == ["O#0", "O#1", "O#2"]


def test_due_follows_every_way_a_day_can_be_written(table: Table) -> None:
    table.put_all([{"pk": "O#1", "sk": "OWNER", "due_day": "2026-03-01"}])
    assert table.due("2026-03-01") == ["O#1"]
    table.change("O#1", "OWNER", {"due_day": "2026-06-01"})
    assert table.due("2026-03-01") == []
    table.change("O#2", "OWNER", {"due_day": "2026-02-01"})
    assert table.due("2026-06-01") == ["O#1", "O#2"]


def test_an_owner_written_anew_without_a_day_leaves_the_index(table: Table) -> None:
    table.put_all([{"pk": "O#1", "sk": "OWNER", "due_day": "2026-03-01"}, {"pk": "O#1", "sk": "BILL#1"}])
    assert table.due("2026-03-01") == ["O#1"]
    table.put_all([{"pk": "O#1", "sk": "OWNER"}])
    assert table.due("2026-03-01") == []


def test_other_items_of_an_owner_do_not_touch_the_index(table: Table) -> None:
    table.put_new({"pk": "O#1", "sk": "OWNER", "due_day": "2026-03-01"})
    table.put_new({"pk": "O#1", "sk": "BILL#1"})
    table.change("O#1", "BILL#1", {"n": 1})
    assert table.due("2026-03-01") == ["O#1"]


def test_the_index_is_spread_and_read_whole(table: Table) -> None:
    owners = [f"O#o-{number:04}" for number in range(50)]
    table.put_all({"pk": pk, "sk": "OWNER", "due_day": "2026-03-01"} for pk in owners)
    assert table.due("2026-03-01") == owners


def test_the_index_shows_nothing_of_itself_in_the_items(table: Table) -> None:
    table.put_new({"pk": "O#1", "sk": "OWNER", "due_day": "2026-03-01"})
    assert table.get("O#1", "OWNER") == {"pk": "O#1", "sk": "OWNER", "due_day": "2026-03-01"}


# races


THREADS = 16


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads change places as often as they can, so that a race shows."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def race(act: Callable[[int], Any]) -> list[Any]:
    """What an act gives in each of many threads that start at one moment."""
    results: list[Any] = [None] * THREADS
    start = threading.Barrier(THREADS)

    def run(number: int) -> None:
        start.wait()
        results[number] = act(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.usefixtures("eager_threads")
def test_of_many_who_put_at_once_exactly_one_wins(table: Table) -> None:
    for number in range(10):
        key = f"O#{number}"
        won = race(lambda runner, key=key: table.put_new({"pk": key, "sk": "X", "by": runner}))
        assert won.count(True) == 1
        assert table.get(key, "X") == {"pk": key, "sk": "X", "by": won.index(True)}


@pytest.mark.usefixtures("eager_threads")
def test_of_many_who_change_at_once_exactly_one_wins(table: Table) -> None:
    for number in range(10):
        key = f"O#{number}"
        table.put_new({"pk": key, "sk": "X", "state": "PLANNED", "attempt": 0})

        def claim(runner: int, key: str = key) -> bool:
            values: Item = {"state": "CLAIMED", "by": runner}
            return table.change(key, "X", values, all_of=[equals("state", "PLANNED")])

        won = race(claim)
        assert won.count(True) == 1
        stored = table.get(key, "X")
        assert stored is not None
        assert stored["by"] == won.index(True)


@pytest.mark.usefixtures("eager_threads")
def test_no_count_is_lost_when_many_count_at_once(table: Table) -> None:
    race(lambda _: [table.change("C#x", "COUNT", {}, add={"n": 1}) for _ in range(10)])
    stored = table.get("C#x", "COUNT")
    assert stored is not None
    assert stored["n"] == 10 * THREADS
