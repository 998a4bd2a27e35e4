"""Answers to owners' browsers: what every one of them says of itself, and the one table that turns errors into HTTP."""

import re
from typing import Any

import msgspec
from chalice.app import Response

from chalicelib.core.errors import (
    BadForm,
    BadInput,
    BundleMissing,
    Conflict,
    CourtyardError,
    NotFound,
    TooLarge,
    TooMany,
    Unverified,
)

PROBLEM = "application/problem+json"
HTML_TYPE = "text/html; charset=utf-8"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
}
PROBLEMS: dict[type[CourtyardError], tuple[int, str]] = {
    NotFound: (404, "Not found"),
    BadInput: (400, "Bad request"),
    BadForm: (400, "Bad request"),
    TooLarge: (413, "Too large"),
    TooMany: (429, "Too many requests"),
    Unverified: (403, "Not verified"),
    Conflict: (409, "Conflict"),
    BundleMissing: (503, "Not available"),
}


def sealed(response: Response) -> Response:
    """Every answer is private, never cached; every error is a problem document (RFC 9457)."""
    if response.status_code >= 400 and response.headers.get("Content-Type") not in (PROBLEM, HTML_TYPE):
        response = problem(response.status_code, _title(response))
    response.headers = {**HEADERS, **response.headers}
    return response


def _title(response: Response) -> str:
    body = response.body if isinstance(response.body, dict) else {}
    words = re.findall("[A-Z][a-z]+", str(body.get("Code", "Error")).removesuffix("Error"))
    return " ".join(words).capitalize() or "Error"


def problem(status: int, title: str, **more: Any) -> Response:
    body = {"type": "about:blank", "title": title, "status": status, **more}
    return Response(msgspec.json.encode(body).decode(), {"Content-Type": PROBLEM}, status)


def refused(error: CourtyardError) -> Response:
    """An error of ours as a problem document: which fields of a form are wrong, when to come again."""
    status, title = PROBLEMS.get(type(error), (500, "Internal error"))
    if isinstance(error, BadForm):
        return problem(status, title, errors=[{"field": field, "code": code} for field, code in error.faults])
    if isinstance(error, TooMany):
        answer = problem(status, title)
        answer.headers["Retry-After"] = str(error.seconds)
        return answer
    return problem(status, title, **({"detail": str(error)} if str(error) else {}))


def json_answer(body: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body).decode(), {"Content-Type": "application/json"}, status)
