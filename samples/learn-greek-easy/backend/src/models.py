"""Tables."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables."""


class Deck(Base):
    """Words that belong together."""

    __tablename__ = "decks"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)


class Card(Base):
    """A Greek word and what it means."""

    __tablename__ = "cards"
    id: Mapped[int] = mapped_column(primary_key=True)
    deck_id: Mapped[int] = mapped_column(ForeignKey("decks.id", ondelete="CASCADE"))
    greek: Mapped[str] = mapped_column(String(80))
    english: Mapped[str] = mapped_column(String(120))


class Progress(Base):
    """How well a learner knows a card, and when it is due again (SM-2)."""

    __tablename__ = "progress"
    learner: Mapped[str] = mapped_column(String(40), primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("cards.id", ondelete="CASCADE"), primary_key=True)
    repetitions: Mapped[int] = mapped_column(default=0)
    interval_days: Mapped[int] = mapped_column(default=0)
    easiness: Mapped[float] = mapped_column(CheckConstraint("easiness >= 1.3"), default=2.5)
    last_review: Mapped[UUID | None]
    due: Mapped[datetime] = mapped_column(server_default=func.now())
