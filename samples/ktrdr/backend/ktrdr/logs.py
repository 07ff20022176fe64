"""One JSON object a line: on standard output for the engine, and in the logs folder for people."""

from __future__ import annotations

import json
import logging
import os
from datetime import datetime, timezone
from logging.handlers import RotatingFileHandler
from pathlib import Path

from .settings import ROOT

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


class JsonFormatter(logging.Formatter):
    """A record as JSON, with what ``extra`` gave it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "environment": os.environ.get("ENVIRONMENT", "development"),
        }
        line.update({key: value for key, value in vars(record).items() if key not in _OWN})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def file_handler(filename: str = "ktrdr.jsonl", level: str | None = None) -> logging.Handler:
    """The logs folder, 10 MB and five files at most; nothing where the folder cannot be written."""
    folder = Path(os.environ.get("LOG_DIR", ROOT / "logs"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return RotatingFileHandler(folder / filename, maxBytes=10_000_000, backupCount=4, delay=False)
    except OSError:
        return logging.NullHandler()


def apply_level(level: str) -> None:
    """uvicorn's logging file is fixed; the level comes from LOG_LEVEL."""
    for name in ("", "uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).setLevel(level)
