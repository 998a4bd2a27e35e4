"""The rows of the fault table that need no AWS: each fault happens, and what was due is told once, or shown.

Numbered as in `docs/reliability.md`. `tests/sweep` has those in which processes die, `tests/simulation` all at once.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import permutations
from typing import Any

import boto3
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.errors import NotFound
from chalicelib.core.feedback import Feedback
from chalicelib.core.notice import State
from chalicelib.core.rulebook import Channel
from chalicelib.edge.table import DynamoTable
from chalicelib.flows import delivery
from chalicelib.flows.approvals import approve
from chalicelib.flows.circuit import Circuit, circuit, open_circuit
from chalicelib.flows.feedback import note_feedback
from chalicelib.flows.links import mint, open_link
from chalicelib.flows.ports import Delivery, Table
from chalicelib.flows.reminders import Job
from chalicelib.flows.run import queue_run
from chalicelib.flows.sender import notice_tag
from staff.memory import MemoryTable
from tests import builders
from tests.builders import OWNER, bill, contact, day, owner, payment
from tests.fakes import RETRY, SENT, STOPPED, FakeMail, FakeQueue, InterruptedTable
from tests.flows.office import Office, at, job
from tests.race import race

Q1 = bill()
BODY = job(Q1, "bill-issued")
TEN = "2026-03-01 10:00"
some = settings(max_examples=settings().max_examples // 4)
"""Whole weeks for each example."""


def owing(office: Office, count: int) -> list[str]:
    """Owners with a bill each, of which they are to be told on the first of March."""
    people = [f"o-{number}" for number in range(count)]
    for one in people:
        office.enter(Q1, owner=owner(one, contact(email=f"{one}@owner.example")))
    return people


def sent_to(office: Office) -> Counter[str]:
    return Counter(one.recipient for one in office.mail.sent)


def once_each(people: Iterable[str]) -> Counter[str]:
    return Counter(f"{one}@owner.example" for one in people)


# 3: the queue delivers twice


@some
@given(times=st.lists(st.integers(1, 5), min_size=4, max_size=4), luck=st.randoms(use_true_random=False))
def test_fault_03_messages_delivered_up_to_five_times_in_any_order_are_sent_once(
    times: list[int], luck: random.Random
) -> None:
    office = Office()
    people = owing(office, 4)
    office.plan("2026-03-01")
    bodies = [body for body, count in zip(office.queue.bodies, times, strict=True) for _ in range(count)]
    luck.shuffle(bodies)
    for number, body in enumerate(bodies):
        assert office.deliver(f"2026-03-01 10:{number:02}", body) == [State.SENT]
    assert sent_to(office) == once_each(people)


@pytest.mark.parametrize("answer", [RETRY, STOPPED])
def test_fault_03_messages_that_come_twice_while_a_provider_takes_nothing_do_not_multiply(answer: Delivery) -> None:
    """Each time two are delivered for every one that waits; one of them alone may bring the notice again."""
    office = Office(mail=FakeMail(answer))
    owing(office, 1)
    office.plan("2026-03-01")
    for number in range(12):
        office.queue.bodies = [*office.queue.bodies] * 2
        office.deliver(f"2026-03-01 {10 + number // 4}:{15 * (number % 4):02}")
        office.queue.bodies, office.again = office.again.bodies, FakeQueue()
        assert len(office.queue.bodies) == 1, f"after {number} rounds"
    assert len(office.mail.sent) <= 12


# 4: at the same moment


@pytest.fixture(params=["memory", "dynamodb"])
def shared(request: pytest.FixtureRequest) -> Table:
    """A table that many threads use at once."""
    if request.param == "memory":
        return MemoryTable()
    request.getfixturevalue("stack")
    return DynamoTable(boto3.client("dynamodb"), "courtyard")


def test_fault_04_sixteen_workers_with_the_same_messages_send_each_once(shared: Table) -> None:
    office = Office(table=shared)
    people = owing(office, 4)
    office.plan("2026-03-01")
    bodies = office.queue.bodies

    def work(number: int) -> list[State]:
        mine = random.Random(number).sample(bodies, len(bodies))  # noqa: S311  # an order, no secret
        return [state for body in mine for state in office.deliver(TEN, body)]

    states = [state for found in race(work) for state in found]
    assert sent_to(office) == once_each(people)
    assert [office.states(one) for one in people] == [[State.SENT]] * 4
    assert set(states) <= {State.CLAIMED, State.CALLING, State.SENT}


def test_fault_04_several_planners_at_once_tell_everybody_once(shared: Table) -> None:
    office = Office(table=shared)
    people = owing(office, 5)
    office.records.set_ledger_through(day("2026-03-01"))
    race(lambda number: queue_run(office.records, office.bundle, office.queue, on=day("2026-03-01")), threads=4)
    queued = {msgspec.json.decode(body, type=Job).owner for body in office.queue.bodies}
    assert queued == set(people)
    office.deliver(TEN)
    assert sent_to(office) == once_each(people)
    assert office.run("2026-03-02") == []
    assert sent_to(office) == once_each(people)


# 5: the schedule fires twice, late or never


def told(office: Office, people: Iterable[str]) -> set[tuple[str, str]]:
    return {(one, notice.step) for one in people for notice in office.notices(one) if notice.state is State.SENT}


@cache
def steady() -> set[tuple[str, str]]:
    """What is told when every day has its run."""
    office = Office()
    people = owing(office, 2)
    for number in range(48):
        office.run((day("2026-02-25") + timedelta(days=number)).isoformat())
    return told(office, people)


@some
@given(gaps=st.lists(st.integers(1, 3), min_size=48, max_size=48), times=st.lists(st.integers(1, 3), min_size=48))
def test_fault_05_a_schedule_that_fires_twice_or_late_or_not_at_all_tells_the_same_notices_once(
    gaps: list[int], times: list[int]
) -> None:
    office = Office()
    people = owing(office, 2)
    on = day("2026-02-25")
    for gap, count in zip(gaps, times, strict=False):
        for _ in range(count):
            office.plan(on.isoformat())
        office.deliver(f"{on} 10:00")
        on += timedelta(days=gap)
        if on > day("2026-04-13"):
            break
    assert told(office, people) == steady()
    assert len(steady()) == len(office.mail.sent) == 8


# 8: a slow worker is taken for dead


class HeldUpMail(FakeMail):
    """A provider on the way to which something else happens, once, before it takes the message or after."""

    def __init__(self, act: Callable[[], Any], *, is_taken: bool) -> None:
        super().__init__()
        self._acts = [act]
        self._is_taken = is_taken

    def send(self, mime: bytes, *, recipient: str, notice: str, attempt: int) -> Delivery:
        if not self._is_taken:
            self._happen()
        answer = super().send(mime, recipient=recipient, notice=notice, attempt=attempt)
        self._happen()
        return answer

    def _happen(self) -> None:
        while self._acts:
            self._acts.pop()()


def length(act: Callable[[Office], Any], office: Office) -> list[str]:
    """The calls to the table that something makes."""
    table = InterruptedTable(office.table)
    act(office.through(table))
    return table.calls


def planned(mail: FakeMail | None = None) -> Office:
    office = Office(mail=mail or FakeMail())
    office.enter(Q1)
    office.plan("2026-03-01")
    return office


def deliver(office: Office) -> list[State]:
    return office.deliver(TEN, BODY)


CALLS = length(deliver, planned())


@pytest.mark.parametrize("number", range(len(CALLS)))
def test_fault_08_a_worker_that_wakes_up_after_its_lease_does_not_send_what_another_has(number: int) -> None:
    """Between any two of its calls a quarter of an hour goes by, in which another worker comes and finishes."""
    office = planned()
    table = InterruptedTable(office.table, at=number, act=lambda: office.deliver("2026-03-01 10:15", BODY))
    deliver(office.through(table))
    assert len(office.mail.sent) <= 1
    office.deliver("2026-03-01 10:30", BODY)
    assert len(office.mail.sent) == 1
    assert office.states()[0] in (State.SENT, State.UNKNOWN)


@pytest.mark.parametrize("is_taken", [False, True])
def test_fault_08_a_worker_slow_in_its_call_is_shown_as_unknown_and_then_as_what_it_was(is_taken: bool) -> None:
    seen = []
    mail = HeldUpMail(lambda: seen.extend(office.deliver("2026-03-01 10:15", BODY)), is_taken=is_taken)
    office = planned(mail)
    assert deliver(office) == [State.SENT]
    assert seen == [State.UNKNOWN]
    assert len(mail.sent) == 1


# 11 and 13: the provider takes nothing for a while


class Weather(FakeMail):
    """A provider that answers everybody alike, until the weather changes."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = SENT
        self.taken: list[str] = []

    def send(self, mime: bytes, *, recipient: str, notice: str, attempt: int) -> Delivery:
        super().send(mime, recipient=recipient, notice=notice, attempt=attempt)
        self.taken += [recipient] * (self.answer == SENT)
        return self.answer


def minutes(office: Office, first: str, last: str) -> Iterable[datetime]:
    """Goes through the minutes of a day; in each the worker gets what the queue shows by then."""
    waiting = [(at(first), body) for body in office.queue.bodies]
    now = at(first)
    while now <= at(last):
        yield now
        ready = [body for moment, body in waiting if moment <= now]
        waiting = [(moment, body) for moment, body in waiting if moment > now]
        for body in ready:
            delivery.deliver(office.records, office.bundle, office.sender, body, now=now)
            again = zip(office.again.bodies, office.again.delays, strict=True)
            waiting += [(now + timedelta(seconds=delay), one) for one, delay in again]
            office.again = FakeQueue()
        now += timedelta(minutes=1)


def test_fault_11_what_a_provider_throttles_for_an_hour_is_sent_later_once() -> None:
    mail = Weather()
    office = Office(mail=mail)
    people = owing(office, 8)
    office.plan("2026-03-01")
    mail.answer = RETRY
    for now in minutes(office, TEN, "2026-03-01 11:30"):
        if now == at("2026-03-01 11:00"):
            assert mail.taken == []
            mail.answer = SENT
    assert Counter(mail.taken) == once_each(people)
    assert [office.states(one) for one in people] == [[State.SENT]] * 8
    most = max(Counter((one.notice, one.attempt) for one in mail.sent).values())
    assert most == 1
    assert len(mail.sent) < 8 * 12, "each waits longer than the last time"


def test_fault_11_a_daily_quota_that_is_used_up_keeps_everything_for_the_next_day() -> None:
    mail = Weather()
    office = Office(mail=mail)
    people = owing(office, 8)
    office.plan("2026-03-01")
    mail.answer = Delivery("stopped", "ThrottlingException")
    for _ in minutes(office, TEN, "2026-03-01 21:00"):
        pass
    assert mail.taken == []
    mail.answer = SENT
    office.plan("2026-03-02")
    for _ in minutes(office, "2026-03-02 09:00", "2026-03-02 12:00"):
        pass
    assert Counter(mail.taken) == once_each(people)


def test_fault_13_while_sending_is_paused_one_tries_every_quarter_of_an_hour_and_nothing_is_lost() -> None:
    mail = Weather()
    office = Office(mail=mail)
    people = owing(office, 12)
    office.plan("2026-03-01")
    mail.answer = STOPPED
    for now in minutes(office, TEN, "2026-03-01 13:30"):
        quarters = (now - at(TEN)) // timedelta(minutes=15)
        if now < at("2026-03-01 13:00"):
            assert len(mail.sent) <= quarters + 1, "the first, and one each quarter of an hour"
        elif now == at("2026-03-01 13:00"):
            assert (len(mail.sent), mail.taken) == (12, [])
            mail.answer = SENT
    assert Counter(mail.taken) == once_each(people)
    assert [one["state"] for one in office.journal.notes if one["event"] == "circuit"] == ["open", "closed"]


def test_fault_13_of_many_workers_at_once_one_alone_tries_whether_sending_is_paused_no_more(shared: Table) -> None:
    records = Office(table=shared).records
    open_circuit(records, Channel.EMAIL, "SendingPausedException", at(TEN))
    found = race(lambda number: circuit(records, Channel.EMAIL, at("2026-03-01 10:15")))
    assert Counter(found) == {Circuit.HALF_OPEN: 1, Circuit.OPEN: 15}


# 16: events come before our own write, and in any order


class TalkativeMail(FakeMail):
    """A provider whose first events are there before its answer is."""

    def __init__(self, hear: Callable[[str], Any], words: Iterable[str]) -> None:
        super().__init__()
        self._hear = hear
        self._words = list(words)

    def send(self, mime: bytes, *, recipient: str, notice: str, attempt: int) -> Delivery:
        answer = super().send(mime, recipient=recipient, notice=notice, attempt=attempt)
        while self._words:
            self._hear(self._words.pop(0))
        return answer


def hear(office: Office, said: Any, attempt: int = 1) -> None:
    """SES says something of the first attempt."""
    (notice,) = office.notices()
    feedback = Feedback(
        said=said,
        channel=Channel.EMAIL,
        notice=notice_tag(notice),
        attempt=attempt,
        addresses=("wang@owner.example",),
        at=at("2026-03-01 10:01"),
    )
    note_feedback(office.records, office.bundle, office.again, feedback)


FATES = [
    (("sent", "delivered"), State.DELIVERED, 0),
    (("sent", "delivered", "complained"), State.COMPLAINED, 0),
    (("sent", "bounced"), State.SENT, 1),  # by the next channel
    (("sent", "delivered", "bounced"), State.SENT, 1),  # some hosts take a mail first and give it back then
]


@pytest.mark.parametrize(("words", "state", "texts"), FATES)
@pytest.mark.parametrize("is_late", [False, True])
def test_fault_16_events_in_any_order_some_twice_some_before_our_own_write_end_the_same(
    words: tuple[str, ...], state: State, texts: int, is_late: bool
) -> None:
    """What came back goes another way at once or, where the worker comes after hours, the next day."""
    for order in sorted(set(permutations([*words, words[0], words[-1]]))):
        for early in range(len(order) + 1):
            office = _heard(order[:early], order[early:], "2026-03-01 21:00" if is_late else "2026-03-01 10:05")
            where = f"{order} with {early} early"
            assert office.states() == [state], where
            assert (len(office.mail.sent), len(office.sms.sent)) == (1, texts), where


def _heard(early: Iterable[str], late: Iterable[str], worked_at: str) -> Office:
    """What comes of a notice by the next day."""
    mail = TalkativeMail(lambda said: hear(office, said), early)
    office = planned(mail)
    deliver(office)
    for said in late:
        _work_again(office, worked_at)
        hear(office, said)
    _work_again(office, "2026-03-01 10:10")
    office.run("2026-03-02")
    return office


def _work_again(office: Office, now: str) -> None:
    office.queue.bodies, office.again = office.again.bodies, FakeQueue()
    office.deliver(now)


# 20: the index is behind


class StaleIndex(InterruptedTable):
    """A table whose index now and then misses owners, and shows others whose day has not come."""

    def __init__(self, table: Table, luck: random.Random, others: Iterable[str]) -> None:
        super().__init__(table)
        self._luck = luck
        self._others = [f"O#{one}" for one in others]
        self._missed: Counter[str] = Counter()

    def due(self, until: str) -> list[str]:
        shown = {pk for pk in self._table.due(until) if self._is_shown(pk)}
        return sorted(shown | {pk for pk in self._others if self._luck.random() < 0.3})

    def _is_shown(self, pk: str) -> bool:
        """No index is behind for ever: twice in a row at most."""
        is_missed = self._luck.random() < 0.4 and self._missed[pk] < 2
        self._missed[pk] = self._missed[pk] + 1 if is_missed else 0
        return not is_missed


@some
@given(luck=st.randoms(use_true_random=False))
def test_fault_20_an_index_that_is_behind_delays_a_notice_and_neither_loses_nor_doubles_it(
    luck: random.Random,
) -> None:
    office = Office()
    people = owing(office, 2)
    stale = office.through(StaleIndex(office.table, luck, [*people, "o-404"]))
    for number in range(48):
        on = (day("2026-02-25") + timedelta(days=number)).isoformat()
        stale.plan(on)
        stale.deliver(f"{on} 10:00")
    assert told(office, people) == steady()
    assert len(office.mail.sent) == len(steady())


# 21: what has run out is still there


def test_fault_21_a_code_that_has_run_out_opens_nothing_though_it_is_still_on_record() -> None:
    office = planned()
    account = office.records.load_account(OWNER)
    assert account is not None
    code, link = mint(office.records, account, scope="account", channel="email", on=day("2026-03-01"), days=30)
    assert open_link(office.records, code, scope="account", on=day("2026-03-31")).link == link
    with pytest.raises(NotFound):
        open_link(office.records, code, scope="account", on=day("2026-04-01"))
    assert office.records.load_link(link.digest) == link


def test_fault_21_a_claim_counts_until_its_time_is_over_and_no_longer_though_it_is_still_on_record() -> None:
    office = planned()
    (notice,) = office.notices()
    until = at("2026-03-01 10:10")
    office.records.notices.claim(notice, notice.bills, Channel.EMAIL, now=at(TEN), leased_until=until)
    for now in ("2026-03-01 10:00", "2026-03-01 10:09", "2026-03-01 10:10"):
        assert office.deliver(now, BODY) == [State.CLAIMED]
    assert office.mail.sent == []
    assert office.deliver("2026-03-01 10:11", BODY) == [State.SENT]


def test_fault_21_an_approval_that_has_run_out_lets_nothing_go_though_it_is_still_on_record() -> None:
    bundle = builders.shipped_bundle()
    office = Office(bundle=bundle)
    office.enter(bill(due="2026-03-02"))
    for on in ("2026-03-09", "2026-03-30"):
        office.run(on)
    office.records.set_ledger_through(day("2026-03-30"))
    waiting = office.plan("2026-03-31").waits
    steps = [wait.step for wait in waiting if wait.step and wait.reason.code == "approval"]
    assert approve(office.records, steps, by="arn:manager", at=at("2026-03-31 09:00")) == len(steps) == 1
    days = bundle.rules.collection.limits.approval_days
    late = day("2026-03-31") + timedelta(days=days + 1)
    office.records.set_due_day(OWNER, late)
    assert [wait.reason.code for wait in office.plan(late.isoformat()).waits] == ["approval"]


# 26: a payment lands between plan and send


@pytest.mark.parametrize("number", range(len(CALLS) + 1))
def test_fault_26_a_payment_on_record_before_the_last_look_stops_the_message_at_every_point(number: int) -> None:
    """Only the mark that the call begins, and the call itself, lie behind the last look."""
    last_look = max(at for at, call in enumerate(CALLS) if call == f"query O#{OWNER}")
    assert CALLS[last_look + 1] == f"change H#{OWNER} {State.CALLING.value}"
    office = planned()
    table = InterruptedTable(office.table, at=number, act=lambda: _pay(office))
    states = deliver(office.through(table))
    is_too_late = number > last_look
    assert len(office.mail.sent) == is_too_late
    assert states == [State.SENT if is_too_late else State.SKIPPED]
    office.deliver("2026-03-01 10:15", BODY)
    office.run("2026-03-02")
    assert len(office.mail.sent) == is_too_late


def _pay(office: Office) -> None:
    office.records.record_payment(OWNER, payment(123456, "2026-03-01"))


def test_fault_26_a_payment_at_any_point_of_the_plan_stops_the_message() -> None:
    office = Office()
    office.enter(Q1)
    calls = length(lambda office: office.plan("2026-03-01"), office)
    assert len(calls) > 20
    for number in range(len(calls)):
        office = Office()
        office.enter(Q1)
        table = InterruptedTable(office.table, at=number, act=partial(_pay, office))
        office.through(table).plan("2026-03-01")
        office.deliver(TEN)
        assert office.mail.sent == [], f"paid before {calls[number]}"
        assert set(office.states()) <= {State.SKIPPED}
