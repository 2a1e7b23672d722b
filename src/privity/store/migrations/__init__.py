"""An office's tables from one version of Privity to the next: Alembic revisions, run by the program itself, without a file of settings.

``versions/`` says in order what was made and changed, for both databases; `guards` are the triggers and views, which Alembic does not see.
`upgrade` is the only way in which tables are made, so a new office and one that was carried forward are the same (a test compares both with
`schema`). `draft` writes a revision; nothing here goes back: what only grows is not taken away.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext, RevisionStep
    from sqlalchemy import Connection

HEAD = "0001"
"""The revision that this version of Privity works with: the last of ``versions/``."""
VERSION_TABLE = "alembic_version"
HERE = Path(__file__).parent


def upgrade(connection: Connection) -> None:
    """Carry the tables to `HEAD`, from wherever they are, in the caller's transaction."""
    from alembic.operations import Operations  # noqa: PLC0415 - only who makes or upgrades an office waits for it
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    script = ScriptDirectory(str(HERE))

    def steps(current: str, _context: MigrationContext) -> list[RevisionStep]:
        return script._upgrade_revs(HEAD, current)  # noqa: SLF001 - what `alembic upgrade` calls

    context = MigrationContext.configure(connection, opts={"fn": steps, "version_table": VERSION_TABLE})
    with Operations.context(context):
        context.run_migrations()


def revision(connection: Connection) -> str | None:
    """The revision of the tables; None: they were never made by a migration."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return str(connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar())  # noqa: S608 - a name of ours
