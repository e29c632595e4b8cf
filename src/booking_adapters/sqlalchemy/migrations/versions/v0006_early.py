"""What consumers in order need: letters that came too early, to be tried together."""

from alembic import op

from booking_adapters.sqlalchemy.migrations.script import run_script_beside

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From the schema of awaited receipts."""
    run_script_beside(__file__, op.get_bind())


def downgrade() -> None:
    """To the schema of awaited receipts."""
    for index in ("booking_letter_early", "booking_letter_not_early"):
        op.drop_index(index)
