"""Every story ends well though its process is killed before or after any call to AWS (fault 6), or by its time (7).

What is killed is started again, what it had in hand is delivered again, the clock moves past its lease, the provider
reports and days go by. Then the provider has had one request for an attempt, nothing is stuck, nobody is forgotten.
Imports are swept in a file of their own.
"""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.core.account import Payment
from chalicelib.core.notice import REACHED, State
from chalicelib.core.rulebook import Actor, Channel
from chalicelib.flows import holds
from chalicelib.flows.links import mint
from chalicelib.flows.records import Records
from tests import builders
from tests.builders import OWNER, bill, contact, day, owner, payment
from tests.provider import ACCEPT, PAUSED, REJECTED, RESET, THROTTLED, Answer
from tests.sweep.installation import Installation

LATER = ("2026-03-01 10:30", "2026-03-02 10:00")
PAID = payment(50_000, "2026-02-20")


def sweep(
    installation: Installation, act: Callable[[], Any], aftermath: Callable[[], list[str]], least: int
) -> dict[str, list[str]]:
    """By the point of the kill, what went wrong; the story is told once whole to know its calls.

    A kill that leaves the world as an earlier one left it has the same aftermath.
    """
    installation.begin_again()
    whole = installation.life(act)
    assert len(whole.calls) >= least, "a story as long as it is believed to be"
    ends = {installation.world(): aftermath()}
    found = {"never": ends[next(iter(ends))]}
    for number, when in whole.deaths():
        installation.begin_again()
        is_over = installation.life(act, number, when).is_over
        assert is_over or when == "after", "a call whose answer never came has nothing after it"
        world = installation.world()
        if world not in ends:
            ends[world] = aftermath()
        found[f"{when} call {number}, {whole.calls[number - 1]}"] = ends[world]
    assert len(ends) > 2, "kills that leave worlds of their own"
    return {point: problems for point, problems in found.items() if problems}


def paid(records: Records) -> list[Payment]:
    account = records.load_account(OWNER)
    assert account is not None
    return list(account.payments)


def untold(installation: Installation, *owners: str) -> list[str]:
    """The steps that became due and are neither on record nor with staff."""
    found = []
    for one in owners:
        known = {notice.step for notice in installation.notices(one)} | {task.step for task in installation.tasks(one)}
        found += [] if "bill-issued" in known else [f"{one} was forgotten"]
    return found


def test_fault_06_a_planner_killed_at_any_call_tells_and_tasks_everybody_once(installation: Installation) -> None:
    """One owner is written to; the other has neither e-mail nor telephone and gets a letter by staff."""
    installation.enter(bill())
    installation.enter(bill(), owner=owner("o-2", contact(email=None, phone=None)))
    installation.keep()

    def aftermath() -> list[str]:
        installation.go_on(*LATER)
        letters = [task.task for task in installation.tasks("o-2") if task.step == "bill-issued"]
        return [
            *installation.problems(OWNER, "o-2"),
            *untold(installation, OWNER, "o-2"),
            *([f"{len(installation.provider.taken)} e-mails"] if len(installation.provider.taken) != 1 else []),
            *([f"{letters} for who has no address"] if letters != ["letter"] else []),
        ]

    assert sweep(installation, installation.plan, aftermath, least=35) == {}


@pytest.mark.parametrize(
    ("answers", "email", "most"),
    [
        ((ACCEPT,), "wang@owner.example", 1),
        ((RESET,), "wang@owner.example", 1),
        ((REJECTED, ACCEPT), "wang@owner.example", 1),
        ((THROTTLED, ACCEPT), "wang@owner.example", 1),
        ((PAUSED, ACCEPT), "wang@owner.example", 1),
        ((ACCEPT,), "bounce@owner.example", 2),
    ],
    ids=["accepted", "reply-lost", "rejected", "throttled", "paused", "bounced"],
)
def test_fault_06_a_worker_killed_at_any_call_sends_a_notice_once_or_shows_it(
    installation: Installation, answers: tuple[Answer, ...], email: str, most: int
) -> None:
    installation.enter(bill(), owner=owner(OWNER, contact(email=email)))
    installation.records.record_payment(OWNER, PAID)
    installation.plan()
    bodies = installation.taken()
    installation.keep()

    def act() -> None:
        installation.provider.answers(*answers)
        installation.work(bodies)

    def aftermath() -> list[str]:
        installation.set_clock("2026-03-01 09:05")  # the lease still runs
        installation.work(bodies)
        installation.bodies += bodies
        installation.go_on(*LATER)
        taken = installation.provider.taken
        return [
            *installation.problems(),
            *untold(installation, OWNER),
            *([f"{len(taken)} messages"] if len(taken) > most else []),
            *([f"money is {paid(installation.records)}"] if paid(installation.records) != [PAID] else []),
        ]

    assert sweep(installation, act, aftermath, least=12) == {}


def test_fault_06_feedback_killed_at_any_call_closes_the_address_and_goes_another_way_once(
    installation: Installation,
) -> None:
    installation.enter(bill(), owner=owner(OWNER, contact(email="bounce@owner.example")))
    installation.plan()
    installation.work()
    events = installation.provider.events(installation.now)
    requests = installation.provider.requests
    installation.keep()

    def aftermath() -> list[str]:
        installation.hear([*events, *events])
        installation.go_on(*LATER)
        account = installation.records.load_account(OWNER)
        assert account is not None
        closed = [(one.channel, one.reason) for one in account.suppressions]
        taken = [one.channel for one in installation.provider.taken]
        asked = [task.step.split("-")[0] for task in installation.tasks()]
        return [
            *installation.problems(),
            *untold(installation, OWNER),
            *([f"closed {closed}"] if closed != [(Channel.EMAIL, "bounced")] else []),
            *([f"sent by {taken}"] if taken != ["sms"] else []),
            *([f"staff are asked {asked}"] if asked != ["unreachable"] else []),
        ]

    assert [one.channel for one in requests] == ["email"]
    assert sweep(installation, lambda: installation.hear(events), aftermath, least=12) == {}


def test_fault_06_a_link_minted_looked_at_and_unsubscribed_by_through_kills_at_any_call(
    installation: Installation,
) -> None:
    """Whoever asks again gets the answer; an unsubscribing that was cut off is done by the next, and only that."""
    installation.enter(bill())
    installation.records.record_payment(OWNER, PAID)
    installation.keep()
    code, stop = "a" * 43, "b" * 43

    def act() -> None:
        account = installation.records.load_account(OWNER)
        assert account is not None
        for new, scope in ((code, "account"), (stop, "unsubscribe")):
            mint(
                installation.records,
                account,
                scope=scope,  # type: ignore[arg-type]  # one of the two that there are
                channel="email",
                on=day("2026-03-01"),
                days=120,
                new_code=lambda new=new: new,  # type: ignore[misc]
            )
        assert installation.get("/v1/statement", code).status_code == 200
        assert installation.post(f"/v1/unsubscribe?t={stop}").status_code == 200

    def aftermath() -> list[str]:
        act()
        account = installation.records.load_account(OWNER)
        assert account is not None
        return [
            *([f"unsubscribed from {account.unsubscribed}"] if account.unsubscribed != {Channel.EMAIL} else []),
            *([f"money is {account.payments}"] if list(account.payments) != [PAID] else []),
            *(["bills are lost"] if account.bills != (bill(),) else []),
        ]

    assert sweep(installation, act, aftermath, least=8) == {}


def test_fault_06_a_reply_killed_at_any_call_is_one_reply_one_pause_and_one_answer(installation: Installation) -> None:
    """The owner's browser says it again under the same name; the bill in question is not told of meanwhile."""
    installation.enter(bill())
    account = installation.records.load_account(OWNER)
    assert account is not None
    code, _ = mint(installation.records, account, scope="account", channel="email", on=day("2026-03-01"), days=120)
    installation.keep()

    def act() -> None:
        assert installation.say(code, id="reply-000000000001", kind="dispute").status_code == 201

    def aftermath() -> list[str]:
        act()
        installation.work()
        installation.go_on(*LATER)
        account = installation.records.load_account(OWNER)
        assert account is not None
        taken = [notice.stage for notice in installation.notices() if notice.state in REACHED]
        counts = (len(account.replies), len(account.holds), len(installation.provider.taken), taken)
        return [
            *installation.problems(),
            *([f"came to {counts}"] if counts != (1, 1, 1, ["dispute-received"]) else []),
        ]

    assert sweep(installation, act, aftermath, least=5) == {}


def test_fault_06_a_pause_opened_and_ended_through_kills_at_any_call_is_one_pause(installation: Installation) -> None:
    """Staff give the same command again; during the pause nothing goes out, and afterwards what was due does, once."""
    installation.enter(bill())
    installation.keep()

    def act() -> None:
        records, bundle = installation.records, builders.bundle()
        account = records.load_account(OWNER)
        assert account is not None
        for hold in account.holds or (_opened(installation),):
            holds.end_hold(records, bundle, OWNER, hold.id, last=day("2026-03-04"), role=Actor.CLERK, by="arn:clerk")

    def aftermath() -> list[str]:
        act()
        installation.go_on("2026-03-01 10:30", "2026-03-02 10:00")
        during = len(installation.provider.taken)
        installation.go_on("2026-03-05 10:00")
        account = installation.records.load_account(OWNER)
        assert account is not None
        pauses = [(hold.from_, hold.until) for hold in account.holds]
        return [
            *installation.problems(),
            *untold(installation, OWNER),
            *([f"{during} messages in the pause"] if during else []),
            *([f"pauses {pauses}"] if pauses != [(day("2026-03-01"), day("2026-03-04"))] else []),
        ]

    assert sweep(installation, act, aftermath, least=5) == {}


def _opened(installation: Installation) -> Any:
    return holds.open_hold(
        installation.records,
        builders.bundle(),
        OWNER,
        "family",
        on=day("2026-03-01"),
        role=Actor.CLERK,
        by="arn:clerk",
    )


# fault 1


@pytest.mark.parametrize("phone_only", [False, True], ids=["e-mail", "text message"])
def test_fault_01_an_accepted_message_whose_answer_never_came_is_shown_settled_and_not_sent_again(
    installation: Installation, phone_only: bool
) -> None:
    """Of e-mails SES tells; a text message that nobody gave an id is looked up by staff."""
    installation.enter(bill(), owner=owner(OWNER, contact(email=None if phone_only else "wang@owner.example")))
    installation.plan()
    installation.provider.answers(*[Answer("hang")] * 3)
    installation.work()
    assert [notice.state for notice in installation.notices()] == [State.UNKNOWN]
    installation.go_on("2026-03-01 10:30", "2026-03-02 10:00", "2026-03-05 10:00")
    assert len(installation.provider.taken) == 1
    assert installation.problems() == []
    expected = State.UNKNOWN if phone_only else State.DELIVERED
    assert [notice.state for notice in installation.notices()] == [expected]


def test_fault_01_mail_that_bounces_though_its_answer_never_came_goes_another_way(installation: Installation) -> None:
    installation.enter(bill(), owner=owner(OWNER, contact(email="bounce@owner.example")))
    installation.plan()
    installation.provider.answers(RESET)
    installation.work()
    installation.go_on(*LATER)
    assert [one.channel for one in installation.provider.taken] == ["email", "sms"]
    assert [notice.state for notice in installation.notices()] == [State.DELIVERED]


# fault 7


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("killed_at", [1, 2, 3])
def test_fault_07_a_batch_cut_off_by_its_time_is_finished_when_delivered_again(
    installation: Installation, killed_at: int, when: Any
) -> None:
    """Three records, the time is up at the k-th: none was acknowledged, so all come again."""
    people = [f"o-{number}" for number in range(3)]
    for one in people:
        installation.enter(bill(), owner=owner(one, contact(email=f"{one}@owner.example")))
    installation.plan()
    batch = installation.taken()
    mail = installation.senders[0]
    installation.clients, installation.senders = [], [mail]
    assert installation.life(lambda: installation.work(batch), killed_at, when).is_over
    sent = len(installation.provider.taken)
    assert sent == killed_at - (when == "before")
    installation.set_clock("2026-03-01 09:05")
    assert len(installation.work(batch)) == 1, "only what the dead worker had in hand is given back"
    installation.set_clock("2026-03-01 09:13")
    assert installation.work(batch) == []
    installation.go_on("2026-03-01 10:30", "2026-03-02 10:00")
    assert installation.problems(*people) == []
    assert sorted(one.to for one in installation.provider.taken) == sorted(
        f"{one}@owner.example" for number, one in enumerate(people, 1) if when == "after" or number != killed_at
    )
