"""An experiment repeats from its settings, and its history says what it has been through."""

from dataclasses import replace

import numpy as np
import pytest

from nn.data import Augmentation, Dataset
from nn.data.columns import Columns
from nn.experiment.experiment import Experiment
from nn.experiment.layer_text import read_layers
from nn.experiment.settings import LayerSettings, Settings, SettingsError, layers
from nn.experiment.task import Task
from nn.initializers import RandomUniform, name_of
from nn.labs import digits as digits_lab
from nn.labs.digits import PRESETS
from nn.layers import Activation, Dense, Pass
from nn.model import Sequential
from nn.progress import exhaust

SMALL = digits_lab.DigitsSettings(hidden=layers(20), epochs=2)


def fresh(settings: Settings) -> Experiment:
    return Experiment(settings, digits_lab.task(settings))


def settings_of(experiment: Experiment) -> Settings:
    return experiment.settings(digits_lab.DigitsSettings(), digits_lab.task(Settings()))


def trained(settings: Settings, data: Dataset, test: Dataset | None = None) -> Experiment:
    experiment = fresh(settings)
    exhaust(experiment.train(settings, data, test, budget=0.01))
    return experiment


def reloaded(experiment: Experiment) -> Experiment:
    return Experiment.loaded(experiment.saved().encode())


def norm(experiment: Experiment) -> float:
    return float(np.linalg.norm(experiment.model.parameters))


@pytest.mark.parametrize("preset", PRESETS)
def test_the_same_settings_give_the_same_weights(preset, digits):
    settings = replace(PRESETS[preset], hidden=layers(20), epochs=2)
    first, second = trained(settings, *digits), trained(settings, *digits)
    other = trained(replace(settings, seed=2), *digits)
    assert first.saved() == second.saved()
    assert not np.array_equal(first.model.parameters, other.model.parameters)


@pytest.mark.parametrize("preset", PRESETS)
def test_training_improves_the_network(preset, digits):
    # Of shapes made of single pixels little is left when they are moved.
    settings = replace(PRESETS[preset], hidden=layers(20), epochs=5, augment=None)
    before = exhaust(fresh(settings).test(digits[1], budget=0.01))
    assert before.accuracy < 0.4
    assert trained(settings, *digits).history.test_accuracy > 0.9


def test_the_reference_run_learns_mnist(mnist):
    data = mnist.train.take(np.arange(2000))
    test = mnist.test.take(np.arange(1000))
    experiment = trained(Settings(epochs=2), data, test)
    assert 0.80 < experiment.history.test_accuracy < 0.95
    assert experiment.history.samples == 4000


def test_the_reference_network_is_the_tutorials():
    model = fresh(Settings()).model
    assert model.widths == [784, 100, 10]
    assert [layer.activation.name for layer in model.layers] == ["sigmoid", "sigmoid"]
    assert not any(layer.use_bias for layer in model.layers)
    assert np.abs(model.parameters).max() <= 0.5
    assert model.target_range == (0.0, 0.99)
    out = np.empty((1, 2), dtype=np.float32)
    model.inputs.forward(np.array([[0, 255]], dtype=np.uint8), out, Pass())
    np.testing.assert_allclose(out, [[0.01, 0.99]], rtol=1e-6)


def test_settings_decide_the_network():
    settings = replace(PRESETS["Better"], hidden=layers(30, 20))
    model = Experiment(settings, Task(5, 3)).model
    assert model.widths == [5, 30, 20, 3]
    assert [layer.activation.name for layer in model.layers] == ["relu", "relu", "softmax"]
    assert all(layer.use_bias for layer in model.layers)
    assert model.target_range == (0.0, 1.0)


def test_a_network_may_have_no_hidden_layer(digits):
    experiment = trained(replace(SMALL, hidden=()), *digits)
    assert experiment.model.widths == [784, 10]
    assert settings_of(reloaded(experiment)).hidden == ()


def test_history_counts_epochs_and_samples_and_keeps_the_last_test(digits):
    experiment = fresh(SMALL)
    assert (experiment.history.epochs, experiment.history.samples) == (0, 0)
    assert experiment.history.test_accuracy is None
    exhaust(experiment.train(SMALL, *digits, budget=0.01))
    history = experiment.history
    assert (history.epochs, history.samples) == (2, 600)
    assert history.test_accuracy == experiment.model.evaluate(*arrays(digits[1])).accuracy
    assert history.settings == SMALL.fields()


def arrays(data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    return data.inputs, data.targets


def test_history_is_right_when_training_stops_in_mid_epoch(digits):
    experiment = fresh(SMALL)
    run = experiment.train(SMALL, *digits, budget=0.001)
    progress = next(step for step in run if step.epoch == 2 and not step.testing)
    assert progress.done < 300
    history = reloaded(experiment).history
    assert (history.epochs, history.samples) == (1, 300 + progress.done)
    # The network has changed since the test after the first epoch.
    assert history.test_accuracy is None


def test_going_on_adds_to_the_history(digits):
    experiment = reloaded(trained(SMALL, *digits))
    exhaust(experiment.train(replace(SMALL, epochs=1), digits[0], None, budget=0.01))
    assert (experiment.history.epochs, experiment.history.samples) == (3, 900)
    assert experiment.history.settings["epochs"] == "1"
    assert experiment.history.test_accuracy is None


def test_going_on_from_a_file_repeats(digits):
    data = trained(SMALL, *digits).saved().encode()
    again = []
    for _ in range(2):
        experiment = Experiment.loaded(data)
        exhaust(experiment.train(SMALL, digits[0], None, budget=0.01))
        again.append(experiment.model.parameters)
    assert np.array_equal(*again)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_saved_network_tests_the_same(preset, digits):
    experiment = trained(replace(PRESETS[preset], hidden=layers(20)), *digits)
    again = reloaded(experiment)
    assert again.history == experiment.history
    evaluation = exhaust(again.test(digits[1], budget=0.01))
    assert evaluation.accuracy == experiment.history.test_accuracy
    first, second = (one.model.predict(digits[1].inputs) for one in (experiment, again))
    assert np.array_equal(first, second)


@pytest.mark.parametrize(
    "settings", [SMALL, replace(PRESETS["Better"], hidden=layers(9, 8), l2=0.1)]
)
def test_settings_come_back_from_a_file(settings, digits):
    assert settings_of(reloaded(trained(settings, *digits))) == settings


def test_settings_of_a_file_that_tells_none_are_taken_from_the_network():
    experiment = fresh(replace(PRESETS["Better"], hidden=layers(9, 8)))
    experiment.history.settings = {"epochs": "many"}
    settings = settings_of(reloaded(experiment))
    assert ([layer.units for layer in settings.hidden], settings.activation) == ([9, 8], "relu")
    assert (settings.loss, settings.use_bias) == ("categorical_crossentropy", True)
    assert settings.epochs == Settings().epochs


def test_some_of_the_training_samples_are_drawn_by_the_seed(digits):
    settings = replace(SMALL, train_samples=50)
    first, second, third = (
        trained(one, *digits) for one in (settings, settings, replace(settings, seed=2))
    )
    assert first.history.samples == 100
    assert np.array_equal(first.model.parameters, second.model.parameters)
    assert not np.array_equal(first.model.parameters, third.model.parameters)


def test_more_training_samples_than_there_are_are_refused(digits):
    settings = replace(SMALL, train_samples=301)
    with pytest.raises(SettingsError, match="Train samples: there are only 300"):
        fresh(settings).train(settings, *digits, budget=0.01)
    settings = replace(SMALL, train_samples=300)
    assert trained(settings, *digits).history.samples == 600


def test_a_network_too_large_for_a_file_is_refused():
    with pytest.raises(
        SettingsError, match="Hidden layers: 2,787,840 weights are too many: at most"
    ):
        fresh(Settings(hidden=layers(1000, 1984)))


def convolution(**changes: object) -> Settings:
    """A small network of many kinds of layers."""
    hidden = read_layers(
        "conv2d:4:5:linear:strides=2,batchnorm:momentum=0.9,activation:relu,maxpool:2,flatten,"
        "dropout:0.1,16"
    )
    plain = replace(PRESETS["Convolution"], learning_rate=0.002, batch_size=20, augment=None)
    return replace(plain, hidden=hidden, **changes)


def test_pictures_are_given_as_such_only_where_a_layer_needs_them():
    assert fresh(convolution()).model.input_shape == (28, 28, 1)
    for text in ("none", "9", "flatten,9", "dropout:0.5,9,batchnorm,activation:tanh"):
        settings = replace(SMALL, hidden=read_layers(text))
        assert fresh(settings).model.input_shape == (784,)


def test_rows_and_flattened_rows_make_the_same_network():
    plain, flattened = (
        fresh(replace(SMALL, hidden=read_layers(text))).model.parameters
        for text in ("9", "flatten,9")
    )
    assert np.array_equal(plain, flattened)


@pytest.mark.parametrize("settings", [convolution(epochs=8), convolution(epochs=8, engine="numpy")])
def test_a_network_of_many_kinds_of_layers_learns(settings, digits):
    experiment = trained(settings, *digits)
    assert experiment.history.test_accuracy > 0.9
    again = reloaded(experiment)
    assert settings_of(again) == settings
    assert np.array_equal(again.model.parameters, experiment.model.parameters)
    assert np.array_equal(again.model.state, experiment.model.state)


def test_layers_of_every_kind_are_described_where_the_file_does_not():
    experiment = fresh(convolution(use_bias=False))
    experiment.history.settings = {}
    settings = settings_of(reloaded(experiment))
    assert settings.fields()["hidden"] == (
        "conv2d:4:5:linear:nobias:strides=2,batchnorm:momentum=0.9,activation:relu,maxpool:2,"
        "flatten,dropout:0.1,16:relu:nobias"
    )
    assert [layer.config().keys() for layer in fresh(settings).model.layers] == [
        layer.config().keys() for layer in experiment.model.layers
    ]


def test_a_network_that_ends_in_another_layer_is_not_described():
    experiment = fresh(SMALL)
    experiment.model = Sequential([Dense(10), Activation("softmax")])
    experiment.history.settings = {}
    with pytest.raises(ValueError, match="the last layer must be Dense here, and is Activation"):
        settings_of(experiment)


def test_kernels_of_convolutions_start_as_suits_their_activation_and_are_penalized():
    settings = convolution(l2=0.1)
    conv, *_, dense, output = fresh(settings).model.layers
    assert name_of(conv.kernel_initializer) == "glorot_uniform"
    assert name_of(dense.kernel_initializer) == "he_normal"
    relu = fresh(replace(settings, hidden=read_layers("conv2d:4:3:relu,flatten"))).model.layers[0]
    assert name_of(relu.kernel_initializer) == "he_normal"
    for layer in (conv, dense, output):
        assert layer.kernel_regularizer.l2 == 0.1


@pytest.mark.parametrize(
    ("hidden", "problem"),
    [
        ("conv2d:8:29,flatten", "layer 1, Conv2D: a window of 29x29 does not fit"),
        ("conv2d:8:3,flatten,maxpool:2", "layer 3, MaxPooling2D: expected pictures of shape"),
        ("conv2d:8:3", "the hidden layers end in 26x26x8 numbers: put flatten or globalavgpool"),
        ("9,conv2d:8:3,maxpool:2,9", "end in 13x13x9 numbers"),
        ("4096,4096,4096", "weights are too many: at most"),
        ("conv2d:64:28,globalavgpool,conv2d:1:1", "layer 3, Conv2D: expected pictures of shape"),
        (
            "conv2d:256:3:same,conv2d:256:3:same,globalavgpool",
            "multiplications a sample are too many",
        ),
        (",".join(["conv2d:99:1"] * 13) + ",globalavgpool", "outputs of all layers are too many"),
    ],
)
def test_layers_that_do_not_go_together_are_refused(hidden, problem):
    with pytest.raises(SettingsError) as refused:
        fresh(replace(SMALL, hidden=read_layers(hidden)))
    assert refused.value.problems.keys() == {"hidden"}
    assert problem in refused.value.problems["hidden"]


def test_rows_that_are_no_pictures_cannot_be_convolved():
    settings = replace(SMALL, hidden=read_layers("conv2d:4:1,flatten"))
    with pytest.raises(SettingsError, match=r"layer 1, Conv2D: expected pictures .* got \(4,\)"):
        Experiment(settings, Task(4, 3))


def test_patience_ends_a_run_and_goes_back_to_its_best_epoch(digits):
    data, test = digits[0].take(range(40)), digits[1]
    settings = replace(SMALL, optimizer="adam", learning_rate=0.05, epochs=50, patience=2)
    experiment = fresh(settings)
    run = experiment.train(settings, data, test, budget=0.01, validation_freq=50)
    evaluations = [progress for progress in run if progress.evaluation]
    *tests, last = evaluations
    assert last.best is not None and last.best == len(tests) - 2
    assert len(tests) < 50
    losses = [progress.evaluation.loss for progress in tests]
    assert last.evaluation.loss == min(losses)
    assert experiment.history.epochs == len(tests)
    assert experiment.history.test_accuracy == last.evaluation.accuracy
    assert settings_of(reloaded(experiment)).patience == 2
    assert exhaust(experiment.test(test, budget=0.01)).loss == pytest.approx(min(losses), rel=1e-5)


def test_without_a_test_set_nothing_tells_when_patience_ends(digits):
    experiment = fresh(replace(SMALL, patience=1))
    exhaust(experiment.train(replace(SMALL, patience=1), digits[0], None, budget=0.01))
    assert experiment.history.epochs == SMALL.epochs


def test_pictures_are_augmented_as_settings_say(digits):
    settings = replace(SMALL, augment=Augmentation(shift=1, rotate=10, zoom=0.1))
    first, second, plain = (
        trained(one, *digits).model.parameters for one in (settings, settings, SMALL)
    )
    assert np.array_equal(first, second)
    assert not np.allclose(first, plain, atol=1e-3)


def test_l2_keeps_weights_small(digits):
    plain = trained(SMALL, *digits)
    small = trained(replace(SMALL, l2=0.001), *digits)
    assert norm(small) < 0.9 * norm(plain)


def test_decay_ends_with_small_steps(digits):
    def last_step(decay: str) -> float:
        settings = replace(SMALL, decay=decay, epochs=1, batch_size=10)
        experiment = fresh(settings)
        run = experiment.train(settings, digits[0], None, budget=0.01)
        optimizer = experiment.model.optimizer
        exhaust(run)
        rate = optimizer.learning_rate
        return rate(optimizer.iterations - 1) if callable(rate) else rate

    assert last_step("none") == 0.2
    # The last of 30 updates: half a cosine from 0.2 is nearly at its end.
    assert last_step("cosine") == pytest.approx(0.1 * (1 + np.cos(np.pi * 29 / 30)))


def test_decay_changes_the_result(digits):
    plain, decayed = (
        trained(replace(SMALL, decay=decay), *digits).model.parameters
        for decay in ("none", "cosine")
    )
    assert not np.allclose(plain, decayed, rtol=1e-3)


def test_a_layer_may_differ_from_the_others():
    settings = replace(
        PRESETS["Better"],
        hidden=(LayerSettings(4), LayerSettings(3, "tanh", "zeros", False)),
        output=LayerSettings(initializer="zeros"),
    )
    first, second, output = fresh(settings).model.layers
    assert [layer.activation.name for layer in (first, second, output)] == [
        *("relu", "tanh", "softmax")
    ]
    assert [layer.use_bias for layer in (first, second, output)] == [True, False, True]
    assert first.kernel.any() and not second.kernel.any() and not output.kernel.any()


@pytest.mark.parametrize(
    "hidden",
    [
        (LayerSettings(4, "tanh"), LayerSettings(3)),
        (LayerSettings(4), LayerSettings(3, use_bias=True)),
        (),
    ],
)
def test_layers_that_differ_come_back_from_a_file(hidden):
    settings = replace(SMALL, hidden=hidden, output=LayerSettings(activation="tanh"))
    assert settings_of(reloaded(fresh(settings))) == settings


def test_layers_come_back_from_a_file_that_tells_other_ones():
    experiment = fresh(
        replace(SMALL, hidden=(LayerSettings(4, "tanh"), LayerSettings(3, use_bias=True)))
    )
    experiment.history.settings["hidden"] = "100"
    settings = settings_of(reloaded(experiment))
    again = [(one.units, one.activation.name, one.use_bias) for one in fresh(settings).model.layers]
    assert again == [(4, "tanh", False), (3, "sigmoid", True), (10, "sigmoid", False)]


def test_an_output_that_the_loss_does_not_go_with_is_refused():
    settings = replace(PRESETS["Better"], output=LayerSettings(activation="tanh"))
    with pytest.raises(SettingsError, match="Output layer: categorical_crossentropy needs softmax"):
        fresh(settings)


def test_a_task_decides_what_settings_leave_open():
    settings = replace(SMALL, hidden=(), use_bias=True)
    task = Task(
        1,
        1,
        output_activation="linear",
        initializer=RandomUniform(2, 3),
        dtype="float64",
        columns=Columns.plain(("celsius",), "fahrenheit"),
    )
    model = Experiment(settings, task).model
    (layer,) = model.layers
    assert layer.activation.name == "linear"
    assert ((model.parameters >= 2) & (model.parameters <= 3)).all()
    assert model.dtype == np.float64
    assert model.columns == task.columns


def test_gradients_found_by_nudging_train_a_network_alike(digits):
    settings = replace(SMALL, hidden=layers(3), batch_size=10, epochs=1, train_samples=100)
    task = replace(digits_lab.task(settings), features=5)
    rng = np.random.default_rng(0)
    data = Dataset(rng.integers(0, 256, (100, 5), dtype=np.uint8), digits[0].targets[:100], 10)
    weights = []
    for gradients in ("backpropagation", "numerical"):
        experiment = Experiment(settings, task)
        before = experiment.model.parameters.copy()
        exhaust(experiment.train(replace(settings, gradients=gradients), data, None, budget=0.01))
        weights.append(experiment.model.parameters - before)
    backpropagated, nudged = weights
    assert not np.array_equal(backpropagated, nudged)
    np.testing.assert_allclose(nudged, backpropagated, rtol=0.05, atol=0.002)
