"""The public site as `make site` puts it together, once for all tests that look at it."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from staff import webserver

ROOT = Path(__file__).parents[1]
TODAY = "2026-11-23"
CONFIGS = {"zh": "mkdocs.yml", "en": "mkdocs.en.yml"}


def built(root: Path, language: str, target: Path) -> subprocess.CompletedProcess[str]:
    """One language built from a folder that holds the configuration and `site/`."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", CONFIGS[language], "-d", str(target)]
    env = os.environ | {"COURTYARD_TODAY": TODAY, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)  # noqa: S603


def assembled(folder: Path) -> Path:
    """Chinese at /, English at /en/, in a folder; what the builds said is in `build.log` beside it."""
    site = folder / "site"
    if not site.exists():
        builds = [built(ROOT, language, folder / language) for language in CONFIGS]
        (folder / "build.log").write_text("\n".join(build.stderr for build in builds), encoding="utf-8")
        assert [build.returncode for build in builds] == [0, 0], builds[0].stderr + builds[1].stderr
        shutil.copytree(folder / "zh", site)
        shutil.copytree(folder / "en", site / "en")
    return site


def shared(factory: pytest.TempPathFactory) -> Path:
    """The site put together once for every process of a test run."""
    own = factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "public-site"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return assembled(folder)


@contextmanager
def served(site: Path, responders: Mapping[str, webserver.Responder]) -> Iterator[str]:
    """The address of a site while it is served as the edge serves it."""
    with webserver.serving(0, webserver.site(site), responders) as port:
        yield f"http://127.0.0.1:{port}"
