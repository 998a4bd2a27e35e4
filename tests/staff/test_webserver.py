"""Site and API under one origin, as the edge would serve them."""

import base64
import contextlib
import hashlib
import socket
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Request, Response

from staff import webserver

INLINE = "console.log(1)"
PAGE = (
    f'<html><script>{INLINE}</script><script src="a.js"></script><script type="application/json">{{}}</script></html>'
)


@pytest.fixture
def site(tmp_path: Path) -> Client:
    folder = tmp_path / "site"
    for path, text in {
        "index.html": PAGE,
        "404.html": "没有这一页",
        "en/404.html": "There is no such page",
        "fees/index.html": "<p>2.40</p>",
        "a.js": "1",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    pages = webserver.site(folder)
    return Client(Request.application(lambda request: pages(request)))


def policy(answer: TestResponse) -> str:
    return answer.headers["Content-Security-Policy"]


def test_a_page_names_its_own_inline_scripts_by_hash_and_no_other(site: Client) -> None:
    digest = base64.b64encode(hashlib.sha256(INLINE.encode()).digest()).decode()
    said = policy(site.get("/"))

    assert f"script-src 'self' 'sha256-{digest}';" in said
    assert said.count("sha256-") == 1
    assert "unsafe" not in said


@pytest.mark.parametrize(("path", "words"), [("/nowhere/", "没有这一页"), ("/en/nowhere/", "There is no such page")])
def test_a_page_that_is_not_there_is_told_in_the_visitors_language(site: Client, path: str, words: str) -> None:
    answer = site.get(path)

    assert (answer.status_code, answer.text) == (404, words)


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/fees/../../secret.txt", "//etc/passwd"])
def test_nothing_outside_the_site_is_served(site: Client, path: str) -> None:
    answer = site.get(path)

    assert answer.status_code in (301, 404)
    assert "secret" not in answer.text


def test_a_folder_without_its_slash_is_sent_there(site: Client) -> None:
    answer = site.get("/fees")

    assert (answer.status_code, answer.headers["Location"]) == (301, "/fees/")


def test_an_unchanged_page_is_not_sent_twice(site: Client) -> None:
    first = site.get("/fees/")

    assert site.get("/fees/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_hundreds_may_knock_at_once_and_wait_for_their_turn() -> None:
    """Whom the system turns away tries again only a second later, and then two, and four."""
    closed = webserver.server(0, lambda request: Response("."), {})
    address = closed.server_address
    with contextlib.closing(closed.socket), contextlib.ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(socket.create_connection(address, timeout=5))
