"""``python rows.py WAY ROWS``: writes rows into QuestDB in one process, reads them back, prints one line of JSON.

``sample`` writes with the code of samples/aaronspindler, ``client`` with QuestDB's own library, row by row, as its manual
does. Both get the same rows from the same generator.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence

from django.conf import settings

settings.configure(QUESTDB_URL="http://questdb:9000")

from funds import questdb  # noqa: E402
from funds.management.commands.ingest import batches  # noqa: E402


def with_client(rows: Iterable[Sequence[questdb.Price]]) -> int:
    from questdb import Sender, TimestampMicros

    written = 0
    with Sender.from_conf(f"http::addr=questdb:9000;auto_flush_rows={questdb.ROWS_PER_REQUEST};") as sender:
        for batch in rows:
            for symbol, price, volume, at in batch:
                sender.row(
                    "prices",
                    symbols={"symbol": symbol},
                    columns={"price": price, "volume": volume},
                    at=TimestampMicros(at),
                )
            written += len(batch)
    return written


ways: dict[str, Callable[[Iterable[Sequence[questdb.Price]]], int]] = {
    "sample": questdb.write,
    "client": with_client,
}


def main() -> None:
    way, rows = sys.argv[1], int(sys.argv[2])
    run = f"run{time.time_ns()}"
    questdb.prepare()
    started, used = time.perf_counter(), time.process_time()
    ways[way](batches(rows, questdb.ROWS_PER_REQUEST, run))
    seconds, used = time.perf_counter() - started, time.process_time() - used
    counted = 0
    end = time.perf_counter() + 120
    while counted < rows and time.perf_counter() < end:
        found = questdb.query(f"SELECT count() FROM prices WHERE symbol LIKE '{run}-%'", timeout=30)
        counted = int(str(found[0][0]))
        time.sleep(0.02)
    print(json.dumps({"seconds": seconds, "processorSeconds": used, "counted": counted}))


main()
