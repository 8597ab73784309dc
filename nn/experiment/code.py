"""An experiment as a program: what the page's settings mean, for a terminal."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable
from typing import Any

import numpy as np

import nn
from nn.arguments import constructor_arguments
from nn.engine.numerical import NumericalEngine
from nn.experiment.experiment import make_layers, sample_shape
from nn.experiment.layer_settings import fewest_arguments
from nn.experiment.settings import DECAYS, Settings
from nn.experiment.task import DataCode, Task
from nn.initializers import name_of
from nn.layers import Layer
from nn.optimizers import OPTIMIZERS
from nn.regularizers import L1L2

_WIDTH = 80
_FROM_NN = "from nn import "
_USUAL = Task(features=1, outputs=1)

_TITLE = (
    '"""Train and test a network as the page does. '
    'First: pip install . in the project\'s folder."""'
)

_REPORT = """\
result = evaluations[-1]
print(model.summary())
print(f"test loss {result.loss:.4g}")
if result.accuracy is not None:
    print(f"test accuracy {result.accuracy:.2%}")"""


def program(settings: Settings, task: Task, data: DataCode) -> str:
    """Return a program that trains and tests as :class:`nn.experiment.experiment.Experiment` does.

    It asks the same generator for the same numbers in the same order, so that the network it makes
    is the same to the last bit, given the same data and the same engine.
    """
    model, training = _model(settings, task), _training(settings, task)
    imports = _imports(f"{model}\n{training}", data.imports)
    return "\n\n".join([_TITLE, imports, "\n".join(data.lines), model, training, _REPORT]) + "\n"


def _model(settings: Settings, task: Task) -> str:
    lines = [f"rng = np.random.default_rng({settings.seed})"]
    penalized = bool(settings.l1 or settings.l2)
    if penalized:
        lines.append(f"penalty = {_made(L1L2(settings.l1, settings.l2))}")
    layers = make_layers(settings, task)
    arguments = [_spread("[", [_layer(layer, penalized) for layer in layers], "]")]
    inputs = _made(task.inputs)
    if inputs != "Rescaling()":
        arguments.append(f"inputs={inputs}")
    if task.dtype != _USUAL.dtype:
        arguments.append(f"dtype={_value(task.dtype)}")
    lines.append(_spread("model = Sequential(", arguments, ")"))
    shape = sample_shape(layers, task)
    lines.append(f"model.build({shape[0] if len(shape) == 1 else _value(shape)}, rng)")
    return "\n".join(lines)


def _layer(layer: Layer, penalized: bool) -> str:
    """Return the call that makes a layer, with what settings say of it and what is not usual."""
    config = layer.config()
    parameters = constructor_arguments(type(layer))
    places = [name for name, one in parameters.items() if one.default is one.empty]
    said = [name for name in _SAID if name in config and name not in places]
    said += [name for name in fewest_arguments(layer) if name not in (*places, *said)]
    arguments = [_argument(config[name]) for name in places]
    arguments += [
        f"{name}={_argument(config[name])}"
        for name in said
        if name != "bias_initializer" or config["use_bias"]
    ]
    if penalized and "kernel_regularizer" in config:
        arguments.append("kernel_regularizer=penalty")
    return _spread(f"{type(layer).__name__}(", arguments, ")")


_SAID = ("activation", "kernel_initializer", "use_bias")
"""What is written of a layer even where it is the default: it matters most."""


def _argument(value: Any) -> str:
    """Return an argument of a layer: a number, a pair, or the name of what has one."""
    if isinstance(getattr(value, "name", None), str):
        return _value(value.name)
    if callable(value):
        name = name_of(value)
        return _made(value) if name is None else _value(name)
    if isinstance(value, tuple) and len(set(value)) == 1:
        return _value(value[0])
    return _value(value)


_ENDLESS = 1_000_000
"""Epochs of a program that trains until somebody stops it."""


def _training(settings: Settings, task: Task) -> str:
    lines = []
    epochs = settings.epochs or _ENDLESS
    if settings.train_samples is not None:
        lines.append(f"train = train.draw({settings.train_samples}, rng)")
    rate = DECAYS[settings.decay](settings.learning_rate, 1)
    if callable(rate):
        lines.append(f"steps = {epochs} * math.ceil(len(train) / {settings.batch_size})")
        rate_text = _made(rate, decay_steps="steps")
    else:
        rate_text = _value(rate)
    optimizer = _made(OPTIMIZERS[settings.optimizer](rate), learning_rate=rate_text)
    arguments = [f"optimizer={optimizer}", f"loss={_value(task.loss(settings.loss).name)}"]
    if task.target_range != _USUAL.target_range:
        arguments.append(f"target_range={_value(task.target_range)}")
    if settings.gradients == "numerical":
        arguments.append(f"engine={_made(NumericalEngine())}")
    lines.append(_spread("model.compile(", arguments, ")"))
    arguments = [
        "train.inputs",
        "train.targets",
        f"batch_size={settings.batch_size}",
        f"epochs={epochs}",
        "validation_data=(test.inputs, test.targets)",
        f"validation_freq={epochs if settings.patience is None else 1}",
        "rng=rng",
    ]
    if settings.augmentation is not None:
        arguments.append(f"augmentation={_made(settings.augmentation)}")
    if settings.patience is not None:
        arguments += [f"patience={settings.patience}", "restore_best=True"]
    lines.append(_spread("evaluations = model.fit(", arguments, ")"))
    return "\n".join(lines)


def _imports(body: str, given: Iterable[str]) -> str:
    """Return lines that import what ``body`` uses, and those ``given``, in the usual order."""
    used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    lines = {"import math"} if "math" in used else set()
    for line in given:
        if line.startswith(_FROM_NN):
            used.update(line.removeprefix(_FROM_NN).split(", "))
        else:
            lines.add(line)
    lines.discard("import numpy as np")
    public = sorted(used.intersection(nn.__all__), key=lambda name: (not name.isupper(), name))
    from_nn = _FROM_NN + ", ".join(public)
    if len(from_nn) > _WIDTH:
        from_nn = _spread(f"{_FROM_NN}(", public, ")")
    ours = [from_nn, *sorted(line for line in lines if line.startswith("from nn."))]
    standard = sorted(lines.difference(ours), key=lambda line: (line.startswith("from"), line))
    groups = [standard, ["import numpy as np"], ours]
    return "\n\n".join("\n".join(group) for group in groups if group)


def _made(thing: object, **given: str) -> str:
    """Return the call that makes ``thing``, whose attributes are called as its arguments.

    Args:
        thing: an object of a public class.
        given: how to write some of the arguments, which are written even if they are the default.
    """
    arguments = []
    for name, parameter in constructor_arguments(type(thing)).items():
        value = getattr(thing, name)
        text = given.get(name) or _value(value)
        if parameter.default is parameter.empty:
            arguments.append(text)
        elif name in given or np.ndim(value) or value != parameter.default:
            arguments.append(f"{name}={text}")
    return _spread(f"{type(thing).__name__}(", arguments, ")")


def _value(value: object) -> str:
    """Return a number, a text, a tuple of them or an array as one writes it in a program."""
    if isinstance(value, np.ndarray):
        dtype = [] if value.dtype == np.float64 else [f"dtype={_value(value.dtype.name)}"]
        items = textwrap.fill(", ".join(map(str, value)), _WIDTH - 12)
        listed = f"[\n{textwrap.indent(items, '    ')},\n]" if "\n" in items else f"[{items}]"
        return _spread("np.array(", [listed, *dtype], ")")
    if isinstance(value, tuple):
        return f"({', '.join(map(_value, value))})"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        # Pixels are scaled by such numbers: 1 / 255 says more than 0.00392156862745098.
        parts = round(value * 255, 6)
        fraction = f"{parts:g} / 255"
        if parts / 255 == value and len(fraction) < len(repr(value)):
            return fraction
    return repr(value)


def _spread(head: str, items: list[str], tail: str) -> str:
    """Return ``items`` between ``head`` and ``tail``, each on a line of its own if need be."""
    line = f"{head}{', '.join(items)}{tail}"
    if "\n" not in line and len(line) <= _WIDTH:
        return line
    return "\n".join([head, *(textwrap.indent(f"{item},", "    ") for item in items), tail])
