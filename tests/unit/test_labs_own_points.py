"""Points of tables: which columns, axes, what is held out, and networks that learn them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data.tables import read_table
from nn.experiment.code import program
from nn.experiment.experiment import Experiment
from nn.experiment.settings import SettingsError
from nn.formats import weights
from nn.labs.edits import Edits
from nn.labs.own_points import OwnPoints
from nn.labs.points import DEFAULTS, suggested
from nn.labs.points_source import PointsSource, check_loaded
from nn.metrics import r2_score
from tests.browser.own_points import above_and_below, bowl, clusters


def own(text: str) -> OwnPoints:
    return OwnPoints.of(read_table(text.encode()))


def table(columns: dict[str, list[object]]) -> str:
    rows = zip(*columns.values(), strict=True)
    return "\n".join(",".join(map(str, row)) for row in [tuple(columns), *rows])


SOME = [0.5, 1.5, 2.5, 3.5]
CLASSES = ["a", "b", "a", "b"]


def trained(source: PointsSource):
    assert source.own
    settings = suggested(DEFAULTS, source.own)
    experiment = Experiment(settings, source.task(settings))
    train, test = source.data(settings)
    run = experiment.train(settings, train, test, 0.1, validation_freq=settings.epochs)
    (evaluation,) = [progress.evaluation for progress in run if progress.evaluation]
    return experiment, test, evaluation


@pytest.mark.parametrize(
    ("columns", "axes", "output", "classes"),
    [
        ({"x": SOME, "y": SOME, "label": [0, 1, 0, 1]}, ["x", "y"], "label", ("0", "1")),
        ({"class": CLASSES, "p": SOME, "q": SOME}, ["p", "q"], "class", ("a", "b")),
        ({"w": SOME, "Y": SOME, "X": SOME, "t": CLASSES}, ["X", "Y"], "t", ("a", "b")),
        ({"Id": [1, 2, 3, 4], "p": SOME, "q": SOME, "t": CLASSES}, ["p", "q"], "t", ("a", "b")),
        ({"p": SOME, "q": SOME, "z": SOME}, ["p", "q"], "z", None),
        ({"x": SOME, "y": SOME, "z": SOME}, ["x", "y"], "z", None),
        ({"p": SOME, "q": SOME, "t": ["no", "yes", "no", "yes"]}, ["p", "q"], "t", ("no", "yes")),
        ({"p": SOME, "q": SOME, "r": SOME, "c": CLASSES}, ["p", "q"], "c", ("a", "b")),
        ({"c": CLASSES, "p": SOME, "q": SOME, "r": SOME, "s": SOME}, ["p", "q"], "c", ("a", "b")),
        ({"p": [2] * 4, "q": SOME, "r": SOME, "s": SOME, "t": SOME}, ["q", "r"], "t", None),
    ],
)
def test_columns_are_found_by_their_names_and_kinds(columns, axes, output, classes):
    found = own(table(columns))
    assert [axis.name for axis in found.axes] == axes
    assert (found.output.name, found.output.classes) == (output, classes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (table({"a": CLASSES, "b": CLASSES[::-1], "c": CLASSES}), "none holds numbers.*in Colours"),
        (table({"p": SOME, "b": CLASSES, "c": CLASSES}), "only 'p' holds numbers"),
        (table({"p": SOME, "c": CLASSES}), "has 2 columns; for Points expected two of numbers"),
        (table({"p": SOME, "q": [2] * 4, "c": CLASSES}), "'q' is always 2"),
        (clusters(7, 140), "'label' has 7 classes; Points shows up to 6: open it in Colours"),
        ("p,q,c\n1.5,2,a\n,1,b\n2.5,,a\n", "only 1 of 3 rows has both"),
        ("p,q,c\n1.5,2,a\n1.7,3,a\n,1,b\n2.5,,b\n", "'c' has one class only"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_a_sentence(text, message):
    with pytest.raises(ValueError, match=message):
        own(text)


WIDE = {"p": SOME, "q": SOME[::-1], "r": [1.5, 9.5, 4.5, 2.5], "s": [7.5, 5, 3, 1], "c": CLASSES}


@pytest.mark.parametrize(
    ("chosen", "classes"), [(("r", "q", "c"), ("a", "b")), (("s", "p", "r"), None)]
)
def test_other_columns_can_be_chosen(chosen, classes):
    found = OwnPoints.of(read_table(table(WIDE).encode()), *chosen)
    assert (*(axis.name for axis in found.axes), found.output.name) == chosen
    assert (found.output.classes, found.chosen) == (classes, chosen)
    x = found.axes[0]
    assert x.value(found.drawn.inputs[1, 0]) == pytest.approx(WIDE[chosen[0]][1])


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (("p", "p", "c"), "three different columns"),
        (("p", "c", "q"), "'c' cannot be an axis"),
        (("p", "q", "z"), "z"),
    ],
)
def test_columns_that_cannot_be_chosen_are_refused(chosen, message):
    with pytest.raises(ValueError, match=message):
        OwnPoints.of(read_table(table(WIDE).encode()), *chosen)


def test_axes_fit_the_data_with_a_margin():
    found = own(table({"x": [150, 200, 175, 160], "y": [-1, 3, 0, 2.5], "c": CLASSES}))
    assert found.drawn.inputs.min(axis=0).tolist() == pytest.approx([0.05, 0.05])
    assert found.drawn.inputs.max(axis=0).tolist() == pytest.approx([0.95, 0.95])
    for axis, values in zip(found.axes, ([150, 175], [-1, 2.5]), strict=True):
        assert [axis.value(axis.place(value)) for value in values] == pytest.approx(values)


@given(
    st.lists(
        st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.sampled_from("abc")),
        min_size=3,
        max_size=40,
    )
)
def test_any_numbers_are_taken_into_the_square_or_refused(rows):
    text = "\n".join(["p,q,label", *(f"{p},{q},{c}" for p, q, c in rows)])
    try:
        found = own(text)
    except ValueError as error:
        assert "\n" not in str(error)
        return
    assert len(found.drawn) + found.left_out == len(rows)
    assert ((found.drawn.inputs >= 0.049) & (found.drawn.inputs <= 0.951)).all()


def test_rows_that_lack_something_are_left_out_and_counted():
    found = own("p,q,c\n1,2,a\n,1,b\n2,3,b\n4,?,a\n5,1,\n6,7,a\n8,9,b\n")
    assert (len(found.drawn), found.left_out) == (4, 3)
    assert any("3 rows are left out" in note for note in found.notes)


def test_classes_are_held_out_in_proportion_and_edits_leave_the_others_where_they_are():
    found = own(clusters(5, 150))
    before = found.placed(0.2, np.random.default_rng(1))
    assert (len(before.train), before.held_out) == (120, 30)
    assert np.bincount(before.test.targets).tolist() == [6] * 5
    edits = Edits().add(0.5, 0.5, 4).move(int(before.test_keys[0]), 0.1, 0.9)
    edits = edits.remove(int(before.train_keys[3]))
    after = found.placed(0.2, np.random.default_rng(1), edits)
    assert after.test_keys.tolist() == before.test_keys.tolist()
    assert after.train_keys.tolist() == [*np.delete(before.train_keys, 3).tolist(), -1]
    assert after.test.inputs[0].tolist() == pytest.approx([0.1, 0.9])
    assert after.train.targets[-1] == 4
    assert after.nearest(0.11, 0.9, 0.05) == before.test_keys[0]
    assert after.nearest(0.5, 0.5, 0.01) == -1
    assert after.nearest(0.02, 0.02, 0.01) is None


def test_edits_name_added_points_by_their_place():
    edits = Edits().add(0.1, 0.1, 0).add(0.2, 0.2, 1).add(0.3, 0.3, 0)
    assert [one.x for one in edits.remove(-2).added] == [0.1, 0.3]
    assert [one.x for one in edits.move(-3, 0.9, 0.9).added] == [0.1, 0.2, 0.9]
    assert edits.move(5, 0, 0).move(5, 1, 1).remove(5) == replace(edits, removed=(5,))


def test_the_last_point_stays():
    found = own(table({"p": SOME, "q": SOME, "t": CLASSES}))
    with pytest.raises(ValueError, match="this is the last point to learn from"):
        found.placed(0, np.random.default_rng(1), Edits(removed=(0, 1, 2, 3)))


@pytest.mark.parametrize(("text", "classes"), [(above_and_below(), 2), (clusters(), 5)])
def test_classes_of_a_table_are_learnt(text, classes):
    experiment, test, evaluation = trained(PointsSource(own(text)))
    assert test.classes == classes and len(test) < 50
    assert evaluation.accuracy >= 0.9
    check_loaded(weights.loads(experiment.saved())[0])


def test_a_number_of_a_table_is_learnt():
    source = PointsSource(own(bowl()))
    assert source.own.span == pytest.approx((100, 260), abs=25)
    experiment, test, evaluation = trained(source)
    assert evaluation.accuracy is None
    assert r2_score(test.targets, evaluation.outputs) > 0.95
    with pytest.raises(SettingsError, match="the output is a number"):
        source.task(replace(DEFAULTS, loss="binary_crossentropy"))


@pytest.mark.parametrize("text", [above_and_below(60), bowl(60)], ids=["classes", "number"])
@pytest.mark.parametrize("edited", [False, True])
def test_the_program_trains_the_same_network(text, edited, tmp_path, monkeypatch, capsys):
    (tmp_path / "mine.csv").write_text(text)
    monkeypatch.chdir(tmp_path)
    source = PointsSource(own(text), file="mine.csv")
    if edited:
        edits = Edits().add(0.5, 0.25, 1).move(3, 0.1, 0.2).remove(4)
        source = replace(source, edits=edits)
    settings = replace(suggested(DEFAULTS, source.own), epochs=2)
    experiment = Experiment(settings, source.task(settings))
    train, test = source.data(settings)
    for _ in experiment.train(settings, train, test, 0.1, validation_freq=2):
        pass
    names: dict[str, object] = {}
    exec(program(settings, source.task(settings), source.code(settings)), names)
    assert np.array_equal(names["model"].parameters, experiment.model.parameters)
    assert "test loss" in capsys.readouterr().out


def test_the_program_takes_the_chosen_columns():
    source = PointsSource(
        OwnPoints.of(read_table(table(WIDE).encode()), "r", "q", "c"), file="w.csv"
    )
    lines = source.code(DEFAULTS).lines
    assert any("OwnPoints.of(table, 'r', 'q', 'c')" in line for line in lines)


def test_a_loaded_network_finds_its_points_or_says_that_they_are_missing():
    source = PointsSource(own(bowl()), file="bowl.csv")
    columns = source.task(suggested(DEFAULTS, source.own)).columns
    others = PointsSource(own(bowl(80)), file="bowl.csv").for_network(columns)
    assert others.own.output == source.own.output
    numbers = others.own.output.numbers(others.own.drawn.targets)
    assert (numbers.min(), numbers.max()) == pytest.approx(others.own.span)
    missing = PointsSource().for_network(columns)
    assert not missing.built_in and missing.own is None
    with pytest.raises(ValueError, match="'height' from points that are not here"):
        missing.data(DEFAULTS)
    assert PointsSource().for_network(PointsSource().task(DEFAULTS).columns).built_in
