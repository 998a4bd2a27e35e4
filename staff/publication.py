"""Builds both languages of the site and puts them together: Chinese at `/`, English at `/en/`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONFIGS = ("mkdocs.yml", "mkdocs.en.yml")


@contextmanager
def running(site_url: str | None = None) -> Iterator[list[subprocess.Popen[str]]]:
    """Both builds, begun; stopped if they are no longer wanted."""
    builds = start(site_url)
    try:
        yield builds
    finally:
        for build in builds:
            build.kill()
            build.wait()


def start(site_url: str | None = None) -> list[subprocess.Popen[str]]:
    """Begins both builds side by side."""
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    if site_url:
        environment["COURTYARD_SITE_URL"] = site_url
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--config-file"]
    return [
        subprocess.Popen(  # noqa: S603
            [*command, config], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
        )
        for config in CONFIGS
    ]


def finish(builds: list[subprocess.Popen[str]], target: Path = ROOT / "build" / "site") -> str | None:
    """Waits for both, then puts them together in one move; what a failed build said, if one failed."""
    said = [build.communicate()[1] for build in builds]
    if any(build.returncode for build in builds):
        return "\n".join(text for build, text in zip(builds, said, strict=True) if build.returncode)
    draft = target.with_name(target.name + ".part")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(ROOT / "build" / "zh", draft)
    shutil.copytree(ROOT / "build" / "en", draft / "en")
    old = target.with_name(target.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    draft.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    return None


def main() -> int:
    """`make site`."""
    problem = finish(start())
    if problem:
        sys.stderr.write(problem)
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
