"""The schedules that the site needs; others may be added in the database while it runs."""

from django.core.management.base import BaseCommand
from django_celery_beat.models import IntervalSchedule, PeriodicTask


class Command(BaseCommand):
    """``manage.py ensure_schedules``; a second run changes nothing."""

    def handle(self, *_args: object, **_options: object) -> None:
        every, _ = IntervalSchedule.objects.get_or_create(every=30, period=IntervalSchedule.SECONDS)
        PeriodicTask.objects.get_or_create(
            name="count-posts", defaults={"interval": every, "task": "blog.tasks.count_posts"}
        )
