"""What people read of a plan: totals first, then who is meant, each reason said once."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from rich.columns import Columns
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from chalicelib.core.account import Account
from chalicelib.core.bundle import Bundle
from chalicelib.core.collection import Step, Wait
from chalicelib.core.rulebook import SENT_BY_MACHINE, Language
from chalicelib.core.words import reason_text
from chalicelib.flows import reminders
from chalicelib.flows.reminders import Run

from . import console, outlook

_INDENT = 4


class _Kind(NamedTuple):
    """What steps have in common: the stage, the way, who does it by when, and why."""

    stage: str
    channel: str
    who: str
    reason: str


class View:
    """A plan of a day on the terminal, in one language.

    `is_ahead`: the day is still to come; `is_resumed`: what was found before has now been sent.
    """

    def __init__(
        self, rules: Bundle, on: date, language: Language, *, is_ahead: bool = False, is_resumed: bool = False
    ) -> None:
        self._rules, self._words, self._on, self._language = rules, rules.words, on, language
        self._is_ahead, self._is_resumed = is_ahead, is_resumed
        self._out = Console(highlight=False)

    def plan(self, run: Run, states: Mapping[str, int] | None = None) -> None:
        """The totals, what people must let go on, then each sort of step with its reason and its owners."""
        sorts = self._sorts(run)
        self._head(run)
        self._print_held(run)
        self._print_totals(run, sorts, states or {})
        back = [outlook.held_back_json(wait, self._rules, self._language) for wait in outlook.held_back(run)]
        console.print_held_back(self._out, back, self._words, self._language)
        if run.limitation:
            self._out.print(self._limitation(run))
        for kind, steps in sorts.items():
            self._say(f"\n[bold]{' · '.join(part for part in kind[:3] if part)} · {len(steps)}[/]")
            self._say(f"  {kind.reason}")
            self._print_by_bills(steps)

    def waits(self, run: Run) -> None:
        """Everybody who is not told anything: each reason once, until when, then whom it keeps waiting."""
        self._head(run)
        sorts: dict[tuple[str, date, str, str], list[str]] = {}
        for wait in run.waits:
            sorts.setdefault(self._wait(wait), []).append(wait.owner)
        for (code, _, ends, reason), owners in sorted(sorts.items()):
            self._say(f"\n[bold]{self._label(f'wait-{code}')} · {len(owners)} · {ends}[/]")
            self._say(f"  {reason}")
            self._print_owners((owner, run.units[owner]) for owner in owners)

    def owner(self, answer: Mapping[str, Any], account: Account) -> None:
        """One owner: what would come of them and why, until when, what pauses, and when the run looks."""
        self._ahead()
        lines = [(self._label(name), text) for name, text in self._about(answer, account) if text]
        for line in console.aligned(lines):
            self._say(line)

    def _label(self, name: str, **values: object) -> str:
        return self._words.labels[name].of(self._language).format(**values)

    def _say(self, text: str) -> None:
        """A line as it is: the terminal breaks it where it must, not at the first space in Chinese."""
        self._out.print(text, soft_wrap=True)

    def _head(self, run: Run) -> None:
        self._say(f"[bold]{self._on}[/] · {self._rules.revision[:12]}")
        self._ahead()
        self._say(self._label("plan-looked", count=run.looked_at, on=self._on))

    def _ahead(self) -> None:
        if self._is_ahead:
            self._say(self._label("plan-ahead", on=self._on))

    def _print_held(self, run: Run) -> None:
        """That far more would be told than is usual, and what a manager does about it."""
        names = {stage.id: stage.name.of(self._language) for stage in self._rules.rules.collection.stages}
        for one in run.excesses:
            told = self._label("day-held", stage=names.get(one.stage, one.stage), count=one.count, usual=one.usual)
            self._say(f"[bold red]{told}[/]")
        if run.excesses:
            self._say(self._label("plan-is-held" if run.phase else "plan-would-be-held", on=self._on))
        if self._is_resumed:
            self._say(self._label("plan-resumed", on=self._on))

    def _sorts(self, run: Run) -> dict[_Kind, list[Step]]:
        """Steps by what they have in common, in the order of the policy."""
        order = [stage.id for stage in self._rules.rules.collection.stages]
        found: dict[_Kind, list[Step]] = {}
        for step in sorted((*run.notices, *run.tasks), key=lambda step: (order.index(step.stage.id), step.channel)):
            found.setdefault(self._kind(step), []).append(step)
        return found

    def _kind(self, step: Step) -> _Kind:
        channel = self._words.channels[step.channel].of(self._language)
        reason = reason_text(self._words, step.reason, self._language)
        return _Kind(step.stage.name.of(self._language), channel, self._who(step), reason)

    def _who(self, step: Step) -> str:
        """Who does what no machine does, and by when."""
        if step.channel in SENT_BY_MACHINE:
            return ""
        task = reminders.task_of(step, self._rules)
        return f"{self._label(f'actor-{task.by}')} {self._label('plan-by-day', day=task.due_on)}"

    def _print_totals(self, run: Run, sorts: Mapping[_Kind, list[Step]], states: Mapping[str, int]) -> None:
        totals = outlook.totals(run)
        sent = {self._label(f"state-{state.lower()}"): count for state, count in states.items()}
        for name, by in (("notices", sent), ("tasks", {}), ("waivers", {}), ("waits", self._by_wait(totals))):
            of = self._counted(by)
            self._say(f"{self._label(f'plan-{name}')} {totals[name]}" + (f" ({of})" if of else ""))
        if run.waits:
            self._say(self._label("plan-ask"))
        if sorts:
            self._out.print(self._table(sorts))
            self._say(f"{self._label('plan-building')}: {self._counted(totals['by_building'])}")

    def _by_wait(self, totals: Mapping[str, Any]) -> dict[str, int]:
        return {self._label(f"wait-{code}"): count for code, count in totals["by_wait"].items()}

    @staticmethod
    def _counted(by: Mapping[str, int]) -> str:
        return " · ".join(f"{name or '—'} {count}" for name, count in by.items())

    def _table(self, sorts: Mapping[_Kind, list[Step]]) -> Table:
        counts: Counter[tuple[str, str, str]] = Counter()
        for kind, steps in sorts.items():
            counts[kind[:3]] += len(steps)
        table = console.headed([self._label(f"plan-{name}") for name in ("stage", "channel", "by")])
        table.add_column(self._label("plan-count"), justify="right")
        for cells, count in counts.items():
            table.add_row(*cells, str(count))
        return table

    def _limitation(self, run: Run) -> Table:
        """Bills whose time for court runs out: for staff, never for owners."""
        names = ("plan-owner", "unit", "fee", "plan-bills", "plan-expires", "plan-months")
        table = console.headed([self._label(name) for name in names])
        table.title = self._label("plan-limitation")
        kinds = self._rules.rules.fees.kinds
        for one in run.limitation:
            fee = kinds[one.bill.kind].name.of(self._language) if one.bill.kind in kinds else one.bill.kind
            table.add_row(one.owner, one.bill.unit, fee, one.bill.id, str(one.expires), str(one.months))
        return table

    def _print_by_bills(self, steps: Iterable[Step]) -> None:
        """Whom a step is for, under the bills it is about."""
        by_bills: dict[str, list[tuple[str, list[str]]]] = {}
        for step in steps:
            keys = [key.split("/") for key in step.bills]
            bills = ", ".join(dict.fromkeys(key[0] for key in keys))
            by_bills.setdefault(bills, []).append((step.owner, [key[1] for key in keys]))
        for bills, owners in sorted(by_bills.items()):
            self._say(f"  {bills} · {len(owners)}")
            self._print_owners(owners)

    def _print_owners(self, owners: Iterable[tuple[str, Sequence[str]]]) -> None:
        """As many side by side as the terminal is wide, in the order of the units."""
        told = [f"{', '.join(sorted(set(units), key=_by_number)) or '—'} {owner}" for owner, units in owners]
        told.sort(key=_by_number)
        self._out.print(Padding(Columns(told, padding=(0, 2)), (0, 0, 0, _INDENT), expand=False))

    def _wait(self, wait: Wait) -> tuple[str, date, str, str]:
        """What waits have in common: why, until when, and who acts first."""
        until = self._label("wait-until", on=wait.until) if wait.until else self._label("wait-no-day")
        by = self._label("wait-by", by=self._label(f"actor-{wait.by}")) if wait.by else ""
        ends = " · ".join(part for part in (until, by) if part)
        return wait.reason.code, wait.until or date.max, ends, reason_text(self._words, wait.reason, self._language)

    def _about(self, answer: Mapping[str, Any], account: Account) -> Iterable[tuple[str, str]]:
        stages = {stage.id: stage.name.of(self._language) for stage in self._rules.rules.collection.stages}
        back = answer["held_back"]
        yield "plan-owner", f"{account.owner.id} {account.owner.contacts[0].name}"
        yield "call-unit", ", ".join(answer["units"])
        yield "plan-day", f"{self._on} · {self._label('decision-' + answer['decision'])}"
        yield "plan-stage", stages.get(answer["stage"], "")
        yield "plan-channel", ", ".join(self._words.channels[n].of(self._language) for n in answer.get("channels", ()))
        yield "plan-bills", ", ".join(dict.fromkeys(answer.get("bills", ())))
        yield "plan-reason", answer["reason"]
        yield "plan-by-whom", self._label(f"actor-{answer['by']}") if answer.get("by") else ""
        yield "call-due-on", answer.get("due") or ""
        yield "plan-until", answer.get("until") or ""
        yield "plan-held-back", back["reason"] if back else ""
        yield "plan-holds", "; ".join(self._holds(answer, account)) or self._label("plan-no-holds")
        yield "plan-next-look", answer["looked_at_on"] or self._label("wait-no-day")

    def _holds(self, answer: Mapping[str, Any], account: Account) -> Iterable[str]:
        names = {hold.id: console.hold_name(hold, self._rules, self._language) for hold in account.holds}
        for hold in answer["holds"]:
            bills = ", ".join(hold["bills"]) or self._label("hold-all")
            yield f"{hold['id']} · {names[hold['id']]} · {hold['from']} – {hold['until'] or '…'} · {bills}"


def _by_number(text: str) -> list[tuple[int, str]]:
    """Units as people count them: 2 before 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text)]
