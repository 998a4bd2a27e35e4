"""The command `consent`: what an owner said about promotions, with what shows it."""

from typing import Any

from chalicelib.core.account import Consent
from chalicelib.core.bundle import Bundle

from . import aws, console, session


def add_command(command: session.Command) -> None:
    """Adds `consent` to the parser."""
    parser = command(
        "consent",
        consent,
        "note that an owner wants promotions, or no more of them",
        'courtyard consent 3-2-1201 given --proof "form of 2026-11-03"',
    )
    parser.add_argument("owner", help="an owner's id, or a unit (its present holder)")
    parser.add_argument("word", choices=["given", "withdrawn"])
    parser.add_argument("--proof", default="", help="where it can be looked up: needed for one that is given")
    parser.add_argument("--dry-run", action="store_true", help="say what would be, write nothing")


def consent(said: Any) -> int:
    """Bill notices need no consent and go on either way; a consent without proof is none."""
    rules, records = session.rules(said), aws.records()
    owner = session.account(said, rules, records, said.owner, session.today(rules)).owner.id
    is_given = said.word == "given"
    if is_given and not said.proof.strip():
        raise session.Refused(session.text(rules, said, "consent-unproven"))
    if not said.dry_run:
        noted = Consent(is_given=is_given, at=session.now(), proof=said.proof.strip(), by=aws.identity())
        records.add_consent(owner, noted)
    answer = {"owner": owner, "promotions": is_given, "written": not said.dry_run}
    return console.say(said, answer, lambda: _tell(said, rules, owner))


def _tell(said: Any, rules: Bundle, owner: str) -> None:
    labels = rules.words.labels
    print(labels[f"consent-{said.word}"].of(said.language).format(owner=owner))
    if said.dry_run:
        print(labels["dry-run"].of(said.language))
