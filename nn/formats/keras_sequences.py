"""What Keras knows of layers for sequences besides what nn's are given, and where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.layers import (
    Activation,
    BatchNormalization,
    Conv1D,
    Dense,
    Dropout,
    Embedding,
    Layer,
    LayerNormalization,
    Rescaling,
    Shape,
)
from nn.layers.recurrent import Recurrent

KINDS = (
    *("Conv1D", "Embedding", "GRU", "GlobalMaxPooling1D", "LSTM", "LayerNormalization"),
    "SimpleRNN",
)

_CELL = {"activation": "tanh", "use_bias": True}
_GATES = {**_CELL, "recurrent_activation": "sigmoid"}
FIXED: dict[str, dict[str, Any]] = {
    "Conv1D": {"use_bias": True},
    "GRU": {**_GATES, "reset_after": True},
    "LSTM": _GATES,
    "SimpleRNN": _CELL,
}
"""Arguments that nn's layers have no choice of, by class: not all tools have these defaults."""

_NEVER = {"dropout": (0,), "recurrent_dropout": (0,), "implementation": (1, 2)}
_CHOICES: dict[str, dict[str, tuple[Any, ...]]] = {
    kind: {
        **({} if kind == "Conv1D" else {**_NEVER, "unroll": (True, False)}),
        **{name: (value,) for name, value in fixed.items()},
        # Without one, it is zeros.
        "use_bias": (True, False),
    }
    for kind, fixed in FIXED.items()
}

_KEEP_MASKS = (Activation, BatchNormalization, Dense, Dropout, LayerNormalization, Rescaling)
"""Layers of which Keras passes on which steps are padding."""


def allowed(kind: str, name: str) -> tuple[Any, ...] | None:
    """Return what an argument may be that nn's layer of a class has not; None if nothing is known.

    >>> allowed("GRU", "reset_after"), allowed("Dense", "units")
    ((True,), None)
    """
    return _CHOICES.get(kind, {}).get(name)


def check_defaults(kind: str, config: dict[str, Any], title: str) -> None:
    """Raise a ValueError for what a configuration leaves out, and is then not as nn's layer is."""
    for name in FIXED.get(kind, {}):
        # These were others in older versions, and are in TensorFlow.js.
        if name in ("recurrent_activation", "reset_after") and name not in config:
            raise ValueError(f"{title} does not say its {name}")


def weight_names(layer: Layer, config: dict[str, Any]) -> list[str] | None:
    """Return the names of a layer's weights, in Keras's order; None if it is none for sequences."""
    if isinstance(layer, Embedding):
        return ["embeddings"]
    if isinstance(layer, LayerNormalization):
        own = [("gamma", "scale"), ("beta", "center")]
        return [name for name, argument in own if config.get(argument) is not False]
    bias = [] if config.get("use_bias") is False else ["bias"]
    if isinstance(layer, Conv1D):
        return ["kernel", *bias]
    return ["kernel", "recurrent_kernel", *bias] if isinstance(layer, Recurrent) else None


def whole(layer: Layer, arrays: dict[str, np.ndarray], x: Shape) -> dict[str, np.ndarray]:
    """Return a layer's weights with those that Keras's may do without, for inputs of shape ``x``.

    >>> from nn.layers import SimpleRNN
    >>> sorted(whole(SimpleRNN(2), {"kernel": np.ones((3, 2))}, (4, 3)))
    ['bias', 'kernel']
    """
    if isinstance(layer, LayerNormalization):
        return {"gamma": np.ones(x[-1:]), "beta": np.zeros(x[-1:]), **arrays}
    if isinstance(layer, Recurrent):
        return {"bias": np.zeros(layer.bias_weight().shape), **arrays}
    return {"bias": np.zeros(layer.filters), **arrays} if isinstance(layer, Conv1D) else arrays


def check_sequences(inputs: Rescaling, layers: Sequence[Layer]) -> None:
    """Raise a ValueError for layers that Keras has, too, but computes otherwise in this row.

    >>> from nn.layers import GRU
    >>> check_sequences(Rescaling(), [Embedding(3, 2, mask_zero=True), Dense(4), GRU(5)])
    """
    plain = bool(np.all(inputs.scale == 1) and np.all(inputs.offset == 0))
    masked, forgets = False, ""
    for layer in layers:
        if isinstance(layer, Embedding):
            if not plain:
                raise ValueError(
                    "Embedding rounds what comes to it, and Keras cuts it off: it must come first, "
                    "without a scaling of the inputs"
                )
            masked, forgets = layer.mask_zero, ""
        elif isinstance(layer, Recurrent) and masked and forgets:
            raise ValueError(
                f"padding is passed over after {forgets}, of which Keras forgets it: drop "
                "mask_zero, or save the network as .json or .safetensors"
            )
        plain = False
        if not isinstance(layer, (*_KEEP_MASKS, Embedding, Recurrent)):
            forgets = forgets or type(layer).__name__
