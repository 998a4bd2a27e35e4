"""The command `hold`: opens a pause within the rules' limits, or ends one."""

import argparse
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from msgspec.structs import replace

from chalicelib.core.account import Account, Bill, Hold, Instalment
from chalicelib.core.bundle import Bundle
from chalicelib.core.ledger import fold
from chalicelib.core.money import fen
from chalicelib.core.rulebook import Actor, HoldKind
from chalicelib.flows import holds
from chalicelib.flows.records import Records

from . import aws, console, outlook, session


def add_command(command: session.Command) -> None:
    """Adds `hold` to the parser."""
    parser = command(
        "hold",
        hold,
        "pause reminders within the rules' limits",
        "courtyard hold o-0412 promise --bill 2026-Q4 --dry-run",
    )
    parser.add_argument("owner", help="an owner's id, or a unit (its present holder)")
    parser.add_argument("kind", help=", ".join([*get_args(HoldKind), "or the id of one to end"]))
    parser.add_argument("--bill", action="append", default=[], help="only this bill: ID, or ID/UNIT, or ID/UNIT/KIND")
    parser.add_argument("--until", type=session.day, help="the last day (default: the longest allowed)")
    parser.add_argument("--part", action="append", default=[], type=_part, help="plan: DAY=YUAN (again for more)")
    parser.add_argument("--role", type=Actor, choices=list(Actor)[1:], default=Actor.CLERK, help="who opens or ends it")
    parser.add_argument("--dry-run", action="store_true", help="say what would be, write nothing")


def _part(text: str) -> Instalment:
    on, _, yuan = text.partition("=")
    try:
        return Instalment(session.day(on), fen(Decimal(yuan)))
    except (InvalidOperation, ValueError):
        raise argparse.ArgumentTypeError(f"{text!r} is not a part of a plan: write YYYY-MM-DD=YUAN") from None


def hold(said: Any) -> int:
    """Opens a pause, or ends the one whose id is given."""
    rules, records = session.rules(said), aws.records()
    on = session.today(rules)
    account = session.account(said, rules, records, said.owner, on)
    running = next((one for one in account.holds if one.id == said.kind), None)
    if running:
        return _end(said, rules, records, account, running, on)
    if said.kind not in get_args(HoldKind):
        ids = [one.id for one in account.holds if one.until is None or one.until >= on]
        raise session.Refused(
            session.text(rules, said, "hold-unknown") + f" [{', '.join([*get_args(HoldKind), *ids])}]"
        )
    made = holds.open_hold(
        records,
        rules,
        account.owner.id,
        said.kind,
        on=on,
        role=said.role,
        by=aws.identity(),
        bills=_named(said, rules, account, on),
        until=said.until,
        instalments=said.part,
        dry_run=said.dry_run,
    )
    if not isinstance(made, Hold):
        raise session.refused(rules, said, made)
    return _tell(said, rules, made)


def _end(said: Any, rules: Bundle, records: Records, account: Account, running: Hold, on: date) -> int:
    last = on - timedelta(days=1)
    if running.until is not None and running.until <= last:
        raise session.Refused(session.text(rules, said, "hold-over", until=running.until))
    ended = holds.end_hold(
        records,
        rules,
        account.owner.id,
        said.kind,
        last=last,
        role=said.role,
        by=aws.identity(),
        dry_run=said.dry_run,
    )
    if not isinstance(ended, Hold):
        raise session.refused(rules, said, ended)
    return _tell_ended(said, rules, account, replace(running, until=last), on)


def _named(said: Any, rules: Bundle, account: Account, on: date) -> Sequence[str]:
    """The keys of the bills meant; a kind that pauses only some bills must be told which, where there are several."""
    debts = fold(account, rules.rules, on).debts
    unpaid = [debt.bill for debt in debts.values() if debt.outstanding(on)]
    rule = rules.rules.collection.holds.get(said.kind)
    if not said.bill and rule and rule.bills_only and len(unpaid) > 1:
        raise session.Refused(session.text(rules, said, "hold-which", bills=_listed(unpaid)))
    return [_meant(name, unpaid, said, rules) for name in said.bill]


def _meant(name: str, unpaid: Sequence[Bill], said: Any, rules: Bundle) -> str:
    found = [bill for bill in unpaid if name in (bill.id, f"{bill.id}/{bill.unit}", bill.key)]
    if len(found) == 1:
        return found[0].key
    problem = "hold-which" if found else "hold-no-bill"
    raise session.Refused(session.text(rules, said, problem, bills=_listed(found or unpaid)))


def _listed(bills: Sequence[Bill]) -> str:
    return ", ".join(bill.key for bill in bills)


def _tell(said: Any, rules: Bundle, made: Hold) -> int:
    return console.say(said, outlook.hold_json(made), lambda: console.print_opened(said, rules, made))


def _tell_ended(said: Any, rules: Bundle, account: Account, ended: Hold, on: date) -> int:
    """From when all goes on, unless another pause still holds."""
    others = [
        hold.id for hold in fold(account, rules.rules, on).holds if hold.id != ended.id and hold.overlaps(ended, on)
    ]
    return console.say(said, outlook.hold_json(ended), lambda: console.print_ended(said, rules, ended, on, others))
