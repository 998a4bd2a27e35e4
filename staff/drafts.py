"""The bundle as `site/` has it, before anything in it is checked: rules, words, and every message there should be."""

import hashlib
import subprocess
from collections.abc import Collection, Sequence
from pathlib import Path

from chalicelib.core import consistency, lawbook
from chalicelib.core.bundle import Bundle, MessageText
from chalicelib.core.event import OCCASIONS
from chalicelib.core.fault import Fault
from chalicelib.core.rulebook import Language, Stage

from . import messages
from .rulefiles import RuleFiles


def draft(site: Path, files: RuleFiles, languages: Sequence[Language] | None = None) -> tuple[Bundle, list[Fault]]:
    """What the functions would run by, and the messages that are missing or cannot be read; some languages' or all."""
    rules = files.rulebook
    texts, faults = _messages(site, files, languages or rules.community.languages)
    made = Bundle(
        revision=revision(site),
        rules=rules,
        words=files.files["words.yml"],
        compliance=files.files[lawbook.FILE],
        messages=texts,
        pages={"unsubscribe": dict.fromkeys(rules.community.languages, messages.page(site, "unsubscribe"))},
    )
    return made, faults


def _messages(
    site: Path, files: RuleFiles, languages: Sequence[Language]
) -> tuple[dict[str, dict[Language, MessageText]], list[Fault]]:
    """Every message of stages and occasions in some languages."""
    texts: dict[str, dict[Language, MessageText]] = {}
    found: list[Fault] = []
    rules = files.rulebook
    stages = enumerate(rules.collection.stages)
    users = {stage.message: (index, stage) for index, stage in reversed(list(stages)) if stage.message}
    for name in sorted({*users, *OCCASIONS}):
        for language in languages:
            if not messages.file(site, name, language).is_file():
                found.append(_no_message(site, name, users.get(name), language))
                continue
            text, read, faults = messages.compiled(site, name, language, rules.community.sms.profile)
            for fault in faults:
                files.documents.setdefault(fault.file, read)
            found += faults
            if text:
                texts.setdefault(name, {})[language] = text
    return texts, [*found, *_unused(site, {*users, *OCCASIONS}, languages)]


def _unused(site: Path, used: Collection[str], languages: Sequence[Language]) -> list[Fault]:
    """Messages that nothing sends: a name is misspelt, or they are left over."""
    files = [path for language in languages for path in sorted((site / "messages" / language).glob("*.md"))]
    left_over = [path.relative_to(site).as_posix() for path in files if path.stem not in used]
    return [Fault(file, (), "message-unused", {}, line=1) for file in left_over]


def _no_message(site: Path, name: str, user: tuple[int, Stage] | None, language: Language) -> Fault:
    """A message without a file, told where a stage names it; an occasion's by the file itself."""
    file = messages.file(site, name, language).relative_to(site).as_posix()
    if user is None:
        return Fault(file, (), "file-missing", {}, file)
    index, stage = user
    return Fault(consistency.COLLECTION, ("stages", index, "message"), "message-missing", {"stage": stage.id}, file)


def revision(site: Path) -> str:
    """The Git commit that last changed `site/`, with a mark when files differ from it; else a hash of them."""
    content = digest(site)
    commit = _git(site, "log", "-1", "--format=%H", "--", ".")
    if not commit:
        return f"files-{content[:12]}"
    is_changed = bool(_git(site, "status", "--porcelain", "--", "."))
    return f"{commit}+{content[:12]}" if is_changed else commit


def digest(site: Path) -> str:
    """What tells the files of `site/` from any others."""
    content = hashlib.sha256()
    for path in sorted(path for path in site.rglob("*") if path.is_file()):
        content.update(path.relative_to(site).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return content.hexdigest()


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
