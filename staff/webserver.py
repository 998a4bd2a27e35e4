"""Site and API under one origin, as the edge serves them: for the demo, `make serve` and tests."""

import base64
import hashlib
import json
import mimetypes
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from chalice.config import Config
from chalice.local import ForbiddenError, LocalGateway
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.security import safe_join
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from .compression import compressed
from .outbox import STYLE, Outbox, html_of, index_page, message_page

_SCRIPT = re.compile(rb"<script(?P<attributes>[^>]*)>(?P<code>.*?)</script>", re.DOTALL)
_POLICY = (
    "default-src 'none'; script-src 'self'{hashes}; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_PRIVATE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
mimetypes.add_type("text/calendar", ".ics")  # not every system knows it
_HEADERS = {"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
_GATEWAYS = {
    **_HEADERS,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "sandbox",
    "Strict-Transport-Security": "max-age=63072000",
}

Responder = Callable[[Request], Response]

mimetypes.add_type("application/yaml", ".yml")  # the description of the API


def api(app: Any) -> Responder:
    """The Chalice app behind something that answers like the gateway does for what it does not know."""
    gateway, one_at_a_time = LocalGateway(app, Config()), threading.Lock()

    def respond(request: Request) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        path = request.script_root + request.full_path.rstrip("?")
        try:
            with one_at_a_time:  # Chalice keeps the current request on the app
                made = gateway.handle_request(request.method, path, headers, request.get_data())
        except ForbiddenError:
            return _refused(403, "Forbidden")
        except Exception:
            return _refused(400, "Bad request")
        body = made["body"] or ""
        content = base64.b64decode(body) if made.get("isBase64Encoded") else str(body).encode()
        many = {name: values[-1] for name, values in made.get("multiValueHeaders", {}).items()}
        return Response(content, made["statusCode"], {**made["headers"], **many})

    return respond


def _refused(status: int, title: str) -> Response:
    """What the gateway's own answers look like (`patches.yml`)."""
    body = json.dumps({"type": "about:blank", "title": title, "status": status})
    return Response(body, status, _GATEWAYS, content_type="application/problem+json")


def site(folder: Path) -> Responder:
    """The built pages, each with a policy that names its inline scripts by their hashes."""

    def respond(request: Request) -> Response:
        found = _file(folder, request.path)
        if isinstance(found, Response):
            return found
        status = 200
        if found is None:
            found, status = _missing(folder, request.path), 404
        content = found.read_bytes()
        kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
        response = Response(content, status, _HEADERS, content_type=_with_charset(kind))
        if found.suffix == ".html":
            response.headers["Content-Security-Policy"] = _POLICY.format(hashes=_hashes(content))
        response.headers["Cache-Control"] = "no-cache"
        response.add_etag()
        return response.make_conditional(request)

    return respond


def _file(folder: Path, path: str) -> Path | Response | None:
    joined = safe_join(str(folder), path.lstrip("/"))
    if joined is None:
        return None
    found = Path(joined)
    if found.is_dir() and not path.endswith("/"):
        return Response(status=301, headers={"Location": path + "/"})
    found = found / "index.html" if found.is_dir() else found
    return found if found.is_file() else None


def _missing(folder: Path, path: str) -> Path:
    return folder / ("en/404.html" if path.startswith("/en/") else "404.html")


def _with_charset(kind: str) -> str:
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind.endswith(("json", "javascript")) else kind


@lru_cache(maxsize=512)
def _hashes(content: bytes) -> str:
    """Sources of a page's own inline scripts; data blocks are not scripts."""
    found = []
    for script in _SCRIPT.finditer(content):
        attributes = script["attributes"]
        if b"src=" not in attributes and b"application/json" not in attributes:
            found.append(base64.b64encode(hashlib.sha256(script["code"]).digest()).decode())
    return "".join(f" 'sha256-{digest}'" for digest in dict.fromkeys(found))


def outbox(kept: Outbox, refresh: Callable[[], None]) -> Responder:
    """What was sent, newest first; only ever part of the demo."""

    def respond(request: Request) -> Response:
        refresh()
        name = request.path.strip("/")
        if name == "style.css":
            return Response(STYLE, content_type="text/css; charset=utf-8")
        if not name:
            start = request.args.get("from", 0, type=int)
            page = index_page(kept.messages, max(0, start), request.args.get("channel", ""))
            return Response(page, content_type="text/html; charset=utf-8")
        number = name.removesuffix(".html")
        if not number.isdigit() or int(number) >= len(kept.messages):
            return Response("404", 404)
        message = kept.messages[int(number)]
        if not name.endswith(".html"):
            return Response(message_page(int(number), message), content_type="text/html; charset=utf-8")
        headers = {"Content-Security-Policy": _PRIVATE_POLICY}
        return Response(html_of(message.content), 200, headers, content_type="text/html; charset=utf-8")

    return respond


def _wsgi(respond: Responder) -> Any:
    return Request.application(lambda request: compressed(respond(request), request))


class _Quiet(WSGIRequestHandler):
    """No request log: addresses of private links are nobody's business."""

    def log(self, type: str, message: str, *args: Any) -> None:
        return


@contextmanager
def serving(port: int, pages: Responder, parts: Mapping[str, Responder]) -> Iterator[int]:
    """Serves in a thread of its own, and says at which port; 0 asks for any that is free."""
    made = server(port, pages, parts)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    try:
        yield made.server_port
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


def server(port: int, pages: Responder, parts: Mapping[str, Responder]) -> BaseWSGIServer:
    """A server on loopback, not yet running: `/v1` and the like by their prefix, everything else from the site."""
    whole = DispatcherMiddleware(_wsgi(pages), {prefix: _wsgi(part) for prefix, part in parts.items()})
    made = make_server("127.0.0.1", port, whole, threaded=True, request_handler=_Quiet)
    made.socket.listen(_WAITING)
    return made


_WAITING = 1024
"""How many may wait to be let in; the library's own 128 leaves the others to knock again after seconds."""
