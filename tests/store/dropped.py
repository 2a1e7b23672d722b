"""A connection that breaks in the middle of a COMMIT: a socket between a client and a real server, which passes bytes on until it is told."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from pathlib import Path

NAME = ".s.PGSQL.5432"
POINTS = ("before the server has it", "before the client hears of it")


class Between:
    """A folder with a socket that leads to a server's. ``break_at``: where the next COMMIT is to break; None: nowhere."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.break_at: str | None = None
        self._server = server
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(folder / NAME))
        self._socket.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                onward = socket.socket(socket.AF_UNIX)
                onward.connect(str(self._server / NAME))
                broken = threading.Event()
                threading.Thread(target=self._ask, args=(client, onward, broken), daemon=True).start()
                threading.Thread(target=_answer, args=(client, onward, broken), daemon=True).start()

    def _ask(self, client: socket.socket, onward: socket.socket, broken: threading.Event) -> None:
        with suppress(OSError):
            while data := client.recv(1 << 16):
                point = self.break_at if b"COMMIT\x00" in data else None
                if point == POINTS[0]:
                    self.break_at = None
                    break
                if point == POINTS[1]:
                    self.break_at = None
                    broken.set()  # the answer goes nowhere
                onward.sendall(data)
                if broken.is_set():
                    _shut(client)  # and the server goes on
                    return
        _shut(client, onward)


def _answer(client: socket.socket, onward: socket.socket, broken: threading.Event) -> None:
    with suppress(OSError):
        while data := onward.recv(1 << 16):
            if broken.is_set():
                break
            client.sendall(data)
    _shut(client, onward)


def _shut(*sockets: socket.socket) -> None:
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
