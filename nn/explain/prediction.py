"""Samples on their way through a network in prediction, and the gradients of what comes of them."""

from __future__ import annotations

import numpy as np

from nn.explain.layerwise import forward_pass, residuals
from nn.layers import Pass
from nn.network import Network


class Prediction:
    """What a network makes of samples, layer after layer, as it does when it is asked.

    Unlike :class:`~nn.explain.trace.Trace`, which trains: nothing is left out at random, and
    batch normalization uses what it has seen so far. Layers are numbered as there: ``x[i]`` is
    what layer i is given, ``z[i]`` what it makes of it before its activation, ``x[i + 1]`` after.

    Args:
        network: built; only read.
        inputs: (n, *input_shape) raw samples.

    Attributes:
        raw: these.
        x, z: as above.

    >>> from nn import Dense, Sequential
    >>> model = Sequential([Dense(2, activation="relu"), Dense(1)])
    >>> model.build(1, 0)
    >>> model.parameters = [3.0, -3.0, 0.0, 0.0, 2.0, 5.0, 1.0]
    >>> made = Prediction(model, np.array([[10.0]]))
    >>> made.z[-1].item(), made.gradients(1, np.ones((1, 1)))[0].item()
    (61.0, 6.0)
    """

    def __init__(self, network: Network, inputs: np.ndarray) -> None:
        network.check_built()
        self.network = network
        self.raw = network.rows(np.asarray(inputs))
        self._passes = [
            Pass(
                gradients={name: np.empty_like(view) for name, view in views.items()},
                residuals=residuals(network, layer, shape, len(self.raw)),
            )
            for layer, shape, views in zip(
                network.layers, network.shapes, network.gradient_views, strict=False
            )
        ]
        self.x, self.z = forward_pass(network, self.raw, self._passes)

    def gradients(self, i: int, dz: np.ndarray) -> list[np.ndarray]:
        """Return how much ``Σ dz · z[i]`` grows with every number before it.

        Args:
            i: a layer.
            dz: (n, *shape) what each number of ``z[i]`` counts.

        Returns:
            One array for each of ``x[0]`` to ``x[i]``, of its shape.
        """
        layers, found = self.network.layers, []
        dz = np.array(dz, self.network.dtype)
        with np.errstate(all="ignore"):
            for k in reversed(range(i + 1)):
                dx = np.empty_like(self.x[k])
                layers[k].backward(self.x[k], dz, dx, self._passes[k])
                found.append(dx)
                if k:
                    dz = dx.copy()
                    layers[k - 1].activation.backward(self.x[k], dz)
        return found[::-1]
