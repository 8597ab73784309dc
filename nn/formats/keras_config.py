"""Layers as Keras configures them, which TensorFlow.js does, too: out and in.

A layer is ``{"class_name": "Dense", "config": {"units": 10, ...}, ...}``. What nn's layer kinds are
given has Keras's names already. Keras knows more of most: that has to be as nn's layers are.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nn import checks
from nn.activations import ACTIVATIONS
from nn.arguments import constructor_arguments
from nn.formats import keras_sequences, layer_config
from nn.initializers import VarianceScaling
from nn.layers import LAYERS, Activation, BatchNormalization, Layer, Rescaling, Shape
from nn.names import lookup
from nn.regularizers import L1L2

EPSILON = 1e-7
"""What Keras's Normalization divides by at least."""

# Variance of a standard normal truncated to ±2: what Keras makes up for, and TensorFlow.js not.
_TRUNCATED_VARIANCE = 0.87962566103423978**2

_NEUTRAL: dict[str, tuple[Any, ...]] = {
    "data_format": ("channels_last",),
    "dilation_rate": (1, [1, 1], [1]),
    "groups": (1,),
    "center": (True, False),
    "scale": (True, False),
    "invert": (False,),
}
"""What further arguments must be for nn to have such a layer; others None or False."""

_IGNORED = re.compile(
    # Names, where weights began, and what only training minds that has its weights already.
    r"name|trainable|dtype|seed|batch_shape|batch_input_shape|batch_size|.*_initializer"
    r"|sparse|ragged|optional|renorm_momentum|input_dim|input_length|negative_slope|threshold|axis"
)

_ACTIVATIONS = {"ReLU": "relu", "LeakyReLU": "leaky_relu", "Softmax": "softmax"}
"""Keras's layers that are an Activation in nn."""

_ALIKE = (
    *("Activation", "AveragePooling2D", "BatchNormalization", "Conv2D", "Dense", "Dropout"),
    *("Flatten", "GlobalAveragePooling2D", "MaxPooling2D", "Rescaling"),
    *keras_sequences.KINDS,
)
"""The kinds that are the same in Keras: a new one is added here once it has been compared."""

KINDS = (*_ALIKE, *_ACTIVATIONS, "Normalization")
"""The classes that are read."""


@dataclass
class Part:
    """A layer of a file.

    Attributes:
        kind: its class in the file.
        name: its own name in the file.
        layer: what it is in nn; of a Normalization what it becomes with its weights.
        names: of the weights in the file, in its order.
        title: what it is called in messages.
        axis: which one it works on, if it says so, counted with the batch.
    """

    kind: str
    layer: Layer
    names: list[str] = field(default_factory=list)
    title: str = ""
    axis: Any = -1
    name: str = ""

    def check(self, x: Shape) -> None:
        """Raise a ValueError unless it works on the last axis of inputs of shape ``x``."""
        axes = self.axis if isinstance(self.axis, list) else [self.axis]
        if len(axes) != 1 or axes[0] not in (-1, len(x)):
            raise ValueError(f"{self.title} works on another axis than the last")

    def finished(self, arrays: dict[str, np.ndarray], x: Shape) -> dict[str, np.ndarray]:
        """Return the weights as nn's layer has them, for inputs of shape ``x``."""
        if self.kind == "Normalization":
            deviation = np.sqrt(np.maximum(arrays["variance"].ravel(), 0))
            scale = 1 / np.maximum(deviation, EPSILON)
            self.layer = Rescaling(scale, -arrays["mean"].ravel() * scale)
            return {}
        if isinstance(self.layer, BatchNormalization):
            # Without a scale, or a center, they are ones and zeros in Keras.
            return {"gamma": np.ones(x[-1:]), "beta": np.zeros(x[-1:]), **arrays}
        return keras_sequences.whole(self.layer, arrays, x)


# ---- out ---------------------------------------------------------------------------------------


def to_config(layer: Layer, name: str) -> dict[str, Any]:
    """Return class and arguments of a layer, as Keras 3 writes them.

    Raises:
        ValueError: Keras has no such layer; the message has its name.

    >>> from nn.layers import Flatten
    >>> to_config(Flatten(), "flatten")["class_name"]
    'Flatten'
    """
    kind = type(layer).__name__
    if kind not in _ALIKE:
        raise ValueError(f"layer {name}, {kind}, is none that Keras has as nn has it")
    arguments = {key: _written(value) for key, value in layer.config().items()}
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {
            "name": name,
            "trainable": True,
            **keras_sequences.FIXED.get(kind, {}),
            **arguments,
        },
        "registered_name": None,
    }


def _written(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, L1L2):
        return _object("regularizers", "L1L2", {"l1": value.l1, "l2": value.l2})
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if hasattr(value, "backward"):
        return value.name
    config = {key: getattr(value, key) for key in constructor_arguments(type(value))}
    if isinstance(value, VarianceScaling) and value.distribution == "narrow_normal":
        # The same distribution, in Keras's terms.
        config["scale"] = value.scale * _TRUNCATED_VARIANCE
        config["distribution"] = "truncated_normal"
    return _object("initializers", type(value).__name__, config)


def _object(module: str, kind: str, config: dict[str, Any]) -> dict[str, Any]:
    found = {"module": f"keras.{module}", "class_name": kind, "config": config}
    return {**found, "registered_name": None}


# ---- in ----------------------------------------------------------------------------------------


def read_layer(entry: Any, number: int) -> Part:
    """Return the layer that an entry describes.

    Raises:
        ValueError: nn has no such layer; the message has its number and class.
    """
    if not isinstance(entry, dict) or not isinstance(entry.get("config"), dict):
        raise ValueError(f"layer {number} must be an object with a config")
    kind = entry.get("class_name")
    if not isinstance(kind, str) or kind not in KINDS:
        # There are too many to list in a sentence.
        raise ValueError(f"layer {number} is a {checks.shown(kind)} of Keras, which nn has not")
    title = f"layer {number}, {kind}"
    config = entry["config"]
    arguments: dict[str, Any] = {}
    taken: set[str] = set()
    if kind in _ALIKE:
        parameters = constructor_arguments(LAYERS[kind])
        taken = set(parameters)
        for name, parameter in parameters.items():
            if name in config:
                arguments[name] = _argument(str(parameter.annotation), config[name], title, name)
        arguments = {name: value for name, value in arguments.items() if value is not _USUAL}
        missing = [
            name
            for name, parameter in parameters.items()
            if parameter.default is inspect.Parameter.empty and name not in arguments
        ]
        if missing:
            raise ValueError(f"{missing[0]} of {title} is missing")
    _check_others(kind, config, taken, title)
    keras_sequences.check_defaults(kind, config, title)
    layer = _made(kind, arguments, config, title)
    names = _weight_names(kind, layer, config)
    return Part(kind, layer, names, title, config.get("axis", -1), str(config.get("name"))[:200])


_USUAL = object()
"""What stands for nn's own default."""


def _made(kind: str, arguments: dict[str, Any], config: dict[str, Any], title: str) -> Layer:
    if kind in _ALIKE:
        try:
            return LAYERS[kind](**arguments)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{title}: {error}") from None
    if kind == "Normalization":
        return Rescaling()
    if kind == "ReLU" and (config.get("negative_slope") or config.get("threshold")):
        raise ValueError(f"{title} has a slope or threshold, which nn's has not")
    if kind == "LeakyReLU" and config.get("negative_slope", config.get("alpha")) not in (
        0.2,
        float(np.float32(0.2)),
    ):
        raise ValueError(f"{title}: its slope is not 0.2, which leaky_relu has in nn")
    return Activation(_ACTIVATIONS[kind])


def _check_others(kind: str, config: dict[str, Any], taken: set[str], title: str) -> None:
    """Raise a ValueError for what nn's layer of that kind cannot be told, and is not as it is."""
    for name, value in config.items():
        if name in taken or _IGNORED.fullmatch(name) or value is None:
            continue
        if name == "alpha" and kind == "LeakyReLU":
            continue
        choice = keras_sequences.allowed(kind, name)
        if choice is not None:
            if value in choice:
                continue
        elif name in _NEUTRAL:
            if value in _NEUTRAL[name]:
                continue
        elif value is False:
            continue
        raise ValueError(
            f"{title} has {checks.shown(name)} {checks.shown(value)}, which nn's has not"
        )


def _argument(annotation: str, value: Any, title: str, name: str) -> Any:
    """Return an argument of nn's layer, made of Keras's."""
    where = f"{name} of {title}"
    if "Initializer" in annotation:
        # Weights have their values already: one that nn has not makes no difference.
        return _initializer(value)
    if "Activation" in annotation:
        if isinstance(value, dict):
            value = value.get("config")
        known = value if isinstance(value, str) else "linear" if value is None else None
        return lookup(f"activation of {title}", ACTIVATIONS, known).name
    if "L1L2" in annotation:
        return _regularizer(value, where)
    if "None" in annotation and value is None:
        return None
    if annotation == "bool" and value is None:
        # TensorFlow.js writes so what was not said.
        return _USUAL
    if annotation == "bool" and type(value) is not bool:
        raise ValueError(f"{where} must be true or false, found {checks.shown(value)}")
    if annotation == "str" and type(value) is not str:
        raise ValueError(f"{where} must be a text, found {checks.shown(value)}")
    if annotation in ("bool", "str"):
        return value
    if "ndarray" in annotation:
        if isinstance(value, dict) and isinstance(value.get("config"), dict):
            # An array, as Keras has it.
            value = value["config"].get("value")
        if isinstance(value, list):
            return layer_config.array(value, where)
        return checks.number(value, where)
    if "tuple" in annotation and isinstance(value, list):
        if len(value) != 2:
            raise ValueError(f"{where} must be a number or two, found {len(value):,}")
        return tuple(checks.count(one, where) for one in value)
    if annotation == "int" and isinstance(value, list) and len(value) == 1:
        # One number for each axis that a window moves along.
        value = value[0]
    return (
        checks.count(value, where) if annotation.startswith("int") else checks.number(value, where)
    )


def _initializer(value: Any) -> Any:
    if not isinstance(value, dict) or not isinstance(value.get("config"), dict):
        return _USUAL
    given = {
        k: v
        for k, v in value["config"].items()
        if k in ("scale", "mode", "distribution", "minval", "maxval", "gain")
    }
    try:
        return layer_config.initializer({"class": value.get("class_name"), **given}, "initializer")
    except ValueError:
        return _USUAL


def _regularizer(value: Any, where: str) -> L1L2 | None:
    if value is None:
        return None
    config = value.get("config") if isinstance(value, dict) else None
    if not isinstance(config, dict) or value.get("class_name") not in ("L1L2", "L1", "L2"):
        raise ValueError(f"{where} is not L1, L2 or both, which is what nn has")
    numbers = {key: checks.number(config.get(key, 0), f"{key} of {where}") for key in ("l1", "l2")}
    try:
        return L1L2(**numbers)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _weight_names(kind: str, layer: Layer, config: dict[str, Any]) -> list[str]:
    if kind == "Normalization":
        return ["mean", "variance", "count"]
    if isinstance(layer, BatchNormalization):
        own = [("gamma", "scale"), ("beta", "center")]
        names = [name for name, argument in own if config.get(argument) is not False]
        return [*names, "moving_mean", "moving_variance"]
    known = keras_sequences.weight_names(layer, config)
    if known is not None:
        return known
    if hasattr(layer, "use_bias"):
        return ["kernel", "bias"] if layer.use_bias else ["kernel"]
    return []
