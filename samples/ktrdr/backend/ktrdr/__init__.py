"""KTRDR: candles of markets, and indicators computed from them."""

__version__ = "1.0.5.5"
