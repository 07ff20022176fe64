"""The API, for ``gunicorn ichrisbirch.wsgi_api:api``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from . import database, logs, settings
from .models import AutoTask, Task

logs.configure()
api = FastAPI(title="ichrisbirch", version=settings.VERSION)
Database = Annotated[Session, Depends(database.session)]


class TaskIn(BaseModel):
    """A task as it is sent."""

    name: str = Field(min_length=1, max_length=100)
    category: str = Field(min_length=1, max_length=40)
    priority: int = Field(ge=1, le=100)


class TaskOut(TaskIn):
    """A task as it is shown."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    added: datetime
    completed: datetime | None


class AutoTaskIn(BaseModel):
    """Something that comes back, as it is sent."""

    name: str = Field(min_length=1, max_length=100)
    category: str = Field(min_length=1, max_length=40)
    every_days: int = Field(ge=1, le=366)


class AutoTaskOut(AutoTaskIn):
    """Something that comes back, as it is shown."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    last_run: datetime | None


@contextmanager
def conflict(message: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise HTTPException(409, message) from error


@api.get("/health/live")
def live() -> dict[str, str]:
    return {"status": "ok"}


@api.get("/health")
def health(response: Response) -> dict[str, str]:
    problem = database.problem()
    if problem is not None:
        response.status_code = 503
        return {"status": "unavailable", "database": problem, "version": settings.VERSION}
    return {"status": "ok", "database": "ok", "version": settings.VERSION, "environment": settings.ENVIRONMENT}


@api.get("/tasks")
def tasks(session: Database, completed: bool = False) -> list[TaskOut]:
    wanted = Task.completed.is_not(None) if completed else Task.completed.is_(None)
    found = session.scalars(select(Task).where(wanted).order_by(Task.priority, Task.id).limit(500))
    return [TaskOut.model_validate(task) for task in found]


@api.post("/tasks", status_code=201)
def add_task(task: TaskIn, session: Database) -> TaskOut:
    added = Task(**task.model_dump())
    session.add(added)
    session.commit()
    return TaskOut.model_validate(added)


@api.post("/tasks/{task_id}/complete")
def complete(task_id: int, session: Database) -> TaskOut:
    task = session.get(Task, task_id)
    if task is None:
        raise HTTPException(404, f"no task {task_id}")
    if task.completed is None:
        task.completed = session.scalar(select(func.now())).replace(tzinfo=None)
        session.commit()
    return TaskOut.model_validate(task)


@api.get("/autotasks")
def autotasks(session: Database) -> list[AutoTaskOut]:
    return [AutoTaskOut.model_validate(auto) for auto in session.scalars(select(AutoTask).order_by(AutoTask.id))]


@api.post("/autotasks", status_code=201)
def add_autotask(auto: AutoTaskIn, session: Database) -> AutoTaskOut:
    added = AutoTask(**auto.model_dump())
    session.add(added)
    with conflict(f"{auto.name} comes back already"):
        session.commit()
    return AutoTaskOut.model_validate(added)
