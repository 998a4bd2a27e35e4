"""What the commands print for people: tables that fit a terminal, a progress bar where it takes long."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, TextIO

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from chalicelib.core.account import Hold
from chalicelib.core.bundle import Bundle
from chalicelib.core.calendar import local_date
from chalicelib.core.fault import Fault
from chalicelib.core.money import Fen
from chalicelib.core.rulebook import Language
from chalicelib.core.voice import one_line
from chalicelib.core.words import Words, money_text, problem_text, said
from chalicelib.flows.intake import Intake
from chalicelib.flows.payments import Unmatched

from .bundle import Compiled
from .rows import RowFault
from .rulefiles import RuleFiles

Row = dict[str, Any]
_NAMED = 12  # as many owners as a person reads in one line


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
            "field": files.field(fault),
            "problem": problem_text(words, fault.problem, fault.values, language)
            if words
            else fault.problem.replace("-", " "),
            "allowed": said(fault.allowed, language),
        }
        for fault in faults
    ]


def say(said: Any, answer: dict[str, Any], on_terminal: Callable[[], None]) -> int:
    """Tells what came of a command: as JSON to another program, else as people read it."""
    if said.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        on_terminal()
    return 0


def is_meant(said: Any, rules: Bundle, question: str, *, count: int) -> bool:
    """On a terminal a person is asked once more; another program has said what it means."""
    if said.json or said.yes or not sys.stdin.isatty():
        return True
    asked = rules.words.labels[question].of(said.language).format(count=count)
    return input(asked + " [y/N] ").strip().lower() in ("y", "yes")


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


def row_faults(faults: Iterable[RowFault], words: Words, language: Language) -> list[Row]:
    """The faults of a file's rows as the commands tell them."""
    return [
        {
            "row": fault.row,
            "column": fault.column,
            "value": fault.value,
            "problem": with_allowed(problem_text(words, fault.problem, fault.values, language), fault.allowed),
        }
        for fault in faults
    ]


def print_letters(answer: Row, words: Words, said: Any) -> None:
    """How many letters there are, and where."""
    name = "letters-made" if answer["written"] else "letters-listed"
    for row in answer["letters"] if said.dry_run else ():
        print(f"{row['reference']} · {row['owner']} · {row['stage']}")
    print(words.labels[name].of(said.language).format(count=len(answer["letters"]), out=said.out))


def print_preview(answer: Row) -> None:
    """A message's words, how many parts a text message has of those it may have, and where the page or letter is."""
    parts = f"{answer['segments']} / {answer['limit']}" if "segments" in answer else None
    found = (answer.get("subject"), answer.get("text", "").strip() or None, parts, answer.get("file"))
    print("\n\n".join(one for one in found if one))


def print_wechat(answer: Row, words: Words, said: Any) -> None:
    """Each text under a line that says whom it is for; in a file, only how many there are."""
    for one in answer["group"]:
        print(f"── {words.labels['wechat-group'].of(said.language)} · {one['id']} · {one['language']}\n{one['text']}\n")
    for row in () if answer["written"] else answer["owners"]:
        way = words.channels[row["way"]].of(said.language)
        print(f"── {row['owner']} · {row['name']} · {row['units']} · {way}\n{row['text']}".rstrip() + "\n")
    counted = words.labels["wechat-owners"].of(said.language)
    print(counted.format(group=len(answer["group"]), count=len(answer["owners"])))


def print_postings(answer: Row, faults: list[Row], words: Words, said: Any) -> None:
    """What was taken from a posting list, then every bad row."""
    _print_rows(answer["file"], faults)
    print(words.labels["postings-taken"].of(said.language).format(done=answer["noted"], open=answer["open"]))


def _print_rows(file: str, faults: list[Row]) -> None:
    for fault in faults:
        column = f" {fault['column']}:" if fault["column"] else ""
        value = f" “{fault['value']}”" if fault["value"] else ""
        print(f"{file}:{fault['row']}:{column}{value} {fault['problem']}")


def print_import(answer: Row, through: date | None, words: Words, language: Language) -> None:
    """Every bad row, then what an import did: new rows, those on record and those at fault are all there are."""
    _print_rows(answer["file"], answer["faults"])
    done = words.labels["import-written" if answer["written"] else "import-not-written"].of(language)
    faulty = len({fault["row"] for fault in answer["faults"]})
    counts = {name: answer[name] for name in ("rows", "new", "same")}
    told = words.labels["import-done"].of(language).format(**counts, faulty=faulty, done=done)
    print(told if answer["rows"] or through else done)
    if through:
        print(words.labels["import-through"].of(language).format(through=through))


def print_intake(before: Intake, is_done: bool, words: Words, language: Language) -> None:
    """That a file of this content was imported before, or that its import was cut short."""
    name = "import-known" if before.done_on else "import-finished" if is_done else "import-unfinished"
    print(words.labels[name].of(language).format(begun=before.begun_on, done=before.done_on))


def print_unmatched(found: Sequence[Unmatched], rules: Bundle, language: Language) -> None:
    """Money received online that is on no owner's account, each with all that is known of it and why."""
    if found:
        print(rules.words.labels["import-unmatched"].of(language).format(count=len(found)))
    names = {method.id: method.name.of(language) for method in rules.rules.payments.methods}
    for one in found:
        on = local_date(one.money.paid_at, rules.rules.community.time_zone)
        amount = money_text(rules.words, Fen(one.money.amount), language)
        way, why = names.get(one.method, one.method), problem_text(rules.words, one.problem, one.values, language)
        print(f"{on} · {amount} · {way} · {one.money.transaction} · “{one_line(one.money.reference)}” · {why}")


def print_held_back(console: Console, waits: list[Row], words: Words, language: Language) -> None:
    """Whom a person must let go on, one line for each reason and who gives the word."""
    named: dict[tuple[str, str], list[str]] = {}
    for wait in waits:
        named.setdefault((wait["by"], wait["reason"]), []).append(wait["owner"])
    if not named:
        return
    table = headed([words.labels[name].of(language) for name in ("plan-by-whom", "plan-reason", "plan-owner")])
    table.title = words.labels["plan-held-back"].of(language)
    for (by, reason), owners in named.items():
        some = ", ".join(owners[:_NAMED]) + (f" … ({len(owners)})" if len(owners) > _NAMED else "")
        table.add_row(words.labels[f"actor-{by}"].of(language), reason, some)
    console.print(table)


def print_approvals(answer: Row, words: Words, language: Language) -> None:
    """What waits for approval: whom, how much, by which stage and why."""
    names = ("call-owner", "call-unit", "plan-stage", "plan-channel", "call-owed", "plan-reason")
    table = headed([words.labels[name].of(language) for name in names])
    table.title = answer["on"]
    for row in answer["notices"]:
        channels = ", ".join(words.channels[name].of(language) for name in row["channels"])
        cells = (f"{row['owner']}\n{row['name']}", "\n".join(row["units"]), row["stage_name"], channels)
        table.add_row(*cells, money_text(words, Fen(row["owed"]), language), row["reason"])
    Console().print(table)


def print_approved(answer: Row, words: Words, language: Language) -> None:
    """How many were approved just now, and by whom."""
    text = words.labels["approved"].of(language)
    print(text.format(count=answer["approved"], whole=len(answer["notices"])), answer["by"])


def print_opened(said: Any, rules: Bundle, made: Hold) -> None:
    """A pause as it was opened: which, over what, from when to when."""
    labels, language = rules.words.labels, said.language
    print(f"{made.id} · {hold_name(made, rules, language)} · {made.from_} – {made.until or '…'}")
    print(", ".join(made.bills) or labels["hold-all"].of(language))
    print(labels["hold-fee-stops" if made.stops_late_fee else "hold-fee-runs"].of(language))
    if said.dry_run:
        print(labels["dry-run"].of(language))


def print_ended(said: Any, rules: Bundle, ended: Hold, on: date, others: Sequence[str]) -> None:
    """Which pause has ended, and from when reminders and the late charge go on."""

    def label(code: str, **values: object) -> str:
        return rules.words.labels[code].of(said.language).format(**values)

    print(label("hold-ended", id=ended.id, name=hold_name(ended, rules, said.language)))
    if ended.is_withdrawn:
        print(label("hold-withdrawn"))
    print(label("hold-others", on=on, ids=", ".join(others)) if others else label("hold-goes-on", on=on))
    if ended.stops_late_fee and not others:
        print(label("hold-fee-again", on=on))
    if said.dry_run:
        print(label("dry-run"))


def hold_name(hold: Hold, rules: Bundle, language: Language) -> str:
    """What a pause is called; a kind the rules no longer know, by its id."""
    known = rules.rules.collection.holds.get(hold.kind)
    return known.name.of(language) if known else hold.kind


def aligned(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Names with their texts side by side; a Chinese character is two cells wide."""
    width = max((cell_len(name) for name, _ in pairs), default=0)
    return [f"{set_cell_size(name, width)}  {text}" for name, text in pairs]


def headed(heads: Sequence[str]) -> Table:
    """A table whose cells are folded on a narrow terminal, never cut off."""
    table = Table()
    for head in heads:
        table.add_column(head, overflow="fold")
    return table


@contextmanager
def progress(is_shown: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal's error stream, so that the output stays clean."""
    with Progress(console=Console(stderr=True), disable=not (is_shown and sys.stderr.isatty()), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
