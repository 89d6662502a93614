"""Alembic's entry: runs the migrations on the engine that `Database` hands over."""

from alembic import context

from documents.database import VERSION_TABLE
from documents.tables import Base

with context.config.attributes["engine"].connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table=VERSION_TABLE,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
