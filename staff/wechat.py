"""The command `wechat`: what staff paste into the owners' group, and what they write to one owner alone."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from chalicelib.core.account import Account
from chalicelib.core.bundle import Bundle
from chalicelib.core.collection import Step
from chalicelib.core.compliance import Proofreader
from chalicelib.core.ledger import fold
from chalicelib.core.message import values
from chalicelib.core.rulebook import Channel
from chalicelib.core.tasks import Standing
from chalicelib.core.voice import one_line
from chalicelib.flows.links import balance_url, mint
from chalicelib.flows.records import Records
from chalicelib.flows.reminders import Run

from . import aws, bulletins, console, letters, messages, noticeboard, outlook, posting, session

HEADERS = ("owner", "name", "units", "stage", "way", "text")
Row = dict[str, Any]
_words = cache(messages.chat)  # read once for all owners


def add_command(command: session.Command) -> None:
    """Adds `wechat` to the parser."""
    parser = command("wechat", wechat, "texts for WeChat, to copy", "courtyard wechat --on 2026-12-01 --out wechat.csv")
    parser.add_argument("--on", type=session.day, help="the day (default: today)")
    parser.add_argument("--group", action="store_true", help="only the texts for the owners' group")
    parser.add_argument("--owner", action="append", default=[], help="only this owner (again for more)")
    parser.add_argument("--out", type=Path, help="the texts for one owner alone as a CSV file")
    parser.add_argument("--dry-run", action="store_true", help="list the owners; mint no link, write no text")


def wechat(said: Any) -> int:
    """The group gets what concerns all; an owner gets what a member of staff would tell them today anyway."""
    rules = session.rules(said)
    on = said.on or session.today(rules)
    rows = [] if said.group else _rows(said, rules, on)
    if said.out and not said.dry_run:
        posting.write(said.out, [[row[name] for name in HEADERS] for row in rows], HEADERS)
    group = [one._asdict() for one in _group(said, rules, on)]
    answer = {"on": on.isoformat(), "group": group, "owners": rows, "written": bool(said.out and not said.dry_run)}
    return console.say(said, answer, lambda: console.print_wechat(answer, rules.words, said))


def _group(said: Any, rules: Bundle, on: date) -> list[bulletins.Said]:
    languages = [said.lang] if said.lang else rules.rules.community.languages
    texts = bulletins.group_texts(session.SITE, languages).sheets
    notices = noticeboard.read(session.SITE, rules.rules.community.languages).notices
    return bulletins.said_on(on, texts, notices, rules.rules, rules.words)


def _rows(said: Any, rules: Bundle, on: date) -> list[Row]:
    records = aws.records()
    with console.progress(not said.json) as on_progress:
        run = outlook.planned(records, rules, on, session.today(rules), on_progress, ahead=timedelta(days=1))
    steps = [step for step in _steps(run, rules, on) if not said.owner or step.owner in said.owner]
    reader = Proofreader()
    return [_row(records, rules, step, reader, is_dry=said.dry_run) for step in steps]


def _steps(run: Run, rules: Bundle, on: date) -> Iterator[Step]:
    """What staff do today that a text may stand in for or go before; one an owner, the most pressing."""
    stages = {stage.id: stage for stage in rules.rules.collection.stages}
    found = {step.key: step for step in run.tasks}
    for one in run.open_tasks:
        if one.standing is Standing.ASKED and one.task.stage in stages:
            step = letters.step_of(one.task, stages[one.task.stage], on)
            found.setdefault(one.task.key, step)
    pressing = {stage_id: -at for at, stage_id in enumerate(stages)}
    told: dict[str, Step] = {}
    for step in sorted(found.values(), key=lambda step: (step.owner, pressing[step.stage.id], step.key)):
        if _is_fit(step):
            told.setdefault(step.owner, step)
    yield from told.values()


def _is_fit(step: Step) -> bool:
    """Whether a text may be sent: a demand by letter needs its proof of delivery, a case has no words of its own."""
    is_spoken = step.channel in (Channel.CALL, Channel.VISIT)
    return bool(step.stage.message) and (is_spoken or (step.channel is Channel.LETTER and not step.stage.demand))


def _row(records: Records, rules: Bundle, step: Step, reader: Proofreader, *, is_dry: bool) -> Row:
    account = records.load_account(step.owner)
    assert account is not None  # noqa: S101  # the plan has just read it
    return {
        "owner": step.owner,
        "name": one_line(account.owner.contacts[0].name),
        "units": " ".join(sorted({key.split("/")[1] for key in step.bills})),
        "stage": step.stage.id,
        "way": step.channel.value,
        "text": "" if is_dry else _text(records, rules, account, step, reader),
    }


def _text(records: Records, rules: Bundle, account: Account, step: Step, reader: Proofreader) -> str:
    """The stage's own words with a fresh private link; Refused if they may not be said."""
    language, days = account.owner.language, rules.rules.collection.limits.link_days
    code, _ = mint(records, account, scope="account", channel="wechat", on=step.on, days=days)
    text = written(rules, account, step, balance_url(rules.rules.community.site_url, language, code))
    letters.proofread(rules, step, account.owner.contacts[0], text, language, reader)
    return text


def written(rules: Bundle, account: Account, step: Step, url: str) -> str:
    """A stage's message as one person writes it to another."""
    language, contact = account.owner.language, account.owner.contacts[0]
    ledger = fold(account, rules.rules, step.on)
    step = replace(step, bills=tuple(key for key in step.bills if key in ledger.debts))
    filled = values(rules, account, ledger, step, contact, url=url, unsubscribe_url="")
    return messages.chatted(_words(session.SITE.resolve(), step.stage.message or "", language), filled)
