"""The points lab: its settings as text, its data, and networks that learn it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data.points import FEATURES, SHAPES, features
from nn.experiment.code import program
from nn.experiment.experiment import Experiment
from nn.experiment.settings import FIELDS, SettingsError, parse
from nn.labs.edits import MAX_EDITS, AddedPoint, MovedPoint
from nn.labs.points import DEFAULTS, PRESETS, PointsSettings, answers, data, points, task, told
from nn.labs.points_code import data_code

PLACES = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)
ANY_SETTINGS = st.builds(
    PointsSettings,
    shape=st.sampled_from(list(SHAPES)),
    points=st.integers(10, 10_000),
    noise=st.floats(0, 0.5),
    test_share=st.integers(0, 90),
    moved=st.lists(
        st.builds(MovedPoint, st.integers(0, 9_999), PLACES, PLACES),
        max_size=5,
        unique_by=lambda point: point.row,
    ).map(tuple),
    removed=st.lists(st.integers(0, 9_999), max_size=5).map(tuple),
    added=st.lists(st.builds(AddedPoint, PLACES, PLACES, st.integers(0, 1)), max_size=5).map(tuple),
    inputs=st.lists(st.sampled_from(list(FEATURES)), min_size=1, unique=True).map(tuple),
    seed=st.integers(0, 2**32 - 1),
)


def with_point(settings, x, y, label):
    return replace(settings, added=settings.edits.add(x, y, label).added)


def parts(settings):
    found = points(settings)
    return found.train, found.test


def trained(settings):
    """A network trained as `settings` say, and how it did on the points held out."""
    experiment = Experiment(settings, task(settings))
    train, test = data(settings)
    run = experiment.train(settings, train, test, 0.1, validation_freq=settings.epochs)
    (evaluation,) = [progress.evaluation for progress in run if progress.evaluation]
    return experiment, evaluation


@given(ANY_SETTINGS)
def test_what_is_written_is_read_back(settings):
    assert parse(settings.fields(), DEFAULTS) == settings


def test_every_setting_is_a_field_and_the_shared_ones_are_as_everywhere():
    table = PointsSettings.table
    assert {field.key for field in table.values()} == vars(PointsSettings()).keys()
    shared = {name: field for name, field in FIELDS.items() if name != "hidden"}
    assert shared.items() <= table.items()
    assert FIELDS.keys() < table.keys()


def test_layers_that_are_not_dense_are_refused_as_they_cannot_be_drawn():
    assert parse({"hidden": "5:tanh,dense:4"}, DEFAULTS).fields()["hidden"] == "5:tanh,4"
    for text in ("dropout:0.5", "5,batchnorm,4"):
        with pytest.raises(SettingsError, match="Hidden layers: expected dense layers only"):
            parse({"hidden": text}, DEFAULTS)


def test_links_spell_features_in_plain_letters():
    every = replace(DEFAULTS, inputs=tuple(FEATURES))
    assert every.fields()["inputs"] == "x,y,x2,y2,xy,sinx,siny"
    for text in ("x2, sinx", "x²,sin x"):
        assert parse({"inputs": text}, DEFAULTS).inputs == ("x²", "sin x")


def test_links_spell_added_points_shortly():
    settings = with_point(with_point(DEFAULTS, 0.5, 0.1, 0), 1 / 3, 1, 1)
    assert settings.fields()["added"] == "0.5:0.1:0,0.333:1:1"


@pytest.mark.parametrize(
    ("field", "texts"),
    [
        ("shape", ["", "square", "xor"]),
        ("points", ["", "9", "10001", "1e3", "-10"]),
        ("noise", ["", "-0.1", "0.51", "nan"]),
        ("testShare", ["", "-1", "91", "20.5"]),
        ("inputs", ["", "z", "x,x", "x,x2,x²", "x;y"]),
        ("added", ["x", "0.5:0.5", "0.5:0.5:2", "1.1:0:0", "0:-1:0", "0:0:0:0", ",", "nan:0:1"]),
        ("added", [",".join(["0:0:0"] * (MAX_EDITS + 1))]),
        ("moved", ["x", "1:0.5", "-1:0:0", "1:2:0", "1:0:0,1:0.5:0"]),
        ("removed", ["x", "-1", "1.5", ",", ",".join(["1"] * (MAX_EDITS + 1))]),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(field, texts):
    for text in texts:
        with pytest.raises(SettingsError) as error:
            parse({field: text}, DEFAULTS)
        assert list(error.value.problems) == [field]


def test_points_can_be_added_up_to_a_limit():
    full = replace(DEFAULTS, added=(AddedPoint(0.5, 0.5, 1),) * MAX_EDITS)
    assert parse(full.fields(), DEFAULTS) == full
    with pytest.raises(ValueError, match=f"there are {MAX_EDITS} added points already"):
        with_point(full, 0.5, 0.5, 0)


def test_another_network_is_made_for_other_data_and_inputs_but_not_for_added_points():
    network = DEFAULTS.network()
    for change in (
        {"shape": "circle"},
        {"points": 500},
        {"noise": 0.1},
        {"test_share": 50},
        {"inputs": ("x", "y", "xy")},
        {"seed": 2},
        {"hidden": ()},
    ):
        assert replace(DEFAULTS, **change).network() != network, change
    assert with_point(DEFAULTS, 0.5, 0.1, 1).network() == network
    assert replace(DEFAULTS, epochs=7).network() == network


def test_points_are_split_as_the_settings_say_and_repeat_with_the_seed():
    settings = replace(DEFAULTS, points=200, test_share=25)
    train, test = parts(settings)
    assert (len(train), len(test)) == (150, 50)
    again, _ = parts(settings)
    assert np.array_equal(train.inputs, again.inputs)
    other, _ = parts(replace(settings, seed=2))
    assert not np.array_equal(train.inputs, other.inputs)


def test_the_diagonal_parts_the_default_points():
    for part in parts(DEFAULTS):
        x, y = part.inputs.T
        assert np.array_equal(part.targets == 1, y > x)


def test_added_points_are_trained_on_last_and_never_tested_with():
    plain = parts(DEFAULTS)
    added = parts(with_point(with_point(DEFAULTS, 0.2, 0.3, 0), 0.9, 0.1, 1))
    assert len(added[0]) == len(plain[0]) + 2
    assert np.array_equal(added[0].inputs[:-2], plain[0].inputs)
    assert np.allclose(added[0].inputs[-2:], [[0.2, 0.3], [0.9, 0.1]])
    assert added[0].targets[-2:].tolist() == [0, 1]
    assert np.array_equal(added[1].inputs, plain[1].inputs)


def test_a_network_is_told_the_features_that_were_chosen():
    settings = replace(DEFAULTS, inputs=("xy", "x"))
    for raw, given_to_it in zip(parts(settings), data(settings), strict=True):
        assert np.array_equal(given_to_it.inputs, features(raw.inputs, ["xy", "x"]))
        assert np.array_equal(given_to_it.inputs, told(raw, ("xy", "x")).inputs)
        assert given_to_it.classes == 2


def test_the_task_names_inputs_and_classes():
    columns = task(replace(DEFAULTS, inputs=("x", "sin y"))).columns
    assert columns.names == ("x", "sin y")
    assert columns.classes == ("blue", "orange")


def test_with_softmax_the_answer_is_the_second_of_two_outputs():
    settings = replace(
        DEFAULTS, loss="categorical_crossentropy", learning_rate=0.1, points=300, epochs=30
    )
    assert (task(DEFAULTS).outputs, task(settings).outputs) == (1, 2)
    experiment, evaluation = trained(settings)
    outputs = experiment.model.predict(features(np.array([[0.3, 0.7], [0.5, 0.1]]), ("x", "y")))
    above, below = answers(outputs)
    assert above > 0.9 and below < 0.1
    assert evaluation.accuracy > 0.95


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_default_network_learns_what_the_tutorial_promises(seed):
    experiment, evaluation = trained(replace(DEFAULTS, seed=seed))
    assert experiment.model.widths == [2, 5, 1]
    places = np.array([[0.5, 0.1], [0.3, 0.7]])
    below, above = answers(experiment.model.predict(features(places, DEFAULTS.inputs)))
    assert below < 0.05 and above > 0.95
    assert evaluation.accuracy > 0.97


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_learns_its_shape(preset, seed):
    _, evaluation = trained(replace(PRESETS[preset], seed=seed))
    assert evaluation.accuracy >= 0.95


def test_every_shape_has_a_preset():
    assert {settings.shape for settings in PRESETS.values()} == SHAPES.keys()


def test_gradients_found_by_nudging_train_the_default_network_too():
    experiment, evaluation = trained(replace(DEFAULTS, gradients="numerical", epochs=20))
    assert evaluation.accuracy > 0.95
    other, _ = trained(replace(DEFAULTS, epochs=20))
    assert not np.array_equal(experiment.model.parameters, other.model.parameters)


@pytest.mark.parametrize(
    "settings",
    [
        replace(DEFAULTS, epochs=2),
        replace(PRESETS["Spiral"], epochs=2, points=200, test_share=33, seed=7),
        with_point(with_point(replace(DEFAULTS, epochs=2, points=100), 0.5, 0.1, 0), 0.9, 0.2, 1),
        replace(DEFAULTS, epochs=2, gradients="numerical", loss="categorical_crossentropy"),
        with_point(
            replace(
                DEFAULTS,
                epochs=2,
                points=100,
                moved=(MovedPoint(4, 0.25, 0.5), MovedPoint(500, 0, 0)),
                removed=(7, 8, 9, 10),
            ),
            0.5,
            0.1,
            0,
        ),
        replace(DEFAULTS, epochs=2, points=50, test_share=0, removed=(7, 100)),
    ],
    ids=["default", "spiral", "added", "numerical", "edited", "nothing held out"],
)
def test_the_program_trains_the_same_network(settings, capsys):
    experiment, evaluation = trained(settings)
    names: dict[str, object] = {}
    exec(program(settings, task(settings), data_code(settings)), names)
    assert np.array_equal(names["model"].parameters, experiment.model.parameters)
    assert f"test accuracy {evaluation.accuracy:.2%}" in capsys.readouterr().out
