"""An indicator of one's own, over the backend's candles, in an image that extends the backend's."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request

from fastapi import FastAPI, HTTPException, Response

from ktrdr import __version__
from ktrdr.indicators import sma

BACKEND = os.environ["BACKEND_URL"]

app = FastAPI(title="KTRDR research", version=__version__)


def fetch(path: str) -> object:
    with urllib.request.urlopen(f"{BACKEND}{path}", timeout=2) as answer:
        return json.load(answer)


@app.get("/health")
def health(response: Response) -> dict[str, object]:
    try:
        backend = fetch("/api/health")
    except (OSError, ValueError) as error:
        response.status_code = 503
        return {"status": "unavailable", "backend": str(error)}
    return {"status": "ok", "version": __version__, "backend": backend}


@app.get("/crossovers/{symbol}")
def crossovers(symbol: str, fast: int = 5, slow: int = 20) -> dict[str, object]:
    """Times at which the fast average crosses the slow one."""
    try:
        candles = fetch(f"/api/candles/{symbol}?limit=5000")
    except urllib.error.HTTPError as error:
        raise HTTPException(error.code, f"the backend says: {error.reason}") from error
    assert isinstance(candles, list)
    closes = [candle["close"] for candle in candles]
    above: bool | None = None
    found: list[dict[str, object]] = []
    for candle, quick, calm in zip(candles, sma(closes, fast), sma(closes, slow)):
        if quick is None or calm is None or quick == calm:
            continue
        if above is not None and above != (quick > calm):
            found.append({"time": candle["time"], "direction": "up" if quick > calm else "down"})
        above = quick > calm
    return {"symbol": symbol, "fast": fast, "slow": slow, "crossovers": found}
