"""Reads everything that is logged while a test runs, and fails the very test in which something personal was.

Every record from INFO on (of our own loggers, all of them) and every line of the journal is searched for what would
name a person or open an account: codes, telephones, addresses, and the names that tests and the sample give to owners.
"""

import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.edge.journal import StandardOutput
from staff import sample, specimen
from tests import builders

OURS = ("courtyard", "chalicelib", "staff")
PERSONAL = {
    "a code": r"(?<![\w-])[\w-]{43}(?![\w-])",
    "a bearer": r"Bearer\s+\S",
    "a telephone": r"(?<!\w)\+[1-9]\d{6,14}(?!\w)|(?<!\w)1[3-9]\d{9}(?!\w)",
    "an address": r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)+",
    "a name": "|".join(
        [
            *(contact.name for contact in builders.owner().contacts),
            *(persona.name for group in (specimen.ORDINARY, specimen.LONGEST) for persona in group.values()),
            f"[{sample._SURNAMES}][{sample._GIVEN}]{{1,2}}",
        ]
    ),
}
_ANY = re.compile("|".join(f"(?P<found_{number}>{each})" for number, each in enumerate(PERSONAL.values())), re.ASCII)

_leaks: list[str] = []


def leak(text: str) -> str | None:
    """What a line says that no log may; None for one that says nothing of anybody."""
    found = _ANY.search(text)
    return list(PERSONAL)[int(str(found.lastgroup).removeprefix("found_"))] if found else None


def _read(where: str, text: str) -> None:
    if said := leak(text):
        _leaks.append(f"{said} was logged by {where}: {text}")


def _listen() -> None:
    """Has every logger and every journal read out; what they do otherwise stays as it is."""
    handle, write = logging.Logger.handle, StandardOutput.write

    def heard(logger: logging.Logger, record: logging.LogRecord) -> None:
        _read(record.name, _formatter.format(record))
        handle(logger, record)

    def written(journal: StandardOutput, line: str) -> None:
        _read("the journal", json.dumps(json.loads(line), ensure_ascii=False))
        write(journal, line)

    logging.Logger.handle = heard  # type: ignore[method-assign]
    StandardOutput.write = written  # type: ignore[method-assign]


_formatter = logging.Formatter("%(message)s")  # with the traceback, where there is one


def pytest_configure() -> None:
    _listen()
    logging.getLogger().setLevel(logging.INFO)


def pytest_runtest_logstart() -> None:
    for name in OURS:  # the app sets the level of its own when it is made
        logging.getLogger(name).setLevel(logging.DEBUG)


def _watched() -> Iterator[Any]:
    _leaks.clear()
    result = yield
    if _leaks:
        pytest.fail("\n".join(_leaks), pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[Any]:
    return (yield from _watched())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[Any]:
    return (yield from _watched())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[Any]:
    return (yield from _watched())
