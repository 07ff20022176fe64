import pytest

from src.repetition import Memory, review


def test_good_answers_space_out() -> None:
    memory = Memory()
    intervals = []
    for _ in range(4):
        memory = review(memory, 4)
        intervals.append(memory.interval_days)
    assert intervals == [1, 6, 15, 38]


def test_a_forgotten_card_comes_tomorrow() -> None:
    assert review(Memory(5, 40, 2.5), 1) == Memory(0, 1, 1.96)


def test_easiness_has_a_floor() -> None:
    assert review(Memory(1, 6, 1.3), 0).easiness == 1.3


def test_quality_is_0_to_5() -> None:
    with pytest.raises(ValueError, match="should be 0 to 5"):
        review(Memory(), 6)
