"""Bad input of any form is told as such, never a fault of ours, and never at the cost of what is good beside it."""

import gzip
import json
import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import app
from chalicelib.core.notice import Notice, State
from chalicelib.core.rulebook import Channel
from chalicelib.core.signature import signed
from chalicelib.edge.answer import HTML_TYPE, PROBLEM
from chalicelib.edge.request import FORM
from chalicelib.flows.sender import notice_tag
from staff import webserver
from tests.builders import UNIT, bill, bundle, contact, day, owner
from tests.flows.test_payments import RULES
from tests.portal import SECRET, Portal, bearer, opened

TOPIC = "arn:aws:sns:eu-west-1:123456789012:courtyard-mail-events"
ROUTES = [(method, path) for path, views in app.app.routes.items() for method in views]
STRAY = [(method, path) for method in ("PUT", "HEAD", "DELETE", "OPTIONS") for path in app.app.routes]
ODD = st.sampled_from(["\x00", "\r\n", "\ud800", "９", "%", "../", "0001-01-01", "9999-12-31", "2999-12-31", "A" * 43])
TEXTS = st.one_of(st.text(max_size=30), ODD)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)


NOISE = st.one_of(TEXTS, VALUES.map(json.dumps), st.just("[" * 5_000))


def keyed(*names: str) -> st.SearchStrategy[Any]:
    """Values in which the names of the real thing come up."""
    return st.recursive(
        VALUES,
        lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(names), inner)),
        max_leaves=15,
    )


@st.composite
def spoilt(draw: st.DrawFn, real: dict[str, Any]) -> dict[str, Any]:
    """The real thing with one value in it replaced."""
    made = deepcopy(real)
    at: Any = made
    while True:
        name = draw(st.sampled_from(sorted(at)))
        if not isinstance(at[name], dict) or draw(st.integers(0, 3)) == 0:
            break
        at = at[name]
    at[name] = draw(VALUES)
    return made


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with opened() as made:
        made.enter(bill(), owner=owner("o-0"))
        yield made


@pytest.fixture(scope="module")
def secrets(portal: Portal) -> list[str]:
    """Codes that open something: bad input beside a good code is bad input all the same."""
    return [portal.code("o-0"), portal.code("o-0", "unsubscribe"), "x", ""]


# the API


@given(st.data())
def test_fault_41_whatever_the_gateway_hands_on_is_answered_and_no_fault_of_ours(
    portal: Portal, secrets: list[str], data: st.DataObject
) -> None:
    secret = st.sampled_from(secrets)
    headers = st.dictionaries(
        st.one_of(TEXTS, st.sampled_from(["Authorization", "Content-Type", "Accept-Language", "Accept"])),
        st.one_of(TEXTS, secret.map(lambda code: f"Bearer {code}"), st.sampled_from([FORM, "application/json"])),
        max_size=5,
    )
    query = st.dictionaries(
        st.one_of(TEXTS, st.sampled_from(["on", "t"])), st.lists(st.one_of(TEXTS, secret), min_size=1), max_size=4
    )
    answer = portal.ask(
        *data.draw(st.sampled_from([*ROUTES * 10, *STRAY])),
        query=data.draw(query),
        headers=data.draw(headers),
        body=data.draw(st.one_of(st.none(), TEXTS, st.binary(max_size=60))),
        isBase64Encoded=data.draw(st.booleans()),
    )
    assert answer.status < 500
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.status == 200 or answer.headers["Content-Type"] in (PROBLEM, HTML_TYPE)


@pytest.mark.parametrize("body", ["\ud800", "A", "é"])
@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route[0] != "GET"])
def test_fault_41_a_body_that_is_neither_text_nor_base64_breaks_nothing(
    portal: Portal, secrets: list[str], method: str, path: str, body: str
) -> None:
    query = {"t": [secrets[1]]}
    for is_packed in (True, False):
        answer = portal.ask(method, path, query=query, headers=bearer(secrets[0]), body=body, isBase64Encoded=is_packed)
        assert answer.status < 500


REMITTANCE = {"transaction": "T-7", "amount": 1234, "currency": "CNY", "paid_at": "2026-02-28T20:15:00+08:00"}
REMITTANCES = st.one_of(spoilt({**REMITTANCE, "reference": UNIT}), keyed(*REMITTANCE, "reference"))


@given(st.one_of(st.binary(max_size=60), NOISE, REMITTANCES.map(json.dumps)), st.booleans(), TEXTS, st.booleans())
def test_fault_41_a_payment_told_of_in_garbage_is_refused_however_well_it_is_signed(
    body: str | bytes, is_signed: bool, noise: str, is_packed: bool
) -> None:
    with opened(bundle=replace(bundle(), rules=RULES)) as portal:
        raw = body.encode("utf-8", "replace") if isinstance(body, str) else body
        header = signed(raw, SECRET, at=portal.now) if is_signed else noise
        answer = portal.ask(
            "POST",
            "/v1/payments/{provider}",
            headers={"Courtyard-Signature": header},
            body=b64encode(raw).decode() if is_packed else body,
            pathParameters={"provider": "gate"},
            isBase64Encoded=is_packed,
        )
        assert answer.status < 500
        assert (answer.status == 200) is ("P#" in portal.dump())


@pytest.fixture(scope="module")
def port(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The app behind a socket, as the demo serves it."""
    folder: Path = tmp_path_factory.mktemp("site")
    (folder / "404.html").write_text("404", encoding="utf-8")
    with webserver.serving(0, webserver.site(folder), {"/v1": webserver.api(app.app)}) as port:
        yield port


def status_of(port: int, request: bytes) -> int:
    """The status the server answers some bytes with; 0 if it hangs up without a word."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(request)
        wire.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: wire.recv(65536), b""))
    return int(answer.split()[1]) if answer.startswith(b"HTTP/") else 0


CLEAN = st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b"").replace(b"\r", b""))
PATHS = [path.encode() for path in app.app.routes]
TARGETS = st.one_of(
    CLEAN.map(lambda raw: b"/v1/" + raw.replace(b" ", b"")),
    st.builds(
        lambda path, raw: path + b"?" + raw.replace(b" ", b"+"),
        st.sampled_from([*PATHS * 3, b"/v1/%73tatement", b"/v1//statement"]),
        st.one_of(CLEAN, CLEAN.map(lambda raw: b"t=" + raw), CLEAN.map(lambda raw: b"on=" + raw)),
    ),
)
FIELDS = st.lists(
    st.tuples(
        st.sampled_from([b"Authorization", b"Content-Type", b"Accept-Language", b"Host", b"Cookie", b"X-\x80"]), CLEAN
    ),
    max_size=4,
)
BODIES = st.binary(max_size=80)


def request(method: str, target: bytes, fields: list[tuple[bytes, bytes]], body: bytes, length: int) -> bytes:
    head = [method.encode() + b" " + target + b" HTTP/1.1", b"Connection: close"]
    head += [name + b": " + value for name, value in fields]
    return b"\r\n".join([*head, b"Content-Length: %d" % max(0, len(body) + length), b"", body])


@given(
    st.sampled_from(["GET"] * 5 + ["POST"] * 3 + ["PUT", "HEAD", "OPTIONS"]),
    TARGETS,
    FIELDS,
    BODIES,
    st.sampled_from([0, 0, 0, -1, 7]),
)
@example("POST", b"/v1/unsubscribe?t=x", [(b"Content-Type", b"application/x-www-form-urlencoded")], b"\xff\xfe", 0)
@example("GET", b"/v1/" + b"a" * 20_000, [], b"", 0)
@example("GET", b"/v1/statement?on=%ff%00", [(b"Authorization", b"Bearer \xff")], b"", 0)
@example("GET", b"/v1/../../etc/passwd", [], b"", 0)
def test_fault_41_any_bytes_in_a_request_are_answered_with_4xx_at_worst(
    port: int, method: str, target: bytes, fields: list[tuple[bytes, bytes]], body: bytes, length: int
) -> None:
    assert 200 <= status_of(port, request(method, target, fields, body, length)) < 500


@settings(max_examples=30)
@given(st.binary(max_size=200))
@example(b"\x16\x03\x01\x02\x00\x01")
@example(b"GET /v1/health\r\n\r\n")
@example(b"POST /v1/unsubscribe HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
def test_fault_41_what_is_no_request_at_all_leaves_the_server_as_it_was(port: int, noise: bytes) -> None:
    status_of(port, noise)
    assert status_of(port, request("GET", b"/v1/health", [], b"", 0)) == 200


# the handlers


JOBS = st.one_of(NOISE, keyed("owner", "notice").map(json.dumps))

TAG = notice_tag(
    Notice(
        owner="o-0",
        anchor=bill().key,
        stage="bill-issued",
        step="bill-issued",
        bills=(),
        channel=Channel.EMAIL,
        planned_on=day("2026-03-01"),
    )
)
MAIL = {
    "timestamp": "2026-03-01T02:00:00Z",
    "destination": ["wang@owner.example"],
    "messageId": "id-1",
    "tags": {"notice": [TAG], "attempt": ["1"]},
}
BOUNCE = {
    "bounceType": "Permanent",
    "timestamp": "2026-03-01T02:00:01Z",
    "bouncedRecipients": [{"emailAddress": "wang@owner.example"}],
}
EVENT = {"eventType": "Bounce", "mail": MAIL, "bounce": BOUNCE}
EVENTS = st.one_of(spoilt(EVENT), keyed("eventType", "mail", "tags", "notice", "attempt", "bounce"))


def report(number: int) -> dict[str, Any]:
    """What a carrier says of the text message to an owner."""
    about = {"messageId": f"sms-{number}", "timestamp": "2026-03-01 02:00:00.558"}
    return {"notification": about, "delivery": {"destination": f"+861380000000{number}"}, "status": "SUCCESS"}


REPORTS = st.one_of(spoilt(report(3)), keyed("notification", "messageId", "timestamp", "delivery", "status"))


def four_planned(portal: Portal) -> None:
    """One owner with e-mail, three with text messages."""
    for number in range(4):
        way: dict[str, Any] = {"email": None, "phone": f"+861380000000{number}"} if number else {"phone": None}
        portal.enter(bill(), owner=owner(f"o-{number}", contact(**way)))
    portal.plan("2026-03-01")


@settings(max_examples=40)
@given(st.lists(JOBS, max_size=5), st.randoms(use_true_random=False))
def test_fault_41_a_worker_fed_garbage_delivers_what_is_good_beside_it(noise: list[str], chance: Any) -> None:
    with opened() as portal:
        four_planned(portal)
        good = list(portal.queue.bodies)
        batch = [{"messageId": f"m-{number}", "body": body} for number, body in enumerate([*good, *noise])]
        failed = app.worker({"Records": chance.sample(batch, len(batch))}, None)["batchItemFailures"]
        assert {one["itemIdentifier"] for one in failed} <= {one["messageId"] for one in batch[len(good) :]}
        assert [portal.states(f"o-{number}") for number in range(4)] == [[State.SENT]] * 4


@pytest.fixture(scope="module")
def hearing() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURTYARD_MAIL_TOPIC", TOPIC)
        app.environment.cache_clear()
        yield
    app.environment.cache_clear()


def tell(message: str) -> None:
    """Has SES say something; what breaks the function is kept in the dead-letter queue."""
    about = {"TopicArn": TOPIC, "Message": message, "Subject": "", "MessageAttributes": {}}
    with suppress(Exception):
        app.feedback({"Records": [{"Sns": about}]}, None)


@given(st.one_of(NOISE, EVENTS.map(json.dumps)))
def test_fault_41_garbage_from_a_mail_provider_touches_no_other_notice_and_the_truth_is_heard_after_it(
    hearing: None, message: str
) -> None:
    with opened() as portal:
        four_planned(portal)
        portal.deliver("2026-03-01 10:00")
        tell(message)
        assert [portal.states(f"o-{number}") for number in range(1, 4)] == [[State.SENT]] * 3
        tell(json.dumps(EVENT))
        assert portal.states("o-0") in ([State.BOUNCED], [State.COMPLAINED])


@given(st.lists(st.one_of(VALUES, NOISE, REPORTS.map(json.dumps)), max_size=4), st.randoms(use_true_random=False))
@example([json.dumps(report(3)).replace("2026-03-01", "9999-12-31").replace("02:", "23:")], Random(2))  # noqa: S311  # an order
def test_fault_41_garbage_in_a_carriers_log_hides_no_report_beside_it(noise: list[Any], chance: Any) -> None:
    with opened() as portal:
        four_planned(portal)
        portal.deliver("2026-03-01 10:00")
        events = [{"message": json.dumps(report(number))} for number in (1, 2)]
        events += [{"message": one} if isinstance(one, str) else one for one in noise]
        content = json.dumps({"logEvents": chance.sample(events, len(events))}).encode()
        with suppress(Exception):
            app.receipts({"awslogs": {"data": b64encode(gzip.compress(content)).decode()}}, None)
        assert [portal.states(f"o-{number}") for number in range(3)] == [[State.SENT], *[[State.DELIVERED]] * 2]
