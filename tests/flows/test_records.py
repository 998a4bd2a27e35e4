"""Facts on record: put once, healed when half-written, in conflict when they differ; marks beside them stay."""

import pytest
from msgspec.structs import replace

from chalicelib.core.account import Holder, Unit
from chalicelib.core.errors import Conflict
from chalicelib.flows.records import Records, payment_ids
from staff.memory import MemoryTable
from tests.builders import OWNER, adjustment, bill, contact, day, hold, owner, payment, tenure
from tests.fakes import Crash, CrashingTable

Q1, PAID = bill(), payment(500, "2026-02-01", id="bank#T-1#1")


@pytest.fixture
def records() -> Records:
    made = Records(MemoryTable())
    made.save_owner(owner())
    return made


def test_an_account_is_what_was_put_on_record(records: Records) -> None:
    facts = [tenure(), Q1, adjustment(Q1, 5, "2026-02-02"), hold("2026-02-03", "2026-02-04")]
    records.add_facts(OWNER, facts)
    records.record_payment(OWNER, PAID)
    account = records.load_account(OWNER)
    assert account is not None
    assert [account.tenures, account.bills, account.adjustments, account.holds] == [(fact,) for fact in facts]
    assert account.payments == (PAID,)
    assert (account.owner, account.link_generation, account.unsubscribed) == (owner(), 0, frozenset())


def test_an_id_nobody_has_is_nobody(records: Records) -> None:
    assert records.load_account("o-404") is None
    records.set_due_day("o-404", day("2026-03-01"))
    records.bring_forward("o-404", day("2026-03-01"))
    assert records.load_account("o-404") is None
    assert records.due_owners(day("2027-01-01")) == []


def test_facts_of_an_owner_who_is_not_entered_yet_wait_for_the_owner(records: Records) -> None:
    records.add_facts("o-2", [Q1])
    assert records.load_account("o-2") is None
    records.save_owner(owner("o-2"))
    account = records.load_account("o-2")
    assert account is not None
    assert account.bills == (Q1,)


def test_new_contacts_leave_the_marks_of_an_owner(records: Records) -> None:
    records.set_due_day(OWNER, day("2026-03-01"))
    records.take_turn(OWNER, "x", on=day("2026-03-01"), earliest_last=day("2026-02-27"))
    records.save_owner(owner(OWNER, contact(email="new@owner.example")))
    account = records.load_account(OWNER)
    assert account is not None
    assert account.owner.contacts[0].email == "new@owner.example"
    assert (account.due_day, account.last_notice, account.last_notice_on) == (
        day("2026-03-01"),
        "x",
        day("2026-03-01"),
    )


def test_the_same_facts_again_change_nothing(records: Records) -> None:
    for _ in range(2):
        records.add_facts(OWNER, [tenure(), Q1])
        records.record_payment(OWNER, PAID)
    account = records.load_account(OWNER)
    assert account is not None
    assert (len(account.tenures), len(account.bills), len(account.payments)) == (1, 1, 1)


# payments


def test_a_payment_is_new_once(records: Records) -> None:
    assert records.record_payment(OWNER, PAID)
    assert not records.record_payment(OWNER, PAID)
    assert records.load_claim(PAID.id) == (OWNER, PAID)


def test_a_reference_that_counts_for_one_owner_counts_for_no_other(records: Records) -> None:
    records.save_owner(owner("o-2"))
    records.record_payment(OWNER, PAID)
    with pytest.raises(Conflict, match="T-1"):
        records.record_payment("o-2", PAID)
    other = records.load_account("o-2")
    assert other is not None
    assert other.payments == ()


def test_a_reference_with_another_amount_is_a_conflict_and_changes_nothing(records: Records) -> None:
    records.record_payment(OWNER, PAID)
    with pytest.raises(Conflict):
        records.record_payment(OWNER, payment(600, "2026-02-01", id=PAID.id))
    account = records.load_account(OWNER)
    assert account is not None
    assert account.payments == (PAID,)


@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.parametrize("write", [0, 1])
def test_a_payment_cut_off_halfway_is_finished_by_recording_it_again(
    records: Records, write: int, is_done: bool
) -> None:
    with pytest.raises(Crash):
        Records(CrashingTable(records.table, at=write, is_done=is_done)).record_payment(OWNER, PAID)
    records.record_payment(OWNER, PAID)
    account = records.load_account(OWNER)
    assert account is not None
    assert account.payments == (PAID,)


def test_a_reference_that_pays_several_lines_counts_them() -> None:
    assert payment_ids([("bank", "T-1"), ("cash", "T-1"), ("bank", "T-1")]) == [
        "bank#T-1#1",
        "cash#T-1#1",
        "bank#T-1#2",
    ]


# units and who holds them


def test_a_unit_knows_who_held_it_and_until_when(records: Records) -> None:
    unit = Unit(unit="3-2-1201", kind="residential")
    records.save_units([unit])
    records.add_holder("3-2-1201", Holder(owner=OWNER, from_=day("2021-05-01")))
    records.add_facts(OWNER, [tenure()])
    records.end_tenure(OWNER, tenure(), day("2026-01-31"))
    records.add_holder("3-2-1201", Holder(owner="o-2", from_=day("2026-02-01")))
    known, holders = records.load_unit("3-2-1201")
    assert known == unit
    assert [(holder.owner, holder.until) for holder in holders] == [(OWNER, day("2026-01-31")), ("o-2", None)]
    account = records.load_account(OWNER)
    assert account is not None
    assert account.tenures == (replace(tenure(), until=day("2026-01-31")),)


def test_a_tenure_ends_once(records: Records) -> None:
    records.add_facts(OWNER, [tenure()])
    records.end_tenure(OWNER, tenure(), day("2026-01-31"))
    records.end_tenure(OWNER, tenure(), day("2026-01-31"))
    with pytest.raises(Conflict, match="3-2-1201"):
        records.end_tenure(OWNER, tenure(), day("2026-02-28"))


def test_a_unit_nobody_entered_is_unknown_and_nobodys(records: Records) -> None:
    assert records.load_unit("9-9-9") == (None, ())


# marks


def test_a_look_is_brought_forward_and_never_put_off(records: Records) -> None:
    records.bring_forward(OWNER, day("2026-03-10"))
    records.bring_forward(OWNER, day("2026-03-20"))
    assert records.due_owners(day("2026-03-10")) == [OWNER]
    records.bring_forward(OWNER, day("2026-03-05"))
    assert records.due_owners(day("2026-03-05")) == [OWNER]
    assert records.due_owners(day("2026-03-04")) == []


def test_the_ledger_marker_moves_forward_and_never_back(records: Records) -> None:
    assert records.ledger_through() is None
    for on in ("2026-03-10", "2026-03-05", "2026-03-10"):
        records.set_ledger_through(day(on))
    assert records.ledger_through() == day("2026-03-10")


@pytest.mark.parametrize(
    ("key", "on", "is_free"),
    [("other", "2026-03-03", False), ("other", "2026-03-04", True), ("mine", "2026-03-02", True)],
)
def test_a_turn_is_taken_once_in_an_interval(records: Records, key: str, on: str, is_free: bool) -> None:
    assert records.take_turn(OWNER, "mine", on=day("2026-03-01"), earliest_last=day("2026-02-27"))
    earliest = {"2026-03-02": "2026-02-28", "2026-03-03": "2026-03-01", "2026-03-04": "2026-03-02"}[on]
    assert records.take_turn(OWNER, key, on=day(on), earliest_last=day(earliest)) is is_free
