FROM ghcr.io/aaronspindler/aaronspindler.com-web:latest
CMD ["celery", "-A", "config.celery_app", "worker", "--pool=gevent", "--concurrency=200", "--loglevel=info"]
