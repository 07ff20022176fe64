"""When a card comes again: the SM-2 algorithm of P. A. Woźniak."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Memory:
    """What is remembered of a card."""

    repetitions: int = 0
    interval_days: int = 0
    easiness: float = 2.5


def review(memory: Memory, quality: int) -> Memory:
    """The memory after an answer of ``quality`` 0 (forgotten) to 5 (at once)."""
    if not 0 <= quality <= 5:
        raise ValueError(f"quality is {quality}, and should be 0 to 5")
    easiness = max(1.3, memory.easiness + 0.1 - (5 - quality) * (0.08 + (5 - quality) * 0.02))
    if quality < 3:
        return Memory(0, 1, round(easiness, 4))
    interval = {0: 1, 1: 6}.get(memory.repetitions, round(memory.interval_days * easiness))
    return Memory(memory.repetitions + 1, interval, round(easiness, 4))
