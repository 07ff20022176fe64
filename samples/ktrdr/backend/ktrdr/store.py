"""Candles in one SQLite file in the data folder."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Candle:
    """One period of one symbol; ``time`` is seconds since 1970."""

    symbol: str
    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class Store:
    """A connection per call: SQLite's are cheap, and none is shared between threads."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=5)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            with connection:
                yield connection

    def prepare(self) -> None:
        """Makes the file and its table when they are not there."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._connection() as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS candles (symbol TEXT, time INTEGER, open REAL, high REAL, low REAL,"
                " close REAL, volume REAL, PRIMARY KEY (symbol, time)) WITHOUT ROWID"
            )

    def check(self) -> None:
        """Raises unless the data folder can be read and written: a full or lost disk must show."""
        if not self._file.exists():
            raise OSError(f"{self._file} is not there")
        with self._connection() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS pulse (one INTEGER PRIMARY KEY, at TEXT)")
            connection.execute("INSERT OR REPLACE INTO pulse VALUES (1, datetime('now'))")

    def add(self, candles: Sequence[Candle]) -> int:
        """Adds candles; one that is there already is replaced."""
        with self._connection() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO candles VALUES (?, ?, ?, ?, ?, ?, ?)", [astuple(candle) for candle in candles]
            )
        return len(candles)

    def symbols(self) -> list[tuple[str, int]]:
        """Every symbol with the number of its candles."""
        with self._connection() as connection:
            return list(connection.execute("SELECT symbol, count(*) FROM candles GROUP BY symbol ORDER BY symbol"))

    def candles(self, symbol: str, limit: int) -> list[Candle]:
        """The newest candles of a symbol, oldest first."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT * FROM candles WHERE symbol = ? ORDER BY time DESC LIMIT ?", (symbol, limit)
            ).fetchall()
        return [Candle(*row) for row in reversed(rows)]
