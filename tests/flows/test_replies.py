"""An owner says something: taken in once, whatever is repeated or cut short, and answered by one message."""

import threading
from typing import Any

import msgspec
import pytest

from chalicelib.core.account import Account, Hold, Reply
from chalicelib.core.errors import BadForm, Conflict, NotFound, TooMany
from chalicelib.core.notice import State
from chalicelib.core.rulebook import Actor, Channel
from chalicelib.core.wish import ReplyForm
from chalicelib.flows import holds, tasks
from chalicelib.flows.links import mint
from chalicelib.flows.ports import Item
from chalicelib.flows.replies import take_reply
from chalicelib.flows.statements import statement_by_link
from staff.memory import MemoryTable
from tests.builders import OWNER, bill, contact, day, owner, payment, shipped_bundle
from tests.fakes import REFUSED, RETRY, STOPPED, UNKNOWN, Crash, CrashingTable, FakeMail, FakeSms
from tests.flows.office import Office, at
from tests.race import THREADS, race

Q1 = bill(issued="2026-02-20")  # due on 2026-03-31
ID = "reply-000000000001"
TEN = "2026-04-06 10:00"


def centre(**how: Any) -> Office:
    office = Office(bundle=shipped_bundle(), **how)
    office.enter(Q1)
    return office


def linked(office: Office, id: str = OWNER) -> str:
    account = office.records.load_account(id)
    assert account is not None
    code, _ = mint(office.records, account, scope="account", channel="email", on=day("2026-04-01"), days=120)
    return code


def say(office: Office, code: str, kind: Any = "dispute", now: str = TEN, id: str = ID, **more: Any) -> Reply:
    form = ReplyForm(id=id, kind=kind, **more)
    return take_reply(office.records, office.bundle, office.queue, code, form, now=at(now))


def account(office: Office) -> Account:
    found = office.records.load_account(OWNER)
    assert found is not None
    return found


def test_a_reply_and_its_pause_are_one_item_and_count_wherever_pauses_do() -> None:
    office = centre()
    before = len(office.table.query(f"O#{OWNER}"))
    reply = say(office, linked(office))
    assert len(office.table.query(f"O#{OWNER}")) == before + 1
    assert account(office).holds == (reply.hold,)
    (wait,) = office.plan("2026-04-07").waits
    assert wait.reason.code == "hold"


def test_the_answer_goes_out_once_at_any_hour_and_is_no_contact() -> None:
    office = centre()
    reply = say(office, linked(office), now="2026-04-05 23:30")
    assert office.deliver("2026-04-05 23:30") == [State.SENT]
    (sent,) = office.mail.sent
    assert "2026年4月20日" in sent.text, "ten working days after Qingming"
    assert sent.mail["List-Unsubscribe"] is None
    assert reply.answer_by == day("2026-04-20")
    history = office.records.notices.load_history(OWNER)
    assert list(history.contacts()) == []
    assert account(office).last_notice is None
    on = day("2026-04-06")
    assert statement_by_link(office.records, office.bundle, sent.code, on=on, today=on).owner == OWNER


def test_said_again_it_changes_nothing_and_is_answered_once() -> None:
    office = centre()
    code = linked(office)
    replies = [say(office, code, now=now) for now in (TEN, "2026-04-06 10:01", "2026-05-20 10:00")]
    assert len(set(map(msgspec.json.encode, replies))) == 1
    assert office.deliver("2026-05-20 10:00") == [State.SENT] * 3
    assert len(office.mail.sent) == 1
    assert len(account(office).replies) == 1


def test_the_same_name_for_another_reply_is_a_conflict() -> None:
    office = centre()
    code = linked(office)
    say(office, code)
    with pytest.raises(Conflict):
        say(office, code, "call")
    with pytest.raises(Conflict):
        say(office, code, message="more")
    assert len(account(office).replies) == 1


def test_two_owners_may_have_the_same_name_for_a_reply() -> None:
    office = centre()
    office.enter(bill(999), owner=owner("o-2"))
    say(office, linked(office))
    assert say(office, linked(office, "o-2"), "call").wish.kind == "call"


def test_a_link_that_opens_nothing_takes_nothing_in() -> None:
    office = centre()
    with pytest.raises(NotFound):
        say(office, "x" * 43)
    with pytest.raises(BadForm):
        say(office, linked(office), bills=("of/some/body",))
    assert office.queue.bodies == []


def test_so_many_replies_a_day_and_a_repeat_is_none() -> None:
    office = centre()
    code, most = linked(office), office.bundle.rules.collection.limits.replies_a_day
    for number in range(most):
        say(office, code, "call", id=f"{number:016}")
    with pytest.raises(TooMany):
        say(office, code, "call")
    say(office, code, "call", id=f"{0:016}")
    assert say(office, code, "call", now="2026-04-07 10:00")


class WatchedTable(MemoryTable):
    """A table that all have to have looked at before anybody goes on."""

    gate: threading.Barrier | None = None

    def query(self, pk: str) -> list[Item]:
        found = super().query(pk)
        if self.gate:
            self.gate.wait(60)
        return found


def test_at_one_moment_no_more_are_taken_in_than_a_day_has_places() -> None:
    office = centre(table=WatchedTable())
    code, most = linked(office), office.bundle.rules.collection.limits.replies_a_day
    say(office, code, "call")
    assert isinstance(office.table, WatchedTable)
    office.table.gate = threading.Barrier(THREADS)
    race(lambda number: say(office, code, "call", id=f"{number:016}"))
    office.table.gate = None
    assert len(account(office).replies) == most == 10


def test_at_one_moment_one_reply_is_taken_in_and_of_two_pauses_one_counts() -> None:
    office = centre()
    code = linked(office)
    same = race(lambda _: say(office, code))
    assert {reply.number for reply in same} == {same[0].number}
    assert len(account(office).replies) == 1

    office = centre()
    code = linked(office)
    race(lambda number: say(office, code, "promise", id=f"{number:016}", on=day("2026-04-15")), 4)
    assert [hold.id for hold in account(office).holds] == ["promise-1"]


def test_staff_end_a_pause_a_reply_has_opened_like_any_other() -> None:
    office = centre()
    reply = say(office, linked(office))
    assert reply.hold
    ended = holds.end_hold(
        office.records, office.bundle, OWNER, reply.hold.id, last=day("2026-04-08"), role=Actor.CLERK, by="arn:clerk"
    )
    assert isinstance(ended, Hold)
    assert [hold.until for hold in account(office).holds] == [day("2026-04-08")]
    assert [step.step for step in office.plan("2026-04-09").notices] == ["first-demand"]


def test_a_notice_in_the_queue_is_not_sent_to_whoever_has_just_asked_for_time() -> None:
    office = centre()
    office.plan("2026-04-07")
    say(office, linked(office), "promise", now="2026-04-07 08:00", on=day("2026-04-15"))
    office.deliver("2026-04-07 10:00")
    assert ["约定" in sent.text for sent in office.mail.sent] == [True]


def test_a_plan_that_is_not_kept_ends_by_itself() -> None:
    office = centre()
    reply = say(office, linked(office), "plan", parts=2)
    assert reply.hold
    first, second = reply.hold.instalments
    assert (first.due_on, second.due_on) == (day("2026-05-06"), day("2026-06-08"))
    office.records.record_payment(OWNER, payment(first.amount, "2026-05-06"))
    assert office.plan("2026-05-07").notices == []
    assert [step.stage.id for step in office.plan("2026-06-09").notices] != []


# the case


def test_the_case_of_a_reply_waits_with_staff_until_they_close_it() -> None:
    office = centre()
    reply = say(office, linked(office))
    (one,) = office.plan("2026-04-07").open_tasks
    assert (one.standing.value, one.task.due_on) == ("asked", reply.answer_by)
    closed = tasks.close_case(office.records, office.bundle, OWNER, "answered", on=day("2026-04-08"), by="arn:staff")
    assert isinstance(closed, tasks.Closed)
    assert account(office).replies[0].answered_on == day("2026-04-08")
    assert office.plan("2026-04-09").open_tasks == []


def test_a_case_closed_with_a_cause_brings_the_pause_its_measure_promises() -> None:
    office = centre()
    say(office, linked(office), "help", message="刚失业")
    closed = tasks.close_case(office.records, office.bundle, OWNER, "hardship", on=day("2026-04-08"), by="arn:staff")
    assert isinstance(closed, tasks.Closed)
    assert closed.pause and (closed.pause.kind, closed.pause.role) == ("hardship", Actor.SUPERVISOR)


def test_of_several_cases_the_one_named_is_closed() -> None:
    office = centre()
    code = linked(office)
    say(office, code, "call", id="a" * 16)
    say(office, code, "service", id="b" * 16)
    closed = tasks.close_case(
        office.records, office.bundle, OWNER, "answered", on=day("2026-04-08"), key="reply#reply." + "b" * 16
    )
    assert isinstance(closed, tasks.Closed)
    assert [reply.answered_on for reply in account(office).replies] == [None, day("2026-04-08")]


def test_the_statement_shows_what_was_said_and_whether_it_is_answered() -> None:
    office = centre()
    code = linked(office)
    reply = say(office, code)
    on = day("2026-04-08")
    (shown,) = statement_by_link(office.records, office.bundle, code, on=on, today=on).replies
    assert (shown.number, shown.kind, shown.answer_by) == (reply.number, "dispute", reply.answer_by)
    assert shown.is_open
    tasks.close_case(office.records, office.bundle, OWNER, "answered", on=on)
    (shown,) = statement_by_link(office.records, office.bundle, code, on=on, today=on).replies
    assert not shown.is_open


# the answer on its way


def test_an_answer_goes_another_way_where_the_first_does_not_work() -> None:
    office = centre(mail=FakeMail(REFUSED))
    say(office, linked(office))
    assert office.deliver(TEN) == [State.SENT]
    ((text, phone, _),) = office.sms.sent
    assert phone == "+8613800000001"
    assert "http" not in text
    (notice,) = office.notices()
    assert (notice.channel, notice.stage) == (Channel.SMS, "dispute-received")


def test_whoever_wants_no_mail_is_answered_by_text_and_whoever_wants_nothing_sees_it_on_the_page() -> None:
    office = centre()
    office.records.unsubscribe(OWNER, Channel.EMAIL)
    code = linked(office)
    say(office, code)
    assert office.deliver(TEN) == [State.SENT]
    office.records.unsubscribe(OWNER, Channel.SMS)
    say(office, code, "call", id="b" * 16)
    assert office.deliver(TEN)[-1] is State.SKIPPED
    assert (len(office.mail.sent), len(office.sms.sent)) == (0, 1)


def test_an_answer_whose_outcome_is_unknown_is_never_sent_again() -> None:
    office = centre(mail=FakeMail(UNKNOWN))
    code = linked(office)
    say(office, code)
    assert office.deliver(TEN) == [State.UNKNOWN]
    say(office, code)
    assert office.deliver("2026-04-06 10:30") == [State.UNKNOWN]
    assert len(office.mail.sent) == 1


@pytest.mark.parametrize("answer", [RETRY, STOPPED])
def test_an_answer_a_provider_takes_later_comes_back_by_the_queue_even_at_night(answer: Any) -> None:
    office = centre(mail=FakeMail(answer))
    say(office, linked(office), now="2026-04-06 22:00")
    assert office.deliver("2026-04-06 22:00") == [State.RETRY]
    assert len(office.again.bodies) == 1


def test_text_messages_keep_to_the_budget_and_to_who_has_opted_out() -> None:
    office = centre(sms=FakeSms(opted_out=frozenset({"+8613800000001"})))
    office.records.save_owner(owner(OWNER, contact(email=None)))
    say(office, linked(office))
    assert office.deliver(TEN) == [State.FAILED]
    assert office.sms.sent == []
    assert account(office).suppressions[0].reason == "opted-out"


def test_in_test_mode_an_answer_is_recorded_and_not_sent() -> None:
    office = centre(mode="test")
    say(office, linked(office))
    assert office.deliver(TEN) == [State.SENT]
    assert office.mail.sent == []
    assert office.notices()[0].reason == "mode:test"


@pytest.mark.parametrize(
    ("kind", "more", "message"),
    [
        ("paid", {}, "payment-reported"),
        ("dispute", {}, "dispute-received"),
        ("promise", {"on": day("2026-04-15")}, "promise-confirmed"),
        ("promise", {"on": day("2026-12-31")}, "help-received"),
        ("plan", {"parts": 3}, "plan-confirmed"),
        ("help", {}, "help-received"),
        ("call", {}, "help-received"),
        ("service", {}, "service-received"),
        ("invoice", {"title": "江州某某公司"}, "invoice-requested"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_reply_has_its_answer(kind: Any, more: dict[str, Any], message: str, language: Any) -> None:
    office = centre()
    office.records.save_owner(owner(language=language))
    reply = say(office, linked(office), kind, **more)
    assert office.deliver(TEN) == [State.SENT]
    assert office.notices()[0].stage == message
    if kind in ("service", "invoice"):
        assert reply.number in office.mail.sent[0].text


def test_a_job_for_a_reply_nobody_has_made_is_dropped() -> None:
    office = centre()
    body = '{"owner": "o-1", "notice": "occasion#reply.nobody"}'
    assert office.deliver(TEN, body) == [State.SKIPPED]
    assert office.deliver(TEN, body.replace("o-1", "o-404")) == [State.SKIPPED]
    assert (office.notices(), office.mail.sent) == ((), [])


# cut off


def test_a_kill_at_any_write_leaves_one_reply_one_pause_and_at_most_one_answer() -> None:
    steady = centre()
    table = CrashingTable(steady.table)
    code = linked(steady)
    say(steady.through(table), code)
    steady.through(table).deliver(TEN)
    assert table.writes > 6
    seen = set()
    for number in range(table.writes):
        for is_done in (False, True):
            office = centre()
            code = linked(office)
            crashing = office.through(CrashingTable(office.table, at=number, is_done=is_done))
            with pytest.raises(Crash):
                say(crashing, code)
                crashing.deliver(TEN)
            say(office, code, now="2026-04-06 10:05")
            office.deliver("2026-04-06 10:05")
            say(office, code, now="2026-04-06 10:30")
            office.deliver("2026-04-06 10:30")
            (state,) = office.states()
            assert (len(account(office).replies), len(account(office).holds)) == (1, 1)
            seen.add((state, len(office.mail.sent)))
    assert seen == {(State.SENT, 1), (State.UNKNOWN, 1), (State.UNKNOWN, 0)}
