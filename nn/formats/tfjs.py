"""TensorFlow.js layers models: ``model.json`` and the weights in files of bytes, in a zip archive.

``modelTopology`` has the layers, as Keras 2 wrote them; ``weightsManifest`` which arrays lie in
which files, one after another; ``userDefinedMetadata`` what TensorFlow.js has no place for, such as
the names of columns. TensorFlow.js computes in float32, so that is what weights are written in.
https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts

To use a model, unpack the archive beside the page: ``await tf.loadLayersModel("model.json")``.

>>> from nn import Dense
>>> model = Sequential([Dense(1, "leaky_relu")])
>>> model.build(2, rng=1)
>>> again, training = loads(dumps(model))
>>> bool((again.parameters == model.parameters).all()), again.layers[0].activation.name
(True, 'leaky_relu')
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from nn import checks
from nn.formats import zipped
from nn.formats.assembled import facts_of
from nn.formats.keras import (
    Paths,
    all_layers,
    loss_of,
    parsed,
    put_together,
    read_config,
)
from nn.formats.keras_config import Part, to_config
from nn.formats.keras_sequences import check_sequences
from nn.formats.recognition import is_tfjs_alone
from nn.formats.tfjs_names import BESIDE, beside
from nn.formats.weights import MAX_BYTES, MAX_PARAMETERS, Training
from nn.layers import GRU, Activation, Conv1D, Conv2D, Dense, Flatten
from nn.layers.recurrent import Recurrent
from nn.model import Sequential

MODEL, WEIGHTS = "model.json", "model.weights.bin"
FACTS = "nn"

_DTYPES: dict[str, np.dtype[Any]] = {
    "float32": np.dtype("<f4"),
    "int32": np.dtype("<i4"),
    "float16": np.dtype("<f2"),
    "uint16": np.dtype("<u2"),
    "uint8": np.dtype("u1"),
}


# ---- out ---------------------------------------------------------------------------------------


def dumps(model: Sequential, training: Training | None = None) -> bytes:
    """Return the bytes of an archive with a network.

    Raises:
        ValueError: the network cannot be saved; the message says why.
    """
    facts = facts_of(model, training)
    layers, arrays = _layers(model)
    shape = [None, *model.input_shape]
    start = {"batch_input_shape": shape, "dtype": "float32", "name": "input", "sparse": False}
    topology = {
        "class_name": "Sequential",
        "config": {
            "name": "sequential",
            "layers": [{"class_name": "InputLayer", "config": start}, *layers],
        },
        "keras_version": "2.15.0",
        "backend": "tensorflow",
    }
    entries = [
        {"name": name, "shape": list(array.shape), "dtype": "float32"}
        for name, array in arrays.items()
    ]
    content = {
        "format": "layers-model",
        "generatedBy": "nn",
        "convertedBy": None,
        "modelTopology": topology,
        "weightsManifest": [{"paths": [WEIGHTS], "weights": entries}],
        "userDefinedMetadata": {FACTS: facts},
    }
    raw = b"".join(array.astype("<f4").tobytes() for array in arrays.values())
    return zipped.pack({MODEL: json.dumps(content).encode(), WEIGHTS: raw})


def _layers(model: Sequential) -> tuple[list[dict[str, Any]], dict[str, np.ndarray]]:
    """Return the layers' configurations, and the weights by name."""
    entries: list[dict[str, Any]] = []
    arrays = {}
    names = Paths()
    check_sequences(model.inputs, model.layers)
    layers = all_layers(model)
    shapes = [model.input_shape] * (len(layers) - len(model.layers)) + model.shapes
    for layer, shape in zip(layers, shapes, strict=False):
        if isinstance(layer, Flatten) and len(shape) == 1:
            # TensorFlow.js flattens what has more than one axis only.
            continue
        if isinstance(layer, Conv1D) and layer.padding == "causal":
            raise ValueError('TensorFlow.js has no Conv1D whose padding is "causal"')
        if isinstance(layer, GRU):
            raise ValueError(
                "TensorFlow.js has no GRU whose reset comes after the product, as nn's does: use "
                "an LSTM, or save the network in another format"
            )
        entry = to_config(layer, names.next(type(layer).__name__))
        config = entry["config"]
        leaky = config.get("activation") == "leaky_relu"
        if leaky:
            config["activation"] = "linear"
        if not (leaky and isinstance(layer, Activation)):
            entries.append(_of_keras_2(entry))
        arrays.update({f"{config['name']}/{name}": view for name, view in layer.views.items()})
        if leaky:
            # There it is a layer, not an activation.
            own = {"name": names.next("LeakyReLU"), "alpha": 0.2}
            entries.append({"class_name": "LeakyReLU", "config": own})
    return entries, arrays


def _of_keras_2(value: Any) -> Any:
    """Return a configuration without what Keras 3 has added."""
    if not isinstance(value, dict):
        return value
    rest = {key: item for key, item in value.items() if key not in ("module", "registered_name")}
    return {key: _of_keras_2(item) for key, item in rest.items()}


# ---- in ----------------------------------------------------------------------------------------


def loads(data: bytes) -> tuple[Sequential, Training]:
    """Return the network of an archive, and what it has been through, where nn wrote it.

    Raises:
        ValueError: it is not one, or has what no layer of nn does.
    """
    if not data.startswith(b"PK"):
        names = ", ".join(checks.shown(name) for name in weight_files(data)[:3])
        raise ValueError(f"this is a model of TensorFlow.js without its weights: add {names}")
    # In folders or not: archives are made either way.
    files = {
        name.rpartition("/")[2]: content
        for name, content in zipped.unpack(data, None, 2 * MAX_BYTES).items()
    }
    # People give it other names, too.
    name = (
        MODEL if MODEL in files else next(filter(lambda one: is_tfjs_alone(files[one]), files), "")
    )
    if not name:
        raise ValueError(f"{MODEL} is missing in the archive of TensorFlow.js")
    content = parsed(files.pop(name), name)
    topology = content.get("modelTopology")
    if not isinstance(topology, dict):
        raise ValueError("the model has no modelTopology: only layers models can be loaded")
    # What Python wrote lies deeper than what TensorFlow.js did.
    topology = topology.get("model_config", topology)
    if not isinstance(topology, dict):
        raise ValueError("the model_config of the model must be an object")
    shape, parts, _ = read_config(topology, nested=True)
    found = dict(_arrays(content.get("weightsManifest"), files))
    arrays = [_of_layer(part, found) for part in parts]
    metadata = content.get("userDefinedMetadata")
    facts = metadata.get(FACTS) if isinstance(metadata, dict) else None
    if facts is None:
        compiled = content.get("trainingConfig") or topology.get("training_config")
        scaling, said = beside(files, math.prod(shape))
        facts = {**(loss_of(compiled, parts) or {}), **said}
        if scaling is not None:
            parts, arrays = [Part("Rescaling", scaling, title="the scaling"), *parts], [{}, *arrays]
    return put_together(shape, *_joined(parts, arrays), "float32", facts)


def weight_files(data: bytes) -> list[str]:
    """Return the names of the files with the weights of a model, and of what says more of it.

    Raises:
        ValueError: it is not as it should be.
    """
    manifest = _objects(parsed(data, MODEL).get("weightsManifest"), "weightsManifest")
    names = [name for group in manifest for name in _paths(group)]
    return [*names, *BESIDE]


def _paths(group: dict[str, Any]) -> list[str]:
    """Return the files of a group of arrays, without the folders that they lie in."""
    paths = group.get("paths")
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise ValueError("the paths of weightsManifest must be a list of texts")
    return [path.rpartition("/")[2] for path in paths]


def _joined(
    parts: list[Part], arrays: list[dict[str, np.ndarray]]
) -> tuple[list[Part], list[dict[str, np.ndarray]]]:
    """Return the layers, with leaky_relu as the activation of the one before, where it has none."""
    found: list[Part] = []
    weights: list[dict[str, np.ndarray]] = []
    for part, given in zip(parts, arrays, strict=True):
        last = found[-1].layer if found else None
        plain = isinstance(last, Conv1D | Conv2D | Dense) and last.activation.name == "linear"
        if last is not None and plain and part.kind == "LeakyReLU":
            last.activation = part.layer.activation
            continue
        found.append(part)
        weights.append(given)
    return found, weights


def _of_layer(part: Part, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the arrays of a layer, whatever stands before its name, and after its weight's."""
    found = {}
    for weight in part.names:
        end = f"{part.name}/{weight}"
        names = [name for name in arrays if _is_of(part, weight, name)]
        if len(names) != 1:
            raise ValueError(f"{part.title}: the weights {checks.shown(end)} are missing")
        found[weight] = arrays[names[0]]
    return found


def _is_of(part: Part, weight: str, name: str) -> bool:
    """Whether an array is so called: the weights of a recurrent layer may be its cell's."""
    before, _, last = name.rpartition("/")
    outer, _, cell = before.rpartition("/")
    if "cell" in cell and isinstance(part.layer, Recurrent):
        before = outer
    return last == weight and f"/{before}".endswith(f"/{part.name}")


def _arrays(manifest: Any, files: dict[str, bytes]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield all arrays by name."""
    groups = _objects(manifest, "weightsManifest")
    left = 2 * MAX_PARAMETERS
    for group in groups:
        names = _paths(group)
        if missing := [name for name in names if name not in files]:
            raise ValueError(f"{checks.shown(missing[0])} is missing in the archive")
        if len(set(names)) < len(names):
            raise ValueError("weightsManifest has a file twice")
        raw = b"".join(files[name] for name in names)
        start = 0
        for entry in _objects(group.get("weights"), "the weights of weightsManifest"):
            name, array, stop = _array(entry, raw, start)
            left -= array.size
            if left < 0:
                raise ValueError(f"the model has more than {2 * MAX_PARAMETERS:,} weights")
            yield name, array
            start = stop
        if start != len(raw):
            raise ValueError(f"{len(raw) - start:,} bytes of the weights belong to no array")


def _objects(value: Any, name: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError(f"{name} must be a list of objects")
    if len(value) > 1000:
        raise ValueError(f"{name} has {len(value):,} entries, which are too many")
    return value


def _array(entry: dict[str, Any], raw: bytes, start: int) -> tuple[str, np.ndarray, int]:
    """Return the name and numbers of an array, and where the next one begins."""
    name = entry.get("name")
    if not isinstance(name, str):
        raise ValueError(f"the name of an array must be a text, found {checks.shown(name)}")
    where = f"the array {checks.shown(name)}"
    shape = entry.get("shape")
    if not isinstance(shape, list) or len(shape) > 8:
        raise ValueError(f"the shape of {where} must be a list of sizes")
    sizes = [checks.count(size, f"the shape of {where}") for size in shape]
    packing = entry.get("quantization", {})
    if not isinstance(packing, dict):
        raise ValueError(f"the quantization of {where} must be an object")
    kind = packing.get("dtype", entry.get("dtype"))
    if not isinstance(kind, str) or kind not in _DTYPES:
        raise ValueError(
            f"{where} has the dtype {checks.shown(kind)}; expected one of: {', '.join(_DTYPES)}"
        )
    dtype = _DTYPES[kind]
    count = math.prod(sizes)
    stop = start + count * dtype.itemsize
    if count > checks.MAX_VALUES:
        raise ValueError(f"{where} has more than {checks.MAX_VALUES:,} numbers")
    if stop > len(raw):
        raise ValueError(f"{where} reaches beyond its files")
    values = np.frombuffer(raw, dtype, count, start).reshape(sizes)
    if kind in ("uint8", "uint16"):
        scale, least = (
            checks.number(packing.get(key), f"{key} of {where}") for key in ("scale", "min")
        )
        values = values * np.float32(scale) + np.float32(least)
    return name.partition(":")[0], values, stop
