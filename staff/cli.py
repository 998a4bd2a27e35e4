"""The `courtyard` command: reads the clock, the environment and the arguments, and says what came of it."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import settings
from chalicelib.core.bundle import Bundle
from chalicelib.core.errors import CourtyardError
from chalicelib.core.rulebook import Language
from chalicelib.flows.links import balance_url, mint
from chalicelib.flows.payments import unmatched
from chalicelib.flows.records import Records

from . import (
    approval,
    aws,
    bundle,
    casework,
    consent,
    console,
    daybook,
    imports,
    letters,
    pause,
    planning,
    policydiff,
    posters,
    preview,
    redrive,
    session,
    simulate,
    wechat,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 done, 1 the input is at fault, 2 the command was called wrongly; never a traceback."""
    parser = _parser()
    said = parser.parse_args(arguments)
    said.language = said.lang or _language()
    try:
        status = int(said.command(said))
        sys.stdout.flush()
        return status
    except session.Refused as refusal:
        print(refusal, file=sys.stderr)
    except CourtyardError as error:
        print(error, file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(_aws_problem(error), file=sys.stderr)
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    return 1


def _aws_problem(error: Exception) -> str:
    """What AWS could not do, without what was asked of it: a request may hold a name or a number."""
    code = getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__)
    endpoint, table = os.environ.get("AWS_ENDPOINT_URL", "AWS"), settings.read().table
    hints = {
        "EndpointConnectionError": f"nothing answers at {endpoint}: see AWS_ENDPOINT_URL",
        "NoCredentialsError": "no credentials: see AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        "ResourceNotFoundException": f"there is no table {table!r} at {endpoint}: see COURTYARD_TABLE and AWS_REGION",
        "ExpiredTokenException": "the credentials have expired: sign in again",
        "AccessDeniedException": "these credentials may not do this",
    }
    return f"{code}: {hints.get(code, f'asked of {endpoint}')}"


def _language() -> Language:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if spoken.lower().startswith("zh") else "en"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="courtyard", description="Courtyard for staff: rules, ledgers, reminders.")
    parser.add_argument("--lang", choices=["zh", "en"], help="language of the output (default: that of the terminal)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[Any], int], summary: str, example: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=summary, description=summary, epilog=f"example: {example}")
        made.add_argument("--json", action="store_true", help="print JSON for another program")
        made.add_argument("--lang", choices=["zh", "en"], default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        made.set_defaults(command=run)
        return made

    command("check", check, "list every fault in site/", "courtyard check --json")
    taken = command("import", import_, "load a CSV or XLSX file", "courtyard import bills 2026Q4.xlsx --dry-run")
    taken.add_argument("kind", choices=["units", "owners", "bills", "payments"])
    taken.add_argument("file", type=Path)
    taken.add_argument("--dry-run", action="store_true", help="check the whole file, write nothing")
    taken.add_argument("--through", type=session.day, help="payments: recorded through this day (default: yesterday)")
    planning.add_commands(command)
    daybook.add_command(command)
    redrive.add_command(command)
    approval.add_command(command)
    casework.add_commands(command)
    pause.add_command(command)
    letters.add_command(command)
    preview.add_command(command)
    consent.add_command(command)
    posters.add_command(command)
    wechat.add_command(command)
    simulate.add_command(command)
    policydiff.add_command(command)
    linked = command("link", link, "mint a private link for an owner", "courtyard link o-0412 --json")
    linked.add_argument("owner", help="an owner's id, or a unit (its present holder)")
    demo = command("demo", _demo, "the whole portal on this machine, with made-up owners", "courtyard demo --port 8000")
    demo.add_argument("--port", type=_port, default=os.environ.get("PORT", "8000"))
    demo.add_argument("--on", type=session.day, help="the day the replay ends (default: today)")
    demo.add_argument("--doors", type=int, choices=range(1, 5), default=4, help="on each floor; fewer start sooner")
    demo.add_argument("--reload", action="store_true", help="follow every change of site/; no year of reminders")
    return parser


def _port(text: str) -> int:
    if text.isdecimal() and 1024 <= int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port: 1024 to 65535")


def check(said: Any) -> int:
    """Every fault in the rules, messages and pages, with file, line and field; a review that is due only warns."""
    found = bundle.compiled(session.SITE, on=session.now().date())
    rows = console.fault_rows(found, said.language)
    warnings = console.fault_rows(found, said.language, found.warnings)
    if said.json:
        answer = {"faults": rows, "warnings": warnings} if warnings else {"faults": rows}
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        console.print_faults(rows)
        if warnings:
            console.print_faults(warnings, file=sys.stderr)
    return 1 if rows else 0


def import_(said: Any) -> int:
    """The whole file is checked before the first write; a bad row leaves everything as it was."""
    rules = session.rules(said)
    records, today = aws.records(), session.today(rules)
    _refuse_odd_through(said, rules, today)
    with console.progress(not said.json) as on_progress:
        report = imports.import_file(
            said.kind,
            said.file,
            records=records,
            rulebook=rules.rules,
            today=today,
            dry_run=said.dry_run,
            may_be_empty=said.through is not None,
            on_progress=on_progress,
        )
    if not report.faults and not said.dry_run:
        _note_ledger(said, records, today)
    return _tell_import(said, rules, records, report)


def _tell_import(said: Any, rules: Bundle, records: Records, report: imports.Report) -> int:
    rows = console.row_faults(report.faults, rules.words, said.language)
    counts = {"rows": report.rows, "new": report.new, "same": report.same}
    answer = {"file": report.file, **counts, "faults": rows, "written": report.written}
    is_done = not rows and not said.dry_run
    through = records.ledger_through() if said.kind == "payments" and is_done else None

    def on_terminal() -> None:
        console.print_import(answer, through, rules.words, said.language)
        if report.before:
            console.print_intake(report.before, is_done, rules.words, said.language)
        if said.kind == "payments":
            console.print_unmatched(unmatched(records), rules, said.language)

    console.say(said, answer, on_terminal)
    return 1 if rows else 0


def _refuse_odd_through(said: Any, rules: Bundle, today: date) -> None:
    """Only payments are recorded through a day, and nobody has recorded tomorrow's."""
    if said.through and said.kind != "payments":
        raise session.Refused(session.text(rules, said, "through-not-here"))
    if said.through and said.through > today:
        raise session.Refused(session.text(rules, said, "through-to-come", through=said.through))


def _note_ledger(said: Any, records: Records, today: date) -> None:
    """Payments count as recorded through yesterday unless said otherwise; opening arrears are net of them too."""
    yesterday = today - timedelta(days=1)
    if said.kind == "payments" or (said.kind == "bills" and records.ledger_through() is None):
        records.set_ledger_through(said.through or yesterday)


def link(said: Any) -> int:
    """A new private link; older ones stay valid until they expire."""
    rules = session.rules(said)
    records, today = aws.records(), session.today(rules)
    account = session.account(said, rules, records, said.owner, today)
    days = rules.rules.collection.limits.link_days
    code, made = mint(records, account, scope="account", channel="staff", on=today, days=days)
    url = balance_url(rules.rules.community.site_url, account.owner.language, code)
    if said.json:
        answer = {"owner": account.owner.id, "code": code, "url": url, "expires": made.expires.isoformat()}
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print(f"{url}\n{account.owner.id} · {made.expires}")
    return 0


def _demo(said: Any) -> int:
    from . import demo  # the demo's parts are not there for the other commands to load

    on = said.on or session.today(session.rules(said))
    return demo.main(port=said.port, on=on, doors=said.doors, is_reloading=said.reload)


if __name__ == "__main__":
    sys.exit(main())
