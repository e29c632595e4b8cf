"""What webhooks need: the subscriptions, the messages, and the deliveries."""

from alembic import op

from booking_adapters.sqlalchemy.migrations.script import run_script_beside

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From the inbox's schema."""
    run_script_beside(__file__, op.get_bind())


def downgrade() -> None:
    """To the inbox's schema."""
    for table in ("booking_webhook_delivery", "booking_webhook_message", "booking_webhook"):
        op.drop_table(table)
