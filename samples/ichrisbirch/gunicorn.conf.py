"""gunicorn reads this by itself. Workers come from WEB_CONCURRENCY, which follows the processors."""

from ichrisbirch import settings

# What the worker does not send in time after SIGTERM is cut off; the engine waits longer than this.
graceful_timeout = 20
# Longer than clients and proxies keep an idle connection (its default, 2 s, is shorter than most): otherwise a request
# now and then meets a connection that is just being closed.
keepalive = 75
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "ichrisbirch.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
    "root": {"level": settings.LOG_LEVEL, "handlers": ["console"]},
    "loggers": {
        "gunicorn.error": {"level": settings.LOG_LEVEL, "handlers": [], "propagate": True},
        "gunicorn.access": {"level": settings.LOG_LEVEL, "handlers": [], "propagate": True},
    },
}
