"""The network's eye: what each unit of the first layer looks for."""

from __future__ import annotations

from nn.model import Sequential
from nn.web import dom, pictures

_COLUMNS = 20
_MOST = 100


def paint(model: Sequential) -> None:
    """Show the kernels of the first layer."""
    kernel = model.layers[0].kernel
    pictures.paint(dom.element("eye"), pictures.kernels(kernel, _COLUMNS, _MOST))
    units = kernel.shape[1]
    shown = f"the first {_MOST} of {units:,}" if units > _MOST else f"all {units}"
    dom.element("eye").title = f"{shown} hidden units"
