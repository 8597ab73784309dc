"""Figures as people read them."""

from __future__ import annotations

import math

from nn.progress import Evaluation


def percent(share: float | None, digits: int) -> str:
    """Return a share between 0 and 1, if there is one, in percent with so many decimal places."""
    if share is None:
        return "–"
    return f"{100 * share:.{digits}f} %"


def figure(value: float) -> str:
    """Return a number with four decimal places, or in powers of ten where those show nothing."""
    return f"{value:.2e}" if 0 < abs(value) < 0.001 else fixed(value, 4)


def fixed(value: float, digits: int) -> str:
    """Return a number with so many decimal places, unless it is too large for that, or none."""
    if not math.isfinite(value):
        return "not a number"
    return f"{value:.{digits}f}" if abs(value) < 1e7 else f"{value:.2e}"


def described(evaluation: Evaluation) -> str:
    """Return the figures of a test."""
    if evaluation.accuracy is None:
        return f"loss {figure(evaluation.loss)}"
    return f"loss {figure(evaluation.loss)}, accuracy {percent(evaluation.accuracy, 2)}"


def work_time(seconds: float) -> str:
    """Return how long a piece of work takes, which may be microseconds or hours."""
    if seconds >= 100:
        return duration(seconds)
    return f"{seconds:.3g} s" if seconds >= 1 else f"{1000 * seconds:.3g} ms"


def readable(value: float, digits: int) -> str:
    """Return a number of a visitor's data, rounded to so many digits, or to a whole number.

    Powers of ten are for what would otherwise be long.
    """
    if value == 0 or not 1e-5 < abs(value) < 1e15:
        return f"{value:.{digits}g}"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text


def shortened(name: str, most: int) -> str:
    """Return a name of up to so many characters, with an ellipsis where the rest was."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


def listed(names: tuple[str, ...]) -> str:
    """Return names, of many the first and the last."""
    return ", ".join(names if len(names) <= 6 else (*names[:3], "…", names[-1]))


def duration(seconds: float) -> str:
    """Return a time span in the units that suit it."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes}:{seconds:02d} min" if minutes else f"{seconds} s"
