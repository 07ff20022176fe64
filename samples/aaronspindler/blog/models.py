"""Posts, found by their words and by their metadata."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models


class Post(models.Model):
    """An article."""

    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    body = models.TextField()
    metadata = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)
    preview = models.FileField(upload_to="previews", blank=True)
    # Kept by the database itself: a title weighs more than a body.
    words = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="english")
        + SearchVector("body", weight="B", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["-created"]
        indexes = [GinIndex(fields=["words"]), GinIndex(fields=["metadata"], opclasses=["jsonb_path_ops"], name="post_metadata")]
