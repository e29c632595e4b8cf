"""The first schema: plain SQL, because half of what guards it has no other language."""

from pathlib import Path

from alembic import op

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
    connection = op.get_bind()
    script = Path(__file__).with_suffix(f".{connection.dialect.name}.sql")
    for statement in script.read_text("utf-8").split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)


def downgrade() -> None:
    """To nothing."""
    for table in TABLES:
        op.drop_table(f"booking_{table}")
    op.drop_table("booking")
    op.drop_table("booking_tenant")
