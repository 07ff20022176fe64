"""What the processes are told from outside. Secrets are files; nothing secret stands in a variable."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from sqlalchemy import URL, make_url

ENVIRONMENT = os.environ.get("ENVIRONMENT", "production")
LOG_LEVEL = os.environ.get("LOG_LEVEL", "INFO").upper()
VERSION = os.environ.get("VERSION", "unknown")


def secret(name: str) -> str:
    """Content of the file that ``NAME_FILE`` names."""
    file = os.environ.get(f"{name}_FILE")
    if file is None:
        raise RuntimeError(f"{name}_FILE is not set: it names the file that holds {name}")
    return Path(file).read_text().strip()


@cache
def database_url() -> URL:
    """``DATABASE_URL`` with the password of ``DATABASE_PASSWORD_FILE``."""
    address = make_url(os.environ["DATABASE_URL"])
    return address.set(drivername="postgresql+psycopg2", password=secret("DATABASE_PASSWORD"))


def api_url() -> str:
    """Where the Flask application finds the API."""
    return os.environ["API_URL"]
