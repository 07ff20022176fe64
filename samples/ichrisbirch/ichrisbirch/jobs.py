"""What the scheduler does."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from .models import AutoTask, Task

log = logging.getLogger(__name__)


def raise_urgency(session: Session) -> int:
    """Every open task becomes more urgent by one, to priority 1; how many changed."""
    result = session.execute(
        update(Task).where(Task.completed.is_(None), Task.priority > 1).values(priority=Task.priority - 1)
    )
    session.commit()
    log.info("raised the urgency of %d tasks", result.rowcount)
    return result.rowcount


def make_autotasks(session: Session, now: datetime) -> int:
    """Makes the tasks that are due; how many. Rows are locked, so that two schedulers would not make one twice."""
    made = 0
    for auto in session.scalars(select(AutoTask).with_for_update(skip_locked=True)):
        if auto.last_run is not None and auto.last_run + timedelta(days=auto.every_days) > now:
            continue
        session.add(Task(name=auto.name, category=auto.category, priority=10, autotask_id=auto.id))
        auto.last_run = now
        made += 1
    session.commit()
    if made > 0:
        log.info("made %d tasks that come back", made)
    return made
