"""A provider of e-mail (SES v2) and text messages (SNS) as a process of its own, faulty as a test wants it.

`python -m tests.provider` answers real clients over HTTP, counts what reaches it, and reports of what it took as SES
and SNS do, also where its answer never came back. As with the simulator of SES, the address says what becomes of a
message: `bounce@`, `soft@` and `complaint@` do not end well, nor do telephones ending in 98; those in 99 opted out.
"""

import base64
import gzip
import json
import socket
import struct
import subprocess
import sys
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs

SNS_NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/"


class Answer(NamedTuple):
    """What becomes of one request: taken and answered, taken and never answered, or refused with a code."""

    how: Literal["accept", "hang", "reset", "slow", "refuse", "garble"] = "accept"
    status: int = 200
    code: str = ""
    message: str = "x"
    seconds: float = 0.0


ACCEPT, HANG, RESET, SLOW = Answer(), Answer("hang"), Answer("reset"), Answer("slow", seconds=0.2)
FAILING = Answer("refuse", 500, "InternalFailure")
THROTTLED = Answer("refuse", 429, "TooManyRequestsException", "Maximum sending rate exceeded.")
QUOTA = Answer("refuse", 400, "ThrottlingException", "Daily message quota exceeded.")
PAUSED = Answer("refuse", 400, "SendingPausedException")
REJECTED = Answer("refuse", 400, "MessageRejected")


class Request(NamedTuple):
    """One request as it reached the provider; `id` is its own name for what it took."""

    channel: Literal["email", "sms"]
    to: str
    notice: str
    attempt: int
    text: str
    id: str
    body: str

    @property
    def is_taken(self) -> bool:
        return bool(self.id)


# the process


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.lock = threading.Lock()
        self.begin()

    def begin(self) -> None:
        self.requests: list[Request] = []
        self.script: deque[Answer] = deque()
        self.usual = ACCEPT
        self.is_over = threading.Event()

    def take(self, request: Request) -> tuple[Request, Answer]:
        """Decides what becomes of a request, and counts it."""
        with self.lock:
            answer = self.script.popleft() if self.script else self.usual
            is_taken = answer.how != "refuse"
            request = request._replace(id=f"id-{len(self.requests) + 1}" if is_taken else "")
            self.requests.append(request)
            return request, answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path == "/v2/email/outbound-emails":
            self._answer(*self.server.take(_mail(body)), "json")
        elif self.path == "/":
            self._sns(body)
        else:
            self._control(json.loads(body))

    def _sns(self, body: str) -> None:
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        if fields["Action"] == "CheckIfPhoneNumberIsOptedOut":
            said = str(fields["phoneNumber"].endswith("99")).lower()
            self._say(200, _result(fields["Action"], f"<isOptedOut>{said}</isOptedOut>"), "xml")
        else:
            self._answer(*self.server.take(_text(fields, body)), "xml")

    def _answer(self, request: Request, answer: Answer, kind: str) -> None:
        if answer.how == "reset":
            # closing at once, with nothing left to send, is a reset on the other side
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return
        if answer.how in ("hang", "slow"):
            self.server.is_over.wait(answer.seconds or 30)
        if answer.how == "garble":
            self._say(answer.status, answer.message, kind)
        elif answer.how == "refuse":
            self._say(answer.status, _error(answer, kind), kind)
        else:
            is_mail = kind == "json"
            said = json.dumps({"MessageId": request.id}) if is_mail else f"<MessageId>{request.id}</MessageId>"
            self._say(200, said if is_mail else _result("Publish", said), kind)

    def _control(self, asked: dict[str, Any]) -> None:
        server = self.server
        if self.path == "/script":
            server.script = deque(Answer(*one) for one in asked["first"])
            server.usual = Answer(*asked["then"])
        elif self.path == "/begin":
            server.is_over.set()
            server.begin()
        self._say(200, json.dumps(server.requests), "json")

    def _say(self, status: int, body: str, kind: str) -> None:
        content = body.encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", f"application/{kind}")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:  # whoever asked has lost patience
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        return None


def _mail(body: str) -> Request:
    asked = json.loads(body)
    tags = {tag["Name"]: tag["Value"] for tag in asked.get("EmailTags", ())}
    (to,) = asked["Destination"]["ToAddresses"]
    mime = base64.b64decode(asked["Content"]["Raw"]["Data"]).decode()
    return Request("email", to, tags.get("notice", ""), int(tags.get("attempt", 0)), mime, "", body)


def _text(fields: dict[str, str], body: str) -> Request:
    return Request("sms", fields["PhoneNumber"], "", 0, fields["Message"], "", body)


def _error(answer: Answer, kind: str) -> str:
    if kind == "json":
        return json.dumps({"__type": answer.code, "message": answer.message})
    error = f"<Error><Code>{answer.code}</Code><Message>{answer.message}</Message></Error>"
    return f'<ErrorResponse xmlns="{SNS_NAMESPACE}">{error}</ErrorResponse>'


def _result(action: str, content: str) -> str:
    return f'<{action}Response xmlns="{SNS_NAMESPACE}"><{action}Result>{content}</{action}Result></{action}Response>'


# the test's side of it


class Provider:
    """The process as a test holds it: tells it how to answer, asks what reached it, fetches its reports."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.url = f"http://127.0.0.1:{port}"

    def begin(self) -> None:
        """Forgets everything and lets go of whoever it keeps waiting."""
        self._ask("/begin", {})

    def answers(self, *first: Answer, then: Answer = ACCEPT) -> None:
        """One answer after another for the next requests, then one for good."""
        self._ask("/script", {"first": first, "then": then})

    @property
    def requests(self) -> list[Request]:
        return [Request(*one) for one in self._ask("/requests", {})]

    @property
    def taken(self) -> list[Request]:
        """What it accepted, whether or not its answer came back."""
        return [one for one in self.requests if one.is_taken]

    def most(self) -> int:
        """The most requests that came for one attempt at a notice, or with one text to one telephone."""
        counted = Counter((one.to, one.notice or one.text, one.attempt) for one in self.requests)
        return max(counted.values(), default=0)

    def events(self, at: datetime) -> list[str]:
        """What SES reports of the e-mails it took, in the order it happened."""
        return [event for one in self.taken if one.channel == "email" for event in mail_events(one, at)]

    def receipts(self, at: datetime) -> list[str]:
        """What carriers report of the texts it took, as their log hands it on."""
        return [text_receipt(one, at) for one in self.taken if one.channel == "sms"]

    def _ask(self, path: str, body: Any) -> list[Any]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("POST", path, json.dumps(body))
            said: list[Any] = json.loads(connection.getresponse().read())
            return said
        finally:
            connection.close()


def mail_events(taken: Request, at: datetime) -> Iterator[str]:
    """What SES reports of one e-mail, as its topic carries it."""
    tags = {"notice": [taken.notice], "attempt": [str(taken.attempt)], "ses:configuration-set": ["courtyard"]}
    mail = {"timestamp": at.isoformat(), "messageId": taken.id, "destination": [taken.to], "tags": tags}
    for kind, about in (("Send", {}), *_fate(taken.to)):
        yield json.dumps({"eventType": kind, "mail": mail, kind.lower(): {"timestamp": at.isoformat(), **about}})


def _fate(address: str) -> list[tuple[str, dict[str, Any]]]:
    who, met = address.partition("@")[0], [{"emailAddress": address}]
    if who.startswith(("bounce", "soft")):
        lasting = "Permanent" if who.startswith("bounce") else "Transient"
        return [("Bounce", {"bounceType": lasting, "bounceSubType": "General", "bouncedRecipients": met})]
    complaint = {"complaintFeedbackType": "abuse", "complainedRecipients": met}
    return [("Delivery", {}), *([("Complaint", complaint)] if who.startswith("complaint") else [])]


def text_receipt(taken: Request, at: datetime) -> str:
    """What a carrier reports of one text, packed as CloudWatch Logs hands it to a function."""
    report = {
        "notification": {"messageId": taken.id, "timestamp": f"{at:%Y-%m-%d %H:%M:%S}.000"},
        "delivery": {"destination": taken.to},
        "status": "FAILURE" if taken.to.endswith("98") else "SUCCESS",
    }
    piece = {"logEvents": [{"message": json.dumps(report)}]}
    return base64.b64encode(gzip.compress(json.dumps(piece).encode())).decode()


@contextmanager
def running() -> Iterator[Provider]:
    """The process on a free port, for as long as it is needed."""
    process = subprocess.Popen([sys.executable, "-m", "tests.provider"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield Provider(int(process.stdout.readline()))
    finally:
        process.kill()
        process.communicate()


def main(arguments: Sequence[str]) -> None:
    """Serves on `--port N`, or a free one, and says on which."""
    port = int(arguments[arguments.index("--port") + 1]) if "--port" in arguments else 0
    server = _Server(port)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
