"""An owner looks at the balance: from the code in the link to the explained statement."""

from datetime import date

from ..core.bundle import Bundle
from ..core.recall import remembered
from ..core.rulebook import Language
from ..core.statement import statement
from ..core.view import Statement
from .links import open_link
from .records import Records


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
