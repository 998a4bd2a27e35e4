"""The command `redrive`: what was tried too often goes back to the worker, events are taken in, the rest is kept."""

from collections import Counter
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape

from chalicelib import settings
from chalicelib.core.bundle import Bundle
from chalicelib.core.notice import trace
from chalicelib.core.rulebook import Channel
from chalicelib.flows.feedback import note_feedback
from chalicelib.flows.records import Records
from chalicelib.flows.reminders import OnProgress
from chalicelib.flows.sender import notice_of

from . import aws, console, deadletters, outlook, session
from .console import Row
from .deadletters import Found, Kind
from .queues import DeadLetters, WorkQueue

_TOPIC = "courtyard-mail-events"
_DONE = ("sent-back", "taken-in", "discarded", "kept", "failed")
_LISTED = 50
"""As many messages as people look through; other programs get all."""
_SHOWN = 60
"""As much of what is nothing of ours as tells whoever reads it where it may come from."""


def add_command(command: session.Command) -> None:
    """Adds `redrive` to the parser."""
    parser = command("redrive", redrive, "try again what failed again and again", "courtyard redrive --dry-run")
    parser.add_argument(
        "--discard", action="store_true", help="delete what cannot be tried again, instead of keeping it"
    )
    parser.add_argument("--dry-run", action="store_true", help="list what is there, change nothing")


def redrive(said: Any) -> int:
    """Sends before it deletes, so that a message may be tried twice but is never lost; what is no job stays.

    SQS could move all of it by itself (StartMessageMoveTask), but then what is no job would go back as well.
    """
    rules, records = session.rules(said), aws.records()
    queue = WorkQueue()
    dead = queue.dead_letters()
    with console.progress(not said.json) as on_progress:
        rows = _worked_off(said, records, rules, queue, dead, on_progress)
    counts = Counter(row["done"] for row in rows)
    answer = {"messages": rows, **{name: counts[name] for name in _DONE}, "written": not said.dry_run}
    console.say(said, answer, lambda: _print(said, rules, answer))
    return 1 if answer["failed"] else 0


def _worked_off(
    said: Any, records: Records, rules: Bundle, queue: WorkQueue, dead: DeadLetters, on_progress: OnProgress
) -> list[Row]:
    """Every message with what was done; whatever is not deleted is given back at the end, come what may."""
    left = {letter.id: letter for letter in dead.take_all()}
    rows = []
    try:
        for number, letter in enumerate(list(left.values()), 1):
            on_progress(number, len(left))
            one = deadletters.found(letter, _topic(dead))
            row = _row(records, rules, one)
            rows.append(row)
            row["done"] = _fate(one, is_discarding=said.discard)
            if said.dry_run:
                continue
            if not _is_done(records, rules, queue, one):
                row["done"] = "failed"
            elif row["done"] != "kept":
                dead.delete(left.pop(letter.id))
    finally:
        dead.give_back(left.values())
    return rows


def _topic(dead: DeadLetters) -> str:
    """Our own topic: as the environment names it, or the one beside the queue."""
    _, partition, _, region, account, _ = dead.arn.split(":")
    return settings.read().topic or f"arn:{partition}:sns:{region}:{account}:{_TOPIC}"


def _fate(one: Found, *, is_discarding: bool) -> str:
    """What is to become of a message: what can be tried again is, the rest is kept unless it is to go."""
    tried = {Kind.JOB: "sent-back", Kind.ASK: "sent-back", Kind.FEEDBACK: "taken-in"}
    return tried.get(one.kind, "discarded" if is_discarding else "kept")


def _is_done(records: Records, rules: Bundle, queue: WorkQueue, one: Found) -> bool:
    """Tries a message again, such that once more does no harm; what still breaks its story holds up no other."""
    if work := one.job or one.ask:
        queue.send([msgspec.json.encode(work).decode()])
    try:
        for feedback in one.feedback:
            note_feedback(records, rules, queue, feedback)
    except (BotoCoreError, ClientError):
        raise
    except Exception:
        return False
    return True


def _row(records: Records, rules: Bundle, one: Found) -> Row:
    """A message as staff and other programs read it; only what is nothing of ours is shown as it is."""
    owner, key = _about(records, one) or (None, None)
    return {
        "kind": one.kind.value,
        "since": outlook.local(one.letter.since, rules),
        "owner": owner,
        "notice": trace(owner, key) if owner and key else None,
        "state": _state(records, owner, key) if owner and key else None,
        "said": [feedback.said for feedback in one.feedback],
        "body": _shown(one.letter.body) if one.kind is Kind.POISON else None,
        "done": "",
    }


def _state(records: Records, owner: str, key: str) -> str | None:
    """Where a notice stands; a record that cannot be read may be the very reason why its message was given up."""
    try:
        notice = records.notices.load_notice(owner, key)
    except ValueError:
        return None
    return notice.state.value if notice else None


def _about(records: Records, one: Found) -> tuple[str, str] | None:
    """The owner and the key of the notice a message is about."""
    if one.job:
        return one.job.owner, one.job.notice
    for feedback in one.feedback:
        if feedback.channel is Channel.EMAIL:
            return notice_of(feedback.notice)
        sent = records.notices.load_text(feedback.notice)
        return (sent.owner, sent.notice) if sent else None
    return None


def _shown(body: str) -> str:
    """The beginning of a body, without the signs that would do something to a terminal."""
    plain = "".join(sign if sign.isprintable() else "·" for sign in body[:_SHOWN])
    return plain + ("…" if len(body) > _SHOWN else "")


def _print(said: Any, rules: Bundle, answer: Row) -> None:
    """Each message with what was done, then how many of each sort, and what may be done with what was kept."""
    labels, out = rules.words.labels, Console(highlight=False)

    def label(name: str, **values: object) -> str:
        return labels[f"redrive-{name}"].of(said.language).format(**values)

    rows = answer["messages"]
    if rows:
        table = console.headed([label(name) for name in ("what", "notice", "state", "since", "done")])
        for column in (1, 3):
            table.columns[column].no_wrap = True
        for row in rows[:_LISTED]:
            what = [label(row["kind"]), *row["said"], *([row["body"]] if row["body"] else [])]
            state = labels[f"state-{row['state'].lower()}"].of(said.language) if row["state"] else ""
            whose = [_shown(row["owner"]), row["notice"]] if row["owner"] else []
            since = row["since"][:16].replace("T", " ")
            table.add_row(escape("\n".join(what)), escape("\n".join(whose)), state, since, label(row["done"]))
        out.print(table)
    out.print(label("counted", whole=len(rows), **{name.replace("-", "_"): answer[name] for name in _DONE}))
    for kind in dict.fromkeys(row["kind"] for row in rows if row["done"] in ("kept", "failed")):
        out.print(label(f"{kind}-do"), soft_wrap=True)
    if said.dry_run:
        out.print(labels["dry-run"].of(said.language))
