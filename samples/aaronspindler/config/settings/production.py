"""Production and tests: secrets are needed."""

from .base import *  # noqa: F403
from .base import secret

SECRET_KEY = secret("SECRET_KEY")
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
