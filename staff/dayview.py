"""What people read of a day's notices: what became of them, then only what somebody has to see to."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chalicelib.core.bundle import Bundle
from chalicelib.core.rulebook import Channel, Language

from . import console
from .console import aligned
from .tally import GROUPS

Answer = Mapping[str, Any]


class View:
    """A day, or one notice, on the terminal, in one language."""

    def __init__(self, rules: Bundle, language: Language) -> None:
        self._rules, self._labels, self._language = rules, rules.words.labels, language
        self._out = Console(highlight=False)

    def day(self, answer: Answer) -> None:
        """The totals by state and why, the same by stage and channel, then what holds anything up."""
        self._say(f"[bold]{self._label('day-title', on=answer['on'])}[/]")
        self._say(self._phase(answer["run"]))
        states = [(f"  {self._state(state)}", self._counted(answer, state)) for state in answer["by_state"]]
        whole = (self._label("day-planned"), f"{answer['planned']:>6}")
        for line in aligned([whole, *((name, told) for name, told in states if told)]):
            self._say(line)
        if answer["rows"]:
            self._out.print(self._table(answer))
        for line in self._seen_to(answer):
            self._say(line)

    def notice(self, answer: Answer) -> None:
        """What one notice has come through."""
        for line in aligned([(self._label(name), text) for name, text in self._life(answer) if text]):
            self._say(line)

    def owner(self, answer: Answer) -> None:
        """The notices of one owner, the latest first."""
        names = ("life-when", "plan-stage", "plan-channel", "life-state", "life-notice")
        table = console.headed([self._label(name) for name in names])
        table.title = f"{answer['owner']} · {len(answer['notices'])}"
        for column in (0, -1):
            table.columns[column].no_wrap = True
        for row in answer["notices"]:
            state = "\n".join([self._state(row["state"]), *self._why(row)])
            when = _minute(row["called_at"] or row["planned_on"])
            table.add_row(when, self._stage(row["stage"]), self._channel(row["channel"]), state, row["notice"])
        self._out.print(table)

    def _why(self, row: Answer) -> Iterable[str]:
        """Why a notice stands where it does, where that is more than a provider's number for it."""
        if row["state"] not in ("SENT", "DELIVERED") or row["reason"].startswith("mode:"):
            yield self._reason(row["reason"])

    def _label(self, name: str, **values: object) -> str:
        return self._labels[name].of(self._language).format(**values)

    def _say(self, text: str) -> None:
        self._out.print(text, soft_wrap=True)

    def _state(self, state: str) -> str:
        return self._label(f"state-{state.lower()}")

    def _stage(self, stage: str) -> str:
        known = next((one for one in self._rules.rules.collection.stages if one.id == stage), None)
        return known.name.of(self._language) if known else stage

    def _channel(self, channel: str) -> str:
        known = channel in tuple(Channel)
        return self._rules.words.channels[Channel(channel)].of(self._language) if known else "—"

    def _reason(self, code: str) -> str:
        """Why a notice stands where it does; what providers say stays in their own words."""
        head, _, rest = code.partition(":")
        for name, left in ((code, ""), (head, rest)):
            for kind in ("wait", "why"):
                label = self._labels.get(f"{kind}-{name}".replace(":", "-").replace(" ", "-"))
                if label:
                    what = label.of(self._language)
                    return self._label("aside", what=what, detail=escape(left)) if left else what
        return escape(code)

    def _phase(self, run: Answer) -> str:
        is_released = run["phase"] == "held" and not run["held"]
        phase = "released" if is_released else run["phase"]
        return self._label(f"phase-{phase}", on=run["last_run_on"], found=sum(run["found"].values()))

    def _counted(self, answer: Answer, state: str) -> str:
        """How many are in a state, and why; nothing for a state nobody is in."""
        count, reasons = answer["by_state"][state], answer["by_reason"].get(state, {})
        why = " · ".join(f"{self._reason(code)} {number}" for code, number in reasons.items())
        return f"{count:>6}" + (f"  {why}" if why else "") if count else ""

    def _table(self, answer: Answer) -> Table:
        """By stage and channel, with as many groups as there are notices in."""
        whole = {name: sum(row[name] for row in answer["rows"]) for name in ("planned", *GROUPS)}
        shown = [name for name, count in whole.items() if count]
        table = console.headed([self._label("plan-stage"), self._label("plan-channel")])
        for name in shown:
            table.add_column(self._label(f"day-{name}"), justify="right")
        for row in sorted(answer["rows"], key=lambda row: (self._order(row["stage"]), row["channel"])):
            numbers = [str(row[name] or "") for name in shown]
            table.add_row(self._stage(row["stage"]), self._channel(row["channel"]), *numbers)
        table.add_section()
        table.add_row(self._label("day-whole"), "", *(str(whole[name]) for name in shown))
        return table

    def _order(self, stage: str) -> int:
        known = [one.id for one in self._rules.rules.collection.stages]
        return known.index(stage) if stage in known else len(known)

    def _seen_to(self, answer: Answer) -> Iterable[str]:
        """What holds something up, each with what to do about it."""
        yield from self._held(answer)
        for stop in answer["circuits"]:
            since, again = (_minute(stop[name]) for name in ("since", "next_try"))
            told = self._label(
                "day-stopped",
                channel=self._channel(stop["channel"]),
                reason=escape(stop["reason"]),
                since=since,
                again=again,
            )
            yield f"[bold red]{told}[/]"
        yield self._sms(answer["sms"])
        yield self._queue(answer["queue"])
        for sort, cases in answer["cases"].items():
            if cases["open"]:
                yield f"[bold]{self._label(f'day-cases-{sort}', **cases)}[/]"

    def _held(self, answer: Answer) -> Iterable[str]:
        held = answer["run"]["held"]
        for one in held:
            told = self._label("day-held", stage=self._stage(one["stage"]), count=one["count"], usual=one["usual"])
            yield f"[bold red]{told}[/]"
        if held:
            yield self._label("day-held-do", on=answer["on"])
        if by := answer["run"]["approved"]:
            yield self._label("day-approved", by=by["by"], at=_minute(by["at"]))

    def _sms(self, sms: Answer) -> str:
        if sms["most"] is None:
            return self._label("day-sms-open", **sms)
        told = self._label("day-sms", **sms)
        if sms["level"] == "enough":
            return told
        warning = self._label(f"day-sms-{sms['level']}", told=told)
        return f"[bold red]{warning}[/]"

    def _queue(self, queue: Answer) -> str:
        told = self._label("day-queue", **queue)
        dead = f"[bold red]{self._label('day-dead', count=queue['dead'])}[/]" if queue["dead"] else ""
        return "\n".join(part for part in (told, dead) if part)

    def _life(self, answer: Answer) -> Iterable[tuple[str, str]]:
        yield "life-notice", answer["notice"]
        yield "plan-owner", answer["owner"]
        yield "life-listed", answer["listed_on"]
        if answer["state"] is None:
            yield "life-state", self._reason("not-recorded")
            return
        yield "plan-stage", self._stage(answer["stage"])
        yield "plan-bills", ", ".join(answer["bills"])
        yield "life-planned", answer["planned_on"]
        yield "plan-channel", self._channel(answer["channel"])
        yield "life-state", self._state(answer["state"])
        yield "plan-reason", self._reason(answer["reason"])
        yield "life-attempt", str(answer["attempt"]) if answer["attempt"] else ""
        yield "life-called", _minute(answer["called_at"] or "")
        yield "life-told", answer["told_on"] or ""
        yield "life-tried", ", ".join(answer["tried"])
        yield "life-case", answer["case"] or ""


def _minute(instant: str) -> str:
    """A local instant as people read one."""
    return instant[:16].replace("T", " ")
