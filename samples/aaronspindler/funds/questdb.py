"""Prices in QuestDB: written by line protocol over HTTP, read by SQL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from http.client import HTTPConnection
from queue import Queue
from struct import Struct
from threading import Thread
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings

#: A price: symbol, price, volume, microseconds since 1970.
Price = tuple[str, float, int, int]

ROWS_PER_REQUEST = 50_000


class QuestdbError(RuntimeError):
    """The server refused, or is not there."""


def _connection() -> HTTPConnection:
    address = urlsplit(settings.QUESTDB_URL)
    return HTTPConnection(address.hostname or "", address.port, timeout=15)


_double = Struct("<d").pack


def lines(prices: Iterable[Price]) -> bytes:
    """Rows in line protocol 2. Symbols are names of funds: letters, digits, dots and hyphens.

    Prices are sent as the eight bytes that they are: writing and reading them as decimals takes longer than all else.
    """
    names: dict[str, bytes] = {}
    return b"".join(
        [
            b"prices,symbol=%b price==\x10%b,volume=%di %d000\n"
            % (names.get(symbol) or names.setdefault(symbol, symbol.encode()), _double(price), volume, time)
            for symbol, price, volume, time in prices
        ]
    )


def _post(connection: HTTPConnection, body: bytes) -> None:
    connection.request("POST", "/write?precision=n", body)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != 204:
        raise QuestdbError(said.decode(errors="replace")[:500])


def write(batches: Iterable[Sequence[Price]]) -> int:
    """Writes all batches and returns the number of rows. Two threads send while this one makes the next lines."""
    waiting: Queue[bytes | None] = Queue(maxsize=4)
    failed: list[Exception] = []

    def send() -> None:
        connection = _connection()
        while (body := waiting.get()) is not None:
            if failed:
                continue
            try:
                _post(connection, body)
            except Exception as error:  # handed over to the caller below
                failed.append(error)
        connection.close()

    senders = [Thread(target=send, name=f"questdb-sender-{number}", daemon=True) for number in range(2)]
    for sender in senders:
        sender.start()
    rows = 0
    try:
        for batch in batches:
            for start in range(0, len(batch), ROWS_PER_REQUEST):
                waiting.put(lines(batch[start : start + ROWS_PER_REQUEST]))
            rows += len(batch)
            if failed:
                break
    finally:
        for _ in senders:
            waiting.put(None)
        for sender in senders:
            sender.join()
    if failed:
        raise QuestdbError(str(failed[0])) from failed[0]
    return rows


def query(sql: str, timeout: float = 5) -> list[list[object]]:
    """Rows of a query."""
    connection = _connection()
    connection.timeout = timeout
    try:
        connection.request("GET", f"/exec?{urlencode({'query': sql}, quote_via=quote)}")
        answer = connection.getresponse()
        said = json.loads(answer.read())
    except (OSError, ValueError) as error:
        raise QuestdbError(str(error)) from error
    finally:
        connection.close()
    if "error" in said:
        raise QuestdbError(said["error"])
    return said.get("dataset", [])


def prepare() -> None:
    """The table, partitioned by day."""
    query(
        "CREATE TABLE IF NOT EXISTS prices (symbol SYMBOL, price DOUBLE, volume LONG, timestamp TIMESTAMP)"
        " TIMESTAMP(timestamp) PARTITION BY DAY WAL",
        timeout=15,
    )
