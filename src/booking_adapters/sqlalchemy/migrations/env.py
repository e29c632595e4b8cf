"""Runs the steps on the connection that it is given, whose transaction is the caller's."""

from alembic import context

from booking_adapters.sqlalchemy.tables import metadata

VERSION_TABLE = "booking_alembic_version"


def _is_ours(name: str | None, kind: str, parents: object) -> bool:
    """A host's own tables in the same database are none of our business."""
    return kind != "table" or name in metadata.tables


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    include_name=_is_ours,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
