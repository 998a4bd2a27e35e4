"""The newcomer's way: the demo, a link, a statement, a run, the outbox; and README's commands as they stand."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, expect

from benchmarks.portal import visits
from benchmarks.readers import read
from tests.witness import leak

ROOT = Path(__file__).parents[2]
DAY, NEXT_RUN = "2026-11-23", "2026-12-01"
LABELS = ("paid up", "just overdue", "long overdue")


@dataclass
class Demo:
    """A running demo: its process, its address, what it printed."""

    process: subprocess.Popen[str]
    url: str
    said: str

    def link(self, label: str) -> str:
        return re.search(rf"^  {label}\s+(\S+)$", self.said, re.MULTILINE)[1]  # type: ignore[index]

    @property
    def environment(self) -> dict[str, str]:
        """What it says to export in another terminal."""
        return {**os.environ, **dict(re.findall(r"(\w+)=(\S+)", self.said))}

    def courtyard(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(ROOT / ".venv/bin/courtyard"), *arguments]
        return subprocess.run(  # noqa: S603
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    port = free_port()
    process = subprocess.Popen(  # noqa: S603
        [str(ROOT / ".venv/bin/courtyard"), "demo", "--port", str(port), "--on", DAY, "--doors", "1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            break
    yield Demo(process, f"http://127.0.0.1:{port}", said)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.stdout.close()
    process.wait()


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:  # noqa: S310
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def test_fault_29_beside_the_links_to_try_the_demo_prints_nothing_of_anybody(demo: Demo) -> None:
    without_links = re.sub(r"/balance/#[\w-]{43}", "", demo.said)
    assert without_links.count("/balance/") == 0
    assert len(demo.said) - len(without_links) == len(LABELS) * len("/balance/#" + "x" * 43)
    assert leak(without_links) is None


@pytest.mark.parametrize("label", LABELS)
def test_each_printed_link_opens_its_owners_statement(demo: Demo, browser: Browser, label: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, locale="zh-CN")
    problems: list[str] = []
    page.on("console", lambda told: problems.append(told.text) if told.type == "error" else None)
    page.goto(demo.link(label))

    expect(page.get_by_role("heading", name="缴费记录")).to_be_visible()

    assert "#" not in page.url, "the code is gone from the address bar"
    assert problems == []
    page.close()


def test_two_hundred_readers_at_once_each_get_their_own_statement(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in demo.environment.items():
        monkeypatch.setenv(name, value)
    readers = 2 * list(islice(visits(), 100))

    with ThreadPoolExecutor(1) as apart:  # the browser's own loop of events runs in this thread
        seen = apart.submit(read, int(demo.url.rsplit(":", 1)[1]), readers, 1).result()
    assert seen.faults == []


def test_the_statement_adds_up(demo: Demo) -> None:
    code = demo.link("long overdue").split("#")[1]
    status, headers, body = get(f"{demo.url}/v1/statement", Authorization=f"Bearer {code}")
    statement = json.loads(body)

    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert statement["balance"] == sum(bill["outstanding"] for bill in statement["bills"]) - statement["credit"]
    assert statement["overdue"] > 0
    assert any(line["kind"] == "late_fee" for bill in statement["bills"] for line in bill["lines"])


def test_a_link_that_opens_nothing_shows_whom_to_call(demo: Demo, browser: Browser) -> None:
    page = browser.new_page(locale="zh-CN")
    page.goto(f"{demo.url}/balance/#{'x' * 43}")

    expect(page.get_by_role("link", name="400-000-0123").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("链接")
    page.close()


def test_what_the_gateway_does_not_know_is_a_problem_document(demo: Demo) -> None:
    status, headers, body = get(f"{demo.url}/v1/nothing")

    assert (status, headers["Content-Type"]) == (403, "application/problem+json")
    assert json.loads(body)["status"] == 403


def test_a_run_sends_what_the_plan_said_and_the_outbox_shows_it(demo: Demo, browser: Browser) -> None:
    planned = json.loads(demo.courtyard("plan", "--on", NEXT_RUN, "--json").stdout)
    done = json.loads(demo.courtyard("run", "--on", NEXT_RUN, "--json").stdout)
    again = json.loads(demo.courtyard("run", "--on", NEXT_RUN, "--json").stdout)

    told, by_plan = ({notice["owner"] for notice in run["notices"]} for run in (done, planned))
    demanded = {task["owner"] for task in planned["tasks"] if task["stage"] != "bill-issued"}
    assert by_plan <= told
    assert told - by_plan <= demanded, "the ledger is too old for a demand, so they hear of the new bill alone"
    assert {notice["stage"] for notice in done["notices"]} == {"bill-issued"}
    assert done["states"] == {"SENT": done["totals"]["notices"]}
    assert (again["notices"], again["states"]) == ([], {})

    page = browser.new_page()
    page.goto(f"{demo.url}/outbox/")
    newest = page.get_by_role("row").first
    expect(newest).to_contain_text(NEXT_RUN)
    page.locator("tr", has_text="@").first.get_by_role("link").click()
    with page.expect_popup() as opened:
        page.frame_locator("iframe").get_by_role("link", name="查看我的账单").click()
    expect(opened.value.get_by_role("heading", name="缴费记录")).to_be_visible()
    page.close()


def readme_commands() -> list[str]:
    """The commands of README's shell blocks, without their remarks."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("command", [c for c in readme_commands() if c.startswith("courtyard")])
def test_a_command_of_the_readme_does_what_it_says(demo: Demo, tmp_path: Path, command: str) -> None:
    book = Workbook()
    assert book.active
    book.active.append(["房号", "缴费日期", "实收金额", "缴费方式", "流水号"])
    book.active.append(["3-2-1201", date(2026, 11, 20), 10, "微信支付", "README-1"])
    book.save(tmp_path / "bank.xlsx")
    arguments = shlex.split(command.replace("bank.xlsx", str(tmp_path / "bank.xlsx")))[1:]

    done = demo.courtyard(*arguments)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.parametrize("command", [c for c in readme_commands() if c.startswith("make")])
def test_a_make_target_of_the_readme_exists(command: str) -> None:
    done = subprocess.run([*shlex.split(command), "-n"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603

    assert done.returncode == 0, done.stderr


def ends(process: subprocess.Popen[str], sent: signal.Signals) -> bool:
    """Whether a signal, even twice, ends a demo well and with everything it started."""
    process.send_signal(sent)
    process.send_signal(sent)
    assert process.wait(timeout=20) == 0
    for _ in range(50):
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("seconds", [3, 7])
def test_ctrl_c_ends_a_demo_that_is_still_starting(seconds: int) -> None:
    starting = subprocess.Popen(  # noqa: S603
        [str(ROOT / ".venv/bin/courtyard"), "demo", "--port", str(free_port()), "--on", DAY, "--doors", "1"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    time.sleep(seconds)

    assert ends(starting, signal.SIGINT)


def test_sigterm_ends_the_demo_and_leaves_no_process(demo: Demo) -> None:
    """The last test of this file: the others need the demo."""
    assert ends(demo.process, signal.SIGTERM)
