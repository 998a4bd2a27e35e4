"""A message on the company's paper: address for the envelope's window, number, codes to scan, slip to tear off."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from chalicelib.core.account import Account, Contact
from chalicelib.core.bundle import Bundle
from chalicelib.core.message import unbroken
from chalicelib.core.voice import one_line
from chalicelib.core.words import day_text

from . import paper
from .messages import Paper

_WAY_TO_PAY = "pay"
_IN_WINDOW = 60
"""As many characters of a name as leave room for the address below it in the envelope's window."""


def sheet(words: Paper, said: Mapping[str, Any], rules: Bundle, account: Account, *, reference: str, on: date) -> str:
    """A letter as HTML, filled in; in large print for an owner who wishes it or is cared for so."""
    return unbroken(_filled(words, said, rules, account, reference=reference, on=on))


def _filled(words: Paper, said: Mapping[str, Any], rules: Bundle, account: Account, *, reference: str, on: date) -> str:
    labels, contact = said["labels"], account.owner.contacts[0]
    units = list(dict.fromkeys(row["unit"] for row in said["rows"] if row["unit"]))
    return words.html.render(
        **said,
        title=words.title or labels["letter-title"],
        reference_number=reference,
        today=day_text(rules.words, on, account.owner.language),
        address_lines=_address(contact, f"{said['community']} {_home(account, rules, on)}".strip()),
        account=rules.rules.payments.account,
        addressee=shortened(said["name"]),
        is_large=account.has_large_print,
        units=units,
        bill_code=paper.code(said["url"]) if said["url"] else "",
        pay_code=paper.code(f"{said['site_url']}/{_WAY_TO_PAY}/"),
    )


def _address(contact: Contact, otherwise: str) -> Sequence[str]:
    """The lines for the envelope's window: where the owner gets post, or else the home."""
    lines = [one_line(line) for line in (contact.postal_address or "").splitlines()]
    return [line for line in lines if line] or [otherwise]


def _home(account: Account, rules: Bundle, on: date) -> str:
    """The unit an owner is found at: of those held, a home before a shop, a shop before a parking space."""
    kinds = list(rules.rules.fees.unit_kinds)
    held = [tenure for tenure in account.tenures if tenure.holds(on)] or account.tenures
    order = sorted(held, key=lambda one: (kinds.index(one.kind) if one.kind in kinds else len(kinds), one.unit))
    return one_line(order[0].unit) if order else ""


def shortened(name: str) -> str:
    """A name as far as the envelope's window has room for it."""
    return name if len(name) <= _IN_WINDOW else f"{name[: _IN_WINDOW - 1]}…"
