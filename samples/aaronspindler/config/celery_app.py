"""Celery, for ``celery --app config.celery_app worker``, ``… beat`` and ``… flower``."""

from __future__ import annotations

import logging.config
import os
from pathlib import Path

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
app = Celery("aaronspindler")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def _logs(**_: object) -> None:
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@signals.heartbeat_sent.connect
def _worker_alive(**_: object) -> None:
    """Sent every two seconds over a live connection to the broker; the health check looks at the file's age."""
    Path("/tmp/worker-alive").touch()


@signals.beat_init.connect
@signals.before_task_publish.connect
def _beat_alive(**_: object) -> None:
    """Beat publishes something every 30 seconds."""
    Path("/tmp/beat-alive").touch()
