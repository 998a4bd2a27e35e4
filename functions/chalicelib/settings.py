"""What the environment says, read once; names of resources come from the template, nothing secret is here."""

import os
from collections.abc import Mapping
from typing import NamedTuple, cast

from .flows.ports import Mode


class Settings(NamedTuple):
    """Where table, queue, topic and site are (the site: if not at the rules' address), and how far all may go.

    The rates are the messages a second that the account may send. `secrets` is the path in the Parameter Store
    below which the payment providers' are. `proxies` are our own that stand between an owner and the gateway.
    """

    table: str
    queue_url: str
    configuration_set: str
    mode: Mode
    team: frozenset[str]
    site_url: str | None
    topic: str
    mail_rate: float
    sms_rate: float
    secrets: str
    proxies: int


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings with the names `resources.yml` gives; without a mode nothing is ever sent."""
    mode = environment.get("COURTYARD_MODE", "test")
    if mode not in ("test", "team", "live"):
        raise ValueError(f"COURTYARD_MODE is {mode!r}; it must be test, team or live")
    return Settings(
        table=environment.get("COURTYARD_TABLE", "courtyard"),
        queue_url=environment.get("COURTYARD_QUEUE_URL", ""),
        configuration_set=environment.get("COURTYARD_CONFIGURATION_SET", "courtyard"),
        mode=cast(Mode, mode),
        team=frozenset(environment.get("COURTYARD_TEAM", "").split()),
        site_url=environment.get("COURTYARD_SITE_URL"),
        topic=environment.get("COURTYARD_MAIL_TOPIC", ""),
        mail_rate=_rate(environment, "COURTYARD_MAIL_RATE"),
        sms_rate=_rate(environment, "COURTYARD_SMS_RATE"),
        secrets=environment.get("COURTYARD_SECRETS", "/courtyard/payments"),
        proxies=int(environment.get("COURTYARD_PROXIES", "0")),
    )


def _rate(environment: Mapping[str, str], name: str) -> float:
    """Messages a second; one, as a new account may send, where nothing is said."""
    said = environment.get(name, "1")
    try:
        rate = float(said)
    except ValueError:
        rate = 0
    if not 0 < rate < 10_000:
        raise ValueError(f"{name} is {said!r}; it must be messages a second, such as 14")
    return rate
