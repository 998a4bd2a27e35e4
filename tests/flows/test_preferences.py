"""An owner says how they wish to be written to: it is so from then on, and they are told of it once."""

from typing import Any

import pytest

from chalicelib.core.errors import NotFound, TooMany
from chalicelib.core.notice import State
from chalicelib.core.preference import Preferences, PreferencesView
from chalicelib.core.rulebook import Channel
from chalicelib.flows.links import mint
from chalicelib.flows.preferences import CHANGES, change_preferences
from tests.builders import OWNER, bill, contact, day, owner, shipped_bundle
from tests.fakes import Crash, CrashingTable
from tests.flows.office import Office, at
from tests.race import race

TEN = "2026-03-01 10:00"
ALL: dict[str, Any] = {"language": "zh", "email": True, "sms": True, "large_print": False}


def centre() -> tuple[Office, str]:
    office = Office(bundle=shipped_bundle())
    office.enter(bill())
    account = office.records.load_account(OWNER)
    assert account
    code, _ = mint(office.records, account, scope="account", channel="email", on=day("2026-03-01"), days=120)
    return office, code


def change(office: Office, code: str, now: str = TEN, **wish: Any) -> PreferencesView:
    wanted = Preferences(**{**ALL, **wish})
    return change_preferences(office.records, office.bundle, office.queue, code, wanted, now=at(now))


def test_what_an_owner_wishes_is_so_from_then_on_and_they_are_told() -> None:
    office, code = centre()
    assert change(office, code, email=False, language="en").remains is Channel.SMS
    assert office.deliver(TEN) == [State.SENT]
    ((text, _, _),) = office.sms.sent
    assert "text message" in text
    office.run("2026-03-01")
    assert (len(office.mail.sent), len(office.sms.sent)) == (0, 2)


def test_an_owners_own_wish_outlives_what_a_file_says() -> None:
    office, code = centre()
    change(office, code, language="en", large_print=True)
    office.records.save_owner(owner(OWNER, contact(name="王小明"), language="zh"))
    account = office.records.load_account(OWNER)
    assert account
    assert (account.owner.language, account.has_large_print, account.owner.care) == ("en", True, ())


def test_the_same_wish_again_changes_nothing_and_is_told_once() -> None:
    office, code = centre()
    for _ in range(3):
        change(office, code, large_print=True)
    assert office.deliver(TEN) == [State.SENT] * 3
    assert len(office.mail.sent) == 1


def test_a_wish_that_is_already_so_is_told_to_nobody() -> None:
    office, code = centre()
    assert change(office, code).remains is Channel.EMAIL
    assert office.queue.bodies == []


def test_there_and_back_again_is_told_as_it_then_is() -> None:
    office, code = centre()
    change(office, code, email=False)
    change(office, code)
    assert office.deliver(TEN) == [State.SKIPPED, State.SENT]
    assert len(office.mail.sent) == 1


def test_giving_everything_up_leaves_letters() -> None:
    office, code = centre()
    assert change(office, code, email=False, sms=False).remains is Channel.LETTER
    assert office.deliver(TEN) == [State.SKIPPED]
    assert (office.mail.sent, office.sms.sent) == ([], [])
    assert [notice.reason for notice in office.notices()] == ["no-way"]
    office.run("2026-03-01")
    assert [task.task for task in office.tasks()] == ["letter"], "the bill itself comes on paper"


def test_nobody_is_written_to_without_end_about_their_wishes() -> None:
    office, code = centre()
    for number in range(CHANGES.most):
        change(office, code, large_print=number % 2 == 0)
    with pytest.raises(TooMany):
        change(office, code, large_print=True)
    assert change(office, code, now="2026-03-02 12:00", large_print=True).large_print


def test_a_link_that_opens_nothing_changes_nothing() -> None:
    office, _ = centre()
    with pytest.raises(NotFound):
        change(office, "x" * 43, email=False)


def test_wishes_at_one_moment_leave_one_of_them_whole() -> None:
    office, code = centre()
    race(lambda number: change(office, code, email=number % 2 == 0, language="zh" if number % 2 else "en"), 6)
    account = office.records.load_account(OWNER)
    assert account
    assert (account.owner.language, account.unsubscribed) in {
        ("en", frozenset()),
        ("zh", frozenset({Channel.EMAIL})),
    }


def test_a_kill_at_any_write_is_finished_by_the_same_wish() -> None:
    office, code = centre()
    table = CrashingTable(office.table)
    change(office.through(table), code, large_print=True)
    for number in range(table.writes):
        for is_done in (False, True):
            office, code = centre()
            with pytest.raises(Crash):
                change(office.through(CrashingTable(office.table, at=number, is_done=is_done)), code, large_print=True)
            assert change(office, code, large_print=True).large_print
            assert State.SENT in office.deliver(TEN)
            assert len(office.mail.sent) == 1
