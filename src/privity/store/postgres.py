"""What is PostgreSQL's own: a schema of a database, its two roles, how a writer and a reader begin, and what its refusals mean.

One schema serves one office. The *owner* makes and upgrades the tables; the *application's* role, which the office works with, may
only read and insert: PostgreSQL refuses it the rest even if a trigger is gone. Where both are one role, that role could drop the triggers.

A writer is READ COMMITTED and asks for the office's advisory lock in its first statement, so that all it reads is newer than the lock;
REPEATABLE READ would have its snapshot before the lock is granted. A reader is one REPEATABLE READ READ ONLY snapshot. Each writer
asserts that COMMIT waits for the disk. Sessions are settled once, so a pooler that changes them between transactions cannot stand between.

No password is in an address: libpq takes it from PGPASSWORD, PGPASSFILE or a service. What the driver says is never passed on: of
an error its five characters, and the name of the constraint. Transactions are `database`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any
from zlib import crc32

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from privity.errors import InputError, RefusedError
from privity.store import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.engine import ExceptionContext
    from sqlalchemy.engine.interfaces import DBAPIConnection

SCHEME = "postgresql"
_SCHEMA = "privity"
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_QUERY = {
    "schema", "host", "port", "service", "passfile", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "connect_timeout",
    "channel_binding", "target_session_attrs", "krbsrvname", "gssencmode", "keepalives_idle",
}  # fmt: skip
_HERE = ("localhost", "127.0.0.1", "::1")
_DURABLE = ("on", "remote_apply")
_BEGIN = (
    "SELECT pg_advisory_xact_lock({application}, {schema}), current_setting('synchronous_commit'), current_setting('fsync'), "
    "current_setting('full_page_writes')"
)
_REFUSALS = {
    "55P03": "another program is writing to the office",
    "53100": "the disk is full",
    "58030": "the disk refused",
    "25006": "the office may only be read here",
    "42501": "the database does not let this login do that",
    "57014": "the database gave up waiting",
}
_CLASSES = {
    "08": "the connection to the database was lost",
    "53": "the database is short of room",
    "57": "the database ended the connection",
}


@dataclass(frozen=True, slots=True)
class Schema:
    """One schema of a database: one office. ``login``: the application's. ``owner``: who makes and upgrades; None: the same."""

    login: URL
    name: str
    owner: URL | None = None

    def __str__(self) -> str:
        """The address, as an office keeps it."""
        return self.login.set(drivername=SCHEME).update_query_dict({"schema": self.name}).render_as_string(hide_password=True)

    def engine(self, wait: float, *, owner: bool = False) -> Engine:
        """Connections. ``wait``: seconds that a writer waits for another. Raises InputError without the driver."""
        _driver()
        login = (self.owner or self.login) if owner else self.login
        engine = create_engine(login, hide_parameters=True, pool_pre_ping=True, max_overflow=24, connect_args={"connect_timeout": 10})
        event.listen(engine, "connect", self._settle(wait))
        event.listen(engine, "begin", self._begin)
        event.listen(engine, "handle_error", _without_values)
        return engine

    def options(self, *, write: bool) -> dict[str, Any]:
        """What a connection is told before a transaction begins."""
        level = "READ COMMITTED" if write else "REPEATABLE READ"
        return {"write": write, "isolation_level": level, "postgresql_readonly": not write}

    def check(self, connection: Connection) -> None:
        """Raise InputError unless the schema is an office's."""
        where = [f'"{self.name}".{table}' for table in ("segment", "office")]
        found = connection.exec_driver_sql("SELECT to_regclass(%s) IS NOT NULL AND to_regclass(%s) IS NOT NULL", tuple(where)).scalar()
        if not found:
            raise InputError(f"there is no office in schema {self.name}, or this login may not see it", remedy="look at the address")

    def exists(self) -> None:
        """Whether it exists is known when it is asked."""

    def unreadable(self) -> InputError:
        """What to say when no connection is made."""
        return InputError(
            "the database of the office cannot be reached, or does not let this login in",
            remedy="try the same address with psql; the password may stand in PGPASSWORD, in PGPASSFILE or in a service",
        )

    def make(self) -> None:
        """Nothing yet: the schema is made with its tables, in one transaction."""

    def begin_making(self, connection: Connection) -> None:
        """Make the schema, as its owner. Raises InputError if there is one."""
        there = connection.exec_driver_sql("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = %s", (self.name,)).scalar()
        if there:
            raise InputError(
                f"the database has a schema {self.name} already", remedy="name another with ?schema=NAME; a schema serves one office"
            )
        connection.exec_driver_sql(f'CREATE SCHEMA "{self.name}"')

    def grant(self, connection: Connection, login: str) -> None:
        """Let the application's role read and insert, and nothing else. Nothing is granted to a role that owns the tables."""
        if login == connection.exec_driver_sql("SELECT current_user").scalar():
            return
        role = _quoted(login)
        names = connection.exec_driver_sql(
            "SELECT relname, relkind::text FROM pg_catalog.pg_class WHERE relnamespace = current_schema()::regnamespace"
        )
        connection.exec_driver_sql(f'GRANT USAGE ON SCHEMA "{self.name}" TO {role}')
        for name, kind in names.all():
            may = {"r": "SELECT, INSERT" if name in schema.metadata.tables else "SELECT", "v": "SELECT", "S": "USAGE"}.get(kind)
            if may:
                connection.exec_driver_sql(f'REVOKE ALL ON "{name}" FROM {role}; GRANT {may} ON "{name}" TO {role}')

    def login_role(self) -> str:
        """The role that the application's login is, asked of the server: it also shows that the login works."""
        engine = self.engine(1)
        try:
            with engine.connect() as connection:
                return str(connection.exec_driver_sql("SELECT current_user").scalar())
        except DBAPIError:
            raise self.unreadable() from None
        finally:
            engine.dispose()

    def may_change(self, connection: Connection) -> bool:
        """Whether the role that works could change rows, or drop what forbids it."""
        query = (
            "SELECT bool_or(has_table_privilege(oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER')) FROM pg_catalog.pg_class "
            "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
        )
        return bool(connection.exec_driver_sql(query).scalar())

    def refusal(self, error: DBAPIError) -> str | None:
        """What an error means to the operator; None: it is not theirs to mend."""
        code = getattr(error.orig, "sqlstate", None)
        if code is None:
            return _CLASSES["08"] if isinstance(error, OperationalError | InterfaceError) else None  # libpq's own: the server said nothing
        return _REFUSALS.get(code) or _CLASSES.get(code[:2])

    def bulk(self, connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
        """Insert many rows, each with the same keys, with COPY: a tenth of the time that as many INSERT take."""
        names = list(rows[0])
        statement = f'COPY "{table.name}" ({", ".join(map(_quoted, names))}) FROM STDIN'
        raw = connection.connection
        try:
            with raw.cursor().copy(statement) as copy:
                for row in rows:
                    copy.write_row([row[name] for name in names])
        except connection.dialect.loaded_dbapi.Error as error:
            gone = connection.dialect.is_disconnect(error, raw.dbapi_connection, None)
            raise _bare(error, statement, gone) from None

    def _settle(self, wait: float) -> Callable[[DBAPIConnection, object], None]:
        def settle(connection: DBAPIConnection, _record: object) -> None:
            cursor = connection.cursor()
            cursor.execute(f'SET search_path TO "{self.name}", pg_temp')  # pg_temp last: no temporary table stands before ours
            cursor.execute(f"SET lock_timeout TO {max(1, int(1000 * wait))}")
            cursor.execute(
                "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') <> 'remote_apply'"
            )
            cursor.close()
            connection.commit()

        return settle

    def _begin(self, connection: Connection) -> None:
        if not connection.get_execution_options().get("write", False):
            return
        signed = (crc32(self.name.encode()) ^ 0x80000000) - 0x80000000
        asked = _BEGIN.format(application=schema.APPLICATION, schema=signed)
        _, *settings = connection.exec_driver_sql(asked).one()
        if settings[0] not in _DURABLE or settings[1:] != ["on", "on"]:
            raise RefusedError(
                "the database does not wait for the disk, so nothing is written",
                remedy="synchronous_commit, fsync and full_page_writes must be on",
            )


def schema_of(address: str, owner: str | None = None) -> Schema:
    """Read ``postgresql://role@host/database?schema=NAME``. ``owner``: the same place, as the role that owns the tables.

    Raises:
        InputError: no such address, a password in it, or an option that is not taken. No part of it is repeated.
    """
    url = _url(address)
    name = str(url.query.get("schema", _SCHEMA))
    if not _NAME.fullmatch(name) or name.startswith("pg_"):
        raise InputError("the schema's name is not of the form a_z0_9", remedy="lower-case letters, digits and underscores, a letter first")
    return Schema(_login(url), name, _login(_url(owner)) if owner else None)


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise _no_address() from None
    if url.drivername != SCHEME or (not url.database and "service" not in url.query):
        raise _no_address()
    if url.password or set(url.query) & {"password", "sslpassword"}:
        raise InputError(
            "the address of the store holds a password", remedy="leave it out; give it in PGPASSFILE, PGPASSWORD or a service of libpq"
        )
    if set(url.query) - _QUERY:
        raise InputError("the address of the store has an option that is not taken", remedy="taken are: " + ", ".join(sorted(_QUERY)))
    return url


def _no_address() -> InputError:
    return InputError("that is no address of a PostgreSQL database", remedy="for example postgresql://privity_app@db.example.gov/privity")


def _login(url: URL) -> URL:
    """The address for the driver, without what is ours; to another machine only under a checked certificate, unless it says otherwise."""
    query = {name: value for name, value in url.query.items() if name != "schema"}
    if url.host and url.host not in _HERE and not {"sslmode", "service"} & set(query):
        query["sslmode"] = "verify-full"
    return URL.create("postgresql+psycopg", url.username, None, url.host, url.port, url.database, query)


def _driver() -> None:
    try:
        import_module("psycopg")
    except ImportError:  # an extra
        raise InputError("an office on PostgreSQL needs its driver", remedy='install it: pip install "privity[postgres]"') from None


def _without_values(context: ExceptionContext) -> BaseException | None:
    """The same kind of error, with nothing of a row: what the server says in full quotes the key that was there twice."""
    error, found = context.original_exception, context.sqlalchemy_exception
    if not isinstance(found, DBAPIError) or not isinstance(error, Exception):
        return None
    return _bare(error, context.statement or "", found.connection_invalidated)


def _bare(error: Exception, statement: str, gone: bool) -> DBAPIError:
    psycopg = import_module("psycopg")
    named = getattr(getattr(error, "diag", None), "constraint_name", None) or ""
    error.args = (f"SQLSTATE {getattr(error, 'sqlstate', None)} {named}".strip(),)  # it stays in the traceback, as the cause
    made = DBAPIError.instance(statement, None, error, psycopg.Error, hide_parameters=True, connection_invalidated=gone)
    if not isinstance(made, DBAPIError):
        raise TypeError("an error of the driver is none of its errors")
    return made


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
