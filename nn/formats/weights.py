"""``weights.json``: a network as text, out and in.

One JSON object::

    {"format": "nn-weights", "version": 1,
     "layers": [{"class": "Dense", "units": 100, "activation": "sigmoid", "use_bias": false}, ...],
     "weights": [{"kernel": [[...], ...], "bias": [...]}, ...],
     "inputs": {"features": 784, "scale": 0.003843, "offset": 0.01},
     "loss": "half_squared_error", "target_range": [0.0, 0.99],
     "training": {"epochs": 5, "samples": 300000, "test_accuracy": 0.9714, "settings": {...}},
     "columns": {"inputs": ["r", "g", "b"], "output": "label", "classes": ["red-ish", ...]},
     "wih": [[...], ...], "who": [[...], ...]}

Kernels are (inputs, units) nested lists; those of a larger network are instead
``{"base64": "...", "shape": [inputs, units]}`` with the row-major little-endian float32 bytes. A
network that computes in float64 says so with ``"dtype": "float64"``.

``columns`` names what inputs and outputs stand for, where they have names. Without ``classes`` an
output y stands for the number ``scale · y + offset``.

``wih`` (hidden, inputs) and ``who`` (outputs, hidden) repeat the kernels, transposed, of a network
of two layers without biases. A file with these two keys alone, as a well-known tutorial application
writes, is read as that application's network: sigmoid, inputs from 0.01 to 0.99.

A file comes from anywhere, so nothing in it is believed before it is checked, and a network is only
made once all of it has been.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nn import checks
from nn.data.columns import Columns
from nn.layers import Dense, Rescaling
from nn.losses import LOSSES, Loss
from nn.model import Sequential
from nn.names import lookup

FORMAT = "nn-weights"
VERSION = 1

MAX_BYTES = 24_000_000
MAX_LAYERS = 21
MAX_PARAMETERS = checks.MAX_VALUES
"""Limits that keep a file made to hang or fill a browser tab from doing so."""

_LISTED_PARAMETERS = 200_000
"""Networks with more than these are written in base64: as lists they grow past 2 MB."""

_TUTORIAL_PARAMETERS = 500_000
"""Networks with more than these do without ``wih`` and ``who``, which can only be lists."""

TUTORIAL_INPUTS = Rescaling(0.98 / 255, 0.01)
TUTORIAL_TARGETS = (0.0, 0.99)


@dataclass
class Training:
    """What a network has been through.

    Attributes:
        epochs: whole passes over its training data.
        samples: training samples seen, repeats included.
        test_accuracy: at the last test, between 0 and 1; None before one.
        settings: how it was trained, by field name, for people and forms.
    """

    epochs: int = 0
    samples: int = 0
    test_accuracy: float | None = None
    settings: dict[str, str] = field(default_factory=dict)


def dumps(model: Sequential, training: Training) -> str:
    """Return the text of a weights file.

    Raises:
        ValueError: a weight is not finite, as after training with too high a learning rate, or
            there are no weights yet.
    """
    if not model.features:
        raise ValueError("the network has no weights yet, so there is nothing to save")
    if not np.isfinite(model.parameters).all():
        raise ValueError("the weights are no longer numbers, so there is nothing to save")
    # Base64 is for float32 only.
    listed = model.parameters.size <= _LISTED_PARAMETERS or model.dtype == np.float64
    write = _listed if listed else _base64
    members = {
        "format": json.dumps(FORMAT),
        "version": json.dumps(VERSION),
        "layers": json.dumps(
            [
                {
                    "class": type(layer).__name__,
                    "units": layer.units,
                    "activation": layer.activation.name,
                    "use_bias": layer.use_bias,
                }
                for layer in model.layers
            ]
        ),
        "inputs": json.dumps(
            {
                "features": model.features,
                "scale": np.asarray(model.inputs.scale).tolist(),
                "offset": np.asarray(model.inputs.offset).tolist(),
            }
        ),
        "loss": json.dumps(model.loss.name),
        "target_range": json.dumps(list(model.target_range)),
        "training": json.dumps(vars(training)),
        **({"dtype": json.dumps("float64")} if model.dtype == np.float64 else {}),
        **({"columns": json.dumps(vars(model.columns))} if model.columns else {}),
        "weights": "[" + ",\n".join(_layer_weights(layer, write) for layer in model.layers) + "]",
    }
    if _is_tutorial_network(model) and model.parameters.size <= _TUTORIAL_PARAMETERS:
        hidden, output = model.layers
        members["wih"] = _listed(hidden.kernel.T)
        members["who"] = _listed(output.kernel.T)
    return "{" + ",\n".join(f'"{key}": {text}' for key, text in members.items()) + "}\n"


def _is_tutorial_network(model: Sequential) -> bool:
    return len(model.layers) == 2 and not any(layer.use_bias for layer in model.layers)


def _layer_weights(layer: Dense, write: Any) -> str:
    members = {"kernel": write(layer.kernel)}
    if layer.bias is not None:
        members["bias"] = write(layer.bias)
    return "{" + ", ".join(f'"{key}": {text}' for key, text in members.items()) + "}"


def _listed(array: np.ndarray) -> str:
    if array.ndim > 1:
        return "[" + ",\n".join(_listed(row) for row in array) + "]"
    # What it takes to give every value back exactly.
    digits = 17 if array.dtype == np.float64 else 9
    return "[" + ",".join([f"{value:.{digits}g}" for value in array.tolist()]) + "]"


def _base64(array: np.ndarray) -> str:
    text = base64.b64encode(array.astype("<f4").tobytes()).decode()
    return json.dumps({"base64": text, "shape": list(array.shape)})


def loads(data: bytes | bytearray | memoryview) -> tuple[Sequential, Training]:
    """Return the network of a weights file, and what it has been through.

    Raises:
        ValueError: the file is not one, or anything in it is not as it should be.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(
            f"the file has {len(data) / 1e6:,.0f} MB; weights of up to "
            f"{MAX_BYTES / 1e6:.0f} MB can be loaded"
        )
    content = _parse(bytes(data))
    if "format" not in content and "wih" in content and "who" in content:
        return _tutorial_network(content), Training()
    if content.get("format") != FORMAT:
        raise ValueError(f'the file is JSON, but not weights: expected "format": "{FORMAT}"')
    version = content.get("version")
    if type(version) is not int or version < 1:
        raise ValueError(f"version must be a whole number from 1, found {checks.shown(version)}")
    if version > VERSION:
        raise ValueError(
            f"the file has version {checks.shown(version)}; the newest known here is {VERSION}"
        )
    return _network(content), _training(content.get("training", {}))


def _parse(data: bytes) -> dict[str, Any]:
    content = checks.parse_json(data, "weights")
    if not isinstance(content, dict):
        raise ValueError("the file is JSON, but not weights: expected one object")
    return content


def _tutorial_network(content: dict[str, Any]) -> Sequential:
    wih = checks.matrix(content["wih"], "wih", None)
    who = checks.matrix(content["who"], "who", None)
    if who.shape[1] != wih.shape[0]:
        raise ValueError(
            f"the shapes do not fit: wih has {wih.shape[0]} rows, one a hidden unit, but the rows "
            f"of who have {who.shape[1]} values"
        )
    _check_size(wih.size + who.size)
    layers = [_blank_layer(len(kernel), "sigmoid", use_bias=False) for kernel in (wih, who)]
    return _made(
        layers,
        [[wih.T], [who.T]],
        wih.shape[1],
        TUTORIAL_INPUTS,
        LOSSES["half_squared_error"],
        TUTORIAL_TARGETS,
    )


def _network(content: dict[str, Any]) -> Sequential:
    layers = _layers(content.get("layers"))
    inputs = content.get("inputs")
    if not isinstance(inputs, dict):
        raise ValueError("inputs, with features, scale and offset, is missing")
    features = checks.count(inputs.get("features"), "inputs.features")
    widths = [features, *(layer.units for layer in layers)]
    _check_size(
        sum(layer.parameter_count((width,)) for layer, width in zip(layers, widths, strict=False))
    )
    dtype = content.get("dtype", "float32")
    if dtype not in ("float32", "float64"):
        raise ValueError(f'dtype must be "float32" or "float64", found {checks.shown(dtype)}')
    scaling = Rescaling(
        _per_feature(inputs.get("scale", 1.0), "inputs.scale", features, dtype),
        _per_feature(inputs.get("offset", 0.0), "inputs.offset", features, dtype),
    )
    weights = content.get("weights")
    if not isinstance(weights, list) or len(weights) != len(layers):
        raise ValueError(f"weights must be a list with one entry for each of {len(layers)} layers")
    arrays = [
        _layer_arrays(entry, layer, width, number, np.dtype(dtype))
        for number, (entry, layer, width) in enumerate(
            zip(weights, layers, widths, strict=False), start=1
        )
    ]
    loss = lookup("loss", LOSSES, content.get("loss", "mean_squared_error"))
    model = _made(layers, arrays, features, scaling, loss, _target_range(content), dtype)
    model.columns = _columns(content.get("columns"), model)
    return model


def _check_size(parameters: int) -> None:
    if parameters > MAX_PARAMETERS:
        raise ValueError(
            f"the network would have {parameters:,} parameters; "
            f"up to {MAX_PARAMETERS:,} can be loaded"
        )


def _target_range(content: dict[str, Any]) -> tuple[float, float]:
    entry = content.get("target_range", [0.0, 1.0])
    if not isinstance(entry, list) or len(entry) != 2:
        raise ValueError(f"target_range must be a list of two numbers, found {checks.shown(entry)}")
    return checks.number(entry[0], "target_range"), checks.number(entry[1], "target_range")


def _per_feature(value: Any, name: str, features: int, dtype: str) -> float | np.ndarray:
    if isinstance(value, list):
        return checks.vector(value, name, features, np.dtype(dtype))
    return checks.number(value, name)


def _layers(entries: Any) -> list[Dense]:
    if not isinstance(entries, list) or not entries:
        raise ValueError("layers, a list with at least one layer, is missing")
    if len(entries) > MAX_LAYERS:
        raise ValueError(f"there are {len(entries):,} layers; up to {MAX_LAYERS} can be loaded")
    layers = []
    for number, entry in enumerate(entries, start=1):
        where = f"layer {number}"
        if not isinstance(entry, dict):
            raise ValueError(f"{where} must be an object, found {checks.shown(entry)}")
        lookup(f"class of {where}", {"Dense": Dense}, entry.get("class"))
        units = checks.count(entry.get("units"), f"units of {where}")
        use_bias = entry.get("use_bias", True)
        if not isinstance(use_bias, bool):
            raise ValueError(
                f"use_bias of {where} must be true or false, found {checks.shown(use_bias)}"
            )
        layers.append(_blank_layer(units, entry.get("activation"), use_bias))
    return layers


def _blank_layer(units: int, activation: Any, use_bias: bool) -> Dense:
    return Dense(units, activation, use_bias, kernel_initializer="zeros")


def _layer_arrays(
    entry: Any, layer: Dense, inputs: int, number: int, dtype: np.dtype[Any]
) -> list[np.ndarray]:
    where = f"of layer {number}"
    if not isinstance(entry, dict) or "kernel" not in entry:
        raise ValueError(f"the kernel {where} is missing")
    shape = (inputs, layer.units)
    arrays = [checks.matrix(entry["kernel"], f"the kernel {where}", shape, dtype)]
    if layer.use_bias:
        if "bias" not in entry:
            raise ValueError(f"the bias {where} is missing")
        arrays.append(checks.vector(entry["bias"], f"the bias {where}", layer.units, dtype))
    return arrays


def _made(
    layers: list[Dense],
    arrays: list[list[np.ndarray]],
    features: int,
    inputs: Rescaling,
    loss: Loss,
    target_range: tuple[float, float],
    dtype: str = "float32",
) -> Sequential:
    model = Sequential(layers, inputs, dtype)
    model.compile(loss=loss, target_range=target_range)
    model.build(features, np.random.default_rng(0))
    for layer, (kernel, *bias) in zip(layers, arrays, strict=True):
        layer.kernel[...] = kernel
        if layer.bias is not None:
            layer.bias[...] = bias[0]
    return model


def _columns(entry: Any, model: Sequential) -> Columns | None:
    if entry is None:
        return None
    if not isinstance(entry, dict):
        raise ValueError(f"columns must be an object, found {checks.shown(entry)}")
    inputs = checks.texts(entry.get("inputs"), "columns.inputs", model.features)
    output = entry.get("output")
    if not isinstance(output, str):
        raise ValueError(f"columns.output must be a text, found {checks.shown(output)}")
    classes = entry.get("classes")
    if classes is None:
        scale = checks.number(entry.get("scale", 1.0), "columns.scale")
        return Columns(
            inputs, output, None, scale, checks.number(entry.get("offset", 0.0), "columns.offset")
        )
    count = max(2, model.outputs)
    return Columns(inputs, output, checks.texts(classes, "columns.classes", count))


def _training(entry: Any) -> Training:
    if not isinstance(entry, dict):
        raise ValueError(f"training must be an object, found {checks.shown(entry)}")
    counts = {}
    for key in ("epochs", "samples"):
        count = entry.get(key, 0)
        if type(count) is not int or not 0 <= count < 2**53:
            raise ValueError(f"training.{key} must be a whole number, found {checks.shown(count)}")
        counts[key] = count
    accuracy = entry.get("test_accuracy")
    if accuracy is not None and not (type(accuracy) in (int, float) and 0 <= accuracy <= 1):
        raise ValueError(
            f"training.test_accuracy must be between 0 and 1, found {checks.shown(accuracy)}"
        )
    settings = entry.get("settings", {})
    if not isinstance(settings, dict) or not all(
        isinstance(value, str) for value in settings.values()
    ):
        raise ValueError("training.settings must be an object whose values are texts")
    return Training(**counts, test_accuracy=accuracy, settings=settings)
