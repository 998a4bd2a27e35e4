"""What every command begins with: the rules of `site/`, the day, and an owner as staff name one."""

import argparse
import re
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from chalicelib import settings
from chalicelib.core.account import Account
from chalicelib.core.bundle import Bundle, served_at
from chalicelib.core.calendar import local_date
from chalicelib.core.refusal import Refusal
from chalicelib.core.rulebook import Language, Text
from chalicelib.core.words import problem_text
from chalicelib.flows.records import Records

from . import bundle, console, drafts
from .refusal import Refused as Refused

SITE = Path("site")
FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
"""The days anybody has business with; one outside them is a slip of the pen."""
MOST_DAYS = 3660
"""As far as a forecast looks: ten years."""

Command = Callable[[str, Callable[[Any], int], str, str], argparse.ArgumentParser]
"""Adds a command to the parser: its name, what runs it, what it does, an example."""


def rules(said: Any) -> Bundle:
    """What `site/` compiles to now; a fault is told by `check`'s own words."""
    try:
        site_url = settings.read().site_url
    except ValueError as error:
        raise Refused(str(error)) from None
    site = SITE.resolve()
    found = _compiled(site, drafts.digest(site) if site.is_dir() else "")
    if found.bundle is None:
        console.print_faults(console.fault_rows(found, said.language), file=sys.stderr)
        words = found.files.files.get("words.yml")
        raise Refused(problem_text(words, "rules-at-fault", {}, said.language) if words else "site/ has faults")
    return served_at(found.bundle, site_url)


@lru_cache(maxsize=4)
def _compiled(site: Path, digest: str) -> bundle.Compiled:
    """What a folder compiles to, once for the same files: one command may need it more than once."""
    return bundle.compiled(site)


def now() -> datetime:
    """The instant, read in one place for all commands."""
    return datetime.now(UTC)


def today(rules: Bundle) -> date:
    """The day it is in the community."""
    return local_date(now(), rules.rules.community.time_zone)


def account(said: Any, rules: Bundle, records: Records, named: str, on: date) -> Account:
    """The account of an owner named by id or by a unit they hold on a day."""
    found = records.load_account(named)
    if found is None:
        _, holders = records.load_unit(named)
        present = [holder.owner for holder in holders if holder.holds(on)]
        found = records.load_account(present[0]) if present else None
    if found is None:
        raise Refused(text(rules, said, "nobody-of-that-name", name=named))
    return found


def count(text: str) -> int:
    """A number above zero as staff type it, for argparse."""
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")


def days(text: str) -> int:
    """How many days a forecast covers, for argparse."""
    if (number := count(text)) <= MOST_DAYS:
        return number
    raise argparse.ArgumentTypeError(f"{text!r} is more than {MOST_DAYS} days")


def told_in(said: Any, rules: Bundle) -> Language:
    """People read their own language; another program reads the community's first, unless it asks for one."""
    language: Language = said.lang or rules.rules.community.languages[0] if said.json else said.language
    return language


def text(rules: Bundle, said: Any, problem: str, **values: object) -> str:
    """What is wrong, in the language of whoever typed it."""
    return problem_text(rules.words, problem, {name: str(value) for name, value in values.items()}, said.language)


def refused(rules: Bundle, said: Any, refusal: Refusal) -> Refused:
    """Why the rules do not allow it; a role by its name."""
    values = dict[str, str | Text](refusal.values)
    if "role" in values:
        values["role"] = rules.words.labels[f"actor-{values['role']}"]
    return Refused(problem_text(rules.words, refusal.problem, values, said.language))


def day(text: str) -> date:
    """A day as staff type it, for argparse."""
    try:
        found = date.fromisoformat(text if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else "")
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day: write YYYY-MM-DD") from None
    if FIRST <= found <= LAST:
        return found
    raise argparse.ArgumentTypeError(f"{text} is out of reach: write a day from {FIRST} to {LAST}")
