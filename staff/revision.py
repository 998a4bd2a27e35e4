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
    """Rules that cannot be had, and why: a problem of `site/words.yml`; `files` tells the faults of rules with some."""

    def __init__(self, problem: str, files: RuleFiles | None = None, **values: str) -> None:
        super().__init__(problem)
        self.problem, self.values, self.files = problem, values, files


def commit(site: Path, name: str) -> str:
    """The commit a name stands for; Unreadable when Git knows none."""
    done = _git(site, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if done is None:
        raise Unreadable("no-such-commit", name=name)
    return done.decode().strip()


def rules_at(site: Path, revision: str) -> Rulebook:
    """The rules of a commit, judged as today's are; Unreadable otherwise."""
    packed = _git(site, "archive", "--format=tar", revision, site.name)
    if packed is None:
        raise Unreadable("commit-without-site", name=revision[:12], folder=site.name)
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(packed)) as files:
            files.extractall(folder, filter="data")
        return rules_in(Path(folder) / site.name, revision[:12])


def rules_in(site: Path, name: str) -> Rulebook:
    """The rules of a folder; Unreadable when they have faults."""
    files = rulefiles.read(site)
    rules = rulefiles.TYPES.keys() - {disclosure.FILE}  # accounts of the past are no rule, nor were they always there
    if any(fault.file in rules for fault in files.faults) or not files.files.keys() >= rules:
        raise Unreadable("commit-at-fault", files, name=name)
    return files.rulebook


def _git(site: Path, *words: str) -> bytes | None:
    folder = site.resolve().parent
    try:
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        raise Unreadable("git-missing") from None
    return done.stdout if done.returncode == 0 else None
