FROM python:3.13-slim
COPY requirements/ requirements/
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=cache,target=/root/.cache/uv \
    uv pip install -r requirements/production.txt
RUN pip install safety && safety check
