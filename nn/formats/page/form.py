"""How a page asks for the inputs of a network: with a canvas, a plane, or a control a column."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from nn.data.channels import channels, means_of
from nn.data.columns import Columns, Input
from nn.data.labels import MAX_CLASSES, Classes
from nn.data.pixels import LARGEST, square
from nn.data.points import FEATURES
from nn.formats import columns_json
from nn.layers import Embedding, Rescaling, Shape
from nn.model import Sequential

_MOST_POINT_CLASSES = 6
_STEPS = 200
_UNKNOWN = 100.0
"""How far a slider goes both ways where nothing tells the range of its column."""


@dataclass(frozen=True)
class Drawing:
    """What a drawing is made like.

    Attributes:
        paper: whether it is dark on light.
        box: pixels of its longer side; None for as large a part as in MNIST.
    """

    paper: bool = False
    box: float | None = None


def form_of(model: Sequential, drawing: Drawing | None = None) -> dict[str, Any]:
    """Return what a page's script needs to know of a network's inputs and outputs, as JSON.

    >>> from nn import Dense
    >>> model = Sequential([Dense(10, "softmax")])
    >>> model.build(784, rng=1)
    >>> form = form_of(model)
    >>> form["kind"], form["picture"], len(form["classes"])
    ('picture', [28, 28, 1], 10)
    """
    columns = model.columns
    if columns is not None:
        names = columns.features
        facts: dict[str, Any] = {"columns": columns_json.to_json(columns)}
        if columns.of_series:
            return {"kind": "series", **facts}
        plain = np.ndim(model.inputs.scale) == np.ndim(model.inputs.offset) == 0
        if set(names) <= FEATURES.keys() and plain and _shown_by_colours(columns):
            return {"kind": "points", **facts}
        coloured = channels(columns, model.inputs)
        sliders = _sliders(columns, model.inputs, coloured is not None)
        return {"kind": "table", **facts, "channels": coloured, "sliders": sliders}
    outputs = model.output_shape
    classes = None
    if len(outputs) == 1 and 2 <= outputs[0] <= MAX_CLASSES:
        classes = list(Classes(outputs[0], model.classes).shown)
    first = model.layers[0]
    looked_up = first.input_dim if isinstance(first, Embedding) else None
    if looked_up and _goes_on_with_texts(model):
        return {"kind": "text", "classes": list(model.classes or ())}
    picture = None if looked_up else _picture(model.input_shape)
    if picture is None or classes is None:
        # Without names they are numbers, and no classes that are called 0, 1 and so on.
        named = list(model.classes) if model.classes else None
        return {"kind": "numbers", "classes": named if classes else None, "things": looked_up}
    drawing = drawing or Drawing()
    return {
        "kind": "picture",
        "classes": classes,
        "picture": list(picture),
        "paper": drawing.paper,
        "box": drawing.box,
    }


def _goes_on_with_texts(model: Sequential) -> bool:
    """Whether a network says after each character which comes next, without looking ahead."""
    characters = model.classes or ()
    steps_in, steps_out = len(model.input_shape), len(model.output_shape)
    sees_ahead = any(layer.couples_steps for layer in model.layers)
    single = bool(characters) and all(len(each) == 1 for each in characters)
    return single and (steps_in, steps_out) == (1, 2) and not sees_ahead


def _picture(shape: Shape) -> Shape | None:
    if len(shape) == 1:
        return square(shape[0])
    return shape if len(shape) == 3 and shape[2] in (1, 3) and max(shape) <= LARGEST else None


def _shown_by_colours(columns: Columns) -> bool:
    classes = columns.outputs[0].classes
    return len(columns.outputs) == 1 and (classes is None or len(classes) <= _MOST_POINT_CLASSES)


def _sliders(columns: Columns, inputs: Rescaling, coloured: bool) -> list[dict[str, float] | None]:
    """Return where the slider of each column of numbers begins, ends and stands."""
    means = means_of(inputs, len(columns.features))
    scales = np.broadcast_to(np.abs(inputs.scale), means.shape)
    found: list[dict[str, float] | None] = []
    place = 0
    for column in columns.inputs:
        if column.kind != "number":
            found.append(None)
        elif coloured:
            found.append({"low": 0, "high": 255, "step": 1, "value": round(means[place])})
        else:
            found.append(_slider(column, float(means[place]), float(scales[place])))
        place += len(column.features)
    return found


def _slider(column: Input, mean: float, scale: float) -> dict[str, float]:
    # Nearly all values lie within three standard deviations.
    reach = 3 / scale if scale not in (0.0, 1.0) or mean else _UNKNOWN
    step = 10.0 ** math.floor(math.log10(2 * reach / _STEPS))
    step *= next(factor for factor in (1, 2, 5, 10) if factor * step >= 2 * reach / _STEPS * 0.999)
    low, high = math.floor((mean - reach) / step), math.ceil((mean + reach) / step)
    value = round((mean if column.fill is None else column.fill) / step)
    numbers = {"low": low, "high": high, "value": min(max(value, low), high)}
    return {"step": step, **{name: float(f"{n * step:.9g}") for name, n in numbers.items()}}
