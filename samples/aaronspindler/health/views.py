"""Whether everything that the site needs answers. Never waits longer than the prober does."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET
from redis import Redis

from funds import questdb


def _database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        # Of this thread alone, which the request's own end does not close.
        connection.close()


def _cache() -> None:
    caches["default"].set("health", "1", 5)
    if caches["default"].get("health") != "1":
        raise RuntimeError("the cache forgot at once")


def _redis() -> None:
    for address in (settings.CELERY_BROKER_URL, settings.CACHES["sessions"]["LOCATION"]):
        with Redis.from_url(address, socket_timeout=1, socket_connect_timeout=1) as client:
            client.ping()


def _static_files() -> None:
    if not settings.DEBUG and not (settings.STATIC_ROOT / "staticfiles.json").exists():
        raise RuntimeError("not collected")


def _questdb() -> None:
    questdb.query("SELECT 1", timeout=1)


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "cache": _cache,
    "redis": _redis,
    "questdb": _questdb,
    "static_files": _static_files,
}
_pool = ThreadPoolExecutor(max_workers=len(CHECKS), thread_name_prefix="health")
_running: dict[str, Future[None]] = {}


def _result(name: str) -> Future[None]:
    """One check of a kind at a time: those that hang on a frozen server must not take all connections."""
    current = _running.get(name)
    if current is None or current.done():
        current = _running[name] = _pool.submit(CHECKS[name])
    return current


@require_GET
def health(_request: HttpRequest) -> JsonResponse:
    futures = {name: _result(name) for name in CHECKS}
    wait(futures.values(), timeout=1.8)
    checks = {name: future.done() and future.exception() is None for name, future in futures.items()}
    healthy = all(checks.values())
    return JsonResponse(
        {"status": "healthy" if healthy else "unhealthy", "checks": checks, "version": settings.VERSION},
        status=200 if healthy else 503,
    )


@require_GET
def live(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive"})
