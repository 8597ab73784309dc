"""Networks for the tests of file formats, and what is asked of every format's reader."""

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from nn import formats
from nn.experiment.experiment import Experiment
from nn.labs import colours, digits, points, temperature
from nn.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Rescaling,
)
from nn.model import Sequential
from nn.network import shapes_of

PICTURES = (5, 6, 2)

# For each kind, layers that can be given pictures of that shape.
LAYERS: list[Layer] = [
    *(Activation(name) for name in ("relu", "sigmoid", "tanh", "leaky_relu", "softmax", "linear")),
    AveragePooling2D(),
    AveragePooling2D((1, 2), strides=1, padding="same"),
    AveragePooling2D((3, 2), strides=2, padding="same"),
    BatchNormalization(momentum=0.9, epsilon=0.01),
    Conv2D(3, 2),
    Conv2D(2, (1, 3), strides=(2, 1), padding="same", activation="relu", use_bias=False),
    Conv2D(4, 3, strides=2, padding="same", activation="softmax"),
    Dense(3),
    Dense(2, "tanh", use_bias=False),
    Dropout(0.25),
    Flatten(),
    GlobalAveragePooling2D(),
    MaxPooling2D(),
    MaxPooling2D(3, strides=(2, 1), padding="same"),
    Rescaling(0.5),
    Rescaling(np.array([0.5, 1 / 3]), 2.5),
    Rescaling(np.linspace(0.5, 2, 60).reshape(PICTURES), np.linspace(-1, 1, 6).reshape(6, 1)),
]


def built(model: Sequential, shape: int | tuple[int, ...], seed: int = 0) -> Sequential:
    """The model with weights, those that are not trained too, that are all different."""
    model.build(shape, seed)
    rng = np.random.default_rng(seed)
    for array, low in ((model.parameters, -1), (model.state, 0.5)):
        array[...] = rng.uniform(low, 1, array.size)
    return model


def every_kind() -> Sequential:
    """A network with every kind of layer in it."""
    layers = [
        Conv2D(4, (3, 2), strides=(1, 2), padding="same", kernel_initializer="he_normal"),
        BatchNormalization(momentum=0.9),
        Activation("relu"),
        MaxPooling2D((2, 1)),
        Rescaling(np.array([0.5, 1, 2, 4]), 0.25),
        Dropout(0.25),
        AveragePooling2D(2, padding="same"),
        Conv2D(3, 1, activation="leaky_relu", use_bias=False),
        Flatten(),
        Dense(5, "tanh", use_bias=False),
        Dense(2, "softmax"),
    ]
    model = Sequential(layers, Rescaling(1 / 255, -0.5))
    model.compile(loss="categorical_crossentropy")
    return built(model, (6, 5, 2))


def random_networks(count: int, seed: int = 1) -> Iterator[Sequential]:
    """Networks of random layers in a row."""
    rng = random.Random(seed)
    for number in range(count):
        shape = rng.choice([(7,), PICTURES, (4, 4, 1), (3, 2)])
        scaling = rng.choice([Rescaling(), Rescaling(0.5), Rescaling(np.full(shape[-1:], 0.25), 1)])
        layers: list[Layer] = []
        for one in rng.choices(LAYERS, k=6):
            again = type(one)(**one.config())
            try:
                shapes_of([*layers, again], shape)
                again.weights(shapes_of([*layers, again], shape)[-2])
            except ValueError:
                continue
            layers.append(again)
        layers.append(Dense(rng.randint(1, 4), rng.choice(["sigmoid", "softmax", None])))
        dtype = rng.choice(["float32", "float32", "float64"])
        yield built(Sequential(layers, scaling, dtype), shape, number)


def preset_networks() -> Iterator[Sequential]:
    """The network of each preset of each lab."""
    labs: tuple[Any, ...] = (digits, colours, points, temperature)
    for lab in labs:
        for settings in lab.PRESETS.values():
            model = Experiment(settings, lab.task(settings)).model
            model.state[...] = np.random.default_rng(3).uniform(0.5, 1, model.state.size)
            yield model


def inputs_for(model: Sequential, count: int = 5) -> np.ndarray:
    """Raw inputs as of pictures."""
    rng = np.random.default_rng(5)
    return rng.integers(0, 256, (count, *model.input_shape)).astype(model.dtype)


def check_equal(again: Sequential, model: Sequential) -> None:
    """The weights and the predictions are the same to the bit."""
    assert again.dtype == model.dtype
    assert again.input_shape == model.input_shape
    assert again.parameters.tobytes() == model.parameters.tobytes()
    assert again.state.tobytes() == model.state.tobytes()
    x = inputs_for(model)
    assert np.array_equal(again.predict(x), model.predict(x), equal_nan=True)


def check_refused(load: Callable[[bytes], object], data: bytes) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(ValueError) as refused:
        load(data)
    check_sentence(refused.value)
    return str(refused.value)


def check_sentence(error: ValueError) -> None:
    assert type(error) is ValueError
    assert 10 < len(str(error)) < 300, str(error)
    assert str(error).isprintable(), str(error)


def mutants(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Files made of a right one: bytes changed, cut out, repeated and put elsewhere."""
    rng = random.Random(seed)
    for _ in range(count):
        changed = bytearray(data)
        for _ in range(rng.choice([1, 1, 1, 2, 5])):
            start = rng.randrange(len(changed)) if changed else 0
            length = rng.choice([1, 1, 2, 4, 8, 30])
            kind = rng.randrange(5)
            if kind == 0:
                changed[start : start + length] = rng.randbytes(length)
            elif kind == 1:
                changed[start : start + 1] = rng.choice([b"\0", b"\xff", b"\x7f", b"\x80", b"9"])
            elif kind == 2:
                del changed[start : start + length]
            elif kind == 3:
                changed[start:start] = changed[start : start + length]
            else:
                place = rng.randrange(len(changed)) if changed else 0
                changed[place : place + length] = changed[start : start + length]
        yield bytes(changed)


def check_mutants(load: Callable[[bytes], object], data: bytes, count: int, seed: int = 0) -> None:
    """Each is read, or refused in a sentence, at once."""
    for changed in mutants(data, count, seed):
        begun = time.process_time()
        try:
            load(changed)
        except ValueError as error:
            check_sentence(error)
        assert time.process_time() - begun < 2


def load(data: bytes) -> Sequential:
    """The model of a file of any format."""
    return formats.loads(data)[0]
