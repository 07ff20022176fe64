"""gunicorn reads this by itself. Workers come from WEB_CONCURRENCY, which follows the processors."""

graceful_timeout = 20
# Longer than clients and proxies keep an idle connection (its default, 2 s, is shorter than most): otherwise a request
# now and then meets a connection that is just being closed.
keepalive = 75
# Each worker serves several requests at once while it waits for the database.
threads = 4
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
    "root": {"level": "INFO", "handlers": ["console"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
        "gunicorn.access": {"level": "INFO", "handlers": [], "propagate": True},
    },
}
