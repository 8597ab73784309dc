"""Keras 3: ``.keras``, a zip archive with the architecture as JSON and the weights as HDF5.

``config.json`` has the layers, ``model.weights.h5`` the arrays of each, and ``metadata.json`` which
version of Keras wrote it; there stands, too, what Keras has no place for, such as the names of
columns. The scaling of raw inputs is a Rescaling, the first layer.
https://keras.io/api/models/model_saving_apis/model_saving_and_loading

Sequential networks are read, of layers that nn has. A Normalization becomes a Rescaling.
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np

from nn import checks
from nn.formats import hdf5, zipped
from nn.formats.assembled import assembled, facts_of
from nn.formats.keras_config import Part, read_layer, to_config
from nn.formats.keras_sequences import check_sequences
from nn.formats.weights import MAX_BYTES, MAX_LAYERS, MAX_PARAMETERS, Training
from nn.layers import Layer, Rescaling, Shape
from nn.layers.recurrent import Recurrent
from nn.losses import ALIASES, LOSSES
from nn.model import Sequential

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
FACTS = "nn"
_VERSION = "3.0.0"
"""Of the format: later versions read it."""


def dumps(model: Sequential, training: Training | None = None) -> bytes:
    """Return the bytes of a file with a network.

    Raises:
        ValueError: the network cannot be saved; the message says why.

    >>> from nn import Dense
    >>> model = Sequential([Dense(1)])
    >>> model.build(2, rng=1)
    >>> loads(dumps(model))[0].layers[0].units
    1
    """
    facts = facts_of(model, training)
    check_sequences(model.inputs, model.layers)
    layers = all_layers(model)
    paths = Paths()
    names = [paths.next(type(layer).__name__) for layer in layers]
    groups = {}
    for name, layer in zip(names, layers, strict=True):
        arrays = {str(i): view for i, view in enumerate(layer.views.values())}
        groups[f"layers/{name}/{_place(layer)}"] = arrays
    config = sequential(model, [to_config(*pair) for pair in zip(layers, names, strict=True)])
    members = {
        METADATA: json.dumps({"keras_version": _VERSION, FACTS: facts}).encode(),
        CONFIG: json.dumps(config).encode(),
        WEIGHTS: hdf5.dumps(groups),
    }
    return zipped.pack(members)


def _place(layer: Layer) -> str:
    """Return in which group of a layer's its weights are: those of a recurrent one are its cell's.

    >>> _place(Rescaling())
    'vars'
    """
    return "cell/vars" if isinstance(layer, Recurrent) else "vars"


def all_layers(model: Sequential) -> list[Layer]:
    """Return the layers of a network, after one that scales its inputs if that is done."""
    scaling = model.inputs
    nothing = np.ndim(scaling.scale) == np.ndim(scaling.offset) == 0 and (
        (scaling.scale, scaling.offset) == (1, 0)
    )
    return list(model.layers) if nothing else [scaling, *model.layers]


def sequential(model: Sequential, layers: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the configuration of a network, of those of its layers."""
    policy = {"module": "keras", "class_name": "DTypePolicy", "registered_name": None}
    dtype = {**policy, "config": {"name": model.dtype.name}}
    shape = [None, *model.input_shape]
    start = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"batch_shape": shape, "dtype": model.dtype.name, "name": "input_layer"},
        "registered_name": None,
    }
    for layer in layers:
        layer["config"]["dtype"] = dtype
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {
            "name": "sequential",
            "trainable": True,
            "dtype": dtype,
            "layers": [start, *layers],
            "build_input_shape": shape,
        },
        "registered_name": None,
        "build_config": {"input_shape": shape},
    }


class Paths:
    """Names for layers as Keras has them: dense, dense_1 and so on, counted for each class.

    >>> paths = Paths()
    >>> [paths.next(kind) for kind in ("MaxPooling2D", "ReLU", "MaxPooling2D")]
    ['max_pooling2d', 're_lu', 'max_pooling2d_1']
    """

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def next(self, kind: str) -> str:
        """Return the name of the next layer of a class."""
        name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", kind)
        name = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
        count = self._seen[name] = self._seen.get(name, -1) + 1
        return f"{name}_{count}" if count else name


# ---- in ----------------------------------------------------------------------------------------


def loads(data: bytes) -> tuple[Sequential, Training]:
    """Return the network of a file, and what it has been through, where nn wrote it.

    Raises:
        ValueError: the file is not one, or has what no layer of nn does.
    """
    members = zipped.unpack(data, [CONFIG, METADATA, WEIGHTS], 2 * MAX_BYTES)
    for name in (CONFIG, WEIGHTS):
        if name not in members:
            raise ValueError(f"{name} is missing in the file of Keras")
    config = parsed(members[CONFIG], CONFIG)
    metadata = parsed(members.get(METADATA, b"{}"), METADATA)
    shape, parts, dtype = read_config(config)
    reader = hdf5.Reader(members[WEIGHTS], 2 * MAX_PARAMETERS)
    paths = Paths()
    arrays = []
    for part in parts:
        group = f"layers/{paths.next(part.kind)}/{_place(part.layer)}"
        found = reader.arrays(group, len(part.names) + 1)
        if len(found) != len(part.names):
            raise ValueError(
                f"{part.title} has {len(found)} arrays in the file, expected {len(part.names)}"
            )
        arrays.append(dict(zip(part.names, found, strict=True)))
    facts = metadata.get(FACTS)
    if facts is None:
        facts = loss_of(config.get("compile_config"), parts)
    return put_together(shape, parts, arrays, dtype, facts)


def parsed(data: bytes, name: str) -> dict[str, Any]:
    """Return the object of a file of JSON within another.

    Raises:
        ValueError: it is none; the message has the file's name.
    """
    try:
        content = checks.parse_json(data, "weights")
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    if not isinstance(content, dict):
        raise ValueError(f"{name} must be an object")
    return content


def read_config(config: dict[str, Any], nested: bool = False) -> tuple[Shape, list[Part], str]:
    """Return the shape of a sample, the layers and the dtype of a Sequential model.

    Args:
        config: class and configuration of the model.
        nested: whether its layers may be Sequential models themselves, whose layers count then.

    Raises:
        ValueError: it is none, or has a layer that nn has not.
    """
    kind = config.get("class_name")
    if kind != "Sequential":
        raise ValueError(f"the model is of class {checks.shown(kind)}; nn has Sequential only")
    inner, entries = _layers_of(config)
    while nested and len(entries) <= MAX_LAYERS + 2:
        inside = [place for place, entry in enumerate(entries) if _kind(entry) == "Sequential"]
        if not inside:
            break
        place = inside[0]
        _, layers = _layers_of(entries[place])
        begins = place > 0 and _kind(layers[0]) == "InputLayer"
        entries = [*entries[:place], *layers[begins:], *entries[place + 1 :]]
    if len(entries) > MAX_LAYERS + 2:
        raise ValueError(f"there are {len(entries):,} layers; up to {MAX_LAYERS} can be loaded")
    configs = [entry.get("config") for entry in entries if isinstance(entry, dict)]
    known = [each for each in configs if isinstance(each, dict)]
    double = any(_policy(each.get("dtype")) == "float64" for each in known)
    first = known[0] if known else {}
    shapes = [
        first.get("batch_shape"),
        first.get("batch_input_shape"),
        inner.get("build_input_shape"),
    ]
    shape = next((each for each in shapes if each is not None), None)
    if not isinstance(shape, list) or not 2 <= len(shape) <= 9:
        raise ValueError("the model does not say the shape of its inputs")
    sample = tuple(checks.count(size, "the shape of the inputs") for size in shape[1:])
    begin = _kind(entries[0]) == "InputLayer"
    parts = [read_layer(entry, number) for number, entry in enumerate(entries[begin:], start=1)]
    return sample, parts, "float64" if double else "float32"


def _layers_of(config: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    """Return the configuration of a Sequential model, and its layers."""
    inner = config.get("config")
    # Until Keras 2.2 the configuration was the list of layers.
    inner = {"layers": inner} if isinstance(inner, list) else inner
    entries = inner.get("layers") if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or not isinstance(entries, list) or not entries:
        raise ValueError("the configuration of the model has no layers")
    return inner, entries


def _kind(entry: Any) -> Any:
    return entry.get("class_name") if isinstance(entry, dict) else None


def _policy(dtype: Any) -> Any:
    if isinstance(dtype, dict) and isinstance(dtype.get("config"), dict):
        return dtype["config"].get("name")
    return dtype


def put_together(
    shape: Shape, parts: list[Part], arrays: list[dict[str, np.ndarray]], dtype: str, facts: Any
) -> tuple[Sequential, Training]:
    """Return the network of layers and their weights; raises as :func:`loads` does."""
    x = shape
    weights = []
    for part, given in zip(parts, arrays, strict=True):
        part.check(x)
        weights.append(part.finished(given, x))
        try:
            x = part.layer.output_shape(x)
        except ValueError as error:
            raise ValueError(f"{part.title}: {error}") from None
    layers = [part.layer for part in parts]
    inputs = Rescaling()
    if layers and isinstance(layers[0], Rescaling):
        inputs, layers, weights = layers[0], layers[1:], weights[1:]
    check_sequences(inputs, layers)
    return assembled(shape, inputs, layers, weights, dtype, facts)


def loss_of(compiled: Any, parts: list[Part]) -> dict[str, Any] | None:
    """Return the loss that a model was compiled with, where nn has it."""
    loss = compiled.get("loss") if isinstance(compiled, dict) else None
    if isinstance(loss, dict):
        loss = loss.get("class_name")
    if not isinstance(loss, str) or not parts:
        return None
    name = re.sub(r"(?<=[a-z])([A-Z])", r"_\1", loss[:100]).lower().removeprefix("sparse_")
    known = LOSSES.get(ALIASES.get(name, name))
    if known is None or known.output_activation not in (None, parts[-1].layer.activation.name):
        return None
    return {"loss": known.name}
