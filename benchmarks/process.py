"""A measurement in a process of its own, so that no other one's memory and warmth count."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def answer(module: str, *arguments: int) -> Any:
    """What a module of the benchmarks answers when it is run with some numbers."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)  # noqa: S603


def say(measured: object) -> None:
    """Hands a measurement to whoever ran this process."""
    sys.stdout.write(json.dumps(measured))
