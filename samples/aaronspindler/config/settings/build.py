"""For collectstatic while the image is built: no service is there, and no secret."""

from .base import *  # noqa: F403

SECRET_KEY = "only-while-the-image-is-built"  # signs nothing that leaves the build
