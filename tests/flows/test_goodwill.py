"""The waiver in the daily run: given before anything is asked for, once, and again changes nothing."""

from contextlib import suppress
from typing import Any

from msgspec.structs import replace

from chalicelib.core.account import Bill
from chalicelib.core.ledger import fold
from chalicelib.core.notice import Notice, State
from chalicelib.core.rulebook import Channel
from chalicelib.core.statement import statement
from chalicelib.flows import goodwill, reminders
from tests import builders
from tests.builders import OWNER, adjustment, bill, day, late_fee_rule, payment, rules_with
from tests.fakes import Crash, CrashingTable
from tests.flows.office import Office

Q1 = bill()  # due on 2026-03-31, a late fee from 2026-04-16
PAID = payment(123456, "2026-06-15")


def centre(*facts: Any) -> Office:
    """A centre that waives, and reached its owner on 2026-06-10 at last."""
    rules = rules_with(late_fee=late_fee_rule(waived_once_within_days=15))
    office = Office(bundle=replace(builders.bundle(), rules=rules))
    office.enter(*facts)
    for one in (fact for fact in facts if isinstance(fact, Bill)):
        tell(office, one, "2026-06-10")
    return office


def tell(office: Office, about: Bill, on: str) -> None:
    notice = Notice(
        owner=OWNER,
        anchor=about.key,
        stage="first-demand",
        step="first-demand",
        bills=(about.key,),
        channel=Channel.EMAIL,
        planned_on=day(on),
    )
    office.records.notices.add_notice(notice)
    office.records.notices.advance(notice, State.SENT, only_from=(State.PLANNED,), told_on=day(on))


def waivers(office: Office) -> list[tuple[str, int, str]]:
    account = office.records.load_account(OWNER)
    assert account
    return [(one.bill, one.amount, one.on.isoformat()) for one in account.adjustments]


def test_the_run_waives_the_late_fee_of_who_paid_soon_and_asks_for_nothing() -> None:
    office = centre(Q1, PAID)
    run = office.plan("2026-06-20")
    assert waivers(office) == [(Q1.key, 3704, "2026-06-20")]
    assert [wait.reason.code for wait in run.waits] == ["nothing-owed"]


def test_what_was_paid_of_the_late_fee_becomes_credit() -> None:
    office = centre(Q1, payment(123456 + 3704, "2026-06-15"))
    office.plan("2026-06-20")
    account = office.records.load_account(OWNER)
    assert account
    assert fold(account, office.bundle.rules, day("2026-06-20")).credit == 3704


def test_planning_alone_waives_nothing_and_shows_what_the_run_would() -> None:
    office = centre(Q1, PAID)
    on = day("2026-06-20")
    run = reminders.plan(office.records, office.bundle, on=on, ledger_through=on)
    assert (list(run.waivers), waivers(office)) == ([OWNER], [])


def test_runs_on_other_days_and_for_other_bills_waive_nothing_more() -> None:
    q2 = bill(due="2025-12-31")
    office = centre(Q1, q2, payment(2 * 123456, "2026-06-15"))
    for on in ("2026-06-20", "2026-06-20", "2026-06-21", "2026-08-01"):
        office.records.set_due_day(OWNER, day(on))
        office.plan(on)
    assert len(waivers(office)) == 1


def test_two_runs_at_once_give_one_waiver_even_for_different_bills() -> None:
    office = centre(Q1)
    first, second = (adjustment(Q1, amount, on, id="goodwill") for amount, on in ((1, "2026-06-20"), (2, "2026-06-21")))
    assert goodwill.grant(office.records, OWNER, first)
    assert not goodwill.grant(office.records, OWNER, second)
    assert waivers(office) == [(Q1.key, 1, "2026-06-20")]


def test_a_run_that_died_is_finished_by_the_next() -> None:
    for is_done in (False, True):
        office = centre(Q1, PAID)
        with suppress(Crash):
            office.through(CrashingTable(office.table, at=1, is_done=is_done)).plan("2026-06-20")
        office.plan("2026-06-20")
        office.plan("2026-06-21")
        assert len(waivers(office)) == 1


def test_the_statement_shows_it_as_a_line_of_its_own_in_words() -> None:
    office = centre(Q1, PAID)
    office.plan("2026-06-20")
    account = office.records.load_account(OWNER)
    assert account
    rules, words = office.bundle.rules, office.bundle.words
    history = office.records.notices.load_history(OWNER)
    shown = statement(account, history, rules, words, on=day("2026-06-20"), revision="r", language="en")
    (line,) = [line for line in shown.bills[0].lines if line.kind == "adjustment"]
    assert (line.amount, line.rule, line.reason) == (3704, "waiver", words.labels["waived-goodwill"].en)
    assert (shown.balance, shown.bills[0].late_fee) == (0, 0)
