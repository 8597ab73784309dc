"""MultiHeadAttention: every step looks at the others, or at those before it."""

from __future__ import annotations

import math

import numpy as np

from nn.activations import ACTIVATIONS
from nn.initializers import INITIALIZERS
from nn.layers.layer import Layer, Pass, Shape, Weight, checked_count, checked_sequence

SOFTMAX = ACTIVATIONS["softmax"]
HIDDEN = -1e9
"""A score that softmax makes 0: that of a step still to come."""


class MultiHeadAttention(Layer):
    """Self-attention with several heads (Vaswani et al. 2017), in Keras's form.

    Each head makes a query q, a key k and a value v of each step, looks at the steps whose keys are
    most like its query, and takes the mean of their values, weighted by that::

        q, k, v = x · query_kernel + query_bias, ...        (steps, key_dim) a head
        a = softmax(q · kᵀ / √key_dim)                      (steps, steps): where each step looks
        z = Σ over heads of (a · v) · output_kernel, + output_bias

    ``query_kernel``, ``key_kernel`` and ``value_kernel`` are (features, num_heads, key_dim), their
    biases (num_heads, key_dim), ``output_kernel`` (num_heads, key_dim, features) and
    ``output_bias`` (features,).

    Args:
        num_heads: how many there are.
        key_dim: numbers in a query, a key and a value.
        causal: whether a step sees only itself and those before, as it must where the next one is
            to be told.

    Raises:
        ValueError: a size is not a positive whole number.

    >>> MultiHeadAttention(4, 16).output_shape((64, 32))
    (64, 32)
    """

    query_kernel: np.ndarray
    query_bias: np.ndarray
    key_kernel: np.ndarray
    key_bias: np.ndarray
    value_kernel: np.ndarray
    value_bias: np.ndarray
    output_kernel: np.ndarray
    output_bias: np.ndarray

    def __init__(self, num_heads: int, key_dim: int, causal: bool = True) -> None:
        self.num_heads = checked_count("num_heads", num_heads)
        self.key_dim = checked_count("key_dim", key_dim)
        self.causal = bool(causal)
        self.couples_steps = not self.causal

    @property
    def width(self) -> int:
        """Numbers in the queries of all heads."""
        return self.num_heads * self.key_dim

    def output_shape(self, x: Shape) -> Shape:
        return checked_sequence(x)

    def weights(self, x: Shape) -> list[Weight]:
        heads, features = (self.num_heads, self.key_dim), x[1]
        drawn, zeros = INITIALIZERS["glorot_uniform"], INITIALIZERS["zeros"]
        found = []
        for name in _PROJECTED:
            found += [
                Weight(f"{name}_kernel", (features, *heads), drawn),
                Weight(f"{name}_bias", heads, zeros),
            ]
        return [
            *found,
            Weight("output_kernel", (*heads, features), drawn),
            Weight("output_bias", (features,), zeros),
        ]

    def residuals(self, x: Shape) -> dict[str, Shape]:
        rows = dict.fromkeys((*_PROJECTED, "context"), (x[0], self.width))
        return {**rows, "attention": (self.num_heads, x[0], x[0])}

    def multiplications(self, x: Shape) -> int:
        steps, features = x
        return 4 * steps * features * self.width + 2 * steps * steps * self.width

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        for name in _PROJECTED:
            self.project(x, name, p.residuals[name], p)
        v, context = (self.heads(p.residuals[name]) for name in ("value", "context"))
        a = p.residuals["attention"]
        self.scores(a, p)
        SOFTMAX.forward(a)
        context[...] = p.matmul(a, v)
        kernel = self.output_kernel.reshape(self.width, -1)
        z[...] = p.matmul(p.residuals["context"], kernel)
        z += self.output_bias

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        features = x.shape[-1]
        rows = dz.reshape(-1, features)
        context = p.residuals["context"].reshape(len(rows), -1)
        p.gradients["output_kernel"][...] = p.matmul(context.T, rows).reshape(
            self.output_kernel.shape
        )
        np.add.reduce(rows, axis=0, out=p.gradients["output_bias"])
        if dx is not None:
            dx[...] = 0
        x_rows = x.reshape(-1, features)
        for name, gradient in self.rows_backward(dz, p).items():
            flat = gradient.reshape(len(rows), self.width)
            kernel = p.gradients[f"{name}_kernel"]
            kernel[...] = p.matmul(x_rows.T, flat).reshape(kernel.shape)
            bias = p.gradients[f"{name}_bias"]
            bias[...] = flat.sum(axis=0).reshape(bias.shape)
            if dx is not None:
                weights = self.views[f"{name}_kernel"].reshape(features, -1)
                dx += p.matmul(flat, weights.T).reshape(x.shape)

    def step(self, x: np.ndarray, memory: dict[str, np.ndarray]) -> np.ndarray:
        if self.couples_steps:
            raise ValueError("attention that sees what is to come cannot go step by step")
        p = Pass()
        made = {name: np.empty((len(x), 1, self.width), x.dtype) for name in _PROJECTED}
        for name, rows in made.items():
            self.project(x[:, np.newaxis], name, rows, p)
        for name in ("key", "value"):
            before = memory.get(name, made[name][:, :0])
            memory[name] = np.concatenate([before, made[name]], axis=1)
        q, k, v = (self.heads(rows) for rows in (made["query"], memory["key"], memory["value"]))
        a = q @ k.swapaxes(-1, -2) / np.asarray(math.sqrt(self.key_dim), x.dtype)
        SOFTMAX.forward(a)
        memory["attention"] = a[:, :, 0]
        context = (a @ v).swapaxes(1, 2).reshape(len(x), self.width)
        z: np.ndarray = context @ self.output_kernel.reshape(self.width, -1) + self.output_bias
        return z

    def scores(self, out: np.ndarray, p: Pass) -> None:
        """Write q · kᵀ / √key_dim of each head into ``out``, as the residual "attention".

        Args:
            p: has the residuals "query" and "key".
        """
        q, k = (self.heads(p.residuals[name]) for name in ("query", "key"))
        out[...] = p.matmul(q, k.swapaxes(-1, -2))
        out *= 1 / math.sqrt(self.key_dim)
        if self.causal:
            later = np.triu(np.ones(out.shape[-2:], bool), 1)
            out[..., later] = HIDDEN

    def shares_backward(self, dz: np.ndarray, p: Pass) -> tuple[np.ndarray, np.ndarray]:
        """Return ∂L/∂context, (n, heads, steps, key_dim), and ∂L/∂a of the shares ``a``.

        Args:
            p: has the residual "value".
        """
        d_context = self.heads(p.matmul(dz, self.output_kernel.reshape(self.width, -1).T))
        v = self.heads(p.residuals["value"])
        return d_context, p.matmul(d_context, v.swapaxes(-1, -2))

    def rows_backward(self, dz: np.ndarray, p: Pass) -> dict[str, np.ndarray]:
        """Return ∂L/∂query, ∂L/∂key and ∂L/∂value, each (n, steps, width).

        Args:
            p: has the residuals.
        """
        q, k = (self.heads(p.residuals[name]) for name in ("query", "key"))
        a = p.residuals["attention"]
        d_context, da = self.shares_backward(dz, p)
        SOFTMAX.backward(a, da)
        da *= 1 / math.sqrt(self.key_dim)
        found = {
            "query": p.matmul(da, k),
            "key": p.matmul(da.swapaxes(-1, -2), q),
            "value": p.matmul(a.swapaxes(-1, -2), d_context),
        }
        return {name: d.swapaxes(1, 2).reshape(*dz.shape[:2], -1) for name, d in found.items()}

    def project(self, x: np.ndarray, name: str, out: np.ndarray, p: Pass) -> None:
        """Write the queries, keys or values of all heads into ``out``, (n, steps, width)."""
        kernel, bias = self.views[f"{name}_kernel"], self.views[f"{name}_bias"]
        out[...] = p.matmul(x, kernel.reshape(len(kernel), -1))
        out += bias.ravel()

    def heads(self, rows: np.ndarray) -> np.ndarray:
        """Return (n, steps, heads · key_dim) as (n, heads, steps, key_dim), a view."""
        return rows.reshape(*rows.shape[:2], self.num_heads, self.key_dim).swapaxes(1, 2)


_PROJECTED = ("query", "key", "value")
