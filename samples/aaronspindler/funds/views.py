"""Prices of funds."""

from __future__ import annotations

import json
import re
from datetime import datetime

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_http_methods

from . import questdb


@require_http_methods(["GET", "POST"])
def prices(request: HttpRequest, symbol: str) -> JsonResponse:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,12}", symbol):
        return JsonResponse({"error": "a symbol has letters, digits and hyphens"}, status=400)
    try:
        if request.method == "GET":
            found = questdb.query(
                f"SELECT count(), avg(price), max(timestamp) FROM prices WHERE symbol = '{symbol}'"
            )
            count, average, last = found[0]
            return JsonResponse({"symbol": symbol, "count": count, "average": average, "last": last})
        rows = [
            (symbol, float(row["price"]), int(row["volume"]), int(datetime.fromisoformat(row["time"]).timestamp() * 1e6))
            for row in json.loads(request.body)
        ]
        questdb.prepare()
        return JsonResponse({"written": questdb.write([rows])}, status=201)
    except questdb.QuestdbError as error:
        return JsonResponse({"error": str(error)}, status=503)
    except (ValueError, KeyError, TypeError) as error:
        return JsonResponse({"error": str(error)}, status=400)
