"""Configuration, in this order: defaults here, then the Compose file's environment (which reads .env), then secrets.

A later one wins. Secrets are files only: ``NAME_FILE`` names them.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from sqlalchemy import URL, make_url

ENVIRONMENT = os.environ.get("ENVIRONMENT", "development")
VERSION = os.environ.get("VERSION", "unknown")
API_V1_PREFIX = os.environ.get("API_V1_PREFIX", "/api/v1")
CORS_ORIGINS = [origin for origin in os.environ.get("CORS_ORIGINS", "").split(",") if origin != ""]


def secret(name: str) -> str:
    """Content of the file that ``NAME_FILE`` names."""
    file = os.environ.get(f"{name}_FILE")
    if file is None:
        raise RuntimeError(f"{name}_FILE is not set: it names the file that holds {name}")
    return Path(file).read_text().strip()


@cache
def jwt_key() -> str:
    key = secret("JWT_SECRET_KEY")
    if len(key) < 32:
        raise RuntimeError("JWT_SECRET_KEY is too short: tokens can be forged with less than 32 characters")
    return key


@cache
def database_url() -> URL:
    """``DATABASE_URL`` with the password of ``DATABASE_PASSWORD_FILE``."""
    address = make_url(os.environ["DATABASE_URL"])
    return address.set(drivername="postgresql+asyncpg", password=secret("DATABASE_PASSWORD"))


def queue_url() -> str:
    return os.environ["QUEUE_URL"]


def cache_url() -> str:
    return os.environ["CACHE_URL"]
