"""The scheduler, for ``python -m ichrisbirch.wsgi_scheduler``. One of it runs at a time."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy.orm import Session

from . import database, jobs, logs

log = logging.getLogger("ichrisbirch.scheduler")
ALIVE = Path(os.environ.get("ALIVE_FILE", "/tmp/alive"))


def with_session(job: Callable[[Session], object]) -> Callable[[], None]:
    """The job with a session of its own."""

    def run() -> None:
        with Session(database.engine()) as session:
            job(session)

    return run


def pulse() -> None:
    """Shows that jobs run and that the database answers: the health check looks at the file's age."""
    database.check()
    ALIVE.touch()


def report(event: JobExecutionEvent) -> None:
    if event.exception is not None:
        log.error("%s failed: %s", event.job_id, str(event.exception).splitlines()[0])


def main() -> None:
    logs.configure()
    scheduler = BlockingScheduler(timezone=timezone.utc, job_defaults={"coalesce": True, "max_instances": 1})
    seconds = int(os.environ.get("AUTOTASK_SECONDS", "60"))
    scheduler.add_listener(report, EVENT_JOB_ERROR | EVENT_JOB_EXECUTED)
    scheduler.add_job(pulse, "interval", seconds=5, id="pulse", next_run_time=datetime.now(timezone.utc))
    scheduler.add_job(with_session(jobs.raise_urgency), "cron", hour=1, id="raise_urgency")
    scheduler.add_job(
        with_session(lambda session: jobs.make_autotasks(session, datetime.now(timezone.utc).replace(tzinfo=None))),
        "interval",
        seconds=seconds,
        id="make_autotasks",
        next_run_time=datetime.now(timezone.utc),
    )
    # A job that runs is finished first.
    signal.signal(signal.SIGTERM, lambda *_: scheduler.shutdown(wait=False))
    log.info("started")
    scheduler.start()
    log.info("stopped")


if __name__ == "__main__":
    main()
