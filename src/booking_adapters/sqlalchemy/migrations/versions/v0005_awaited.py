"""What the republisher needs: the receipts that are awaited."""

from alembic import op

from booking_adapters.sqlalchemy.migrations.script import run_script_beside

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From the webhooks' schema."""
    run_script_beside(__file__, op.get_bind())


def downgrade() -> None:
    """To the webhooks' schema."""
    for table in ("booking_awaited", "booking_reached"):
        op.drop_table(table)
