"""The application, for ``uvicorn src.main:app``."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware

from . import config, health, logs
from .api import decks, learners

log = logs.configure("backend")
app = FastAPI(title="Learn Greek Easy", version=config.VERSION)
if config.CORS_ORIGINS:
    app.add_middleware(
        CORSMiddleware, allow_origins=config.CORS_ORIGINS, allow_methods=["GET", "POST"], allow_headers=["Authorization"]
    )
app.include_router(health.router)
for part in (learners.router, decks.router):
    app.include_router(part, prefix=config.API_V1_PREFIX)


@app.middleware("http")
async def record(request: Request, next_step: Callable[[Request], Awaitable[Response]]) -> Response:
    started = time.perf_counter()
    response = await next_step(request)
    if not request.url.path.startswith("/health"):
        log.info(
            "request",
            extra={
                "method": request.method,
                "path": request.url.path,
                "status": response.status_code,
                "ms": round((time.perf_counter() - started) * 1000, 1),
                "request": request.headers.get("x-request-id"),
            },
        )
    return response
