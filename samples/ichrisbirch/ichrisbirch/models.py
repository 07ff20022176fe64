"""Tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables."""


class AutoTask(Base):
    """Something that comes back: a task is made of it every so many days."""

    __tablename__ = "autotasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    category: Mapped[str] = mapped_column(String(40))
    every_days: Mapped[int] = mapped_column(CheckConstraint("every_days > 0"))
    last_run: Mapped[datetime | None]


class Task(Base):
    """Something to do. Priority 1 is the most urgent; the scheduler lets it fall day by day."""

    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    category: Mapped[str] = mapped_column(String(40))
    priority: Mapped[int] = mapped_column(CheckConstraint("priority > 0"))
    added: Mapped[datetime] = mapped_column(server_default=func.now())
    completed: Mapped[datetime | None]
    autotask_id: Mapped[int | None] = mapped_column(ForeignKey("autotasks.id", ondelete="SET NULL"))
