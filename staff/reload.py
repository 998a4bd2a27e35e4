"""Builds the site anew whenever staff change a file of `site/`, and has open pages and the functions load it."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from werkzeug.wrappers import Request, Response

from . import publication
from .webserver import Responder

_SCRIPT = """
let seen = null;
setInterval(async () => {
  const now = await (await fetch("/reload/version")).text();
  if (seen !== null && now !== seen) location.reload();
  seen = now;
}, 1000);
"""
_QUIET_SECONDS = 0.3  # editors write a file in several steps


class Reload(FileSystemEventHandler):
    """Counts builds; a build that fails is told on the terminal, and the pages stay as they were."""

    def __init__(self, site_url: str, on_built: Callable[[], None]) -> None:
        self.version = 0
        self._on_built = on_built
        self.changed = threading.Event()
        self._site_url = site_url

    def on_any_event(self, event: FileSystemEvent) -> None:
        if not event.is_directory and event.event_type in ("created", "modified", "moved", "deleted"):
            self.changed.set()

    def build_when_changed(self, stopped: threading.Event) -> None:
        while not stopped.is_set():
            if self.changed.wait(_QUIET_SECONDS):
                stopped.wait(_QUIET_SECONDS)
                self.changed.clear()
                self.build()

    def build(self) -> None:
        with publication.running(self._site_url) as builds:
            problem = publication.finish(builds)
        if problem:
            sys.stderr.write(problem)
        else:
            self._on_built()
            self.version += 1

    def respond(self, request: Request) -> Response:
        """`/reload/version`, and the script that asks for it."""
        if request.path == "/version":
            return Response(str(self.version), headers={"Cache-Control": "no-store"})
        return Response(_SCRIPT, content_type="text/javascript; charset=utf-8")


def with_script(pages: Responder) -> Responder:
    """Pages that load themselves again after each build."""

    def respond(request: Request) -> Response:
        response = pages(request)
        if response.mimetype == "text/html" and response.status_code == 200:
            tag = b'<script src="/reload/script.js"></script></body>'
            response.data = response.data.replace(b"</body>", tag)
        return response

    return respond


@contextmanager
def watching(folder: Path, reload: Reload) -> Iterator[None]:
    """Watches a folder while the demo serves."""
    stopped, observer = threading.Event(), Observer()
    observer.schedule(reload, str(folder), recursive=True)
    worker = threading.Thread(target=reload.build_when_changed, args=(stopped,))
    observer.start()
    worker.start()
    try:
        yield
    finally:
        stopped.set()
        observer.stop()
        observer.join()
        worker.join()
