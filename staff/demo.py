"""`make demo`: the whole portal on this machine, with moto as AWS and a made-up community."""

import contextlib
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rich.progress import Progress

from chalicelib.core import calendar
from chalicelib.core.bundle import Bundle, served_at
from chalicelib.core.calendar import local_date
from chalicelib.core.ledger import fold
from chalicelib.flows.links import balance_url, mint
from chalicelib.flows.records import Records
from chalicelib.flows.run import queue_run

from . import aws, bundle, emulator, imports, publication, queues, sample, webserver
from .memory import MemoryTable
from .outbox import Outbox
from .outlook import opening
from .reload import Reload, watching, with_script
from .replay import replay

ROOT = Path(__file__).parents[1]
REPLAYED_DAYS = 365


def main(*, port: int, on: date, doors: int, is_reloading: bool) -> int:
    """Builds everything, says where to look, and serves until Ctrl-C or SIGTERM.

    While reloading, pages follow every change of `site/`; the year of reminders is left out for a quick start.
    """
    if not _is_free(port):
        print(f"port {port} is taken; choose another: make demo PORT=8001", file=sys.stderr)
        return 1
    for name in _SIGNALS:
        signal.signal(name, _stop)
    try:
        return _demonstrate(port, on, doors, is_reloading)
    except KeyboardInterrupt:
        return 0


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def _stop(*_: object) -> None:
    """Leaves from wherever the main thread is, closing what it opened; a second signal does not disturb that.

    Setting an event here would wait for ever if the signal came while the main thread held its lock.
    """
    for name in _SIGNALS:
        signal.signal(name, signal.SIG_IGN)
    raise KeyboardInterrupt


def _demonstrate(port: int, on: date, doors: int, is_reloading: bool) -> int:
    url = f"http://127.0.0.1:{port}"
    with emulator.running() as endpoint, _environment(endpoint, url):
        rules = _rules(url)
        with publication.running(url) as builds:
            records = _imported(rules, on, doors)
            problem = publication.finish(builds)
        if problem:
            print(problem, file=sys.stderr)
            return 1
        outbox = Outbox(datetime.now(UTC))
        reload = Reload(url, lambda: _reload_rules(url)) if is_reloading else None
        with _serving(port, outbox, rules, on, reload):
            _say_site(url, rules, on)
            _replayed(records, rules, outbox, on, 0 if is_reloading else REPLAYED_DAYS)
            shown = shown_owners(records, rules, on)
            _load(records)
            _last_run(rules, outbox, on)
            _say(url, rules, endpoint, on, outbox, shown)
            while True:
                time.sleep(3600)  # until a signal


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


@contextlib.contextmanager
def _environment(endpoint: str, url: str) -> Iterator[None]:
    """What the app and the commands find in the environment while the demo runs."""
    wanted = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "demo",
        "AWS_SECRET_ACCESS_KEY": "demo",
        "AWS_DEFAULT_REGION": "us-east-1",
        "COURTYARD_MODE": "live",
        "COURTYARD_SITE_URL": url,
        "COURTYARD_QUEUE_URL": "",
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ |= wanted
    os.environ["COURTYARD_QUEUE_URL"] = aws.client("sqs").get_queue_url(QueueName=queues.QUEUE)["QueueUrl"]
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


def _rules(url: str) -> Bundle:
    found = bundle.write(ROOT / "site", ROOT / "functions" / "chalicelib" / "bundle.json").bundle
    if found is None:
        raise SystemExit("site/ has faults: see `courtyard check`")
    return served_at(found, url)


def _imported(rules: Bundle, on: date, doors: int) -> Records:
    """Three years of ledger, through the import command's own code, in memory."""
    records = Records(MemoryTable())
    with tempfile.TemporaryDirectory() as folder:
        files = sample.write(Path(folder), rules.rules, on=on, doors=doors)
        for kind in imports.KINDS:
            report = imports.import_file(
                kind, getattr(files, kind), records=records, rulebook=rules.rules, today=on, dry_run=False
            )
            if report.faults:
                raise SystemExit(f"the sample's {kind} have faults: {report.faults[:3]}")
    return records


def _replayed(records: Records, rules: Bundle, outbox: Outbox, on: date, days: int) -> None:
    """A year of runs, in memory."""
    with _progress() as bar:
        task = bar.add_task("a year of reminders", total=days)

        replay(records, rules, outbox, until=on, days=days, on_day=lambda day: bar.update(task, completed=day))


def _progress() -> Progress:
    return Progress(transient=True, disable=not sys.stdout.isatty())


def _load(records: Records) -> None:
    """Into the emulated table, as a restore would."""
    assert isinstance(records.table, MemoryTable)  # noqa: S101
    items = list(records.table.items())
    real = aws.records().table
    with _progress() as bar:
        for start in bar.track(range(0, len(items), 500), description="table"):
            real.put_all(items[start : start + 500])


def _last_run(rules: Bundle, outbox: Outbox, on: date) -> None:
    """The chosen day's run, for real: through SQS, SES and SNS of the emulator."""
    records, queue = aws.records(), queues.WorkQueue()
    records.set_ledger_through(on - timedelta(days=1))
    outbox.now = opening(rules, on)
    queue_run(records, rules, queue, on=on)
    queues.deliver_all(records, rules, aws.sender(queue, is_paced=False), queue, now=lambda: outbox.now)


def _work(kept: Outbox, rules: Bundle, now: Callable[[], datetime]) -> None:
    """What owners have asked for since the last look goes out, as the worker would see to at once."""
    queue = queues.WorkQueue()
    queues.deliver_all(aws.records(), rules, aws.sender(queue, is_paced=False), queue, now=now)
    emulator.collect(kept)


def _reload_rules(url: str) -> None:
    """Has the running functions go by the rules as they are now; with a fault in a message, by those before."""
    import app

    if bundle.write(ROOT / "site", ROOT / "functions" / "chalicelib" / "bundle.json").bundle:
        app.bundle.cache_clear()


@contextlib.contextmanager
def _serving(port: int, kept: Outbox, rules: Bundle, on: date, reload: Reload | None) -> Iterator[None]:
    import app  # the functions' own app, wired to the emulator by the environment

    if on != local_date(datetime.now(UTC), rules.rules.community.time_zone):
        app.now = lambda: opening(rules, on)  # the chosen day, for whoever looks at a statement
    responders = {
        "/v1": webserver.api(app.app),
        "/outbox": webserver.outbox(kept, lambda: _work(kept, rules, app.now)),
    }
    pages = webserver.site(ROOT / "build" / "site")
    watch: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
    if reload:
        pages, watch = with_script(pages), watching(ROOT / "site", reload)
        responders["/reload"] = reload.respond
    with webserver.serving(port, pages, responders), watch:
        yield


def _say_site(url: str, rules: Bundle, on: date) -> None:
    print(f"\nCourtyard · {rules.rules.community.name.zh} · {on}\n")
    print(f"  site          {url}/")
    print(f"  in English    {url}/en/", flush=True)


def _say(url: str, rules: Bundle, endpoint: str, on: date, outbox: Outbox, shown: dict[str, str]) -> None:
    records = aws.records()
    print(f"  outbox        {url}/outbox/   ({len(outbox.messages)} messages of the last year)")
    for label, owner in shown.items():
        account = records.load_account(owner)
        assert account is not None  # noqa: S101  # it was just looked up
        code, _ = mint(records, account, scope="account", channel="staff", on=on, days=120)
        print(f"  {label:<14}{balance_url(url, account.owner.language, code)}")
    day = next_issue(rules, on)
    print("\nIn another terminal: what the next bills' run would send, then send it and look at the outbox again")
    print(f"  export AWS_ENDPOINT_URL={endpoint} AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo \\")
    print(f"    AWS_DEFAULT_REGION=us-east-1 COURTYARD_MODE=live COURTYARD_SITE_URL={url}")
    print(f"  .venv/bin/courtyard plan --on {day}")
    print(f"  .venv/bin/courtyard run --on {day}")
    print("\nCtrl-C stops everything.", flush=True)


def next_issue(rules: Bundle, on: date) -> date:
    """The next day on which a quarter's bills are told to owners."""
    days = rules.rules.collection.stages[0].days[0]
    last = calendar.period(calendar.quarter(on)).last
    while last + timedelta(days=days) <= on:
        last = calendar.period(calendar.quarter(last + timedelta(days=1))).last
    return last + timedelta(days=days)


def shown_owners(records: Records, rules: Bundle, on: date) -> dict[str, str]:
    """Three owners worth a look: paid up, one quarter overdue, several quarters overdue."""
    found: dict[str, str] = {}
    others: dict[str, str] = {}  # as good as, but with less to explain
    most = 1
    for number in range(1, 560):
        account = records.load_account(f"o-{number:04d}")
        if account is None or len(account.tenures) < 2 or account.owner.language != "zh" or account.tenures[0].until:
            continue
        if not account.payments:  # nothing to show of what was paid
            continue
        ledger = fold(account, rules.rules, on)
        overdue = [d for d in ledger.debts.values() if d.bill.due_on < on and d.outstanding(on)]
        late = {debt.bill.due_on for debt in overdue}
        if ledger.balance <= 0:
            found.setdefault("paid up", account.owner.id)
        if len(late) == 1 and any(debt.late_fee_left(on) and not debt.allocations for debt in overdue):
            found.setdefault("just overdue", account.owner.id)
        elif len(late) == 1:
            others.setdefault("just overdue", account.owner.id)
        if len(late) > most:
            most, found["long overdue"] = len(late), account.owner.id
    found = others | found
    return {label: found[label] for label in ("paid up", "just overdue", "long overdue") if label in found}
