"""The month's budget of text messages: never passed, and nobody is left untold because of it."""

import threading

import pytest
from msgspec.structs import replace

from chalicelib.core.notice import State
from chalicelib.core.rulebook import Limits, Rulebook
from chalicelib.flows.budget import load_spent, spend
from chalicelib.flows.ports import Delivery
from chalicelib.flows.records import Records
from staff.memory import MemoryTable
from tests import builders
from tests.builders import OWNER, bill, contact, day, owner
from tests.fakes import OPTED_OUT, REFUSED, RETRY, SENT, UNKNOWN, FakeSms
from tests.flows.office import Office

ON = day("2026-03-15")


def limits(most: int | None) -> Limits:
    return replace(builders.rules().collection.limits, sms_segments_a_month=most)


def rules(most: int) -> Rulebook:
    found = builders.rules()
    return replace(found, collection=replace(found.collection, limits=limits(most)))


def test_parts_are_taken_until_the_budget_is_gone_and_not_one_more() -> None:
    records = Records(MemoryTable())
    assert [spend(records, limits(5), 2, ON) for _ in range(4)] == [True, True, False, False]
    assert spend(records, limits(5), 1, ON)
    assert load_spent(records, limits(5), ON) == (5, 5)


def test_a_month_has_a_budget_of_its_own() -> None:
    records = Records(MemoryTable())
    assert spend(records, limits(1), 1, day("2026-03-31"))
    assert not spend(records, limits(1), 1, day("2026-03-31"))
    assert spend(records, limits(1), 1, day("2026-04-01"))


def test_without_a_budget_parts_are_only_counted() -> None:
    records = Records(MemoryTable())
    assert all(spend(records, limits(None), 3, ON) for _ in range(50))
    spent = load_spent(records, limits(None), ON)
    assert (spent.segments, spent.percent, spent.is_low) == (150, 0, False)


@pytest.mark.parametrize(("most", "is_done"), [(0, False), (1, False), (2, True)])
def test_a_message_longer_than_the_whole_budget_does_not_go(most: int, is_done: bool) -> None:
    assert spend(Records(MemoryTable()), limits(most), 2, ON) is is_done


@pytest.mark.parametrize(("segments", "is_low"), [(79, False), (80, True), (100, True)])
def test_at_four_fifths_somebody_is_told(segments: int, is_low: bool) -> None:
    records = Records(MemoryTable())
    spend(records, limits(100), segments, ON)
    assert load_spent(records, limits(100), ON).is_low is is_low


def test_many_at_once_do_not_pass_it() -> None:
    records = Records(MemoryTable())
    won: list[bool] = []
    threads = [
        threading.Thread(target=lambda: won.extend(spend(records, limits(30), 1, ON) for _ in range(5)))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (won.count(True), load_spent(records, limits(30), ON).segments) == (30, 30)


def test_once_it_is_gone_owners_are_told_another_way_and_nobody_is_forgotten() -> None:
    bundle = replace(builders.bundle(), rules=rules(3))
    office = Office(bundle=bundle)
    for number in range(5):
        office.enter(bill(), owner=owner(f"o-{number}", contact(email=None)))
    office.run("2026-03-01")
    states = [office.states(f"o-{number}")[0] for number in range(5)]
    sent = states.count(State.SENT)
    assert 0 < sent < 5
    assert len(office.sms.sent) == sent
    left = [number for number, state in enumerate(states) if state is not State.SENT]
    for number in left:
        (task,) = office.tasks(f"o-{number}")
        assert task.task == "letter"
        assert office.notices(f"o-{number}")[0].reason == "sms-budget"
    shares = [note["percent"] for note in office.journal.notes if note["event"] == "sms-budget"]
    assert max(int(share) for share in shares) <= 100


@pytest.mark.parametrize(
    ("answer", "is_charged"), [(SENT, True), (UNKNOWN, True), (RETRY, False), (REFUSED, False), (OPTED_OUT, False)]
)
def test_what_a_provider_certainly_did_not_take_costs_nothing(answer: Delivery, is_charged: bool) -> None:
    office = Office(bundle=replace(builders.bundle(), rules=rules(100)), sms=FakeSms(answer))
    office.enter(bill(), owner=owner(OWNER, contact(email=None)))
    office.run("2026-03-01")
    assert (load_spent(office.records, limits(100), day("2026-03-01")).segments > 0) is is_charged


def test_email_costs_nothing_of_it() -> None:
    office = Office(bundle=replace(builders.bundle(), rules=rules(0)))
    office.enter(bill(), owner=owner(OWNER))
    assert office.run("2026-03-01") == [State.SENT]
