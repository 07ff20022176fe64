"""The pages as they run beside these tests, over HTTP; the database below them is this run's own."""

from __future__ import annotations

import os

import httpx2
from sqlalchemy.orm import Session

PAGES = os.environ["APP_URL"]


def test_a_person_adds_a_task_and_finishes_it(session: Session) -> None:
    with httpx2.Client(base_url=PAGES, follow_redirects=True) as browser:
        assert "Nothing to do." in browser.get("/").text
        page = browser.post("/tasks", data={"name": "Buy <milk>", "category": "shop", "priority": "3"}).text
        assert "Added." in page and "Buy &lt;milk&gt;" in page
        page = browser.post("/tasks/1/complete").text
        assert "Done." in page and "Buy" not in page


def test_a_task_without_a_name_is_refused(session: Session) -> None:
    with httpx2.Client(base_url=PAGES, follow_redirects=True) as browser:
        assert "needs a name" in browser.post("/tasks", data={"category": "shop", "priority": "3"}).text


def test_health_of_the_pages_asks_the_api() -> None:
    assert httpx2.get(f"{PAGES}/health").json()["api"] == "ok"
