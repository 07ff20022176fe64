"""Flower: history on a volume, a password where there is one, and a health answer that asks the broker."""

import os
from pathlib import Path

from flower.urls import handlers
from redis.asyncio import Redis
from redis.exceptions import RedisError
from tornado.web import RequestHandler

port = 5555
persistent = True
db = "/data/flower.db"
state_save_interval = 30_000
max_tasks = 10_000
if "FLOWER_PASSWORD_FILE" in os.environ:
    basic_auth = [f"flower:{Path(os.environ['FLOWER_PASSWORD_FILE']).read_text().strip()}"]


class Health(RequestHandler):
    """Flower's own /healthcheck says OK whatever happens; without the broker it shows yesterday's tasks."""

    async def get(self) -> None:
        address = os.environ.get("BROKER_URL", "redis://broker")
        try:
            async with Redis.from_url(address, socket_timeout=1, socket_connect_timeout=1) as broker:
                await broker.ping()
        except (RedisError, OSError):
            self.set_status(503)
            self.finish({"status": "unhealthy", "broker": False})
        else:
            self.finish({"status": "healthy", "broker": True})


# First: the last of Flower's own takes everything.
handlers.insert(0, (r"/health", Health))
