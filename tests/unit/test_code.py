"""The program that is shown trains just the network that the page trains."""

import contextlib
import io
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import Augmentation, Dataset, HeNormal, RandomUniform, Rescaling, VarianceScaling
from nn.activations import ACTIVATIONS
from nn.experiment.code import program
from nn.experiment.experiment import Experiment
from nn.experiment.layer_text import read_layers
from nn.experiment.settings import DECAYS, GRADIENTS, LayerSettings, Settings, layers
from nn.experiment.task import DataCode, Task
from nn.initializers import INITIALIZERS
from nn.labs import digits as digits_lab
from nn.labs.digits import PRESETS
from nn.losses import LOSSES
from nn.optimizers import OPTIMIZERS

Data = tuple[Dataset, Dataset]

SMALL = Settings(hidden=layers(4), epochs=2, batch_size=10)

IN_SCOPE = DataCode([], ["train, test = data"])
"""The data is handed over as a variable."""


def run(settings: Settings, task: Task, data: Data) -> tuple[dict[str, object], str]:
    """Run the program; return what its names stand for in the end, and what it printed."""
    names: dict[str, object] = {"data": data}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(program(settings, task, IN_SCOPE), names)
    return names, printed.getvalue()


def check(settings: Settings, task: Task, data: Data) -> str:
    """Check that the program gives the same as the page, and return what it printed."""
    experiment = Experiment(settings, task)
    (*_, last) = experiment.train(settings, *data, budget=0.01)
    names, printed = run(settings, task, data)
    found, expected = names["model"], experiment.model
    assert found.parameters.dtype == expected.parameters.dtype
    assert np.array_equal(found.parameters, expected.parameters, equal_nan=True)
    # How many samples are tested at once depends on the clock, and the last bits on that.
    result, loss = names["result"], last.evaluation.loss
    assert result.loss == pytest.approx(loss, rel=1e-4, nan_ok=True)
    assert result.accuracy == pytest.approx(last.evaluation.accuracy, abs=0.01)
    assert f"test loss {result.loss:.4g}\n" in printed
    return printed


def for_digits(settings: Settings, data: Data) -> str:
    return check(settings, digits_lab.task(settings), data)


@pytest.mark.parametrize("preset", PRESETS)
def test_presets(preset, digits):
    settings = replace(PRESETS[preset], hidden=layers(20), epochs=2)
    printed = for_digits(settings, digits)
    assert "Total params:" in printed
    assert "test accuracy " in printed


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("decay", DECAYS)
def test_optimizers_and_decays(optimizer, decay, digits):
    # The default learning rate of Adam, which could be left out, and the default of none.
    for rate in (0.001, 0.3):
        settings = replace(SMALL, optimizer=optimizer, decay=decay, learning_rate=rate)
        for_digits(settings, digits)


@pytest.mark.parametrize("loss", LOSSES)
def test_losses(loss, digits):
    for_digits(replace(SMALL, loss=loss), digits)


@pytest.mark.parametrize("samples", [1, 37, 300, None])
def test_some_of_the_training_samples(samples, digits):
    for_digits(replace(SMALL, train_samples=samples, decay="cosine"), digits)


@pytest.mark.parametrize("penalties", [{"l1": 0.01}, {"l2": 0.01}, {"l1": 0.02, "l2": 0.03}])
def test_penalties(penalties, digits):
    for_digits(replace(SMALL, **penalties), digits)


def test_mini_batches_that_are_taken_in_parts(digits):
    settings = replace(SMALL, hidden=layers(400), batch_size=250)
    parameters = 784 * 400 + 400 * 10
    assert 32 * 80_000 // parameters < 250
    for_digits(settings, digits)


def test_a_network_without_hidden_layers(digits):
    for_digits(replace(SMALL, hidden=()), digits)


@st.composite
def layer_settings(draw: st.DrawFn, units: int = 0) -> LayerSettings:
    return LayerSettings(
        units,
        draw(st.none() | st.sampled_from(list(ACTIVATIONS))) if units else None,
        draw(st.none() | st.sampled_from(list(INITIALIZERS))),
        draw(st.none() | st.booleans()),
    )


@given(
    st.builds(
        Settings,
        hidden=st.lists(st.integers(1, 9).flatmap(layer_settings), max_size=3).map(tuple),
        activation=st.sampled_from(list(ACTIVATIONS)),
        output=layer_settings(),
        loss=st.sampled_from(list(LOSSES)),
        optimizer=st.sampled_from(list(OPTIMIZERS)),
        learning_rate=st.floats(1e-6, 1),
        decay=st.sampled_from(list(DECAYS)),
        l1=st.just(0.0) | st.floats(0, 0.1),
        l2=st.just(0.0) | st.floats(0, 0.1),
        batch_size=st.integers(1, 40),
        epochs=st.integers(1, 3),
        train_samples=st.none() | st.integers(1, 30),
        seed=st.integers(0, 2**32 - 1),
        use_bias=st.booleans(),
    )
)
def test_any_settings(digits, settings):
    data, test = digits
    for_digits(settings, (data.take(range(30)), test))


def lines(dtype: type) -> Data:
    """Numbers near a plane over four columns of very different sizes."""
    rng = np.random.default_rng(3)
    inputs = rng.normal(size=(60, 4)) * [1, 10, 1000, 0.01] + [0, 3, -500, 7]
    targets = inputs @ np.array([[2], [0.3], [0.002], [50]]) + rng.normal(size=(60, 1))
    data = Dataset(inputs.astype(dtype), targets.astype(dtype))
    return data.take(range(50)), data.take(range(50, 60))


STANDARD = Rescaling(1 / np.array([1, 10, 1000, 0.01]), -np.array([0.0, 0.3, -0.5, 700]))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("data_dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "initializer",
    [
        None,
        HeNormal(),
        RandomUniform(0, 1),
        VarianceScaling(0.5, "fan_avg", "uniform"),
        INITIALIZERS["zeros"],
    ],
)
def test_regression(dtype, data_dtype, initializer):
    task = Task(4, 1, STANDARD, (0.0, 1.0), "linear", initializer, dtype)
    settings = replace(
        SMALL, activation="tanh", loss="mean_squared_error", learning_rate=0.0001, use_bias=True
    )
    printed = check(settings, task, lines(data_dtype))
    assert "accuracy" not in printed


@pytest.mark.parametrize(
    "inputs",
    [
        Rescaling(),
        Rescaling(0.1, -1 / 3),
        Rescaling(np.float32(0.1), 0),
        Rescaling(np.array([0.1, 1 / 3, 1e-9, 7], np.float32), np.arange(4) / 7),
    ],
)
def test_rescalings(inputs):
    task = Task(4, 1, inputs, output_activation="linear", dtype="float64")
    check(replace(SMALL, loss="mean_squared_error", learning_rate=1e-6), task, lines(np.float64))


def test_arrays_of_many_columns():
    rng = np.random.default_rng(0)
    data = Dataset(rng.normal(size=(20, 300)), rng.normal(size=(20, 2)))
    inputs = Rescaling(rng.normal(size=300), rng.normal(size=300).astype(np.float32))
    task = Task(300, 2, inputs, output_activation="linear", dtype="float64")
    check(replace(SMALL, loss="mean_squared_error", learning_rate=1e-4), task, (data, data))
    assert max(map(len, program(SMALL, task, IN_SCOPE).splitlines())) <= 100


CONVOLUTION = replace(
    PRESETS["Convolution"],
    hidden=read_layers(
        "conv2d:4:5x3:linear:nobias:strides=2:same,batchnorm:momentum=0.9,activation:tanh,"
        "maxpool:2:strides=1,avgpool:2x1,conv2d:5:2:he_uniform,dropout:0.2,flatten,8"
    ),
    batch_size=20,
    epochs=2,
)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"l2": 0.01},
        {"patience": 1, "epochs": 12, "learning_rate": 0.05},
        {"augment": Augmentation(shift=1.5, rotate=10)},
        {"hidden": read_layers("conv2d:3:9,globalavgpool"), "decay": "none"},
    ],
)
def test_layers_of_every_kind(changes, digits):
    for_digits(replace(CONVOLUTION, **changes), digits)


def test_a_program_tells_of_layers_what_is_not_usual():
    settings = replace(CONVOLUTION, patience=3, augment=Augmentation(1, 10, 0.1))
    text = program(settings, digits_lab.task(settings), digits_lab.data_code())
    wide = " ".join(text.split())
    for part in (
        'Conv2D( 4, (5, 3), activation="linear", kernel_initializer="glorot_uniform", '
        'use_bias=False, strides=2, padding="same", )',
        "BatchNormalization(momentum=0.9),",
        'Activation("tanh"),',
        "MaxPooling2D(strides=1),",
        "AveragePooling2D(pool_size=(2, 1)),",
        'kernel_initializer="he_uniform", use_bias=True),',
        "Dropout(0.2), Flatten(),",
        "model.build((28, 28, 1), rng)",
        "augmentation=Augmentation(shift=1, rotate=10, zoom=0.1), patience=3, restore_best=True, )",
        "validation_freq=1,",
    ):
        assert part in wide


def test_two_classes_and_one_output():
    rng = np.random.default_rng(0)
    inputs = rng.random((50, 2)).astype(np.float32)
    data = Dataset(inputs, (inputs[:, 1] > inputs[:, 0]).astype(int), 2)
    printed = check(replace(SMALL, loss="binary_crossentropy"), Task(2, 1), (data, data))
    assert "accuracy" in printed


def test_gradients_by_nudging():
    rng = np.random.default_rng(0)
    data = Dataset(rng.random((50, 2)), rng.random((50, 1)))
    task = Task(2, 1)
    for gradients in GRADIENTS:
        settings = replace(SMALL, gradients=gradients, loss="mean_squared_error")
        check(settings, task, (data, data))
    by_nudging, by_calculus = (
        run(replace(settings, gradients=each), task, (data, data))[0]["model"].parameters
        for each in ("numerical", "backpropagation")
    )
    assert not np.array_equal(by_nudging, by_calculus)


def test_the_digits_program_is_short_and_well_formed():
    settings = Settings(hidden=(LayerSettings(256, "relu", None, True),), train_samples=5000)
    text = program(settings, digits_lab.task(settings), digits_lab.data_code())
    assert (
        text
        == '''\
"""Train and test a network as the page does. First: pip install . in the project's folder."""

from pathlib import Path

import numpy as np

from nn import SGD, Dense, Rescaling, Sequential
from nn.data import read_folder, with_test_set

# Set-up has put this folder into the project's: run this program there.
train, test = with_test_set(read_folder(Path("mnist")))

rng = np.random.default_rng(1)
model = Sequential(
    [
        Dense(256, activation="relu", kernel_initializer="he_normal", use_bias=True),
        Dense(
            10,
            activation="sigmoid",
            kernel_initializer="random_uniform",
            use_bias=False,
        ),
    ],
    inputs=Rescaling(scale=0.98 / 255, offset=0.01),
)
model.build(784, rng)

train = train.draw(5000, rng)
model.compile(
    optimizer=SGD(learning_rate=0.2),
    loss="half_squared_error",
    target_range=(0.0, 0.99),
)
evaluations = model.fit(
    train.inputs,
    train.targets,
    batch_size=1,
    epochs=5,
    validation_data=(test.inputs, test.targets),
    validation_freq=5,
    rng=rng,
)

result = evaluations[-1]
print(model.summary())
print(f"test loss {result.loss:.4g}")
if result.accuracy is not None:
    print(f"test accuracy {result.accuracy:.2%}")
'''
    )


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        replace(PRESETS["Better"], hidden=layers(9, 8, 7), optimizer="nesterov", l1=0.1, l2=0.1),
        replace(CONVOLUTION, patience=3, augment=Augmentation(1, 10, 0.1)),
    ],
)
def test_programs_are_written_as_the_project_writes_its_own(settings):
    text = program(settings, digits_lab.task(settings), digits_lab.data_code())
    for command in (["format", "--check"], ["check"]):
        arguments = [sys.executable, "-m", "ruff", *command, "--stdin-filename", "train.py", "-"]
        result = subprocess.run(arguments, input=text, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr


def test_imports_that_the_data_asks_for_are_joined_with_the_others():
    data = DataCode(
        ["import numpy as np", "from nn import Adam, Dataset", "from pathlib import Path"],
        ["train = test = Dataset(np.zeros((1, 1)), np.zeros((1, 1)))"],
    )
    text = program(replace(SMALL, decay="cosine"), Task(1, 1), data)
    head, _, _ = text.partition("\ntrain = test")
    assert head.splitlines()[2:] == [
        "import math",
        "from pathlib import Path",
        "",
        "import numpy as np",
        "",
        "from nn import SGD, Adam, CosineDecay, Dataset, Dense, Sequential",
    ]
