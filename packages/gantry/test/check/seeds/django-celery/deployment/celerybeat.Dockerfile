FROM ghcr.io/aaronspindler/aaronspindler.com-web:latest
CMD ["celery", "-A", "config.celery_app", "beat", "--loglevel=info", "--scheduler", "django_celery_beat.schedulers:DatabaseScheduler"]
