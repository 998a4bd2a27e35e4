"""Receipts: given out to whoever paid, and known again by anybody who holds one."""

import hmac
import secrets
from collections.abc import Callable
from datetime import date
from typing import Literal

from ..core.bundle import Bundle
from ..core.errors import Conflict, NotFound
from ..core.ledger import fold
from ..core.letters import ALPHABET, typed
from ..core.receipt import CHECK_LETTERS, number_of, receipt_of, receipt_view
from ..core.rulebook import Language
from ..core.view import ReceiptView
from .links import open_link
from .ports import Item
from .records import Records

State = Literal["genuine", "reversed", "unknown"]
Mint = Callable[[], str]


def new_check() -> str:
    """Forty random bits, as people type them."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CHECK_LETTERS))


def receipt_by_link(
    records: Records,
    bundle: Bundle,
    code: str,
    number: str,
    *,
    today: date,
    language: Language | None = None,
    new_check: Mint = new_check,
) -> ReceiptView:
    """One receipt of a link's owner; NotFound for any other code or number.

    Its check code is made when it is first asked for, and is the same ever after.
    """
    account, _ = open_link(records, code, scope="account", on=today)
    ledger = fold(account, bundle.rules, today)
    receipt = receipt_of(ledger, typed(number))
    if receipt is None:
        raise NotFound
    check = issue(records, account.owner.id, receipt.payment.id, new_check=new_check)
    return receipt_view(ledger, bundle.rules, receipt, check, language or account.owner.language)


def issue(records: Records, owner: str, payment: str, *, new_check: Mint = new_check) -> str:
    """The check code of a payment's receipt, put on record once.

    Conflict should two payments ever have receipts of one number.
    """
    number = number_of(payment)
    item = records.table.get(*_key(number))
    if item is None:
        pk, sk = _key(number)
        made: Item = {"pk": pk, "sk": sk, "owner": owner, "payment": payment, "check": new_check()}
        item = made if records.table.put_new(made) else records.table.get(pk, sk)
    if item is None or item["payment"] != payment:
        raise Conflict(f"receipt {number}")
    return str(item["check"])


def receipt_state(records: Records, bundle: Bundle, number: str, check: str, *, today: date) -> State:
    """Whether a receipt that somebody holds was given out, and still stands; nothing else is told of it.

    A number nobody has and a check code that is not the number's look the same and take the same.
    """
    item = records.table.get(*_key(typed(number))) if number else None
    expected = str(item["check"]) if item else "-" * CHECK_LETTERS
    is_right = hmac.compare_digest(typed(check).encode(), expected.encode())
    if item is None or not is_right:
        return "unknown"
    account = records.load_account(str(item["owner"]))
    receipt = fold(account, bundle.rules, today).receipts.get(str(item["payment"])) if account else None
    if receipt is None:
        return "unknown"
    return "reversed" if receipt.reversed_on else "genuine"


def _key(number: str) -> tuple[str, str]:
    return f"R#{number}", "RECEIPT"
