"""The rules of `site/` as they were at a commit, or as they are in the folder."""

import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

from chalicelib.core import disclosure
from chalicelib.core.rulebook import Rulebook

from . import rulefiles
from .rulefiles import RuleFiles


class Unreadable(Exception):
    """Rules that cannot be had: no such commit, no `site/` in it, or rules with faults (`files` tells them)."""

    def __init__(self, what: str, files: RuleFiles | None = None) -> None:
        super().__init__(what)
        self.files = files


def commit(site: Path, name: str) -> str:
    """The commit a name stands for; Unreadable when Git knows none."""
    done = _git(site, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if done is None:
        raise Unreadable(f"{name}: Git knows no such commit")
    return done.decode().strip()


def rules_at(site: Path, revision: str) -> Rulebook:
    """The rules of a commit, judged as today's are; Unreadable otherwise."""
    packed = _git(site, "archive", "--format=tar", revision, site.name)
    if packed is None:
        raise Unreadable(f"{revision[:12]}: there is no {site.name}/ in it")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(packed)) as files:
            files.extractall(folder, filter="data")
        return rules_in(Path(folder) / site.name, revision[:12])


def rules_in(site: Path, name: str) -> Rulebook:
    """The rules of a folder; Unreadable when they have faults."""
    files = rulefiles.read(site)
    rules = rulefiles.TYPES.keys() - {disclosure.FILE}  # accounts of the past are no rule, nor were they always there
    if any(fault.file in rules for fault in files.faults) or not files.files.keys() >= rules:
        raise Unreadable(f"{name}: these rules have faults", files)
    return files.rulebook


def _git(site: Path, *words: str) -> bytes | None:
    folder = site.resolve().parent
    try:
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        raise Unreadable("Git is not installed") from None
    return done.stdout if done.returncode == 0 else None
