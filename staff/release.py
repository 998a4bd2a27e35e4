"""The command `approve --run`: a manager lets a run go out that would tell far more owners than usual."""

from typing import Any

from rich.console import Console
from rich.table import Table

from chalicelib.core.bundle import Bundle
from chalicelib.core.volume import usual
from chalicelib.flows.progress import (
    Phase,
    Progress,
    RunApproval,
    approve_run,
    load_progress,
    load_volumes,
    unapproved,
)
from chalicelib.flows.records import Records

from . import aws, console, session
from .console import Row


def release(said: Any) -> int:
    """Shows what a held run would tell, and lets it go as far as it was seen, under the AWS identity of who says so."""
    rules, records = session.rules(said), aws.records()
    on = said.on or session.today(rules)
    run = load_progress(records)
    if run is None or (run.on, run.phase) != (on, Phase.HELD):
        raise session.Refused(session.text(rules, said, "run-not-held", on=on))
    over = {one.stage for one in unapproved(records, run, rules.rules.collection.limits)}
    by = aws.identity()
    answer = {"on": on.isoformat(), "by": by, "stages": _rows(records, run, over), "approved": False}
    if not said.json:
        _print_stages(said, rules, answer)
    count = sum(run.counts.values())
    if over and not said.dry_run and console.is_meant(said, rules, "release-ask", count=count):
        approve_run(records, RunApproval(on=on, counts=run.counts, by=by, at=session.now()))
        answer["approved"] = True
    return console.say(said, answer, lambda: _print_released(said, rules, answer, is_over=bool(over)))


def _rows(records: Records, run: Progress, over: set[str]) -> list[Row]:
    volumes = load_volumes(records)
    return [
        {"stage": stage, "count": count, "usual": usual(volumes, stage, run.on), "held": stage in over}
        for stage, count in sorted(run.counts.items())
    ]


def _print_stages(said: Any, rules: Bundle, answer: Row) -> None:
    """How many are to be told of each stage, beside the most of a run in the past year."""
    labels, language = rules.words.labels, said.language
    names = {stage.id: stage.name.of(language) for stage in rules.rules.collection.stages}
    table: Table = console.headed([labels["plan-stage"].of(language)])
    table.title = answer["on"]
    for name in ("release-count", "release-usual"):
        table.add_column(labels[name].of(language), justify="right")
    table.add_column("")
    for row in answer["stages"]:
        held = labels["release-held"].of(language) if row["held"] else ""
        table.add_row(names.get(row["stage"], row["stage"]), str(row["count"]), str(row["usual"]), held)
    Console().print(table)


def _print_released(said: Any, rules: Bundle, answer: Row, *, is_over: bool) -> None:
    """Whether it may go, by whose word, and when it does."""

    def label(name: str) -> str:
        return rules.words.labels[f"release-{name}"].of(said.language).format(on=answer["on"], by=answer["by"])

    print(label("done" if answer["approved"] else "waits" if is_over else "already"))
    if answer["approved"] or not is_over:
        print(label("next"))
    if said.dry_run:
        print(rules.words.labels["dry-run"].of(said.language))
