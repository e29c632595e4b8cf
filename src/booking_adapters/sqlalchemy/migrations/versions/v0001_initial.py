"""The first schema: plain SQL, because half of what guards it has no other language."""

from alembic import op

from booking_adapters.sqlalchemy.migrations.script import run_script_beside

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    *("answer", "event", "transfer", "refund", "payment", "claim", "block"),
    *("performance", "service", "unit", "resource"),
)


def upgrade() -> None:
    """From nothing."""
    run_script_beside(__file__, op.get_bind())


def downgrade() -> None:
    """To nothing."""
    for table in TABLES:
        op.drop_table(f"booking_{table}")
    op.drop_table("booking")
    op.drop_table("booking_tenant")
