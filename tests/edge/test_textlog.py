"""Delivery reports of text messages as SNS writes them to its log."""

import gzip
import json
from base64 import b64encode
from typing import Any

from chalicelib.core.rulebook import Channel
from chalicelib.edge.textlog import text_feedback
from tests.flows.office import at

REPORT = {
    "notification": {"messageId": "34d9b400-c6dd-5444-820d-fbeb0f1f54cf", "timestamp": "2026-03-01 02:00:00.558"},
    "delivery": {
        "phoneCarrier": "Carrier",
        "destination": "+8613800000001",
        "priceInUSD": 0.00645,
        "smsType": "Transactional",
        "providerResponse": "Message has been accepted by phone carrier",
        "dwellTimeMs": 599,
    },
    "status": "SUCCESS",
}


def piece(*messages: Any) -> str:
    lines = [one if isinstance(one, str) else json.dumps(one) for one in messages]
    events = [{"id": "1", "timestamp": 0, "message": line} for line in lines]
    data = {"messageType": "DATA_MESSAGE", "logGroup": "sns/x", "logEvents": events}
    return b64encode(gzip.compress(json.dumps(data).encode())).decode()


def test_a_message_a_carrier_took_is_delivered() -> None:
    (heard,) = text_feedback(piece(REPORT))
    assert (heard.said, heard.channel, heard.notice) == ("delivered", Channel.SMS, REPORT["notification"]["messageId"])  # type: ignore[index]
    assert heard.at == at("2026-03-01 10:00")


def test_a_message_no_carrier_took_has_come_back_and_its_phone_is_not_closed() -> None:
    (heard,) = text_feedback(piece({**REPORT, "status": "FAILURE"}))
    assert (heard.said, heard.is_lasting, heard.detail) == ("bounced", False, "undelivered")


def test_what_is_no_report_is_left_out_and_the_others_are_heard() -> None:
    odd: list[Any] = ["", "text", "[]", {}, {"status": "SUCCESS"}, {**REPORT, "delivery": None}]
    assert len(list(text_feedback(piece(*odd, REPORT)))) == 1


def test_a_word_of_the_log_itself_has_no_reports() -> None:
    data = b64encode(gzip.compress(b'{"messageType": "CONTROL_MESSAGE"}')).decode()
    assert list(text_feedback(data)) == []
