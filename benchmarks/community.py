"""A year of a made-up community, as `courtyard simulate` lives it: seconds and megabytes against what is allowed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

OWNERS = 1_000_000
SECONDS, MEGABYTES = 300, 2048


class Year(NamedTuple):
    """What so many owners took, as the command itself measured it."""

    owners: int
    seconds: float
    megabytes: int

    @property
    def seconds_allowed(self) -> float:
        """A million owners may take five minutes on two cores, fewer their share."""
        return SECONDS * self.owners / OWNERS


def year(root: Path, owners: int) -> Year:
    """Lives a year of so many owners in a process of its own."""
    command = [sys.executable, "-m", "staff.cli", "simulate", "--owners", str(owners), "--from", "2026-01-01", "--json"]
    answer = json.loads(subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout)  # noqa: S603
    return Year(owners, answer["seconds"], answer["megabytes"])
