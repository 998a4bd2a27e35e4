"""Fetches what the browser tests need: Chromium and a Chinese font, by apt where it may, else Playwright's own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """The path of a Chromium on this machine, the system's own first."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or _downloaded()


def _downloaded() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None  # noqa: PTH110  # a plain text from Playwright


def main() -> int:
    """`make browser`; what could not be had is said, and only CI takes it for a failure."""
    missing = []
    if chromium() is None and not _apt("chromium"):
        _done([sys.executable, "-m", "playwright", "install", "chromium"])
    if chromium() is None:
        missing.append("Chromium (neither by apt nor by Playwright's own download)")
    if not _has_chinese_font() and not _apt("fonts-noto-cjk"):
        missing.append("a font with Chinese characters (fonts-noto-cjk)")
    for what in missing:
        sys.stderr.write(f"could not be fetched: {what}\n")
    return 1 if missing and os.environ.get("CI") else 0


def _has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return sys.platform != "linux"
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout.strip())  # noqa: S607


def _apt(package: str) -> bool:
    """Installs a system package where that needs no password."""
    if not shutil.which("apt-get"):
        return False
    rights: list[str] = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if rights and not shutil.which("sudo"):
        return False
    _done([*rights, "apt-get", "update", "-qq"])
    return _done([*rights, "apt-get", "install", "-y", "-qq", "--no-install-recommends", package])


def _done(command: Sequence[str]) -> bool:
    return subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
