"""The posting list: one row a letter, filled in by whoever delivers it, and taken back as proof."""

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

from chalicelib.core.account import Account
from chalicelib.core.bundle import Bundle
from chalicelib.core.calendar import instant
from chalicelib.core.collection import Step
from chalicelib.core.letters import plain
from chalicelib.core.notice import Outcome
from chalicelib.core.rulebook import Channel
from chalicelib.core.tasks import OUTCOMES
from chalicelib.core.voice import one_line
from chalicelib.flows import tasks
from chalicelib.flows.records import Records

from . import cells, console, figures, session, tabular
from .cells import Cell, Problem
from .rows import Line, lines
from .tabular import Row

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # a spreadsheet in Chinese takes the wide ones too
HEADERS = ("letter", "owner", "name", "address", "units", "stage", "tracking", "outcome", "delivered_on")
_SAID = {"送达": "delivered", "已送达": "delivered", "签收": "delivered", "已签收": "delivered"} | {
    "退回": "returned",
    "已退回": "returned",
    "退件": "returned",
}


class Posting(NamedTuple):
    """What became of one letter."""

    letter: str
    owner: str
    outcome: Outcome
    on: date
    tracking: str


def mark(owner: str, key: str) -> str:
    """What tells a letter from every other: of its owner and its notice, whatever day it is printed."""
    return hashlib.sha256(f"{owner}#{key}".encode()).hexdigest()[:6].upper()


def row(letter: str, account: Account, step: Step) -> Sequence[str]:
    """A letter as it stands in the list: what is to be written is left blank."""
    contact = account.owner.contacts[0]
    units = " ".join(sorted({key.split("/")[1] for key in step.bills}))
    address = one_line(contact.postal_address or units)
    return (letter, account.owner.id, one_line(contact.name), address, units, step.stage.id, "", "", "")


def write(path: Path, rows: Sequence[Sequence[str]], headers: Sequence[str] = HEADERS) -> None:
    """The list as Excel opens it, written in one move; a cell that looks like a formula is only text."""
    text = io.StringIO()
    csv.writer(text).writerows([headers, *([_inert(cell) for cell in one] for one in rows)])
    draft = path.with_suffix(".part")
    draft.write_text("\ufeff" + text.getvalue(), encoding="utf-8", newline="")
    draft.replace(path)


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def take_back(said: Any, rules: Bundle, records: Records) -> int:
    """Notes what became of each letter, with its proof; a list with a fault changes nothing, a list again neither."""
    found = _lines(said.posted)
    today = session.today(rules)
    taken = [_posting(line, records, today) for line in found if not line.is_blank("outcome") or line.faults]
    read = [one for one in taken if one]
    faults = [fault for line in found for fault in line.faults]
    if not faults and not said.dry_run:
        for one in read:
            _note(records, rules, one)
    answer = {"file": str(said.posted), "noted": 0 if faults else len(read), "open": len(found) - len(taken)}
    told = console.row_faults(faults, rules.words, said.language)
    if said.json:
        print(json.dumps({**answer, "faults": told}, ensure_ascii=False, indent=2))
    else:
        console.print_postings(answer, told, rules.words, said)
    return 1 if faults else 0


def _lines(path: Path) -> list[Line]:
    """The rows of a list; a file that is none is one row with its fault."""
    sheet = tabular.read(path, "postings")
    if not isinstance(sheet, tabular.Misfit):
        return lines(sheet)
    misfit = Line(Row(sheet.row, {}), {})
    misfit.blame(sheet.column, sheet.problem.code, sheet.problem.allowed, **sheet.problem.values)
    return [misfit]


def _posting(line: Line, records: Records, today: date) -> Posting | None:
    if line.faults:
        return None
    letter, owner = line.need("letter", cells.text), line.need("owner", cells.text)
    outcome, on = line.need("outcome", _outcome), line.need("delivered_on", figures.day)
    tracking = line.may("tracking", cells.text) or ""
    if letter is None or owner is None or outcome is None or on is None:
        return None
    if on > today:
        line.blame("delivered_on", "in-the-future", today=str(today))
    elif (printed := _printed_for(letter)) and on < printed:
        line.blame("delivered_on", "before-letter", printed=str(printed))
    elif _key(records, owner, letter) is None:
        line.blame("letter", "unknown-letter", letter=letter, owner=owner)
    else:
        return Posting(letter, owner, outcome, on, tracking)
    return None


def _printed_for(letter: str) -> date | None:
    """The day a letter's number names: before it, the letter cannot have been delivered."""
    try:
        return datetime.strptime(letter[:8], "%Y%m%d").date()  # a day, no instant
    except ValueError:
        return None


def _outcome(cell: Cell) -> Outcome | Problem:
    word = plain(cell.text).strip()
    word = _SAID.get(word, word)
    allowed = [one.value for one in OUTCOMES[Channel.LETTER]]
    return Outcome(word) if word in allowed else Problem("not-one-of", {}, ", ".join([*allowed, *_SAID]))


def _key(records: Records, owner: str, letter: str) -> str | None:
    """The key of the task a letter was printed for."""
    history = records.notices.load_history(owner)
    return next((task.key for task in history.tasks if letter.endswith(mark(owner, task.key))), None)


def _note(records: Records, rules: Bundle, one: Posting) -> None:
    at = instant(one.on, time(12), rules.rules.community.time_zone)
    key = _key(records, one.owner, one.letter)
    tasks.record_contact(
        records, rules, one.owner, Channel.LETTER, one.outcome, at=at, proof=one.tracking or one.letter, key=key
    )
