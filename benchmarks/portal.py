"""The demo's server under many readers: `python -m benchmarks.portal READERS ROUNDS`."""

import os
import re
import signal
import socket
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import count, islice, takewhile
from typing import NamedTuple

from chalicelib.flows.links import mint
from staff import aws

from . import burden
from .process import ROOT, answer, say
from .readers import Load, Visit, read, wait
from .result import Line, Result

DAY = date(2026, 11, 23)
PERCENTS = 50, 95, 99


class Demo(NamedTuple):
    """A running demo: its process, its port, the owners' links it shows, and what it says to export elsewhere."""

    process: int
    port: int
    links: dict[str, str]
    environment: dict[str, str]


class Served(NamedTuple):
    """What an answer costs the server in seconds of a core, what readers got of it, and the server's megabytes."""

    floor: float
    ours: float
    a_second: float
    waits: list[float]
    faults: dict[str, int]
    megabytes: list[int]


@contextmanager
def running() -> Iterator[Demo]:
    """A demo of its own on a free port, with everything in it."""
    port = _free_port()
    command = [sys.executable, "-m", "staff.cli", "demo", "--port", str(port), "--on", DAY.isoformat()]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdout  # noqa: S101
            said = "".join(takewhile(lambda line: "Ctrl-C" not in line, process.stdout))
            assert "AWS_ENDPOINT_URL=" in said, said  # noqa: S101
            links = dict(re.findall(r"^  (\S.*?)  +(\S+/balance/#\S+)$", said, re.M))
            yield Demo(process.pid, port, links, dict(re.findall(r"(\w+)=(\S+)", said)))
        finally:
            process.send_signal(signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def served(readers: int, rounds: int) -> Served:
    """Rounds of all readers at once: on health, which reads no record, then each on a statement of their own."""
    with running() as demo:
        os.environ |= demo.environment
        statements = list(islice(visits(), readers))
        health = [Visit("/v1/health", "", b'"status":"ok"')] * readers
        before = burden.held(demo.process)
        pairs = [(_read(demo, health, 10), _read(demo, statements, 2)) for _ in range(rounds)]
        after, most = burden.held(demo.process), burden.peak(demo.process)
    floors, ours = zip(*pairs, strict=True)
    loads = [turn.load for turn in ours]
    return Served(
        floor=statistics.median(turn.core for turn in floors),
        ours=statistics.median(turn.core for turn in ours),
        a_second=statistics.median(1 / load.each for load in loads),
        waits=[wait(loads, percent) for percent in PERCENTS],
        faults=Counter(fault for turn in (*floors, *ours) for fault in turn.load.faults),
        megabytes=[before, after, most],
    )


class _Turn(NamedTuple):
    """One round's readers, and how long each answer kept the server's core busy."""

    load: Load
    core: float


def _read(demo: Demo, visits: Sequence[Visit], times: int) -> _Turn:
    before = burden.seconds(demo.process)
    load = read(demo.port, visits, times)
    return _Turn(load, (burden.seconds(demo.process) - before) / len(load.waits))


def visits() -> Iterator[Visit]:
    """A statement for each owner of the demo whose environment this is, by a link of their own."""
    records = aws.records()
    for number in count(1):
        account = records.load_account(f"o-{number:04d}")
        if account:
            code, _ = mint(records, account, scope="account", channel="staff", on=DAY, days=30)
            yield Visit("/v1/statement", code, f'"owner":"{account.owner.id}"'.encode())


READERS, ROUNDS = 200, 7
BUDGET = 40.0
"""Health reads no record; five sixths of a statement's time go into its two reads, by way of the emulator."""


def lines() -> Iterator[Line]:
    """How the readers fared."""
    yield from told(READERS, Served(*answer("portal", READERS, ROUNDS)))


def told(readers: int, got: Served) -> Iterator[Line]:
    """Every answer must be right, and the server hold no more after many than before."""
    what = f"{readers} readers at once"
    before, after, most = got.megabytes
    yield Result(f"{what}: statement, beside health", got.floor, got.ours, BUDGET).line(most)
    waits = ", ".join(f"{percent} % in {wait:.1f} s" for percent, wait in zip(PERCENTS, got.waits, strict=True))
    faults = sum(got.faults.values())
    yield Line(f"{what}: {got.a_second:.0f} a second", f"{waits}; {faults} faults", not faults)
    yield Line(f"{what}: what the server holds", f"{before} MB before, {after} MB after", after <= before * 1.1, most)


if __name__ == "__main__":
    say(served(*map(int, sys.argv[1:])))
