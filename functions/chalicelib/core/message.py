"""A message in words: the compiled templates filled with what one owner needs to know."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, TypedDict

from jinja2 import Environment, StrictUndefined, Template
from msgspec import Struct

from . import latefee
from .account import Account, Contact
from .bundle import Bundle, MessageText
from .claim import claim
from .collection import Step
from .debt import Debt
from .ledger import Ledger
from .money import Fen, rounded, total
from .turns import answer_by
from .voice import Voice, one_line, percent, transfer_reference

HTML = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
# Plain text and SMS are not HTML, so nothing in them is to be escaped.
PLAIN = Environment(autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701


class Message(Struct, frozen=True):
    """A message as one owner gets it."""

    subject: str
    html: str
    text: str
    sms: str | None


class Figure(TypedDict):
    """The one sum a message is about: what it is, how much, and the day or way that goes with it."""

    label: str
    amount: str
    note: str


class Row(TypedDict):
    """A line of a message's table; `unit` where it is about one."""

    unit: str
    what: str
    detail: str
    amount: str


@lru_cache(maxsize=512)
def html_template(source: str) -> Template:
    return HTML.from_string(source)


@lru_cache(maxsize=512)
def plain_template(source: str) -> Template:
    return PLAIN.from_string(source)


def rendered(template: MessageText, values: Mapping[str, Any]) -> Message:
    """A compiled message with its values; a name no value is given for raises (StrictUndefined)."""
    return Message(
        subject=one_line(plain_template(template.subject).render(values)),
        html=unbroken(html_template(template.html).render(values)),
        text=_GAP.sub("\n\n", plain_template(template.text).render(values)),
        sms=one_line(plain_template(template.sms).render(values)) if template.sms is not None else None,
    )


_GAP = re.compile(r"\n{3,}")
_WHOLE = re.compile(
    r"<[^>]*>"  # passed over: what stands in a tag nobody reads
    r"|(?P<whole>\d{4}年\d{1,2}月(?:\d{1,2}日(?:（含当日）)?前?)?|\d{1,2} [A-Z][a-z]+ \d{4}"
    r"|[¥￥][\d,]+\.\d\d|\d+(?:-\d+)+(?: \d{4}Q\d)?)"
)
"""Dates, sums, telephone numbers and units."""


def unbroken(html: str) -> str:
    """HTML in which no date, sum or number is broken over two lines."""
    head, body, rest = html.partition("<body")
    return head + _WHOLE.sub(_in_one_piece, body + rest)


def _in_one_piece(found: re.Match[str]) -> str:
    return f'<span style="white-space:nowrap">{found[0]}</span>' if found["whole"] else found[0]


def values(
    bundle: Bundle,
    account: Account,
    ledger: Ledger,
    step: Step,
    contact: Contact,
    *,
    url: str,
    unsubscribe_url: str,
) -> dict[str, Any]:
    """Everything a message may say to an owner about a step."""
    rules, voice = bundle.rules, Voice(bundle, account.owner.language)
    anchor = ledger.debts[step.anchor].bill
    # what falls due later than the bills it is about would only blur what is asked for now
    last = max(ledger.debts[key].bill.due_on for key in step.bills)
    debts = claim(ledger, rules, due_by=last, is_demand=step.stage.demand)
    owed = total([debt.outstanding(ledger.on) for debt in debts])
    deadline = answer_by(step.stage, step.on, rules.community)
    due = voice.day(anchor.due_on)
    note = f"{voice.label('letter-by')} {voice.day(deadline)}" if deadline else f"{voice.label('due-by')} {due}"
    return {
        **greeting(voice, contact, url=url, unsubscribe_url=unsubscribe_url),
        "reference": reference(voice, debts),
        "figure": Figure(label=voice.label("total"), amount=voice.money(owed), note=note),
        "rows": bill_rows(voice, debts, ledger.on),
        "total": voice.money(owed),
        "amount": plain_figures(owed),
        "period": voice.period(anchor.period),
        "due": due,
        "left": _left((anchor.due_on - step.on).days, voice),
        "deadline": voice.day(deadline) if deadline else "",
        "late_fee": _late_fee(voice, debts, ledger.on),
    }


def greeting(voice: Voice, contact: Contact, *, url: str, unsubscribe_url: str) -> dict[str, Any]:
    """What stands in every message: whom it is to, whom it is from, how to pay and where to look."""
    community, payments, language = voice.bundle.rules.community, voice.bundle.rules.payments, voice.language
    centre = community.service_centre
    return {
        "language": language,
        "labels": voice.labels(),
        "salutation": community.salutation.of(language),
        "name": one_line(contact.name),
        "community": community.name.of(language),
        "company": community.company.of(language),
        "centre": {
            "name": centre.name.of(language),
            "phone": centre.phone,
            "email": centre.email,
            "hours": centre.hours.of(language),
            "address": centre.address.of(language),
        },
        "ways": voice.either([(method.mention or method.name).of(language) for method in payments.methods]),
        "reference": payments.reference.of(language),
        "site_url": community.site_url + ("" if language == "zh" else "/en"),
        "url": url,
        "unsubscribe_url": unsubscribe_url,
    }


def plain_figures(amount: Fen) -> str:
    """A sum without signs or commas: carriers' templates take nothing else, and nobody misreads it."""
    return f"{amount // 100}.{amount % 100:02d}"


def reference(voice: Voice, debts: Sequence[Debt]) -> str:
    """What to write with a transfer: the unit and the period of the bill that is paid first."""
    payments = voice.bundle.rules.payments
    if payments.reference_for is None or not debts:
        return payments.reference.of(voice.language)
    return payments.reference_for.of(voice.language).format(what=transfer_reference(debts[0].bill))


def bill_rows(voice: Voice, debts: Sequence[Debt], on: date) -> list[Row]:
    """What is still open of some bills, a line each."""
    return [
        Row(
            unit=one_line(debt.bill.unit),
            what=voice.thing(debt.bill),
            detail=f"{voice.period(debt.bill.period)} · {voice.label('due-day')} {voice.day(debt.bill.due_on)}",
            amount=voice.money(debt.outstanding(on)),
        )
        for debt in debts
    ]


def _left(days: int, voice: Voice) -> str:
    """How near the due day is, as people say it: a reminder that waited out a holiday may come on the day itself."""
    return voice.label({0: "due-today", 1: "due-tomorrow"}.get(days, "due-in-days"), days=days)


_EXAMPLE = Fen(1_000_00)
"""The sum by which a rate is made plain."""


def _late_fee(voice: Voice, debts: Sequence[Debt], on: date) -> dict[str, str] | None:
    """From when and how a late fee would run, and what has run already; None when no bill carries one.

    `from` is the first day that is still to come for any of the bills, empty when it runs for all of them;
    `example` is what a day costs on `base`.
    """
    bearing = [(debt, debt.late_fee_rule) for debt in debts if debt.late_fee_rule and debt.principal_left]
    if not bearing:
        return None
    starts = [(latefee.first_day(debt.bill.due_on, rule), debt.bill.period) for debt, rule in bearing]
    ahead = min(((first, period) for first, period in starts if first > on), default=None)
    debt, rule = bearing[-1]
    rate = latefee.daily_rate(rule, debt.reference, max(max(starts)[0], on))
    charged = total([debt.late_fee_left(on) for debt in debts])
    return {
        "from": voice.day(ahead[0]) if ahead else "",
        "period": voice.period(ahead[1]) if ahead else "",
        "rate": percent(rate),
        "base": voice.money(_EXAMPLE),
        "example": voice.money(rounded(_EXAMPLE * rate)),
        "cap": percent(rule.cap_share),
        "charged": voice.money(charged) if charged else "",
    }
