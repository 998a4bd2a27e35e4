"""What may never be, judged after each write and each request from what was seen, not by the product's own rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from chalicelib.core.reach import mark
from chalicelib.core.rulebook import Channel
from chalicelib.core.sms import segments, signed
from chalicelib.flows.ports import Item
from chalicelib.flows.sender import notice_of
from tests.flows import oracle

if TYPE_CHECKING:
    from tests.simulation.baton import Process
    from tests.simulation.world import World

# Of one attempt: where a notice may go from where it stands. Feedback comes in any order, so it may leap.
_HEARD = {"SENT", "DELIVERED", "BOUNCED", "COMPLAINED"}
_ONWARD = {
    "": {"PLANNED"},
    "PLANNED": {"QUEUED", "RETRY", "SKIPPED"},
    "QUEUED": {"RETRY", "SKIPPED"},
    "RETRY": {"RETRY", "SKIPPED", "FAILED"},
    "SKIPPED": {"RETRY", "SKIPPED", "FAILED"},
    "CLAIMED": {"CALLING", "RETRY", "SKIPPED", "FAILED"},
    "CALLING": {"UNKNOWN", "RETRY", "FAILED", *_HEARD},
    "UNKNOWN": _HEARD,
    "SENT": {"DELIVERED", "BOUNCED", "COMPLAINED"},
    "DELIVERED": {"BOUNCED", "COMPLAINED"},
    "BOUNCED": {"FAILED", "COMPLAINED"},
    "COMPLAINED": set(),
    "FAILED": set(),
}
_TAKEN_UP = {"PLANNED", "QUEUED", "RETRY", "SKIPPED", "BOUNCED", "CLAIMED"}


class Wrong(Exception):
    """Something happened that may never."""


@dataclass
class Request:
    """One request to a provider, what it came to, and whether its message was reported to have come back."""

    owner: str
    notice: str
    attempt: int
    channel: Channel
    address: str
    at: datetime
    on: date
    segments: int
    is_taken: bool = False
    outcome: str = ""
    came_back: bool = False

    def answered(self, outcome: str, *, is_taken: bool) -> None:
        self.outcome, self.is_taken = outcome, is_taken

    @property
    def may_have_arrived(self) -> bool:
        return self.is_taken or self.outcome == "unknown"


@dataclass
class Judge:
    """Sees every write and every request."""

    world: World
    requests: list[Request] = field(default_factory=list)
    paid: dict[str, int] = field(default_factory=dict)
    closed: dict[tuple[str, str], int] = field(default_factory=dict)
    unsubscribed: dict[str, int] = field(default_factory=dict)
    paused: dict[tuple[str, str], tuple[int, date, date]] = field(default_factory=dict)
    moved_at: dict[tuple[str, str], datetime] = field(default_factory=dict)
    payments: dict[str, int] = field(default_factory=dict)
    called: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    _asked: dict[tuple[str, str], int] = field(default_factory=dict)
    _opened: dict[str, int] = field(default_factory=dict)
    _probing: dict[tuple[str, str], int] = field(default_factory=dict)

    def wrong(self, what: str) -> None:
        raise Wrong(f"step {self.world.step}, {self.world.now:%m-%d %H:%M:%S}: {what}")

    # writes

    def wrote(self, process: Process, before: Item | None, after: Item) -> None:
        """One write that took effect."""
        pk, sk = str(after["pk"]), str(after["sk"])
        if pk.startswith("H#") and sk.startswith("NOTICE#"):
            self._moved(process, before or {}, after)
        elif pk.startswith("O#"):
            self._fact(pk.removeprefix("O#"), sk, before or {}, after)
        elif pk.startswith("M#circuit-"):
            self._circuit(process, pk.removeprefix("M#circuit-"), before or {}, after)

    def _moved(self, process: Process, before: Item, after: Item) -> None:
        owner, key = str(after["pk"]).removeprefix("H#"), str(after["sk"]).removeprefix("NOTICE#")
        old, new = str(before.get("state", "")), str(after["state"])
        was, attempt = int(before.get("attempt", 0)), int(after["attempt"])
        self.moved_at[owner, key] = self.world.now
        name = f"{owner} {key}: {old} {was} -> {new} {attempt}"
        if new == "CLAIMED":
            if old not in _TAKEN_UP or attempt != was + 1:
                self.wrong(name)
            if old == "CLAIMED" and _instant(before["leased_until"]) >= self.world.now:
                self.wrong(f"{name} while its lease runs")
        elif old == "BOUNCED" and new in ("RETRY", "SKIPPED"):
            if attempt != was + 1:
                self.wrong(f"{name}, and a late word of the attempt would move it")
        elif new not in _ONWARD[old] or attempt != was:
            self.wrong(name)
        if new == "CALLING":
            self.called[process.name] = (owner, key, attempt)
        if new == "FAILED" and self.world.table.get(f"H#{owner}", f"CASE#{key}") is None:
            self.wrong(f"{name}, and nobody is asked to do it")

    def _fact(self, owner: str, sk: str, before: Item, after: Item) -> None:
        kind, _, rest = sk.partition("#")
        step = self.world.step
        if kind == "PAY":
            self.payments[rest.split("#", 1)[1]] = self.payments.get(rest.split("#", 1)[1], 0) + 1
            if "#full-" in sk:
                self.paid[owner] = step
            if "#back-" in sk:
                self.paid.pop(owner, None)
        elif kind == "SUPPRESS":
            self.closed.setdefault((owner, rest.split("#")[1]), step)
        elif kind == "OWNER" and "email" in str(after.get("unsubscribed", "")):
            self.unsubscribed.setdefault(owner, step)
        elif kind == "HOLD":
            said = msgspec.json.decode(str(after["fact"]))
            self.paused[owner, sk] = (step, date.fromisoformat(said["from"]), date.fromisoformat(said["until"]))
        elif kind == "END":
            self.paused.pop((owner, rest), None)

    def _circuit(self, process: Process, channel: str, before: Item, after: Item) -> None:
        if after["state"] == "open":
            if before.get("state") != "open":
                self._opened[channel] = self.world.step
            elif self._asked.get((process.name, channel), -1) < self.world.hands[process.name].began:
                if _instant(before["probe_at"]) > self.world.hands[process.name].now:
                    self.wrong(f"{channel} is tried too early")
                self._probing[process.name, channel] = self.world.step
        else:
            self._opened.pop(channel, None)

    # requests

    def request(self, process: Process, channel: Channel, address: str, tag: str, attempt: int, text: str) -> Request:
        """One request as it reaches a provider, judged by what was on record before the worker's last look."""
        hand = self.world.hands[process.name]
        owner, key = notice_of(tag) or ("", "")
        called = self.called.pop(process.name, None)
        if called is None or called[:2] != (owner, key) or (attempt or called[2]) != called[2]:
            self.wrong(f"{owner} {key} is sent and not noted as being sent, but {called}")
        on = self._local(hand.now).date()
        made = Request(
            owner, key, called[2] if called else 0, channel, address, self.world.now, on, self._segments(text, owner)
        )
        looked = hand.steps[-2] if len(hand.steps) > 1 else hand.began
        self._never_twice(made)
        self._never_against_what_was_known(made, looked)
        self._never_at_a_wrong_time(made, self._local(hand.now))
        self._never_too_much(made)
        self._never_too_fast(made)
        self._never_against_the_circuit(made, process, hand.began)
        self.requests.append(made)
        self._asked[process.name, channel.value] = self.world.step
        return made

    def _never_twice(self, made: Request) -> None:
        for one in self.requests:
            if (one.owner, one.notice) != (made.owner, made.notice):
                continue
            if one.attempt == made.attempt:
                self.wrong(f"{made.owner} {made.notice}: two requests for attempt {made.attempt}")
            if one.may_have_arrived and not one.came_back:
                self.wrong(f"{made.owner} {made.notice}: sent again, and the first may have arrived")

    def _never_against_what_was_known(self, made: Request, looked: int) -> None:
        owner, name = made.owner, f"{made.owner} {made.notice}"
        if self.paid.get(owner, looked) < looked:
            self.wrong(f"{name}: all was paid before the last look")
        if self.closed.get((owner, mark(made.address)), looked) < looked:
            self.wrong(f"{name}: sent to an address that was closed before the last look")
        if made.channel is Channel.EMAIL and self.unsubscribed.get(owner, looked) < looked:
            self.wrong(f"{name}: sent to who had unsubscribed before the last look")
        for (who, _), (step, first, last) in self.paused.items():
            if who == owner and step < looked and first <= made.on <= last:
                self.wrong(f"{name}: sent in a pause known before the last look")
        if made.channel is Channel.SMS and made.address.endswith("99"):
            self.wrong(f"{name}: sent to a telephone that opted out")

    def _never_at_a_wrong_time(self, made: Request, local: datetime) -> None:
        rules = self.world.bundle.rules
        if not 9 <= local.hour < 20 or made.on in oracle.closed_days(rules.community.holidays):
            self.wrong(f"{made.owner} {made.notice}: sent at {local:%m-%d %H:%M}")
        least = rules.collection.limits.min_interval_days
        for one in self.requests:
            is_other = one.owner == made.owner and one.notice != made.notice
            if is_other and one.is_taken and abs((one.on - made.on).days) < least:
                self.wrong(f"{made.owner}: {one.notice} and {made.notice} lie too close")

    def _never_too_much(self, made: Request) -> None:
        most = self.world.bundle.rules.collection.limits.sms_segments_a_month
        spent = sum(
            one.segments for one in self.requests if one.may_have_arrived and f"{one.on:%Y-%m}" == f"{made.on:%Y-%m}"
        )
        if made.segments and most is not None and spent + made.segments > most:
            self.wrong(f"{spent + made.segments} parts of text messages")

    def _never_too_fast(self, made: Request) -> None:
        """In no stretch of time more than its slots, and one late request of each worker."""
        rate, workers = self.world.rates[made.channel], self.world.workers
        at = made.at
        recent = [one.at for one in self.requests if one.channel is made.channel] + [at]
        for number, first in enumerate(reversed(recent), 1):
            seconds = (at - first).total_seconds()
            if seconds > 60:
                return
            if number > seconds * rate + 1 + workers:
                self.wrong(f"{number} requests by {made.channel} in {seconds} s")

    def _never_against_the_circuit(self, made: Request, process: Process, began: int) -> None:
        channel = made.channel.value
        opened = self._opened.get(channel)
        if opened is None or began <= opened:
            return
        if self._probing.get((process.name, channel), began) <= began:
            self.wrong(f"{made.owner} {made.notice}: sent although {channel} is stopped")

    def _segments(self, text: str, owner: str) -> int:
        return segments(signed(text, self.world.bundle.rules.community.sms, "zh")) if text else 0

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.world.bundle.rules.community.time_zone))

    def came_back(self, channel: Channel, tag: str, attempt: int, address: str) -> None:
        """A provider's report that a message came back is being taken in."""
        for one in self.requests:
            is_it = one.channel is channel and one.address == address and one.is_taken
            named = (one.owner, one.notice) == (notice_of(tag) or ("", "")) and one.attempt == attempt
            if is_it and (named or channel is Channel.SMS):
                one.came_back = True


def _instant(value: str | int) -> datetime:
    return datetime.fromisoformat(str(value))
