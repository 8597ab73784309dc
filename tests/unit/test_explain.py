"""Every number of a walk is the engine's, and every formula comes to what it says."""

from __future__ import annotations

import copy
import math
from dataclasses import replace

import numpy as np
import pytest

from nn import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Rescaling,
    Sequential,
)
from nn.data import Dataset
from nn.engine.numpy import NumpyProgram
from nn.experiment.experiment import Experiment
from nn.explain import Number, Walk, needed, next_update
from nn.explain.links import uses
from nn.explain.window import window_of
from nn.labs import colours, digits, points, temperature
from nn.losses import LOSSES
from nn.optimizers import OPTIMIZERS, SGD, Adam
from nn.regularizers import L1L2
from tests.unit.explained import check_lines, check_links
from tests.unit.wasm_cases import WASM


def samples(shape: tuple[int, ...], outputs: int, count: int = 6, values: bool = False) -> Dataset:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(count, *shape)).astype(np.float32)
    if values:
        targets = rng.normal(size=(count, outputs)).astype(np.float32)
        # Should all but the first be classes: they are a distribution.
        targets[:, 1] = 1 - targets[:, 2:].sum(axis=1)
        return Dataset(x, targets)
    return Dataset(x, rng.integers(outputs, size=count), classes=outputs)


def made(layers, shape, outputs=3, loss="categorical_crossentropy", optimizer=None, **options):
    model = Sequential(layers, **options)
    model.compile(optimizer or SGD(0.1), loss, engine="numpy")
    model.build(shape, 1)
    rng = np.random.default_rng(5)
    model.parameters += rng.normal(0, 0.1, model.parameters.size).astype(np.float32)
    return model, samples(shape, outputs, values=loss.startswith("mean"))


DENSE = {
    f"{activation}, {output}, {loss}": (
        lambda activation=activation, output=output, loss=loss: made(
            [Dense(7, activation=activation), Dense(3, activation=output)], (9,), 3, loss
        )
    )
    for activation in ("sigmoid", "tanh", "relu", "leaky_relu", "linear", "softmax")
    for output, loss in (
        ("sigmoid", "half_squared_error"),
        ("linear", "mean_squared_error"),
        ("tanh", "mean_absolute_error"),
        ("sigmoid", "binary_crossentropy"),
        ("softmax", "categorical_crossentropy"),
        ("softmax", "mean_squared_error"),
        ("softmax", "half_squared_error"),
        ("linear(1)+softmax(2)", "mean_squared_error(1)+categorical_crossentropy(2)"),
    )
}
KINDS = {
    "Conv2D": [Conv2D(4, 3, activation="relu"), Flatten()],
    "Conv2D, same, strides": [Conv2D(4, (3, 2), strides=2, padding="same"), Flatten()],
    "Conv2D twice": [Conv2D(3, 2, use_bias=False), Conv2D(4, 2, padding="same"), Flatten()],
    "MaxPooling2D": [Conv2D(3, 2), MaxPooling2D(2), Flatten()],
    "MaxPooling2D, same": [MaxPooling2D(3, strides=2, padding="same"), Flatten()],
    "MaxPooling2D, over each other": [Conv2D(2, 1), MaxPooling2D(3, strides=1), Flatten()],
    "AveragePooling2D": [Conv2D(3, 2), AveragePooling2D(2), Flatten()],
    "AveragePooling2D, same": [Conv2D(2, 1), AveragePooling2D(3, 2, padding="same"), Flatten()],
    "GlobalAveragePooling2D": [Conv2D(5, 3, activation="tanh"), GlobalAveragePooling2D()],
    "Dense within pictures": [Conv2D(3, 3), Dense(4, activation="relu"), Flatten()],
    "Dropout": [Flatten(), Dense(9, activation="relu"), Dropout(0.4)],
    "BatchNormalization": [Flatten(), Dense(6), BatchNormalization(), Activation("relu")],
    "BatchNormalization of pictures": [Conv2D(3, 3), BatchNormalization(), Flatten()],
    "Rescaling within": [Flatten(), Dense(4), Rescaling(2.0, 0.5), Dense(5, activation="tanh")],
}


def kind(name):
    layers = [copy.copy(layer) for layer in KINDS[name]]
    return made([*layers, Dense(3, activation="softmax")], (8, 7, 2))


def lab(name):
    rng = np.random.default_rng(2)
    if name in digits.PRESETS:
        settings = digits.PRESETS[name]
        pictures = rng.integers(0, 256, size=(40, 28, 28, 1)).astype(np.uint8)
        data, task = Dataset(pictures, np.arange(40) % 10, classes=10), digits.task(settings)
    elif name == "points":
        settings = points.DEFAULTS
        task = points.task(settings)
        (data, _) = points.data(settings)
    elif name == "temperature":
        settings = temperature.DEFAULTS
        task, (data, _) = temperature.task(settings), temperature.data(settings)
    else:
        settings = colours.PRESETS[name]
        task, data = colours.task(settings), colours.data(settings).train
    experiment = Experiment(settings, task)
    short = replace(settings, epochs=2, train_samples=40)
    list(zip(range(4), experiment.train(short, data, None, 0.001), strict=False))
    model, optimizer = next_update(experiment, short)
    model.compile(optimizer, model.loss, model.target_range, "numpy")
    return model, data


LABS = (*digits.PRESETS, "points", "temperature", *colours.PRESETS)


def check(model: Sequential, data: Dataset, optimizer=None) -> Walk:
    """Check all pages for many paths against the NumPy engine."""
    optimizer = optimizer or model.optimizer
    optimizer = copy.deepcopy(optimizer)
    batch = data.take(range(needed(model, 5)))
    before = model.parameters.copy()
    walk = Walk(model, batch, optimizer)
    assert np.array_equal(model.parameters, before)

    twin = copy.copy(model)
    program = NumpyProgram(twin)
    with np.errstate(all="ignore"):
        totals, buffers = program._forward(batch, np.arange(len(batch)), training=True)
        program._find_gradients(buffers, totals.loss)
    trained = copy.copy(model)
    trained.optimizer = optimizer
    NumpyProgram(trained).train(batch, np.arange(len(batch)), len(batch))

    trace = walk.trace
    assert trace.loss == pytest.approx(totals.loss / len(batch), rel=1e-5)
    assert np.array_equal(trace.gradients, twin.gradients)
    assert np.array_equal(walk.update.after, trained.parameters)
    for i, deltas in enumerate(buffers.deltas):
        assert np.array_equal(trace.dz[i], deltas)
        assert np.array_equal(trace.x[i], buffers.activations[i])
    if not (model.random or model.couples_samples):
        assert trace.x[-1][0] == pytest.approx(model.predict(batch.inputs)[0], rel=1e-5, abs=1e-6)

    rng = np.random.default_rng(4)
    for path in range(4):
        if path:
            level = int(rng.integers(len(walk.units)))
            walk.choose(level, int(rng.integers(trace.x[level][0].size)))
            layer = walk.weighted[path % len(walk.weighted)]
            walk.follow(layer, bias=path == 2 and walk.has_bias(layer))
        check_pages(walk, twin, trained)
    return walk


def check_pages(walk: Walk, twin: Sequential, trained: Sequential) -> None:
    trace = walk.trace
    for stop, (phase, layer) in enumerate(walk.stops):
        page = walk.page(stop)
        check_lines(page)
        if layer is None:
            continue
        unit = walk.units[layer + 1]
        if phase == "forward":
            z = float(trace.z[layer].ravel()[unit])
            assert page.lines[0].value == z
            if page.terms is not None:
                assert page.terms.total == pytest.approx(z, rel=1e-3, abs=1e-5)
                assert sum(term.chosen for term in page.terms.rows) <= 2
            if len(page.lines) > 1:
                assert page.line("y").value == float(trace.x[layer + 1].ravel()[unit])
        else:
            dz = float(trace.dz[layer].ravel()[unit])
            assert page.line("∂L/∂z").value == dz
            if page.terms is not None:
                assert page.terms.total == pytest.approx(page.lines[0].value, rel=1e-3, abs=1e-6)
            if "kernel" in trace.slopes[layer]:
                weight = walk.weight_of(layer, bias=False)
                slope = trace.slopes[layer]["kernel"].ravel()[weight.index]
                assert page.line("∂L/∂w").value == slope
                if page.uses is not None and trace.count == 1:
                    assert page.uses.total == pytest.approx(slope, rel=1e-3, abs=1e-6)
    weight, views = walk.weight, trained.layers[walk.layer].views
    update = walk.page(len(walk.stops) - 2)
    assert update.line(f"new {weight.symbol}").value == views[weight.name].ravel()[weight.index]
    before = twin.layers[walk.layer].views[weight.name].ravel()[weight.index]
    gradient = twin.gradient_views[walk.layer][weight.name].ravel()[weight.index]
    numbers = {
        part.symbol: part.value
        for line in update.lines
        for part in line.parts
        if isinstance(part, Number)
    }
    assert numbers[weight.symbol] == before
    assert numbers.get("gradient", numbers.get("g")) == gradient
    after = walk.page(len(walk.stops) - 1)
    assert [line.value for line in after.lines[:1]] == [trace.loss]


@pytest.mark.parametrize("name", DENSE)
def test_dense_networks(name):
    check(*DENSE[name]())


@pytest.mark.parametrize("name", KINDS)
def test_layer_kinds(name):
    check(*kind(name))


@pytest.mark.parametrize("name", LABS)
def test_labs(name):
    check(*lab(name))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_after_some_updates(name):
    model, data = made([Dense(5, activation="tanh"), Dense(3, activation="softmax")], (4,))
    model.compile(OPTIMIZERS[name](0.01), model.loss, engine="numpy")
    model.fit(data.inputs, data.targets, batch_size=2, epochs=3, rng=1)
    walk = check(model, data)
    slots = [slot.any() for slot in walk.update.slots_before]
    assert all(slots) and len(slots) == len(model.optimizer.slots)


@pytest.mark.parametrize("penalty", [L1L2(l1=0.01), L1L2(l2=0.02), L1L2(0.01, 0.02)])
def test_penalties_are_part_of_the_gradient(penalty):
    layers = [Dense(5, kernel_regularizer=penalty), Dense(3, activation="softmax")]
    walk = check(*made(layers, (4,)))
    walk.follow(0)
    assert walk.page(len(walk.stops) - 2).lines[0].parts[0].symbol == "gradient"
    assert any("Large weights" in line.words for line in walk.page(3).lines)


@pytest.mark.parametrize("name", KINDS)
def test_links_are_the_derivatives_of_the_layers(name):
    walk = Walk(*_alone(*kind(name)))
    trace = walk.trace
    for i, layer in enumerate(trace.network.layers):
        if isinstance(layer, BatchNormalization):
            continue
        check_links(trace, i)


def _alone(model, data):
    return model, data.take([0]), model.optimizer


@pytest.mark.parametrize("name", ["Conv2D", "Conv2D, same, strides", "Conv2D twice"])
def test_the_gradient_of_a_kernel_is_the_sum_over_its_uses(name):
    walk = Walk(*_alone(*kind(name)))
    trace = walk.trace
    for place in range(0, trace.x[1][0].size, 5):
        walk.choose(1, place)
        weight = walk.weight_of(0, bias=False)
        inputs, units = uses(trace, 0, walk.units[1], walk.source(0))
        total = (trace.x[0].ravel()[inputs] * trace.dz[0].ravel()[units]).sum()
        assert total == pytest.approx(trace.slopes[0]["kernel"].ravel()[weight.index], rel=1e-4)


@pytest.mark.parametrize("name", [name for name in KINDS if "2D" in name and "Global" not in name])
def test_a_window_shows_patch_kernel_and_sum(name):
    model, data = kind(name)
    walk = Walk(model, data.take([0]), model.optimizer)
    for unit in range(walk.trace.x[1][0].size):
        walk.choose(1, unit)
        window = window_of(walk, 0)
        z = float(walk.trace.z[0].ravel()[unit])
        if window.kernel is not None:
            layer = model.layers[0]
            total = 0.0
            for channel in range(walk.trace.x[0].shape[-1]):
                inside = [
                    n for n in walk.into(0).places if n % walk.trace.x[0].shape[-1] == channel
                ]
                walk.units[0] = int(inside[0])
                total += float(window_of(walk, 0).products.sum())
            bias = 0.0 if layer.bias is None else layer.bias[unit % layer.filters]
            assert total + bias == pytest.approx(z, rel=1e-4, abs=1e-5)
        elif window.winner is not None:
            assert window.patch[window.winner] == z
    assert window_of(walk, len(model.layers) - 1) is None


def test_a_path_goes_through_what_is_chosen_and_holds_together():
    walk = Walk(*_alone(*kind("MaxPooling2D")))
    rng = np.random.default_rng(7)
    for _ in range(50):
        level = int(rng.integers(len(walk.units)))
        place = int(rng.integers(walk.trace.x[level][0].size))
        walk.choose(level, place)
        assert walk.units[level] == place
        for i in range(level):
            assert walk.units[i] == walk.source(i)
    with pytest.raises(ValueError, match="from 1 to 3"):
        walk.choose(len(walk.units) - 1, 3)


def test_an_optimizer_goes_on_only_with_its_own_settings():
    settings = colours.DEFAULTS
    data = colours.data(settings).train
    experiment = Experiment(settings, colours.task(settings))
    flat = replace(settings, decay="none", epochs=1)
    list(experiment.train(flat, data, None, 1.0))
    _, optimizer = next_update(experiment, flat)
    assert isinstance(optimizer, Adam) and optimizer.iterations > 0 and optimizer.slots[0].any()
    _, other = next_update(experiment, replace(flat, learning_rate=0.5))
    assert other.iterations == 0 and other.learning_rate == 0.5 and not other.slots[0].any()
    model, _ = next_update(experiment, replace(flat, l2=0.3))
    assert model.layers[0].kernel_regularizer.l2 == 0.3
    assert experiment.model.layers[0].kernel_regularizer is None


def test_names_are_those_of_columns_classes_and_pixels():
    model, data = lab("Classic")
    walk = Walk(model, data.take([3]), model.optimizer)
    assert walk.names.of(0, 29) == "row 2, column 2"
    assert walk.names.of(2, 3) == "output “3”" and "“3”" in walk.told_target
    model, data = lab("temperature")
    walk = Walk(model, data.take([3]), model.optimizer)
    assert [walk.names.of(level, 0) for level in (0, 1)] == ["input celsius", "output fahrenheit"]


@pytest.mark.parametrize("name", ["Conv2D", "MaxPooling2D", "Dropout", "BatchNormalization"])
def test_the_compiled_engine_has_the_same_numbers(name):
    model, data = kind(name)
    model.compile(model.optimizer, model.loss, engine=WASM)
    batch = data.take(range(needed(model, 5)))
    walk = Walk(model, batch, model.optimizer)
    model.program.train(batch, np.arange(len(batch)), len(batch))
    assert walk.update.after == pytest.approx(model.parameters, rel=1e-4, abs=1e-6)


def test_a_gradient_of_0_is_explained():
    model, data = made([Dense(3, activation="softmax")], (4,))
    data.inputs[0, 2] = 0
    walk = Walk(model, data.take([0]), model.optimizer)
    walk.choose(0, 2)
    assert "Its input is 0" in walk.page(len(walk.stops) - 2).words


def test_every_loss_has_its_parts():
    for name in LOSSES:
        output = LOSSES[name].output_activation or "linear"
        model, data = made([Dense(3, activation=output)], (4,), 3, name)
        walk = Walk(model, data.take([1]), model.optimizer)
        page = walk.page(2)
        assert page.phase == "loss"
        assert page.terms.total == pytest.approx(walk.trace.loss, rel=1e-5)
        assert math.isfinite(page.line("part").value)
