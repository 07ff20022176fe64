"""Development: the same services, with errors shown and static files as they are."""

from .production import *  # noqa: F403
from .production import INSTALLED_APPS as _apps
from .production import STORAGES as _storages

DEBUG = True
INSTALLED_APPS = [*_apps, "debug_toolbar"]
STORAGES = {**_storages, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
