"""What a worker sends with, and a notice as the message that goes out."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from ..core import event, occasion
from ..core import message as reminder
from ..core.account import Account, Contact
from ..core.bundle import Bundle
from ..core.collection import Step
from ..core.compliance import Proofreader
from ..core.errors import Unlawful
from ..core.event import CodeAsked, Event
from ..core.lawbook import Where, kind_of, kind_of_occasion
from ..core.ledger import Ledger
from ..core.link import Scope
from ..core.message import Message, rendered
from ..core.mime import mime
from ..core.notice import Notice
from ..core.reach import address_of, mark
from ..core.rulebook import Channel, Language
from ..core.rulebook import Sms as SmsRules
from ..core.sms import segments, signed
from .links import Mint, balance_url, mint, new_code, unsubscribe_url
from .ports import Delivery, Journal, Mail, Mode, Queue, Silence, Sms
from .records import Records
from .sessions import new_pin


@dataclass(frozen=True, slots=True)
class Sender:
    """What the worker needs to send: the ports, the mode, and who may be written to in `team` mode.

    `rates` are the messages a second the account may send; `queue` brings again what must wait a while.
    """

    mail: Mail
    sms: Sms
    mode: Mode
    team: frozenset[str] = frozenset()
    new_code: Mint = new_code
    new_pin: Mint = new_pin
    proofreader: Proofreader = field(default_factory=Proofreader)
    queue: Queue | None = None
    rates: Mapping[Channel, float] = field(default_factory=dict)
    wait: Callable[[float], None] = lambda seconds: None
    journal: Journal = field(default_factory=Silence)

    def may_write_to(self, address: str) -> bool:
        return self.mode == "live" or (self.mode == "team" and address in self.team)


@dataclass(frozen=True, slots=True)
class Telling:
    """What is about to be told: the account as it was just read, the step or event, which way, to whom, the notice."""

    account: Account
    ledger: Ledger
    about: Step | Event
    channel: Channel
    contact: Contact
    notice: Notice
    now: datetime

    @property
    def message(self) -> str:
        """The name of its message."""
        about = self.about
        return (about.stage.message if isinstance(about, Step) else event.occasion(self.account, about)) or ""

    @property
    def bills(self) -> tuple[str, ...]:
        """The bills it asks for; the answer to what an owner has asked is about none."""
        return self.about.bills if isinstance(self.about, Step) else ()

    @property
    def where(self) -> Where:
        """What its text is, for what it may say."""
        about, language = self.about, self.account.owner.language
        if isinstance(about, Step):
            return Where(kind_of(about.stage, self.channel), language, stage=about.stage.id)
        return Where(kind_of_occasion(self.message, self.channel), language)

    @property
    def address(self) -> str:
        return address_of(self.contact, self.channel) or ""

    @property
    def mark(self) -> str:
        return mark(self.address)


class Ready(NamedTuple):
    """A message ready to go: the one call that would send it, and how many parts it is billed in."""

    call: Callable[[], Delivery]
    segments: int = 0


def ready(records: Records, bundle: Bundle, sender: Sender, telling: Telling) -> Ready:
    """A notice as its message, rendered and read over; what an owner has just asked for has no way to stop it.

    BadInput for an address no mail host would take, Unlawful if it says what it may not.
    """
    community, language = bundle.rules.community, telling.account.owner.language
    stop_url = url = ""
    if isinstance(telling.about, Step):
        stop_url = unsubscribe_url(community.site_url, _minted(records, bundle, sender, telling, "unsubscribe"))
    if not isinstance(telling.about, CodeAsked):  # whoever has the code gets a link for it
        url = balance_url(community.site_url, language, _minted(records, bundle, sender, telling, "account"))
    said = _values(bundle, telling, url=url, unsubscribe_url=stop_url)
    message = rendered(bundle.messages[telling.message][language], said)
    _proofread(bundle, sender, telling, message)
    if telling.channel is Channel.SMS:
        return _text_message(sender, telling, message.sms or "", community.sms, language)
    raw = mime(
        message,
        sender=community.sender,
        recipient=telling.address,
        recipient_name=telling.contact.name,
        language=language,
        notice=notice_tag(telling.notice),
        unsubscribe_url=stop_url,
        now=telling.now,
    )
    tag, attempt = notice_tag(telling.notice), telling.notice.attempt
    return Ready(lambda: sender.mail.send(raw, recipient=telling.address, notice=tag, attempt=attempt))


def _values(bundle: Bundle, telling: Telling, **urls: str) -> dict[str, Any]:
    account, ledger, contact = telling.account, telling.ledger, telling.contact
    if isinstance(telling.about, Step):
        return reminder.values(bundle, account, ledger, telling.about, contact, **urls)
    return occasion.values(bundle, account, ledger, telling.about, contact, **urls)


def _text_message(sender: Sender, telling: Telling, text: str, profile: SmsRules, language: Language) -> Ready:
    tag = notice_tag(telling.notice)
    return Ready(
        lambda: sender.sms.send(text, phone=telling.address, notice=tag), segments(signed(text, profile, language))
    )


def _proofread(bundle: Bundle, sender: Sender, telling: Telling, message: Message) -> None:
    """Read as the owner would read it, amounts and dates included; Unlawful if it says what it may not."""
    text = (message.sms or "") if telling.channel is Channel.SMS else f"{message.subject}\n{message.text}"
    if rule := sender.proofreader.broken(text, telling.contact.name, telling.where, bundle):
        raise Unlawful(rule.id)


def _minted(records: Records, bundle: Bundle, sender: Sender, telling: Telling, scope: Scope) -> str:
    """A code of this message's own."""
    days, channel, on = bundle.rules.collection.limits.link_days, telling.channel.value, telling.ledger.on
    code, _ = mint(records, telling.account, scope=scope, channel=channel, on=on, days=days, new_code=sender.new_code)
    return code


def notice_tag(notice: Notice) -> str:
    """A notice's key as SES tags allow it: base64url of owner and key, without padding."""
    return urlsafe_b64encode(f"{notice.owner}#{notice.key}".encode()).decode().rstrip("=")


def notice_of(tag: str) -> tuple[str, str] | None:
    """The owner and key a tag stands for; None for what is no tag of ours."""
    try:
        owner, _, key = urlsafe_b64decode(tag + "=" * (-len(tag) % 4)).decode().partition("#")
    except ValueError:
        return None
    return (owner, key) if owner and key else None
