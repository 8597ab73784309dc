"""BatchNormalization: every channel with mean 0 and variance 1 over the mini-batch."""

from __future__ import annotations

import math

import numpy as np

from nn.initializers import INITIALIZERS
from nn.layers.layer import Layer, Pass, Shape, Weight


class BatchNormalization(Layer):
    """``z = gamma · (x - mean) / √(variance + epsilon) + beta`` for each channel, the last axis.

    While training, mean and variance are those of the mini-batch, over all samples and places;
    moving ones follow them, ``moving ← momentum · moving + (1 - momentum) · batch``, and take their
    place in prediction (Ioffe & Szegedy 2015, in Keras's form). A sample's output depends on its
    whole mini-batch, which is therefore never worked on in parts.

    ``gamma``, ``beta``, ``moving_mean`` and ``moving_variance`` are (channels,); the last two are
    not trained.

    Args:
        momentum: from 0 to below 1; with few updates 0.9 follows better than Keras's 0.99.
        epsilon: above 0.

    Raises:
        ValueError: an argument is not such a number.

    >>> BatchNormalization().output_shape((12, 12, 16))
    (12, 12, 16)
    """

    couples_samples = True

    gamma: np.ndarray
    beta: np.ndarray
    moving_mean: np.ndarray
    moving_variance: np.ndarray

    def __init__(self, momentum: float = 0.99, epsilon: float = 0.001) -> None:
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be from 0 to below 1, got {momentum!r:.40}")
        if not 0 < epsilon < math.inf:
            raise ValueError(f"epsilon must be above 0, got {epsilon!r:.40}")
        self.momentum, self.epsilon = float(momentum), float(epsilon)

    def weights(self, x: Shape) -> list[Weight]:
        zeros, ones, shape = INITIALIZERS["zeros"], INITIALIZERS["ones"], (x[-1],)
        return [
            Weight("gamma", shape, ones),
            Weight("beta", shape, zeros),
            Weight("moving_mean", shape, zeros, trainable=False),
            Weight("moving_variance", shape, ones, trainable=False),
        ]

    def residuals(self, x: Shape) -> dict[str, Shape]:
        # Of the whole mini-batch: only the first sample's are used.
        return {"mean": (x[-1],), "scale": (x[-1],)}

    def multiplications(self, x: Shape) -> int:
        return 2 * math.prod(x)

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        if p.training:
            axes = tuple(range(x.ndim - 1))
            mean, scale = p.residuals["mean"][0], p.residuals["scale"][0]
            np.mean(x, axis=axes, out=mean)
            np.subtract(x, mean, out=z)
            variance = np.square(z).mean(axis=axes)
            scale[...] = 1 / np.sqrt(variance + self.epsilon)
            if p.observing:
                for moving, found in (
                    (self.moving_mean, mean),
                    (self.moving_variance, variance),
                ):
                    moving *= self.momentum
                    moving += (1 - self.momentum) * found
        else:
            scale = 1 / np.sqrt(self.moving_variance + self.epsilon)
            np.subtract(x, self.moving_mean, out=z)
        z *= self.gamma * scale
        z += self.beta

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        axes = tuple(range(x.ndim - 1))
        count = x.size // x.shape[-1]
        if p.training:
            mean, scale = p.residuals["mean"][0], p.residuals["scale"][0]
        else:
            mean, scale = self.moving_mean, 1 / np.sqrt(self.moving_variance + self.epsilon)
        normalized = (x - mean) * scale
        d_gamma, d_beta = p.gradients["gamma"], p.gradients["beta"]
        np.sum(dz * normalized, axis=axes, out=d_gamma)
        np.sum(dz, axis=axes, out=d_beta)
        if dx is None:
            return
        dx[...] = dz
        if p.training:
            # A sample moves the mean and the spread of its mini-batch too.
            dx -= d_beta / count + normalized * (d_gamma / count)
        dx *= self.gamma * scale
