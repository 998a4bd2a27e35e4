"""Addresses as people type them: known again however they are written, and by a mark where they need not be read."""

import re
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from .account import Account, Contact
from .letters import hyphened, plain
from .reach import address_of, mark
from .rulebook import SENT_BY_MACHINE, Channel

_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
_PHONE = re.compile(r"\+?[0-9]{6,15}")
_MOBILE = re.compile(r"1[0-9]{10}")
_BETWEEN = str.maketrans("", "", " -().")


_LONGEST = 64
"""No unit on file has a longer name; in normal width one character may become eighteen."""


class Address(NamedTuple):
    """Where somebody says they are reached: by which channel, and the mark of the address."""

    channel: Channel
    mark: str


def address(text: str) -> Address | None:
    """An e-mail address or a telephone number, a Chinese one with or without its country; None for anything else."""
    text = plain(text)
    if _MAIL.fullmatch(text):
        return Address(Channel.EMAIL, mark(text))
    phone = _phone(hyphened(text))
    return Address(Channel.SMS, mark(phone)) if phone else None


def unit_typed(text: str) -> str:
    """The name of a unit as files give it, however it was typed."""
    return hyphened(text)[:_LONGEST]


def contact_at(account: Account, wanted: Address) -> Contact | None:
    """The contact on file who is reached at an address."""
    for contact in account.owner.contacts:
        for channel in SENT_BY_MACHINE:
            if address(address_of(contact, channel) or "") == wanted:
                return contact
    return None


def network(peer: str) -> str:
    """The mark of the network a request comes from: of a household, not of each of its IPv6 addresses."""
    try:
        found = ip_address(peer)
    except ValueError:
        return mark("")
    return mark(str(int(found) >> 64) if isinstance(found, IPv6Address) else str(found))


def _phone(text: str) -> str | None:
    figures = text.translate(_BETWEEN)
    figures = f"+{figures[2:]}" if figures.startswith("00") else figures
    if not _PHONE.fullmatch(figures):
        return None
    return f"+86{figures}" if _MOBILE.fullmatch(figures) else f"+{figures.lstrip('+')}"
