FROM ghcr.io/aaronspindler/aaronspindler.com-web:latest
CMD ["celery", "-A", "config.celery_app", "flower", "--persistent=True", "--db=/data/flower.db", "--state_save_interval=30000"]
