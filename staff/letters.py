"""The command `letters`: what staff seal in a window envelope, and the list that comes back with its proofs."""

import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from chalicelib.core.account import Account, Contact
from chalicelib.core.bundle import Bundle
from chalicelib.core.collection import Step
from chalicelib.core.compliance import Proofreader
from chalicelib.core.lawbook import Where, kind_of
from chalicelib.core.ledger import fold
from chalicelib.core.message import values
from chalicelib.core.notice import Task
from chalicelib.core.rulebook import Channel, Language, Stage
from chalicelib.core.tasks import Standing
from chalicelib.core.words import Reason
from chalicelib.flows.links import balance_url, mint
from chalicelib.flows.records import Records
from chalicelib.flows.reminders import Run

from . import aws, console, messages, outlook, paper, posting, session, stationery

_MERGED = "letters.pdf"
_words = cache(messages.paper)  # read once for a print run
_POSTED = "posting.csv"


class Letter(NamedTuple):
    """One letter: to whom, about which step, under which number; `html` is the sheet."""

    reference: str
    account: Account
    step: Step
    html: str


def add_command(command: session.Command) -> None:
    """Adds `letters` to the parser."""
    parser = command(
        "letters", letters, "print the letters of a day", "courtyard letters --on 2026-12-01 --out letters"
    )
    parser.add_argument("--on", type=session.day, help="the day (default: today)")
    parser.add_argument("--out", type=Path, help="the folder for the letters and the posting list")
    parser.add_argument("--owner", action="append", default=[], help="only this owner (again for more)")
    parser.add_argument("--separate", action="store_true", help="a file for each letter instead of one for all")
    parser.add_argument("--posted", type=Path, help="take a posting list back, with what became of each letter")
    parser.add_argument("--dry-run", action="store_true", help="list them; print, mint and note nothing")


def letters(said: Any) -> int:
    """Prints every letter that is to be delivered, or notes what the posting list says became of them."""
    rules, records = session.rules(said), aws.records()
    if said.posted:
        return posting.take_back(said, rules, records)
    if not said.out and not said.dry_run:
        raise session.Refused(session.text(rules, said, "letters-where"))
    on = said.on or session.today(rules)
    with console.progress(not said.json) as on_progress:
        run = outlook.planned(records, rules, on, session.today(rules), on_progress, ahead=timedelta(days=1))
    steps = [step for step in _steps(run, rules, on) if not said.owner or step.owner in said.owner]
    reader = Proofreader()
    made, refused = ([], []) if said.dry_run else _letters(records, rules, steps, reader)
    if made:
        with console.progress(not said.json) as on_progress:
            documents = paper.laid_out_all([letter.html for letter in made], on_progress)
        _write(said, made, documents, rules)
    answer = {
        "on": on.isoformat(),
        "letters": [{"owner": step.owner, "stage": step.stage.id, "reference": reference(step)} for step in steps],
        "written": bool(made),
    }
    console.say(said, answer, lambda: console.print_letters(answer, rules.words, said))
    for one in refused:
        print(one, file=sys.stderr)
    return 1 if refused else 0


def _letters(
    records: Records, rules: Bundle, steps: Sequence[Step], reader: Proofreader
) -> tuple[list[Letter], list[session.Refused]]:
    """Every letter that may be printed; one that says what it may not is told, and keeps no other back."""
    made, refused = [], []
    for step in steps:
        try:
            made.append(_letter(records, rules, step, reader))
        except session.Refused as refusal:
            refused.append(refusal)
    return made, refused


def _steps(run: Run, rules: Bundle, on: date) -> Iterator[Step]:
    """Letters planned for the day, and those that lie with staff and may be delivered; once each."""
    planned = {step.key: step for step in run.tasks if step.channel is Channel.LETTER}
    stages = {stage.id: stage for stage in rules.rules.collection.stages}
    for one in run.open_tasks:
        task, may_go = one.task, one.standing in (Standing.ASKED, Standing.RESTING)
        if may_go and task.task == Channel.LETTER and task.stage in stages:
            planned.setdefault(task.key, step_of(task, stages[task.stage], on))
    yield from sorted(planned.values(), key=lambda step: (step.anchor.split("/")[1], step.key))


def step_of(task: Task, stage: Stage, on: date) -> Step:
    """A task that lies with staff as the step it came from."""
    return Step(
        owner=task.owner,
        stage=stage,
        step=task.step,
        anchor=task.anchor,
        bills=task.bills,
        channel=Channel(task.task),
        on=on,
        reason=Reason("with-staff", {"stage": stage.name}),
    )


def reference(step: Step) -> str:
    """The number of a letter, the same however often it is printed: the day it is for, and a mark of its notice."""
    return f"{step.on:%Y%m%d}-{posting.mark(step.owner, step.key)}"


def _letter(records: Records, rules: Bundle, step: Step, reader: Proofreader) -> Letter:
    account = records.load_account(step.owner)
    assert account is not None  # noqa: S101  # the plan has just read it
    limits = rules.rules.collection.limits
    code, _ = mint(records, account, scope="account", channel="letter", on=step.on, days=limits.link_days)
    url = balance_url(rules.rules.community.site_url, account.owner.language, code)
    return Letter(reference(step), account, step, sheet(rules, account, step, url, reader))


def sheet(rules: Bundle, account: Account, step: Step, url: str, reader: Proofreader | None = None) -> str:
    """A letter as HTML: the stage's own words, in large print for whom it is for; Refused if unlawful."""
    language, contact = account.owner.language, account.owner.contacts[0]
    ledger = fold(account, rules.rules, step.on)
    known = [key for key in step.bills if key in ledger.debts]
    step = replace(step, bills=tuple(known))
    said = values(rules, account, ledger, step, contact, url=url, unsubscribe_url="")
    words = _words(session.SITE.resolve(), step.stage.message or "", language)
    proofread(rules, step, contact, words.text.render(said), language, reader or Proofreader())
    return stationery.sheet(words, said, rules, account, reference=reference(step), on=step.on)


def proofread(rules: Bundle, step: Step, contact: Contact, text: str, language: Language, reader: Proofreader) -> None:
    """Read as the owner would read it: what may not be said is not printed."""
    where = Where(kind_of(step.stage, step.channel), language, stage=step.stage.id)
    if rule := reader.broken(text, contact.name, where, rules):
        raise session.Refused(f"{step.owner} {step.step}: {rule.id}")


def _write(said: Any, made: Sequence[Letter], documents: Sequence[Any], rules: Bundle) -> None:
    said.out.mkdir(parents=True, exist_ok=True)
    if said.separate:
        for letter, document in zip(made, documents, strict=True):
            paper.write([document], said.out / f"{letter.reference}.pdf")
    else:
        paper.write(documents, said.out / _MERGED)
    rows = [posting.row(letter.reference, letter.account, letter.step) for letter in made]
    posting.write(said.out / _POSTED, rows)
