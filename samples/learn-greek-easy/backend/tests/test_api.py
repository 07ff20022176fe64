"""Against the real PostgreSQL and Redis of this run."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from src.main import app


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(app) as opened:
        yield opened


@pytest.fixture
def learner(client: TestClient) -> dict[str, str]:
    answer = client.post("/api/v1/learners", json={"name": f"learner {uuid4().hex[:8]}"})
    assert answer.status_code == 201
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def test_decks_come_with_their_cards(client: TestClient) -> None:
    assert client.get("/api/v1/decks").json() == [
        {"id": 1, "name": "Greetings", "cards": 8},
        {"id": 2, "name": "At the table", "cards": 8},
    ]


def test_an_answered_card_is_not_due_any_more(client: TestClient, learner: dict[str, str]) -> None:
    first = client.get("/api/v1/decks/2/due", headers=learner).json()[0]
    review = {"id": str(uuid4()), "card_id": first["id"], "quality": 5}
    answer = client.post("/api/v1/reviews", json=review, headers=learner)
    assert answer.json() == {"card_id": first["id"], "due_in_days": 1}
    left = client.get("/api/v1/decks/2/due", headers=learner).json()
    assert len(left) == 7 and first not in left
    assert client.get("/api/v1/statistics", headers=learner).json()["learned"] == 1


def test_an_answer_that_comes_twice_counts_once(client: TestClient, learner: dict[str, str]) -> None:
    review = {"id": str(uuid4()), "card_id": 3, "quality": 5}
    for _ in range(3):
        assert client.post("/api/v1/reviews", json=review, headers=learner).json()["due_in_days"] == 1
    again = {**review, "id": str(uuid4())}
    assert client.post("/api/v1/reviews", json=again, headers=learner).json()["due_in_days"] == 6


def test_words_are_found_without_accents_and_misspelt(client: TestClient) -> None:
    assert client.get("/api/v1/words?q=καλημερα").json()[0]["english"] == "good morning"
    assert client.get("/api/v1/words?q=chese").json()[0]["greek"] == "τυρί"


def test_who_has_no_token_or_a_wrong_one_is_refused(client: TestClient) -> None:
    assert client.get("/api/v1/decks/1/due").status_code == 401
    forged = {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."}
    assert client.get("/api/v1/decks/1/due", headers=forged).status_code == 401


def test_health_names_each_part(client: TestClient) -> None:
    answer = client.get("/health").json()
    assert {answer[part] for part in ("status", "database", "queue", "cache")} == {"healthy"}
