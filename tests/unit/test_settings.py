"""Settings are written as text and read back, and what makes no sense is refused by field."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.activations import ACTIVATIONS
from nn.experiment.settings import (
    DECAYS,
    ENGINE_CHOICES,
    FIELDS,
    GRADIENTS,
    MAX_LAYERS,
    MAX_UNITS,
    LayerSettings,
    Settings,
    SettingsError,
    layers,
    parse,
)
from nn.initializers import INITIALIZERS
from nn.labs.digits import PRESETS
from nn.losses import LOSSES
from nn.optimizers import OPTIMIZERS


def pair(high: int) -> st.SearchStrategy[int | tuple[int, int]]:
    return st.integers(1, high) | st.tuples(st.integers(1, high), st.integers(1, high)).filter(
        lambda both: both[0] != both[1]
    )


ANY_KIND = st.one_of(
    st.builds(
        lambda filters, size, strides, padding, activation, initializer, use_bias: LayerSettings(
            activation=activation,
            initializer=initializer,
            use_bias=use_bias,
            kind="Conv2D",
            options=(
                *(("filters", filters), ("kernel_size", size)),
                *((("strides", strides),) if strides != 1 else ()),
                *((("padding", "same"),) if padding else ()),
            ),
        ),
        st.integers(1, MAX_UNITS),
        pair(9),
        pair(4),
        st.booleans(),
        st.none() | st.sampled_from(list(ACTIVATIONS)),
        st.none() | st.sampled_from(list(INITIALIZERS)),
        st.none() | st.booleans(),
    ),
    st.builds(
        lambda kind, size: LayerSettings(
            kind=kind, options=(("pool_size", size),) if size != 2 else ()
        ),
        st.sampled_from(["MaxPooling2D", "AveragePooling2D"]),
        pair(5),
    ),
    st.floats(0, 1, exclude_max=True).map(
        lambda rate: LayerSettings(kind="Dropout", options=(("rate", rate),))
    ),
    st.sampled_from([LayerSettings(kind=kind) for kind in ("Flatten", "BatchNormalization")]),
    st.none()
    | st.sampled_from(list(ACTIVATIONS)).map(
        lambda name: LayerSettings(kind="Activation", activation=name)
    ),
).filter(lambda layer: layer is not None)


def any_layer(units: st.SearchStrategy[int]) -> st.SearchStrategy[LayerSettings]:
    return st.builds(
        LayerSettings,
        units=units,
        activation=st.none() | st.sampled_from(list(ACTIVATIONS)),
        initializer=st.none() | st.sampled_from(list(INITIALIZERS)),
        use_bias=st.none() | st.booleans(),
    )


ANY_SETTINGS = st.builds(
    Settings,
    hidden=st.lists(any_layer(st.integers(1, MAX_UNITS)) | ANY_KIND, max_size=9).map(tuple),
    activation=st.sampled_from(list(ACTIVATIONS)),
    output=any_layer(st.just(0)),
    l1=st.floats(0, 1),
    gradients=st.sampled_from(GRADIENTS),
    engine=st.sampled_from(ENGINE_CHOICES),
    loss=st.sampled_from(list(LOSSES)),
    optimizer=st.sampled_from(list(OPTIMIZERS)),
    learning_rate=st.floats(0, 100, exclude_min=True),
    decay=st.sampled_from(list(DECAYS)),
    l2=st.floats(0, 1),
    batch_size=st.integers(1, 10_000),
    epochs=st.integers(1, 1_000_000),
    train_samples=st.none() | st.integers(1, 10_000_000),
    seed=st.integers(0, 2**32 - 1),
    use_bias=st.booleans(),
    patience=st.none() | st.integers(1, 1_000_000),
)


@given(ANY_SETTINGS)
def test_what_is_written_is_read_back(settings):
    assert parse(settings.fields(), Settings()) == settings


def test_every_setting_is_a_field():
    assert {field.key for field in FIELDS.values()} == vars(Settings()).keys()


def test_the_defaults_are_written_as_people_would_write_them():
    assert Settings().fields() == {
        "hidden": "100",
        "activation": "sigmoid",
        "output": "",
        "loss": "half_squared_error",
        "optimizer": "sgd",
        "learningRate": "0.2",
        "decay": "none",
        "l1": "0",
        "l2": "0",
        "batchSize": "1",
        "epochs": "5",
        "trainSamples": "",
        "seed": "1",
        "useBias": "false",
        "gradients": "backpropagation",
        "engine": "auto",
        "patience": "",
    }


def test_the_reference_run_is_the_default():
    assert parse({}, Settings()) == Settings()
    assert Settings().fields() == {
        name: text for name, text in PRESETS["Classic"].fields().items() if name in FIELDS
    }


def test_what_is_not_mentioned_is_that_of_the_base():
    base = PRESETS["Better"]
    changed = parse({"epochs": "7"}, base)
    assert changed.epochs == 7
    assert changed.fields() == base.fields() | {"epochs": "7"}


def test_unknown_names_are_left_to_others():
    assert parse({"preset": "x", "learning_rate": "7"}, Settings()) == Settings()


@pytest.mark.parametrize(
    ("field", "text", "key", "value"),
    [
        ("hidden", "256,128", "hidden", layers(256, 128)),
        ("hidden", " 256 , 128 ", "hidden", layers(256, 128)),
        ("hidden", "none", "hidden", ()),
        ("hidden", "dense:9:relu", "hidden", (LayerSettings(9, "relu"),)),
        (
            *("hidden", "conv2d:16:5:relu:strides=2:same:he_normal,maxpool:3x2,flatten", "hidden"),
            (
                LayerSettings(
                    activation="relu",
                    initializer="he_normal",
                    kind="Conv2D",
                    options=(
                        ("filters", 16),
                        ("kernel_size", 5),
                        ("strides", 2),
                        ("padding", "same"),
                    ),
                ),
                LayerSettings(kind="MaxPooling2D", options=(("pool_size", (3, 2)),)),
                LayerSettings(kind="Flatten"),
            ),
        ),
        ("patience", "5", "patience", 5),
        ("patience", "", "patience", None),
        (
            *("hidden", "9:relu:he_normal:nobias,8: bias :tanh", "hidden"),
            (
                LayerSettings(9, "relu", "he_normal", False),
                LayerSettings(8, activation="tanh", use_bias=True),
            ),
        ),
        ("output", "", "output", LayerSettings()),
        ("output", "variance_scaling", "output", LayerSettings(initializer="variance_scaling")),
        ("learningRate", " 1e-3 ", "learning_rate", 0.001),
        ("learningRate", ".5", "learning_rate", 0.5),
        ("l2", "0", "l2", 0.0),
        ("trainSamples", "", "train_samples", None),
        ("trainSamples", "all", "train_samples", None),
        ("trainSamples", "5000", "train_samples", 5000),
        ("useBias", "on", "use_bias", True),
        ("useBias", "true", "use_bias", True),
        ("useBias", "0", "use_bias", False),
    ],
)
def test_people_write_in_several_ways(field, text, key, value):
    assert getattr(parse({field: text}, Settings()), key) == value


NO_WHOLE_NUMBERS = ["", "-1", "+1", "1.5", "1e3", "1_000", "1,000", "²", "٣", "x", "9" * 5000]
NO_REAL_NUMBERS = [
    "",
    "-1",
    "nan",
    "inf",
    "1_0",
    "1,000.5",
    "0,5,5",
    "٣",
    "0x1",
    "x",
    "1e999",
    "9" * 5000,
]


@pytest.mark.parametrize(
    ("field", "texts"),
    [
        ("hidden", ["", "0", "-5", "100,", ",", "1;2", "1.5", "²", "٣", str(MAX_UNITS + 1)]),
        ("hidden", [",".join(["1"] * (MAX_LAYERS + 1)), "1," * 100_000]),
        ("hidden", ["9:swish", "9:", "9:relu;8", "relu:9", "9:relu:x"]),
        ("hidden", ["conv2d", "conv2d:8", "conv2d:0:3", "conv2d:8:3x3x3"]),
        ("hidden", ["conv2d:8:3:pad=same", "conv2d:8:3:strides=x", "maxpool:wide", "flatten:3"]),
        ("hidden", ["dropout", "dropout:a", "pool:2", "batchnorm:relu", "9:strides=2"]),
        ("patience", ["0", "-1", "x"]),
        ("output", ["9", "swish", "relu,relu"]),
        ("gradients", ["", "nudging"]),
        ("engine", ["", "gpu"]),
        ("l1", [*NO_REAL_NUMBERS, "1.1"]),
        ("activation", ["", "Sigmoid", "swish"]),
        ("loss", ["", "mse"]),
        ("optimizer", ["", "sdg"]),
        ("learningRate", [*NO_REAL_NUMBERS, "0", "-0", "100.1", "1e-999"]),
        ("decay", ["", "linear"]),
        ("l2", [*NO_REAL_NUMBERS, "1.1"]),
        ("batchSize", [*NO_WHOLE_NUMBERS, "0", "10001"]),
        ("epochs", [*NO_WHOLE_NUMBERS, "-1", "1000001"]),
        ("trainSamples", [*filter(None, NO_WHOLE_NUMBERS), "0", "10000001"]),
        ("seed", [*NO_WHOLE_NUMBERS, "4294967296"]),
        ("useBias", ["", "yes", "2", "None"]),
    ],
)
def test_nonsense_is_refused_by_field(field, texts):
    for text in texts:
        with pytest.raises(SettingsError) as refused:
            parse({field: text, "unknown": text}, Settings())
        assert refused.value.problems.keys() == {field}, text
        assert re.fullmatch(r"expected .{5,280}", refused.value.problems[field])


def test_all_problems_are_told_at_once():
    with pytest.raises(SettingsError) as refused:
        parse({"epochs": "x", "seed": "x", "hidden": "100"}, Settings())
    assert refused.value.problems.keys() == {"epochs", "seed"}
    assert str(refused.value) == (
        "Epochs: expected a whole number from 1 to 1,000,000, or 0 to train until you stop it; "
        "Seed: expected a whole number from 0 to 4,294,967,295"
    )


@given(st.dictionaries(st.sampled_from(list(FIELDS)), st.text(max_size=20)))
def test_any_text_is_read_or_refused(fields):
    try:
        settings = parse(fields, Settings())
    except SettingsError as error:
        assert error.problems.keys() <= fields.keys()
    else:
        assert parse(settings.fields(), Settings()) == settings


@pytest.mark.parametrize(
    "change", [{"hidden": layers(5)}, {"activation": "tanh"}, {"seed": 2}, {"use_bias": True}]
)
def test_what_decides_the_network_is_told_from_what_decides_the_training(change):
    assert Settings(**change).network() != Settings().network()
    assert Settings(epochs=9, learning_rate=0.5, l2=0.1).network() == Settings().network()
