"""All that a layer kind has to do, checked in one call: :func:`check_layer`."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from nn.data import Dataset
from nn.engine.protocol import Engine
from nn.engine.wasm.asm.assembler import Module
from nn.engine.wasm.asm.instructions import I32
from nn.engine.wasm.layers import KERNELS
from nn.engine.wasm.layers.layer import LayerKernels, Mode, Site
from nn.engine.wasm.machine import InOut, Scratch
from nn.engine.wasm.memory import ARGUMENTS, CONSTANTS, ONE, Place, argument, padded
from nn.formats import weights
from nn.layers import Dense, Flatten, Layer, Pass, Rescaling, Shape
from nn.layers.noise import layer_key
from nn.model import Sequential
from nn.optimizers import SGD, Adam, Optimizer
from tests.unit.wasm_cases import NUMPY, PLAIN_SIMD, WASM, pictures, relative, same

Formula = Callable[[Layer, np.ndarray], np.ndarray]
"""What ``forward`` computes, written another way: of a built layer and (n, *shape) inputs."""

KEY = 0x1234567
"""What decides what is random here."""


def check_layer(
    layer: Layer, shape: Shape, formula: Formula | None = None, *, compiled: bool = True
) -> None:
    """Check that a layer keeps the contract, in both engines.

    Configuration, copies and weights file are round trips; shapes are those of what is written;
    gradients are those of finite differences in float64; the compiled engine does what NumPy does,
    wherever the layer stands, and writes nowhere else.

    Args:
        layer: not part of a network; it is not changed.
        shape: of a sample that it is given.
        formula: gives its outputs, before the activation, in a second way, without training.
        compiled: whether the layer has code at any place; otherwise it shall be named as the one
            that has none.
    """
    check_configuration(layer, shape)
    check_arithmetic(layer, shape, formula)
    check_copies(layer, shape)
    check_file(layer, shape)
    check_engines(layer, shape, compiled)
    if compiled:
        check_kernels(layer, shape)


def check_configuration(layer: Layer, shape: Shape) -> None:
    """Its configuration makes an equal layer, and what it says of itself holds."""
    again = type(layer)(**layer.config())
    assert plain(again.config()) == plain(layer.config())
    assert again.output_shape(shape) == layer.output_shape(shape)
    drawn = [alone(one, shape).parameters for one in (layer, again)]
    assert np.array_equal(*drawn)
    multiplications = layer.multiplications(shape)
    assert isinstance(multiplications, int) and multiplications >= 0
    count = sum(weight.size for weight in layer.weights(shape) if weight.trainable)
    assert layer.parameter_count(shape) == count == drawn[0].size
    names = [weight.name for weight in layer.weights(shape)]
    assert len(set(names)) == len(names)


def check_arithmetic(layer: Layer, shape: Shape, formula: Formula | None = None) -> None:
    """NumPy's forward and backward are the formula and its derivatives."""
    network = alone(layer, shape)
    x = distinct(5, shape)
    z, _ = forward(network, x)
    assert z.shape == (5, *layer.output_shape(shape))
    if formula:
        np.testing.assert_allclose(z, formula(network.layers[0], x), rtol=1e-9, atol=1e-12)
    trained, _ = forward(network, x, training=True)
    if not (layer.random or layer.couples_samples):
        assert np.array_equal(trained, z)
    if not layer.couples_samples:
        # A mini-batch may be worked on in parts, whatever is random.
        for training, whole in ((False, z), (True, trained)):
            for part in (slice(0, 1), slice(1, 2), slice(2, 5)):
                found, _ = forward(network, x[part], training, part.start)
                np.testing.assert_allclose(found, whole[part], rtol=1e-12, atol=1e-14)
    for count in (1, 3):
        check_gradients(network, x[:count])
    narrow = alone(layer, shape, "float32")
    found, _ = forward(narrow, x.astype(np.float32))
    assert found.dtype == np.float32 and relative(found, z) < 1e-5


def check_gradients(network: Sequential, x: np.ndarray) -> None:
    """Backward agrees with central finite differences of ``Σ c · z``, for random c."""
    c = np.random.default_rng(3).normal(size=(len(x), *network.output_shape))

    def value() -> float:
        return float(np.vdot(c, forward(network, x, training=True)[0]))

    _, p = forward(network, x, training=True)
    gradients, dx = backward(network, x, c, p)
    for array, found in ((network.parameters, gradients), (x, dx)):
        flat, expected = array.reshape(-1), np.empty(array.size)
        for i, number in enumerate(flat):
            flat[i] = number + 1e-5
            above = value()
            flat[i] = number - 1e-5
            expected[i] = (above - value()) / 2e-5
            flat[i] = number
        if array.size:
            np.testing.assert_allclose(found.ravel(), expected, rtol=1e-6, atol=1e-8)
    _, p = forward(network, x, training=True)
    assert np.array_equal(backward(network, x, c, p, first=True)[0], gradients)


def check_copies(layer: Layer, shape: Shape) -> None:
    """Copies of a layer and of a network have equal weights of their own, and compute the same."""
    model = Standing(layer, shape, "first", "floats", lambda: SGD(0.1)).model(NUMPY)
    x = distinct(4, shape).astype(np.float32)
    expected, parameters = model.predict(x), model.parameters.copy()
    compiled = WASM.program(model).name
    for duplicate in DUPLICATES:
        twin = duplicate(model)
        assert np.array_equal(twin.predict(x), expected)
        assert WASM.program(twin).name == compiled
        for one, other in zip(twin.layers, model.layers, strict=True):
            assert plain(one.config()) == plain(other.config())
        twin.parameters[...] = 0
        assert np.array_equal(model.parameters, parameters)

        built = alone(layer, shape)
        lone = duplicate(built.layers[0])
        assert plain(lone.config()) == plain(layer.config())
        for name, view in built.layers[0].views.items():
            assert np.array_equal(getattr(lone, name), view)
            assert not np.shares_memory(getattr(lone, name), view)
        # It is part of no network yet.
        Sequential([lone], Rescaling()).build(shape, 0)


def check_file(layer: Layer, shape: Shape) -> None:
    """What the weights file holds is the same network."""
    for kind in ("floats", "bytes"):
        standing = Standing(layer, shape, "middle", kind, lambda: SGD(0.1))
        model = standing.model(NUMPY)
        model.state += 0.25
        text = weights.dumps(model, weights.Training())
        found, _ = weights.loads(text.encode())
        assert np.array_equal(
            found.predict(standing.data.inputs), model.predict(standing.data.inputs)
        )
        assert [type(one) for one in found.layers] == [type(one) for one in model.layers]
        assert weights.dumps(found, weights.Training()) == text


def check_engines(layer: Layer, shape: Shape, compiled: bool = True) -> None:
    """Both engines find the same gradients, train to the same weights and give the same outputs."""
    for standing, engine in standings(layer, shape):
        model = standing.model(engine)
        name = model.program.name
        kind = type(layer).__name__
        whole = compiled or standing.place == "first" and type(layer) is Rescaling
        assert name == (engine.name if whole else f"NumPy ({kind} is not compiled)")
        x = standing.data.inputs[:2]
        expected = standing.model(NUMPY).predict(x)
        assert relative(model.predict(x), expected) < 1e-4, "predictions before training differ"
        for batch_size in (1, 6):
            where = f"{kind} in {standing.place} place, {standing.kind}, by {engine.name}"
            assert same(standing, engine, batch_size), where


def check_kernels(layer: Layer, shape: Shape) -> None:
    """Its kernels compute what NumPy does, and write nothing but their arrays, and all of these."""
    site = Site(1, False, False, "floats", False, False, "linear")
    found = (candidate.of(layer, shape, site) for candidate in KERNELS[type(layer)])
    kernels = next(filter(None, found), None)
    if kernels is None:
        return
    again = type(kernels).of(type(layer)(**layer.config()), shape, site)
    assert again == kernels and hash(again) == hash(kernels)
    network = alone(layer, shape, "float32")
    for rows in (1, 3):
        x = distinct(rows, shape).astype(np.float32)
        z, p = forward(network, x, training=True, key=layer_key(KEY, site.index))
        dz = distinct(rows, z.shape[1:], seed=5).astype(np.float32)
        gradients, dx = backward(network, x, dz, p)
        for engine in (WASM, PLAIN_SIMD):
            results = run_kernels(kernels, engine, network, x, dz)
            for expected, result in zip((z, dx, gradients), results, strict=True):
                assert np.isfinite(result).all(), "a kernel left some numbers as they were"
                close = expected.size == 0 or relative(result, expected) < 1e-5
                assert close, "a kernel gives other numbers than NumPy"


def run_kernels(
    kernels: LayerKernels, engine: Any, network: Sequential, x: np.ndarray, dz: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return z, dx and gradients by the kernels alone, on arrays that nothing else lies beside."""
    residuals, row = {}, 0
    for name, size in kernels.residuals.items():
        residuals[name] = row
        row += padded(4 * size)
    places, ends = {}, {True: 0, False: 0}
    for name, size, trainable in kernels.weights:
        places[name] = 4 * ends[trainable]
        ends[trainable] += size
    module = Module(engine.machine.relaxed)
    with module.function("run", I32, export=True) as f:
        (arguments,) = f.parameters
        own = [f.local(I32.load(arguments, 4 * (len(ARGUMENTS) + i))) for i in range(5)]
        x_, z_, dz_, dx_, rows = own
        if kernels.in_place:
            x_, dz_ = z_, dx_
        parameters = f.local(argument(arguments, "parameters"))
        written = f.local(argument(arguments, "gradients"))
        key = f.local(argument(arguments, "keys"))
        place = Place(
            arguments, parameters, places, padded(kernels.shared), residuals, 0, written, key
        )
        kernels.begin(f, place)
        kernels.forward(f, place, x_, z_, rows, Mode.TRAINING)
        kernels.input_gradient(f, place, x_, dz_, dx_, rows)
        kernels.weight_gradients(f, place, x_, dz_, rows)
    constants = np.zeros(CONSTANTS, np.float32)
    constants[ONE] = 1
    gradients = np.full_like(network.parameters, np.nan)
    z, dx = np.full_like(dz, np.nan), np.full_like(x, np.nan)
    if kernels.in_place:
        z, dx = x.copy(), dz.copy()
    given = {
        "samples": len(x),
        "batch": len(x),
        "parameters": network.parameters,
        "gradients": InOut(gradients),
        "state": InOut(network.state.copy()),
        "constants": constants,
        "scratch": Scratch(padded(kernels.shared) + len(x) * row),
        "keys": KEY,
    }
    library = engine.machine.load(module.encode())
    table = [given.get(name, 0) for name in ARGUMENTS]
    library.run("run", [*table, x, InOut(z), dz, InOut(dx), len(x)])
    return z, dx, gradients


@dataclass
class Standing:
    """A small network with the layer in it, and what it is trained on.

    Attributes:
        layer, shape: as for :func:`check_layer`.
        place: "first", "middle" or "last", of what is computed.
        kind: of inputs: "floats" or "bytes".
        optimizer: makes one.
    """

    layer: Layer
    shape: Shape
    place: str
    kind: str
    optimizer: Callable[[], Optimizer]

    def model(self, engine: Engine, dtype: str = "float32") -> Sequential:
        layers = [copy.copy(self.layer)]
        if self.place != "last" and len(self.layer.output_shape(self.shape)) > 1:
            layers.append(Flatten())
        if self.place != "first":
            # A bias below what takes the mean away has no gradient, only rounding.
            layers.insert(0, Dense(self.shape[-1], "tanh", not self.layer.couples_samples))
        if self.place != "last":
            layers.append(Dense(3, "softmax"))
        inputs = Rescaling(1 / 255, 0.01) if self.kind == "bytes" else Rescaling()
        if self.place == "first" and type(self.layer) is Rescaling:
            inputs = None
        model = Sequential(layers, inputs, dtype)
        loss = "mse" if self.place == "last" else "categorical_crossentropy"
        model.compile(self.optimizer(), loss, engine=engine)
        model.build(self.shape, np.random.default_rng(1))
        # Biases that start at 0 would hide where they are added.
        model.parameters += np.random.default_rng(2).normal(0, 0.1, model.parameters.shape)
        return model

    @property
    def data(self) -> Dataset:
        rng = np.random.default_rng(4)
        count, size = 20, math.prod(self.shape)
        inputs = rng.normal(size=(count, size)).astype(np.float32)
        if self.kind == "bytes":
            # Many zeros side by side: maxima that are not one alone.
            inputs = pictures(rng, count, size, 0.5)
        inputs = inputs.reshape(count, *self.shape)
        if self.place != "last":
            return Dataset(inputs, rng.integers(0, 3, count), 3)
        return Dataset(inputs, rng.random((count, *self.layer.output_shape(self.shape))))


def standings(layer: Layer, shape: Shape) -> Iterator[tuple[Standing, Any]]:
    """Yield networks with the layer at each place, and engines to compile them with.

    Any two of place, kind of inputs, optimizer and engine meet.
    """
    sgd, adam = lambda: SGD(0.05), lambda: Adam(0.003, epsilon=1e-3)
    yield Standing(layer, shape, "first", "floats", sgd), WASM
    yield Standing(layer, shape, "first", "bytes", adam), PLAIN_SIMD
    yield Standing(layer, shape, "middle", "floats", adam), WASM
    yield Standing(layer, shape, "middle", "bytes", sgd), PLAIN_SIMD
    yield Standing(layer, shape, "last", "floats", sgd), PLAIN_SIMD
    yield Standing(layer, shape, "last", "bytes", adam), WASM


def alone(layer: Layer, shape: Shape, dtype: str = "float64") -> Sequential:
    """Return a built network of a copy of the layer alone, with random weights."""
    network = Sequential([copy.copy(layer)], Rescaling(), dtype)
    network.build(shape, np.random.default_rng(1))
    rng = np.random.default_rng(2)
    network.parameters += rng.normal(0, 0.1, network.parameters.shape)
    network.state += rng.uniform(0, 0.5, network.state.shape)
    return network


def distinct(count: int, shape: Shape, seed: int = 0) -> np.ndarray:
    """Return (count, *shape) numbers from -1 to 1, no two of them close, and none at 0.

    So a maximum has no kink there, and neither has what bends at 0.
    """
    size = count * math.prod(shape)
    numbers = np.random.default_rng(seed).permutation(size)
    return ((2 * numbers + 1.25) / size - 1).reshape(count, *shape)


def forward(
    network: Sequential, x: np.ndarray, training: bool = False, first: int = 0, key: int = KEY
) -> tuple[np.ndarray, Pass]:
    """Return what the network's only layer makes of ``x`` before its activation, and the pass."""
    (layer,), (gradients,) = network.layers, network.gradient_views
    shapes = layer.residuals(network.input_shape)
    residuals = {name: np.full((len(x), *s), np.nan, x.dtype) for name, s in shapes.items()}
    p = Pass(training, False, key, first, gradients, residuals)
    z = np.full((len(x), *network.output_shape), np.nan, x.dtype)
    before = x.copy()
    layer.forward(x, z, p)
    assert np.isfinite(z).all(), "forward left some numbers as they were"
    assert np.array_equal(x, before), "forward changed its inputs"
    return z, p


def backward(
    network: Sequential, x: np.ndarray, dz: np.ndarray, p: Pass, first: bool = False
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the gradients with respect to parameters and inputs, None in first place."""
    network.gradients = np.nan
    dx = None if first else np.full_like(x, np.nan)
    before = x.copy()
    network.layers[0].backward(x, dz.copy(), dx, p)
    assert np.isfinite(network.gradients).all(), "backward left some gradients as they were"
    assert dx is None or np.isfinite(dx).all(), "backward left some of dx as it was"
    assert np.array_equal(x, before), "backward changed its inputs"
    return network.gradients.copy(), dx


def plain(value: Any) -> Any:
    """Return something that is equal for equal configurations: their values, all the way down."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if hasattr(value, "__dict__"):
        return type(value), plain(vars(value))
    return value


DUPLICATES: list[Callable[[Any], Any]] = [
    copy.copy,
    copy.deepcopy,
    lambda one: pickle.loads(pickle.dumps(one)),
]
