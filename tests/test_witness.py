"""All logs are read: what is personal fails the test in which it was logged, and nothing else does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from staff import sample
from tests import builders
from tests.builders import day
from tests.witness import leak

ROOT = Path(__file__).parents[1]
CODE = "jwVp9Wqzr6QjYlG6xsx52PenjswRLswFOyRLqDgZN8I"
PERSONAL = {
    "a code": [CODE, "x" * 43, f"GET /v1/unsubscribe?t={CODE} HTTP/1.1", f"/balance/#{CODE}"],
    "a bearer": ["Authorization: Bearer x", "{'authorization': 'Bearer abc'}"],
    "a telephone": [
        "+8613800000001",
        "13900000002 is busy",
        '"phone":"13700000003"',
        "电话13700000003",
        "+14155550100",
    ],
    "an address": ["wang@owner.example", "To: <wang+1@mail.owner.example>", "w.x-y_z@a.example"],
    "a name": ["王小明", "no such owner: 王小明", "Anna Weber", "李强"],
}
HARMLESS = [
    "2026-03-01T09:00:00+08:00",
    "1795711749010",  # milliseconds
    "123456789012",  # an account
    "de8efb82f90d578d",  # a notice
    "a13912345678b901",
    "arn:aws:sqs:eu-west-1:123456789012:courtyard-notices",
    "0100018f7a5c2f1e-3f6a9b1c-6a2e-4c59-9c0b-0d2a9b6d2f7e-000000",
    "w***@owner.example and ***0001",
    "a-name-that-is-just-as-long-as-a-code-can-be-1",
    "2026-Q1/3-2-1201/property#bill-issued",
    "400-000-0123",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in PERSONAL.items() for text in texts])
def test_what_names_a_person_or_opens_an_account_is_seen(kind: str, text: str) -> None:
    assert leak(f"before {text}, after") == kind


@pytest.mark.parametrize("text", HARMLESS)
def test_what_says_nothing_of_anybody_may_be_logged(text: str) -> None:
    assert leak(f"before {text}, after") is None


def test_every_owner_of_the_sample_is_known_by_name(tmp_path: Path) -> None:
    files = sample.write(tmp_path, builders.shipped(), on=day("2026-11-23"))
    names = {line.split(",")[2] for line in files.owners.read_text(encoding="utf-8-sig").splitlines()[1:]}
    assert len(names) > 100
    assert {name for name in names if leak(name) != "a name"} == set()


LEAKING = """
import logging
import sys

from chalicelib.edge.journal import StandardOutput


def test_that_says_nothing():
    logging.getLogger("courtyard").debug("fine")
    StandardOutput(clock).note("run", notices=3)


def test_that_logs_a_code():
    logging.getLogger("courtyard").debug("opened %s", "x" * 43)


def test_that_logs_an_address_by_a_library():
    logging.getLogger("urllib3.connectionpool").info("POST /?To=wang@owner.example")


def test_that_logs_what_an_error_says():
    try:
        raise ValueError("no such owner: 王小明")
    except ValueError:
        logging.getLogger("anything").exception("broken")


def test_that_notes_a_telephone_in_the_journal():
    StandardOutput(clock).note("fault", where="+8613800000001")


def test_that_notes_a_name_in_the_journal():
    StandardOutput(clock).note("fault", where="王小明")


def test_whose_logger_tells_nobody_else():
    quiet = logging.getLogger("quiet")
    quiet.propagate = False
    quiet.warning("王小明")


def test_that_comes_after_and_says_nothing():
    logging.getLogger("courtyard").info("fine")


def clock():
    from datetime import UTC, datetime

    return datetime(2026, 3, 1, tzinfo=UTC)
"""
GUILTY = 6


def test_fault_29_the_very_test_in_which_something_personal_is_logged_fails(tmp_path: Path) -> None:
    path = tmp_path / "test_leaking.py"
    path.write_text(LEAKING, encoding="utf-8")
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pytest", "-p", "tests.witness", "-p", "no:cacheprovider", "-rA", "-q", str(path)],
        cwd=ROOT,
        env={**os.environ, "PYTEST_ADDOPTS": "", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    summary = [line.split(" - ")[0] for line in done.stdout.splitlines() if line.startswith(("PASSED", "FAILED"))]
    failed = {line.rpartition("::")[2] for line in summary if line.startswith("FAILED")}
    passed = {line.rpartition("::")[2] for line in summary if line.startswith("PASSED")}
    assert passed == {"test_that_says_nothing", "test_that_comes_after_and_says_nothing"}, done.stdout
    assert len(failed) == GUILTY
    assert "a code was logged by courtyard" in done.stdout
    assert "a telephone was logged by the journal" in done.stdout
