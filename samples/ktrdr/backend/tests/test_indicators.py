from ktrdr.indicators import rsi, sma


def test_sma_needs_a_whole_period() -> None:
    assert sma([1, 2, 3, 4], 3) == [None, None, 2.0, 3.0]


def test_rsi_of_rising_prices_is_100() -> None:
    assert rsi([1, 2, 3, 4, 5], 3) == [None, None, None, 100.0, 100.0]


def test_rsi_weighs_gains_against_losses() -> None:
    assert rsi([10, 11, 10, 11], 2)[2] == 50.0


def test_too_few_prices_give_nothing() -> None:
    assert rsi([1, 2], 14) == [None, None]
