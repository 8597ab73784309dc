"""Networks put together from what another tool's file holds, checked as ``weights.json`` is."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn import checks
from nn.formats import layer_config, weights
from nn.formats.weights import FORMAT, VERSION, Training
from nn.layers import Activation, Layer, Rescaling, Shape
from nn.losses import LOSSES
from nn.model import Sequential

FACTS = ("loss", "target_range", "training", "columns", "classes")
"""What the files of other tools have no place for."""

_LOSSES = {"softmax": "categorical_crossentropy", "sigmoid": "binary_crossentropy"}
"""What trains a network on, where its file does not say, by the last activation."""


def facts_of(model: Sequential, training: Training | None) -> dict[str, Any]:
    """Return what stands in another tool's file for :func:`assembled`, as JSON.

    Raises:
        ValueError: the network cannot be saved; the message says why.
    """
    outline = weights.checked_outline(model, training or Training())
    return {name: outline[name] for name in FACTS if name in outline}


def assembled(
    shape: Shape,
    inputs: Rescaling,
    layers: list[Layer],
    arrays: list[dict[str, np.ndarray]],
    dtype: str = "float32",
    facts: Any = None,
) -> tuple[Sequential, Training]:
    """Return the network of parts, and what it has been through.

    Args:
        shape: of a sample.
        inputs: how it is scaled.
        layers, arrays: without weights, and these by name.
        facts: what :func:`facts_of` returns, or anything; None where the file has none.

    Raises:
        ValueError: they do not go together, or make too large a network.
    """
    if facts is None:
        facts = {}
    if not isinstance(facts, dict):
        raise ValueError(
            f"what nn says of the network must be an object, found {checks.shown(facts)}"
        )
    if unknown := sorted(facts.keys() - set(FACTS)):
        raise ValueError(
            f"nn says {checks.shown(unknown[0])} of the network, which is not known here"
        )
    if not layers:
        layers, arrays = [Activation("linear")], [{}]
    loss = _LOSSES.get(layers[-1].activation.name, "mean_squared_error")
    assert loss in LOSSES
    content = {
        "format": FORMAT,
        "version": VERSION,
        "inputs": {
            "shape": list(shape),
            "scale": np.asarray(inputs.scale).tolist(),
            "offset": np.asarray(inputs.offset).tolist(),
        },
        "layers": [layer_config.to_json(layer) for layer in layers],
        "dtype": dtype,
        "loss": loss,
        "target_range": [0.0, 1.0],
        "training": vars(Training()),
        **facts,
    }
    return weights.of_arrays(content, arrays)
