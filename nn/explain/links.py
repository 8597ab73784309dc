"""Of which products a number is the sum: what the two directions of each layer kind are made of.

For one sample, each kind here makes ``z`` a sum of its inputs, each times a factor: ``z[unit] = Σ
x[i] · factor[i] (+ bias)``. The same factors lead back: ``∂L/∂x[i] = Σ ∂L/∂z[unit] ·
factor[unit]``. :class:`~nn.explain.summing.SumKind` puts that into words.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from nn.explain.trace import Trace
from nn.layers import (
    Activation,
    AveragePooling2D,
    Conv1D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    Layer,
    MaxPooling2D,
    Rescaling,
)
from nn.layers.windows import padding_before


@dataclass(frozen=True, eq=False)
class Links:
    """What a sum takes in.

    Attributes:
        places: (m,) flat indices of inputs, or of units on the way back.
        factors: (m,) what each is multiplied by.
    """

    places: np.ndarray
    factors: np.ndarray


def into(trace: Trace, i: int, unit: int) -> Links | None:
    """Return what ``z[unit]`` of layer i is the sum of, apart from a bias; None if it is no sum."""
    found = _KINDS.get(type(trace.network.layers[i]))
    return None if found is None else Links(*found[0](_Place(trace, i), unit))


def out_of(trace: Trace, i: int, source: int) -> Links | None:
    """Return which units of layer i take in number ``source`` of its input, times what."""
    found = _KINDS.get(type(trace.network.layers[i]))
    return None if found is None else Links(*found[1](_Place(trace, i), source))


def window(trace: Trace, i: int, unit: int) -> tuple[range, range] | None:
    """Return which rows and columns of the input a unit looks at, beyond the edges too."""
    layer = trace.network.layers[i]
    if not isinstance(layer, Conv2D | MaxPooling2D | AveragePooling2D):
        return None
    place = _Place(trace, i)
    row, column, _ = np.unravel_index(unit, place.made)
    return place.window(int(row), int(column))


def kernel_index(trace: Trace, i: int, unit: int, source: int) -> int | None:
    """Return which number of the kernel of layer i stands between an input and a unit."""
    layer, place = trace.network.layers[i], _Place(trace, i)
    if isinstance(layer, Dense):
        return source % place.given[-1] * layer.units + unit % layer.units
    if isinstance(layer, Conv1D):
        step, from_ = divmod(source, place.given[1])
        made, to = divmod(unit, place.made[1])
        k = step - place.steps(made).start
        inside = 0 <= k < layer.kernel_size
        return _flat((k, from_, to), layer.kernel.shape) if inside else None
    if isinstance(layer, Conv2D):
        row, column, channel = np.unravel_index(source, place.given)
        at, right, filter_ = np.unravel_index(unit, place.made)
        rows, columns = place.window(int(at), int(right))
        index = int(row) - rows.start, int(column) - columns.start, int(channel), int(filter_)
        if 0 <= index[0] < len(rows) and 0 <= index[1] < len(columns):
            return int(np.ravel_multi_index(index, layer.kernel.shape))
    return None


def uses(trace: Trace, i: int, unit: int, source: int) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and units, flat, that meet at the weight between ``source`` and ``unit``.

    Its gradient is the sum of ``x[input] · ∂L/∂z[unit]`` over them: one pair where each weight is
    used once, and as many as there are places where a kernel slides.
    """
    layer, place = trace.network.layers[i], _Place(trace, i)
    if isinstance(layer, Dense):
        rows = np.arange(math.prod(place.given[:-1]))
        inputs = rows * place.given[-1] + source % place.given[-1]
        return inputs, rows * layer.units + unit % layer.units
    index = kernel_index(trace, i, unit, source)
    assert index is not None
    if isinstance(layer, Conv1D):
        k, channel, filter_ = np.unravel_index(index, layer.kernel.shape)
        at = np.arange(place.made[0])
        steps = at * layer.strides + place.steps(0).start + k
        inside = (steps >= 0) & (steps < place.given[0])
        inputs = steps[inside] * place.given[1] + channel
        return inputs, at[inside] * place.made[1] + filter_
    assert isinstance(layer, Conv2D)
    a, b, channel, filter_ = np.unravel_index(index, layer.kernel.shape)
    first, second = place.window(0, 0)
    down, right = np.indices(place.made[:2])
    rows = down * layer.strides[0] + first.start + a
    columns = right * layer.strides[1] + second.start + b
    inside = (rows >= 0) & (rows < place.given[0]) & (columns >= 0) & (columns < place.given[1])
    inputs = np.ravel_multi_index(
        (rows[inside], columns[inside], np.full(inside.sum(), channel)), place.given
    )
    units = np.ravel_multi_index(
        (down[inside], right[inside], np.full(inside.sum(), filter_)), place.made
    )
    return inputs, units


class _Place:
    """A layer of a trace: what it is given and makes, as shapes and arrays of one sample."""

    def __init__(self, trace: Trace, i: int) -> None:
        self.layer: Any = trace.network.layers[i]
        self.given, self.made = trace.network.shapes[i], trace.network.shapes[i + 1]
        self.x = trace.x[i][0]
        self.residuals = trace.passes[i].residuals

    def window(self, row: int, column: int) -> tuple[range, range]:
        """Return the rows and columns that the window for an output pixel covers."""
        layer = self.layer
        size = layer.kernel_size if isinstance(layer, Conv2D) else layer.pool_size
        top, left = map(padding_before, self.given, size, layer.strides, [layer.padding] * 2)
        first, left_of = row * layer.strides[0] - top, column * layer.strides[1] - left
        return range(first, first + size[0]), range(left_of, left_of + size[1])

    def steps(self, at: int) -> range:
        """Return the steps that the window of a Conv1D for an output step covers."""
        first = at * self.layer.strides - self.layer.around(self.given)[0]
        return range(first, first + self.layer.kernel_size)

    def cells(self, row: int, column: int) -> tuple[np.ndarray, np.ndarray]:
        """Return rows and columns, flat and within the picture, of an output pixel's window."""
        rows, columns = self.window(row, column)
        inside = [
            (r, c)
            for r in rows
            if 0 <= r < self.given[0]
            for c in columns
            if 0 <= c < self.given[1]
        ]
        down, right = np.array(inside, dtype=int).reshape(-1, 2).T
        return down, right

    def windows_with(self, row: int, column: int) -> list[tuple[int, int]]:
        """Return the output pixels whose windows have an input pixel in them."""
        found = []
        first, second = self.window(0, 0)
        strides = self.layer.strides
        for a in range(len(first)):
            down, rest = divmod(row - first.start - a, strides[0])
            if rest or not 0 <= down < self.made[0]:
                continue
            for b in range(len(second)):
                right, rest = divmod(column - second.start - b, strides[1])
                if not rest and 0 <= right < self.made[1]:
                    found.append((down, right))
        return sorted(found)


_Found = tuple[np.ndarray, np.ndarray]
_Way = Callable[[_Place, int], _Found]


def _dense_into(place: _Place, unit: int) -> _Found:
    row, column = divmod(unit, place.made[-1])
    width = place.given[-1]
    return row * width + np.arange(width), place.layer.kernel[:, column]


def _dense_out_of(place: _Place, source: int) -> _Found:
    row, column = divmod(source, place.given[-1])
    units = place.made[-1]
    return row * units + np.arange(units), place.layer.kernel[column]


def _conv_into(place: _Place, unit: int) -> _Found:
    row, column, filter_ = (int(n) for n in np.unravel_index(unit, place.made))
    down, right = place.cells(row, column)
    rows, columns = place.window(row, column)
    channels = place.given[2]
    places = (down * place.given[1] + right)[:, np.newaxis] * channels + np.arange(channels)
    factors = place.layer.kernel[down - rows.start, right - columns.start, :, filter_]
    return places.ravel(), factors.ravel()


def _conv_out_of(place: _Place, source: int) -> _Found:
    row, column, channel = (int(n) for n in np.unravel_index(source, place.given))
    filters = place.made[2]
    places, factors = [], []
    for down, right in place.windows_with(row, column):
        rows, columns = place.window(down, right)
        places.append((down * place.made[1] + right) * filters + np.arange(filters))
        factors.append(place.layer.kernel[row - rows.start, column - columns.start, channel])
    return _joined(places, int), _joined(factors, place.x.dtype)


def _flat(index: tuple[int, ...], shape: tuple[int, ...]) -> int:
    return int(np.ravel_multi_index(index, shape))


def _conv1d_into(place: _Place, unit: int) -> _Found:
    at, filter_ = divmod(unit, place.made[1])
    within = [(k, step) for k, step in enumerate(place.steps(at)) if 0 <= step < place.given[0]]
    channels = np.arange(place.given[1])
    places = [step * place.given[1] + channels for _, step in within]
    factors = [place.layer.kernel[k, :, filter_] for k, _ in within]
    return _joined(places, int), _joined(factors, place.x.dtype)


def _conv1d_out_of(place: _Place, source: int) -> _Found:
    step, channel = divmod(source, place.given[1])
    filters = np.arange(place.made[1])
    places, factors = [], []
    for at in range(place.made[0]):
        if step in (window := place.steps(at)):
            places.append(at * place.made[1] + filters)
            factors.append(place.layer.kernel[step - window.start, channel])
    return _joined(places, int), _joined(factors, place.x.dtype)


def _pool_cells(place: _Place, unit: int) -> np.ndarray:
    row, column, channel = (int(n) for n in np.unravel_index(unit, place.made))
    down, right = place.cells(row, column)
    return np.asarray((down * place.given[1] + right) * place.given[2] + channel)


def _max_into(place: _Place, unit: int) -> _Found:
    places = _pool_cells(place, unit)
    factors = np.zeros(len(places), place.x.dtype)
    factors[place.x.ravel()[places].argmax()] = 1  # the first of the largest
    return places, factors


def _average_into(place: _Place, unit: int) -> _Found:
    places = _pool_cells(place, unit)
    return places, np.full(len(places), 1 / len(places), place.x.dtype)


def _pool_out_of(one: _Way) -> _Way:
    def out_of(place: _Place, source: int) -> _Found:
        row, column, channel = (int(n) for n in np.unravel_index(source, place.given))
        units = [
            int(np.ravel_multi_index((down, right, channel), place.made))
            for down, right in place.windows_with(row, column)
        ]
        factors = []
        for unit in units:
            places, shares = one(place, unit)
            factors.append(shares[places == source])
        return np.array(units, dtype=int), _joined(factors, place.x.dtype)

    return out_of


def _global_into(place: _Place, unit: int) -> _Found:
    pixels = place.given[0] * place.given[1]
    places = np.arange(pixels) * place.given[2] + unit
    return places, np.full(pixels, 1 / pixels, place.x.dtype)


def _global_out_of(place: _Place, source: int) -> _Found:
    share = 1 / (place.given[0] * place.given[1])
    return np.array([source % place.given[2]]), np.array([share], place.x.dtype)


def _largest_step(place: _Place, channel: int) -> int:
    return int(place.x[:, channel].argmax())  # the first of the largest


def _largest_into(place: _Place, unit: int) -> _Found:
    steps, channels = place.given
    factors = np.zeros(steps, place.x.dtype)
    factors[_largest_step(place, unit)] = 1
    return np.arange(steps) * channels + unit, factors


def _largest_out_of(place: _Place, source: int) -> _Found:
    step, channel = divmod(source, place.given[1])
    wins = step == _largest_step(place, channel)
    return np.array([channel]), np.array([wins], place.x.dtype)


def _alone(factor: Callable[[_Place], Any]) -> tuple[_Way, _Way]:
    """Return both ways of a layer whose every output has just one input, times a factor."""

    def way(place: _Place, index: int) -> _Found:
        factors = np.broadcast_to(factor(place), place.given).ravel()
        return np.array([index]), factors[index : index + 1].astype(place.x.dtype)

    return way, way


def _joined(parts: list[np.ndarray], dtype: Any) -> np.ndarray:
    return np.concatenate(parts) if parts else np.empty(0, dtype)


_KINDS: dict[type[Layer], tuple[_Way, _Way]] = {
    Activation: _alone(lambda place: 1.0),
    AveragePooling2D: (_average_into, _pool_out_of(_average_into)),
    Conv1D: (_conv1d_into, _conv1d_out_of),
    Conv2D: (_conv_into, _conv_out_of),
    Dense: (_dense_into, _dense_out_of),
    Dropout: _alone(lambda place: place.residuals["factor"][0]),
    Flatten: _alone(lambda place: 1.0),
    GlobalAveragePooling2D: (_global_into, _global_out_of),
    GlobalMaxPooling1D: (_largest_into, _largest_out_of),
    MaxPooling2D: (_max_into, _pool_out_of(_max_into)),
    Rescaling: _alone(lambda place: place.layer.scale),
}
"""For each layer kind, what leads into a unit, and what leads out of an input."""
