"""Private links: minted for every message, opened by their code alone, dead when expired or revoked."""

import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from ..core.account import Account
from ..core.bundle import Bundle
from ..core.calendar import local_date
from ..core.errors import NotFound, TooMany
from ..core.link import CODE_BYTES, Link, Scope, digest, is_alive, is_well_formed
from ..core.rulebook import Language
from .quota import Quota, take, wait
from .records import Records

Mint = Callable[[], str]


_PAY_DAYS = 30
_PAY_LINKS = Quota(10)


class Passed(Struct, frozen=True):
    """A link to pass on, and its last day."""

    url: str
    expires: date


class Opened(NamedTuple):
    """An account and the link it was opened by."""

    account: Account
    link: Link


def new_code() -> str:
    """256 random bits in base64url: nobody guesses one (OWASP: long, from a secure source, stored hashed)."""
    return secrets.token_urlsafe(CODE_BYTES)


def mint(
    records: Records,
    account: Account,
    *,
    scope: Scope,
    channel: str,
    on: date,
    days: int,
    new_code: Mint = new_code,
) -> tuple[str, Link]:
    """A new code for an owner, valid for some days; only its hash is kept."""
    code = new_code()
    link = Link(
        digest=digest(code),
        owner=account.owner.id,
        generation=account.link_generation,
        scope=scope,
        channel=channel,
        created_on=on,
        expires=on + timedelta(days=days),
    )
    records.add_link(link)
    return code, link


def open_link(records: Records, code: str, *, scope: Scope, on: date) -> Opened:
    """The account a code opens, with two reads; NotFound, always the same, for every code that opens none."""
    link = records.load_link(digest(code)) if is_well_formed(code) else None
    if link is None:
        raise NotFound
    account = records.load_account(link.owner)
    if account is None or not is_alive(link, scope=scope, generation=account.link_generation, on=on):
        raise NotFound
    return Opened(account, link)


def pay_link(records: Records, bundle: Bundle, code: str, *, now: datetime, new_code: Mint = new_code) -> Passed:
    """A link an owner may pass on: whoever has it sees how much to pay and how, and nothing else."""
    on = local_date(now, bundle.rules.community.time_zone)
    account, _ = open_link(records, code, scope="account", on=on)
    if not take(records, f"pay-links-{account.owner.id}", _PAY_LINKS, now):
        raise TooMany(wait(_PAY_LINKS, now))
    made, link = mint(records, account, scope="pay", channel="relative", on=on, days=_PAY_DAYS, new_code=new_code)
    site = bundle.rules.community.site_url
    return Passed(url=pay_url(site, account.owner.language, made), expires=link.expires)


def balance_url(site_url: str, language: Language, code: str) -> str:
    """The address of an owner's statement; the code is in the fragment, which browsers keep to themselves."""
    return _page_url(site_url, language, "balance", code)


def pay_url(site_url: str, language: Language, code: str) -> str:
    """The address of the page that shows what is to be paid, and nothing else."""
    return _page_url(site_url, language, "pay-for", code)


def _page_url(site_url: str, language: Language, page: str, code: str) -> str:
    return f"{site_url}{'' if language == 'zh' else '/en'}/{page}/#{code}"


def unsubscribe_url(site_url: str, code: str) -> str:
    """The address of RFC 8058's one-click request; good for this only."""
    return f"{site_url}/v1/unsubscribe?t={code}"
