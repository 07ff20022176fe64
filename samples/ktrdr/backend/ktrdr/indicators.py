"""Indicators over a series of closing prices; ``None`` where too few prices came before."""

from __future__ import annotations

from collections.abc import Sequence


def sma(closes: Sequence[float], period: int) -> list[float | None]:
    """Simple moving average."""
    result: list[float | None] = []
    total = 0.0
    for index, close in enumerate(closes):
        total += close
        if index >= period:
            total -= closes[index - period]
        result.append(round(total / period, 6) if index >= period - 1 else None)
    return result


def rsi(closes: Sequence[float], period: int) -> list[float | None]:
    """Relative strength index with Wilder's smoothing, from 0 to 100."""
    result: list[float | None] = [None] * min(len(closes), period)
    if len(closes) <= period:
        return result
    changes = [after - before for before, after in zip(closes, closes[1:])]
    gain = sum(change for change in changes[:period] if change > 0) / period
    loss = -sum(change for change in changes[:period] if change < 0) / period
    result.append(_strength(gain, loss))
    for change in changes[period:]:
        gain = (gain * (period - 1) + max(change, 0.0)) / period
        loss = (loss * (period - 1) + max(-change, 0.0)) / period
        result.append(_strength(gain, loss))
    return result


def _strength(gain: float, loss: float) -> float:
    if loss == 0:
        return 100.0 if gain > 0 else 50.0
    return round(100 - 100 / (1 + gain / loss), 6)
