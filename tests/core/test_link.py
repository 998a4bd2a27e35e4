import hashlib

import pytest

from chalicelib.core.link import Link, Scope, digest, is_alive, is_well_formed
from tests.builders import day

CODE = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE"
LINK = Link(
    digest=digest(CODE),
    owner="o-1",
    generation=2,
    scope="account",
    channel="email",
    created_on=day("2026-03-01"),
    expires=day("2026-06-29"),
)


def test_a_code_is_32_bytes_in_base64url_without_padding() -> None:
    assert is_well_formed(CODE)


@pytest.mark.parametrize(
    "text", ["", CODE[:-1], CODE + "A", CODE + "=", CODE + "\n", CODE[:-1] + "+", CODE[:-1] + "房", " " + CODE[1:]]
)
def test_whatever_else_is_no_code(text: str) -> None:
    assert not is_well_formed(text)


def test_what_is_kept_of_a_code_is_its_sha256() -> None:
    assert digest(CODE) == hashlib.sha256(CODE.encode()).hexdigest()


@pytest.mark.parametrize(
    ("scope", "generation", "on", "expected"),
    [
        ("account", 2, "2026-03-01", True),
        ("account", 2, "2026-06-29", True),
        ("account", 2, "2026-06-30", False),
        ("account", 3, "2026-03-01", False),
        ("account", 1, "2026-03-01", False),
        ("unsubscribe", 2, "2026-03-01", False),
    ],
)
def test_a_link_lives_through_its_last_day_in_its_generation_and_for_its_scope(
    scope: Scope, generation: int, on: str, expected: bool
) -> None:
    assert is_alive(LINK, scope=scope, generation=generation, on=day(on)) is expected
