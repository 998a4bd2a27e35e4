"""What people read of tasks: the day's list, and what a report came to."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from chalicelib.core.account import Hold
from chalicelib.core.bundle import Bundle
from chalicelib.core.money import Fen
from chalicelib.core.notice import Task
from chalicelib.core.rulebook import Channel, Language
from chalicelib.core.words import Words, money_text

from . import console
from .console import Row
from .subjects import subject_cells


def print_record(said: Any, rules: Bundle, answer: Row, task: Task | None, pause: Hold | None) -> None:
    """What was noted, what it did to the task, the measure of a cause and the pause it brought."""
    labels, language = rules.words.labels, said.language

    def label(name: str, **values: object) -> str:
        return labels[f"record-{name}"].of(language).format(**values)

    cause = rules.rules.collection.causes.get(said.outcome) if said.what == Channel.CASE else None
    way = rules.words.channels[said.what].of(language)
    print(f"{answer['owner']} · {way} · {cause.name.of(language) if cause else _outcome(said, rules, task)}")
    ending = f"closed-{task.stage}-{said.outcome}" if task else ""
    if task is None:
        print(label("none"))
    elif ending in labels:
        print(labels[ending].of(language))
    elif task.done_on:
        print(label("done", task=task.step, on=task.done_on))
    else:
        is_again = task.task == said.what  # nobody is home at that hour: another one is tried
        name = "again" if is_again else "open"
        print(label(name, task=task.step, way=rules.words.channels[Channel(task.task)].of(language)))
    if cause:
        print(label("measure", measure=cause.measure.of(language)))
    if pause:
        print(label("pause", id=pause.id, until=pause.until or "…"))
    if said.dry_run:
        print(labels["dry-run"].of(language))


def _outcome(said: Any, rules: Bundle, task: Task | None) -> str:
    """An outcome by its name, which may be another one for a certain sort of case."""
    labels = rules.words.labels
    of_sort = labels.get(f"outcome-{task.stage}-{said.outcome}") if task else None
    found = of_sort or labels.get(f"outcome-{said.outcome}")
    return found.of(said.language) if found else str(said.outcome)


def print_calls(answer: Row, words: Words, language: Language) -> None:
    """The day's list: who is to be called, visited or written to, by whom and by when, and whether today.

    Cases that no bill brought come after it, each sort with what is to be done about it.
    """
    out = Console()
    table = _headed(("owner", "unit", "channel", "stage", "owed", "by", "standing"), words, language)
    table.title = answer["on"]
    for row in answer["tasks"]:
        if not row["about"]:
            table.add_row(*_cells(row, words, language))
    out.print(table)
    for row in answer["tasks"]:
        if row["reply"]:
            out.print(_reply(row), markup=False, highlight=False, soft_wrap=True)
    for stage in dict.fromkeys(row["stage"] for row in answer["tasks"] if row["about"]):
        out.print(_cases([row for row in answer["tasks"] if row["about"] and row["stage"] == stage], words, language))
        out.print(words.labels[f"help-{stage}"].of(language), highlight=False, soft_wrap=True)
    console.print_held_back(out, answer["held_back"], words, language)


_SAID = ("on", "parts", "method", "title", "tax_id", "message")


def _reply(row: Row) -> str:
    """What an owner said: whatever they typed is text, not the terminal's to obey."""
    said = row["reply"]
    parts = [said["number"], row["owner"], row["stage_name"], *(str(said[name]) for name in _SAID if name in said)]
    return " · ".join(parts)


def _headed(names: Sequence[str], words: Words, language: Language) -> Table:
    return console.headed([words.labels[f"call-{name}"].of(language) for name in names])


def _cells(row: Row, words: Words, language: Language) -> list[str]:
    standing = words.labels[f"standing-{row['standing']}"].of(language).format(on=row["from"])
    hours = row["hours"] if row["standing"] == "asked" else []
    return [
        *_whose(row),
        words.channels[row["way"]].of(language),
        row["stage_name"],
        money_text(words, Fen(row["owed"]), language),
        f"{words.labels['actor-' + row['by']].of(language)}\n{row['due'] or ''}",
        "\n".join([standing, *hours]),
    ]


def _whose(row: Row) -> tuple[str, str]:
    return "\n".join([row["owner"], row["name"], row["phone"] or ""]).rstrip(), "\n".join(row["units"])


def _cases(rows: Sequence[Row], words: Words, language: Language) -> Table:
    """The cases of one sort: whose they are, and what they are about."""
    about = [subject_cells(row["about"], words, language) for row in rows]
    table = _headed(("owner", "unit", "channel", *about[0]), words, language)
    table.title = f"{rows[0]['stage_name']} · {len(rows)}"
    table.columns[-1].no_wrap = True
    for row, cells in zip(rows, about, strict=True):
        table.add_row(*_whose(row), words.channels[row["about"]["channel"]].of(language), *cells.values())
    return table
