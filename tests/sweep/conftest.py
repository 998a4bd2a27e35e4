"""An installation to kill the processes of."""

from collections.abc import Iterator

import pytest

from tests.provider import Provider
from tests.sweep.installation import Installation, forget


@pytest.fixture
def installation(stack: None, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    yield Installation(monkeypatch, provider)
    monkeypatch.undo()
    forget()
