"""The HTTP interface."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request, Response
from pydantic import BaseModel, Field

from . import __version__, indicators, settings
from .logs import apply_level
from .store import Candle, Store

log = logging.getLogger("ktrdr")


class CandleIn(BaseModel):
    """A candle as it is sent."""

    symbol: str = Field(pattern=r"^[A-Z0-9.:/-]{1,20}$")
    time: int = Field(ge=0)
    open: float
    high: float
    low: float
    close: float
    volume: float = Field(ge=0)


def create(current: settings.Settings) -> FastAPI:
    """The application with these settings."""
    apply_level(current.log_level)
    store = Store(current.database)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        store.prepare()
        log.info("started", extra={"version": __version__, "release": current.release})
        yield
        log.info("stopped")

    app = FastAPI(title="KTRDR", version=__version__, lifespan=life)

    @app.middleware("http")
    async def record(request: Request, next_step: Callable[[Request], Awaitable[Response]]) -> Response:
        started = time.perf_counter()
        response = await next_step(request)
        probe = request.url.path.startswith("/api/health")
        log.log(
            logging.WARNING if response.status_code >= 500 else logging.DEBUG if probe else logging.INFO,
            "request",
            extra={
                "method": request.method,
                "path": request.url.path,
                "status": response.status_code,
                "ms": round((time.perf_counter() - started) * 1000, 1),
            },
        )
        return response

    @app.get("/api/health/live")
    def live() -> dict[str, str]:
        return {"status": "ok", "version": __version__}

    @app.get("/api/health")
    def health(response: Response) -> dict[str, object]:
        storage = "ok"
        try:
            store.check()
        except Exception as error:  # whatever it is, the service cannot work
            storage = str(error)
        if storage != "ok":
            response.status_code = 503
        return {
            "status": "ok" if storage == "ok" else "unavailable",
            "version": __version__,
            "release": current.release,
            "environment": current.environment,
            "storage": storage,
        }

    @app.get("/api/config")
    def config() -> dict[str, int]:
        return {
            "sma_period": current.sma_period,
            "rsi_period": current.rsi_period,
            "candles_per_request": current.candles_per_request,
        }

    @app.post("/api/candles", status_code=201)
    def add(candles: list[CandleIn]) -> dict[str, int]:
        if len(candles) > current.candles_per_request:
            raise HTTPException(413, f"at most {current.candles_per_request} candles at once")
        return {"added": store.add([Candle(**candle.model_dump()) for candle in candles])}

    @app.get("/api/symbols")
    def symbols() -> list[dict[str, object]]:
        return [{"symbol": symbol, "candles": count} for symbol, count in store.symbols()]

    @app.get("/api/candles/{symbol}")
    def candles(symbol: str, limit: Annotated[int, Query(ge=1, le=5000)] = 500) -> list[Candle]:
        found = store.candles(symbol, limit)
        if not found:
            raise HTTPException(404, f"no candles of {symbol}")
        return found

    @app.get("/api/indicators/{symbol}/{name}")
    def indicator(symbol: str, name: str, period: Annotated[int | None, Query(ge=1, le=500)] = None) -> dict[str, object]:
        known = {"sma": (indicators.sma, current.sma_period), "rsi": (indicators.rsi, current.rsi_period)}
        if name not in known:
            raise HTTPException(404, f"no indicator {name}; there are {', '.join(sorted(known))}")
        compute, usual = known[name]
        found = candles(symbol, limit=5000)
        used = period or usual
        values = compute([candle.close for candle in found], used)
        return {"symbol": symbol, "indicator": name, "period": used, "values": values}

    return app


def __getattr__(name: str) -> FastAPI:
    """``ktrdr.api:app`` for servers; made when it is asked for, so that tests make their own."""
    if name != "app":
        raise AttributeError(name)
    return create(settings.load())
