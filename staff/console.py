"""What the commands print for people: tables that fit a terminal, a progress bar where it takes long."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from chalicelib.core.fault import Fault
from chalicelib.core.money import Fen
from chalicelib.core.rulebook import Language
from chalicelib.core.words import Words, money_text, problem_text, said

from .bundle import Compiled
from .rulefiles import RuleFiles

Row = dict[str, Any]


def fault_rows(found: Compiled, language: Language, faults: list[Fault] | None = None) -> list[Row]:
    """Faults as `check --json` gives them: file, line, field, what is wrong, what is allowed; warnings likewise."""
    words: Words | None = found.files.files.get("words.yml")
    return rows_of(found.files, found.faults if faults is None else faults, words, language)


def rows_of(files: RuleFiles, faults: list[Fault], words: Words | None, language: Language) -> list[Row]:
    """Faults of some files in the words of others, should the files' own be at fault."""
    return [
        {
            "file": f"site/{fault.file}",
            "line": files.line(fault),
            "field": fault.field,
            "problem": problem_text(words, fault.problem, fault.values, language)
            if words
            else fault.problem.replace("-", " "),
            "allowed": said(fault.allowed, language),
        }
        for fault in faults
    ]


def with_allowed(problem: str, allowed: str) -> str:
    """A problem with what would be right."""
    return f"{problem} [{allowed}]" if allowed else problem


def print_faults(rows: list[Row], file: TextIO | None = None) -> None:
    """One fault a line, as editors understand them: file, line, field, problem."""
    out = file or sys.stdout
    for row in rows:
        problem = with_allowed(row["problem"], row["allowed"])
        place = f"{row['file']}:{row['line']}:" + (f" {row['field']}:" if row["field"] else "")
        print(f"{place} {problem}", file=out)
    if not rows:
        print("site/: 0 ✓", file=out)


def print_import(answer: Row) -> None:
    """What an import did, then every bad row."""
    for fault in answer["faults"]:
        column = f" {fault['column']}:" if fault["column"] else ""
        value = f" “{fault['value']}”" if fault["value"] else ""
        print(f"{answer['file']}:{fault['row']}:{column}{value} {fault['problem']}")
    done = "written" if answer["written"] else "nothing written"
    print(
        f"{answer['rows']} rows · {answer['new']} new · {answer['same']} same · {len(answer['faults'])} faults · {done}"
    )


def print_plan(answer: Row, words: Words, language: Language) -> None:
    """Who gets what and why, then how many wait and why, then totals."""
    console = Console()
    table = _steps((*answer["notices"], *answer["tasks"]), words, language, ("by",))
    table.title = f"{answer['on']} · {answer['rules'][:12]}"
    console.print(table)
    if answer["limitation"]:
        console.print(_limitation(answer["limitation"], words, language))
    totals = answer["totals"]
    for name, by in (("notices", {}), ("tasks", {}), ("waivers", {}), ("waits", totals["by_wait"])):
        of = " · ".join(f"{code} {count}" for code, count in by.items())
        console.print(f"{words.labels[f'plan-{name}'].of(language)} {totals[name]}" + (f" ({of})" if of else ""))
    for by in (totals["by_stage"], totals["by_channel"], answer.get("states", {})):
        if by:
            console.print(" · ".join(f"{name} {count}" for name, count in by.items()))


def print_approvals(answer: Row, words: Words, language: Language) -> None:
    """What waits for approval, or what was approved just now and by whom."""
    console = Console()
    table = _steps(answer["notices"], words, language)
    table.title = answer["on"]
    console.print(table)
    console.print(
        words.labels["approved"].of(language).format(count=answer["approved"], whole=len(answer["notices"])),
        answer["by"],
        highlight=False,
    )


def _steps(steps: Iterable[Row], words: Words, language: Language, more: tuple[str, ...] = ()) -> Table:
    """Whom, what, how, about which bills and why; with `by` also who does it and by when, where people do."""
    names = ("owner", "stage", "channel", "bills", "reason", *more)
    table = Table(*(words.labels[f"plan-{name}"].of(language) for name in names))
    for step in steps:
        channels = ", ".join(words.channels[name].of(language) for name in step["channels"])
        who = f"{words.labels['actor-' + step['by']].of(language)}\n{step['due']}" if "by" in step else ""
        cells = (step["owner"], step["stage"], channels, "\n".join(dict.fromkeys(step["bills"])), step["reason"])
        table.add_row(*cells, *([who] if more else []))
    return table


def print_calls(answer: Row, words: Words, language: Language) -> None:
    """The day's list: who is to be called, visited or written to, by whom and by when."""
    console = Console()
    names = ("owner", "unit", "channel", "stage", "owed", "by", "due-on", "standing")
    table = Table(*(words.labels[f"call-{name}"].of(language) for name in names), title=answer["on"])
    for row in answer["tasks"]:
        table.add_row(
            f"{row['owner']}\n{row['name']} {row['phone'] or ''}".rstrip(),
            "\n".join(row["units"]),
            words.channels[row["way"]].of(language),
            row["stage"],
            money_text(words, Fen(row["owed"]), language),
            words.labels[f"actor-{row['by']}"].of(language),
            row["due"] or "",
            words.labels[f"standing-{row['standing']}"].of(language),
        )
    console.print(table)


def _limitation(rows: list[Row], words: Words, language: Language) -> Table:
    """Bills whose time for court runs out: for staff, never for owners."""
    labels = [words.labels[name].of(language) for name in ("plan-owner", "unit", "fee", "plan-bills")]
    labels += [words.labels[f"plan-{name}"].of(language) for name in ("expires", "months")]
    table = Table(*labels, title=words.labels["plan-limitation"].of(language))
    for row in rows:
        table.add_row(*(str(row[name]) for name in ("owner", "unit", "kind", "bill", "expires", "months")))
    return table


@contextmanager
def progress(is_shown: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal's error stream, so that the output stays clean."""
    with Progress(console=Console(stderr=True), disable=not (is_shown and sys.stderr.isatty()), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
