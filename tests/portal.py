"""The app as API Gateway calls it, on records in memory: quick enough for a hundred thousand requests."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import pytest

import app
from chalicelib.core.link import Scope
from chalicelib.flows.links import mint
from tests.flows.office import Office, at

NOW = "2026-03-01 10:00"
SECRET = b"whsec_0123456789abcdef"


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: str


@dataclass
class Portal(Office):
    """A centre whose app can be asked."""

    now: datetime = field(default_factory=lambda: at(NOW))

    def ask(
        self,
        method: str = "GET",
        path: str = "/v1/statement",
        *,
        query: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
        body: str | bytes | None = None,
        **more: Any,
    ) -> Answer:
        """One request, as the gateway hands it on."""
        made = app.app(
            {
                "requestContext": {"httpMethod": method, "resourcePath": path, "identity": {}, "path": path},
                "multiValueQueryStringParameters": query or None,
                "headers": {name.lower(): value for name, value in (headers or {}).items()},
                "pathParameters": dict.fromkeys(re.findall(r"{(\w+)}", path), "x"),
                "stageVariables": {},
                "body": body,
                **more,
            },
            None,
        )
        return Answer(made["statusCode"], made["headers"], made["body"])

    def look(self, code: str) -> Answer:
        """The statement a code opens."""
        return self.ask(headers=bearer(code))

    def code(self, owner: str, scope: Scope = "account", *, days: int = 120) -> str:
        account = self.records.load_account(owner)
        assert account is not None
        code, _ = mint(self.records, account, scope=scope, channel="email", on=self.now.date(), days=days)
        return code

    def dump(self) -> str:
        """All that is on record."""
        return repr(sorted(repr(item) for item in self.table.items()))  # type: ignore[attr-defined]


def bearer(code: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {code}"}


class FakeSecrets:
    """Every provider's secret is the same."""

    def load(self, provider: str, *, now: datetime) -> list[bytes]:
        return [SECRET]


@contextmanager
def opened(**how: Any) -> Iterator[Portal]:
    """A portal the app serves while it is open."""
    made = Portal(**how)
    wiring = {"records": made.records, "bundle": made.bundle, "now": made.now, "sender": made.sender}
    wiring |= {"queue": made.queue, "journal": made.journal, "secrets": FakeSecrets()}
    with pytest.MonkeyPatch.context() as patch:
        for name, part in wiring.items():
            patch.setattr(app, name, lambda part=part: part)
        yield made
