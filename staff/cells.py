"""One cell of a file as a name, a number of something or words; what Excel has damaged is told, never guessed."""

import re
from datetime import date
from typing import Literal, NamedTuple

from msgspec import Struct

from chalicelib.core.letters import hyphened, plain


class Cell(NamedTuple):
    """What stands in a cell, as text, and what the file holds it for; `day` where it really is a date."""

    text: str
    form: Literal["text", "number", "date"] = "text"
    day: date | None = None


class Problem(Struct, frozen=True):
    """Why a cell cannot be taken: a code of `site/words.yml`, the values of its text, what is allowed."""

    code: str
    values: dict[str, str] = {}
    allowed: str = ""


LONGEST_ID = 64
LONGEST_TEXT = 200
EXACT_DIGITS = 15  # what Excel keeps of a number
TELLING_ZEROS = 8  # so many zeros after the last digit Excel keeps do not stand there by chance

NOT_A_PHONE = Problem("not-a-phone", {}, "13800000000, +85251234567")
NOT_AN_EMAIL = Problem("not-an-email", {}, "name@example.com")
EXPONENT = Problem("excel-exponent")
DIGITS_LOST = Problem("excel-digits")
DATE_MADE = Problem("excel-date")
ERROR = Problem("excel-error")

_AS_TEXT = re.compile(r'="(?P<quoted>[^"]*)"|[\'`](?P<marked>.*)')
_EXPONENT = re.compile(r"[-+]?\d(\.\d+)?E\+\d+", re.ASCII | re.IGNORECASE)
_ERROR = re.compile(r"#+|#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!)", re.IGNORECASE)
_MONTH, _DAY = r"(0?[1-9]|1[0-2])", r"(0?[1-9]|[12]\d|3[01])"
_MONTH_NAME = r"(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)"
_MADE_A_DATE = re.compile(
    rf"(19|20)\d\d(?P<sign>[-/.]){_MONTH}(?P=sign){_DAY}( .*)?"  # 2026/3/12
    rf"|((19|20)\d\d年)?{_MONTH}月({_DAY}日)?"  # 3月12日
    rf"|{_DAY}-{_MONTH_NAME}(-\d{{2,4}})?|{_MONTH_NAME}-\d{{1,4}}",  # 12-Mar
    re.ASCII | re.IGNORECASE,
)
_MOBILE = re.compile(r"(?:(?:\+|00)?86)?(?P<number>1[3-9]\d{9})", re.ASCII)
_E164 = re.compile(r"(?:\+|00)(?P<number>[1-9]\d{7,14})", re.ASCII)
_EMAIL = re.compile(
    r"[a-z0-9_+&'=~-]+(\.[a-z0-9_+&'=~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE
)


def folded(text: str) -> str:
    """What counts when words are compared: neither width nor case nor spaces."""
    return plain(text).casefold().replace(" ", "")


def damage(cell: Cell) -> Problem | None:
    """What Excel has made of a cell that is no date and no formula."""
    if cell.form == "date":
        return DATE_MADE
    words = plain(cell.text)
    if _ERROR.fullmatch(words):
        return ERROR
    return EXPONENT if _EXPONENT.fullmatch(words) else None


def text(cell: Cell) -> str | Problem:
    """Words for people: a name, an address."""
    return damage(cell) or _within(LONGEST_TEXT, plain(cell.text))


def identifier(cell: Cell) -> str | Problem:
    """What names a thing; whole only if Excel has made neither a number nor a date of it."""
    words = plain(cell.text)
    marked = _AS_TEXT.fullmatch(words)
    if marked:  # written so that Excel leaves it alone: ="0301" or '0301
        words = (marked["quoted"] or marked["marked"] or "").strip()
    if _lost_digits(cell, words):
        return DIGITS_LOST
    return damage(cell._replace(text=words)) or _within(LONGEST_ID, hyphened(words))


def _within(longest: int, words: str) -> str | Problem:
    if len(words) > longest:
        return Problem("too-long", {"longest": str(longest)})
    return words or Problem("empty")


def _lost_digits(cell: Cell, words: str) -> bool:
    if not (words.isascii() and words.isdigit()):
        return False
    beyond = words[EXACT_DIGITS:]
    made_a_number = cell.form == "number" and beyond != ""
    return made_a_number or (len(beyond) >= TELLING_ZEROS and not beyond.strip("0"))


def unit(cell: Cell) -> str | Problem:
    """A unit's number; 3-12 that Excel turned into the 12th of March is told."""
    name = identifier(cell)
    return DATE_MADE if isinstance(name, str) and _MADE_A_DATE.fullmatch(name) else name


def bill(cell: Cell) -> str | Problem:
    """A bill's number; a slash would blur where it ends in a bill's key."""
    name = identifier(cell)
    if isinstance(name, str) and "/" in name:
        return Problem("wrong-form", {"value": name}, "2026-Q1")
    return name


def token(cell: Cell) -> str | Problem:
    """An owner's id: letters, digits, hyphen and underscore."""
    name = identifier(cell)
    if isinstance(name, str) and not re.fullmatch(r"[\w-]+", name, re.ASCII):
        return Problem("wrong-form", {"value": name}, "A-Z a-z 0-9 - _")
    return name


def phone(cell: Cell) -> str | Problem:
    """A mainland mobile number, or an international one, as E.164."""
    name = identifier(cell)
    if isinstance(name, Problem):
        return name
    digits = re.sub(r"[ ().-]", "", name)
    if mobile := _MOBILE.fullmatch(digits):
        return f"+86{mobile['number']}"
    abroad = _E164.fullmatch(digits)
    return f"+{abroad['number']}" if abroad else NOT_A_PHONE


def email(cell: Cell) -> str | Problem:
    """An e-mail address."""
    address = plain(cell.text).removeprefix("mailto:")
    if len(address) > LONGEST_TEXT or not _EMAIL.fullmatch(address):
        return NOT_AN_EMAIL
    name, _, domain = address.rpartition("@")
    return f"{name}@{domain.lower()}"
