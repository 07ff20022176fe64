"""``manage.py ingest --rows 5000000``: how fast one process writes, with everything read back and counted."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from funds import questdb


def batches(rows: int, size: int, run: str) -> Iterator[list[questdb.Price]]:
    """Prices of 50 funds, in order of time, each a microsecond after the other."""
    chance = random.Random(1)
    symbols = [f"{run}-{number}" for number in range(50)]
    now = time.time_ns() // 1000
    for start in range(0, rows, size):
        price = chance.uniform(50, 150)
        yield [
            (symbols[index % 50], price + (index & 1023) / 1024, 100 + (index & 255), now + index)
            for index in range(start, min(start + size, rows))
        ]


class Command(BaseCommand):
    """Prints one line of JSON."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rows", type=int, default=5_000_000)

    def handle(self, *_args: Any, **options: Any) -> None:
        rows: int = options["rows"]
        run = f"run{time.time_ns()}"
        questdb.prepare()
        started = time.perf_counter()
        used = time.process_time()
        written = questdb.write(batches(rows, questdb.ROWS_PER_REQUEST, run))
        accepted = time.perf_counter() - started
        used = time.process_time() - used
        count = 0
        end = time.perf_counter() + 120
        while count < rows and time.perf_counter() < end:
            found = questdb.query(f"SELECT count() FROM prices WHERE symbol LIKE '{run}-%'", timeout=30)
            count = int(str(found[0][0]))
            time.sleep(0.02)
        readable = time.perf_counter() - started
        self.stdout.write(
            json.dumps(
                {
                    "rows": rows,
                    "written": written,
                    "counted": count,
                    "rowsPerSecond": round(rows / accepted),
                    # What this process alone could do, on a machine that is busy with other things too.
                    "rowsPerProcessorSecond": round(rows / used),
                    "rowsPerSecondUntilReadable": round(rows / readable),
                }
            )
        )
