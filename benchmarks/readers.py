"""Many readers at once, each on a connection of its own, kept for as long as the server keeps it."""

import asyncio
import re
from asyncio import StreamReader, StreamWriter
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import NamedTuple

_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)
_LAST = re.compile(rb"^connection: *close", re.IGNORECASE | re.MULTILINE)


class Visit(NamedTuple):
    """What one reader asks for, with their code, and what a right answer holds."""

    path: str
    code: str
    expected: bytes


@dataclass
class Load:
    """How long each answer took, what was no right answer, and the seconds of it all."""

    waits: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def each(self) -> float:
        """The seconds the server took for an answer, one with another."""
        return self.seconds / len(self.waits)


def wait(loads: Sequence[Load], percent: int) -> float:
    """The wait that so many in a hundred answers did not exceed."""
    waits = sorted(wait for load in loads for wait in load.waits)
    return waits[max(0, -(-len(waits) * percent // 100) - 1)]


def read(port: int, visits: Sequence[Visit], times: int) -> Load:
    """All readers at once, each so many times in a row."""
    load = Load()
    began = perf_counter()
    asyncio.run(_read_all(port, visits, times, load))
    load.seconds = perf_counter() - began
    return load


async def _read_all(port: int, visits: Sequence[Visit], times: int, load: Load) -> None:
    await asyncio.gather(*(_read(port, visit, times, load) for visit in visits))


async def _read(port: int, visit: Visit, times: int, load: Load) -> None:
    open_ones: list[tuple[StreamReader, StreamWriter]] = []
    for _ in range(times):
        began = perf_counter()
        try:
            if not open_ones:
                open_ones.append(await asyncio.open_connection("127.0.0.1", port))
            fault, is_last = await _ask(*open_ones[0], visit)
        except (OSError, EOFError) as error:
            fault, is_last = type(error).__name__, True
        load.waits.append(perf_counter() - began)
        load.faults += [fault] if fault else []
        if is_last and open_ones:
            open_ones.pop()[1].close()
    for _, writer in open_ones:
        writer.close()


async def _ask(reader: StreamReader, writer: StreamWriter, visit: Visit) -> tuple[str, bool]:
    """What is wrong with the answer, if anything is, and whether the connection ends with it."""
    writer.write(f"GET {visit.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {visit.code}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    body = await reader.readexactly(int(length[1]) if length else 0)
    status = head.split(b" ", 2)[1].decode()
    is_right = status == "200" and visit.expected in body
    return "" if is_right else f"{status} {visit.path}", bool(_LAST.search(head))
