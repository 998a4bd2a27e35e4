"""Compiles `site/` into the functions' bundle; a rulebook or message with a fault never becomes one."""

import hashlib
import re
import subprocess
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from jinja2 import TemplateError

from chalicelib.core import bundle as core
from chalicelib.core import consistency, lawbook
from chalicelib.core.account import Account, Bill, Contact, Owner, Tenure
from chalicelib.core.bundle import Bundle, MessageText
from chalicelib.core.collection import Step
from chalicelib.core.compliance import published_ceiling
from chalicelib.core.fault import Fault
from chalicelib.core.ledger import fold
from chalicelib.core.message import HTML, Message, rendered, values
from chalicelib.core.money import Fen
from chalicelib.core.rulebook import Channel, Language, Rulebook, Stage
from chalicelib.core.sms import refused_words, segments
from chalicelib.core.words import Reason

from . import bulletins, compliance, messages, pagefiles, rulefiles
from .documents import Document
from .rulefiles import RuleFiles


@dataclass
class Compiled:
    """What `site/` compiles to: the files as read, every fault, and the bundle when there is none.

    `warnings` keep nobody from anything: rules and rates to be looked up again, a coming year without holidays.
    """

    files: RuleFiles
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    bundle: Bundle | None = None


def compiled(site: Path, *, on: date | None = None) -> Compiled:
    """Everything staff wrote, checked as a whole; messages too while the rules can be read at all.

    `on` is the day as of which rules must have been reviewed and the year's holidays be known; without it,
    reviews are nobody's question.
    """
    files = rulefiles.read(site)
    result = Compiled(files, list(files.faults))
    if not site.is_dir():
        return result
    frames = [f"messages/{name}" for name in ("layout.html", "layout.txt", "wechat.txt", "unsubscribe.html")]
    missing = [Fault(name, (), "file-missing", {}, name) for name in frames if not (site / name).is_file()]
    result.faults += missing
    if missing or files.files.keys() != rulefiles.TYPES.keys():
        return result
    rules = files.rulebook
    texts = _messages(site, result, rules)
    pages = {"unsubscribe": dict.fromkeys(rules.community.languages, messages.page(site, "unsubscribe"))}
    draft = Bundle(
        revision=revision(site),
        rules=rules,
        words=files.files["words.yml"],
        compliance=files.files[lawbook.FILE],
        messages=texts,
        pages=pages,
    )
    # rules with a fault may make a message impossible to fill in: then they are mended first
    with suppress(LookupError, ValueError, StopIteration) if result.faults else nullcontext():
        found = message_faults(draft)
        result.faults += found
        files.documents |= {fault.file: _document_of(site, fault) for fault in found}
    if not files.faults:  # the same holds for a page
        newest = max(rate.from_ for schedule in rules.fees.schedules for rate in schedule.rates)
        unfilled = [*pagefiles.faults(site, files, newest), *bulletins.faults(site, rules, draft.words)]
        result.faults += unfilled
        files.documents |= {fault.file: Document(lines={(): fault.line}) for fault in unfilled}
        result.faults += _unlawful(site, files, draft)
    if on:
        result.warnings, missed = consistency.reviews(files.files, on)
        result.faults += missed
    if not result.faults:
        result.bundle = draft
    return result


def _document_of(site: Path, fault: Fault) -> Document:
    """Where in a message the word stands that a fault is about, as far as the fault names one."""
    lines = (site / fault.file).read_text(encoding="utf-8-sig").splitlines()
    names = re.findall(r"'(\w+)'", str(fault.values.get("detail", ""))) or list(fault.path)
    told = [number for number, line in enumerate(lines, 1) for name in names if str(name) in line]
    return Document(lines={(): told[0] if told else 1})


def _messages(site: Path, result: Compiled, rules: Rulebook) -> dict[str, dict[Language, MessageText]]:
    """Every message of the stages in every language; what is wrong with one goes to the faults."""
    texts: dict[str, dict[Language, MessageText]] = {}
    stages = enumerate(rules.collection.stages)
    users = {stage.message: (index, stage) for index, stage in reversed(list(stages)) if stage.message}
    for name, (index, stage) in sorted(users.items()):
        for language in rules.community.languages:
            if not messages.file(site, name, language).is_file():
                result.faults.append(_no_message(site, index, stage, language))
                continue
            text, read, faults = messages.compiled(site, name, language, rules.community.sms.profile)
            for fault in faults:
                result.files.documents.setdefault(fault.file, read)
            result.faults += faults
            if text:
                texts.setdefault(name, {})[language] = text
    return texts


def _no_message(site: Path, index: int, stage: Stage, language: Language) -> Fault:
    """A stage whose message has no file, told where the stage names it."""
    file = messages.file(site, stage.message or "", language).relative_to(site).as_posix()
    return Fault(consistency.COLLECTION, ("stages", index, "message"), "message-missing", {"stage": stage.id}, file)


def write(site: Path, target: Path, *, on: date | None = None) -> Compiled:
    """Writes the bundle in one move, so that nobody reads half of one; with a fault, nothing is written."""
    result = compiled(site, on=on)
    if result.bundle:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(".part")
        draft.write_bytes(core.encoded(result.bundle))
        draft.replace(target)
    return result


def revision(site: Path) -> str:
    """The Git commit that last changed `site/`, with a mark when files differ from it; else a hash of them."""
    content = hashlib.sha256()
    for path in sorted(path for path in site.rglob("*") if path.is_file()):
        content.update(path.relative_to(site).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    commit = _git(site, "log", "-1", "--format=%H", "--", ".")
    if not commit:
        return f"files-{content.hexdigest()[:12]}"
    is_changed = bool(_git(site, "status", "--porcelain", "--", "."))
    return f"{commit}+{content.hexdigest()[:12]}" if is_changed else commit


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def message_faults(draft: Bundle) -> list[Fault]:
    """Every message filled in for a long-named owner with large sums: no unknown name, no SMS that is too long."""
    return [
        fault
        for stage in draft.rules.collection.stages
        for language, text in draft.messages.get(stage.message or "", {}).items()
        for fault in _message_faults(draft, stage, language, text)
    ]


def _message_faults(draft: Bundle, stage: Stage, language: Language, text: MessageText) -> list[Fault]:
    file, sms = f"messages/{language}/{stage.message}.md", draft.rules.community.sms
    try:
        message = _filled_in(draft, stage, language, text)
    except TemplateError as error:
        return [Fault(file, (), "template-error", {"detail": error.message or str(error)})]
    if message.sms is None:
        if Channel.SMS in stage.channels:
            return [Fault(file, ("sms",), "message-missing", {"stage": stage.id}, sms.profile.value)]
        return []
    faults = [Fault(file, ("sms",), "sms-not-allowed", {"value": w}) for w in refused_words(message.sms, sms.profile)]
    # the platform puts our signature in front
    needed = segments(f"【{sms.signature.of(language)}】{message.sms}")
    if needed > sms.max_segments:
        faults.append(Fault(file, ("sms",), "sms-too-long", {"segments": str(needed)}, f"<= {sms.max_segments}"))
    return faults


def _filled_in(draft: Bundle, stage: Stage, language: Language, text: MessageText) -> Message:
    account, step = worst_case(draft.rules, stage, language)
    ledger = fold(account, draft.rules, step.on)
    # 43 characters is what a code takes
    url = f"{draft.rules.community.site_url}/en/balance/#{'x' * 43}"
    said = values(draft, account, ledger, step, account.owner.contacts[0], url=url, unsubscribe_url=url)
    HTML.from_string(draft.pages["unsubscribe"][language]).render(**said, state="ask")
    return rendered(text, said)


def _unlawful(site: Path, files: RuleFiles, draft: Bundle) -> list[Fault]:
    """What may not be said in the files, then what shows only once a message is filled in."""
    found = compliance.faults(site, files)
    told = {(fault.file, fault.values.get("rule")) for fault in found}
    ceiling = published_ceiling(draft.rules)
    for stage in draft.rules.collection.stages:
        for language, text in draft.messages.get(stage.message or "", {}).items():
            with suppress(TemplateError):  # told as such
                message = _filled_in(draft, stage, language, text)
                file = f"messages/{language}/{stage.message}.md"
                filled = compliance.rendered_faults(file, message, (stage, language), draft.compliance, ceiling)
                found += [fault for fault in filled if (fault.file, fault.values["rule"]) not in told]
    return found


def worst_case(rules: Rulebook, stage: Stage, language: Language) -> tuple[Account, Step]:
    """An owner whose message is as long as a real one gets, at a stage."""
    due_on = date(2026, 12, 31)
    on = due_on + timedelta(days=max(stage.days))
    name = "阿卜杜热合曼·买买提江" if language == "zh" else "Maximiliana Featherstonehaugh"
    contact = Contact(name=name, email="a@example.com", phone="+8613800000000")
    unit, kind = "商业裙楼-B1-0188", next(iter(rules.fees.unit_kinds))
    bill = Bill(
        id="2026-Q4",
        unit=unit,
        kind=rules.collection.allocation[0],
        period="2026-Q4",
        due_on=due_on,
        issued_on=min(on, due_on - timedelta(days=rules.collection.limits.visible_days_before_due)),
        principal=Fen(123_456_78),
    )
    account = Account(
        owner=Owner(id="o-1", contacts=(contact,), language=language),
        tenures=(Tenure(unit=unit, kind=kind, from_=date(2022, 1, 1)),),
        bills=(bill,),
    )
    step = Step(
        owner="o-1",
        stage=stage,
        step=stage.id,
        anchor=bill.key,
        bills=(bill.key,),
        channel=stage.channels[0],
        on=on,
        reason=Reason("step-before-due", {"due": due_on, "days": 30, "stage": stage.name}),
    )
    return account, step
