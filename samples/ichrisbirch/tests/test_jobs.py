from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ichrisbirch.jobs import make_autotasks, raise_urgency
from ichrisbirch.models import AutoTask, Task

NOW = datetime(2026, 3, 1, 12)


def test_urgency_rises_to_the_top_and_no_further(session: Session) -> None:
    session.add_all([Task(name=name, category="x", priority=p) for name, p in (("a", 1), ("b", 5))])
    session.add(Task(name="done", category="x", priority=5, completed=NOW))
    session.commit()
    assert raise_urgency(session) == 1
    assert dict(session.execute(select(Task.name, Task.priority)).all()) == {"a": 1, "b": 4, "done": 5}


def test_what_comes_back_comes_when_it_is_due(session: Session) -> None:
    session.add(AutoTask(name="water", category="home", every_days=3))
    session.commit()
    assert make_autotasks(session, NOW) == 1
    assert make_autotasks(session, NOW + timedelta(days=2)) == 0
    assert make_autotasks(session, NOW + timedelta(days=3)) == 1
