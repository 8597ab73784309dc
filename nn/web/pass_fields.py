"""Fields that choose a place: an input, a unit of a layer, or an output."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.explain import Walk
from nn.explain.names import Names
from nn.web import dom

_MOST_NAMES = 100


def fields_of(walk: Walk, stop: int) -> list[Any]:
    """Return labels with fields for the places that a page is about."""
    phase, layer = walk.stops[stop]
    last = len(walk.units) - 1
    if layer is None:
        levels = {"sample": [(0, "Input")], "loss": [(last, "Output")]}.get(phase, [])
    else:
        levels = [(layer + 1, "Output" if layer + 1 == last else "Unit")]
        if "kernel" in walk.trace.slopes[layer] or walk.heads_of(layer):
            levels.append((layer, "From input" if layer == 0 else "From unit"))
    fields = list[Any]()
    for level, what in levels:
        place = walk.units[level]
        if level != last and layer == level:
            place = walk.source(level)
        fields += _of_level(walk.names, level, place, what)
    return fields if layer is None else fields + _head(walk, layer)


def _head(walk: Walk, layer: int) -> list[Any]:
    """Return the field for the head that is looked at, if there is a choice."""
    count, head = walk.heads_of(layer), walk.kind(layer).head(walk, layer)
    if count < 2 or head is None:
        return []
    choice = dom.new("select")
    choice.append(*(dom.new("option", str(n + 1), value=str(n)) for n in range(count)))
    choice.value = str(head)
    return [_labelled("Head", choice, layer, "head")]


def _of_level(names: Names, level: int, place: int, what: str) -> list[Any]:
    shape = names.shapes[level]
    size = int(np.prod(shape))
    if size == 1:
        return []
    listed = names.listed(level)
    if listed and len(listed) <= _MOST_NAMES:
        choice = dom.new("select")
        for index, name in enumerate(listed):
            choice.append(dom.new("option", name, value=str(index)))
        choice.value = str(place)
        return [_labelled(what, choice, level, 0)]
    if len(shape) < 2:
        return [_labelled(what, _number(place, size), level, 0)]
    heads = ("step", "number") if len(shape) == 2 else ("row", "column", names.channel(level))
    return [
        _labelled(f"{what}: {head}", _number(int(index), size), level, axis)
        for axis, (head, index, size) in enumerate(
            zip(heads, np.unravel_index(place, shape), shape, strict=True)
        )
        if size > 1
    ]


def _number(index: int, size: int) -> Any:
    field = dom.new("input", type="number", min="1", max=str(size), step="1")
    field.value = str(index + 1)
    return field


def _labelled(text: str, field: Any, level: int, axis: int | str) -> Any:
    field.dataset.level, field.dataset.axis = str(level), str(axis)
    field.dataset.key = f"field{level}-{axis}"
    field.ariaLabel = text
    label = dom.new("label", text)
    label.append(field)
    return label


def place_of(walk: Walk, field: Any, now: int) -> int:
    """Return the place that a field asks for, where ``now`` is the one chosen.

    Raises:
        ValueError: it is not a number, or there is no such place.
    """
    if field.tagName == "SELECT":
        return int(field.value)
    most = int(field.max)
    text = str(field.value).strip()
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise ValueError(f"expected a number from 1 to {most:,}")
    shape = walk.names.shapes[int(field.dataset.level)]
    if len(shape) < 2:
        return int(text) - 1
    index = [int(n) for n in np.unravel_index(now, shape)]
    index[int(field.dataset.axis)] = int(text) - 1
    return int(np.ravel_multi_index(index, shape))
