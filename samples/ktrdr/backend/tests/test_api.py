from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ktrdr.api import create
from ktrdr.settings import ConfigurationError, Settings, load


@pytest.fixture
def client(tmp_path: Path):
    with TestClient(create(Settings(data=tmp_path / "data", sma_period=2))) as client:
        yield client


def candle(time: int, close: float) -> dict[str, object]:
    return {"symbol": "EUR/USD", "time": time, "open": 1, "high": 2, "low": 1, "close": close, "volume": 10}


def test_health_names_status_and_version(client: TestClient) -> None:
    answer = client.get("/api/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["version"] == "1.0.5.5"


def test_health_says_when_the_data_is_gone(client: TestClient, tmp_path: Path) -> None:
    for file in (tmp_path / "data").iterdir():
        file.unlink()
    (tmp_path / "data").rmdir()
    answer = client.get("/api/health")
    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
    assert client.get("/api/health/live").status_code == 200


def test_candles_are_kept_once_and_in_order(client: TestClient) -> None:
    def named(time: int, close: float) -> dict[str, object]:
        return {**candle(time, close), "symbol": "AAPL"}

    assert client.post("/api/candles", json=[named(20, 1.2), named(10, 1.1)]).status_code == 201
    client.post("/api/candles", json=[named(20, 1.4)])
    assert [(row["time"], row["close"]) for row in client.get("/api/candles/AAPL").json()] == [(10, 1.1), (20, 1.4)]
    assert client.get("/api/symbols").json() == [{"symbol": "AAPL", "candles": 2}]


def test_indicators_use_the_configured_period(client: TestClient) -> None:
    client.post("/api/candles", json=[{**candle(time, float(time)), "symbol": "MSFT"} for time in (1, 2, 3)])
    answer = client.get("/api/indicators/MSFT/sma").json()
    assert answer["period"] == 2
    assert answer["values"] == [None, 1.5, 2.5]
    assert client.get("/api/indicators/MSFT/nothing").status_code == 404


def test_wrong_candles_are_refused(client: TestClient) -> None:
    assert client.post("/api/candles", json=[{**candle(1, 1), "symbol": "not a symbol"}]).status_code == 422


def test_variables_have_the_documented_defaults(tmp_path: Path) -> None:
    settings = load({}, tmp_path)
    assert (settings.environment, settings.log_level) == ("development", "INFO")


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / "ktrdr.toml").write_text("[indicators]\nsma_period = 0\n")
    with pytest.raises(ConfigurationError, match="indicators.sma_period is 0"):
        load({}, tmp_path)
    with pytest.raises(ConfigurationError, match="LOG_LEVEL is LOUD"):
        load({"LOG_LEVEL": "loud"}, tmp_path)
