"""What a case is about that no bill brought: an address that failed, or a message nobody knows to have gone out."""

from collections.abc import Mapping
from typing import Any

from chalicelib.core.account import Account
from chalicelib.core.bundle import Bundle
from chalicelib.core.notice import Notice, Task
from chalicelib.core.occasion import masked
from chalicelib.core.reach import address_marked
from chalicelib.core.rulebook import Channel, Language
from chalicelib.core.tasks import UNKNOWN, closed_address, lost_notice
from chalicelib.core.words import Words
from chalicelib.flows.records import Records

from .outlook import local

Subject = Mapping[str, Any]


def subject(records: Records, rules: Bundle, task: Task, account: Account, language: Language) -> Subject | None:
    """What a case is about; None where its bills say it."""
    if failed := closed_address(task):
        return _address(task, account, *failed)
    if task.stage == UNKNOWN:
        notice = lost_notice(task, records.notices.load_history(task.owner))
        return _message(notice, rules, language) if notice else None
    return None


def _address(task: Task, account: Account, channel: Channel, mark: str) -> Subject:
    """An address as its owner knows it again; None once it is no longer on file."""
    known = address_marked(account, channel, mark)
    return {"channel": channel.value, "address": masked(known) if known else None, "reason": task.reason}


def _message(notice: Notice, rules: Bundle, language: Language) -> Subject:
    """What can be looked up of a message at the provider: by which channel it was sent, and when."""
    stage = next((one for one in rules.rules.collection.stages if one.id == notice.stage), None)
    return {
        "channel": notice.channel.value,
        "notice": notice.trace,
        "stage_name": stage.name.of(language) if stage else notice.stage,
        "called_at": local(notice.called_at, rules) if notice.called_at else None,
    }


def subject_cells(about: Subject, words: Words, language: Language) -> dict[str, str]:
    """What a case is about, as staff read it beside its channel."""
    if "notice" in about:
        called_at = (about["called_at"] or "")[:16].replace("T", " ")
        return {"stage": about["stage_name"], "called": called_at, "notice": about["notice"]}
    address = about["address"] or words.labels["address-gone"].of(language)
    return {"address": address, "why": words.labels[f"failed-{about['reason']}"].of(language)}
