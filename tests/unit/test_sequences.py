"""Sequences: labels at every step, padding, one step at a time, and all of it as Keras has it."""

from __future__ import annotations

import os
import tempfile

# Read when Keras is imported, which would take settings from the home folder, and put some there.
os.environ["KERAS_BACKEND"] = "numpy"
os.environ["KERAS_HOME"] = tempfile.mkdtemp()

import keras
import numpy as np
import pytest

from nn.activations import ACTIVATIONS
from nn.data import Dataset
from nn.engine.wasm.layers import KERNELS
from nn.layers import (
    GRU,
    LSTM,
    Conv1D,
    Dense,
    Embedding,
    Flatten,
    GlobalMaxPooling1D,
    Layer,
    LayerNormalization,
    MultiHeadAttention,
    PositionEmbedding,
    SimpleRNN,
    TransformerBlock,
)
from nn.losses import CategoricalCrossentropy, masked_value
from nn.metrics import bits_per_character
from nn.model import Sequential
from nn.optimizers import SGD, Adam
from tests.unit.check_layer import alone, check_gradients, distinct, forward
from tests.unit.wasm_cases import NUMPY, PLAIN_SIMD, WASM, relative

ALIKE: list[tuple[Layer, object]] = [
    (SimpleRNN(4), keras.layers.SimpleRNN(4)),
    (GRU(4, return_sequences=True), keras.layers.GRU(4, return_sequences=True)),
    (GRU(3), keras.layers.GRU(3)),
    (LSTM(4, return_sequences=True), keras.layers.LSTM(4, return_sequences=True)),
    (LSTM(3), keras.layers.LSTM(3)),
    (LayerNormalization(), keras.layers.LayerNormalization()),
    (Conv1D(3, 2, padding="causal"), keras.layers.Conv1D(3, 2, padding="causal")),
    (Conv1D(3, 4, 2, "same"), keras.layers.Conv1D(3, 4, 2, "same")),
    (GlobalMaxPooling1D(), keras.layers.GlobalMaxPooling1D()),
]
"""Layers of nn and of Keras, whose weights come in the same order."""


def answers(
    theirs: object, x: np.ndarray, weights: list[np.ndarray], **given: object
) -> np.ndarray:
    """Return what a layer of Keras makes of ``x`` with weights in the order of nn's."""
    arguments = (x,) * (1 + isinstance(theirs, keras.layers.MultiHeadAttention))
    theirs(*arguments)
    theirs.set_weights(weights)
    return np.asarray(theirs(*arguments, **given))


@pytest.mark.parametrize(("ours", "theirs"), ALIKE, ids=lambda one: type(one).__name__)
def test_a_layer_answers_as_that_of_keras(ours, theirs):
    network = alone(ours, (6, 5), "float32")
    x = distinct(3, (6, 5)).astype(np.float32)
    weights = list(network.layers[0].views.values())
    np.testing.assert_allclose(forward(network, x)[0], answers(theirs, x, weights), atol=5e-6)


@pytest.mark.parametrize("causal", [False, True])
def test_attention_answers_as_that_of_keras(causal: bool):
    network = alone(MultiHeadAttention(2, 3, causal), (6, 5), "float32")
    x = distinct(3, (6, 5)).astype(np.float32)
    theirs = keras.layers.MultiHeadAttention(2, 3)
    weights = list(network.layers[0].views.values())
    expected = answers(theirs, x, weights, use_causal_mask=causal)
    np.testing.assert_allclose(forward(network, x)[0], expected, atol=2e-6)


@pytest.mark.parametrize(("ours", "theirs"), ALIKE[:5], ids=lambda one: type(one).__name__)
def test_weights_start_as_those_of_keras(ours, theirs):
    network = Sequential([type(ours)(**ours.config())])
    network.build((6, 5), 1)
    (ours,) = network.layers
    theirs = type(theirs).from_config(theirs.get_config())
    theirs(np.zeros((1, 6, 5), np.float32))
    for one, other in zip(ours.views.values(), theirs.get_weights(), strict=True):
        assert one.shape == other.shape
        assert one.std() == pytest.approx(other.std(), abs=0.15)
    assert ours.bias.sum() == theirs.get_weights()[2].sum()
    # All but the last dimension of an orthogonal matrix are the state's.
    kernel = ours.recurrent_kernel
    np.testing.assert_allclose(kernel @ kernel.T, np.eye(ours.units), atol=1e-6)


@pytest.mark.parametrize("kind", ["SimpleRNN", "GRU", "LSTM"])
@pytest.mark.parametrize("whole", [False, True])
def test_padded_steps_are_passed_over_as_in_keras(kind: str, whole: bool):
    ours = {"SimpleRNN": SimpleRNN, "GRU": GRU, "LSTM": LSTM}[kind](4, return_sequences=whole)
    model = Sequential([Embedding(5, 3, mask_zero=True), ours])
    model.compile(engine=NUMPY)
    model.build((6,), 1)
    x = np.array([[1, 2, 3, 4, 0, 0], [0, 0, 2, 1, 1, 3], [4, 0, 3, 0, 1, 0]], np.uint8)
    theirs = keras.Sequential(
        [
            keras.layers.Embedding(5, 3, mask_zero=True),
            getattr(keras.layers, kind)(4, return_sequences=whole),
        ]
    )
    theirs(x)
    theirs.set_weights([view for layer in model.layers for view in layer.views.values()])
    np.testing.assert_allclose(model.predict(x), np.asarray(theirs(x)), atol=1e-6)
    np.testing.assert_allclose(model.activations(x)[-1], model.predict(x), atol=1e-7)


@pytest.mark.parametrize("kind", [SimpleRNN, GRU, LSTM])
@pytest.mark.parametrize("whole", [False, True])
def test_gradients_pass_over_padded_steps(kind: type[Layer], whole: bool, monkeypatch):
    network = alone(kind(3, return_sequences=whole), (4, 2))
    mask = np.array([[1, 0, 1, 0], [0, 1, 1, 1], [0, 0, 0, 0]], bool)
    layer = network.layers[0]
    for name in ("forward", "backward"):
        method = getattr(layer, name)

        def masked(*arguments, method=method):
            arguments[-1].mask = mask[: len(arguments[0])]
            method(*arguments)

        monkeypatch.setattr(layer, name, masked, raising=False)
        object.__setattr__(layer, name, masked)
    check_gradients(network, distinct(3, (4, 2)))


def writer(body: list[Layer], classes: int = 7, steps: int = 5) -> Sequential:
    model = Sequential([Embedding(classes, 4), *body, Dense(classes, "softmax")])
    model.compile(SGD(0.5), "categorical_crossentropy", engine=NUMPY)
    model.build((steps,), 1)
    model.parameters += np.random.default_rng(2).normal(0, 0.2, model.parameters.shape)
    return model


BODIES = [
    [SimpleRNN(6, return_sequences=True)],
    [GRU(6, return_sequences=True), LSTM(5, return_sequences=True)],
    [PositionEmbedding(), LayerNormalization(), MultiHeadAttention(2, 3)],
    [PositionEmbedding(), TransformerBlock(2, 2, 8), TransformerBlock(1, 3, 8)],
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body[-1]).__name__)
def test_one_step_at_a_time_gives_what_the_whole_sequence_does(body):
    model = writer(body)
    x = np.random.default_rng(3).integers(0, 7, (2, 5))
    expected = model.predict(x.astype(np.uint8))
    memories: list[dict[str, np.ndarray]] = [{} for _ in model.layers]
    for t in range(5):
        y = x[:, t].astype(np.float32)
        for layer, memory in zip(model.layers, memories, strict=True):
            y = layer.step(y, memory)
            layer.activation.forward(y)
        np.testing.assert_allclose(y, expected[:, t], atol=1e-6)


def test_what_cannot_go_step_by_step_says_so():
    for layer in (Flatten(), GlobalMaxPooling1D(), Conv1D(2, 2)):
        with pytest.raises(ValueError, match=f"{type(layer).__name__} cannot go through a sequenc"):
            layer.step(np.zeros((1, 2)), {})
    with pytest.raises(ValueError, match="sees what is to come"):
        MultiHeadAttention(1, 1, causal=False).step(np.zeros((1, 2)), {})
    model = writer([PositionEmbedding()], steps=1)
    memory: dict[str, np.ndarray] = {}
    model.layers[1].step(np.zeros((1, 4)), memory)
    with pytest.raises(ValueError, match="only 1 positions"):
        model.layers[1].step(np.zeros((1, 4)), memory)


def text(count: int = 8, steps: int = 5, missing: bool = True) -> Dataset:
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 7, (count, steps))
    if missing:
        labels[rng.random(labels.shape) < 0.3] = -1
        labels[1] = -1
    return Dataset(rng.integers(0, 7, (count, steps)).astype(np.uint8), labels, 7)


def test_steps_without_a_label_count_for_nothing():
    model, data = writer([GRU(6, return_sequences=True)]), text()
    outputs = model.predict(data.inputs)
    labelled = data.targets >= 0
    right = outputs[labelled, data.targets[labelled]]
    totals, found = model.program.evaluate(data, 0, len(data))
    assert totals.loss == pytest.approx(-np.log(right).sum() / 5, rel=1e-5)
    assert totals.correct == np.sum(outputs[labelled].argmax(axis=1) == data.targets[labelled])
    assert np.array_equal(found, outputs)
    evaluation = model.evaluate(data.inputs, data.targets)
    assert evaluation.accuracy == pytest.approx(totals.correct / labelled.sum())

    # What is not asked for has no gradient; the rest is that of finite differences.
    double = Sequential([Embedding(7, 4), GRU(6, return_sequences=True), Dense(7, "softmax")],
                        dtype="float64")  # fmt: skip
    double.compile("sgd", "categorical_crossentropy", engine=NUMPY)
    double.build((5,), 1)
    double.program.gradients(data, np.arange(8))
    gradients = double.gradients.copy()
    for i in range(0, len(gradients), 29):
        ends = []
        for by in (1e-5, -1e-5):
            double.parameters[i] += by
            ends.append(double.program.evaluate(data, 0, 8)[0].loss / 8)
            double.parameters[i] -= by
        assert gradients[i] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("engine", [WASM, PLAIN_SIMD], ids=["relaxed", "simd"])
@pytest.mark.parametrize("optimizer", [lambda: Adam(0.01, epsilon=1e-3), lambda: SGD(0.1)])
def test_labels_at_steps_are_learned_alike_by_both_engines(engine, optimizer):
    data = text(23)
    found = []
    for one in (NUMPY, engine):
        model = writer([GRU(6, return_sequences=True), LSTM(5, return_sequences=True)])
        model.compile(optimizer(), "categorical_crossentropy", engine=one)
        assert model.program.name == one.name
        order = np.random.default_rng(1).integers(0, 23, 40)
        totals = model.program.train(data, order, 7)
        tested, outputs = model.program.evaluate(data, 2, 20)
        predicted = model.program.predict(data.inputs[:3])
        found.append((model.parameters, outputs, predicted, totals, tested))
    for ours, theirs in zip(*found, strict=True):
        assert relative(np.asarray(ours), np.asarray(theirs)) < 1e-3


@pytest.mark.parametrize("loss", ["mse", "binary_crossentropy"])
def test_other_losses_of_labels_at_steps_go_to_numpy_and_say_so(loss: str):
    found = []
    for one in (NUMPY, WASM):
        model = writer([GRU(6, return_sequences=True)])
        model.layers[-1].activation = ACTIVATIONS["sigmoid"]
        model.compile(SGD(0.1), loss, engine=one)
        found.append((model.program.train(text(), np.arange(8), 3), model.parameters))
    assert found[0][0] == found[1][0] and np.array_equal(found[0][1], found[1][1])
    assert model.program.name == "NumPy"


def test_a_loss_of_nothing_is_nothing():
    z = np.zeros((2, 3, 4))
    assert masked_value(CategoricalCrossentropy(), z, z, z, np.zeros((2, 3), bool)) == 0.0


def test_labels_at_steps_are_checked():
    with pytest.raises(ValueError, match="sample 2 has the label 9; expected 0 to 6"):
        Dataset(np.zeros((2, 3)), np.array([[0, 1, -1], [1, 9, 0]]), 7)
    with pytest.raises(ValueError, match="sample 1 has the label -1"):
        Dataset(np.zeros((2, 3)), np.array([-1, 0]), 7)
    model = writer([GRU(2)])
    data = text()
    with pytest.raises(ValueError, match=r"outputs of shape \(7,\), the data has labels of \(5,\)"):
        model.check_fit(data)


def test_a_network_learns_what_comes_next():
    # Each letter is the sum of the two before it: what a model of pairs cannot know.
    rng = np.random.default_rng(5)
    letters = rng.integers(0, 7, (200, 2))
    while letters.shape[1] < 13:
        letters = np.column_stack([letters, (letters[:, -1] + letters[:, -2]) % 7])
    model = writer([GRU(24, return_sequences=True)], steps=12)
    model.compile("adam", "categorical_crossentropy", engine=NUMPY)
    model.optimizer.learning_rate = 0.02
    x, y = letters[:, :-1].astype(np.uint8), letters[:, 1:].copy()
    y[:, 0] = -1
    model.fit(x, y, batch_size=20, epochs=30, rng=1)
    evaluation = model.evaluate(x, y)
    assert evaluation.accuracy is not None and evaluation.accuracy > 0.95
    assert bits_per_character(evaluation.loss) < 0.5


def test_the_page_is_told_which_layer_has_no_kernel():
    for layer in (GRU(3), Embedding(3, 2, mask_zero=True)):
        model = Sequential([layer])
        model.compile(engine=WASM)
        model.build((3, 2) if type(layer) is GRU else (3,), 1)
        compiled = type(layer) in KERNELS and not isinstance(layer, Embedding)
        assert ("is not compiled" in model.program.name) is not compiled
        x = np.ones((2, *model.input_shape), np.float32)
        assert relative(model.predict(x), model.activations(x)[-1]) < 1e-5
