"""A notice in words: the compiled templates filled with what one owner needs to know."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from msgspec import Struct

from . import latefee
from .account import Account, Contact
from .bundle import Bundle, MessageText
from .calendar import period as span_of
from .claim import claim
from .collection import Step
from .debt import Debt
from .ledger import Ledger
from .money import total
from .rulebook import Language
from .turns import answer_by
from .words import day_text, money_text

HTML = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
# Plain text and SMS are not HTML, so nothing in them is to be escaped.
PLAIN = Environment(autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701


class Message(Struct, frozen=True):
    """A message as one owner gets it."""

    subject: str
    html: str
    text: str
    sms: str | None


@lru_cache(maxsize=256)
def _html(source: str) -> Template:
    return HTML.from_string(source)


@lru_cache(maxsize=256)
def _plain(source: str) -> Template:
    return PLAIN.from_string(source)


def rendered(template: MessageText, values: Mapping[str, Any]) -> Message:
    """A compiled message with its values; a name no value is given for raises (StrictUndefined)."""
    return Message(
        subject=one_line(_plain(template.subject).render(values)),
        html=_html(template.html).render(values),
        text=_plain(template.text).render(values),
        sms=one_line(_plain(template.sms).render(values)) if template.sms is not None else None,
    )


def one_line(text: str) -> str:
    """A text as a subject or SMS can hold it: no line breaks, no control or direction marks."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


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
    rules, language = bundle.rules, account.owner.language
    community = rules.community
    anchor = ledger.debts[step.anchor]
    # what falls due later than the bills it is about would only blur what is asked for now
    last = max(ledger.debts[key].bill.due_on for key in step.bills)
    debts = claim(account, ledger, rules, due_by=last, is_demand=step.stage.demand)
    owed = total([debt.outstanding(ledger.on) for debt in debts])
    return {
        "language": language,
        "labels": {name: text.of(language) for name, text in bundle.words.labels.items()},
        "salutation": community.salutation.of(language),
        "name": contact.name,
        "community": community.name.of(language),
        "company": community.company.of(language),
        "centre": {
            "name": community.service_centre.name.of(language),
            "phone": community.service_centre.phone,
            "email": community.service_centre.email,
            "hours": community.service_centre.hours.of(language),
            "address": community.service_centre.address.of(language),
        },
        "total": money_text(bundle.words, owed, language),
        "amount": f"{owed / 100:.2f}",
        "period": period_text(bundle, anchor.bill.period, language),
        "due": day_text(bundle.words, anchor.bill.due_on, language),
        "left": _left((anchor.bill.due_on - step.on).days, bundle, language),
        "rows": [_row(bundle, debt, ledger.on, language) for debt in debts],
        "methods": [method.name.of(language) for method in rules.payments.methods],
        "reference": rules.payments.reference.of(language),
        "deadline": _deadline(bundle, step, language),
        "late_fee": _late_fee(bundle, debts, ledger.on, language),
        "site_url": community.site_url + ("" if language == "zh" else "/en"),
        "url": url,
        "unsubscribe_url": unsubscribe_url,
    }


def _left(days: int, bundle: Bundle, language: Language) -> str:
    """How near the due day is, as people say it: a reminder that waited out a holiday may come on the day itself."""
    name = {0: "due-today", 1: "due-tomorrow"}.get(days, "due-in-days")
    return bundle.words.labels[name].of(language).format(days=days)


def period_text(bundle: Bundle, period: str, language: Language) -> str:
    """A period as people say it; one staff named otherwise stands as it is."""
    try:
        first = span_of(period).first
    except ValueError:
        return period
    year, _, part = period.partition("-")
    kind = f"quarter-{part[1]}" if part.startswith("Q") else "month" if part else "year"
    form = bundle.words.labels[f"period-{kind}"].of(language)
    month = str(first.month) if language == "zh" else bundle.words.months[first.month - 1]
    return form.format(year=year, month=month)


def _row(bundle: Bundle, debt: Debt, on: date, language: Language) -> dict[str, str]:
    bill, kind = debt.bill, bundle.rules.fees.kinds.get(debt.bill.kind)
    return {
        "unit": bill.unit,
        "kind": kind.name.of(language) if kind else bill.kind,
        "period": period_text(bundle, bill.period, language),
        "due": day_text(bundle.words, bill.due_on, language),
        "amount": money_text(bundle.words, debt.outstanding(on), language),
    }


def _deadline(bundle: Bundle, step: Step, language: Language) -> str:
    last = answer_by(step.stage, step.on, bundle.rules.community)
    if last is None:
        return ""
    return day_text(bundle.words, last, language)


def _late_fee(bundle: Bundle, debts: list[Debt], on: date, language: Language) -> dict[str, str] | None:
    """From when and how a late fee would run, and what has run already; None when no bill carries one.

    `from` is the first day that is still to come for any of the bills, empty when it runs for all of them.
    """
    bearing = [(debt, debt.late_fee_rule) for debt in debts if debt.late_fee_rule and debt.principal_left]
    if not bearing:
        return None
    starts = [(latefee.first_day(debt.bill.due_on, rule), debt.bill.period) for debt, rule in bearing]
    ahead = min(((first, period) for first, period in starts if first > on), default=None)
    debt, rule = bearing[-1]
    charged = total([debt.late_fee_left(on) for debt in debts])
    return {
        "from": day_text(bundle.words, ahead[0], language) if ahead else "",
        "period": period_text(bundle, ahead[1], language) if ahead else "",
        "rate": percent(latefee.daily_rate(rule, debt.reference, max(max(starts)[0], on))),
        "cap": percent(rule.cap_share),
        "charged": money_text(bundle.words, charged, language) if charged else "",
    }


def percent(share: Decimal) -> str:
    """A share as people write it: 0.0003 is 0.03%."""
    return f"{(share * 100).normalize():f}%"
