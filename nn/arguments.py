"""What the constructor of a class takes: looked up again and again, and slow to find out."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import lru_cache
from typing import Any


def constructor_arguments(made: Any) -> Mapping[str, inspect.Parameter]:
    """Return the arguments of a class, by name, in their order.

    >>> from nn.layers import Dropout
    >>> list(constructor_arguments(Dropout))
    ['rate']
    """
    return _found(made)


@lru_cache(256)
def _found(made: Any) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(made).parameters
