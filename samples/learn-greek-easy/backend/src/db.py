"""The database, asynchronously."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import cache

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from . import config


@cache
def engine() -> AsyncEngine:
    """The pool of this process: two replicas, a worker and spare ones stay below the server's 100 connections."""
    return create_async_engine(
        config.database_url(),
        pool_size=5,
        max_overflow=5,
        pool_pre_ping=True,
        pool_timeout=3,
        connect_args={"timeout": 2, "command_timeout": 5},
    )


async def session() -> AsyncIterator[AsyncSession]:
    """A session for one request."""
    async with async_sessionmaker(engine(), expire_on_commit=False)() as opened:
        yield opened
