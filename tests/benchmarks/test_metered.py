"""The meter counts as DynamoDB bills: by 4 KB read, 1 KB written, 1 MB a page."""

import pytest

from benchmarks.metered import MeteredTable, Usage
from chalicelib.flows.ports import Condition, Item

KB = 1024


def item(size: int, sk: str = "A", pk: str = "O#1") -> Item:
    """An item of so many bytes, names included."""
    made: Item = {"pk": pk, "sk": sk, "fact": ""}
    made["fact"] = "x" * (size - len("pkskfact") - len(pk) - len(sk))
    return made


def holding(*items: Item) -> MeteredTable:
    table = MeteredTable()
    table.put_all(items)
    table.usage = Usage()
    return table


@pytest.mark.parametrize(("size", "units"), [(100, 1), (4 * KB, 1), (4 * KB + 1, 2), (9 * KB, 3)])
def test_a_strong_read_costs_a_unit_for_each_4_kb_begun(size: int, units: int) -> None:
    table = holding(item(size))
    table.get("O#1", "A")

    assert table.usage == Usage(requests=1, pages=1, read_units=units)


@pytest.mark.parametrize(("size", "units"), [(100, 1), (KB, 1), (KB + 1, 2), (9 * KB, 9)])
def test_a_write_costs_a_unit_for_each_kb_begun(size: int, units: int) -> None:
    table = holding()
    table.put_new(item(size))

    assert table.usage == Usage(requests=1, write_units=units)


@pytest.mark.parametrize(("number", "units"), [(123, 1), (12345, 2)])
def test_a_chinese_character_is_three_bytes_and_two_digits_are_one(number: int, units: int) -> None:
    table = holding({"pk": "O#1", "sk": "A", "fact": "元" * 1360, "n": number})  # 13 + 4080 bytes and the number's
    table.get("O#1", "A")

    assert table.usage.read_units == units


def test_what_is_not_there_is_paid_for_all_the_same() -> None:
    table = holding()
    table.get("O#1", "A")
    table.query("O#1")

    assert table.usage == Usage(requests=2, pages=2, read_units=2)


def test_the_items_of_a_page_are_rounded_up_together() -> None:
    table = holding(*(item(1 * KB, f"A{n}") for n in range(6)))
    table.query("O#1")

    assert table.usage == Usage(requests=1, pages=1, read_units=2)


def test_a_query_over_two_and_a_half_megabytes_takes_three_pages() -> None:
    table = holding(*(item(256 * KB, f"A{n}") for n in range(10)))
    table.query("O#1")

    assert table.usage == Usage(requests=3, pages=3, read_units=2560 / 4)


def test_the_index_is_read_by_shard_at_half_the_price() -> None:
    table = MeteredTable()
    for number in range(1000):
        table.lay(f"O#{number:04d}", "2026-12-01")
    table.lay("O#later", "2026-12-02")

    assert len(table.due("2026-12-01")) == 1000
    # entries of 42 bytes, 250 to a shard: three times 4 KB begun in each of four
    assert table.usage == Usage(requests=4, pages=4, read_units=0.5 * 3 * 4)


def test_the_index_is_read_in_pages_too() -> None:
    table = MeteredTable()
    for number in range(120_000):
        table.lay(f"O#{number:06d}", "2026-12-01")
    table.due("2026-12-01")

    assert table.usage.pages == 8  # 30,000 entries of 44 bytes in each shard: 1.26 MB


def test_an_entry_that_moves_in_the_index_is_two_writes_more() -> None:
    table = holding({"pk": "O#1", "sk": "OWNER"})
    table.change("O#1", "OWNER", {"due_day": "2026-12-01"})
    assert table.usage.write_units == 1 + 1
    table.change("O#1", "OWNER", {"due_day": "2026-12-02"})
    assert table.usage.write_units == 2 + 1 + 2
    table.change("O#1", "OWNER", {"due_day": "2026-12-02", "last_notice": "n"})
    assert table.usage.write_units == 5 + 1

    assert (table.due("2026-12-01"), table.due("2026-12-02")) == ([], ["O#1"])


def test_a_refused_write_costs_what_the_item_does() -> None:
    table = holding(item(3 * KB))

    assert not table.put_new(item(100))
    assert not table.change("O#1", "A", {"fact": ""}, all_of=[Condition("pk", "absent")])
    assert table.usage == Usage(requests=2, write_units=6)


def test_many_are_written_25_at_a_request() -> None:
    table = MeteredTable()
    table.put_all(item(100, f"A{n}") for n in range(51))

    assert table.usage == Usage(requests=3, write_units=51)
