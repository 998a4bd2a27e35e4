"""The published description of the API and the running app say the same, whatever anybody sends."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import boto3
import msgspec
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug.test import Client
from werkzeug.wrappers import Request

import app
from chalicelib.core.account import Holder
from chalicelib.core.bundle import Bundle
from chalicelib.core.receipt import number_of
from chalicelib.edge.answer import HEADERS, PROBLEM
from chalicelib.flows.links import mint, new_code
from chalicelib.flows.records import Records
from staff import webserver
from tests import builders
from tests.builders import OWNER, SITE, UNIT, bill, day, owner, payment, tenure
from tests.conftest import fake_aws, make_resources
from tests.flows.office import at
from tests.test_app import CACHED

FILE = SITE / "theme" / "openapi.yml"
DESCRIBED: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
CALLS = [(path, method) for path, methods in DESCRIBED["paths"].items() for method in methods]
EXAMPLES = 12  # of each kind for each call: a minute at most in all
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SHOWN = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


def generous() -> Bundle:
    """The bundle with limits nobody reaches, so that what lies behind them is reached."""
    limits = dict.fromkeys(("replies_a_day", "asks_by_address", "asks_by_unit", "asks_by_network"), 1_000_000)
    return msgspec.structs.replace(builders.bundle(), rules=builders.rules_with(limits=limits))


class Portal:
    """The app as the demo serves it, an owner with something in every part of the statement, and links of theirs."""

    def __init__(self, records: Records) -> None:
        records.save_owner(owner())
        records.add_facts(OWNER, [tenure(), bill(123456, "2026-03-31")])
        records.record_payment(OWNER, payment(50_000, "2026-05-01", id="bank#T-1#1"))
        records.add_holder(UNIT, Holder(owner=OWNER, from_=day("2021-05-01")))
        account = records.load_account(OWNER)
        assert account
        on = day("2026-06-30")
        scopes = {"link": "account", "payLink": "pay", "t": "unsubscribe"}
        self.codes = {
            name: mint(records, account, scope=scope, channel="email", on=on, days=90)[0]  # type: ignore[arg-type]
            for name, scope in scopes.items()
        }
        self.count = 0
        self.app = Request.application(webserver.api(app.app))
        self.schema = schemathesis.openapi.from_dict(copy.deepcopy(DESCRIBED))
        self.schema.app = self.app

    def let_in(self, case: Any, path: str, method: str) -> None:
        """Gives a call what opens something; every fourth time, what opens nothing."""
        self.count += 1
        if not self.count % 4:
            case.headers["Authorization"] = f"Bearer {new_code()}"
            return
        for one in DESCRIBED["paths"][path][method].get("security", []):
            (name,) = one
            case.headers["Authorization"] = f"Bearer {self.codes[name]}"
        if "{number}" in path:
            case.path_parameters["number"] = number_of("bank#T-1#1")
        if path == "/v1/unsubscribe":
            case.query["t"] = self.codes["t"]


NEVER_GUESSED = ("/v1/sessions", "/v1/payments/{provider}")
"""What takes a code or a signature that nobody finds by trying."""


@pytest.fixture(scope="module")
def portal(atomic_dynamodb: None) -> Iterator[Portal]:
    with fake_aws(), pytest.MonkeyPatch.context() as patch:
        make_resources()
        queue = boto3.client("sqs").get_queue_url(QueueName="courtyard-notices")
        patch.setenv("COURTYARD_QUEUE_URL", queue["QueueUrl"])
        patch.setattr(app, "bundle", generous)
        patch.setattr(app, "now", lambda: at("2026-06-30 10:00"))
        for name in CACHED:
            getattr(app, name).cache_clear()
        yield Portal(app.records())
    for name in CACHED:
        getattr(app, name).cache_clear()


def test_every_call_is_described_and_none_that_there_is_not() -> None:
    routes = {(path, method.lower()) for path, views in app.app.routes.items() for method in views}
    assert routes == set(CALLS)


def test_what_the_gateway_answers_by_itself_has_the_same_headers() -> None:
    """The demo's gateway, and by `tests/test_package.py` the real one's."""
    answer = Client(Request.application(webserver.api(app.app))).get("/v1/owners")
    assert (answer.status_code, answer.content_type) == (403, PROBLEM)
    assert {name: answer.headers[name] for name in HEADERS} == {**HEADERS, "Content-Security-Policy": "sandbox"}


def test_every_answer_is_described_with_the_headers_it_has() -> None:
    answers = [answer for path, method in CALLS for answer in DESCRIBED["paths"][path][method]["responses"].values()]
    answers += DESCRIBED["components"]["responses"].values()
    for answer in answers:
        if "$ref" not in answer:
            assert set(answer["headers"]) >= set(DESCRIBED["components"]["headers"]) - {"Retry-After"}


def test_the_description_is_a_valid_one() -> None:
    schemathesis.openapi.from_dict(copy.deepcopy(DESCRIBED)).validate()


def takes_something(path: str, method: str) -> bool:
    return bool({"parameters", "requestBody"} & set(DESCRIBED["paths"][path][method]))


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as-described", "otherwise"])
@pytest.mark.parametrize(("path", "method"), CALLS, ids=[f"{method} {path}" for path, method in CALLS])
def test_whatever_is_sent_the_answer_is_as_described(
    portal: Portal, path: str, method: str, mode: GenerationMode
) -> None:
    if mode is GenerationMode.NEGATIVE and not takes_something(path, method):
        pytest.skip("nothing can be wrong with what is not asked for")
    cases, seen = portal.schema[path][method].as_strategy(generation_mode=mode), set()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def check(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            portal.let_in(case, path, method)
        answer = case.call()
        case.validate_response(answer, checks=CHECKS)
        assert {name: answer.headers[name.lower()][0] for name in SHOWN} == SHOWN
        seen.add(answer.status_code // 100)

    check()
    if mode is GenerationMode.POSITIVE:
        assert path in NEVER_GUESSED or 2 in seen
    else:
        assert 4 in seen or path == "/v1/receipts/verify", "where whatever is asked has its answer"


BODIES = [b"", b"{", b"[]", b"\xff\xfe\x00", b'{"id": 1', b"null", b"x" * 200_000, b'{"a":' * 900]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize("path", ["/v1/replies", "/v1/preferences", "/v1/links", "/v1/sessions", "/v1/payments/x"])
def test_fault_41_no_body_breaks_anything(portal: Portal, path: str, body: bytes) -> None:
    method = "PUT" if path.endswith("preferences") else "POST"
    headers = {"Authorization": f"Bearer {portal.codes['link']}", "Content-Type": "application/json"}
    answer = Client(portal.app).open(path, method=method, headers=headers, data=body)
    assert answer.status_code in (400, 404, 413)
    assert answer.content_type == "application/problem+json"
    assert json.loads(answer.data)["status"] == answer.status_code
