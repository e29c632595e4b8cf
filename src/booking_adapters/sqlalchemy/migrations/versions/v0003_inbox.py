"""What consumers need: receipts, how far each booking is, and letters."""

from alembic import op

from booking_adapters.sqlalchemy.migrations.script import run_script_beside

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From the relay's schema."""
    run_script_beside(__file__, op.get_bind())


def downgrade() -> None:
    """To the relay's schema."""
    for table in ("booking_letter", "booking_position", "booking_receipt"):
        op.drop_table(table)
