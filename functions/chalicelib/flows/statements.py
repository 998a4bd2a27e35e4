"""An owner looks at the balance: from the code in the link to the explained statement."""

from datetime import date

from ..core.bundle import Bundle
from ..core.recall import remembered
from ..core.rulebook import Language
from ..core.statement import amount, statement
from ..core.view import Amount, Statement
from .links import open_link
from .records import Records


def amount_by_link(records: Records, bundle: Bundle, code: str, *, today: date) -> Amount:
    """What is to be paid by a link that shows nothing else; NotFound for any other code."""
    account, _ = open_link(records, code, scope="pay", on=today)
    return amount(account, bundle.rules, on=today, revision=bundle.revision)


def statement_by_link(
    records: Records, bundle: Bundle, code: str, *, on: date, today: date, language: Language | None = None
) -> Statement:
    """The statement of the owner a link belongs to, on a day, with two reads; NotFound for any other code."""
    account, _ = open_link(records, code, scope="account", on=today)
    return statement(
        account,
        remembered(account, bundle.rules),
        bundle.rules,
        bundle.words,
        on=on,
        revision=bundle.revision,
        language=language,
    )
