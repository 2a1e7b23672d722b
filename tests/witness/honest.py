"""A small witness that speaks C2SP tlog-witness over a real socket, and ways for it to misbehave.

Honest unless told otherwise: it checks the log's signature and the consistency proof, remembers what it signed, and signs nothing else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privity.errors import PrivityError
from privity.ledger import cosignature, tlog
from privity.ledger.cosignature import Cosigner, Request
from privity.ledger.note import Checkpoint, Note, Verifier, open_checkpoint
from privity.office.clock import seconds


@dataclass
class Honest:
    """A witness of some logs: origin → key. ``twist`` changes its answer before it is sent; ``down``: it answers nothing of use; ``seen``: the bodies that it was sent."""

    name: str
    logs: dict[str, Verifier]
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    last: dict[str, Checkpoint] = field(default_factory=dict)
    clock: Callable[[], int] = seconds
    twist: Callable[[int, bytes], tuple[int, bytes]] = lambda status, body: (status, body)
    down: bool = False
    pause: float = 0
    seen: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def vkey(self) -> str:
        return Cosigner(self.name, self.key.public_key().public_bytes_raw()).vkey

    def line(self, text: str, at: int | None = None) -> bytes:
        return str(cosignature.cosign(self.name, self.key, text, self.clock() if at is None else at)).encode()

    def answer(self, body: str) -> tuple[int, bytes]:  # noqa: PLR0911 - an answer for each status
        try:
            asked = Request.parse(body)
        except PrivityError:
            return 400, b""
        text = Note.parse(asked.checkpoint).text
        origin = text.partition("\n")[0]
        if origin not in self.logs:
            return 404, b""
        try:
            new = open_checkpoint(asked.checkpoint, [self.logs[origin]], origin)
        except PrivityError:
            return 403, b""
        with self.lock:
            old = self.last.get(origin, Checkpoint(origin, 0, tlog.EMPTY_ROOT))
            if asked.old > new.size:
                return 400, b""
            if asked.old != old.size or (old.size == new.size and old.root != new.root):
                return 409, f"{old.size}\n".encode()
            if not tlog.verify_consistency(old.size, new.size, old.root, new.root, asked.proof):
                return 422, b""
            self.last[origin] = new
        return 200, self.line(text)


@contextmanager
def serving(*witnesses: Honest) -> Iterator[None]:
    """Each on a port of its own."""
    servers = [_serve(one) for one in witnesses]
    try:
        yield
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def _serve(witness: Honest) -> ThreadingHTTPServer:
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            witness.seen.append(body)
            witness.paths.append(self.path)
            status, raw = (503, b"") if witness.down else witness.twist(*witness.answer(body))
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{witness.url}/elsewhere")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            for i in range(0, len(raw), 1 if witness.pause else 1 << 20):
                self.wfile.write(raw[i : i + (1 if witness.pause else 1 << 20)])
                self.wfile.flush()
                time.sleep(witness.pause)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    witness.url = f"http://127.0.0.1:{server.server_address[1]}/w"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server
