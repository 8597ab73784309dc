"""The attributes of a node of ONNX, of the type that they must be."""

from __future__ import annotations

import math
from typing import Any

from nn.formats.onnx_model import Node


def integers(node: Node, name: str, default: tuple[int, ...]) -> tuple[int, ...]:
    """Return a list of whole numbers; raise a ValueError for anything else."""
    value = node.attributes.get(name, default)
    if not isinstance(value, tuple):
        raise ValueError(f"its {name} must be whole numbers")
    return value


def integer(node: Node, name: str, default: int) -> int:
    """Return a whole number; raise a ValueError for anything else."""
    value = node.attributes.get(name, default)
    if not isinstance(value, int):
        raise ValueError(f"its {name} must be a whole number")
    return value


def number(node: Node, name: str, default: float) -> float:
    """Return a finite number; raise a ValueError for anything else."""
    value = node.attributes.get(name, default)
    if not isinstance(value, float) or not math.isfinite(value):
        raise ValueError(f"its {name} must be a number")
    return value


def only(node: Node, **expected: Any) -> None:
    """Raise a ValueError for attributes, if they are there, with which nn has no layer."""
    for name, value in expected.items():
        found = node.attributes.get(name, value)
        if found != value and not (isinstance(found, tuple) and set(found) == {value}):
            raise ValueError(f"its {name} is {found!r:.40}; layers of nn have {value!r}")
