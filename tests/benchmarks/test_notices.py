"""Both claims about notices are measured on notices that really go out."""

from datetime import time
from email import message_from_bytes
from email.policy import default

from benchmarks import notices
from benchmarks.planrun import ON
from chalicelib.core.calendar import instant
from tests.builders import shipped_bundle


def test_every_notice_is_sent_and_timed() -> None:
    bundle = shipped_bundle()
    for found in (notices.messages(bundle, 1), notices.deliveries(bundle, 1)):
        assert found.floor > 0
        assert found.ours > 0


def test_the_floor_makes_the_same_e_mail() -> None:
    bundle = shipped_bundle()
    specimen = notices.specimens(bundle)[0]
    words, now = notices.words(bundle, specimen), instant(ON, time(10), "Asia/Shanghai")
    floor, ours = (
        message_from_bytes(raw, policy=default)
        for raw in (
            notices.plain_mime(bundle, words, specimen.account.owner, now),
            notices.own_mime(bundle, words, specimen.account.owner, now),
        )
    )

    assert {name.lower(): str(value) for name, value in floor.items() if name != "Content-Type"} == {
        name.lower(): str(value) for name, value in ours.items() if name != "Content-Type"
    }
    assert [part.get_payload(decode=True) for part in floor.iter_parts()] == [
        part.get_payload(decode=True) for part in ours.iter_parts()
    ]
