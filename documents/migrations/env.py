"""Alembic's entry: runs the migrations on the engine that `Database` hands over."""

from typing import Literal

from alembic import context

from documents.database import VERSION_TABLE
from documents.tables import Base, Instant

MIGRATING = 30_2020
"""The advisory lock's number: this application's own."""


def _render(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own column type by its name in new migrations."""
    return "Instant()" if kind == "type" and isinstance(item, Instant) else False


# several processes may start on one database at once: the first migrates, the others wait
engine = context.config.attributes["engine"].execution_options(congvan_writing=True)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table=VERSION_TABLE,
        render_item=_render,
        render_as_batch=connection.dialect.name == "sqlite",
        # SQLite rolls tables back too: without this Alembic commits after every step, and of two
        # processes that migrate at once the second finds what the first had half done
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATING})")
        context.run_migrations()
    connection.commit()
