FROM ktrdr-backend:latest

RUN apt-get update && apt-get install -y --no-install-recommends \
    your-package-name \
    && rm -rf /var/lib/apt/lists/*

COPY custom_files/ /home/ktrdr/app/custom_files/

CMD ["custom-command"]
