"""What owners are told beside the stages: answers to what they have just asked, each sent once, at any hour.

An answer is a notice that no stage calls for: its key says what it answers, so that whatever is queued, delivered or
reported twice is one message on record. All that keeps a notice safe on its way is the courier's.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from msgspec import structs

from ..core.account import Account, Contact, Reply
from ..core.address import Address, contact_at
from ..core.event import BillAsked, CodeAsked, Event, PreferenceChanged, occasion
from ..core.ledger import fold
from ..core.notice import OCCASION, Notice, State
from ..core.preference import ways
from ..core.reach import contact_by
from ..core.reply import event_of
from ..core.rulebook import Channel
from .delivery import Courier
from .reminders import Job
from .sender import Ready, Telling
from .sessions import MINUTES, open_session

_WAYS = (Channel.EMAIL, Channel.SMS)

_WAITED_FOR = timedelta(minutes=30)
"""How long somebody looks out for a code; later, or at night, it would only startle them."""

ASKED = {Channel.EMAIL: "my-bill", Channel.SMS: "sms-code"}
"""What whoever asks for their bill gets, by the channel they name: a text message may hold no link."""


class About(NamedTuple):
    """What a key says an answer is about: a kind of event and which one.

    Of what goes to one address alone also the unit it was asked for and the address, by their marks.
    """

    kind: str
    id: str
    unit: str = ""
    address: str = ""


def key(*about: str) -> str:
    """The key of an answer; its step has dots, for it is no step of the policy."""
    return f"{OCCASION}#{'.'.join(about)}"


def about(key: str) -> About:
    """What an answer is about, by its key."""
    parts = key.removeprefix(f"{OCCASION}#").split(".")
    return About(*[*parts, ""][:4])


def asked_id(now: datetime, name: str) -> str:
    """The name of what was asked for at an instant."""
    return f"{int(now.timestamp())}-{name}"


def _is_too_late(asked: About, now: datetime) -> bool:
    """Whether nobody waits for a code any more; a bill is welcome whenever it comes."""
    if asked.kind != ASKED[Channel.SMS]:
        return False
    second, _, _ = asked.id.partition("-")
    return now > datetime.fromtimestamp(int(second), UTC) + _WAITED_FOR


def reply_key(reply: Reply) -> str:
    """The key of the answer to a reply."""
    return key("reply", reply.wish.id)


def is_occasion(key: str) -> bool:
    """Whether a job is about an answer."""
    return key.startswith(f"{OCCASION}#")


class Answers(Courier):
    """A worker with an answer in hand."""

    def _noticed(self, job: Job, account: Account) -> Notice | None:
        """The answer, put on record before anything else is done about it."""
        event = _event(account, about(job.notice))
        if event:
            self.records.notices.add_notice(_planned(account, job.notice, event, self.on))
        return super()._noticed(job, account)

    def _checked(self, account: Account, notice: Notice) -> Telling | State:
        """What is answered, by the best way the owner has; what people were asked to do, they are doing anyway."""
        if not self._is_free(notice):
            return notice.state
        event = _event(account, about(notice.key))
        found = _way(account, notice)
        if _is_too_late(about(notice.key), self.now):
            return self._advance(notice, State.SKIPPED, "too-late")
        if event is None:  # such as a change of wishes that another has followed
            return self._advance(notice, State.SKIPPED, "superseded")
        if found is None and notice.tried:
            return self._advance(notice, State.FAILED, notice.reason)
        if found is None:
            return self._advance(notice, State.SKIPPED, "no-way")
        channel, contact = found
        ledger = fold(account, self.bundle.rules, self.on)
        return Telling(account, ledger, event, channel, contact, notice, self.now)

    def _ready(self, telling: Telling) -> Ready | State | None:
        """A code is made as it is sent, so that nobody else ever has it."""
        if isinstance(telling.about, CodeAsked):
            asked, pin = about(telling.notice.key), self.sender.new_pin()
            open_session(self.records, telling.account.owner.id, asked.unit, asked.address, pin, self.now)
            telling = replace(telling, about=CodeAsked(pin, MINUTES))
        return super()._ready(telling)

    def _takes_turn(self, telling: Telling) -> bool:
        """An answer disturbs nobody, so it need not wait."""
        return True

    def _may_go(self, at: datetime) -> bool:
        """Whoever has just asked is awake."""
        return True


def _planned(account: Account, key: str, event: Event, on: date) -> Notice:
    _, _, step = key.partition("#")
    message = occasion(account, event) or ""
    way = _WAYS[0]
    return Notice(
        owner=account.owner.id, anchor=OCCASION, stage=message, step=step, bills=(), channel=way, planned_on=on
    )


def _event(account: Account, about: About) -> Event | None:
    """What happened, as it is on record; None for what is not there."""
    match about.kind:
        case "reply":
            return next((event_of(reply) for reply in account.replies if reply.wish.id == about.id), None)
        case "my-bill":
            return BillAsked()
        case "sms-code":
            return CodeAsked("", MINUTES)
        case "preference-changed" if about.id == str(account.preferred):
            return PreferenceChanged(account.owner.language, ways(account))
    return None


def _way(account: Account, notice: Notice) -> tuple[Channel, Contact] | None:
    """The best way to write to an owner, and to whom; what was asked for by an address goes there or nowhere."""
    asked = about(notice.key)
    if asked.address:
        return _way_to(account, notice, asked)
    for channel in _WAYS:
        contact = contact_by(account, channel, notice.tried)
        if contact and channel not in account.unsubscribed:
            return channel, contact
    return None


def _way_to(account: Account, notice: Notice, asked: About) -> tuple[Channel, Contact] | None:
    """The contact who has an address, while it is one that may be written to."""
    channel = next(channel for channel, kind in ASKED.items() if kind == asked.kind)
    contact = contact_at(account, Address(channel, asked.address))
    if contact is None:
        return None
    alone = structs.replace(account, owner=structs.replace(account.owner, contacts=(contact,)))
    return (channel, contact) if contact_by(alone, channel, notice.tried) else None
