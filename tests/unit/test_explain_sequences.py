"""A walk through a network for sequences: numbers of the engine, formulas that come to them."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from nn import Sequential
from nn.data import Dataset
from nn.engine.numpy import NumpyProgram
from nn.explain import Walk
from nn.layers import (
    GRU,
    LSTM,
    Activation,
    Conv1D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalMaxPooling1D,
    LayerNormalization,
    MultiHeadAttention,
    PositionEmbedding,
    SimpleRNN,
    TransformerBlock,
)
from nn.optimizers import SGD
from tests.unit.explained import check_lines, check_links

STEPS, LETTERS = 6, 5

BODIES = {
    "SimpleRNN": [SimpleRNN(4, return_sequences=True)],
    "GRU": [GRU(4, return_sequences=True)],
    "LSTM": [LSTM(4, return_sequences=True)],
    "two GRUs": [GRU(4, return_sequences=True), GRU(3, return_sequences=True)],
    "LSTM, last step": [LSTM(4)],
    "GRU, last step": [Dropout(0.3), GRU(4)],
    "attention": [PositionEmbedding(), MultiHeadAttention(2, 2), LayerNormalization()],
    "attention, one head": [MultiHeadAttention(1, 3)],
    "attention twice": [MultiHeadAttention(3, 2), MultiHeadAttention(2, 1)],
    "attention that sees all": [MultiHeadAttention(2, 3, causal=False)],
    "two TransformerBlocks": [TransformerBlock(2, 3, 9), TransformerBlock(1, 2, 8)],
    "TransformerBlock": [PositionEmbedding(), TransformerBlock(2, 2, 8)],
    "GlobalMaxPooling1D": [Conv1D(4, 3, padding="causal"), GlobalMaxPooling1D()],
    "Conv1D, same": [Conv1D(3, 4, 2, "same", "relu"), Flatten()],
    "Flatten": [SimpleRNN(3, return_sequences=True), Flatten()],
}


def made(body: str, letters: bool, count: int = 1) -> tuple[Sequential, Dataset]:
    layers = [copy.copy(layer) for layer in BODIES[body]]
    rng = np.random.default_rng(3)
    if letters:
        x = rng.integers(0, LETTERS, (count, STEPS)).astype(np.uint8)
        model = Sequential([Embedding(LETTERS, 3), *layers, Dense(LETTERS, "softmax")])
        loss, shape = "categorical_crossentropy", (STEPS,)
    else:
        x = rng.normal(size=(count, STEPS, 2)).astype(np.float32)
        model = Sequential([*layers, Dense(1)])
        loss, shape = "mean_squared_error", (STEPS, 2)
    model.compile(SGD(0.1), loss, engine="numpy")
    model.build(shape, 1)
    model.parameters += rng.normal(0, 0.2, model.parameters.size).astype(np.float32)
    rows = model.output_shape[:-1]
    if letters:
        return model, Dataset(x, rng.integers(0, LETTERS, (count, *rows)), LETTERS)
    return model, Dataset(x, rng.normal(size=(count, *rows, 1)).astype(np.float32))


def gradients_of(model: Sequential, data: Dataset) -> list[dict[str, np.ndarray]]:
    """The engine's, by layer and name."""
    twin = copy.copy(model)
    program = NumpyProgram(twin)
    totals, buffers = program._forward(data, np.arange(len(data)), training=True)
    program._find_gradients(buffers, totals.loss)
    return twin.gradient_views


@pytest.mark.parametrize("letters", [True, False], ids=["letters", "numbers"])
@pytest.mark.parametrize("body", BODIES)
def test_every_number_is_the_engines_and_every_formula_comes_to_it(body, letters):
    model, data = made(body, letters)
    walk = Walk(model, data, model.optimizer)
    gradients = gradients_of(model, data)
    assert walk.trace.loss > 0
    rng = np.random.default_rng(4)
    for path in range(6):
        if path:
            level = int(rng.integers(len(walk.units)))
            walk.choose(level, int(rng.integers(walk.trace.x[level][0].size)))
            layer = walk.weighted[path % len(walk.weighted)]
            walk.follow(layer, bias=path % 2 == 0 and walk.has_bias(layer))
        check_pages(walk, gradients)


def check_pages(walk: Walk, gradients: list[dict[str, np.ndarray]]) -> None:
    trace = walk.trace
    for stop, (phase, i) in enumerate(walk.stops):
        page = walk.page(stop)
        check_lines(page)
        if i is None:
            continue
        unit = walk.units[i + 1]
        if phase == "forward":
            z = float(trace.z[i].ravel()[unit])
            assert page.lines[0].value == z
            if page.terms is not None:
                assert page.terms.total == pytest.approx(z, rel=1e-3, abs=1e-5)
        else:
            assert page.line("∂L/∂z").value == float(trace.dz[i].ravel()[unit])
            if i in walk.weighted:
                weight = walk.weight_of(i, bias=False)
                slope = float(gradients[i][weight.name].ravel()[weight.index])
                assert page.line(f"∂L/∂{weight.symbol}").value == slope
                if page.uses is not None:
                    assert page.uses.total == pytest.approx(slope, rel=1e-3, abs=1e-6)
    update, weight = walk.page(len(walk.stops) - 2), walk.weight
    after = walk.update.after[trace.place(walk.layer, weight.name, weight.index)]
    assert update.line(f"new {weight.symbol}").value == after


@pytest.mark.parametrize("body", ["GlobalMaxPooling1D", "Conv1D, same", "Flatten"])
def test_links_along_steps_are_the_derivatives_of_the_layers(body):
    model, data = made(body, letters=False)
    trace = Walk(model, data, model.optimizer).trace
    for i, layer in enumerate(trace.network.layers):
        if not isinstance(layer, SimpleRNN):
            check_links(trace, i)


@pytest.mark.parametrize("kind", [SimpleRNN, GRU, LSTM])
def test_the_steps_of_a_recurrent_layer_lead_to_its_gradients(kind):
    layers = [kind(4, return_sequences=True), Dense(1)]
    model, data = made("SimpleRNN", letters=False)
    model = Sequential(layers)
    model.compile(SGD(0.1), "mean_squared_error", engine="numpy")
    model.build((STEPS, 2), 2)
    walk = Walk(model, data, model.optimizer)
    times = walk.through_time(0)
    kernel = gradients_of(model, data)[0]["kernel"]
    assert walk.trace.x[0][0].T @ times.sums == pytest.approx(kernel, rel=1e-5, abs=1e-7)
    # What is remembered after the last step is only seen by the loss, and before by later steps.
    assert times.slopes[0][-1] == pytest.approx(walk.trace.dz[0][0, -1], rel=1e-6)
    assert not np.allclose(times.slopes[0][0], walk.trace.dz[0][0, 0])


def test_a_network_without_a_weight_to_follow_is_refused():
    model = Sequential([Activation("tanh")])
    model.compile(SGD(0.1), "mean_squared_error", engine="numpy")
    model.build((4, 2), 1)
    rng = np.random.default_rng(1)
    data = Dataset(rng.normal(size=(1, 4, 2)), rng.normal(size=(1, 4, 2)))
    with pytest.raises(ValueError, match="none of the network's layers has a weight"):
        Walk(model, data, model.optimizer)


def test_the_path_of_a_text_ends_with_its_last_answer_and_keeps_its_steps_together():
    model, data = made("two GRUs", letters=True)
    walk = Walk(model, data, model.optimizer)
    last = int(data.targets[0, -1])
    assert walk.units[-1] == (STEPS - 1) * LETTERS + last
    assert walk.units[0] == STEPS - 1
    walk.choose(1, 2 * 3 + 1)  # the third step's second number
    assert walk.units[0] == 2 and [unit // 4 for unit in walk.units[2:3]] == [2]
    assert walk.weight_of(0, bias=False).index == int(data.inputs[0, 2]) * 3 + 1
