"""A small network as a drawing with its numbers in it, as far as the step has come."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.explain import Walk
from nn.web import dom

_MOST_UNITS, _MOST_LEVELS = 16, 6
_WIDTH, _NODE = 300, 46
_ROW, _LOW = 30, 18
_TALLEST = 9
"""Units of a level that may stand comfortably; where there are more, rows are low."""


def fits(walk: Walk) -> bool:
    """Whether all units of a network find room in a drawing."""
    sizes = [array[0].size for array in walk.trace.x]
    rows = all(len(shape) == 1 for shape in walk.trace.network.shapes)
    return rows and max(sizes) <= _MOST_UNITS and 1 < len(sizes) <= _MOST_LEVELS


def diagram(walk: Walk, stop: int) -> Any:
    """Return a figure of the network with the numbers that are known at a stop.

    A click on a unit chooses it: what is clicked tells by its data-level and data-place.
    """
    trace, (phase, layer) = walk.trace, walk.stops[stop]
    sizes = [array[0].size for array in trace.x]
    row = _ROW if max(sizes) <= _TALLEST else _LOW
    height = row * max(sizes) + 4
    svg = dom.new_svg("svg", viewBox=f"0 0 {_WIDTH} {height}", role="img")
    # Until here the way forward has come, and from there on the way back.
    come = {"sample": 0, "forward": (layer or 0) + 1}.get(phase, len(sizes) - 1)
    back = len(sizes)
    if phase == "backward":
        back = (layer or 0) + 1
    elif phase in ("update", "after"):
        back = 1
    known = "what comes out of each unit, y"
    if back < len(sizes):
        known = f"∂L/∂z of each unit from layer {back} on, and y before"
    svg.setAttribute("aria-label", f"The network, with {known}")
    spots = [
        [
            (
                _NODE / 2 + 1 + level * (_WIDTH - _NODE - 2) / (len(sizes) - 1),
                height / 2 + (place - (size - 1) / 2) * row,
            )
            for place in range(size)
        ]
        for level, size in enumerate(sizes)
    ]
    svg.append(*_lines(walk, spots))
    for level, places in enumerate(spots):
        backward = level >= back
        numbers = (trace.dz[level - 1] if backward else trace.x[level])[0].ravel()
        for place, (x, y) in enumerate(places):
            text = _short(float(numbers[place])) if level <= come else ""
            kind = "node back" if backward else "node"
            if walk.units[level] == place:
                kind += " path"
            svg.append(_node(level, place, x, y, row - 4, kind, text))
    figure = dom.new("figure")
    figure.className = "diagram"
    figure.append(svg, dom.new("figcaption", f"Shown: {known}."))
    return figure


def _lines(walk: Walk, spots: list[list[tuple[float, float]]]) -> list[Any]:
    """Return a line for each weight, those of the path on top."""
    faint, path = list[str](), list[str]()
    for i in range(len(spots) - 1):
        kernel = walk.trace.network.layers[i].views.get("kernel")
        for a, (x0, y0) in enumerate(spots[i]):
            for b, (x1, y1) in enumerate(spots[i + 1]):
                if kernel is None and a != b:
                    continue
                on_path = (walk.units[i], walk.units[i + 1]) == (a, b)
                line = f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"
                (path if on_path else faint).append(line)
    return [
        dom.new_svg("path", **{"d": "".join(lines), "class": kind})
        for kind, lines in (("faint", faint), ("way", path))
    ]


def _node(level: int, place: int, x: float, y: float, high: int, kind: str, text: str) -> Any:
    node = dom.new_svg("g", data_level=str(level), data_place=str(place))
    node.setAttribute("class", kind)
    box = dom.new_svg("rect", x=f"{x - _NODE / 2:.1f}", y=f"{y - high / 2:.1f}")
    box.setAttribute("width", str(_NODE))
    box.setAttribute("height", str(high))
    box.setAttribute("rx", "4")
    number = dom.new_svg("text", x=f"{x:.1f}", y=f"{y + 4:.1f}")
    number.textContent = text
    node.append(box, number)
    return node


def _short(number: float) -> str:
    """Return a number of five characters or so."""
    if not np.isfinite(number):
        return "?"
    size = abs(number)
    text = f"{size:.2f}" if 0.005 <= size < 1000 or size == 0 else f"{size:.0e}"
    text = text.replace("e-0", "e-").replace("e+0", "e").replace("-", "−")
    return f"−{text}" if number < 0 else text
