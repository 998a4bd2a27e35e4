"""Text goes out compressed, as the functions' gateway and any edge before the pages send it."""

import gzip

from werkzeug.wrappers import Request, Response

LEAST_BYTES = 1024
"""The `minimum_compression_size` of the functions: below it, nothing is gained."""


def compressed(response: Response, request: Request) -> Response:
    """The answer in fewer bytes, if it is text and the browser can unpack it."""
    if not _is_text(response.mimetype or "") or response.status_code == 304 or len(response.data) < LEAST_BYTES:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip") <= 0:
        return response
    response.data = gzip.compress(response.data, mtime=0)
    response.headers["Content-Encoding"] = "gzip"
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)  # the same page, but no longer byte for byte
    return response


def _is_text(kind: str) -> bool:
    return kind.startswith("text/") or kind.endswith(("javascript", "json", "xml", "yaml"))
