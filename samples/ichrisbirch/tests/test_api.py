from __future__ import annotations

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from ichrisbirch.wsgi_api import api

client = TestClient(api)


def add(name: str, priority: int) -> int:
    answer = client.post("/tasks", json={"name": name, "category": "home", "priority": priority})
    assert answer.status_code == 201
    return answer.json()["id"]


def test_open_tasks_come_in_order_of_urgency(session: Session) -> None:
    add("later", 20)
    first = add("soon", 2)
    assert [task["name"] for task in client.get("/tasks").json()] == ["soon", "later"]
    assert client.post(f"/tasks/{first}/complete").json()["completed"] is not None
    assert [task["name"] for task in client.get("/tasks").json()] == ["later"]
    assert [task["name"] for task in client.get("/tasks?completed=true").json()] == ["soon"]


def test_what_cannot_be_is_refused(session: Session) -> None:
    assert client.post("/tasks", json={"name": "", "category": "home", "priority": 1}).status_code == 422
    assert client.post("/tasks/999/complete").status_code == 404
    auto = {"name": "water", "category": "home", "every_days": 3}
    assert client.post("/autotasks", json=auto).status_code == 201
    assert client.post("/autotasks", json=auto).status_code == 409


def test_health_says_that_the_database_answers() -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["database"] == "ok"
