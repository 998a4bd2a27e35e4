"""The command `preview`: a message as an owner would get it, or all of them side by side, before anyone does."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from chalicelib.core import discounts
from chalicelib.core.account import Account
from chalicelib.core.bundle import Bundle
from chalicelib.core.collection import Step
from chalicelib.core.event import OCCASIONS, PROMOTIONS, BillAsked, Event, PaidUp, RewardOffered, is_welcome
from chalicelib.core.ledger import Ledger, fold
from chalicelib.core.message import HTML
from chalicelib.core.rulebook import Channel, Language, Stage
from chalicelib.core.voice import Voice
from chalicelib.core.words import Reason

from . import aws, console, paper, session, showcase
from .showcase import Shown
from .specimen import Specimen

_SAMPLE = "sample"
_WAYS = (Channel.EMAIL.value, Channel.SMS.value, Channel.LETTER.value, "wechat")
_OF_ANY_OWNER: dict[str, Event] = {"my-bill": BillAsked(), "paid-up": PaidUp()}
"""Occasions that need no event of their own: any owner may be shown them."""


def add_command(command: session.Command) -> None:
    """Adds `preview` to the parser."""
    parser = command(
        "preview",
        preview,
        "look at a message before it goes out; without one, at all of them",
        "courtyard preview first-demand --owner sample --lang zh --channel email",
    )
    parser.add_argument("message", nargs="?", help="a stage's id or an occasion, such as receipt")
    parser.add_argument("--owner", default=_SAMPLE, help="an owner's id or unit (default: a made-up owner)")
    parser.add_argument("--channel", choices=_WAYS, default=_WAYS[0])
    parser.add_argument("--on", type=session.day, help="the day it would go out on (default: today)")
    parser.add_argument("--out", type=Path, default=Path("build/preview"), help="the folder for pages and letters")


def preview(said: Any) -> int:
    """Sends, mints and notes nothing: where a private link's code would be, it says so."""
    rules = session.rules(said)
    if said.message is None:
        return _gallery(said, rules)
    shown = _shown(said, rules)
    answer: dict[str, Any] = {"message": shown.name, "language": shown.language, "channel": said.channel}
    answer |= _content(said, rules, shown)
    return console.say(said, answer, lambda: console.print_preview(answer))


def _content(said: Any, rules: Bundle, shown: Shown) -> dict[str, Any]:
    """What is seen by the channel that was asked for; Refused where the message has no words for it."""
    if said.channel == "sms" and shown.sms:
        return {"text": shown.sms, "segments": shown.segments, "limit": shown.limit}
    if said.channel == "wechat":
        return {"text": shown.chat}
    if said.channel == Channel.EMAIL.value:
        return {"subject": shown.message.subject, "text": shown.message.text, "file": str(_file(said, shown))}
    if said.channel == Channel.LETTER.value and shown.letter:
        return {"file": str(_file(said, shown))}
    raise session.Refused(session.text(rules, said, "preview-not-by", message=said.message))


def _file(said: Any, shown: Shown) -> Path:
    said.out.mkdir(parents=True, exist_ok=True)
    if said.channel == Channel.LETTER.value:
        path: Path = said.out / f"{shown.file}.pdf"
        paper.write([paper.laid_out(shown.letter)], path)
    else:
        path = said.out / f"{shown.file}.html"
        path.write_text(shown.message.html, encoding="utf-8")
    return path


def _shown(said: Any, rules: Bundle) -> Shown:
    site = session.SITE.resolve()
    if said.owner == _SAMPLE:
        language: Language = said.lang or rules.rules.community.languages[0]
        stages = {one.id: one.message for one in rules.rules.collection.stages if one.message}
        wanted = stages.get(said.message, said.message)
        made = [one for one in showcase.shown(rules, site, language) if one.name == wanted]
        if not made:
            raise _unknown(said, rules)
        return made[0]
    specimen, stage = _of_owner(said, rules)
    return showcase.of(rules, site, specimen, stage)


def _unknown(said: Any, rules: Bundle) -> session.Refused:
    known = ", ".join([*(one.id for one in rules.rules.collection.stages if one.message), *OCCASIONS])
    return session.Refused(f"{session.text(rules, said, 'preview-unknown', message=said.message)} [{known}]")


def _of_owner(said: Any, rules: Bundle) -> tuple[Specimen, Stage | None]:
    """A message about an owner's own bills, as if it were due; in another language if one is asked for."""
    on = said.on or session.today(rules)
    account = session.account(said, rules, aws.records(), said.owner, on)
    if said.lang:
        account = replace(account, owner=replace(account.owner, language=said.lang))
    ledger = fold(account, rules.rules, on)
    if not is_welcome(account, said.message):
        raise session.Refused(session.text(rules, said, "preview-unwelcome", owner=said.owner))
    if said.message in PROMOTIONS:
        return Specimen(said.message, account, ledger, _offer(said, rules, ledger)), None
    if said.message in _OF_ANY_OWNER:
        return Specimen(said.message, account, ledger, _OF_ANY_OWNER[said.message]), None
    stage = next((one for one in rules.rules.collection.stages if one.id == said.message and one.message), None)
    if stage is None and said.message in OCCASIONS:
        raise session.Refused(session.text(rules, said, "preview-sample-only", message=said.message))
    if stage is None:
        raise _unknown(said, rules)
    return Specimen(stage.message or "", account, ledger, _step(said, rules, account, ledger, stage, on)), stage


def _offer(said: Any, rules: Bundle, ledger: Ledger) -> RewardOffered:
    """The open bill that is the next to earn a reward by being paid early."""
    for key, debt in sorted(ledger.debts.items(), key=lambda pair: (pair[1].bill.due_on, pair[0])):
        early = [reward for reward in debt.rewards if reward.earned_by == "early"]
        found = discounts.offers(early, debt.bill.due_on, debt.bill.principal)
        if debt.outstanding(ledger.on) and found and ledger.on <= found[0].until:
            return RewardOffered(key)
    raise session.Refused(session.text(rules, said, "preview-no-reward", owner=said.owner))


def _step(said: Any, rules: Bundle, account: Account, ledger: Ledger, stage: Stage, on: date) -> Step:
    """The stage as if it were due for all of the owner's open bills, of those that are overdue if it is a demand."""
    debts = [debt for debt in ledger.debts.values() if debt.outstanding(on)]
    debts = [debt for debt in debts if not stage.demand or debt.bill.due_on < on]
    if not debts:
        raise session.Refused(session.text(rules, said, "preview-nothing-owed", owner=said.owner))
    bills = sorted((debt.bill for debt in debts), key=lambda bill: (bill.due_on, bill.key))
    return Step(
        owner=account.owner.id,
        stage=stage,
        step=stage.id,
        anchor=bills[0].key,
        bills=tuple(bill.key for bill in bills),
        channel=stage.channels[0],
        on=on,
        reason=Reason("with-staff", {"stage": stage.name}),
    )


def _gallery(said: Any, rules: Bundle) -> int:
    """Every message in every language and by every way, with a page that shows them side by side."""
    languages = [said.lang] if said.lang else rules.rules.community.languages
    site = session.SITE.resolve()
    found = [one for language in languages for one in showcase.shown(rules, site, language)]
    said.out.mkdir(parents=True, exist_ok=True)
    for one in found:
        (said.out / f"{one.file}.html").write_text(one.message.html, encoding="utf-8")
    with console.progress(not said.json) as on_progress:
        on_paper = [one for one in found if one.letter]
        letters = paper.laid_out_all([one.letter for one in on_paper], on_progress)
    for one, letter in zip(on_paper, letters, strict=True):
        paper.write([letter], said.out / f"{one.file}.pdf")
    index = said.out / "index.html"
    index.write_text(_index(rules, found, said.language), encoding="utf-8")
    return console.say(said, {"index": str(index), "messages": len(found)}, lambda: print(index))


def _index(rules: Bundle, found: Sequence[Shown], language: Language) -> str:
    groups: dict[str, list[Shown]] = {}
    for one in found:
        groups.setdefault(one.name, []).append(one)
    source = (session.SITE / "messages" / "gallery.html").read_text(encoding="utf-8")
    return HTML.from_string(source).render(
        language=language,
        community=rules.rules.community.name.of(language),
        labels=Voice(rules, language).labels(),
        channels={name: text.of(language) for name, text in rules.words.channels.items()},
        groups=groups,
    )
