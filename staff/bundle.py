"""Compiles `site/` into the functions' bundle; a rulebook or message with a fault never becomes one."""

import hashlib
import re
import subprocess
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from chalicelib.core import bundle as core
from chalicelib.core import consistency, lawbook
from chalicelib.core.bundle import Bundle, MessageText
from chalicelib.core.event import OCCASIONS
from chalicelib.core.fault import Fault
from chalicelib.core.rulebook import Language, Rulebook, Stage

from . import bulletins, compliance, messages, pagefiles, proof, rulefiles
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
        found = proof.faults(draft)
        result.faults += found
        files.documents |= {fault.file: _document_of(site, fault) for fault in found if fault.file not in files.files}
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
    """Every message of stages and occasions in every language; what is wrong with one goes to the faults."""
    texts: dict[str, dict[Language, MessageText]] = {}
    stages = enumerate(rules.collection.stages)
    users = {stage.message: (index, stage) for index, stage in reversed(list(stages)) if stage.message}
    for name in sorted({*users, *OCCASIONS}):
        for language in rules.community.languages:
            if not messages.file(site, name, language).is_file():
                result.faults.append(_no_message(site, name, users.get(name), language))
                continue
            text, read, faults = messages.compiled(site, name, language, rules.community.sms.profile)
            for fault in faults:
                result.files.documents.setdefault(fault.file, read)
            result.faults += faults
            if text:
                texts.setdefault(name, {})[language] = text
    return texts


def _no_message(site: Path, name: str, user: tuple[int, Stage] | None, language: Language) -> Fault:
    """A message without a file, told where a stage names it; an occasion's by the file itself."""
    file = messages.file(site, name, language).relative_to(site).as_posix()
    if user is None:
        return Fault(file, (), "file-missing", {}, file)
    index, stage = user
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


def _unlawful(site: Path, files: RuleFiles, draft: Bundle) -> list[Fault]:
    """What may not be said in the files, then what shows only once a message is filled in; each told once."""
    found = compliance.faults(site, files)
    told = {(fault.file, fault.values.get("rule")) for fault in found}
    return [*found, *(one for one in proof.unlawful(draft) if (one.file, one.values["rule"]) not in told)]
