"""What relays need: who does which shard, and on SQLite an index of what is not told."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From the first schema."""
    connection = op.get_bind()
    script = Path(__file__).with_suffix(f".{connection.dialect.name}.sql")
    for statement in script.read_text("utf-8").split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)


def downgrade() -> None:
    """To the first schema."""
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("booking_event_unsent")
    op.drop_table("booking_lease")
    op.drop_table("booking_holder")
