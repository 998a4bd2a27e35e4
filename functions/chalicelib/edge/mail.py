"""E-mail through SES v2: one attempt on the wire, and an honest answer about what became of it."""

from typing import Any

from ..core.mime import ascii_address
from ..flows.ports import Delivery
from .outcome import delivery


class SesMail:
    """Hands raw MIME to SES, tagged with its notice so that the event feed can settle what is unknown."""

    def __init__(self, client: Any, configuration_set: str) -> None:
        self._client = client
        self._configuration_set = configuration_set

    def send(self, mime: bytes, *, recipient: str, notice: str, attempt: int) -> Delivery:
        return delivery(
            lambda: self._client.send_email(
                Destination={"ToAddresses": [ascii_address(recipient)]},
                Content={"Raw": {"Data": mime}},
                ConfigurationSetName=self._configuration_set,
                EmailTags=[{"Name": "notice", "Value": notice}, {"Name": "attempt", "Value": str(attempt)}],
            )
        )
