"""Every state an owner's pages can be in, each with how to get there; for tests that look at all of them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.portal import Owner
from tests.browser.statements import (
    AHEAD,
    AMOUNT,
    CODE,
    LONG_NAMES,
    NOTHING_OWED,
    bill,
    five_units,
    in_force,
    many_bills,
    payment,
    receipt,
    statement,
    taken,
)

Opening = Callable[[Owner, str], Page]
"""Opens a page of an owner's in a language, by the prefix of its address, and brings it into a state."""

PARTS = [{"due_on": "2026-07-30", "amount": 38311}, {"due_on": "2026-08-31", "amount": 38311}]
HOLD = {"kind": "plan", "from": "2026-06-30", "until": "2026-08-31", "bills": [], "stops_late_fee": True}
PLAN = in_force(HOLD) | {"instalments": PARTS}
SAID = {
    "number": "260620-1AB4",
    "kind": "dispute",
    "received_on": "2026-06-20",
    "answer_by": "2026-07-03",
    "is_open": True,
}
HELD = statement(
    bills=[bill(state="held")],
    holds=[PLAN],
    replies=[SAID],
    next={"stage": None, "on": None, "reason": "暂缓催缴至 2026年8月31日。"},
)
KINDS = ("paid", "promise", "plan", "help", "dispute", "call", "service", "invoice")


def _read(told: dict[str, Any], owner: Owner, prefix: str) -> Page:
    """The statement, with all that stands below its first view."""
    owner.server.answers(200, told)
    page = owner.opens(f"{prefix}/balance/")
    expect(page.locator("[data-do=preferences]")).to_be_visible()
    return page


def _unfolded(owner: Owner, prefix: str) -> Page:
    page = _read(statement(payments=[payment(), payment(id="p-2", reversed_on="2026-05-08")]), owner, prefix)
    for details in page.locator("#statement details").all():
        details.evaluate("it => { it.open = true }")
    return page


def _form(kind: str, owner: Owner, prefix: str) -> Page:
    page = _read(five_units(), owner, prefix)
    page.locator(f"[data-kind={kind}] button").click()
    expect(page.locator("form")).to_be_visible()
    return page


def _faulty(owner: Owner, prefix: str) -> Page:
    page = _form("service", owner, prefix)
    page.locator("form [type=submit]").click()
    expect(page.locator("[aria-invalid]")).to_be_focused()
    return page


def _unchosen(owner: Owner, prefix: str) -> Page:
    page = _form("plan", owner, prefix)
    page.locator("form [type=submit]").click()
    expect(page.locator("[aria-invalid]").first).to_be_focused()
    return page


def _unheard(owner: Owner, prefix: str) -> Page:
    owner.server.answers(502, {}, "POST replies")
    page = _form("call", owner, prefix)
    page.locator("form [type=submit]").click()
    expect(page.get_by_role("alert")).to_be_visible()
    return page


def _unanswered(owner: Owner, prefix: str) -> Page:
    page = _unheard(owner, prefix)
    page.reload()
    expect(page.locator("[data-unanswered]")).to_be_visible()
    return page


def _confirmed(owner: Owner, prefix: str) -> Page:
    owner.server.answers(201, taken(kind="plan", hold=HOLD, instalments=PARTS), "POST replies")
    page = _form("plan", owner, prefix)
    page.locator("form input[type=radio]").first.check()
    page.locator("form [type=submit]").click()
    expect(page.locator(".confirmed h3")).to_be_focused()
    return page


def _relative(owner: Owner, prefix: str) -> Page:
    made = {"url": f"https://sample.example/pay-for/#{CODE}", "expires": "2026-07-30"}
    owner.server.answers(201, made, "POST links/pay")
    page = _read(statement(), owner, prefix)
    page.locator("[data-do=relative]").click()
    expect(page.locator(".confirmed")).to_be_visible()
    return page


def _scanned(owner: Owner, prefix: str) -> Page:
    page = _read(statement(), owner, prefix)
    page.locator("[data-do=scan]").click()
    expect(page.locator(".references .qr")).to_be_visible()
    return page


def _preferences(owner: Owner, prefix: str) -> Page:
    page = _read(statement(), owner, prefix)
    page.locator("[data-do=preferences]").click()
    expect(page.locator("form")).to_be_visible()
    return page


def _elsewhere(owner: Owner, prefix: str) -> Page:
    page = _read(statement(), owner, prefix)
    page.locator(".own summary").click()
    page.locator("[data-do=address]").click()
    expect(page.locator("[data-slot=given]")).to_be_visible()
    return page


def _trouble(status: int, state: str, owner: Owner, prefix: str) -> Page:
    owner.server.answers(status, {}, Retry_After="40")
    page = owner.opens(f"{prefix}/balance/")
    expect(page.locator(f"#{state}")).to_be_visible()
    return page


def _offline(owner: Owner, prefix: str) -> Page:
    owner.page.route("**/v1/statement", lambda route: route.abort("internetdisconnected"))
    page = owner.opens(f"{prefix}/balance/")
    expect(page.locator("#offline")).to_be_visible()
    return page


def _slow(owner: Owner, prefix: str) -> Page:
    owner.page.route("**/v1/statement", lambda _: None)
    owner.page.clock.install()
    page = owner.opens(f"{prefix}/balance/")
    expect(page.locator("#loading")).to_be_visible()
    page.clock.run_for(9000)
    return page


def _receipt(told: dict[str, Any], owner: Owner, prefix: str) -> Page:
    owner.server.answers(200, told, f"GET receipts/{told['number']}")
    _read(statement(), owner, prefix)
    page = owner.opens(f"{prefix}/receipt/", told["number"])
    expect(page.locator("svg.qr")).to_be_visible()
    return page


def _pay_for(told: dict[str, Any], owner: Owner, prefix: str) -> Page:
    owner.server.answers(200, told, "GET amount")
    page = owner.opens(f"{prefix}/pay-for/")
    expect(page.locator("#amount")).to_be_visible()
    return page


def _refused(path: str, owner: Owner, prefix: str) -> Page:
    page = owner.opens(f"{prefix}{path}")
    expect(page.locator("#refused")).to_be_visible()
    return page


def _verified(state: str, owner: Owner, prefix: str) -> Page:
    owner.server.answers(200, {"state": state}, "GET receipts/verify")
    page = owner.opens(f"{prefix}/verify/", "number=R1&check=2")
    expect(page.locator("[data-outcome]:visible")).to_have_count(1)
    return page


def _asked(contact: str, owner: Owner, prefix: str) -> Page:
    owner.server.answers(202, {"sent": True}, "POST links")
    page = owner.opens(f"{prefix}/my-bill/", code="")
    page.locator("[name=unit]").fill("3-2-1201")
    page.locator("[name=contact]").fill(contact)
    page.locator("#ask [type=submit]").click()
    expect(page.locator("#sent")).to_be_visible()
    return page


def _empty(path: str, owner: Owner, prefix: str) -> Page:
    return owner.opens(f"{prefix}{path}", code="")


STATES: dict[str, Opening] = {
    "owed": partial(_read, statement()),
    "unfolded": _unfolded,
    "nothing-owed": partial(_read, NOTHING_OWED),
    "credit": partial(_read, AHEAD),
    "held": partial(_read, HELD),
    "five-units": partial(_read, five_units()),
    "120-bills": partial(_read, many_bills()),
    "long-names": partial(_read, LONG_NAMES),
    **{f"form-{kind}": partial(_form, kind) for kind in KINDS},
    "faulty": _faulty,
    "unchosen": _unchosen,
    "unheard": _unheard,
    "unanswered": _unanswered,
    "confirmed": _confirmed,
    "relative": _relative,
    "scanned": _scanned,
    "preferences": _preferences,
    "elsewhere": _elsewhere,
    "refused": partial(_trouble, 404, "refused"),
    "busy": partial(_trouble, 429, "busy"),
    "broken": partial(_trouble, 503, "broken"),
    "offline": _offline,
    "slow": _slow,
    "receipt": partial(_receipt, receipt()),
    "receipt-reversed": partial(_receipt, receipt(is_reversed=True, reversed_on="2026-05-08", lines=[], credit=0)),
    "receipt-refused": partial(_refused, "/receipt/"),
    "pay-for": partial(_pay_for, AMOUNT),
    "pay-for-refused": partial(_refused, "/pay-for/"),
    "verify": partial(_empty, "/verify/"),
    **{f"verify-{state}": partial(_verified, state) for state in ("genuine", "reversed", "unknown")},
    "my-bill": partial(_empty, "/my-bill/"),
    "my-bill-by-mail": partial(_asked, "wang@sample.example"),
    "my-bill-by-phone": partial(_asked, "13800000000"),
}
