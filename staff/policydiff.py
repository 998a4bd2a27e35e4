"""The command `policy-diff`: what a change to the rules does to the next days and to sample bills, in counts only."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from chalicelib.core.money import Fen, yuan
from chalicelib.core.rulebook import Channel, Language, Rulebook
from chalicelib.core.words import Words, problem_text
from chalicelib.flows.records import Records

from . import aws, console, forecast, samplebill, session
from .behaviour import profile
from .forecast import Begin, Effect, Forecast
from .revision import Unreadable, commit, rules_at, rules_in
from .rulechange import changes

FEWEST = 5
"""Fewer owners than this are not counted out: somebody might know them."""
_HERE = "site/"

Row = dict[str, Any]
_N = TypeVar("_N", int, Fen)


def add_command(command: session.Command) -> None:
    """Adds `policy-diff` to the parser."""
    parser = command(
        "policy-diff",
        policy_diff,
        "what a change to the rules would do, as Markdown for a pull request",
        "courtyard policy-diff main..HEAD --owners 2000",
    )
    parser.add_argument("range", help="BASE..HEAD, or BASE alone to compare with the files in site/ as they are")
    parser.add_argument("--on", type=session.day, help="the first day (default: today)")
    parser.add_argument("--days", type=session.days, default=60, help="how many (default: 60)")
    parser.add_argument("--owners", type=session.count, help="so many made-up owners in place of those on record")
    parser.add_argument("--seed", type=int, default=1, help="another number, other made-up owners")


def policy_diff(said: Any) -> int:
    """Reads only. Both futures rest on the same assumptions: what counts is the difference."""
    own = session.rules(said)
    first = said.on or session.today(own)
    last = first + timedelta(days=said.days - 1)
    try:
        (base, before), (head, after) = _sides(said.range)
    except Unreadable as problem:
        raise session.Refused(_told(problem, own.words, said.language)) from None
    with console.progress(not said.json) as on_progress:
        lives = list(_made_up(said, before, first) if said.owners else _on_record(aws.records(), first))
        found = forecast.forecast(_told_of(lives, on_progress), before, after, first, last)
    answer = _answer(found, before, after, first)
    answer = {"base": base, "head": head, "on": first.isoformat(), "days": said.days, **answer}
    answer["made_up"] = bool(said.owners)
    if said.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        print(_Report(answer, before, after, own.words, said.language).markdown())
    return 0


def _sides(text: str) -> tuple[tuple[str, Rulebook], tuple[str, Rulebook]]:
    """The rules on both sides of a range; the folder itself where no HEAD is named."""
    base, dots, head = text.partition("..")
    start = commit(session.SITE, base or "HEAD")
    before = (start[:12], rules_at(session.SITE, start))
    if not dots:
        return before, (_HERE, rules_in(session.SITE, _HERE))
    end = commit(session.SITE, head or "HEAD")
    return before, (end[:12], rules_at(session.SITE, end))


def _told(problem: Unreadable, words: Words, language: Language) -> str:
    if problem.files:
        console.print_faults(console.rows_of(problem.files, problem.files.faults, words, language), file=sys.stderr)
    return problem_text(words, problem.problem, problem.values, language)


def _on_record(records: Records, first: date) -> Iterator[Begin]:
    for owner in records.due_owners(date.max):
        account = records.load_account(owner)
        if account:
            yield forecast.recorded(account, records.notices.load_history(owner), first)


def _made_up(said: Any, before: Rulebook, first: date) -> Iterator[Begin]:
    some = forecast.past(before, first, said.days, said.seed)
    for index in range(said.owners):
        yield forecast.made_up(some, profile(index, said.seed), first)


def _told_of(lives: Sequence[Begin], on_progress: Callable[[int, int], None]) -> Iterator[Begin]:
    for done, life in enumerate(lives):
        on_progress(done, len(lives))
        yield life


def shown(count: int) -> int | str:
    """A count of owners or contacts as it may leave the office: few are told as few."""
    return f"<{FEWEST}" if 0 < count < FEWEST else count


def _answer(found: Forecast, before: Rulebook, after: Rulebook, on: date) -> Row:
    is_many, steps = found.owners >= FEWEST, _steps(found, before, after)
    return {
        "owners": shown(found.owners),
        "changes": [
            {"file": one.file, "field": one.field, "before": one.before, "after": one.after}
            for one in changes(before, after)
        ],
        "contacts": [row for row in steps if row["channel"] != Channel.CASE],
        "cases": [row for row in steps if row["channel"] == Channel.CASE],
        "owners_told": _pair(found, lambda effect: effect.owners_told),
        "owners_with_case": _pair(found, lambda effect: effect.owners_with_case),
        "by_hand": _pair(found, lambda effect: effect.by_hand),
        "late_fees": {"before": found.before.late_fees, "after": found.after.late_fees} if is_many else None,
        "balances_changed": shown(found.changed),
        "balances_changed_by": found.changed_by if found.changed >= FEWEST else None,
        "bills": [
            {
                "fee": {"zh": one.fee.zh, "en": one.fee.en},
                "period": one.quarter,
                "figure": one.what,
                "days": one.days,
                "before": one.before,
                "after": one.after,
            }
            for one in samplebill.changed(before, after, on)
        ],
    }


def _pair(found: Forecast, of: Callable[[Effect], int]) -> Row:
    return {"before": shown(of(found.before)), "after": shown(of(found.after))}


def _steps(found: Forecast, before: Rulebook, after: Rulebook) -> list[Row]:
    """Contacts and cases by stage and channel, in the order of the policy."""
    order = list(dict.fromkeys(stage.id for rules in (after, before) for stage in rules.collection.stages))
    keys = sorted(found.before.told.keys() | found.after.told.keys(), key=lambda key: (order.index(key[0]), key[1]))
    return [
        {
            "stage": key[0],
            "channel": key[1],
            "before": shown(found.before.told[key]),
            "after": shown(found.after.told[key]),
        }
        for key in keys
    ]


class _Report:
    """The answer as Markdown, in one language."""

    def __init__(self, answer: Row, before: Rulebook, after: Rulebook, words: Words, language: Language) -> None:
        self._answer, self._words, self._language = answer, words, language
        named = [stage for rules in (before, after) for stage in rules.collection.stages]
        self._stages = {stage.id: stage.name.of(language) for stage in named}

    def markdown(self) -> str:
        """The title, what is assumed, then one table for each question."""
        answer = self._answer
        first = date.fromisoformat(answer["on"])
        last = first + timedelta(days=answer["days"] - 1)
        basis = "made-up" if answer["made_up"] else "recorded"
        parts = [
            f"## {self._label('title', base=answer['base'], head=answer['head'])}",
            self._label(basis, first=first, last=last, owners=answer["owners"]),
            self._label("assumed", fewest=FEWEST),
            f"### {self._label('rules')}",
            self._table(("file", "field", "before", "after"), self._changes()) or self._label("none"),
            f"### {self._label('contacts', days=answer['days'])}",
            self._table(("stage", "channel", "before", "after", "change"), self._steps("contacts"))
            or self._label("nobody"),
            *self._cases(),
            f"### {self._label('owners')}",
            self._table(("what", "before", "after", "change"), self._owners()),
            self._balances(),
            f"### {self._label('bills')}",
            self._table(("fee", "period", "figure", "before", "after", "change"), self._bills())
            or self._label("bills-kept"),
        ]
        return "\n\n".join(part for part in parts if part)

    def _label(self, name: str, **values: object) -> str:
        return self._words.labels[f"diff-{name}"].of(self._language).format(**values)

    def _table(self, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        lines = [[self._label(head) for head in heads], ["---"] * len(heads), *rows]
        if len(lines) == 2:
            return ""
        return "\n".join("| " + " | ".join(_inert(cell) for cell in line) + " |" for line in lines)

    def _changes(self) -> Iterator[Sequence[str]]:
        for row in self._answer["changes"]:
            yield row["file"], row["field"], row["before"] or "—", row["after"] or "—"

    def _cases(self) -> Iterator[str]:
        if self._answer["cases"]:
            yield f"### {self._label('cases', days=self._answer['days'])}"
            yield self._table(("stage", "channel", "before", "after", "change"), self._steps("cases"))

    def _steps(self, name: str) -> Iterator[Sequence[str]]:
        for row in self._answer[name]:
            channel = self._words.channels[row["channel"]].of(self._language)
            yield self._stages[row["stage"]], channel, *_cells(row["before"], row["after"])

    def _owners(self) -> Iterator[Sequence[str]]:
        for name in ("owners_told", "owners_with_case", "by_hand"):
            pair = self._answer[name]
            yield self._label(name.replace("_", "-")), *_cells(pair["before"], pair["after"])
        fees = self._answer["late_fees"]
        if fees:
            yield self._label("late-fees"), *_money(fees["before"], fees["after"])

    def _balances(self) -> str:
        """Rules that reach back change what was owed already: that is said in words, not in a table."""
        changed, by = self._answer["balances_changed"], self._answer["balances_changed_by"]
        if not changed:
            return self._label("balances-kept")
        return self._label("balances", count=changed, sum=_with_sign(by, yuan) if by is not None else f"<{FEWEST}")

    def _bills(self) -> Iterator[Sequence[str]]:
        for row in self._answer["bills"]:
            figure = self._label(f"figure-{row['figure']}", days=row["days"])
            yield row["fee"][self._language], row["period"], figure, *_money(row["before"], row["after"])


def _inert(text: str) -> str:
    """Nothing staff wrote opens a new cell, a line or a tag."""
    escaped = text.replace("\\", "\\\\").replace("|", "\\|")
    return re.sub(r"<(?=[a-zA-Z/!?])", "&lt;", " ".join(escaped.split()))


def _cells(before: int | str, after: int | str) -> tuple[str, str, str]:
    """Both counts and their difference, where neither is too small to be told."""
    is_told = isinstance(before, int) and isinstance(after, int)
    return str(before), str(after), _with_sign(int(after) - int(before), str) if is_told else ""


def _money(before: Fen | None, after: Fen | None) -> tuple[str, str, str]:
    old, new = (yuan(amount) if amount is not None else "—" for amount in (before, after))
    return old, new, _with_sign(Fen(after - before), yuan) if before is not None and after is not None else ""


def _with_sign(number: _N, text: Callable[[_N], str]) -> str:
    return f"+{text(number)}" if number > 0 else text(number)
