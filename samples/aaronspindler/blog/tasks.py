"""Work in the background."""

from __future__ import annotations

import logging
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from celery import shared_task
from django.conf import settings
from django.core.files.base import ContentFile
from django.urls import reverse

from .models import Post

log = logging.getLogger(__name__)


class PreviewFailed(RuntimeError):
    """Chromium made no picture."""


@shared_task(autoretry_for=(PreviewFailed, OSError), retry_backoff=2, max_retries=5)
def take_preview(post_id: int) -> None:
    """A picture of the post's page, as social networks show it."""
    post = Post.objects.filter(pk=post_id).first()
    if post is None:
        return
    with TemporaryDirectory() as folder:
        picture = Path(folder) / "preview.png"
        command = [
            "chromium-headless-shell",
            # The container is the sandbox: no capability, no new privileges, a read-only root, a network of its own.
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder}/profile",
            "--window-size=1200,630",
            "--virtual-time-budget=5000",
            f"--screenshot={picture}",
            settings.WEB_URL + reverse("post", args=[post.slug]),
        ]
        try:
            ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        except subprocess.TimeoutExpired as error:
            raise PreviewFailed("Chromium took more than 60 s") from error
        if ended.returncode != 0 or not picture.exists():
            raise PreviewFailed(ended.stderr[-500:])
        post.preview.save(f"{post.slug}.png", ContentFile(picture.read_bytes()), save=False)
    Post.objects.filter(pk=post_id).update(preview=post.preview.name)
    log.info("took the preview of %s", post.slug)


@shared_task
def count_posts() -> None:
    """Shows that schedules in the database run."""
    log.info("there are %d posts", Post.objects.count())
