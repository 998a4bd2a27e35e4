"""An owner's pages as built, the server they come from, and an owner with a phone who looks at them."""

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from mkdocs.commands.build import build
from mkdocs.config import load_config
from playwright.sync_api import Browser, Page, Request

from staff import rulefiles, slim
from tests.browser.statements import CODE

SITE = Path(__file__).parents[2] / "site"
PAGES = ("balance.md", "balance/below.md", "receipt.md", "pay-for.md", "verify.md", "my-bill.md")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DESCRIBED: dict[str, Any] = yaml.safe_load((SITE / "theme" / "openapi.yml").read_text(encoding="utf-8"))
Answer = tuple[int, Any, dict[str, str]]


def misfits(call: str, body: Any, status: int | None = None) -> list[str]:
    """What the description of the API has against the body of a call, or of its answer with a status."""
    method, path = call.split(" ")
    fitting = [one for one in DESCRIBED["paths"] if re.fullmatch(re.sub("{.+}", "[^/]+", one), f"/v1/{path}")]
    described = DESCRIBED["paths"][min(fitting, key=lambda one: "{" in one)][method.lower()]
    said = described["responses"].get(str(status), {}) if status else described.get("requestBody", {})
    schema = said.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return []
    validator = jsonschema.Draft202012Validator({**schema, "components": DESCRIBED["components"]})
    return [f"{call} {error.json_path}: {error.message}" for error in validator.iter_errors(body)]


def built(root: Path) -> Path:
    """The owner's pages alone, in both languages, from the theme and the words as they are."""
    rulebook = rulefiles.read(SITE).rulebook
    extra = {"community": rulebook.community, "fees": rulebook.fees, "payments": rulebook.payments}
    for language, place in (("zh", ""), ("en", "en")):
        pages = root / "pages" / language
        for name in PAGES:
            (pages / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SITE / "pages" / language / name, pages / name)
        config_file = pages.with_suffix(".yml")
        config_file.write_text(f"site_name: {language}\n", "utf-8")
        theme = {"name": None, "custom_dir": str(SITE / "theme"), "locale": "en"}
        destination = str(root / "built" / place)
        build(load_config(str(config_file), docs_dir=str(pages), site_dir=destination, theme=theme, extra=extra))
        slim.slim(SITE / "theme", Path(destination))
    return root / "built"


class Server(ThreadingHTTPServer):
    """The built pages under their policy, and a canned answer for each call; what came in is kept."""

    daemon_threads = True
    canned: dict[str, Answer | Callable[[Any], Answer]]
    sent: list[tuple[str, Any]]
    wrong: list[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answers(self, status: int, body: Any, call: str = "GET statement", **headers: str) -> None:
        assert misfits(call, body, status) == []
        self.canned[call] = (status, body, headers)

    def answers_by(self, call: str, answer: Callable[[Any], Answer]) -> None:
        self.canned[call] = answer

    def said(self, call: str) -> list[Any]:
        """The bodies sent with a call."""
        return [body for made, body in self.sent if made == call]


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """The built pages of a folder while they are served."""
    with Server(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


class Handler(SimpleHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        if self.path.startswith("/v1/"):
            return self._answer()
        return super().do_GET()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        call = f"{self.command} {self.path.split('?')[0].removeprefix('/v1/')}"
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
        self.server.sent.append((call, body))
        canned = self.server.canned.get(call, (404, {"title": "Not found", "status": 404}, {}))
        status, answer, headers = canned(body) if callable(canned) else canned
        self.server.wrong += misfits(call, body) if status < 300 and body else []
        content = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: tests look at the browser's own requests."""


class Owner:
    """An owner with a phone: opens links, and notes what the browser asks for and complains about."""

    def __init__(self, browser: Browser, server: Server, **options: Any) -> None:
        settings = {"viewport": {"width": 360, "height": 740}, "locale": "zh-CN"} | options
        self.server = server
        self.context = browser.new_context(**settings)
        self.page: Page = self.context.new_page()
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self.complaints.append(said.text) if _is_fault(said.text) else None)

    def opens(self, path: str = "/balance/", code: str = CODE) -> Page:
        self.page.goto(f"{self.server.url}{path}" + (f"#{code}" if code else ""))
        return self.page

    @property
    def questions(self) -> list[Request]:
        return [request for request in self.requests if "/v1/" in request.url]


def _is_fault(message: str) -> bool:
    """A refused policy or a broken script; an answer that is not 200 is part of the tests."""
    return "Failed to load resource" not in message
