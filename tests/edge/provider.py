"""A provider on loopback that counts the requests it gets and answers, hangs or hangs up as it is told."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

Manner = Literal["accept", "hang", "reset", "garbage"]


@dataclass
class Provider:
    url: str
    requests: list[bytes] = field(default_factory=list)


@contextmanager
def provider(
    manner: Manner = "accept", status: int = 200, body: bytes = b"", content: str = "json"
) -> Iterator[Provider]:
    """Takes each request whole, then does what its manner says."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    found = Provider(f"http://127.0.0.1:{server.getsockname()[1]}")
    is_over = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection:
            connection.settimeout(5)
            found.requests.append(_whole(connection))
            if manner == "hang":
                is_over.wait(10)
            elif manner == "reset":
                # closing with something unsent in hand makes the other side see a reset
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            else:
                head = (
                    f"HTTP/1.1 {status} X\r\nContent-Type: application/{content}\r\nContent-Length: {len(body)}\r\n\r\n"
                )
                connection.sendall(head.encode() + body)

    def serve() -> None:
        while not is_over.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield found
    finally:
        is_over.set()
        thread.join()
        server.close()


def _whole(connection: socket.socket) -> bytes:
    content = b""
    while b"\r\n\r\n" not in content:
        content += connection.recv(65536)
    head, _, body = content.partition(b"\r\n\r\n")
    length = next((int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length")), 0)
    if b"100-continue" in head.lower():
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
