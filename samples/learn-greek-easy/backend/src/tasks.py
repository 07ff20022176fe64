"""Work in the background: ``celery --app src.tasks worker`` and ``… beat``."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from celery import Celery, signals
from celery.schedules import schedule
from redis import Redis
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from . import config, logs
from .models import Progress

log = logging.getLogger("tasks")
app = Celery("src.tasks", broker=config.queue_url())
app.conf.update(
    task_ignore_result=True,
    # A task is finished or comes again: it is taken off the queue only when it is done.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=1000,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 3600, "socket_timeout": 5, "socket_connect_timeout": 2},
    redis_socket_keepalive=True,
    beat_schedule={"refresh-statistics": {"task": "src.tasks.refresh_statistics", "schedule": schedule(60)}},
    beat_max_loop_interval=20,
)


@signals.setup_logging.connect
def _logs(**_: object) -> None:
    logs.configure("celery")


async def _counts(learner: str | None) -> dict[str, int]:
    engine = create_async_engine(config.database_url(), poolclass=NullPool, connect_args={"timeout": 2})
    wanted = select(Progress.learner, func.count()).where(Progress.repetitions > 0).group_by(Progress.learner)
    if learner is not None:
        wanted = wanted.where(Progress.learner == learner)
    async with AsyncSession(engine) as session:
        return {name: count for name, count in await session.execute(wanted)}


def _keep(counts: dict[str, int]) -> None:
    with Redis.from_url(config.cache_url(), socket_timeout=2) as cache:
        for learner, count in counts.items():
            cache.set(f"statistics:{learner}", count, ex=300)


@app.task(autoretry_for=(OSError,), retry_backoff=True, max_retries=5)
def count_reviews(learner: str) -> None:
    """How many cards a learner knows, into the cache."""
    counts = asyncio.run(_counts(learner))
    _keep(counts)
    log.info("counted", extra={"learner": learner, "learned": counts.get(learner, 0)})


@app.task(autoretry_for=(OSError,), retry_backoff=True, max_retries=5)
def refresh_statistics() -> None:
    """The same for all, each minute: what the cache forgot comes back."""
    counts = asyncio.run(_counts(None))
    _keep(counts)
    log.info("refreshed", extra={"learners": len(counts)})


@signals.heartbeat_sent.connect
def _worker_alive(**_: object) -> None:
    """Sent every two seconds over a live connection to the queue."""
    Path("/tmp/worker-alive").touch()


@signals.before_task_publish.connect
def _published(**_: object) -> None:
    """Beat and the backend publish; a file that only beat's health check looks at."""
    Path("/tmp/beat-alive").touch()


@signals.beat_init.connect
def _beat_starts(**_: object) -> None:
    Path("/tmp/beat-alive").touch()
