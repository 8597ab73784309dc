"""A layer's configuration as JSON: its constructor's arguments, whatever its kind."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn import activations, checks
from nn.arguments import constructor_arguments
from nn.initializers import INITIALIZERS, name_of
from nn.layers import LAYERS, Layer
from nn.names import lookup
from nn.regularizers import L1L2

_INITIALIZERS = {type(one).__name__: type(one) for one in INITIALIZERS.values()}
"""The classes of initializers, by name, for those that are not as INITIALIZERS has them."""

MAX_ARRAY = 100_000
"""Most numbers in an array that is an argument."""


def to_json(layer: Layer) -> dict[str, Any]:
    """Return class and configuration of a layer.

    Raises:
        ValueError: its class, or that of an argument, is not one of nn's own.

    >>> from nn.layers import Flatten
    >>> to_json(Flatten())
    {'class': 'Flatten', 'config': {}}
    """
    kind = type(layer).__name__
    if LAYERS.get(kind) is not type(layer):
        raise ValueError(f"{kind} is not a layer kind of nn, so no file can hold it")
    return {
        "class": kind,
        "config": {name: _written(value) for name, value in layer.config().items()},
    }


def _written(value: Any) -> Any:
    """Return an argument as JSON."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if type(value) is L1L2:
        return {"l1": value.l1, "l2": value.l2}
    kind = type(value).__name__
    if activations.is_own(value):
        return value.name
    if _INITIALIZERS.get(kind) is type(value):
        own = constructor_arguments(type(value))
        return name_of(value) or {"class": kind, **{name: getattr(value, name) for name in own}}
    raise ValueError(f"{kind} is not a part of nn, so no file can hold it")


def from_json(entry: Any, where: str) -> Layer:
    """Return the layer that an entry of a file describes.

    Args:
        entry: what :func:`to_json` returns, or anything.
        where: what the entry is called in messages, such as "layer 2".

    Raises:
        ValueError: the entry is not one, or there is no such layer.
    """
    if not isinstance(entry, dict):
        raise ValueError(f"{where} must be an object, found {checks.shown(entry)}")
    name = entry.get("class")
    kind = LAYERS.get(name) if isinstance(name, str) else None
    if kind is None:
        # There are too many to list in a sentence.
        raise ValueError(f"the class of {where}, {checks.shown(name)}, is no layer kind of nn")
    checks.keys(entry, where, {"class", "config"})
    config = entry["config"]
    parameters = constructor_arguments(kind)
    if not isinstance(config, dict):
        raise ValueError(f"config of {where} must be an object, found {checks.shown(config)}")
    checks.keys(config, f"config of {where}", set(parameters))
    given = {
        name: _read(str(parameter.annotation), config[name], f"{name} of {where}")
        for name, parameter in parameters.items()
    }
    try:
        return kind(**given)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _read(annotation: str, value: Any, name: str) -> Any:
    """Return an argument of the type that a constructor says."""
    if "Initializer" in annotation:
        return initializer(value, name)
    if "Activation" in annotation:
        # None is one only for those who write programs.
        return activations.named("" if value is None else value)
    if "L1L2" in annotation:
        return _regularizer(value, name)
    if "None" in annotation and value is None:
        return None
    if annotation == "bool":
        if not isinstance(value, bool):
            raise ValueError(f"{name} must be true or false, found {checks.shown(value)}")
        return value
    if annotation == "str":
        if not isinstance(value, str):
            raise ValueError(f"{name} must be a text, found {checks.shown(value)}")
        return value[:100]
    if "ndarray" in annotation and isinstance(value, list):
        return array(value, name)
    if "tuple" in annotation and isinstance(value, list):
        if len(value) != 2:
            raise ValueError(f"{name} must be a number or two, found {len(value):,}")
        return tuple(checks.count(one, name) for one in value)
    return checks.count(value, name) if annotation.startswith("int") else checks.number(value, name)


def initializer(value: Any, name: str) -> Any:
    """Return an initializer by its name, or by its class and arguments.

    Raises:
        ValueError: there is no such initializer.
    """
    if not isinstance(value, dict):
        return lookup("initializer", INITIALIZERS, value)
    kind = lookup("initializer", _INITIALIZERS, value.get("class"))
    parameters = constructor_arguments(kind)
    checks.keys(value, name, {"class", *parameters})
    given = {
        key: _read(str(parameter.annotation), value[key], f"{key} of {name}")
        for key, parameter in parameters.items()
    }
    return _made(kind, given, name)


def _made(kind: type, given: dict[str, Any], name: str) -> Any:
    try:
        return kind(**given)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _regularizer(value: Any, name: str) -> L1L2 | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be an object, found {checks.shown(value)}")
    checks.keys(value, name, {"l1", "l2"})
    given = {key: checks.number(value[key], f"{key} of {name}") for key in ("l1", "l2")}
    penalty: L1L2 = _made(L1L2, given, name)
    return penalty


def array(value: list[Any], name: str) -> np.ndarray:
    """Return an argument that is an array, of any shape.

    Raises:
        ValueError: it is none, or has more than :data:`MAX_ARRAY` numbers.
    """
    shape: list[int] = []
    inner: Any = value
    while isinstance(inner, list):
        shape.append(len(inner))
        inner = inner[0] if inner else None
    if not 0 < int(np.prod([float(size) for size in shape])) <= MAX_ARRAY:
        raise ValueError(f"{name} must have 1 to {MAX_ARRAY:,} numbers")
    return checks.array(value, name, tuple(shape), np.dtype(np.float64))
