"""What a process takes of the machine, as Linux tells it; `getrusage` would count what was there before an exec."""

import os
import re
from pathlib import Path


def peak(process: int | str = "self") -> int:
    """The most megabytes a process has held at a time."""
    return _megabytes("VmHWM", process)


def held(process: int | str = "self") -> int:
    """The megabytes a process holds now."""
    return _megabytes("VmRSS", process)


def _megabytes(name: str, process: int | str) -> int:
    said = re.search(rf"^{name}:\s+(\d+) kB$", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    assert said  # noqa: S101
    return int(said[1]) // 1024


def seconds(process: int | str = "self") -> float:
    """The seconds a process has kept a core busy."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # in user mode, and for it in the kernel
