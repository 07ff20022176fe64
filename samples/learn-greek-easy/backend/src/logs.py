"""One JSON object a line."""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime, timezone

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "data"}


class JsonFormatter(logging.Formatter):
    """A record as JSON, with what ``extra`` gave it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({key: value for key, value in vars(record).items() if key not in _OWN})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def configure(name: str) -> logging.Logger:
    """Sends everything to standard output as JSON; the servers' own handlers go."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level="INFO", handlers=[handler], force=True)
    for other in ("uvicorn", "uvicorn.error"):
        logging.getLogger(other).handlers.clear()
        logging.getLogger(other).propagate = True
    return logging.getLogger(name)
