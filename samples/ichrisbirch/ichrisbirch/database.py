"""Connections. Few per process: all processes together stay below the server's limit."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from threading import Lock

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from . import settings


@cache
def engine() -> Engine:
    """The pool of this process; a lost connection is noticed before it is used."""
    return create_engine(
        settings.database_url(),
        pool_size=5,
        max_overflow=5,
        pool_pre_ping=True,
        pool_timeout=3,
        connect_args={
            "connect_timeout": 2,
            # A server that is gone without a word must not hold a request for minutes.
            "options": "-c statement_timeout=5000",
            "keepalives_idle": 5,
            "keepalives_interval": 1,
            "keepalives_count": 2,
            "tcp_user_timeout": 3000,
        },
    )


def session() -> Iterator[Session]:
    """A session for one request."""
    with Session(engine()) as opened:
        yield opened


def check() -> None:
    """Raises unless the database answers."""
    with engine().connect() as connection:
        connection.execute(text("SELECT 1"))


_checks = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database-check")
_lock = Lock()
_pending: Future[None] | None = None


def problem(seconds: float = 1.5) -> str | None:
    """Why the database does not answer, or ``None``. Never waits longer: the driver itself would wait for ever.

    One check at a time: those that hang on a frozen server must not take all threads and connections.
    """
    global _pending
    with _lock:
        if _pending is None or _pending.done():
            _pending = _checks.submit(check)
        current = _pending
    try:
        current.result(timeout=seconds)
    except TimeoutError:
        return f"no answer in {seconds} s"
    except Exception as error:
        return type(error).__name__
    return None
