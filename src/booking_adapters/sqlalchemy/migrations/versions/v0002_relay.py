"""What relays need: who does which shard, and on SQLite an index of what is not told."""

from alembic import op

from booking_adapters.sqlalchemy.migrations.script import run_script_beside

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From the first schema."""
    run_script_beside(__file__, op.get_bind())


def downgrade() -> None:
    """To the first schema."""
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("booking_event_unsent")
    op.drop_table("booking_lease")
    op.drop_table("booking_holder")
