"""Routes and handlers: the wiring between AWS and the flows."""

import gc

gc.disable()  # all that start-up makes stays: looking for garbage among it costs a cold start a tenth of its time

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalice.app import Chalice, Request, Response

from chalicelib import settings
from chalicelib.core import bundle as rules_bundle
from chalicelib.core.bundle import Bundle
from chalicelib.core.calendar import local_date
from chalicelib.core.errors import BadInput, BundleMissing, CourtyardError, NotFound, Unverified
from chalicelib.core.notice import IN_HAND, trace
from chalicelib.core.rulebook import Language
from chalicelib.edge.answer import HTML_TYPE, json_answer, problem, refused, sealed
from chalicelib.edge.request import FORM, body_of, code_of, day_of, language_of, network_of, query_of, token_of
from chalicelib.flows import statements
from chalicelib.flows.records import Records

if TYPE_CHECKING:
    from chalicelib.core.feedback import Feedback
    from chalicelib.edge.secrets import ParameterSecrets
    from chalicelib.flows.ports import Journal, Queue
    from chalicelib.flows.sender import Sender

app = Chalice(app_name="courtyard")

BUNDLE = Path(__file__).parent / "chalicelib" / "bundle.json"
LEFT_OVER_MILLISECONDS = 30_000
WORKERS = 10  # hand over some 45 messages a second; many more would only wait for their turn, and try in vain

# wiring: clients are made, and what only the worker needs is imported, on first use: a cold start pays for no more


@cache
def bundle() -> Bundle:
    return rules_bundle.served_at(rules_bundle.load(BUNDLE), environment().site_url)


def stop_without_bundle() -> None:
    """Functions without rules do nothing; one line says why, at start."""
    try:
        bundle()
    except BundleMissing as missing:
        raise SystemExit(f"courtyard: {missing}") from None


@cache
def environment() -> settings.Settings:
    return settings.read()


@cache
def client(service: str) -> Any:
    import boto3  # a third of a cold start; health needs none of it

    return boto3.client(service)


@cache
def sending_client(service: str) -> Any:
    """A client that puts one attempt on the wire: the SDK's own retries would send the same message thrice.

    It waits for no answer longer than a batch of messages has time for.
    """
    import boto3
    from botocore.config import Config

    once = Config(retries={"total_max_attempts": 1}, connect_timeout=3, read_timeout=10)
    return boto3.client(service, config=once)


@cache
def records() -> Records:
    from chalicelib.edge.table import DynamoTable

    return Records(DynamoTable(client("dynamodb"), environment().table))


@cache
def secrets() -> "ParameterSecrets":
    from chalicelib.edge.secrets import ParameterSecrets

    return ParameterSecrets(client("ssm"), environment().secrets)


@cache
def sender() -> "Sender":
    import time

    from chalicelib.core.rulebook import Channel
    from chalicelib.edge.mail import SesMail
    from chalicelib.edge.sms import SnsSms
    from chalicelib.flows.sender import Sender

    said = environment()
    return Sender(
        SesMail(sending_client("sesv2"), said.configuration_set),
        SnsSms(sending_client("sns")),
        said.mode,
        said.team,
        queue=queue(),
        rates={Channel.EMAIL: said.mail_rate, Channel.SMS: said.sms_rate},
        wait=time.sleep,
        journal=journal(),
    )


@cache
def queue() -> "Queue":
    from chalicelib.edge.queue import SqsQueue

    return SqsQueue(client("sqs"), environment().queue_url)


@cache
def journal() -> "Journal":
    from chalicelib.edge.journal import StandardOutput

    return StandardOutput(now)


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    return local_date(now(), bundle().rules.community.time_zone)


# HTTP


@app.middleware("http")
def with_headers(event: Any, get_response: Callable[[Any], Response]) -> Response:
    return sealed(get_response(event))


def answered(view: Callable[[Request], Response]) -> Response:
    """A view's answer, or the problem document its error stands for; anything unforeseen is a plain 500."""
    try:
        request = app.current_request
        assert request is not None  # noqa: S101  # views run inside a request
        return view(request)
    except CourtyardError as error:
        return refused(error)
    except Exception as error:
        _note_fault(view.__name__.strip("_"), error)
        return problem(500, "Internal error")


class Broken(Exception):
    """A fault as Lambda may log it: of what kind it was, and nothing of what it said."""


def _note_fault(where: str, error: Exception) -> Broken:
    """Writes down the kind of an error and its place: its text may hold what an owner sent."""
    kind = type(error).__name__
    journal().note("fault", where=where, kind=kind)
    return Broken(kind)


@contextmanager
def told_as(where: str) -> Iterator[None]:
    """Has Lambda bring an event again after a fault, without logging what the fault says."""
    try:
        yield
    except Exception as error:
        raise _note_fault(where, error) from None


@app.route("/v1/health", methods=["GET"])
def health() -> Response:
    return answered(lambda _: json_answer({"status": "ok", "rules": bundle().revision}))


@app.route("/v1/statement", methods=["GET"])
def statement() -> Response:
    return answered(_statement)


def _statement(request: Request) -> Response:
    code = code_of(request)
    on = day_of(request, "on") or today()
    language = language_of(request)
    return json_answer(statements.statement_by_link(records(), bundle(), code, on=on, today=today(), language=language))


@app.route("/v1/receipts/verify", methods=["GET"])
def verify_receipt() -> Response:
    return answered(_verify_receipt)


def _verify_receipt(request: Request) -> Response:
    """Whether a printed receipt is genuine; for anybody, and nothing more."""
    from chalicelib.flows.receipts import receipt_state

    said = [query_of(request).get(name, "")[:40] for name in ("number", "check")]
    return json_answer({"state": receipt_state(records(), bundle(), *said, today=today())})


@app.route("/v1/receipts/{number}", methods=["GET"])
def receipt(number: str) -> Response:
    return answered(_receipt)


def _receipt(request: Request) -> Response:
    from chalicelib.flows.receipts import receipt_by_link

    code, number, language = code_of(request), (request.uri_params or {}).get("number", ""), language_of(request)
    return json_answer(receipt_by_link(records(), bundle(), code, number, today=today(), language=language))


@app.route("/v1/links", methods=["POST"])
def send_my_bill() -> Response:
    return answered(_send_my_bill)


def _send_my_bill(request: Request) -> Response:
    """The same answer for everybody, before anybody has looked whether there is such a unit or address."""
    from chalicelib.core.form import form
    from chalicelib.flows.asks import AskForm, ask

    said, network = form(body_of(request), AskForm), network_of(request, proxies=environment().proxies)
    ask(records(), bundle(), queue(), said, network=network, now=now())
    return json_answer({"sent": True}, 202)


@app.route("/v1/sessions", methods=["POST"])
def session() -> Response:
    return answered(_session)


def _session(request: Request) -> Response:
    """A link for the code that came by text message."""
    from chalicelib.core.form import form
    from chalicelib.flows.sessions import SessionForm, exchange

    said, network = form(body_of(request), SessionForm), network_of(request, proxies=environment().proxies)
    return json_answer(exchange(records(), bundle(), said, network=network, now=now()))


@app.route("/v1/amount", methods=["GET"])
def amount() -> Response:
    return answered(lambda request: json_answer(_amount(request)))


def _amount(request: Request) -> Any:
    return statements.amount_by_link(records(), bundle(), code_of(request), today=today())


@app.route("/v1/links/pay", methods=["POST"])
def pass_on() -> Response:
    return answered(_pass_on)


def _pass_on(request: Request) -> Response:
    """A link that shows a relative how much to pay, and nothing else."""
    from chalicelib.flows.links import pay_link

    return json_answer(pay_link(records(), bundle(), code_of(request), now=now()), 201)


@app.route("/v1/replies", methods=["POST"])
def reply() -> Response:
    return answered(_reply)


def _reply(request: Request) -> Response:
    """Takes in what an owner says; said again, it is answered as it was the first time."""
    from chalicelib.core.form import form
    from chalicelib.core.reply import taken
    from chalicelib.core.wish import ReplyForm
    from chalicelib.flows.replies import take_reply

    said = form(body_of(request), ReplyForm)
    return json_answer(taken(take_reply(records(), bundle(), queue(), code_of(request), said, now=now())), 201)


@app.route("/v1/unsubscribe", methods=["GET"])
def ask_unsubscribe() -> Response:
    return answered(_ask_unsubscribe)


def _ask_unsubscribe(request: Request) -> Response:
    """Shows the button, or whom to call: this is a person's browser, or a scanner's, and changes nothing."""
    from chalicelib.flows import preferences

    try:
        language = preferences.unsubscribe_language(records(), token_of(request), today=today())
    except NotFound:
        return _page("unsubscribe", bundle().rules.community.languages[0], "gone", status=404)
    return _page("unsubscribe", language, "ask")


@app.route("/v1/unsubscribe", methods=["POST"], content_types=[FORM, "multipart/form-data", "application/json"])
def unsubscribe() -> Response:
    return answered(_unsubscribe)


def _unsubscribe(request: Request) -> Response:
    """Ends e-mail on the word of RFC 8058's form, which the page's button sends too: a bare request ends nothing."""
    from chalicelib.flows import preferences

    form = body_of(request)
    if b"List-Unsubscribe" not in form or b"One-Click" not in form:
        raise BadInput("List-Unsubscribe", "must be One-Click")
    language, remains = preferences.unsubscribe(records(), token_of(request), today=today())
    return _page("unsubscribe", language, "done", way=bundle().words.channels[remains].of(language))


@app.route("/v1/preferences", methods=["PUT"])
def change_preferences() -> Response:
    return answered(_change_preferences)


def _change_preferences(request: Request) -> Response:
    from chalicelib.core.form import form
    from chalicelib.core.preference import Preferences
    from chalicelib.flows import preferences

    said, code = form(body_of(request), Preferences), code_of(request)
    return json_answer(preferences.change_preferences(records(), bundle(), queue(), code, said, now=now()))


@app.route("/v1/payments/{provider}", methods=["POST"])
def payment(provider: str) -> Response:
    return answered(_payment)


def _payment(request: Request) -> Response:
    """Takes a provider's word on a payment: signed, and to the same answer however often it comes."""
    from chalicelib.core import remittance, signature
    from chalicelib.flows import payments

    provider, body = (request.uri_params or {}).get("provider", ""), body_of(request)
    method = payments.method_of(provider, bundle().rules)
    known = secrets().load(provider, now=now())
    if not signature.is_genuine(request.headers.get("courtyard-signature", ""), body, known, now=now()):
        raise Unverified
    money = remittance.decoded(body)
    payments.receive(records(), bundle().rules, method, money, now=now())
    return json_answer({"received": money.transaction})


def _page(name: str, language: Language, state: str, status: int = 200, way: str = "") -> Response:
    from chalicelib.core.message import html_template

    community = bundle().rules.community
    centre = {"name": community.service_centre.name.of(language), "phone": community.service_centre.phone}
    labels = {key: text.of(language) for key, text in bundle().words.labels.items()}
    html = html_template(bundle().pages[name][language]).render(
        language=language, centre=centre, labels=labels, state=state, way=way
    )
    return Response(html, {"Content-Type": HTML_TYPE}, status)


# schedule, queue and topic


@app.lambda_function(name="planner")
def planner(event: Any, context: Any) -> dict[str, Any]:
    """Started by the schedule through the day: does the day's run, goes on where it stopped, or has nothing to do."""
    with told_as("planner"):
        answer = _planner(context)
    return answer


def _planner(context: Any) -> dict[str, Any]:
    from chalicelib.flows.progress import Phase, load_progress
    from chalicelib.flows.run import queue_run

    on, before = today(), load_progress(records())
    if before and before.on == on and before.phase is Phase.DONE:
        return {"phase": before.phase.value}
    run = queue_run(records(), bundle(), queue(), on=on, has_time=lambda: has_time(context))
    for step in run.notices:
        journal().note("planned", notice=trace(step.owner, step.key), stage=step.stage.id, channel=step.channel.value)
    counts = {"notices": len(run.notices), "tasks": len(run.tasks), "waits": len(run.waits)}
    journal().note("run", on=on.isoformat(), phase=run.phase, held=sum(one.count for one in run.excesses), **counts)
    return {"phase": run.phase, **counts}


def has_time(context: Any) -> bool:
    """Whether a function may begin something more before its time is up."""
    return bool(context.get_remaining_time_in_millis() > LEFT_OVER_MILLISECONDS)


@app.on_sqs_message(queue="courtyard-notices", batch_size=5, maximum_concurrency=WORKERS, name="worker")
def worker(event: Any) -> dict[str, list[dict[str, str]]]:
    """Delivers queued notices; only those that broke, or that another worker has, are given back to the queue."""
    from chalicelib.flows.work import work

    failed = []
    for record in event.to_dict()["Records"]:
        try:
            state = work(records(), bundle(), sender(), record["body"], now=now())
            if state in IN_HAND:  # if the worker that has it dies, this message finds out
                failed.append({"itemIdentifier": record["messageId"]})
        except Exception as error:
            _note_fault("worker", error)
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


@app.on_sns_message(topic="courtyard-mail-events", name="feedback")
def feedback(event: Any) -> None:
    """Takes in what SES reports of a message: only from our own topic, and as often as it comes."""
    with told_as("feedback"):
        _feedback(event)


def _feedback(event: Any) -> None:
    from chalicelib.edge.mailfeed import mail_feedback

    about = event.to_dict()["Records"][0]["Sns"]
    if not environment().topic or about["TopicArn"] != environment().topic:
        journal().note("stranger", where="feedback")
        return
    said = mail_feedback(about["Message"])
    if said:
        _note(said)


@app.lambda_function(name="receipts")
def receipts(event: Any, context: Any) -> None:
    """Takes in what carriers report of text messages, from the log SNS writes it to; one that breaks stops no other."""
    from chalicelib.edge.textlog import text_feedback

    broken = None
    for said in text_feedback(event["awslogs"]["data"]):
        try:
            _note(said)
        except Exception as error:
            broken = _note_fault("receipts", error)
    if broken:  # Lambda brings all of them again, and those that were taken in change nothing
        raise broken


def _note(said: "Feedback") -> None:
    from chalicelib.flows.feedback import note_feedback

    notice = note_feedback(records(), bundle(), queue(), said)
    if notice:
        journal().note("feedback", notice=notice.trace, said=said.said, state=notice.state.value)


stop_without_bundle()
gc.freeze()
gc.enable()
