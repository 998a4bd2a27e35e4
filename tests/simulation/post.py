"""The providers: they take, refuse, throttle, pause, fail or lose their answer, and report what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from chalicelib.core.feedback import Feedback, Said
from chalicelib.core.rulebook import Channel
from chalicelib.flows.ports import Delivery
from tests.simulation.baton import EVER, Process
from tests.simulation.world import World

_WEATHER = {
    "fine": (3600, 40_000),
    "throttled": (300, 5400),
    "paused": (1800, 21_600),
    "failing": (300, 3600),
}
"""How the account fares, and for how many seconds at least and at most."""

# What becomes of an e-mail by what its address begins with, each after so many seconds.
_HOUR, _DAY = 3600, 86_400
_FATES: Mapping[str, tuple[tuple[Said, bool, float], ...]] = {
    "good": (("delivered", False, _HOUR),),
    "bounce": (("bounced", True, _HOUR),),
    "soft": (("delayed", False, _HOUR), ("bounced", False, _DAY)),
    "fickle": (("delivered", False, _HOUR), ("bounced", True, _DAY)),
    "complaint": (("delivered", False, _HOUR), ("complained", False, _DAY)),
}


class Event(NamedTuple):
    """Something a provider will report; `number` tells one from another at the same moment."""

    at: datetime
    number: int
    feedback: Feedback


@dataclass
class Post:
    """Both providers of the world."""

    world: World
    events: list[Event] = field(default_factory=list)
    _weather: dict[Channel, tuple[str, datetime]] = field(default_factory=dict)
    _number: int = 0

    def take(
        self, process: Process, channel: Channel, address: str, notice: str, attempt: int = 0, text: str = ""
    ) -> Delivery:
        """One request as it reaches a provider."""
        if self.world.happens("dies_sending"):
            self.world.dies_after(process)
        request = self.world.judge.request(process, channel, address, notice, attempt, text)
        answer, is_taken = self._answer(channel, address)
        if is_taken:
            self._number += 1
            id = f"{'id' if channel is Channel.EMAIL else 'sms'}-{self._number}"
            self._report(channel, address, notice if channel is Channel.EMAIL else id, attempt)
            answer = answer._replace(detail=id) if answer.outcome == "sent" else answer
        request.answered(answer.outcome, is_taken=is_taken)
        self.world.note(f"  {answer.outcome} {answer.detail}{' taken' if is_taken else ''}")
        return answer

    def _answer(self, channel: Channel, address: str) -> tuple[Delivery, bool]:
        weather = self._weather_now(channel)
        if weather == "paused":
            return Delivery("stopped", "SendingPausedException"), False
        if weather == "throttled":
            return Delivery("retry", "TooManyRequestsException"), False
        if address.startswith("reject"):
            return Delivery("refused", "MessageRejected"), False
        if weather == "failing":
            return Delivery("unknown", "InternalFailure"), self.world.luck.random() < 0.5
        if self.world.happens("lost_reply"):
            return Delivery("unknown", "ReadTimeoutError"), True
        return Delivery("sent", ""), True

    def _weather_now(self, channel: Channel) -> str:
        kind, until = self._weather.get(channel, ("fine", EVER))
        if until <= self.world.now or not self.world.faults.weather:
            is_bad = self.world.happens("weather")
            kind = self.world.luck.choice(("throttled", "paused", "failing")) if is_bad else "fine"
            self._weather[channel] = (kind, self.world.now + self.world.between(*_WEATHER[kind]))
        return kind

    def _report(self, channel: Channel, address: str, notice: str, attempt: int) -> None:
        if channel is Channel.SMS:
            # carriers report when the text has long been noted under the provider's id
            said: Said = "bounced" if address.endswith("98") else "delivered"
            self._tell(said, False, timedelta(minutes=40), 3600, channel, address, notice, 0)
            return
        self._tell("sent", False, timedelta(0), self.world.luck.choice((0.05, 60)), channel, address, notice, attempt)
        for said, is_lasting, within in _FATES[address.partition("-")[0]]:
            self._tell(said, is_lasting, timedelta(0), within, channel, address, notice, attempt)

    def _tell(
        self,
        said: Said,
        is_lasting: bool,
        least: timedelta,
        within: float,
        channel: Channel,
        address: str,
        notice: str,
        attempt: int,
    ) -> None:
        """One event, perhaps twice, perhaps days late."""
        at = self.world.now + least + self.world.between(0, within)
        feedback = Feedback(
            said=said,
            channel=channel,
            notice=notice,
            attempt=attempt,
            addresses=(address,),
            at=at,
            is_lasting=is_lasting,
            detail=said,
        )
        for _ in range(2 if self.world.happens("twice_event") else 1):
            late = self.world.between(0, 3 * _DAY) if self.world.happens("late_event") else timedelta(0)
            self.events.append(Event(at + late, len(self.events), feedback))
