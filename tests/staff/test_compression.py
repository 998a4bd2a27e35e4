"""What is text arrives in fewer bytes, and as it was."""

import gzip
import json
from pathlib import Path

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from staff import webserver
from staff.compression import LEAST_BYTES, compressed

UNPACKS = {"Accept-Encoding": "br;q=1.0, gzip;q=0.8"}
LONG = "物业费 " * 500
ROOT = Path(__file__).parents[2]


def reader(content: str, kind: str) -> Client:
    respond = Request.application(lambda request: compressed(Response(content, content_type=kind), request))
    return Client(respond)


@pytest.mark.parametrize(
    "kind", ["text/html; charset=utf-8", "application/json", "text/javascript", "image/svg+xml", "application/yaml"]
)
def test_a_long_text_is_compressed_for_who_can_unpack_it(kind: str) -> None:
    got = reader(LONG, kind).get("/", headers=UNPACKS)

    assert got.headers["Content-Encoding"] == "gzip"
    assert int(got.headers["Content-Length"]) == len(got.data) < len(LONG.encode()) / 10
    assert gzip.decompress(got.data).decode() == LONG


@pytest.mark.parametrize("accepted", [None, "br", "gzip;q=0"])
def test_who_cannot_unpack_it_gets_it_as_it_is_and_no_cache_mixes_the_two_up(accepted: str | None) -> None:
    got = reader(LONG, "text/html").get("/", headers={"Accept-Encoding": accepted} if accepted else {})

    assert got.text == LONG
    assert (got.headers.get("Content-Encoding"), got.headers["Vary"]) == (None, "Accept-Encoding")


@pytest.mark.parametrize(("content", "kind"), [("x" * (LEAST_BYTES - 1), "text/html"), (LONG, "image/png")])
def test_what_gains_nothing_is_sent_as_it_is(content: str, kind: str) -> None:
    assert "Content-Encoding" not in reader(content, kind).get("/", headers=UNPACKS).headers


def test_a_compressed_page_that_has_not_changed_is_not_sent_twice(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(LONG, encoding="utf-8")
    server = webserver.server(0, webserver.site(tmp_path), {})
    server.server_close()
    pages = Client(server.app)
    first = pages.get("/", headers=UNPACKS)
    again = pages.get("/", headers={**UNPACKS, "If-None-Match": first.headers["ETag"]})

    assert first.headers["ETag"].startswith("W/")
    assert (first.headers["Content-Encoding"], again.status_code, again.data) == ("gzip", 304, b"")


def test_the_smallest_text_worth_it_is_the_functions_own() -> None:
    """The demo stands for what the gateway does."""
    config = json.loads((ROOT / "functions/.chalice/config.json").read_text(encoding="utf-8"))

    assert config["minimum_compression_size"] == LEAST_BYTES
