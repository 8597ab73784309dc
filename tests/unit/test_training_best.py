"""Training that stops in time and goes back to its best epoch, and pictures that change."""

import numpy as np
import pytest

from nn import (
    Augmentation,
    BatchNormalization,
    Conv2D,
    Dataset,
    Dense,
    Dropout,
    Flatten,
    Rescaling,
    Sequential,
)
from nn.progress import exhaust
from nn.training import training
from tests.unit.test_training import ticking


def pictures(seed: int, count: int = 60) -> Dataset:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, count)
    inputs = rng.integers(0, 80, (count, 8, 8, 1))
    inputs[np.arange(count), :, 2 * labels] += 170
    return Dataset(inputs.astype(np.uint8), labels, 3)


def convolutional(engine: str = "numpy", rate: float = 0.3) -> Sequential:
    layers = [
        Conv2D(4, 3, activation="relu"),
        BatchNormalization(momentum=0.5),
        Flatten(),
        Dropout(rate),
        Dense(3, "softmax"),
    ]
    model = Sequential(layers, Rescaling(1 / 255))
    model.compile("adam", "categorical_crossentropy", engine=engine)
    model.build((8, 8, 1), 1)
    return model


def test_training_stops_when_the_validation_loss_no_longer_falls_and_the_best_comes_back():
    model, train, test = convolutional(rate=0.0), pictures(1, 20), pictures(2)
    # Labels that cannot be learnt: what helps in training soon hurts elsewhere.
    wrong = Dataset(train.inputs, (train.targets + np.arange(20) % 2) % 3, 3)
    found = model.fit(
        *(wrong.inputs, wrong.targets),
        epochs=200,
        validation_data=(test.inputs, test.targets),
        patience=3,
        restore_best=True,
        rng=1,
    )
    losses = [evaluation.loss for evaluation in found]
    # The last one is the best once more.
    *run, again = losses
    assert len(run) < 200 and again == min(run)
    assert run.index(again) == len(run) - 4
    assert model.evaluate(test.inputs, test.targets).loss == pytest.approx(again, rel=1e-6)


@pytest.mark.parametrize("arguments", [{"patience": 0}, {"patience": 1}, {"restore_best": True}])
def test_patience_needs_something_to_look_at(arguments):
    with pytest.raises(ValueError, match="patience"):
        convolutional().fit(*(pictures(1).inputs, pictures(1).targets), rng=1, **arguments)


@pytest.mark.parametrize("batch_size", [8, 60])
def test_how_work_is_cut_into_chunks_changes_nothing(batch_size):
    weights = []
    for step in (0.001, 0.2):
        model = convolutional()
        run = training(
            model,
            pictures(1),
            batch_size=batch_size,
            epochs=3,
            rng=np.random.default_rng(5),
            augmentation=Augmentation(shift=1, rotate=20, zoom=0.2),
            clock=ticking(step),
        )
        exhaust(run)
        weights.append((model.parameters.copy(), model.state.copy()))
    assert all(np.array_equal(a, b) for a, b in zip(*weights, strict=True))


def test_pictures_are_changed_before_they_are_trained_on():
    plain, changed = convolutional(rate=0.0), convolutional(rate=0.0)
    data = pictures(1)
    plain.fit(data.inputs, data.targets, rng=1)
    changed.fit(data.inputs, data.targets, rng=1, augmentation=Augmentation(shift=2))
    assert not np.array_equal(plain.parameters, changed.parameters)


def test_both_engines_leave_out_the_same_and_change_pictures_alike():
    data, found = pictures(1), []
    for engine in ("numpy", "wasm"):
        model = convolutional(engine)
        model.fit(data.inputs, data.targets, 10, 2, rng=3, augmentation=Augmentation(shift=1))
        found.append(model)
    np.testing.assert_allclose(found[0].parameters, found[1].parameters, atol=2e-3)
    np.testing.assert_allclose(found[0].state, found[1].state, atol=2e-3)


def test_accumulated_gradients_leave_out_the_same():
    model, whole = (
        Sequential([Dense(9, "relu"), Dropout(0.5), Dense(3, "softmax")], Rescaling(1 / 255))
        for _ in range(2)
    )
    for one, part in ((model, 7), (whole, 4096)):
        one.compile("sgd", "categorical_crossentropy", engine="numpy")
        one.build(64, 1)
        one.program.part = part
        one.fit(pictures(1).inputs, pictures(1).targets, 30, rng=2)
    np.testing.assert_allclose(model.parameters, whole.parameters, rtol=1e-4, atol=1e-6)
