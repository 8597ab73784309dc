"""The network's eye: what the first layer looks for, and what each layer makes of a drawing."""

from __future__ import annotations

import math

import numpy as np

from nn.layers import Shape
from nn.model import Sequential
from nn.web import dom, pictures

_COLUMNS = 20
_MOST = 100
_MOST_MAPS = 40
"""Of a layer: more would be too small to see."""


def paint(model: Sequential, shape: Shape, image: np.ndarray | None) -> None:
    """Show what the network looks for, and what it makes of a drawing.

    Args:
        model: the network.
        shape: of the pictures that it takes, (height, width, channels).
        image: what it sees of the drawing, of that shape, uint8; None if there is nothing.
    """
    made = [] if image is None else model.activations(image.reshape(1, *model.input_shape))
    _paint_kernels(model, shape, made[0][0] if made else None)
    _paint_maps(made)


def _paint_kernels(model: Sequential, shape: Shape, answer: np.ndarray | None) -> None:
    """Show the kernels of the first layer that has one, those that are excited most first.

    Args:
        model: the network.
        shape: of the pictures that it takes.
        answer: what its first layer makes of the drawing; None if there is none.
    """
    layer = model.layers[0]
    views = [layer.views["kernel"]] if "kernel" in layer.views else []
    if not views:
        dom.element("eye").title = f"{type(layer).__name__} has no weights to show"
        pictures.paint(dom.element("eye"), np.zeros((1, 1, 4), dtype=np.uint8))
        return
    (kernel,) = views
    units = kernel.shape[-1]
    if kernel.ndim == 2:
        # A unit of a dense layer looks at the whole picture, in all of its colours.
        whole = shape if len(kernel) == math.prod(shape) else (1, len(kernel), 1)
        looks = kernel.T.reshape(units, *whole).sum(axis=3)
    else:
        looks = kernel.sum(axis=2).transpose(2, 0, 1)
    order = np.arange(units)
    if answer is not None and answer.ndim == 1 and np.isfinite(answer).all():
        order = np.argsort(-answer, kind="stable")
    shown = order[:_MOST]
    pictures.paint(dom.element("eye"), pictures.tiles(looks[shown], min(_COLUMNS, units)))
    what = "hidden units" if kernel.ndim == 2 else "filters"
    text = f"{_MOST} of {units:,} {what}" if units > _MOST else f"all {units} {what}"
    if answer is not None and answer.ndim == 1:
        text += ", those that the drawing excites most first"
    dom.element("eye").title = text
    dom.show("eyeShown", text)


def _paint_maps(made: list[np.ndarray]) -> None:
    """Show the layers that make pictures, each as a row of what every filter sees."""
    maps = [
        pictures.tiles(
            layer[0].transpose(2, 0, 1)[:_MOST_MAPS], min(_COLUMNS, layer.shape[3], _MOST_MAPS)
        )
        for layer in made
        if layer.ndim == 4
    ]
    dom.element("eyeMapsFigure").hidden = not maps
    if maps:
        pictures.paint(dom.element("eyeMaps"), pictures.stacked(maps, gap=3))
