"""Tasks, and those that come back."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "autotasks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("every_days", sa.Integer, sa.CheckConstraint("every_days > 0"), nullable=False),
        sa.Column("last_run", sa.DateTime),
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("priority", sa.Integer, sa.CheckConstraint("priority > 0"), nullable=False),
        sa.Column("added", sa.DateTime, nullable=False, server_default=sa.func.now()),
        sa.Column("completed", sa.DateTime),
        sa.Column("autotask_id", sa.Integer, sa.ForeignKey("autotasks.id", ondelete="SET NULL")),
    )
    op.create_index("tasks_open", "tasks", ["priority"], postgresql_where=sa.text("completed IS NULL"))


def downgrade() -> None:
    op.drop_table("tasks")
    op.drop_table("autotasks")
