"""Numbers as they stand in formulas."""

from __future__ import annotations

import math

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def shown(value: float) -> str:
    """Return a number with four decimal places; whole, tiny and huge ones as suits them.

    >>> shown(0.12345), shown(-3.0), shown(-0.0000123), shown(0.5), shown(0.999996)
    ('0.1235', '−3', '−1.23·10⁻⁵', '0.5', '0.999996')
    """
    if not math.isfinite(value):
        return "not a number"
    size = abs(value)
    if size == int(size) and size < 1e6:
        text = f"{int(size)}"
    elif 0.001 <= size < 1e5:
        text = f"{size:.4f}".rstrip("0").rstrip(".")
        if "." not in text:
            text = f"{size:.7f}".rstrip("0").rstrip(".")  # what is nearly 1 is not 1
    else:
        digits, power = f"{size:.2e}".split("e")
        text = f"{digits}·10{str(int(power)).translate(_SUPERSCRIPTS)}"
    return f"−{text}" if value < 0 and size else text


def read(text: str) -> float:
    """Return the number that :func:`shown` has written, as far as it is there.

    >>> read("−1.23·10⁻⁵"), read("0.5")
    (-1.23e-05, 0.5)
    """
    digits, times, power = text.replace("−", "-").partition("·10")
    exponent = power.translate({new: old for old, new in _SUPERSCRIPTS.items()})
    return float(f"{digits}e{exponent}" if times else digits)
