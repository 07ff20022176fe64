from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from ichrisbirch import database


@pytest.fixture
def session() -> Iterator[Session]:
    """The real database, empty."""
    with Session(database.engine()) as opened:
        opened.execute(text("TRUNCATE tasks, autotasks RESTART IDENTITY"))
        opened.commit()
        yield opened
