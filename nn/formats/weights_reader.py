"""The one reader of weights files: version 2, as a dictionary that nobody has checked."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nn import checks, losses
from nn.formats import columns_json, layer_config
from nn.layers import Dense, Rescaling, Shape, Weight
from nn.model import Sequential
from nn.network import shapes_of

FORMAT = "nn-weights"
VERSION = 2

MAX_BYTES = 24_000_000
MAX_LAYERS = 100
MAX_PARAMETERS = checks.MAX_VALUES
MAX_RANK = 8
"""Limits that keep a file made to hang or fill a browser tab from doing so."""

_KEYS = {
    *("format", "version", "inputs", "layers", "weights", "loss", "target_range", "dtype"),
    "training",
}
_FURTHER_KEYS = {"columns", "classes", "wih", "who"}
"""What may be there as well."""


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


def read(content: dict[str, Any]) -> tuple[Sequential, Training]:
    """Return the network of a file, and what it has been through.

    Raises:
        ValueError: anything in it is not as it should be.
    """
    model, training = outline(content)
    entries = content["weights"]
    if not isinstance(entries, list) or len(entries) != len(model.layers):
        raise ValueError(
            f"weights must be a list with one entry for each of {len(model.layers)} layers"
        )
    shapes = shapes_of(model.layers, _shape(content["inputs"]))
    arrays = [
        _arrays(entry, layer.weights(shape), f"of layer {number}", model.dtype)
        for number, (entry, layer, shape) in enumerate(
            zip(entries, model.layers, shapes, strict=False), start=1
        )
    ]
    model.allocate(shapes[0])
    for layer, values in zip(model.layers, arrays, strict=True):
        for name, value in values.items():
            layer.views[name][...] = value
    _check_tutorial(content, model)
    return model, training


def outline(content: dict[str, Any]) -> tuple[Sequential, Training]:
    """Return the network of a file without its weights, and what it has been through.

    All of the file is checked but ``weights``, ``wih`` and ``who``.
    """
    checks.keys(
        {key: value for key, value in content.items() if key not in _FURTHER_KEYS},
        "the file",
        _KEYS,
    )
    layers = _layers(content["layers"])
    inputs = content["inputs"]
    if not isinstance(inputs, dict):
        raise ValueError("inputs, with shape, scale and offset, is missing")
    checks.keys(inputs, "inputs", {"shape", "scale", "offset"})
    shapes = shapes_of(layers, _shape(inputs))
    _check_size(layers, shapes)
    dtype = content["dtype"]
    if dtype not in ("float32", "float64"):
        raise ValueError(f'dtype must be "float32" or "float64", found {checks.shown(dtype)}')
    scaling = [_scaling(inputs[key], f"inputs.{key}", shapes[0], dtype) for key in _SCALING]
    model = Sequential(layers, Rescaling(*scaling), dtype)
    loss = losses.by_full_name(content["loss"])
    model.compile(loss=loss, target_range=_target_range(content["target_range"]))
    entry = columns_json.from_plain(content.get("columns"))
    model.columns = columns_json.from_json(entry, math.prod(shapes[0]), math.prod(shapes[-1]))
    classes = content.get("classes")
    if classes is not None:
        model.classes = checks.texts(classes, "classes", shapes[-1][-1])
    return model, _training(content["training"])


_SCALING = ("scale", "offset")


def _layers(entries: Any) -> list[Any]:
    if not isinstance(entries, list) or not entries:
        raise ValueError("layers, a list with at least one layer, is missing")
    if len(entries) > MAX_LAYERS:
        raise ValueError(f"there are {len(entries):,} layers; up to {MAX_LAYERS} can be loaded")
    return [
        layer_config.from_json(entry, f"layer {number}")
        for number, entry in enumerate(entries, start=1)
    ]


def _shape(inputs: dict[str, Any]) -> Shape:
    shape = inputs["shape"]
    if not isinstance(shape, list) or not 1 <= len(shape) <= MAX_RANK:
        raise ValueError(f"inputs.shape must be a list of sizes, found {checks.shown(shape)}")
    sizes = tuple(checks.count(size, "inputs.shape") for size in shape)
    if math.prod(sizes) > checks.MAX_VALUES:
        raise ValueError(f"inputs.shape has more than {checks.MAX_VALUES:,} values")
    return sizes


def _check_size(layers: list[Any], shapes: list[Shape]) -> None:
    count = sum(
        weight.size
        for layer, shape in zip(layers, shapes, strict=False)
        for weight in layer.weights(shape)
    )
    if count > MAX_PARAMETERS:
        raise ValueError(
            f"the network would have {count:,} parameters; up to {MAX_PARAMETERS:,} can be loaded"
        )
    largest = max(math.prod(shape) for shape in shapes)
    if largest > checks.MAX_VALUES:
        raise ValueError(
            f"a layer would give {largest:,} numbers a sample; up to {checks.MAX_VALUES:,} can be"
        )


def _scaling(value: Any, name: str, shape: Shape, dtype: str) -> float | np.ndarray:
    if not isinstance(value, list):
        return checks.number(value, name)
    # Along each of the last axes one number for every place, or one for all of them.
    found = []
    inner: Any = value
    while isinstance(inner, list):
        found.append(len(inner))
        inner = inner[0] if inner else None
    axes = zip(found, shape[-len(found) :], strict=False)
    expected = tuple(1 if count == 1 else size for count, size in axes)
    return checks.array(value, name, expected, np.dtype(dtype))


def _target_range(entry: Any) -> tuple[float, float]:
    if not isinstance(entry, list) or len(entry) != 2:
        raise ValueError(f"target_range must be a list of two numbers, found {checks.shown(entry)}")
    return checks.number(entry[0], "target_range"), checks.number(entry[1], "target_range")


def _arrays(
    entry: Any, weights: list[Weight], where: str, dtype: np.dtype[Any]
) -> dict[str, np.ndarray]:
    found = entry if isinstance(entry, dict) else {}
    for weight in weights:
        if weight.name not in found:
            raise ValueError(f"the {weight.name} {where} is missing")
    unknown = sorted(found.keys() - {weight.name for weight in weights})
    if unknown:
        raise ValueError(f"the weights {where} have {checks.shown(unknown[0])}, which it has not")
    return {
        weight.name: checks.array(
            found[weight.name], f"the {weight.name} {where}", weight.shape, dtype
        )
        for weight in weights
    }


def tutorial_kernels(model: Sequential) -> dict[str, np.ndarray]:
    """Return ``wih`` and ``who`` of a network of two Dense layers without biases, else nothing."""
    if len(model.layers) != 2:
        return {}
    for layer in model.layers:
        if type(layer) is not Dense or layer.use_bias or len(model.input_shape) > 1:
            return {}
    kernels = [layer.views["kernel"].T for layer in model.layers]
    return dict(zip(("wih", "who"), kernels, strict=True))


def _check_tutorial(content: dict[str, Any], model: Sequential) -> None:
    """Raise a ValueError if ``wih`` and ``who`` are there, but say something else."""
    given = content.keys() & {"wih", "who"}
    if not given:
        return
    kernels = tutorial_kernels(model)
    if given != kernels.keys():
        raise ValueError(
            "the file has wih or who, which go with two Dense layers without biases, and only there"
        )
    for name, kernel in kernels.items():
        if not np.array_equal(checks.array(content[name], name, kernel.shape, model.dtype), kernel):
            raise ValueError(f"{name} contradicts weights: one of them has been changed")


def _training(entry: Any) -> Training:
    if not isinstance(entry, dict):
        raise ValueError(f"training must be an object, found {checks.shown(entry)}")
    checks.keys(entry, "training", {"epochs", "samples", "test_accuracy", "settings"})
    for key in ("epochs", "samples"):
        count = entry[key]
        if type(count) is not int or not 0 <= count < 2**53:
            raise ValueError(f"training.{key} must be a whole number, found {checks.shown(count)}")
    accuracy = entry["test_accuracy"]
    if accuracy is not None and not (type(accuracy) in (int, float) and 0 <= accuracy <= 1):
        raise ValueError(
            f"training.test_accuracy must be between 0 and 1, found {checks.shown(accuracy)}"
        )
    settings = entry["settings"]
    if not isinstance(settings, dict) or not all(
        isinstance(value, str) for value in settings.values()
    ):
        raise ValueError("training.settings must be an object whose values are texts")
    return Training(**entry)
