"""The command `approve`: a manager sees each demand that waits, and lets it go out."""

import json
from collections.abc import Sequence
from typing import Any

from chalicelib.core.bundle import Bundle
from chalicelib.core.claim import claim
from chalicelib.core.collection import Step
from chalicelib.core.ledger import fold
from chalicelib.core.money import total
from chalicelib.core.rulebook import Language
from chalicelib.flows import approvals
from chalicelib.flows.records import Records

from . import aws, console, outlook, session
from .release import release


def add_command(command: session.Command) -> None:
    """Adds `approve` to the parser."""
    parser = command(
        "approve", approve, "let demands go out that need it", "courtyard approve --on 2026-12-01 --dry-run"
    )
    parser.add_argument("--on", type=session.day, help="the day they are to go out (default: today)")
    parser.add_argument("--stage", help="only this stage")
    parser.add_argument("--owner", action="append", default=[], help="only this owner (again for more)")
    parser.add_argument("--run", action="store_true", help="let the day's run go out that is held for its size")
    parser.add_argument("--yes", action="store_true", help="do not ask on the terminal")
    parser.add_argument("--dry-run", action="store_true", help="list them, approve nothing")


def approve(said: Any) -> int:
    """Shows what waits for approval, and approves it under the AWS identity of whoever runs this."""
    if said.run:
        return release(said)
    rules = session.rules(said)
    on, records = said.on or session.today(rules), aws.records()
    _refuse_unknown(said, rules, records)
    with console.progress(not said.json) as on_progress:
        run = outlook.planned(records, rules, on, session.today(rules), on_progress)
    steps = [step for step in approvals.awaiting(run) if _is_meant(step, said)]
    by = aws.identity()
    rows = _rows(records, rules, steps, session.told_in(said, rules))
    answer = {"on": on.isoformat(), "by": by, "approved": 0, "notices": rows}
    if not said.json:
        console.print_approvals(answer, rules.words, said.language)
    if steps and not said.dry_run and console.is_meant(said, rules, "approve-ask", count=len(steps)):
        answer["approved"] = approvals.approve(records, steps, by=by, at=session.now())
    if said.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        console.print_approved(answer, rules.words, said.language)
    return 0


def _refuse_unknown(said: Any, rules: Bundle, records: Records) -> None:
    stages = [stage.id for stage in rules.rules.collection.stages if stage.approve]
    if said.stage is not None and said.stage not in stages:
        raise session.Refused(session.text(rules, said, "unknown-name", name=said.stage) + f" [{', '.join(stages)}]")
    for owner in said.owner:
        if records.load_account(owner) is None:
            raise session.Refused(session.text(rules, said, "unknown-owner", name=owner))


def _is_meant(step: Step, said: Any) -> bool:
    return said.stage in (None, step.stage.id) and (not said.owner or step.owner in said.owner)


def _rows(records: Records, rules: Bundle, steps: Sequence[Step], language: Language) -> list[dict[str, Any]]:
    """The steps with whom and how much each is about: a manager approves a sum and a name, not an id."""
    rows = outlook.steps_json(steps, rules, language)
    return [{**row, **_about(records, rules, step, language)} for row, step in zip(rows, steps, strict=True)]


def _about(records: Records, rules: Bundle, step: Step, language: Language) -> dict[str, Any]:
    account = records.load_account(step.owner)
    assert account is not None  # noqa: S101  # the plan has just read it
    on = step.on
    ledger = fold(account, rules.rules, on)
    last = max(ledger.debts[key].bill.due_on for key in step.bills)
    debts = claim(ledger, rules.rules, due_by=last, is_demand=True)
    return {
        "name": account.owner.contacts[0].name,
        "stage_name": step.stage.name.of(language),
        "units": sorted({debt.bill.unit for debt in debts}),
        "owed": total([debt.outstanding(on) for debt in debts]),
    }
