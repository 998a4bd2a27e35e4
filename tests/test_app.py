"""The API and the handlers as AWS calls them, on the real table's stand-in; only clock and rules are given."""

import gzip
import json
import logging
import re
import traceback
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import boto3
import msgspec
import pytest
from chalice.test import Client
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sesv2.models import sesv2_backends
from msgspec.structs import replace

import app
from chalicelib.core.account import Holder
from chalicelib.core.bundle import Bundle
from chalicelib.core.link import Scope
from chalicelib.core.notice import Notice, State
from chalicelib.core.receipt import number_of
from chalicelib.core.rulebook import Channel
from chalicelib.core.signature import signed
from chalicelib.edge.answer import HTML_TYPE
from chalicelib.edge.request import FORM
from chalicelib.flows.links import mint, new_code
from chalicelib.flows.payments import unmatched
from chalicelib.flows.records import Records
from chalicelib.flows.sender import Sender, notice_tag
from tests import builders
from tests.builders import OWNER, UNIT, bill, contact, day, owner, payment, tenure
from tests.conftest import REGION
from tests.fakes import FakeMail, FakeSms, Mailed
from tests.flows.office import at

NOW = "2026-06-30 10:00"
PROBLEM = "application/problem+json"
ONE_CLICK = b"List-Unsubscribe=One-Click"
CACHED = ("environment", "client", "sending_client", "records", "secrets", "sender", "queue", "journal")


@pytest.fixture
def wired(stack: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The app on fresh resources: what it keeps between calls is forgotten, its clock and rules are ours."""
    url = boto3.client("sqs").get_queue_url(QueueName="courtyard-notices")["QueueUrl"]
    monkeypatch.setenv("COURTYARD_QUEUE_URL", url)
    monkeypatch.setenv("COURTYARD_MODE", "live")
    monkeypatch.setenv("COURTYARD_MAIL_RATE", "1000")
    monkeypatch.setattr(app, "bundle", builders.bundle)
    monkeypatch.setattr(app, "LEFT_OVER_MILLISECONDS", 0)  # Chalice's test client gives three seconds
    set_clock(monkeypatch, NOW)
    for name in CACHED:
        getattr(app, name).cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    for name in CACHED:
        getattr(app, name).cache_clear()


def set_clock(monkeypatch: pytest.MonkeyPatch, now: str) -> None:
    instant: datetime = at(now)
    monkeypatch.setattr(app, "now", lambda: instant)


@pytest.fixture
def records(wired: pytest.MonkeyPatch) -> Records:
    """The published example on record."""
    made = app.records()
    made.save_owner(owner())
    made.add_facts(OWNER, [tenure(), bill(123456, "2026-03-31")])
    made.record_payment(OWNER, payment(50_000, "2026-05-01", id="bank#T-1#1"))
    return made


@pytest.fixture
def api(records: Records) -> Iterator[Client]:
    with Client(app.app) as client:
        yield client


def code_for(records: Records, scope: Scope = "account", *, days: int = 120, generation: int | None = None) -> str:
    account = records.load_account(OWNER)
    assert account is not None
    if generation is not None:
        account = msgspec.structs.replace(account, link_generation=generation)
    code, _ = mint(records, account, scope=scope, channel="email", on=day("2026-06-30"), days=days)
    return code


def bearer(code: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {code}"}


# statement


def test_the_published_example_to_the_fen(api: Client, records: Records) -> None:
    answer = api.http.get("/v1/statement?on=2026-06-30", headers=bearer(code_for(records)))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    body: Any = json.loads(answer.body)
    assert (body["owner"], body["on"], body["currency"], body["rules"]) == (OWNER, "2026-06-30", "CNY", "test-revision")
    assert (body["balance"], body["overdue"], body["credit"]) == (76622, 76622, 0)
    assert body["units"][0]["from"] == "2021-05-01"
    assert body["units"][0]["until"] is None
    (one,) = body["bills"]
    expected = {"id": "2026-Q1", "unit": "3-2-1201", "kind": "property", "period": "2026-Q1", "due_on": "2026-03-31"}
    expected |= {"principal": 123456, "discount": 0, "late_fee": 3166, "paid": 50000, "outstanding": 76622}  # type: ignore[dict-item]
    assert {key: one[key] for key in expected} == expected
    assert [line["amount"] for line in one["lines"] if line["kind"] == "late_fee"] == [926, 2240]
    (paid,) = body["payments"]
    assert (paid["paid_on"], paid["method"], paid["amount"], paid["reference"]) == ("2026-05-01", "bank", 50000, "T-1")
    assert re.fullmatch("R[0-9A-Z]{10}", paid["receipt"])
    (allocation,) = paid["allocations"]
    assert (allocation["bill"], allocation["part"], allocation["amount"]) == ("2026-Q1", "principal", 50000)
    assert body["holds"] == []
    assert set(body["next"]) == {"stage", "on", "reason"}


def test_without_a_day_the_statement_is_of_today_where_the_community_is(
    api: Client, records: Records, wired: pytest.MonkeyPatch
) -> None:
    code = code_for(records)
    set_clock(wired, "2026-06-30 00:30")  # still the 29th in UTC
    assert json.loads(api.http.get("/v1/statement", headers=bearer(code)).body)["on"] == "2026-06-30"


def test_the_statement_is_in_the_language_asked_for_else_in_the_owners(api: Client, records: Records) -> None:
    code = code_for(records)
    for wanted, language in [("en-GB,en;q=0.9", "en"), ("zh-CN", "zh"), ("fr", "zh"), ("", "zh")]:
        answer = api.http.get("/v1/statement", headers={**bearer(code), "Accept-Language": wanted})
        assert json.loads(answer.body)["language"] == language


def test_every_bad_link_gets_the_same_answer_to_the_byte(api: Client, records: Records) -> None:
    good = code_for(records)
    headers = [
        {},
        bearer(""),
        bearer("x"),
        bearer(new_code()),
        bearer(good[:-1]),
        bearer(good + "A"),
        bearer("房" * 43),
        bearer(code_for(records, days=-1)),
        bearer(code_for(records, generation=7)),
        bearer(code_for(records, "unsubscribe")),
        {"Authorization": good},
        {"Authorization": f"Basic {good}"},
        {"Authorization": "Bearer"},
    ]
    answers = [api.http.get("/v1/statement", headers=one) for one in headers]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.body for answer in answers}) == 1
    assert json.loads(answers[0].body) == {"type": "about:blank", "title": "Not found", "status": 404}


def test_no_owner_is_taken_from_the_client(api: Client, records: Records) -> None:
    records.save_owner(owner("o-2", contact(name="别人")))
    code = code_for(records)
    for query in ("owner=o-2", "id=o-2", "on=2026-06-30&owner=o-2"):
        body = json.loads(api.http.get(f"/v1/statement?{query}", headers=bearer(code)).body)
        assert body["owner"] == OWNER


@pytest.mark.parametrize(
    "on",
    [
        "",
        "today",
        "2026-6-1",
        "2026-02-30",
        "20260630",
        "2026-W27-2",
        "2026-06-30T00:00",
        "１",
        "0001-01-01",
        "9999-12-31",
    ],
)
def test_a_day_that_is_none_is_told_as_a_problem(api: Client, records: Records, on: str) -> None:
    answer = api.http.get(f"/v1/statement?{urlencode({'on': on})}", headers=bearer(code_for(records)))
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == PROBLEM
    body = json.loads(answer.body)
    assert (body["type"], body["status"]) == ("about:blank", 400)
    assert body["detail"].startswith("on: ")


def test_a_bad_day_with_a_bad_link_tells_nothing_about_the_link(api: Client) -> None:
    answers = [api.http.get("/v1/statement?on=x", headers=headers) for headers in (bearer(new_code()), bearer("x"))]
    assert len({(answer.status_code, answer.body) for answer in answers}) == 1


# health, headers, errors


def test_health_tells_the_rules_and_needs_no_table(wired: pytest.MonkeyPatch) -> None:
    wired.setattr(app, "records", None)
    with Client(app.app) as client:
        answer = client.http.get("/v1/health")
    assert (answer.status_code, json.loads(answer.body)) == (200, {"status": "ok", "rules": "test-revision"})


def test_fault_34_every_answer_is_private_and_errors_are_problems(
    api: Client, records: Records, wired: pytest.MonkeyPatch
) -> None:
    code, stop, form = code_for(records), code_for(records, "unsubscribe"), {"Content-Type": FORM}

    def out_of_order() -> Records:
        raise RuntimeError

    answers = [
        api.http.get("/v1/health"),
        api.http.get("/v1/statement", headers=bearer(code)),
        api.http.get("/v1/statement"),
        api.http.get("/v1/statement?on=x", headers=bearer(code)),
        api.http.post("/v1/statement", headers=bearer(code)),
        api.http.delete("/v1/health"),
        api.http.get(f"/v1/unsubscribe?t={stop}"),
        api.http.post(f"/v1/unsubscribe?t={stop}", headers={"Content-Type": "text/xml"}, body=b"x"),
        api.http.post(f"/v1/unsubscribe?t={stop}", headers=form, body=b""),
        api.http.post(f"/v1/unsubscribe?t={stop}", headers=form, body=ONE_CLICK),
        api.http.get("/v1/unsubscribe?t=x"),
        api.http.post("/v1/unsubscribe?t=x", headers=form, body=ONE_CLICK),
    ]
    with wired.context() as broken:
        broken.setattr(app, "records", out_of_order)
        answers.append(api.http.get("/v1/statement", headers=bearer(code)))
    assert [answer.status_code for answer in answers] == [
        200,
        200,
        404,
        400,
        405,
        405,
        200,
        415,
        400,
        200,
        404,
        404,
        500,
    ]
    routes = [(method, path) for path, views in app.app.routes.items() for method in views]
    answers += [api.http.request(method, re.sub("[{}]", "", path)) for method, path in routes]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        if answer.status_code >= 400 and answer.headers["Content-Type"] != HTML_TYPE:
            assert answer.headers["Content-Type"] == PROBLEM
            body = json.loads(answer.body)
            assert body["status"] == answer.status_code
            assert body["title"]


def test_a_dead_unsubscribe_link_shows_a_person_whom_to_call(api: Client) -> None:
    answer = api.http.get(f"/v1/unsubscribe?t={'x' * 43}")

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, HTML_TYPE)
    assert builders.bundle().rules.community.service_centre.phone in answer.body.decode()
    assert "<form" not in answer.body.decode()


def test_an_unknown_route_is_the_gateways_to_refuse(api: Client) -> None:
    assert api.http.get("/v1/owners/o-1").status_code == 403


def test_what_nobody_foresaw_is_a_plain_500_and_says_nothing(
    api: Client, records: Records, wired: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = code_for(records)

    def broken() -> Records:
        raise RuntimeError(f"secret {code}")

    wired.setattr(app, "records", broken)
    answer = api.http.get("/v1/statement", headers=bearer(code))
    assert json.loads(answer.body) == {"type": "about:blank", "title": "Internal error", "status": 500}
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert logged == [{"event": "fault", "where": "statement", "kind": "RuntimeError"}]


def test_a_function_without_its_rules_says_so(wired: pytest.MonkeyPatch, tmp_path: Any) -> None:
    wired.setattr(app, "bundle", lambda: app.rules_bundle.load(tmp_path / "bundle.json"))
    with Client(app.app) as client:
        answer = client.http.get("/v1/health")
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == PROBLEM


# replies


def say(api: Client, code: str, **said: Any) -> Any:
    form = {"id": "reply-000000000001", "kind": "dispute", **said}
    headers = {**bearer(code), "Content-Type": "application/json"}
    return api.http.post("/v1/replies", headers=headers, body=json.dumps(form).encode())


def test_a_reply_is_taken_in_once_and_answered_by_the_worker(api: Client, records: Records) -> None:
    code = code_for(records)
    first, again = say(api, code), say(api, code)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.body == again.body
    body = json.loads(first.body)
    assert body["number"].startswith("260630-")
    assert (body["kind"], body["received_on"], body["answer_by"]) == ("dispute", "2026-06-30", "2026-07-03")
    paused = body["hold"]
    assert (paused["kind"], paused["from"], paused["stops_late_fee"]) == ("dispute", "2026-06-30", True)
    assert (body["refused"], body["instalments"]) == (None, [])
    assert work(api, received()) == {"batchItemFailures": []}
    assert len(mails()) == 1
    shown = json.loads(api.http.get("/v1/statement", headers=bearer(code)).body)
    assert [one["number"] for one in shown["replies"]] == [body["number"]]
    assert "help" in shown["can_reply"]


def test_where_the_rules_pause_nothing_the_reply_is_taken_in_all_the_same(api: Client, records: Records) -> None:
    answer = say(api, code_for(records), kind="promise", on="2026-12-31")
    body = json.loads(answer.body)
    assert (answer.status_code, body["hold"], body["refused"]["code"]) == (201, None, "hold-long")
    assert body["refused"]["values"] == {"last": "2026-07-15"}


def test_what_is_wrong_with_a_reply_is_told_field_by_field(api: Client, records: Records) -> None:
    code = code_for(records)
    answer = say(api, code, kind="promise", parts=3, more=1)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, PROBLEM)
    assert json.loads(answer.body)["errors"] == [{"field": "more", "code": "unknown"}]
    answer = say(api, code, kind="promise", parts=3)
    assert {one["field"] for one in json.loads(answer.body)["errors"]} == {"on", "parts"}
    say(api, code)
    assert say(api, code, kind="call").status_code == 409
    assert say(api, code, message="x" * 11_000).status_code == 413
    for number in range(9):
        say(api, code, kind="call", id=f"{number:016}")
    busy = say(api, code, kind="call", id="y" * 16)
    assert (busy.status_code, busy.headers["Retry-After"]) == (429, "86400")


def test_a_link_that_is_no_account_takes_no_reply(api: Client, records: Records) -> None:
    answers = [say(api, code) for code in (new_code(), "", code_for(records, "unsubscribe"))]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.body for answer in answers}) == 1
    assert received() == []


# preferences, and a link to pass on


def wish(api: Client, code: str, **said: Any) -> Any:
    form = {"language": "zh", "email": True, "sms": True, "large_print": False, **said}
    headers = {**bearer(code), "Content-Type": "application/json"}
    return api.http.request("PUT", "/v1/preferences", headers=headers, body=json.dumps(form).encode())


def test_preferences_are_as_the_owner_wishes_and_say_what_remains(api: Client, records: Records) -> None:
    code = code_for(records)
    answer = wish(api, code, email=False, language="en", large_print=True)
    expected = {"language": "en", "email": False, "sms": True, "large_print": True, "remains": "sms"}
    assert (answer.status_code, json.loads(answer.body)) == (200, expected)
    shown = json.loads(api.http.get("/v1/statement", headers=bearer(code)).body)
    assert (shown["preferences"], shown["language"]) == (expected, "en")
    assert work(api, received()) == {"batchItemFailures": []}
    assert [notice.stage for notice in records.notices.load_history(OWNER).notices] == ["preference-changed"]


def test_preferences_are_given_whole_and_by_their_owner_alone(api: Client, records: Records) -> None:
    code = code_for(records)
    assert wish(api, new_code()).status_code == wish(api, code_for(records, "pay")).status_code == 404
    answer = wish(api, code, email="yes", owner="o-2")
    assert answer.status_code == 400
    assert json.loads(answer.body)["errors"] == [
        {"field": "owner", "code": "unknown"},
        {"field": "email", "code": "invalid"},
    ]


def test_a_link_to_pass_on_shows_how_much_to_pay_and_nothing_else(api: Client, records: Records) -> None:
    answer = api.http.post("/v1/links/pay", headers=bearer(code_for(records)))
    made = json.loads(answer.body)
    assert (answer.status_code, made["expires"]) == (201, "2026-07-30")
    address, _, code = made["url"].partition("#")
    assert address == "https://sample.example/pay-for/"
    shown = api.http.get("/v1/amount", headers=bearer(code))
    assert json.loads(shown.body) == {
        "on": "2026-06-30",
        "currency": "CNY",
        "balance": 76622,
        "overdue": 76622,
        "due_on": "2026-03-31",
        "references": ["3-2-1201 2026Q1"],
        "rules": "test-revision",
    }
    for call in ("/v1/statement", "/v1/links/pay", "/v1/preferences", "/v1/replies"):
        method = {"/v1/statement": "GET", "/v1/preferences": "PUT"}.get(call, "POST")
        form = {"/v1/replies": {"id": "x" * 16, "kind": "call"}}.get(call, {})
        form = {"language": "zh", "email": True, "sms": True, "large_print": False} if method == "PUT" else form
        headers = {**bearer(code), "Content-Type": "application/json"}
        assert api.http.request(method, call, headers=headers, body=json.dumps(form).encode()).status_code == 404


def test_the_link_of_an_account_shows_no_amount_alone_and_only_so_many_are_passed_on(
    api: Client, records: Records
) -> None:
    code = code_for(records)
    assert api.http.get("/v1/amount", headers=bearer(code)).status_code == 404
    answers = [api.http.post("/v1/links/pay", headers=bearer(code)) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 24 * 3600


# receipts


def verified(api: Client, number: str, check: str) -> tuple[int, Any]:
    answer = api.http.get(f"/v1/receipts/verify?{urlencode({'number': number, 'check': check})}")
    return answer.status_code, json.loads(answer.body)


def test_a_receipt_says_what_was_paid_and_anybody_can_see_that_it_is_genuine(api: Client, records: Records) -> None:
    code = code_for(records)
    statement = json.loads(api.http.get("/v1/statement", headers=bearer(code)).body)
    number = statement["payments"][0]["receipt"]
    answer = api.http.get(f"/v1/receipts/{number}", headers={**bearer(code), "Accept-Language": "en"})
    body = json.loads(answer.body)
    assert (body["number"], body["amount"], body["paid_on"], body["payer_unit"]) == (number, 50000, "2026-05-01", UNIT)
    (line,) = body["lines"]
    assert (line["bill"], line["part"], line["amount"], line["kind_name"]) == (
        "2026-Q1",
        "principal",
        50000,
        "Property service fee",
    )
    assert (body["credit"], body["is_reversed"], body["reversed_on"]) == (0, False, None)
    again = api.http.get(f"/v1/receipts/{number.lower()}", headers={**bearer(code), "Accept-Language": "en"})
    assert again.body == answer.body
    assert verified(api, number, body["check"]) == (200, {"state": "genuine"})
    assert verified(api, number, "x")[1] == verified(api, "R0", body["check"])[1] == {"state": "unknown"}
    records.record_payment(OWNER, payment(50_000, "2026-06-01", id="bank#T-2#1", reverses="bank#T-1#1"))
    assert verified(api, number, body["check"]) == (200, {"state": "reversed"})


def test_fault_27_a_receipt_is_shown_to_its_owner_alone(api: Client, records: Records) -> None:
    records.save_owner(owner("o-2", contact(name="别人")))
    records.add_facts("o-2", [tenure(), bill(999)])
    records.record_payment("o-2", payment(999, "2026-05-01", id="bank#T-9#1"))
    numbers = [number_of("bank#T-9#1"), "R0000000000", "verify%00", "%E6%88%BF"]
    answers = [api.http.get(f"/v1/receipts/{number}", headers=bearer(code_for(records))) for number in numbers]
    answers.append(api.http.get(f"/v1/receipts/{number_of('bank#T-1#1')}", headers=bearer(code_for(records, "pay"))))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.body for answer in answers}) == 1


def test_asking_whether_a_receipt_is_genuine_never_breaks(api: Client) -> None:
    for number, check in [("", ""), ("房", "屋"), ("R" * 5000, "x"), ("\0", "%"), ("R#", "#")]:
        assert verified(api, number, check) == (200, {"state": "unknown"})
    answer = api.http.get("/v1/receipts/verify")
    assert (answer.status_code, json.loads(answer.body)) == (200, {"state": "unknown"})


# send me my bill


def post(api: Client, path: str, **said: Any) -> Any:
    return api.http.post(path, headers={"Content-Type": "application/json"}, body=json.dumps(said).encode())


@pytest.fixture
def housed(records: Records) -> Records:
    records.add_holder(UNIT, Holder(owner=OWNER, from_=day("2021-05-01")))
    return records


def test_whoever_asks_for_a_bill_gets_the_same_answer_and_only_the_owner_gets_the_bill(
    api: Client, housed: Records
) -> None:
    mine = "wang@owner.example"
    asked = [(UNIT, mine), (UNIT, "x@owner.example"), ("9-9", mine), ("9", "13800000009")]
    answers = [post(api, "/v1/links", unit=unit, contact=who) for unit, who in asked]
    assert {answer.status_code for answer in answers} == {202}
    assert {answer.body for answer in answers} == {b'{"sent":true}'}
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1
    assert work(api, received()) == {"batchItemFailures": []}
    assert len(mails()) == 1


def test_a_code_by_text_message_is_exchanged_for_a_link(
    api: Client, housed: Records, wired: pytest.MonkeyPatch
) -> None:
    sms = FakeSms()
    sender = Sender(FakeMail(), sms, "live", new_pin=lambda: "012345")
    wired.setattr(app, "sender", lambda: sender)
    assert post(api, "/v1/links", unit=UNIT, contact="13800000001").status_code == 202
    work(api, received())
    assert "012345" in sms.sent[0][0]
    wrong = [
        post(api, "/v1/sessions", unit=UNIT, phone="13800000001", code="012346"),
        post(api, "/v1/sessions", unit="9-9", phone="13800000001", code="012345"),
        post(api, "/v1/sessions", unit=UNIT, phone="13800000009", code="012345"),
    ]
    assert {(answer.status_code, answer.body) for answer in wrong} == {(404, wrong[0].body)}
    answer = post(api, "/v1/sessions", unit=UNIT, phone="138 0000 0001", code="012345")
    made = json.loads(answer.body)
    assert (answer.status_code, made["expires"]) == (200, "2026-07-01")
    assert api.http.get("/v1/statement", headers=bearer(made["code"])).status_code == 200
    assert post(api, "/v1/sessions", unit=UNIT, phone="13800000001", code="012345").status_code == 404


def test_a_form_that_is_none_is_told_and_asks_for_nothing(api: Client, housed: Records) -> None:
    for said in ({}, {"unit": UNIT, "contact": "me"}, {"unit": "x" * 65, "contact": "a@b.example"}):
        assert post(api, "/v1/links", **said).status_code == 400
    assert post(api, "/v1/sessions", unit=UNIT, phone="13800000001", code="12345").status_code == 400
    assert received() == []


def test_the_network_is_what_our_own_proxy_has_seen_and_nothing_a_sender_claims(
    api: Client, housed: Records, wired: pytest.MonkeyPatch
) -> None:
    most = builders.rules().collection.limits.asks_by_network

    def ask(number: int, forwarded: str) -> None:
        headers = {"Content-Type": "application/json", "X-Forwarded-For": forwarded}
        said = {"unit": f"u-{number}", "contact": f"a{number}@owner.example"}
        assert api.http.post("/v1/links", headers=headers, body=json.dumps(said).encode()).status_code == 202

    for number in range(most + 5):
        ask(number, f"198.51.100.{number}, 192.0.2.7")
    assert sum(len(batch) for batch in iter(received, [])) == most
    wired.setenv("COURTYARD_PROXIES", "1")
    app.environment.cache_clear()
    ask(999, "10.0.0.1, 203.0.113.9, 192.0.2.7")
    assert len(received()) == 1


# unsubscribing


def unsubscribed(records: Records) -> set[str]:
    account = records.load_account(OWNER)
    assert account is not None
    return {channel.value for channel in account.unsubscribed}


def test_the_page_asks_and_looking_at_it_changes_nothing(api: Client, records: Records) -> None:
    stop = code_for(records, "unsubscribe")
    for _ in range(20):
        answer = api.http.get(f"/v1/unsubscribe?t={stop}")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    page = answer.body.decode()
    assert '<form method="post"><button name="List-Unsubscribe" value="One-Click"' in page
    assert stop not in page
    assert unsubscribed(records) == set()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", ONE_CLICK),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
        ),
        ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click&utm=1"),
    ],
)
def test_one_click_needs_no_header_and_may_be_repeated(
    api: Client, records: Records, content_type: str, body: bytes
) -> None:
    stop = code_for(records, "unsubscribe")
    for _ in range(3):
        answer = api.http.post(f"/v1/unsubscribe?t={stop}", headers={"Content-Type": content_type}, body=body)
        assert answer.status_code == 200
        assert "<form" not in answer.body.decode()
        assert "短信" in answer.body.decode(), "it says by which way bills come now"
        assert unsubscribed(records) == {"email"}


def test_a_link_to_the_account_unsubscribes_nobody(api: Client, records: Records) -> None:
    for code in (code_for(records), new_code(), ""):
        answer = api.http.post(f"/v1/unsubscribe?t={code}", headers={"Content-Type": FORM}, body=ONE_CLICK)
        assert answer.status_code == 404
    assert unsubscribed(records) == set()


# payments as a provider tells of them

SECRET, OLD_SECRET = b"whsec_0123456789abcdef", b"whsec_fedcba9876543210"
SECRETS = "/courtyard/payments/gate"


def with_provider(name: str | None) -> Bundle:
    """The rules with bank transfers told of by a provider."""
    made = builders.bundle()
    bank, *others = made.rules.payments.methods
    methods = (replace(bank, provider=name), *others)
    return replace(made, rules=replace(made.rules, payments=replace(made.rules.payments, methods=methods)))


@pytest.fixture
def gate(wired: pytest.MonkeyPatch, records: Records) -> None:
    """A provider called `gate`, with one secret; the unit knows who holds it."""
    wired.setattr(app, "bundle", lambda: with_provider("gate"))
    records.add_holder(UNIT, Holder(owner=OWNER, from_=day("2021-05-01")))
    keep_secrets(SECRET.decode())


def keep_secrets(value: str) -> None:
    boto3.client("ssm").put_parameter(Name=SECRETS, Value=value, Type="SecureString", Overwrite=True)


def remittance(transaction: str = "T-7", **changes: Any) -> bytes:
    told = {"transaction": transaction, "amount": 1234, "currency": "CNY", "paid_at": "2026-06-29T20:15:00+08:00"}
    return msgspec.json.encode({**told, "reference": f"{UNIT} 2026Q1 王小明", **changes})


def notify(api: Client, body: bytes, signature: str | None = None, *, provider: str = "gate") -> Any:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    headers["Courtyard-Signature"] = signed(body, SECRET, at=app.now()) if signature is None else signature
    return api.http.post(f"/v1/payments/{provider}", headers=headers, body=body)


def amounts(records: Records) -> dict[str, int]:
    account = records.load_account(OWNER)
    assert account is not None
    return {one.reference: one.amount for one in account.payments}


BEFORE = {"T-1": 50_000}


@pytest.mark.usefixtures("gate")
def test_a_payment_shows_on_the_statement_as_soon_as_the_provider_has_told(api: Client, records: Records) -> None:
    answer = notify(api, remittance())
    assert (answer.status_code, json.loads(answer.body)) == (200, {"received": "T-7"})
    body = json.loads(api.http.get("/v1/statement?on=2026-06-30", headers=bearer(code_for(records))).body)
    paid = {one["reference"]: (one["paid_on"], one["amount"]) for one in body["payments"]}
    assert paid["T-7"] == ("2026-06-29", 1234)


@pytest.mark.usefixtures("gate")
def test_fault_23_a_notification_gets_the_same_answer_however_often_it_comes(api: Client, records: Records) -> None:
    for reference in (f"{UNIT} 2026Q1", "nobody"):
        body = remittance(f"T-{reference[0]}", reference=reference)
        answers = [notify(api, body) for _ in range(3)]
        assert {(answer.status_code, answer.body) for answer in answers} == {(200, answers[0].body)}
    assert amounts(records) == {**BEFORE, "T-3": 1234}
    assert [one.money.transaction for one in unmatched(records)] == ["T-n"]


@pytest.mark.usefixtures("gate")
def test_fault_23_the_same_transaction_with_another_body_is_refused_as_a_problem(api: Client, records: Records) -> None:
    notify(api, remittance())
    answer = notify(api, remittance(amount=4321))
    assert (answer.status_code, answer.headers["Content-Type"]) == (409, PROBLEM)
    assert json.loads(answer.body) == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "transaction T-7",
    }
    assert amounts(records) == {**BEFORE, "T-7": 1234}


@pytest.mark.usefixtures("gate")
def test_fault_24_a_notification_that_is_forged_old_or_unsigned_is_refused_and_changes_nothing(
    api: Client, records: Records
) -> None:
    body = remittance()
    good = signed(body, SECRET, at=app.now())
    forged = [
        "",
        "t=1,v1=x",
        signed(body, b"guess", at=app.now()),
        signed(body, SECRET, at=app.now() - timedelta(seconds=301)),
        signed(body, SECRET, at=app.now() + timedelta(seconds=301)),
        good[:-1] + ("0" if good[-1] != "0" else "1"),
    ]
    answers = [notify(api, body, one) for one in forged]
    answers += [notify(api, body + b" ", good), notify(api, body.replace(b"1234", b"1235"), good)]
    assert {(answer.status_code, answer.body) for answer in answers} == {(403, answers[0].body)}
    assert json.loads(answers[0].body) == {"type": "about:blank", "title": "Not verified", "status": 403}
    assert (amounts(records), unmatched(records)) == (BEFORE, [])
    for seconds in (-300, 300):
        assert notify(api, body, signed(body, SECRET, at=app.now() + timedelta(seconds=seconds))).status_code == 200
    assert amounts(records) == {**BEFORE, "T-7": 1234}


@pytest.mark.usefixtures("gate")
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"x", remittance(amount=0), remittance(paid_at="yesterday")])
def test_a_signed_body_that_is_no_notification_is_told_and_nothing_is_kept(
    api: Client, records: Records, body: bytes
) -> None:
    answer = notify(api, body)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, PROBLEM)
    assert (amounts(records), unmatched(records)) == (BEFORE, [])
    assert notify(api, remittance()).status_code == 200, "its transaction is not used up"


def test_a_provider_the_rules_do_not_name_is_not_there(api: Client, wired: pytest.MonkeyPatch) -> None:
    for name, asked in (
        (None, "gate"),
        (None, "None"),
        (None, "bank"),
        ("gate", "gat"),
        ("gate", "GATE"),
        ("gate", "%2e"),
    ):
        wired.setattr(app, "bundle", lambda name=name: with_provider(name))
        answer = notify(api, remittance(), provider=asked)
        assert (answer.status_code, json.loads(answer.body)["title"]) == (404, "Not found")


@pytest.mark.usefixtures("gate")
def test_a_secret_is_exchanged_without_a_gap(api: Client, wired: pytest.MonkeyPatch) -> None:
    def answers(*, minutes: int) -> list[int]:
        set_clock(wired, f"2026-06-30 10:{minutes}")
        bodies = [remittance(f"T-{minutes}-{which}") for which in (1, 2)]
        headers = [signed(body, one, at=app.now()) for body, one in zip(bodies, (OLD_SECRET, SECRET), strict=True)]
        return [notify(api, body, header).status_code for body, header in zip(bodies, headers, strict=True)]

    keep_secrets(OLD_SECRET.decode())
    assert answers(minutes=10) == [200, 403]
    keep_secrets(f"{SECRET.decode()}\n{OLD_SECRET.decode()}\n")
    assert answers(minutes=16) == [200, 200]
    keep_secrets(SECRET.decode())
    assert answers(minutes=22) == [403, 200]


@pytest.mark.usefixtures("gate")
def test_without_a_secret_nobody_is_believed(api: Client, records: Records, capsys: pytest.CaptureFixture[str]) -> None:
    boto3.client("ssm").delete_parameter(Name=SECRETS)
    body = remittance()
    assert notify(api, body, signed(body, b"", at=app.now())).status_code == 500
    assert '"kind": "ParameterNotFound"' in capsys.readouterr().out
    assert amounts(records) == BEFORE


@pytest.mark.usefixtures("gate")
def test_nothing_of_a_notification_is_logged(
    api: Client, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("botocore").setLevel(logging.WARNING)  # the SDK's debug log is off in the functions
    for body in (
        remittance(),
        remittance(amount=4321),
        remittance("T-6", reference="nobody"),
        b"{",
        remittance(amount=-1),
    ):
        notify(api, body)
        notify(api, body, "t=1,v1=0")
    logged = caplog.text + capsys.readouterr().out
    for word in ("T-7", "T-6", "王小明", "1234", "4321", UNIT, "nobody", SECRET.decode()):
        assert word not in logged


# planner and worker


def received() -> list[Any]:
    """What the queue holds, as Lambda hands it to the worker: each record with an id of its own."""
    client, url = boto3.client("sqs"), app.environment().queue_url
    messages = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in messages:
        client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [{"messageId": message["MessageId"], "body": message["Body"]} for message in messages]


def work(client: Client, records: list[Any]) -> Any:
    return client.lambda_.invoke("worker", {"Records": records}).payload


def mails() -> list[Any]:
    return sesv2_backends[DEFAULT_ACCOUNT_ID][REGION].core_backend.sent_messages


@pytest.fixture
def due(wired: pytest.MonkeyPatch) -> Records:
    """Three owners with a bill to be told of on 2026-03-01, one of them reached by text message only."""
    set_clock(wired, "2026-03-01 09:00")
    made = app.records()
    people = [
        contact(name="王小明", email="wang@owner.example"),
        contact(name="李大力", email="li@owner.example", phone="+8613900000002"),
        contact(name="张无邮", email=None, phone="+8613700000003"),
    ]
    for number, person in enumerate(people):
        made.save_owner(owner(f"o-{number}", person))
        made.add_facts(f"o-{number}", [tenure(), bill(123456 + number)])
        made.set_due_day(f"o-{number}", day("2026-03-01"))
    return made


def test_a_day_from_schedule_to_ses_and_sns(due: Records) -> None:
    with Client(app.app) as client:
        counts = {"notices": 3, "tasks": 0, "waits": 0}
        assert client.lambda_.invoke("planner", {}).payload == {"phase": "done", **counts}
        records = received()
        assert work(client, records) == {"batchItemFailures": []}
        assert work(client, records) == {"batchItemFailures": []}
        assert client.lambda_.invoke("planner", {}).payload == {"phase": "done"}
    assert len(mails()) == 2


def test_only_what_broke_is_given_back_to_the_queue(due: Records) -> None:
    with Client(app.app) as client:
        client.lambda_.invoke("planner", {})
        records = received()
        poison = [{"messageId": "poison", "body": "{"}, {"messageId": "empty", "body": ""}]
        answer = work(client, [poison[0], *records, poison[1]])
    assert answer == {"batchItemFailures": [{"itemIdentifier": "poison"}, {"itemIdentifier": "empty"}]}
    assert len(mails()) == 2


def test_a_message_another_worker_has_in_hand_stays_in_the_queue(due: Records) -> None:
    """Were it taken as done and that worker died in its call, nobody would ever show the notice as UNKNOWN."""
    with Client(app.app) as client:
        client.lambda_.invoke("planner", {})
        (record, *_) = [one for one in received() if "o-0" in one["body"]]
        (notice,) = due.notices.load_history("o-0").notices
        now = app.now()
        attempt = due.notices.claim(
            notice, notice.bills, notice.channel, now=now, leased_until=now + timedelta(minutes=10)
        )
        assert work(client, [record]) == {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
        due.notices.advance(notice, State.CALLING, only_from=(State.CLAIMED,), attempt=attempt)
        assert work(client, [record]) == {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
        due.notices.advance(notice, State.SENT, only_from=(State.CALLING,), attempt=attempt)
        assert work(client, [record]) == {"batchItemFailures": []}
    assert mails() == []


def test_fault_29_nothing_personal_is_ever_logged(
    due: Records, wired: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """A whole run with everything that can happen in it: sent, refused, unknown, broken, opened, unsubscribed."""
    mail = FakeMail()
    sender = Sender(mail, FakeSms(), "live", journal=app.journal())
    wired.setattr(app, "sender", lambda: sender)
    caplog.set_level(logging.DEBUG)
    logging.getLogger("botocore").setLevel(logging.WARNING)  # the SDK's debug log is off in the functions
    with Client(app.app) as client:
        client.lambda_.invoke("planner", {})
        work(client, [*received(), {"messageId": "poison", "body": '{"owner": "王小明"}'}])
        sent: list[Mailed] = mail.sent
        for one in sent:
            assert client.http.get("/v1/statement", headers=bearer(one.code)).status_code == 200
            form = {"Content-Type": FORM}
            assert (
                client.http.post(f"/v1/unsubscribe?t={one.stop_code}", headers=form, body=ONE_CLICK).status_code == 200
            )
        client.http.get(f"/v1/statement?on={sent[0].code}", headers=bearer(sent[0].code))
    logged = caplog.text + capsys.readouterr().out
    assert '"event": "planned"' in logged
    assert '"state": "SENT"' in logged
    assert '"event": "fault"' in logged
    private = ["王小明", "李大力", "张无邮", "wang@", "li@", "13800000001", "13900000002", "13700000003"]
    private += ["123456", "1,234.5", "1234.5", *(one.code for one in sent), *(one.stop_code for one in sent)]
    for word in private:
        assert word not in logged


def test_after_unsubscribing_by_the_mail_program_the_next_message_goes_another_way(
    due: Records, wired: pytest.MonkeyPatch
) -> None:
    mail, sms = FakeMail(), FakeSms()
    sender = Sender(mail, sms, "live")
    wired.setattr(app, "sender", lambda: sender)
    with Client(app.app) as client:
        client.lambda_.invoke("planner", {})
        work(client, received())
        (first,) = [one for one in mail.sent if one.recipient == "li@owner.example"]
        url = re.sub("^<https://[^/]+|>$", "", str(first.mail["List-Unsubscribe"]))
        assert client.http.post(url, headers={"Content-Type": FORM}, body=ONE_CLICK).status_code == 200
        set_clock(wired, "2026-03-16 09:00")
        client.lambda_.invoke("planner", {})
        work(client, received())
    assert [one.recipient for one in mail.sent].count("li@owner.example") == 1
    assert [one.recipient for one in mail.sent].count("wang@owner.example") == 2
    assert "+8613900000002" in [phone for _, phone, _ in sms.sent]


def test_without_a_mode_nothing_is_sent(due: Records, wired: pytest.MonkeyPatch) -> None:
    wired.delenv("COURTYARD_MODE")
    app.environment.cache_clear()
    with Client(app.app) as client:
        client.lambda_.invoke("planner", {})
        work(client, received())
    assert mails() == []
    (notice,) = due.notices.load_history("o-0").notices
    assert notice.reason == "mode:test"


# what providers report


TOPIC = "arn:aws:sns:eu-west-1:123456789012:courtyard-mail-events"


def mail_event(kind: str, notice: Notice, topic: str = TOPIC) -> dict[str, Any]:
    """An event of SES about a notice, as SNS hands it to the function."""
    tags = {"notice": [notice_tag(notice)], "attempt": [str(notice.attempt)]}
    about = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "wang@owner.example"}]}
    mail = {"timestamp": "2026-03-01T02:00:00Z", "destination": ["wang@owner.example"], "messageId": "x", "tags": tags}
    message = json.dumps({"eventType": kind, "mail": mail, "bounce": about})
    return {"Records": [{"Sns": {"TopicArn": topic, "Message": message, "Subject": "x", "MessageAttributes": {}}}]}


@pytest.fixture
def told(due: Records, wired: pytest.MonkeyPatch) -> Records:
    """The same owners, once they have been told."""
    wired.setenv("COURTYARD_MAIL_TOPIC", TOPIC)
    app.environment.cache_clear()
    with Client(app.app) as client:
        client.lambda_.invoke("planner", {})
        work(client, received())
    return due


def one_notice(records: Records, owner: str = "o-0") -> Notice:
    (notice,) = records.notices.load_history(owner).notices
    return notice


def test_what_ses_reports_through_our_topic_moves_the_notice_and_the_queue_brings_it_again(told: Records) -> None:
    with Client(app.app) as client:
        client.lambda_.invoke("feedback", mail_event("Delivery", one_notice(told)))
        assert one_notice(told).state is State.DELIVERED
        client.lambda_.invoke("feedback", mail_event("Bounce", one_notice(told)))
        assert one_notice(told).state is State.BOUNCED
        work(client, received())
    assert (one_notice(told).state, one_notice(told).channel) == (State.SENT, Channel.SMS)


@pytest.mark.parametrize(
    "topic", ["", "x", TOPIC.replace("courtyard", "other"), TOPIC.replace("123456789012", "999999999999"), TOPIC + "2"]
)
def test_fault_15_an_event_from_any_other_topic_changes_nothing(told: Records, topic: str) -> None:
    before = one_notice(told)
    with Client(app.app) as client:
        client.lambda_.invoke("feedback", mail_event("Bounce", before, topic))
    account = told.load_account("o-0")
    assert account is not None
    assert (one_notice(told), account.suppressions, received()) == (before, (), [])


def test_fault_15_without_a_topic_of_its_own_the_function_hears_nobody(
    told: Records, wired: pytest.MonkeyPatch
) -> None:
    wired.delenv("COURTYARD_MAIL_TOPIC")
    app.environment.cache_clear()
    before = one_notice(told)
    with Client(app.app) as client:
        client.lambda_.invoke("feedback", mail_event("Bounce", before, ""))
    assert one_notice(told) == before


def test_fault_15_an_event_heard_again_much_later_does_not_undo_what_followed(told: Records) -> None:
    with Client(app.app) as client:
        first = mail_event("Bounce", one_notice(told))
        client.lambda_.invoke("feedback", first)
        work(client, received())
        after = one_notice(told)
        for _ in range(3):
            client.lambda_.invoke("feedback", first)
            work(client, received())
    assert one_notice(told) == after


def text_event(notice: Notice, status: str = "SUCCESS") -> dict[str, Any]:
    """A carrier's report about a notice, as the log hands it to the function."""
    report = {
        "notification": {"messageId": notice.reason, "timestamp": "2026-03-01 02:00:00.558"},
        "delivery": {"destination": "+8613700000003"},
        "status": status,
    }
    piece = json.dumps({"logEvents": [{"message": json.dumps(report)}]}).encode()
    return {"awslogs": {"data": b64encode(gzip.compress(piece)).decode()}}


def test_what_carriers_report_of_text_messages_moves_the_notice(told: Records) -> None:
    notice = one_notice(told, "o-2")
    assert notice.channel is Channel.SMS
    with Client(app.app) as client:
        client.lambda_.invoke("receipts", text_event(notice))
    assert one_notice(told, "o-2").state is State.DELIVERED


def test_one_name_follows_a_notice_from_the_plan_to_the_provider_s_last_word(
    due: Records, wired: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wired.setenv("COURTYARD_MAIL_TOPIC", TOPIC)
    app.environment.cache_clear()
    with Client(app.app) as client:
        client.lambda_.invoke("planner", {})
        work(client, received())
        client.lambda_.invoke("feedback", mail_event("Delivery", one_notice(due)))
        client.lambda_.invoke("receipts", text_event(one_notice(due, "o-2"), "FAILURE"))
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for who, said, state in (("o-0", "delivered", "DELIVERED"), ("o-2", "bounced", "BOUNCED")):
        mine = [line for line in logged if line.get("notice") == one_notice(due, who).trace]
        assert [line["event"] for line in mine] == ["planned", "notice", "feedback"]
        assert [line.get("state") for line in mine] == [None, "SENT", state]
        assert mine[-1]["said"] == said
    assert len({line["notice"] for line in logged if "notice" in line}) == 3, "no two notices have one name"


@pytest.mark.parametrize("function", ["planner", "feedback", "receipts"])
def test_fault_29_what_lambda_logs_of_a_fault_is_its_kind_and_nothing_that_was_said(
    told: Records, wired: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], function: str
) -> None:
    events = {"planner": {}, "feedback": mail_event("Bounce", one_notice(told))}
    event = events.get(function) or text_event(one_notice(told, "o-2"))

    def broken() -> Records:
        raise RuntimeError("no such owner: 王小明, wang@owner.example")

    wired.setattr(app, "records", broken)
    with Client(app.app) as client, pytest.raises(app.Broken) as raised:
        client.lambda_.invoke(function, event)
    logged = "".join(traceback.format_exception(raised.value))
    assert "Broken: RuntimeError" in logged
    assert "王小明" not in logged
    assert "wang@" not in logged
    fault = {"event": "fault", "where": function, "kind": "RuntimeError"}
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == fault


# what the functions call and what their policies allow


def allowed(policy: str) -> dict[str, tuple[str, ...] | None]:
    """The actions of a policy file, each with the beginnings of keys it is limited to (None: any)."""
    path = builders.SITE.parent / "functions" / ".chalice" / policy
    found: dict[str, tuple[str, ...] | None] = {}
    for statement in json.loads(path.read_text(encoding="utf-8"))["Statement"]:
        keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys")
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        found |= {action: tuple(key.rstrip("*") for key in keys) if keys else None for action in actions}
    return {action: keys for action, keys in found.items() if not action.startswith("logs:")}


class Calls:
    """Writes down every call to AWS: the action it needs, and the key it writes to."""

    def __init__(self) -> None:
        self.made: dict[str, set[str]] = {}

    def watch(self) -> None:
        clients = [
            app.client("dynamodb"),
            app.client("sqs"),
            app.client("ssm"),
            app.sending_client("sesv2"),
            app.sending_client("sns"),
        ]
        for client in clients:
            client.meta.events.register("before-parameter-build", self._note)

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        service, verb = model.service_model.service_name, model.name
        action = "ses:SendRawEmail" if service == "sesv2" else f"{service}:{verb.removesuffix('Batch')}"
        written = params.get("Item") or (params.get("Key") if verb == "UpdateItem" else None) or {}
        self.made.setdefault(action, set()).add(written.get("pk", {}).get("S", ""))

    def assert_within(self, policy: str, *unseen: str) -> None:
        """Every call made is allowed, and nothing is allowed that no call needs."""
        rights = allowed(policy)
        assert set(self.made) == set(rights) - set(unseen)
        for action, keys in self.made.items():
            limits = rights[action]
            assert limits is None or all(key.startswith(limits) for key in keys), (action, keys)


@pytest.mark.usefixtures("gate")
def test_fault_40_the_api_needs_just_what_its_policy_allows(api: Client, records: Records) -> None:
    code, stop = code_for(records), code_for(records, "unsubscribe")
    calls = Calls()
    calls.watch()
    assert api.http.get("/v1/statement", headers=bearer(code)).status_code == 200
    assert say(api, code).status_code == 201
    assert wish(api, code, large_print=True).status_code == 200
    assert post(api, "/v1/links", unit=UNIT, contact="wang@owner.example").status_code == 202
    assert post(api, "/v1/sessions", unit=UNIT, phone="13800000001", code="000000").status_code == 404
    assert api.http.get(f"/v1/receipts/{number_of('bank#T-1#1')}", headers=bearer(code)).status_code == 200
    assert api.http.post("/v1/links/pay", headers=bearer(code)).status_code == 201
    form = {"Content-Type": FORM}
    assert api.http.post(f"/v1/unsubscribe?t={stop}", headers=form, body=ONE_CLICK).status_code == 200
    for transaction, reference in (("T-8", UNIT), ("T-9", "nobody")):
        assert notify(api, remittance(transaction, reference=reference)).status_code == 200
    calls.assert_within("policy-api.json")


def test_fault_40_planner_and_worker_need_just_what_their_policies_allow(due: Records) -> None:
    planner, worker = Calls(), Calls()
    nobody = owner("o-9", contact(email=None, phone=None))
    due.save_owner(nobody)
    due.add_facts("o-9", [bill()])
    due.set_due_day("o-9", day("2026-03-01"))
    with Client(app.app) as client:
        planner.watch()
        client.lambda_.invoke("planner", {})
        records = received()
        for name in CACHED:
            getattr(app, name).cache_clear()
        worker.watch()
        work(client, records)
    planner.assert_within("policy-planner.json")
    # reading from the queue is Lambda's own doing, in the worker's name
    # and what must wait goes back into it only when a provider says so
    unseen = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:SendMessage")
    worker.assert_within("policy-worker.json", *unseen)


def test_fault_40_what_hears_providers_needs_just_what_its_policy_allows(told: Records) -> None:
    calls = Calls()
    mail, text = one_notice(told), one_notice(told, "o-2")
    with Client(app.app) as client:
        calls.watch()
        for kind in ("Delivery", "Bounce", "Complaint"):
            client.lambda_.invoke("feedback", mail_event(kind, mail))
        for status in ("SUCCESS", "FAILURE"):
            client.lambda_.invoke("receipts", text_event(text, status))
    calls.assert_within("policy-feedback.json")


# wiring


def test_what_sends_makes_one_attempt_and_what_reads_may_make_more(wired: pytest.MonkeyPatch) -> None:
    for service in ("sesv2", "sns"):
        assert app.sending_client(service).meta.config.retries["total_max_attempts"] == 1
    assert app.client("dynamodb").meta.config.retries.get("total_max_attempts") != 1


def test_the_sender_is_made_of_the_settings(wired: pytest.MonkeyPatch) -> None:
    wired.setenv("COURTYARD_MODE", "team")
    wired.setenv("COURTYARD_TEAM", "a@team.example  b@team.example")
    app.environment.cache_clear()
    made = app.sender()
    assert (made.mode, made.team) == ("team", {"a@team.example", "b@team.example"})
    assert (made.queue, made.journal) == (app.queue(), app.journal())
    assert made.rates == {Channel.EMAIL: 1000.0, Channel.SMS: 1.0}, "one a second where nothing is said"


def test_a_mode_nobody_knows_stops_the_functions(wired: pytest.MonkeyPatch) -> None:
    wired.setenv("COURTYARD_MODE", "production")
    app.environment.cache_clear()
    with pytest.raises(ValueError, match="must be test, team or live"):
        app.environment()
