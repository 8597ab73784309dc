"""Layers as text, as forms, links and the command line have them: ``conv2d:16:5:relu,flatten,64``.

A layer is its kind, then its first arguments in the order of its constructor, then words in any
order, with colons between them. No kind means Dense. A word is an activation, an initializer of the
kernel, ``bias`` or ``nobias``, a padding, or ``name=value`` for any other argument; a pair of
numbers is ``5x3``. What is not said of activation, initializer and bias is as the settings say.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from nn.activations import ACTIVATIONS
from nn.experiment.fields import real, truth, whole, write_real, write_truth
from nn.experiment.layer_settings import (
    KINDS,
    THINGS,
    UNSAID,
    USUAL,
    LayerSettings,
    arguments_of,
    default_of,
    described,
    single,
)
from nn.initializers import INITIALIZERS
from nn.layers import LAYERS
from nn.layers.conv1d import PADDINGS

MAX_LAYERS = 40
MAX_UNITS = 4096

_BIAS = {"bias": True, "nobias": False}


def read_layers(text: str) -> tuple[LayerSettings, ...]:
    """Return hidden layers from their text; "none" stands for none.

    Raises:
        ValueError: with a sentence that says which layer is wrong, and what was expected.

    >>> read_layers("conv2d:16:5:relu:strides=2,flatten,64")[0].options
    (('filters', 16), ('kernel_size', 5), ('strides', 2))
    """
    if text == _NO_LAYERS:
        return ()
    parts = text.split(",")
    if len(parts) > MAX_LAYERS:
        raise ValueError(f"expected at most {MAX_LAYERS} layers")
    found = []
    for number, part in enumerate(parts, start=1):
        try:
            found.append(read_layer(part))
        except ValueError as error:
            where = f", in layer {number}" if len(parts) > 1 else ""
            raise ValueError(f"{error}{where}") from None
    return tuple(found)


def write_layers(hidden: tuple[LayerSettings, ...]) -> str:
    """Return the text from which :func:`read_layers` reads them back."""
    return ",".join(map(write_layer, hidden)) or _NO_LAYERS


_NO_LAYERS = "none"


def read_layer(text: str) -> LayerSettings:
    """Return one hidden layer from its text.

    >>> read_layer("256:relu:nobias").units
    256
    """
    first, *rest = (word.strip() for word in text.split(":"))
    if first in KINDS:
        return _read(KINDS[first], rest)
    try:
        return _read("Dense", [first, *rest])
    except _NoUnits:
        raise ValueError(
            f"expected units, 1 to {MAX_UNITS:,}, or a kind of layer ({', '.join(KINDS)}), "
            f"not {first!r:.20}"
        ) from None


class _NoUnits(ValueError):
    """A Dense layer does not begin with a number."""


def read_output(text: str) -> LayerSettings:
    """Return the output layer, which has no units, from its words."""
    layer = LayerSettings()
    for word in filter(None, map(str.strip, text.split(":") if text else [])):
        general = _general_word(word, {"activation", "use_bias", "kernel_initializer"})
        if general is None:
            raise ValueError(
                "expected an activation, an initializer, bias or nobias, with colons between "
                f"them, such as relu:he_normal, not {word!r:.20}"
            )
        layer = _with(layer, general)
    return layer


def _with(layer: LayerSettings, general: dict[str, Any]) -> LayerSettings:
    """Return a layer of which one thing more is said."""
    (name,) = general
    if getattr(layer, name) is not None:
        raise ValueError(f"expected {_CALLED[name]} only once")
    return replace(layer, **general)


_CALLED = {
    "activation": "an activation",
    "initializer": "an initializer",
    "use_bias": "bias or nobias",
}


def _read(kind: str, words: list[str]) -> LayerSettings:
    taken = arguments_of(kind)
    # Those that are given by their place; words and names come after them.
    places = [name for name in taken if name not in UNSAID and name != "padding"]
    values: dict[str, Any] = {}
    layer = LayerSettings(kind=kind)
    for i, word in enumerate(words):
        name, equals, text = word.partition("=")
        general = _general_word(word, set(taken))
        if general is not None:
            layer = _with(layer, general)
            continue
        if equals:
            if name not in taken or name in UNSAID:
                raise ValueError(f"{_expected(kind)}, not {name!r:.20}")
        elif word in PADDINGS and "padding" in taken:
            name, text = "padding", word
        elif i < len(places) and len(values) == i and _looks_like_a_number(word):
            name, text = places[i], word
        elif kind == "Dense" and i == 0:
            raise _NoUnits
        else:
            raise ValueError(f"{_expected(kind)}, not {word!r:.20}")
        if name in values:
            raise ValueError(f"expected {name} of {_word(kind)} only once")
        values[name] = _value(kind, name, text)
    missing = [
        name
        for name, parameter in taken.items()
        if parameter.default is parameter.empty and name not in values and name not in UNSAID
    ]
    if missing:
        if kind == "Dense":
            raise _NoUnits
        raise ValueError(f"{_expected(kind)}; {_listed(missing)} is missing")
    if kind == "Dense":
        return replace(layer, units=values["units"])
    # The constructor knows best what it can be given.
    usual: dict[str, Any] = {name: value for name, value in USUAL.items() if name in taken}
    if kind == "Activation":
        usual["activation"] = "linear"
    if THINGS in arguments_of(kind):
        usual[THINGS] = 2
    config = LAYERS[kind](**{**usual, **values})
    settings = described(config)
    return replace(layer, options=settings.options)


def write_layer(layer: LayerSettings) -> str:
    """Return a layer as text, and the output layer as its words: "100:relu:nobias".

    >>> write_layer(read_layer("conv2d:16:5x5:strides=2x2:same:relu"))
    'conv2d:16:5:relu:same:strides=2'
    """
    return ":".join(filter(None, [write_size(layer), write_manner(layer)]))


def write_size(layer: LayerSettings) -> str:
    """Return the first part of a layer's text: its kind, unless it is Dense, and how large it is.

    >>> write_size(read_layer("conv2d:16:5:relu:strides=2"))
    'conv2d:16:5'
    """
    if layer.kind == "Dense":
        return str(layer.units or "")
    words = [_word(layer.kind)]
    options = dict(layer.options)
    for name in _sizes(layer.kind):
        words.append(_write(options.get(name, arguments_of(layer.kind)[name].default)))
    return ":".join(words)


def write_manner(layer: LayerSettings) -> str:
    """Return the rest of a layer's text, which may be empty: all that is not its size.

    >>> write_manner(read_layer("conv2d:16:5:relu:strides=2"))
    'relu:strides=2'
    """
    bias = {None: None, True: "bias", False: "nobias"}[layer.use_bias]
    words = [layer.activation, layer.initializer, bias]
    sizes = _sizes(layer.kind)
    options = {name: value for name, value in layer.options if name not in sizes}
    words.append(options.pop("padding", None))
    words += [f"{name}={_write(value)}" for name, value in options.items()]
    return ":".join(filter(None, words))


def _word(kind: str) -> str:
    return next(word for word, known in KINDS.items() if known == kind)


def _sizes(kind: str) -> list[str]:
    """Return the arguments that are written without their names: those that a layer must be told.

    How large a pool is says more than nothing, even where it is the default.
    """
    return [
        name
        for name, parameter in arguments_of(kind).items()
        if name not in UNSAID and (parameter.default is parameter.empty or name == "pool_size")
    ]


def own_arguments(kind: str) -> dict[str, str]:
    """Return the arguments that only this kind has, by name, and their defaults as text.

    >>> own_arguments("Conv2D")
    {'filters': '', 'kernel_size': '', 'strides': '1', 'padding': 'valid'}
    """
    return {
        name: "" if parameter.default in (parameter.empty, None) else _write(default_of(kind, name))
        for name, parameter in arguments_of(kind).items()
        if name not in UNSAID
    }


def can_be(kind: str, name: str, text: str) -> bool:
    """Return whether a text can stand for an argument of a kind; an empty one is its default."""
    if not text:
        return arguments_of(kind)[name].default is not inspect.Parameter.empty
    try:
        _value(kind, name, text)
    except ValueError:
        return False
    return True


_FIRST = {
    "Dense": "32",
    "Conv2D": "conv2d:16:3",
    "Conv1D": "conv1d:16:3",
    "SimpleRNN": "rnn:32",
    "GRU": "gru:32",
    "LSTM": "lstm:32",
    "Embedding": "embedding:32",
    "MultiHeadAttention": "attention:4:8",
    "TransformerBlock": "transformer:4:8:128",
    "Dropout": "dropout:0.25",
}


def first_text(kind: str) -> str:
    """Return a layer of a kind to begin with, as text."""
    return _FIRST.get(kind) or next(word for word, known in KINDS.items() if known == kind)


def written_arguments(layer: LayerSettings) -> dict[str, str]:
    """Return as text what a layer says of its :func:`own_arguments`, by name."""
    if layer.kind == "Dense":
        return {"units": str(layer.units)}
    return {name: _write(value) for name, value in layer.options}


def layer_words(kind: str, own: Mapping[str, str], general: Iterable[str]) -> str:
    """Return the text of a layer from what stands in the fields of a form, right or wrong.

    Args:
        kind: a key of :data:`nn.layers.LAYERS`.
        own: the text of each of its :func:`own_arguments`; empty ones are left out.
        general: words for activation, initializer and bias; empty ones are left out.
    """
    words = [] if kind == "Dense" else [next(w for w, known in KINDS.items() if known == kind)]
    named: list[str] = []
    for name, parameter in arguments_of(kind).items():
        if name not in own:
            continue
        if parameter.default is parameter.empty:
            words.append(own[name])
        elif own[name]:
            named.append(own[name] if name == "padding" else f"{name}={own[name]}")
    return ":".join([*words, *filter(None, general), *named])


def _general_word(word: str, taken: set[str]) -> dict[str, Any] | None:
    """Return what a word says of a layer that takes some arguments, or None."""
    if word in ACTIVATIONS and "activation" in taken:
        return {"activation": word}
    if word in INITIALIZERS and "kernel_initializer" in taken:
        return {"initializer": word}
    if word in _BIAS and "use_bias" in taken:
        return {"use_bias": _BIAS[word]}
    return None


def _value(kind: str, name: str, text: str) -> Any:
    """Return the value of an argument, of the type that its constructor says."""
    annotation = str(arguments_of(kind)[name].annotation)
    try:
        if "tuple" in annotation:
            numbers = tuple(whole(1, MAX_UNITS)(part) for part in text.split("x"))
            if len(numbers) > 2:
                raise ValueError(f"expected a number or a pair such as 5x3, not {text!r:.20}")
            return single(numbers)
        if annotation.startswith("int"):
            return whole(1, MAX_UNITS)(text)
        if annotation.startswith("bool"):
            return truth(text)
        if annotation.startswith("str"):
            return text
        return real(-1e6, 1e6)(text)
    except ValueError as error:
        raise ValueError(f"{error} as {name} of {_word(kind)}") from None


def _write(value: Any) -> str:
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    if isinstance(value, bool):
        return write_truth(value)
    return write_real(value) if isinstance(value, float) else str(value)


def _looks_like_a_number(word: str) -> bool:
    return word[:1].isdecimal() or word[:1] in ("-", ".")


def _expected(kind: str) -> str:
    """Return what can be said of a kind, such as "expected conv2d:filters:kernel_size"."""
    taken = arguments_of(kind)
    sizes = _sizes(kind)
    others = [f"{name}=" for name in taken if name not in (*sizes, *UNSAID)]
    if "activation" in taken:
        others = ["an activation", *others]
    if "kernel_initializer" in taken:
        others = [*others[:1], "an initializer", "bias or nobias", *others[1:]]
    start = "units" if kind == "Dense" else ":".join([_word(kind), *sizes])
    return f"expected {start}{', and then ' if others else ''}{_listed(others)}"


def _listed(names: list[str]) -> str:
    return ", ".join(names)
