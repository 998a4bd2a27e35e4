"""Text messages through SNS: transactional, one attempt on the wire."""

from typing import Any

from ..flows.ports import Delivery
from .outcome import delivery


class SnsSms:
    """Hands a text to SNS; what carriers make of it shows in the delivery log, not in the answer."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def send(self, text: str, *, phone: str, notice: str) -> Delivery:
        kind = {"DataType": "String", "StringValue": "Transactional"}
        return delivery(
            lambda: self._client.publish(
                PhoneNumber=phone, Message=text, MessageAttributes={"AWS.SNS.SMS.SMSType": kind}
            )
        )

    def is_opted_out(self, phone: str) -> bool:
        return bool(self._client.check_if_phone_number_is_opted_out(phoneNumber=phone).get("isOptedOut"))
