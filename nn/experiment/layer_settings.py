"""What settings say of a layer: its kind, and where it differs from what they say of all."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nn.arguments import constructor_arguments
from nn.layers import LAYERS, Layer

KINDS = {
    "dense": "Dense",
    "conv2d": "Conv2D",
    "maxpool": "MaxPooling2D",
    "avgpool": "AveragePooling2D",
    "globalavgpool": "GlobalAveragePooling2D",
    "flatten": "Flatten",
    "dropout": "Dropout",
    "batchnorm": "BatchNormalization",
    "activation": "Activation",
    "rescaling": "Rescaling",
    "conv1d": "Conv1D",
    "rnn": "SimpleRNN",
    "gru": "GRU",
    "lstm": "LSTM",
    "embedding": "Embedding",
    "position": "PositionEmbedding",
    "layernorm": "LayerNormalization",
    "attention": "MultiHeadAttention",
    "transformer": "TransformerBlock",
}
"""Kinds of layers, by their words in text; as :data:`nn.layers.LAYERS` calls them."""

_GENERAL = ("activation", "use_bias", "kernel_initializer", "bias_initializer")
"""Arguments that settings say for all layers."""
THINGS = "input_dim"
"""The argument that says how many things there are to be given: the task knows."""

UNSAID = (
    *_GENERAL,
    "kernel_regularizer",
    "recurrent_initializer",
    "embeddings_initializer",
    THINGS,
)
"""Arguments that are not among the options of a layer: those, and the penalty."""

USUAL = {"return_sequences": True}
"""Arguments that are something else in settings than in the constructor, where nothing is said."""

Options = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class LayerSettings:
    """A layer, where it differs from what the settings say of all layers.

    Attributes:
        units: of a Dense layer; 0 for other kinds, and for the output layer, whose units the data
            decides.
        activation: None for the settings' own; for the output layer None is what suits the loss.
        initializer: of the kernel; None for the one that suits the activation.
        use_bias: None for the settings' own.
        kind: a key of :data:`nn.layers.LAYERS`.
        options: the kind's other arguments by name, in the order of its constructor, where they are
            not the defaults.
    """

    units: int = 0
    activation: str | None = None
    initializer: str | None = None
    use_bias: bool | None = None
    kind: str = "Dense"
    options: Options = ()

    def make(
        self,
        activation: str,
        initializer: Any,
        bias_initializer: Any,
        use_bias: bool,
        things: int = 2,
    ) -> Layer:
        """Return the layer; arguments are for what it leaves open.

        Raises:
            ValueError: there is no such layer.
        """
        general = {
            "activation": self.activation or activation,
            "use_bias": use_bias if self.use_bias is None else self.use_bias,
            "kernel_initializer": self.initializer or initializer,
            "bias_initializer": bias_initializer,
            THINGS: things,
        }
        taken = arguments_of(self.kind)
        given = {name: value for name, value in general.items() if name in taken}
        if self.kind == "Dense":
            given["units"] = self.units
        usual = {name: value for name, value in USUAL.items() if name in taken}
        return LAYERS[self.kind](**given, **{**usual, **dict(self.options)})


def layers(*units: int) -> tuple[LayerSettings, ...]:
    """Return hidden Dense layers that differ in their units only."""
    return tuple(map(LayerSettings, units))


def described(layer: Layer) -> LayerSettings:
    """Return what makes an equal layer, but for its initializers.

    Raises:
        ValueError: it cannot be said as text.
    """
    kind = type(layer).__name__
    if kind not in KINDS.values():
        raise ValueError(f"a {kind} layer cannot be said as text")
    config = layer.config()
    options = []
    said = fewest_arguments(layer)
    for name, value in config.items():
        if name in USUAL:
            if value == USUAL[name]:
                continue
        elif name not in said or name in UNSAID or (kind, name) == ("Dense", "units"):
            continue
        if np.ndim(value) and not isinstance(value, tuple):
            raise ValueError(f"{kind} has an array as {name}, which cannot be said as text")
        options.append((name, single(value)))
    return LayerSettings(
        units=config["units"] if kind == "Dense" else 0,
        activation=layer.activation.name if "activation" in config else None,
        use_bias=config.get("use_bias"),
        kind=kind,
        options=tuple(options),
    )


def fewest_arguments(layer: Layer) -> dict[str, Any]:
    """Return as few arguments as make an equal layer, by name, in the constructor's order.

    >>> from nn import Dropout, MaxPooling2D
    >>> fewest_arguments(MaxPooling2D(3, strides=3)), fewest_arguments(Dropout(0.5))
    ({'pool_size': (3, 3)}, {'rate': 0.5})
    """
    made, config = type(layer), layer.config()
    parameters = constructor_arguments(made)
    found = {name: config[name] for name, one in parameters.items() if one.default is one.empty}
    for name, value in config.items():
        # What an argument is by default may depend on those before it.
        if name not in found and not np.array_equal(made(**found).config()[name], value):
            found[name] = value
    return {name: found[name] for name in config if name in found}


def arguments_of(kind: str) -> Mapping[str, inspect.Parameter]:
    """Return the arguments of a kind's constructor, by name."""
    return constructor_arguments(LAYERS[kind])


def default_of(kind: str, name: str) -> Any:
    """Return what an argument of a kind is in settings that do not say it."""
    return USUAL.get(name, arguments_of(kind)[name].default)


def single(value: Any) -> Any:
    """Return one number for a pair of equal ones."""
    if isinstance(value, tuple) and len(set(value)) == 1:
        return value[0]
    return value
