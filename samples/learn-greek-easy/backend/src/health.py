"""Whether what this process needs answers. Never waits longer than the prober does."""

from __future__ import annotations

import asyncio
import os
import socket

from fastapi import APIRouter, Response
from redis.asyncio import Redis
from sqlalchemy import text

from . import config, db

router = APIRouter()


async def _database() -> None:
    async with db.engine().connect() as connection:
        await connection.execute(text("SELECT 1"))


async def _redis(address: str) -> None:
    async with Redis.from_url(address, socket_timeout=1, socket_connect_timeout=1) as client:
        await client.ping()


async def _state(check: object) -> str:
    try:
        await asyncio.wait_for(check, 1.5)
    except Exception:
        return "unhealthy"
    return "healthy"


@router.get("/health/live")
async def live() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/health")
async def health(response: Response) -> dict[str, str]:
    """503 without database or queue; without the cache the service is slower, and well."""
    database, queue, cache = await asyncio.gather(
        _state(_database()), _state(_redis(config.queue_url())), _state(_redis(config.cache_url()))
    )
    usable = database == queue == "healthy"
    if not usable:
        response.status_code = 503
    return {
        "status": "unhealthy" if not usable else "healthy" if cache == "healthy" else "degraded",
        "database": database,
        "queue": queue,
        "cache": cache,
        "version": config.VERSION,
        "instance": f"{socket.gethostname()}-{os.getpid()}",
    }
