"""Imports whose process ends at any call to AWS: the same command again leaves what an undisturbed one leaves."""

import pytest

from chalicelib.edge.table import DynamoTable
from tests.conftest import clear
from tests.crash import crashing
from tests.staff.desk import BILLS, OWNERS, PAYMENTS, TODAY, UNITS, Desk

FILES = {"units": UNITS, "owners": OWNERS, "bills": BILLS, "payments": PAYMENTS}
SALE = """\
unit,name,from,owner,until,phone
3-2-1202,Sun San,2022-01-01,o-0413,2026-05-31,13900000003
3-2-1202,Li Si,2026-06-01,o-0600,,13900000004
"""
MANY, HELD = 104, 8  # rows of a long file, and over how many units and owners they go
YEARS = [(n % HELD, 2010 + n // HELD) for n in range(MANY)]
LONG = {
    "units": "unit,kind\n" + "".join(f"P-{n},parking-owned\n" for n in range(MANY)),
    "owners": "unit,name,from,owner,until\n"
    + "".join(f"P-{n},Sun,{year}-01-01,o-{n},{year}-12-31\n" for n, year in YEARS),
    "bills": "unit,bill,kind,period,due_on,amount\n"
    + "".join(f"P-{n},{year},parking,{year},{year}-06-30,{n + 1}\n" for n, year in YEARS),
    "payments": "unit,paid_on,amount,method,reference\n"
    + "".join(f"P-{n},{year}-06-02,{n + 1},bank,X{n}-{year}\n" for n, year in YEARS),
}
POINTS = 5
"""At how many calls a long file is cut off: at the first, the last, and some between."""


def contents(client):
    """The whole table, as it lies there."""
    pages = client.get_paginator("scan").paginate(TableName="courtyard")
    return {(item["pk"]["S"], item["sk"]["S"]): item for page in pages for item in page["Items"]}


def put_back(client, items):
    clear(client)
    wired = [{"PutRequest": {"Item": item}} for item in items.values()]
    for start in range(0, len(wired), 25):
        client.batch_write_item(RequestItems={"courtyard": wired[start : start + 25]})


def assert_survives(desk, client, kind, text, *, points=None):
    """Every way to die in an import, or some of them, then the same command again."""
    ready = contents(client)
    with crashing(client) as whole:
        report = desk.load(kind, text)
    expected, deaths = contents(client), whole.deaths()
    assert (report.faults, report.written, expected != ready) == ([], True, True)

    for n, when in deaths[:: len(deaths) // points] + deaths[-1:] if points else deaths:
        put_back(client, ready)
        with crashing(client, at=n, when=when) as life:
            desk.load(kind, text)
        assert life.is_over
        assert_no_mark_runs_ahead(contents(client), ready, expected)
        report = desk.load(kind, text)

        assert report.faults == [], (n, when)
        assert contents(client) == expected, (n, when)
        if report.before:
            assert report.before.done_on == (TODAY if (n, when) == deaths[-1] else None)


def assert_no_mark_runs_ahead(left, ready, expected):
    """Nothing says that a file is in, or that payments are recorded through a day, before its last row is."""
    marks = {key for key, item in left.items() if key == ("M#ledger", "MARKER") or "done" in item}
    facts = {key for key in expected if not key[0].startswith(("M#", "F#"))}
    assert marks <= ready.keys() or facts <= left.keys()


def ready_for(kind, client, folder, files):
    """A desk with the files on record that come before one of a kind."""
    clear(client)
    desk = Desk(folder, DynamoTable(client, "courtyard"))
    for earlier in FILES:
        if earlier == kind:
            return desk
        assert not desk.load(earlier, files[earlier]).faults
    raise AssertionError(kind)


@pytest.mark.parametrize("kind", FILES)
def test_fault_25_a_file_cut_off_before_or_after_any_call_is_finished_by_the_same_command(dynamodb, tmp_path, kind):
    desk = ready_for(kind, dynamodb, tmp_path, FILES)
    assert_survives(desk, dynamodb, kind, FILES[kind])


def test_fault_25_a_sale_cut_off_before_or_after_any_call_is_finished_by_the_same_command(dynamodb, tmp_path):
    desk = ready_for("bills", dynamodb, tmp_path, FILES)
    assert_survives(desk, dynamodb, "owners", SALE)


@pytest.mark.parametrize("kind", FILES)
def test_fault_25_a_file_of_more_than_a_hundred_rows_cut_off_is_finished_and_its_total_is_that_of_the_file(
    dynamodb, tmp_path, kind
):
    desk = ready_for(kind, dynamodb, tmp_path, LONG)
    assert_survives(desk, dynamodb, kind, LONG[kind], points=POINTS)

    accounts = [one for n in range(HELD) if (one := desk.records.load_account(f"o-{n}"))]
    found = {
        "units": sum(key[1] == "UNIT" for key in contents(dynamodb)),
        "owners": sum(len(account.tenures) for account in accounts),
        "bills": sum(bill.principal for account in accounts for bill in account.bills),
        "payments": sum(paid.amount for account in accounts for paid in account.payments),
    }
    whole = MANY if kind in ("units", "owners") else 100 * sum(n + 1 for n, _ in YEARS)
    assert found[kind] == whole
