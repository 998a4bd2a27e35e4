"""The processes of an installation, each a life told in its own thread: planner, worker, feedback, clerk."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace

from chalicelib.core.account import Hold
from chalicelib.core.calendar import instant, local_date
from chalicelib.core.compliance import Proofreader
from chalicelib.core.errors import Conflict
from chalicelib.core.notice import IN_HAND
from chalicelib.core.rulebook import Actor, Channel
from chalicelib.flows import holds
from chalicelib.flows.delivery import deliver
from chalicelib.flows.feedback import note_feedback
from chalicelib.flows.progress import Phase, RunApproval, approve_run, load_progress
from chalicelib.flows.records import Records
from chalicelib.flows.run import queue_run
from chalicelib.flows.sender import Sender
from tests.builders import payment
from tests.crash import Killed
from tests.simulation.baton import Process
from tests.simulation.ports import SimMail, SimQueue, SimSms, SimTable
from tests.simulation.post import Event, Post
from tests.simulation.world import MOST_RECEIVES, VISIBILITY, Body, Busy, World

ZONE = "Asia/Shanghai"
FIRINGS = (time(9), time(9, 15), time(13), time(18, 45))
"""When the schedule fires; a run that was cut short is gone on with."""

_proofreader = Proofreader()  # remembers clean lines only

Deed = Callable[[Records, str], None]


class Planned(NamedTuple):
    """Something staff or an owner does about something, from a moment on; whoever is cut off does it again."""

    at: datetime
    number: int
    deed: Deed
    about: str


@dataclass
class People:
    """Everybody at work in a world, and what is still to be done by clerks."""

    world: World
    post: Post
    deeds: list[Planned] = field(default_factory=list)
    done: list[Planned] = field(default_factory=list)
    _codes: int = 0

    def start(self) -> None:
        for number in range(2):
            self.world.start(f"planner-{number}", self.planner if number == 0 else self.second_planner)
        for number in range(self.world.workers):
            self.world.start(f"worker-{number}", self.worker)
        for number in range(2):
            self.world.start(f"feedback-{number}", self.feedback)
            self.world.start(f"clerk-{number}", self.clerk)

    def records(self, process: Process, on_read: Callable[[str], None] = lambda owner: None) -> Records:
        return Records(SimTable(self.world, process, on_read))

    # planner

    def planner(self, process: Process) -> None:
        while True:
            at = self._next_firing()
            process.rest(lambda at=at: at)  # type: ignore[misc]
            if not self.world.happens("no_run"):
                self._alive(process, lambda: self._run(process))

    def second_planner(self, process: Process) -> None:
        """The schedule fired twice."""
        while True:
            at = self._next_firing()
            process.rest(lambda at=at: at)  # type: ignore[misc]
            if self.world.happens("twice"):
                self._alive(process, lambda: self._run(process))

    def _run(self, process: Process) -> None:
        records, on = self.records(process), local_date(self.world.now, ZONE)
        before = load_progress(records)
        if before and before.on == on and before.phase is Phase.DONE:
            return
        queue_run(
            records,
            self.world.bundle,
            SimQueue(self.world, process),
            on=on,
            has_time=lambda: not self.world.happens("no_time"),
        )

    def _next_firing(self) -> datetime:
        on = local_date(self.world.now, ZONE)
        ahead = [instant(on + timedelta(days=days), hour, ZONE) for days in (0, 1) for hour in FIRINGS]
        return min(at for at in ahead if at > self.world.now)

    # worker

    def worker(self, process: Process) -> None:
        while True:
            process.rest(lambda: min((body.visible_at for body in self.world.queue), default=None))
            self._alive(process, lambda: self._batch(process))

    def _batch(self, process: Process) -> None:
        """What Lambda does: takes some messages out, and deletes those that were not given back."""
        taken = self._received()
        done = [body for body in taken if self._delivered(process, body)]
        self.world.call(process, f"deletes {len(done)} of {len(taken)}", lambda: self._delete(done))

    def _received(self) -> list[Body]:
        visible = [body for body in self.world.queue if body.visible_at <= self.world.now]
        taken = self.world.luck.sample(visible, min(len(visible), self.world.luck.randint(1, 5)))
        for body in taken:
            body.receives += 1
            body.visible_at = self.world.now + self._hidden()
            if body.receives > MOST_RECEIVES:
                self.world.queue.remove(body)
                self.world.dead.append(body)
        return [body for body in taken if body.receives <= MOST_RECEIVES]

    def _hidden(self) -> timedelta:
        """How long nobody else sees a message that was taken out; behind a backlog, longer."""
        if self.world.happens("twice"):
            return self.world.between(0, 60)
        return VISIBILITY + (self.world.between(60, 90_000) if self.world.happens("late_message") else timedelta(0))

    def _delete(self, done: list[Body]) -> None:
        for body in done:
            if body in self.world.queue:
                self.world.queue.remove(body)

    def _delivered(self, process: Process, body: Body) -> bool:
        hand = self.world.begin(process)
        records = self.records(process, self._meddle)
        try:
            state = deliver(records, self.world.bundle, self._sender(process), body.text, now=hand.now)
        except Busy:
            return False
        return state not in IN_HAND

    def _sender(self, process: Process) -> Sender:
        return Sender(
            SimMail(self.world, process, self.post),
            SimSms(self.world, process, self.post),
            "live",
            new_code=self._code,
            proofreader=_proofreader,
            queue=SimQueue(self.world, process),
            rates=self.world.rates,
            wait=lambda seconds: self._sleep(process, seconds),
        )

    def _code(self) -> str:
        self._codes += 1
        return f"{self._codes:043}"

    def _sleep(self, process: Process, seconds: float) -> None:
        until = self.world.now + timedelta(seconds=seconds)
        process.wait(lambda: until)

    # feedback

    def feedback(self, process: Process) -> None:
        while True:
            process.rest(lambda: min((event.at for event in self.post.events), default=None))
            due = [event for event in self.post.events if event.at <= self.world.now]
            if due:
                event = self.world.luck.choice(due)
                self.post.events.remove(event)
                if not self._alive(process, partial(self._hear, process, event)):
                    self.post.events.append(event._replace(at=self.world.now + timedelta(minutes=1)))

    def _hear(self, process: Process, event: Event) -> None:
        said = event.feedback
        self.world.note(f"{process.name} hears {said.said} {said.notice} {said.attempt}")
        if said.said == "bounced":
            self.world.judge.came_back(said.channel, said.notice, said.attempt, said.addresses[0])
        note_feedback(self.records(process), self.world.bundle, SimQueue(self.world, process), said)

    # clerks

    def clerk(self, process: Process) -> None:
        while True:
            process.rest(lambda: min((one.at for one in self.deeds), default=None))
            due = sorted((one for one in self.deeds if one.at <= self.world.now), key=lambda one: one[:2])
            if due:
                planned = due[0]
                self.deeds.remove(planned)
                self.world.note(f"{process.name} {planned.deed.__name__} {planned.about}")
                if self._alive(process, partial(planned.deed, self.records(process), planned.about)):
                    self.done.append(planned)
                else:
                    self.deeds.append(planned._replace(at=self.world.now + timedelta(minutes=1)))

    def plan_deed(self, at: datetime, deed: Deed, about: str) -> None:
        self.deeds.append(Planned(at, len(self.deeds) + len(self.done), deed, about))

    def note_ledger(self, on: date) -> None:
        """Staff note in the morning that payments are recorded until that day."""
        self.plan_deed(instant(on, time(8, 30), ZONE), self.notes_ledger, on.isoformat())

    def notes_ledger(self, records: Records, on: str) -> None:
        records.set_ledger_through(date.fromisoformat(on))

    def approve_run(self, on: date) -> None:
        """A manager looks before noon whether the day's run waits for their word."""
        self.plan_deed(instant(on, time(11), ZONE), self.approves_run, on.isoformat())

    def approves_run(self, records: Records, on: str) -> None:
        held = load_progress(records)
        if held and held.phase is Phase.HELD and held.on.isoformat() == on:
            approve_run(records, RunApproval(on=held.on, counts=held.counts, by="arn:manager", at=self.world.now))

    def _meddle(self, owner: str) -> None:
        """While a worker reads of an owner, somebody does something about them."""
        if self.world.happens("meddling"):
            deed = self.world.luck.choice((self.pays_all, self.unsubscribes, self.pauses))
            self.plan_deed(self.world.now, deed, owner)

    def pays_all(self, records: Records, owner: str) -> None:
        """Far more than is owed."""
        records.record_payment(owner, payment(9_000_000, "2026-02-20", id=f"bank#full-{owner}#1"))

    def takes_back(self, records: Records, owner: str) -> None:
        """The bank gives back what was paid in full."""
        paid, account = f"bank#full-{owner}#1", records.load_account(owner)
        if account and paid in [one.id for one in account.payments]:
            back = payment(9_000_000, "2026-02-21", id=f"bank#back-{owner}#1", reverses=paid)
            records.record_payment(owner, back)
            records.bring_forward(owner, local_date(self.world.now, ZONE) + timedelta(days=1))

    def pays_some(self, records: Records, owner: str) -> None:
        records.record_payment(owner, payment(5_000, "2026-02-20", id=f"bank#part-{owner}#1"))

    def unsubscribes(self, records: Records, owner: str) -> None:
        records.unsubscribe(owner, Channel.EMAIL)

    def gives_an_address(self, records: Records, owner: str) -> None:
        """A new one, at which mail arrives."""
        account = records.load_account(owner)
        if account is not None:
            (first, *others) = account.owner.contacts
            new = replace(first, email=f"good-new-{owner}@owner.example")
            records.save_owner(replace(account.owner, contacts=(new, *others)))

    def pauses(self, records: Records, owner: str) -> None:
        """For two days."""
        on = local_date(self.world.now, ZONE)
        account = records.load_account(owner)
        if account is None or account.holds:
            return
        try:
            opened = holds.open_hold(
                records,
                self.world.bundle,
                owner,
                "family",
                on=on,
                role=Actor.CLERK,
                by="arn:clerk",
                until=on + timedelta(days=2),
            )
        except Conflict:  # another clerk was quicker
            return
        assert isinstance(opened, Hold), opened

    def _alive(self, process: Process, act: Callable[[], None]) -> bool:
        """Something done to its end; a process that dies in it, or gives up, is started anew a little later."""
        self.world.begin(process)
        try:
            act()
        except (Killed, Busy) as ended:
            self.world.counts["deaths"] += isinstance(ended, Killed)
            until = self.world.now + self.world.between(1, 30)
            process.rest(lambda: until)
            return False
        return True
