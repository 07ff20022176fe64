"""Decks, the cards that are due, and answers."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from .. import config, db
from ..models import Card, Deck, Progress
from ..repetition import Memory, review
from ..tasks import count_reviews
from .learners import Learner

router = APIRouter()
Database = Annotated[AsyncSession, Depends(db.session)]


class CardOut(BaseModel):
    """A card as it is shown."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    greek: str
    english: str


class ReviewIn(BaseModel):
    """An answer; one that comes a second time, with the same id, counts once."""

    id: UUID
    card_id: int
    quality: int = Field(ge=0, le=5)


def now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)


@router.get("/decks")
async def decks(session: Database) -> list[dict[str, object]]:
    rows = await session.execute(
        select(Deck.id, Deck.name, func.count(Card.id)).outerjoin(Card).group_by(Deck.id).order_by(Deck.id)
    )
    return [{"id": id, "name": name, "cards": cards} for id, name, cards in rows]


@router.get("/decks/{deck_id}/due")
async def due(deck_id: int, learner: Learner, session: Database) -> list[CardOut]:
    found = await session.scalars(
        select(Card)
        .outerjoin(Progress, (Progress.card_id == Card.id) & (Progress.learner == learner))
        .where(Card.deck_id == deck_id, or_(Progress.due.is_(None), Progress.due <= now()))
        .order_by(Progress.due.nulls_last(), Card.id)
        .limit(20)
    )
    return [CardOut.model_validate(card) for card in found]


@router.post("/reviews", status_code=201)
async def answer(given: ReviewIn, learner: Learner, session: Database) -> dict[str, object]:
    if await session.get(Card, given.card_id) is None:
        raise HTTPException(404, f"no card {given.card_id}")
    progress = await session.get(Progress, (learner, given.card_id), with_for_update=True)
    if progress is None:
        progress = Progress(learner=learner, card_id=given.card_id, repetitions=0, interval_days=0, easiness=2.5)
        session.add(progress)
    if progress.last_review == given.id:
        return {"card_id": given.card_id, "due_in_days": progress.interval_days}
    after = review(Memory(progress.repetitions, progress.interval_days, progress.easiness), given.quality)
    progress.last_review = given.id
    progress.repetitions = after.repetitions
    progress.interval_days = after.interval_days
    progress.easiness = after.easiness
    progress.due = now() + timedelta(days=after.interval_days)
    await session.commit()
    count_reviews.delay(learner)
    return {"card_id": given.card_id, "due_in_days": after.interval_days}


@router.get("/words")
async def words(session: Database, q: Annotated[str, Query(min_length=2, max_length=40)]) -> list[CardOut]:
    """Words like ``q``, in either language, with or without accents."""
    plain = func.unaccent(func.lower(q))
    likeness = func.greatest(
        func.word_similarity(plain, func.unaccent(func.lower(Card.greek))),
        func.word_similarity(plain, func.unaccent(func.lower(Card.english))),
    )
    found = await session.scalars(select(Card).where(likeness > 0.4).order_by(likeness.desc(), Card.id).limit(10))
    return [CardOut.model_validate(card) for card in found]


@router.get("/statistics")
async def statistics(learner: Learner, session: Database) -> dict[str, object]:
    """Counted by the worker and kept in the cache; counted here when the cache has nothing."""
    try:
        async with Redis.from_url(config.cache_url(), socket_timeout=1, decode_responses=True) as cache:
            kept = await cache.get(f"statistics:{learner}")
    except RedisError:
        kept = None
    if kept is not None:
        return {"learner": learner, "learned": int(kept), "from": "cache"}
    learned = await session.scalar(
        select(func.count()).select_from(Progress).where(Progress.learner == learner, Progress.repetitions > 0)
    )
    return {"learner": learner, "learned": learned, "from": "database"}
