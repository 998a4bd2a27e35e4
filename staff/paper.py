"""HTML on paper: PDF/UA-1 with its fonts embedded once for a whole print run, and QR codes as drawings."""

import io
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import segno
from markupsafe import Markup

from .refusal import Refused

VARIANT = "pdf/ua-1"


@cache
def _weasyprint() -> Any:
    try:
        import weasyprint  # it loads Pango, which only a print run needs
    except OSError:
        raise Refused("Pango is missing: apt-get install libpango-1.0-0 libpangoft2-1.0-0") from None
    return weasyprint


def laid_out(html: str) -> Any:
    """A document as it falls on pages; Refused when it names anything it does not hold itself."""

    weasyprint = _weasyprint()
    fetches_nothing = weasyprint.urls.URLFetcher(allowed_protocols=(), fail_on_errors=True)
    try:
        return weasyprint.HTML(string=html, url_fetcher=fetches_nothing).render()
    except weasyprint.urls.FatalURLFetchingError as error:
        raise Refused(f"a printed page fetches nothing: {error}") from None


def write(documents: Sequence[Any], path: Path) -> None:
    """Documents behind each other in one file, written in one move."""
    pages = [page for document in documents for page in document.pages]
    draft = path.with_suffix(".part")
    draft.write_bytes(documents[0].copy(pages).write_pdf(pdf_variant=VARIANT))
    draft.replace(path)


def laid_out_all(sources: Sequence[str], on_progress: Callable[[int, int], None]) -> list[Any]:
    """Every document of a print run in turn."""
    found = []
    for number, html in enumerate(sources, 1):
        found.append(laid_out(html))
        on_progress(number, len(sources))
    return found


@lru_cache(maxsize=64)  # the way to pay is the same on every letter
def code(text: str) -> Markup:
    """A QR code as a drawing that carries a quarter of damage, as a sheet that is folded needs."""
    made = io.BytesIO()
    segno.make(text, error="q", micro=False).save(
        made, kind="svg", xmldecl=False, border=2, omitsize=True, svgclass=None, lineclass=None
    )
    return Markup(made.getvalue().decode())  # noqa: S704  # drawn here, from no text of anybody's
