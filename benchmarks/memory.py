"""What a process takes of memory, as Linux tells it; unlike `getrusage`, it forgets what was there before an exec."""

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
