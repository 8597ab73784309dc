"""Which lab of the page the network of a weights file belongs to."""

from __future__ import annotations

from collections.abc import Callable

from nn.labs import colours, curve, digits, points_source, temperature, text
from nn.model import Sequential


def home_of(model: Sequential) -> str | None:
    """Return the name of the lab that a network can be loaded in, or None.

    >>> from nn import Dense
    >>> model = Sequential([Dense(10)])
    >>> model.build(784, rng=1)
    >>> home_of(model)
    'Digits'
    """
    columns = model.columns
    if columns is None and _suits(text.check_model, model):
        return "Text"
    if columns is None:
        return "Digits" if _suits(digits.check_loaded, model) else None
    if columns.of_series:
        return "Curve" if _suits(curve.check_model, model) else None
    if _suits(points_source.check_loaded, model):
        return "Points"
    if _suits(temperature.check_model, model):
        return "Temperature"
    return "Colours" if _suits(colours.check_loaded, model) else None


def _suits(check: Callable[[Sequential], None], model: Sequential) -> bool:
    try:
        check(model)
    except ValueError:
        return False
    return True
