"""The command `simulate`: what a policy would do to a made-up community, beside another if wanted."""

import json
import os
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from datetime import date
from decimal import Decimal
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Table

from chalicelib.core.bundle import Bundle
from chalicelib.core.money import Fen, yuan
from chalicelib.core.rulebook import Channel, Language, Rulebook
from chalicelib.core.words import Words

from . import bundle, console, session
from .behaviour import Behaviour, Profile
from .community import CURVE_DAYS, PROMISES, Tally, profiles, tally, world

_REPLACED = "site/collection.yml"
_CHUNK, _LIVES = 20_000, 500
_T = TypeVar("_T")
Row = dict[str, Any]


def add_command(command: session.Command) -> None:
    """Adds `simulate` to the parser."""
    parser = command(
        "simulate",
        simulate,
        "what a policy would do to a made-up community",
        "courtyard simulate --owners 2000 --days 365",
    )
    parser.add_argument("--owners", type=session.count, default=1000, help="how many (default: 1000)")
    parser.add_argument("--from", dest="first", type=session.day, help="the first day (default: 1 January)")
    parser.add_argument("--days", type=session.days, default=365, help="how many (default: 365)")
    parser.add_argument("--seed", type=int, default=1, help="another number, another community")
    parser.add_argument("--policy", type=Path, help="a collection.yml in place of that of site/")
    parser.add_argument("--against", type=Path, help="another one, shown beside it")


def simulate(said: Any) -> int:
    """Exit 1 when a promise was broken: then the rules, or we, are wrong."""
    own = session.rules(said)
    first = said.first or session.today(own).replace(month=1, day=1)
    policies = [("base", _with_policy(said, own, said.policy) if said.policy else own)]
    policies += [("against", _with_policy(said, own, said.against))] if said.against else []
    began, whole = time.monotonic(), said.owners * len(policies)
    with console.progress(not said.json) as on_progress:
        found = {
            name: _tallied(rules.rules, said, first, _part(on_progress, at * said.owners, whole))
            for at, (name, rules) in enumerate(policies)
        }
    answer = {
        "owners": said.owners,
        "from": first.isoformat(),
        "days": said.days,
        "seed": said.seed,
        "assumed": {one.label: one.share for one in Behaviour},
        "policies": {name: _figures(found[name], rules.rules) for name, rules in policies},
        "seconds": round(time.monotonic() - began, 1),
        "megabytes": _megabytes(),
    }
    if said.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        some = [stage for _, rules in policies for stage in rules.rules.collection.stages]
        _print(answer, {stage.id: stage.name.of(said.language) for stage in some}, own.words, said.language)
    return 1 if any(figures["broken"] for figures in answer["policies"].values()) else 0


def _part(on_progress: Callable[[int, int], None], before: int, whole: int) -> Callable[[int], None]:
    return lambda done: on_progress(before + done, whole)


def _with_policy(said: Any, own: Bundle, path: Path) -> Bundle:
    """The rules of `site/` with another collection.yml, checked like the one it stands for."""
    if not path.is_file():
        raise session.Refused(f"{path}: {session.text(own, said, 'file-missing')}")
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        shutil.copytree(session.SITE, site)
        shutil.copyfile(path, site / "collection.yml")
        found = bundle.compiled(site)
    if found.bundle is None:
        rows = [row for row in console.fault_rows(found, said.language) if row["file"] == _REPLACED]
        console.print_faults([{**row, "file": str(path)} for row in rows], file=sys.stderr)
        raise session.Refused(f"{path}: {session.text(own, said, 'policy-at-fault')}")
    return found.bundle


def _tallied(rules: Rulebook, said: Any, first: date, on_progress: Callable[[int], None]) -> Tally:
    """All owners, on every core; the parts add up the same whoever does them."""
    some = world(rules, first, said.days, said.seed)
    found = Tally()
    with ProcessPoolExecutor(os.cpu_count(), get_context("fork")) as pool:
        drawn = [range(start, min(start + _CHUNK, said.owners)) for start in range(0, said.owners, _CHUNK)]
        many: Counter[Profile] = Counter()
        for few in _done([pool.submit(profiles, some, part) for part in drawn]):
            many += few
        pairs = iter(many.items())
        parts = [dict(part) for part in iter(lambda: list(islice(pairs, _LIVES)), [])]
        del many
        for part in _done([pool.submit(tally, some, part) for part in parts]):
            found.add(part)
            on_progress(found.owners)
    return found


def _done(waiting: Iterable[Future[_T]]) -> Iterator[_T]:
    for one in as_completed(list(waiting)):
        yield one.result()


def _figures(found: Tally, rules: Rulebook) -> Row:
    """Contacts and cases by stage and channel, what they cost, how much came in by when, and what was broken."""
    order = {stage.id: index for index, stage in enumerate(rules.collection.stages)}
    told = sorted(found.told.items(), key=lambda pair: (order[pair[0][0]], pair[0][1]))
    costs = rules.collection.costs
    steps = [
        {"stage": stage, "channel": channel, "count": count, "cost": str(count * costs.get(Channel(channel), 0))}
        for (stage, channel), count in told
    ]
    return {
        "contacts": [row for row in steps if row["channel"] != Channel.CASE],
        "cases": [row for row in steps if row["channel"] == Channel.CASE],
        "cost": str(sum(count * costs.get(Channel(channel), 0) for (_, channel), count in told)),
        "late_fees": found.late_fees,
        "paid": {days: round(1 - found.unpaid[days] / found.due[days], 4) for days in CURVE_DAYS if found.due[days]},
        "behaviours": dict(found.behaviours),
        "looks": found.visits,
        "promises": list(PROMISES),
        "broken": dict(found.broken),
    }


def _megabytes() -> int:
    """The most memory this process and its helpers took at a time, as far as the system tells."""
    own, helpers = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (own + helpers * (os.cpu_count() or 1)) // 1024


def _print(answer: Row, stages: Mapping[str, str], words: Words, language: Language) -> None:
    def label(name: str, **values: object) -> str:
        return words.labels[f"sim-{name}"].of(language).format(**values)

    out = Console()
    names = list(answer["policies"])
    last = date.fromordinal(date.fromisoformat(answer["from"]).toordinal() + answer["days"] - 1)
    title = label("title", owners=f"{answer['owners']:,}", first=answer["from"], last=last)
    table = console.headed((label("stage"), label("channel")))
    table.title = title
    for name in names:
        suffix = f"\n{label(name)}" if len(names) > 1 else ""
        table.add_column(label("count") + suffix, justify="right", no_wrap=True)
        table.add_column(label("cost") + suffix, justify="right", no_wrap=True)
    _add_steps(table, [answer["policies"][name] for name in names], stages, words, language)
    out.print(table)
    curve = Table(label("curve"), *(label(name) for name in names))
    for days in CURVE_DAYS:
        shares = [answer["policies"][name]["paid"].get(days) for name in names]
        if shares[0] is not None:
            curve.add_row(label("days", days=days), *(f"{share:.1%}" for share in shares if share is not None))
    curve.add_row(label("late-fees"), *(yuan(Fen(answer["policies"][name]["late_fees"])) for name in names))
    out.print(curve)
    for name in names:
        figures = answer["policies"][name]
        kept = label("kept", count=len(PROMISES), visits=f"{figures['looks']:,}")
        broken = " · ".join(f"{what} {count}" for what, count in figures["broken"].items())
        out.print(f"{label('promises')}: {label('broken', what=broken) if broken else kept}", highlight=False)
    shares = [f"{words.labels[f'behaviour-{name}'].of(language)} {share}%" for name, share in answer["assumed"].items()]
    out.print(label("assumed", shares=" · ".join(shares)), highlight=False)
    out.print(label("spent", seconds=answer["seconds"], megabytes=answer["megabytes"]), highlight=False)


def _add_steps(table: Table, policies: list[Row], stages: Mapping[str, str], words: Words, language: Language) -> None:
    """What contacts owners, then cases, which are work for staff alone; each with its sum, then what all costs."""
    for name in ("contacts", "cases"):
        for key, pair in _side_by_side(policies, name).items():
            table.add_row(stages[key[0]], words.channels[key[1]].of(language), *_cells(pair))
        table.add_section()
        sums = [{"count": sum(row["count"] for row in p[name]), "cost": _cost(p[name])} for p in policies]
        table.add_row(words.labels[f"sim-all-{name}"].of(language), "", *_cells(sums))
        table.add_section()
    wholes = (f"{float(figures['cost']):,.2f}" for figures in policies)
    table.add_row(words.labels["sim-total"].of(language), "", *(cell for whole in wholes for cell in ("", whole)))


def _side_by_side(policies: list[Row], name: str) -> dict[tuple[str, str], list[Row]]:
    nothing = {"count": 0, "cost": "0"}
    rows: dict[tuple[str, str], list[Row]] = {}
    for at, figures in enumerate(policies):
        for row in figures[name]:
            rows.setdefault((row["stage"], row["channel"]), [nothing] * len(policies))[at] = row
    return rows


def _cost(rows: Iterable[Row]) -> str:
    return str(sum(Decimal(row["cost"]) for row in rows))


def _cells(pair: Iterable[Row]) -> Iterator[str]:
    for row in pair:
        yield f"{row['count']:,}"
        yield f"{float(row['cost']):,.2f}"
