"""One request to a witness → its status and its text. The only module of an office that speaks to a network.

Nothing is followed, nothing is kept, nothing is believed: a redirect is an answer like any other, and whoever asked judges the text.
What is sent is a signed checkpoint and hashes of the ledger, which name nobody. Proxies of the environment are not used.
"""

from __future__ import annotations

import http.client
import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from privity.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 10.0  # seconds to connect, and then for the whole answer
MOST = 262_144  # bytes of an answer: 100 lines of the largest known kind fit


class Silent(Exception):  # noqa: N818 - no error of ours: it is what the witness did
    """No answer that can be read: nobody there, too late, or too much. Its text says which and quotes nothing."""


def checked(url: str) -> str:
    """The submission prefix of a witness, without a slash at its end.

    Raises:
        InputError: it is not a plain http or https address. A password does not belong in it: it would stand in the ledger's opening.
    """
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        parts, port = urlsplit(""), None
    plain = parts.scheme in ("http", "https") and parts.hostname and parts.netloc.rpartition("@")[0] == "" and port != 0
    if not plain or parts.query or parts.fragment or not url.isascii() or any(c.isspace() or ord(c) < ord(" ") for c in url):
        raise InputError("not the address of a witness", remedy="https://HOST/PREFIX, without a user, a query or a fragment")
    return url.rstrip("/")


def post(url: str, body: bytes, patience: float = PATIENCE) -> tuple[int, str]:
    """Send one request to ``url/add-checkpoint``; returns status and text, of which at most MOST bytes are read.

    Raises:
        Silent: there is no such answer within ``patience`` seconds, twice: once to connect, once for all the rest.
    """
    connection = _connection(urlsplit(url), patience)
    headers = {"Content-Type": "text/plain; charset=utf-8", "Connection": "close"}
    try:
        connection.connect()
        with _no_longer_than(connection.sock, patience):
            connection.request("POST", f"{urlsplit(url).path}/add-checkpoint", body, headers)
            answer = connection.getresponse()
            raw = answer.read(MOST + 1)
    except TimeoutError:
        raise Silent("did not answer in time") from None
    except (OSError, http.client.HTTPException, UnicodeError) as error:  # the last: a host's name that cannot be one
        raise Silent(f"cannot be reached ({type(error).__name__})") from None
    finally:
        connection.close()
    if len(raw) > MOST:
        raise Silent("answered at more length than any witness needs")
    try:
        return answer.status, raw.decode()
    except UnicodeDecodeError:
        raise Silent("answered something that is not text") from None


def _connection(parts: SplitResult, patience: float) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=patience)


@contextmanager
def _no_longer_than(line: socket.socket, patience: float) -> Iterator[None]:
    """Cut the line when the time is up: a socket's own timeout begins anew with every byte."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(patience, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException):
        if late.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
    if late.is_set():  # what was read is only the beginning
        raise TimeoutError
