"""``weights.json``: a network as text, out and in.

One JSON object::

    {"format": "nn-weights", "version": 2,
     "inputs": {"shape": [28, 28, 1], "scale": 0.003921568627450980, "offset": 0.0},
     "layers": [{"class": "Conv2D", "config": {"filters": 16, "kernel_size": [5, 5], ...}}, ...],
     "loss": "categorical_crossentropy", "target_range": [0.0, 1.0], "dtype": "float32",
     "training": {"epochs": 5, "samples": 300000, "test_accuracy": 0.9714, "settings": {...}},
     "columns": {"inputs": [{"name": "r", "kind": "number", ...}, ...],
                 "outputs": [{"name": "label", "classes": ["red-ish", ...], ...}]},
     "weights": [{"kernel": [[[[...], ...], ...], ...], "bias": [...]}, {}, ...],
     "wih": [[...], ...], "who": [[...], ...]}

``config`` has all arguments of the layer's class; ``weights`` all of the layer's arrays, those that
are not trained too, as nested lists, or, of a larger network, as ``{"base64": "...", "shape":
[...]}`` with the row-major little-endian bytes of its dtype.

``classes``, a list of texts, names the outputs of a network for pictures, where they are called
anything but 0, 1, 2 and so on.

``columns`` says what inputs and outputs stand for, where they have names, as
:mod:`nn.data.columns` has them.

``wih`` (hidden, inputs) and ``who`` (outputs, hidden) repeat the kernels, transposed, of a network
of two Dense layers without biases. A file with these two keys alone, as a well-known tutorial
application writes, is read as that application's network; files of version 1 are read too.

A file comes from anywhere, so nothing in it is believed before it is checked, and a network is only
made once all of it has been. What :func:`dumps` writes has passed the same checks.

>>> from nn import Dense, weights
>>> model = Sequential([Dense(1)])
>>> model.build(2, rng=1)
>>> again, training = weights.loads(weights.dumps(model))
>>> training.epochs
0
"""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np

from nn import checks, losses
from nn.formats import columns_json, layer_config, weights_reader
from nn.formats.other_tools import refuse_other_tools, tool_of_json
from nn.formats.weights_reader import (
    FORMAT,
    MAX_BYTES,
    MAX_LAYERS,
    MAX_PARAMETERS,
    VERSION,
    Training,
    tutorial_kernels,
)
from nn.formats.weights_upgrade import (
    TUTORIAL_INPUTS,
    TUTORIAL_TARGETS,
    from_tutorial,
    from_version_1,
)
from nn.layers import Rescaling, Shape
from nn.model import Sequential
from nn.network import shapes_of

__all__ = [
    "FORMAT",
    "MAX_BYTES",
    "MAX_LAYERS",
    "MAX_PARAMETERS",
    "TUTORIAL_INPUTS",
    "TUTORIAL_TARGETS",
    "VERSION",
    "Training",
    "checked_outline",
    "dumps",
    "loads",
    "of_arrays",
    "outline",
]

_LISTED_PARAMETERS = 80_000
"""Networks with more than these are written in base64: as lists they grow past 1 MB."""

_TUTORIAL_PARAMETERS = 500_000
"""Networks with more than these do without ``wih`` and ``who``, which can only be lists."""


def dumps(model: Sequential, training: Training | None = None) -> str:
    """Return the text of a weights file.

    Raises:
        ValueError: a weight is not finite, as after training with too high a learning rate; there
            are no weights yet; or the network has a part that :func:`loads` could not read back.

    >>> from nn import Dense
    >>> model = Sequential([Dense(1)])
    >>> model.build(2, rng=1)
    >>> loads(dumps(model))[0].layers[0].units
    1
    """
    content = checked_outline(model, training or Training())
    listed = model.parameters.size <= _LISTED_PARAMETERS
    write = _listed if listed else _base64
    members = {key: json.dumps(value) for key, value in content.items()}
    members["weights"] = "[" + ",\n".join(_weights(layer.views, write) for layer in model.layers)
    members["weights"] += "]"
    if model.parameters.size <= _TUTORIAL_PARAMETERS:
        members |= {name: _listed(kernel) for name, kernel in tutorial_kernels(model).items()}
    text = "{" + ",\n".join(f'"{key}": {value}' for key, value in members.items()) + "}\n"
    if len(text) > MAX_BYTES:
        raise ValueError(f"the network cannot be saved: its file would have {_size(len(text))}")
    try:
        checks.refuse_hostile_json(text.encode())
    except ValueError as error:
        raise ValueError(f"the network cannot be saved: {error}") from None
    return text


def checked_outline(model: Sequential, training: Training) -> dict[str, Any]:
    """Return what :func:`outline` does, of a network that can be read back: for any format.

    Raises:
        ValueError: a weight is not finite, there are none yet, or a part of the network is not one
            that :func:`nn.formats.weights_reader.outline` would take.
    """
    if not model.shapes:
        raise ValueError("the network has no weights yet, so there is nothing to save")
    if not (np.isfinite(model.parameters).all() and np.isfinite(model.state).all()):
        raise ValueError("the weights are NaN or infinite, so there is nothing to save")
    content = outline(model, training)
    try:
        # What the reader would refuse is not written.
        parsed = checks.parse_json(json.dumps(content).encode(), "weights")
        twin, _ = weights_reader.outline({**parsed, "weights": []})
    except ValueError as error:
        raise ValueError(f"the network cannot be saved: {error}") from None
    _check_shapes(model, twin)
    return content


def outline(model: Sequential, training: Training) -> dict[str, Any]:
    """Return all but the weights, for :func:`nn.formats.weights_reader.outline`.

    Raises:
        ValueError: a part of the network is not one of nn's own.
    """
    if type(model.inputs) is not Rescaling:
        raise ValueError(f"inputs are a {type(model.inputs).__name__}, which no file can hold")
    if not losses.is_own(model.loss):
        raise ValueError(f"{type(model.loss).__name__} is not a loss of nn, so no file can hold it")
    content = {
        "format": FORMAT,
        "version": VERSION,
        "inputs": {
            "shape": list(model.input_shape),
            "scale": np.asarray(model.inputs.scale).tolist(),
            "offset": np.asarray(model.inputs.offset).tolist(),
        },
        "layers": [layer_config.to_json(layer) for layer in model.layers],
        "loss": model.loss.name,
        "target_range": [float(value) for value in model.target_range],
        "dtype": model.dtype.name,
        "training": {key: _plain(value) for key, value in vars(training).items()},
    }
    if model.classes:
        content["classes"] = list(model.classes)
    if model.columns:
        content["columns"] = columns_json.to_json(model.columns)
    return content


def _plain(value: Any) -> Any:
    """Return a number of NumPy's, which JSON does not know, as one of Python's."""
    return value.item() if isinstance(value, np.generic) else value


def _check_shapes(model: Sequential, twin: Sequential) -> None:
    """Raise a ValueError unless ``twin``, made of the outline, has weights of the same shapes."""
    for number, (layer, again, shape) in enumerate(
        zip(model.layers, twin.layers, model.shapes, strict=False), start=1
    ):
        wanted = {weight.name: weight.shape for weight in again.weights(shape)}
        if {name: view.shape for name, view in layer.views.items()} != wanted:
            raise ValueError(
                f"the network cannot be saved: layer {number}, {type(layer).__name__}, was changed "
                "after its weights had been made, and they no longer fit it"
            )


def _weights(views: dict[str, np.ndarray], write: Any) -> str:
    return "{" + ", ".join(f'"{name}": {write(array)}' for name, array in views.items()) + "}"


def _listed(array: np.ndarray) -> str:
    if array.ndim > 1:
        return "[" + ",\n".join(_listed(row) for row in array) + "]"
    # What it takes to give every value back exactly; "-0" would be read as a whole number, 0.
    digits = 17 if array.dtype == np.float64 else 9
    texts = [f"{value:.{digits}g}" for value in array.tolist()]
    return "[" + ",".join(["-0.0" if text == "-0" else text for text in texts]) + "]"


def _base64(array: np.ndarray) -> str:
    little_endian = array.astype(array.dtype.newbyteorder("<"))
    text = base64.b64encode(little_endian.tobytes()).decode()
    return json.dumps({"base64": text, "shape": list(array.shape)})


def loads(data: bytes | bytearray | memoryview | str) -> tuple[Sequential, Training]:
    """Return the network of a weights file, and what it has been through.

    Raises:
        ValueError: the file is not one, or anything in it is not as it should be.

    >>> model, training = loads('{"wih": [[0.5, -0.5]], "who": [[1], [2]]}')
    >>> model.widths, training.epochs
    ([2, 1, 2], 0)
    """
    if isinstance(data, str):
        # A text that is no Unicode is refused as other bytes that are not UTF-8.
        data = data.encode("utf-8", "surrogatepass")
    size = memoryview(data).nbytes
    if size > MAX_BYTES:
        raise ValueError(
            f"the file has {_size(size)}; weights of up to {_size(MAX_BYTES)} can be loaded"
        )
    refuse_other_tools(bytes(data))
    content = checks.parse_json(bytes(data), "weights")
    if not isinstance(content, dict):
        raise ValueError("the file is JSON, but not weights: expected one object")
    return weights_reader.read(_current(content))


def of_arrays(content: Any, arrays: list[dict[str, np.ndarray]]) -> tuple[Sequential, Training]:
    """Return the network of an outline and of weights that are arrays already: for other formats.

    Args:
        content: what :func:`outline` returns, or anything.
        arrays: of each layer, by the name of the weight.

    Raises:
        ValueError: anything in them is not as it should be.
    """
    if not isinstance(content, dict):
        raise ValueError("the outline of the network must be an object")
    return weights_reader.read({**_current(content), "weights": arrays})


def of_outline(content: Any) -> tuple[Sequential, list[Shape]]:
    """Return the network of an outline, without weights, and the shapes from input to output.

    Raises:
        ValueError: anything in it is not as it should be.
    """
    if not isinstance(content, dict):
        raise ValueError("the outline of the network must be an object")
    current = {**_current(content), "weights": []}
    model, _ = weights_reader.outline(current)
    return model, shapes_of(model.layers, tuple(current["inputs"]["shape"]))


def _current(content: dict[str, Any]) -> dict[str, Any]:
    """Return a file's content as version 2 has it."""
    if "format" not in content and "wih" in content and "who" in content:
        return from_tutorial(content)
    if content.get("format") != FORMAT and (tool := tool_of_json(content)):
        raise ValueError(f"this is {tool}, which cannot be loaded here")
    if content.get("format") != FORMAT:
        raise ValueError(f'the file is JSON, but not weights: expected "format": "{FORMAT}"')
    version = content.get("version")
    if type(version) is not int or version < 1:
        raise ValueError(f"version must be a whole number from 1, found {checks.shown(version)}")
    if version > VERSION:
        raise ValueError(
            f"the file has version {checks.shown(version)}; the newest known here is {VERSION}"
        )
    return from_version_1(content) if version == 1 else content


def _size(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"
