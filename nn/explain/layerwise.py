"""A forward pass, layer after layer, of which everything in between is kept."""

from __future__ import annotations

import numpy as np

from nn.layers import Layer, Pass, Shape
from nn.network import Network


def residuals(network: Network, layer: Layer, shape: Shape, count: int) -> dict[str, np.ndarray]:
    """Return room for what ``layer``, given ``count`` samples of ``shape``, remembers of them."""
    sizes = layer.residuals(shape).items()
    return {name: np.empty((count, *size), network.dtype) for name, size in sizes}


def forward_pass(
    network: Network, raw: np.ndarray, passes: list[Pass]
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return what each layer is given, with the last one's output, and what each makes of it.

    Args:
        network: built; only read.
        raw: (n, *input_shape) samples before they are scaled.
        passes: of each layer.

    Returns:
        Lists x and z: layer i makes ``z[i]`` of ``x[i]``, and its activation ``x[i + 1]`` of that.

    >>> from nn import Dense, Sequential
    >>> model = Sequential([Dense(1, activation="relu")])
    >>> model.build(1, 0)
    >>> model.parameters = [2.0, -10.0]
    >>> x, z = forward_pass(model, np.array([[3.0]]), [Pass()])
    >>> z[0].item(), x[1].item()
    (-4.0, 0.0)
    """
    x = np.empty(raw.shape, network.dtype)
    network.inputs.forward(raw, x, Pass())
    all_x, all_z = [x], list[np.ndarray]()
    with np.errstate(all="ignore"):
        for layer, shape, p in zip(network.layers, network.shapes[1:], passes, strict=True):
            z = np.empty((len(x), *shape), network.dtype)
            layer.forward(x, z, p)
            x = z.copy()
            layer.activation.forward(x)
            all_z.append(z)
            all_x.append(x)
    return all_x, all_z
