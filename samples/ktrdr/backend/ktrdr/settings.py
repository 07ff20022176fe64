"""What the process is told from outside: variables, and the read-only configuration folder."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class ConfigurationError(RuntimeError):
    """A variable or a file of the configuration holds something that cannot be used."""


@dataclass(frozen=True)
class Settings:
    """Everything that may differ between two machines; the defaults are those of the documentation."""

    environment: str = "development"
    log_level: str = "INFO"
    release: str = "unknown"
    data: Path = field(default_factory=lambda: ROOT / "data")
    sma_period: int = 20
    rsi_period: int = 14
    candles_per_request: int = 5000

    @property
    def database(self) -> Path:
        return self.data / "ktrdr.sqlite3"


def load(variables: dict[str, str] | None = None, config: Path | None = None) -> Settings:
    """Settings from variables and, where it is there, from ``config/ktrdr.toml``."""
    given = dict(os.environ) if variables is None else variables
    file = (config or ROOT / "config") / "ktrdr.toml"
    level = given.get("LOG_LEVEL", "INFO").upper()
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ConfigurationError(f"LOG_LEVEL is {level}, and should be DEBUG, INFO, WARNING or ERROR")
    table = _read(file) if file.exists() else {}
    return Settings(
        environment=given.get("ENVIRONMENT", "development"),
        log_level=level,
        release=given.get("VERSION", "unknown"),
        data=Path(given.get("DATA_DIR", str(ROOT / "data"))),
        sma_period=_number(table, "indicators", "sma_period", 20, file),
        rsi_period=_number(table, "indicators", "rsi_period", 14, file),
        candles_per_request=_number(table, "limits", "candles_per_request", 5000, file),
    )


def _read(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text())
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file} is not valid TOML: {error}") from error


def _number(table: dict[str, object], section: str, key: str, otherwise: int, file: Path) -> int:
    part = table.get(section, {})
    value = part.get(key, otherwise) if isinstance(part, dict) else otherwise
    if not isinstance(value, int) or value < 1:
        raise ConfigurationError(f"{file}: {section}.{key} is {value!r}, and should be a number from 1")
    return value
