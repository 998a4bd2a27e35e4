"""The providers' secrets: read where they are kept, remembered for a while, and nowhere written down."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.edge.secrets import KEPT, ParameterSecrets
from tests.flows.office import at

NOW = at("2026-06-30 10:00")


class Store:
    """A client of the Parameter Store that counts how often it is asked."""

    def __init__(self, **values: str) -> None:
        self.values = values
        self.asked: list[str] = []

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> Any:  # noqa: N803  # boto's names
        assert WithDecryption
        self.asked.append(Name)
        return {"Parameter": {"Value": self.values[Name.rpartition("/")[2]]}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("one", (b"one",)),
        ("new\nold", (b"new", b"old")),
        (" new \r\n\n  \nold\n", (b"new", b"old")),
        ("a phrase of words", (b"a phrase of words",)),
        ("  \n", ()),
    ],
)
def test_a_secret_is_a_line_and_an_empty_line_is_none(value: str, expected: tuple[bytes, ...]) -> None:
    store = Store(gate=value)
    assert ParameterSecrets(store, "/courtyard/payments").load("gate", now=NOW) == expected
    assert store.asked == ["/courtyard/payments/gate"]


def test_what_was_read_is_remembered_for_five_minutes_and_each_provider_apart() -> None:
    store = Store(gate="old", door="other")
    secrets = ParameterSecrets(store, "/x")
    assert secrets.load("gate", now=NOW) == (b"old",)
    store.values["gate"] = "new"
    assert secrets.load("door", now=NOW) == (b"other",)
    assert timedelta(minutes=5) == KEPT
    assert secrets.load("gate", now=NOW + KEPT) == (b"old",)
    assert secrets.load("gate", now=NOW + KEPT + timedelta(seconds=1)) == (b"new",)
    assert store.asked == ["/x/gate", "/x/door", "/x/gate"]
