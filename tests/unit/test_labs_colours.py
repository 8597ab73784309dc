import ast
from dataclasses import replace

import numpy as np
import pytest

from nn.data import Dataset
from nn.data.colours import NAMES
from nn.data.columns import Columns, Output
from nn.data.scaling import normalisation
from nn.data.tables import Column, Table, read_table
from nn.experiment.code import program
from nn.experiment.experiment import Experiment
from nn.experiment.settings import SettingsError, layers, parse
from nn.formats import weights
from nn.labs import colours
from nn.labs.colours import DEFAULTS, PRESETS, ColoursSettings
from nn.labs.colours_code import data_code, missing_data_code
from nn.labs.scores import scores
from nn.labs.selection import Choice, Selection, first_choice
from nn.labs.table_source import Opened
from nn.losses import LOSSES
from nn.progress import exhaust
from tests.unit.tables import from_csv, houses, selected

SECONDS = 10.0
"""A budget in which an epoch is one chunk: results do not depend on it."""


def parts(*arguments):
    """What is trained on, and what is tested with."""
    found = colours.data(*arguments)
    return found.train, found.test


def columns_of(inputs, output, classes=None, **others):
    """Columns of numbers, and one output."""
    plain = Columns.plain(inputs, output, classes)
    return replace(plain, outputs=(replace(plain.outputs[0], **others),))


def rows(count):
    """A table of two columns of numbers."""
    return from_csv("a,b\n" + "\n".join(f"{i * i},{i / 3}" for i in range(count)))


def trained(settings, selection=None):
    """The network after its training, and its test part and last evaluation."""
    train, test = parts(settings, selection)
    experiment = Experiment(settings, colours.task(settings, selection))
    evaluation = None
    for progress in experiment.train(settings, train, test, SECONDS, settings.epochs):
        evaluation = progress.evaluation or evaluation
    assert evaluation
    return experiment, test, evaluation


# ---- Settings.


def test_settings_are_read_back_from_what_is_written():
    settings = replace(DEFAULTS, colours=900, colour=(1, 128, 255), hidden=layers(7), seed=4)
    assert parse(settings.fields(), ColoursSettings()) == settings
    assert parse(settings.fields(), ColoursSettings()).colour == (1, 128, 255)
    assert settings.fields()["colour"] == "0180ff"


def test_a_link_need_not_name_a_colour():
    assert parse({"colour": ""}, replace(DEFAULTS, colour=(1, 2, 3))).colour is None
    assert DEFAULTS.fields()["colour"] == ""


@pytest.mark.parametrize("text", ["12345", "1234567", "#123456", "gg0000", "٣٣٣٣٣٣"])
def test_a_colour_of_a_link_is_six_hexadecimal_digits(text):
    with pytest.raises(SettingsError, match="hexadecimal"):
        parse({"colour": text}, DEFAULTS)


def test_the_colour_looked_at_is_no_part_of_the_experiment():
    other = replace(DEFAULTS, colour=(1, 2, 3))
    assert other == DEFAULTS and other.network() == DEFAULTS.network()


def test_other_colours_to_learn_from_make_another_network():
    assert replace(DEFAULTS, colours=1_000).network() != DEFAULTS.network()


# ---- The built-in colours.


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_default_names_nine_of_ten_held_out_colours_as_people_do(seed):
    settings = replace(DEFAULTS, seed=seed)
    experiment, test, evaluation = trained(settings)
    assert experiment.model.widths == [3, 16, 9]
    assert len(test) == 1080 == settings.colours // 5
    assert evaluation.accuracy > 0.9


def test_the_larger_preset_is_better():
    *_, evaluation = trained(replace(PRESETS["Large"], epochs=20))
    assert evaluation.accuracy > 0.935


def test_a_seed_repeats_the_data_and_another_one_does_not():
    first, again = parts(DEFAULTS), parts(replace(DEFAULTS, colours=5400))
    other = parts(replace(DEFAULTS, seed=2))
    parts(replace(DEFAULTS, colours=900))
    repeated = parts(DEFAULTS)
    for part, same, different, once_more in zip(first, again, other, repeated, strict=True):
        assert (part.inputs == same.inputs).all() and (part.inputs == once_more.inputs).all()
        assert (part.targets == once_more.targets).all()
        assert (part.inputs != different.inputs).any()


def test_inputs_are_normalised_as_the_training_part_alone_says():
    for selection in (None, Selection.of(rows(40), ["a"], ["b"])):
        train, test = parts(DEFAULTS, selection)
        inputs = colours.task(DEFAULTS if selection is None else NUMBERS, selection).inputs
        expected = normalisation(train.inputs)
        assert (inputs.scale == expected.scale).all() and (inputs.offset == expected.offset).all()
        whole = normalisation(np.concatenate([train.inputs, test.inputs]))
        assert (inputs.offset != whole.offset).any()


NUMBERS = replace(DEFAULTS, loss="mean_squared_error")


# ---- Tables.


def test_a_curve_with_large_numbers_is_learnt():
    found = houses()
    selection, _ = first_choice(found)
    assert selection.choice == Choice(("size", "age"), ("price",), ("number",))
    settings = colours.suggested(DEFAULTS, selection)
    experiment, test, evaluation = trained(settings, selection)
    (score,) = scores(experiment.model.columns, test, evaluation.outputs)
    assert score.r2 > 0.98
    assert score.true.max() > 500_000
    assert score.mean_absolute_error < 50_000


def test_numbers_are_scaled_as_the_training_part_alone_says():
    found = houses(50)
    selection = Selection.of(found, ["size"], ["price"])
    train, test = parts(NUMBERS, selection)
    (output,) = colours.task(NUMBERS, selection).columns.outputs
    assert train.targets.mean() == pytest.approx(0, abs=1e-6)
    assert train.targets.std() == pytest.approx(1, abs=1e-6)
    assert abs(test.targets.mean()) > 1e-3
    both = np.concatenate([train.targets, test.targets])
    assert np.sort(output.numbers(both)[:, 0]) == pytest.approx(
        np.sort(found.columns["price"].numbers), abs=1
    )


def test_the_network_of_a_table_has_its_columns_and_classes():
    selection = selected("x,y,kind\n1,2,b\n3,4,a\n5,6,b\n7,9,c\n1,1,c\n")
    task = colours.task(DEFAULTS, selection)
    assert (task.features, task.outputs) == (2, 3)
    assert task.columns.names == ("x", "y")
    assert task.columns.outputs == (Output("kind", ("a", "b", "c")),)


def test_a_number_cannot_be_learnt_with_a_loss_of_classes():
    found = houses(20)
    selection = Selection.of(found, ["size"], ["price"])
    with pytest.raises(SettingsError, match="half_squared_error or mean_squared_error"):
        colours.task(DEFAULTS, selection)


def several_classes(rows: int = 400) -> str:
    """A ring inside another one, and which of three numbers is the largest."""
    x = np.random.default_rng(1).normal(size=(rows, 3))
    ring = (x[:, 0] ** 2 + x[:, 1] ** 2 > 1.5).astype(int)
    lines = [
        f"{a:.3f},{b:.3f},{c:.3f},{'pq'[inside]},{'uvw'[largest]},{a:.2f}"
        for (a, b, c), inside, largest in zip(x, ring, x.argmax(axis=1), strict=True)
    ]
    return "\n".join(["a,b,c,ring,largest,number", *lines])


def test_each_of_several_outputs_is_learnt_by_what_suits_it():
    table = from_csv(several_classes())
    mixed = Selection.of(table, ["a", "b", "c"], ["ring", "number", "largest"])
    settings = colours.suggested(DEFAULTS, mixed)
    assert (settings.loss, settings.l2) == ("each_output", 0.003)
    parts = colours.data(settings, mixed)
    task = colours.task_for(settings, parts)
    experiment = Experiment(settings, task)
    model = experiment.model
    assert model.layers[-1].activation.name == "softmax(2)+linear(1)+softmax(3)"
    losses = "categorical_crossentropy(2)+mean_squared_error(1)+categorical_crossentropy(3)"
    assert model.loss.name == losses
    exhaust(experiment.train(settings, parts.train, parts.test, 1, settings.epochs))
    outputs = model.predict(parts.test.inputs)
    ring, number, largest = scores(parts.columns, parts.test, outputs)
    assert ring.accuracy > 0.88 and largest.accuracy > 0.88 and number.r2 > 0.95
    assert outputs[:, [0, 1]].sum(axis=1) == pytest.approx(1, abs=1e-5)
    # As good as if each had a network to itself.
    for score in (ring, largest):
        alone = Selection.of(table, ["a", "b", "c"], [score.name])
        own = colours.suggested(DEFAULTS, alone)
        experiment_alone, test, evaluation = trained(own, alone)
        (single,) = scores(experiment_alone.model.columns, test, evaluation.outputs)
        assert score.accuracy > single.accuracy - 0.1
    again = loaded(experiment)
    colours.check_loaded(again.model)
    assert again.settings(DEFAULTS, task) == settings
    assert (again.model.predict(parts.test.inputs) == outputs).all()
    code = program(settings, task, data_code(settings, mixed, "read_table(content)"))
    assert f'loss="{losses}"' in code and f'"{model.layers[-1].activation.name}"' in code


def test_losses_that_do_not_suit_several_outputs_are_refused():
    table = from_csv(several_classes())
    mixed = Selection.of(table, ["a", "b", "c"], ["ring", "number"])
    with pytest.raises(SettingsError, match="mean_absolute_error: several columns are predicted"):
        colours.task(replace(DEFAULTS, loss="binary_crossentropy"), mixed)
    one = Selection.of(houses(20), ["size"], ["price"])
    with pytest.raises(SettingsError, match="expected half_squared_error"):
        colours.task(replace(DEFAULTS, loss="each_output"), one)
    classes = Selection.of(table, ["a", "b", "c"], ["ring", "largest"])
    assert colours.suggested(DEFAULTS, classes).loss == "each_output"
    other = changed(replace(DEFAULTS, loss="each_output"), mixed).loss
    model = changed(replace(DEFAULTS, loss="each_output"), classes, loss=other)
    with pytest.raises(ValueError, match="does not suit"):
        colours.check_loaded(model)


@pytest.mark.parametrize("count", [10, 400, 100_000])
def test_what_is_suggested_is_enough_updates_and_not_too_many(count):
    column = Column("a", "number", np.arange(count) / 3)
    table = Table({"a": column, "b": replace(column, name="b")})
    settings = colours.suggested(DEFAULTS, Selection.of(table, ["a"], ["b"]))
    share = 1.0 if count < 30 else 0.8
    updates = settings.epochs * share * count / settings.batch_size
    assert settings.loss == "mean_squared_error"
    assert 5 <= settings.epochs <= 200
    assert updates >= 2_000 or settings.epochs == 200


def test_the_outline_of_a_task_is_enough_to_check_settings():
    for settings, selection in (
        (DEFAULTS, None),
        (DEFAULTS, selected("x,y,kind\n1,2,b\n3,4,a\n5,6,b\n7,9,c\n1,1,c\n")),
        (NUMBERS, Selection.of(houses(20), ["size"], ["price"])),
    ):
        outline, task = colours.outline(settings, selection), colours.task(settings, selection)
        assert (outline.features, outline.outputs) == (task.features, task.outputs)
        assert outline.output_activation == task.output_activation
    with pytest.raises(SettingsError, match="squared_error"):
        colours.outline(DEFAULTS, Selection.of(houses(20), ["size"], ["price"]))


# ---- Networks from files.


def loaded(experiment: Experiment) -> Experiment:
    return Experiment.loaded(experiment.saved().encode())


@pytest.mark.parametrize("text", ["", "size,age,price", "x,y,kind\n1,2,b\n3,4,a\n5,6,b\n7,9,a\n"])
def test_a_file_keeps_names_classes_and_both_normalisations(text):
    selection = None
    if text.startswith("size"):
        selection = Selection.of(houses(60), ["age", "size"], ["price"])
    elif text:
        selection = selected(text)
    settings = replace(NUMBERS if text.startswith("size") else DEFAULTS, epochs=2)
    experiment, test, evaluation = trained(settings, selection)
    again = loaded(experiment)
    colours.check_loaded(again.model)
    assert again.model.columns == experiment.model.columns
    before = experiment.model.predict(test.inputs)
    assert (again.model.predict(test.inputs) == before).all()
    task = colours.task_of(settings, again.model)
    assert (task.features, task.outputs) == (again.model.features, again.model.outputs)
    assert again.settings(replace(DEFAULTS, held_out=settings.held_out), task) == settings


def test_rows_are_given_to_a_loaded_network_as_it_was_taught():
    first = Selection.of(houses(60), ["size"], ["price"])
    experiment, *_ = trained(replace(NUMBERS, epochs=1), first)
    columns = loaded(experiment).model.columns
    other = Selection.of(houses(200), ["size"], ["price"])
    train, test = parts(NUMBERS, other, columns)
    (numbers,) = columns.answers(np.concatenate([train.targets, test.targets]))
    true = other.table.columns["price"].numbers
    assert np.sort(numbers) == pytest.approx(np.sort(true), rel=1e-5, abs=1)


def test_classes_are_found_by_name_whatever_their_order():
    wanted = columns_of(("x",), "kind", ("c", "b", "a"))
    selection = selected("x,kind\n1.5,a\n2,b\n3,a\n4,b\n5,b\n")
    train, _ = parts(DEFAULTS, selection, wanted)
    assert train.classes == 3
    assert (train.inputs[:, 0].tolist(), train.targets.tolist()) == (
        [1.5, 2, 3, 4, 5],
        [2, 1, 2, 1, 1],
    )


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        (columns_of(("y",), "kind", ("a", "b")), "there is no column 'y'"),
        (columns_of(("x",), "sort", ("a", "b")), "there is no column 'sort'"),
        (columns_of(("x",), "kind", ("a", "z")), "does not know the class 'b'"),
        (columns_of(("x",), "kind"), "predicts numbers"),
    ],
)
def test_rows_that_do_not_fit_a_loaded_network_are_refused(wanted, problem):
    selection = selected("x,kind\n1.5,a\n2,b\n3,a\n")
    with pytest.raises(ValueError, match=problem):
        colours.data(DEFAULTS, selection, wanted)


def changed(settings=DEFAULTS, selection=None, **changes) -> weights.Sequential:
    model = Experiment(settings, colours.task(settings, selection)).model
    for name, value in changes.items():
        setattr(model, name, value)
    return model


def test_networks_of_other_labs_are_refused():
    with pytest.raises(ValueError, match="names no columns"):
        colours.check_loaded(changed(columns=None))
    with pytest.raises(ValueError, match="another lab, and can be loaded only there$"):
        colours.check_loaded(changed(inputs=weights.TUTORIAL_INPUTS))


def test_a_network_that_contradicts_its_own_columns_is_refused():
    with pytest.raises(ValueError, match="9 outputs; its columns ask for 2"):
        colours.check_loaded(changed(columns=columns_of(("r", "g", "b"), "x", ("a", "b"))))
    selection = Selection.of(houses(20), ["size"], ["price"])
    with pytest.raises(ValueError, match="scale"):
        colours.check_loaded(
            changed(NUMBERS, selection, columns=columns_of(("a",), "b", scale=0.0))
        )
    columns = columns_of(("r", "g", "b"), "x")
    with pytest.raises(ValueError, match="9 outputs"):
        colours.check_loaded(changed(columns=columns))
    cross_entropy = LOSSES["binary_crossentropy"]
    with pytest.raises(ValueError, match="binary_crossentropy does not suit"):
        colours.check_loaded(changed(NUMBERS, selection, loss=cross_entropy))


def test_a_network_of_too_many_classes_is_refused():
    model = changed()
    model.shapes[-1] = (1001,)
    with pytest.raises(ValueError, match="1,001 classes; up to 1,000"):
        colours.check_loaded(model)


# ---- Programs.


def run(code) -> dict:
    names: dict = {}
    exec("\n".join([*code.imports, *code.lines]), names)
    return names


def same(made: Dataset, expected: Dataset) -> None:
    assert (made.inputs == expected.inputs).all()
    assert (made.targets == expected.targets).all()
    assert made.classes == expected.classes


def test_a_program_makes_the_same_colours():
    settings = replace(DEFAULTS, colours=900, seed=5)
    names = run(data_code(settings))
    for part, expected in zip(("train", "test"), parts(settings), strict=True):
        same(names[part], expected)
    assert names["train"].classes == len(NAMES)


@pytest.mark.parametrize("output", ["price", "kind"])
def test_a_program_reads_the_same_table(tmp_path, monkeypatch, output):
    file = "it's.csv"
    text = "\n".join(f"{i},{i * i},{'uv'[i % 2]},{1e5 + 7 * i}" for i in range(0, 90, 3))
    (tmp_path / file).write_text("a,b,kind,price\n" + text)
    monkeypatch.chdir(tmp_path)
    selection = Selection.of(read_table((tmp_path / file).read_bytes()), ["b", "a"], [output])
    settings = NUMBERS if output == "price" else DEFAULTS
    reading = Opened(selection.table, file, b"").code
    names = run(data_code(settings, selection, reading))
    for part, expected in zip(("train", "test"), parts(settings, selection), strict=True):
        same(names[part], expected)


def test_what_stands_for_unknown_data_is_a_remark():
    code = missing_data_code(columns_of(("a\nb", "c"), "d"))
    assert not ast.parse("\n".join(code.lines)).body
