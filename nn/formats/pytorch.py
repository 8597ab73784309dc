"""PyTorch: a program that rebuilds the network with ``torch.nn``, and its weights beside it.

The weights are a state_dict in safetensors, with PyTorch's names and shapes: the program loads them
with ``load_state_dict``. What it has trained further and written with its ``save`` is read here
again: the architecture stays in the file's metadata.

Inputs and outputs are as here, raw and channels last. :mod:`nn.formats.pytorch_program` writes the
program. https://pytorch.org/docs/stable/nn.html

>>> from nn import Dense
>>> model = Sequential([Dense(1)])
>>> model.build(2, rng=1)
>>> again, training = safetensors.loads(beside(model))
>>> bool((again.parameters == model.parameters).all())
True
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from nn import checks
from nn.formats import (
    pytorch_attention,
    pytorch_program,
    pytorch_sequences,
    safetensors,
    weights,
    zipped,
)
from nn.formats.keras import Paths
from nn.formats.weights import MAX_BYTES, Training
from nn.layers import Layer
from nn.layers.recurrent import Recurrent
from nn.model import Sequential

BESIDE = ".torch.safetensors"
"""How the name of the file with the weights ends, where the program's ends with .py."""

_NAMES = {
    "kernel": "weight",
    "embeddings": "weight",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}
"""What PyTorch calls weights, where it has other names."""

_COUNT = "num_batches_tracked"
"""What a normalisation of PyTorch keeps besides; it means nothing where momentum is fixed."""

_AXES = {
    ("Conv1D", "kernel"): (2, 1, 0),
    ("Conv2D", "kernel"): (3, 2, 0, 1),
    ("Dense", "kernel"): (1, 0),
}
"""The order in which PyTorch has the axes of a weight."""


def dumps(model: Sequential, training: Training | None = None) -> str:
    """Return the program of a network.

    Raises:
        ValueError: it cannot be saved, or PyTorch has no such layer; the message has its name.
    """
    weights.checked_outline(model, training or Training())
    return pytorch_program.program(model, names_of(model.layers), BESIDE)


def beside(model: Sequential, training: Training | None = None) -> bytes:
    """Return the bytes of the file with the weights; raises as :func:`dumps` does."""
    outline = weights.checked_outline(model, training or Training())
    arrays = dict(pytorch_program.constants(model))
    triples = zip(model.layers, names_of(model.layers), model.shapes, strict=False)
    for layer, name, shape in triples:
        kind = type(layer).__name__
        if isinstance(layer, Recurrent):
            state = pytorch_sequences.to_state(layer)
            arrays |= {f"{name}.{key}": array for key, array in state.items()}
            continue
        if isinstance(layer, pytorch_attention.KINDS):
            for key, one in pytorch_attention.names(layer, name, shape):
                arrays[key] = pytorch_attention.to_torch(layer.views[one.name], one)
            continue
        for weight, view in layer.views.items():
            axes = _AXES.get((kind, weight))
            array = view if axes is None else view.transpose(axes)
            arrays[f"{name}.{_NAMES.get(weight, weight)}"] = array
        if kind == "BatchNormalization":
            arrays[f"{name}.{_COUNT}"] = np.array(0, np.int64)
    metadata = {safetensors.OUTLINE: json.dumps(outline), safetensors.LAYOUT: "torch"}
    return safetensors.written(metadata, arrays)


def names_of(layers: list[Layer]) -> list[str]:
    """Return what the layers are called in the program."""
    paths = Paths()
    return [paths.next(type(layer).__name__) for layer in layers]


# ---- in ----------------------------------------------------------------------------------------


def loads(data: bytes) -> tuple[Sequential, Training]:
    """Return the network of an archive with the program and its weights.

    Raises:
        ValueError: there are no weights in it, or anything in them is not as it should be.
    """
    if not data.startswith(b"PK"):
        raise ValueError(f"this is a program for PyTorch: open its weights, ...{BESIDE}, instead")
    for name, content in zipped.unpack(data, None, 2 * MAX_BYTES).items():
        if name.endswith(BESIDE):
            return safetensors.loads(content)
    raise ValueError(f"the archive has no file ...{BESIDE} with weights")


def of_state(outline: dict[str, Any], state: dict[str, np.ndarray]) -> tuple[Sequential, Training]:
    """Return the network of an architecture and a state_dict.

    Raises:
        ValueError: they do not go together, or anything in them is not as it should be.
    """
    model, shapes = weights.of_outline(outline)
    left = {name: array for name, array in state.items() if not name.endswith(f".{_COUNT}")}
    for name in dict(pytorch_program.constants(model)):
        left.pop(name, None)
    arrays: list[dict[str, np.ndarray]] = []
    for layer, name, shape in zip(model.layers, names_of(model.layers), shapes, strict=False):
        own = {}
        if isinstance(layer, Recurrent):
            keys = [f"{name}.{key}" for key in pytorch_sequences.NAMES]
            if missing := [key for key in keys if key not in left]:
                raise ValueError(f"the tensor {checks.shown(missing[0])} is missing")
            given = [left.pop(key) for key in keys]
            arrays.append(pytorch_sequences.of_state(layer, shape, given))
            continue
        if isinstance(layer, pytorch_attention.KINDS):
            for key, weight in pytorch_attention.names(layer, name, shape):
                if key not in left:
                    raise ValueError(f"the tensor {checks.shown(key)} is missing")
                own[weight.name] = pytorch_attention.of_torch(left.pop(key), weight, key)
            arrays.append(own)
            continue
        for weight in layer.weights(shape):
            key = f"{name}.{_NAMES.get(weight.name, weight.name)}"
            if key not in left:
                raise ValueError(f"the tensor {checks.shown(key)} is missing")
            array = left.pop(key)
            axes = _AXES.get((type(layer).__name__, weight.name))
            if axes is not None:
                if array.ndim != len(axes):
                    raise ValueError(f"the tensor {checks.shown(key)} has {array.ndim} axes")
                array = array.transpose(np.argsort(axes))
            own[weight.name] = array
        arrays.append(own)
    if left:
        raise ValueError(f"the tensor {checks.shown(min(left))} belongs to no layer")
    return weights.of_arrays(outline, arrays)
