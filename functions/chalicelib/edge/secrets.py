"""The secrets shared with payment providers, in the Systems Manager Parameter Store and nowhere else."""

from datetime import datetime, timedelta
from typing import Any

KEPT = timedelta(minutes=5)
"""How long what was read is remembered: so long after a change, every function knows the new secret."""


class ParameterSecrets:
    """One SecureString a provider below a path, reached through a client that is passed in."""

    def __init__(self, client: Any, path: str) -> None:
        self._client = client
        self._path = path
        self._read: dict[str, tuple[datetime, tuple[bytes, ...]]] = {}

    def load(self, provider: str, *, now: datetime) -> tuple[bytes, ...]:
        """The secrets in use with a provider: one a line, so that a new one can join before the old one goes."""
        read_at, found = self._read.get(provider, (None, ()))
        if read_at is None or now - read_at > KEPT:
            answer = self._client.get_parameter(Name=f"{self._path}/{provider}", WithDecryption=True)
            lines = answer["Parameter"]["Value"].encode().splitlines()
            found = tuple(line.strip() for line in lines if line.strip())
            self._read[provider] = now, found
        return found
