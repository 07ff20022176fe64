"""What all environments have in common. Secrets are files; nothing secret stands in a variable."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

BASE_DIR = Path(__file__).resolve().parents[2]
VERSION = os.environ.get("VERSION", "unknown")


def secret(name: str) -> str:
    """Content of the file that ``NAME_FILE`` names."""
    file = os.environ.get(f"{name}_FILE")
    if file is None:
        raise RuntimeError(f"{name}_FILE is not set: it names the file that holds {name}")
    return Path(file).read_text().strip()


INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_celery_beat",
    "blog",
    "funds",
    "health",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
MEDIA_ROOT = BASE_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

DEBUG = False
# The host is checked by whoever stands in front; inside, services call each other by name.
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "*").split(",")

if "DATABASE_URL" in os.environ:
    _database = urlsplit(os.environ["DATABASE_URL"])
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": _database.hostname,
            "PORT": _database.port,
            "NAME": _database.path.removeprefix("/"),
            "USER": _database.username,
            "PASSWORD": secret("DATABASE_PASSWORD"),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"connect_timeout": 2, "options": "-c statement_timeout=10000"},
        }
    }

_redis = {"BACKEND": "django.core.cache.backends.redis.RedisCache"}
_patience = {"socket_timeout": 1.5, "socket_connect_timeout": 1}
CACHES = {
    "default": {**_redis, "LOCATION": os.environ.get("CACHE_URL", "redis://cache"), "OPTIONS": _patience},
    "sessions": {**_redis, "LOCATION": os.environ.get("SESSIONS_URL", "redis://sessions"), "OPTIONS": _patience},
}
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
SESSION_CACHE_ALIAS = "sessions"

QUESTDB_URL = os.environ.get("QUESTDB_URL", "http://questdb:9000")
WEB_URL = os.environ.get("WEB_URL", "http://web:8000")

CELERY_BROKER_URL = os.environ.get("BROKER_URL", "redis://broker")
CELERY_TASK_IGNORE_RESULT = True
# A task is off the queue only when it is done; one whose worker died comes again.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SEND_SENT_EVENT = True
CELERY_WORKER_SEND_TASK_EVENTS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_BEAT_MAX_LOOP_INTERVAL = 10

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
    "root": {"level": "INFO", "handlers": ["console"]},
    "loggers": {"django.request": {"level": "ERROR"}},
}
