"""The judge itself: each thing that may never happen is seen when it does."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.core.reach import mark
from chalicelib.core.rulebook import Channel
from chalicelib.flows.ports import Item
from tests import builders
from tests.flows.office import at
from tests.simulation.baton import Process
from tests.simulation.chance import CALM
from tests.simulation.judge import Judge, Request, Wrong
from tests.simulation.world import World

TAG = "by0xI2Ejcw"  # o-1#a#s
OWNER, NOTICE, ADDRESS = "o-1", "a#s", "good-1@owner.example"


class Trial:
    """A world in which a test does what processes do, step by step."""

    def __init__(self) -> None:
        self.world = World(1, CALM, at("2026-03-01 10:00"), builders.bundle(), lambda line: None)
        self.world.start("worker", lambda process: None)
        (self.process,) = self.world.processes
        self.begin()

    @property
    def judge(self) -> Judge:
        return self.world.judge

    def begin(self, now: str = "2026-03-01 10:00") -> None:
        self.world.now = at(now)
        self.world.begin(self.process)

    def write(self, item: Item) -> None:
        before = self.world.table.get(str(item["pk"]), str(item["sk"]))
        self.world.step += 1
        self.world.table.put_all([{**(before or {}), **item}])
        self.judge.wrote(self.process, before, {**(before or {}), **item})
        self.world.hands[self.process.name].steps.append(self.world.step)

    def move(self, state: str, attempt: int = 1, **values: str | int) -> None:
        lease = {"leased_until": "2026-03-01T10:10:00+08:00"} if state == "CLAIMED" else {}
        key: Item = {"pk": f"H#{OWNER}", "sk": f"NOTICE#{NOTICE}"}
        self.write({**key, "state": state, "attempt": attempt, **lease, **values})

    def look(self) -> None:
        self.world.step += 1
        self.world.hands[self.process.name].steps.append(self.world.step)

    def request(self, attempt: int = 1, channel: Channel = Channel.EMAIL, to: str = ADDRESS, text: str = "") -> Request:
        self.look()
        self.judge.called[self.process.name] = (OWNER, NOTICE, attempt)
        self.look()
        return self.judge.request(self.process, channel, to, TAG, 0, text)


@pytest.fixture
def trial() -> Trial:
    return Trial()


def stand(trial: Trial, *states: tuple[str, int]) -> None:
    for state, attempt in (("PLANNED", 0), *states):
        trial.move(state, attempt)


SENT = (("QUEUED", 0), ("CLAIMED", 1), ("CALLING", 1), ("SENT", 1))


def test_a_notice_may_go_its_way_and_after_it_came_back_another(trial: Trial) -> None:
    stand(trial, *SENT, ("BOUNCED", 1), ("RETRY", 2), ("CLAIMED", 3), ("CALLING", 3), ("UNKNOWN", 3), ("DELIVERED", 3))


@pytest.mark.parametrize(
    ("states", "wrong"),
    [
        (SENT, ("QUEUED", 1)),
        (SENT, ("CLAIMED", 2)),
        ((*SENT, ("DELIVERED", 1)), ("SENT", 1)),
        ((*SENT, ("BOUNCED", 1)), ("DELIVERED", 1)),
        ((*SENT, ("BOUNCED", 1)), ("RETRY", 1)),
        ((*SENT[:3], ("UNKNOWN", 1)), ("RETRY", 1)),
        ((*SENT[:3], ("RETRY", 1)), ("SENT", 1)),
        (SENT[:2], ("CALLING", 2)),
        (SENT[:1], ("CLAIMED", 0)),
        (SENT[:2], ("CLAIMED", 2)),  # while the lease runs
        (SENT[:2], ("FAILED", 1)),  # and no task
        (SENT[:1], ("SENT", 0)),
    ],
)
def test_a_notice_that_goes_back_or_leaps_is_seen(
    trial: Trial, states: tuple[tuple[str, int], ...], wrong: tuple[str, int]
) -> None:
    stand(trial, *states)
    with pytest.raises(Wrong):
        trial.move(*wrong)


def test_a_claim_may_be_taken_over_once_its_lease_is_over(trial: Trial) -> None:
    stand(trial, *SENT[:2])
    trial.begin("2026-03-01 10:11")
    trial.move("CLAIMED", 2)


def twice(trial: Trial) -> None:
    trial.request(1).answered("unknown", is_taken=False)
    trial.request(2)


def same_attempt(trial: Trial) -> None:
    trial.request(1).answered("retry", is_taken=False)
    trial.request(1)


def after_payment(trial: Trial) -> None:
    trial.write({"pk": f"O#{OWNER}", "sk": f"PAY#2026-03-01#bank#full-{OWNER}#1"})
    trial.request()


def to_a_closed_address(trial: Trial) -> None:
    trial.write({"pk": f"O#{OWNER}", "sk": f"SUPPRESS#email#{mark(ADDRESS)}"})
    trial.request()


def after_unsubscribing(trial: Trial) -> None:
    trial.write({"pk": f"O#{OWNER}", "sk": "OWNER", "unsubscribed": "email"})
    trial.request()


def in_a_pause(trial: Trial) -> None:
    trial.write({"pk": f"O#{OWNER}", "sk": "HOLD#x", "fact": '{"from": "2026-03-01", "until": "2026-03-02"}'})
    trial.request()


def at_night(trial: Trial) -> None:
    trial.begin("2026-03-01 20:00")
    trial.request()


def on_a_holiday(trial: Trial) -> None:
    trial.begin("2026-05-01 10:00")
    trial.request()


def to_who_opted_out(trial: Trial) -> None:
    trial.request(channel=Channel.SMS, to="+8613800000099")


def too_fast(trial: Trial) -> None:
    for number in range(1, 10):
        trial.request(number).answered("retry", is_taken=False)


def over_the_budget(trial: Trial) -> None:
    trial.world.bundle = builders.replace(
        trial.world.bundle, rules=builders.rules_with(limits={"sms_segments_a_month": 1})
    )
    trial.request(channel=Channel.SMS, to="+8613800000001", text="字" * 80)


def while_stopped(trial: Trial) -> None:
    trial.write({"pk": "M#circuit-email", "sk": "MARKER", "state": "open", "probe_at": "2026-03-01T10:15:00+08:00"})
    trial.world.step += 1
    trial.begin("2026-03-01 10:05")
    trial.request()


def tried_too_early(trial: Trial) -> None:
    trial.write({"pk": "M#circuit-email", "sk": "MARKER", "state": "open", "probe_at": "2026-03-01T10:15:00+08:00"})
    trial.begin("2026-03-01 10:05")
    trial.write({"pk": "M#circuit-email", "sk": "MARKER", "state": "open", "probe_at": "2026-03-01T10:20:00+08:00"})


def unannounced(trial: Trial) -> None:
    trial.judge.request(trial.process, Channel.EMAIL, ADDRESS, TAG, 1, "")


def too_close(trial: Trial) -> None:
    trial.request().answered("sent", is_taken=True)
    trial.judge.requests[0].notice = "a#other"
    trial.begin("2026-03-03 10:00")
    trial.request()


WRONGS: list[Callable[[Trial], Any]] = [
    *(twice, same_attempt, after_payment, to_a_closed_address, after_unsubscribing, in_a_pause, at_night),
    *(on_a_holiday, to_who_opted_out, too_fast, over_the_budget, while_stopped, tried_too_early, unannounced),
    too_close,
]


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: wrong.__name__)
def test_a_request_that_may_never_be_made_is_seen(trial: Trial, wrong: Callable[[Trial], Any]) -> None:
    with pytest.raises(Wrong):
        wrong(trial)


def test_a_request_is_right_where_nothing_speaks_against_it(trial: Trial) -> None:
    trial.request().answered("sent", is_taken=True)
    trial.judge.came_back(Channel.EMAIL, TAG, 1, ADDRESS)
    trial.request(2)
    trial.begin("2026-03-01 10:05")
    trial.write({"pk": f"O#{OWNER}", "sk": f"PAY#2026-03-01#bank#part-{OWNER}#1"})
    trial.request(3)


def test_what_was_paid_after_the_last_look_is_nobodys_fault(trial: Trial) -> None:
    trial.look()
    trial.judge.called[trial.process.name] = (OWNER, NOTICE, 1)
    trial.write({"pk": f"O#{OWNER}", "sk": f"PAY#2026-03-01#bank#full-{OWNER}#1"})
    trial.judge.request(trial.process, Channel.EMAIL, ADDRESS, TAG, 1, "")


def test_a_process_runs_alone_until_it_stops_and_dies_where_it_is_told_to() -> None:
    seen = []

    def live(process: Process) -> None:
        seen.append("begins")
        process.stop()
        seen.append("goes on")
        process.stop()
        seen.append("never")

    process = Process("p", live)
    assert seen == []
    process.go_on()
    assert seen == ["begins"]
    process.go_on()
    process.kill()
    process.go_on()
    assert (seen, process.is_over) == (["begins", "goes on"], True)
