"""What a visitor brought to a lab is the same when a browser gives it back."""

import io
import zipfile

import numpy as np
import openpyxl

from nn.data import Dataset
from nn.data.columns import Output
from nn.data.tables import is_workbook, read_table
from nn.experiment.comparison import Curve, Run
from nn.experiment.experiment import Experiment
from nn.experiment.settings import parse
from nn.formats.packed import pack, unpack
from nn.labs import colours, colours_code, kept
from nn.labs.edits import Edits
from nn.labs.own_classes import OwnClasses
from nn.labs.own_points import OwnPoints
from nn.labs.pictures import Pictures
from nn.labs.points import DEFAULTS
from nn.labs.points_source import PointsSource
from nn.labs.selection import Selection
from nn.labs.table_source import Opened, TableSource
from nn.layers import Dense
from nn.model import Sequential
from nn.progress import Evaluation, exhaust

ROWS = b"size;weight;kind\n" + b"".join(
    b"%d;%d;%s\n" % (i % 7, i * i % 11, b"cat" if i % 3 else b"dog") for i in range(40)
)


def same(one: Dataset, other: Dataset) -> bool:
    return (
        one.inputs.dtype == other.inputs.dtype
        and np.array_equal(one.inputs, other.inputs)
        and np.array_equal(one.targets, other.targets)
        and (one.classes, one.names) == (other.classes, other.names)
    )


def test_pictures_come_back_turned_and_named():
    rng = np.random.default_rng(1)
    train, test = (
        Dataset(rng.integers(0, 255, (n, 9, 8, 3)).astype(np.uint8), rng.integers(0, 2, n), 2)
        for n in (20, 5)
    )
    pictures = Pictures((train, test), "25 pictures", ("they are small",)).turn().mirror()
    pictures = pictures.rename(["a", "b"])
    again = kept.unpack_pictures(kept.pack_pictures(pictures))
    assert all(same(a, b) for a, b in zip(again.used, pictures.used, strict=True))
    told = ("description", "assumed", "turns", "mirrored", "names")
    assert all(getattr(again, name) == getattr(pictures, name) for name in told)


def test_own_classes_come_back_with_their_examples():
    own = OwnClasses()
    for name in ("cat", "dog", "none"):
        own.add_class(name)
    for place in (0, 1, 0):
        own.add(place, np.full((28, 28), place + 3, np.uint8))
    again = kept.unpack_classes(kept.pack_classes(own))
    assert again.names == own.names
    assert [[picture[0, 0] for picture in each] for each in again.examples] == [[3, 3], [4], []]
    assert not again.learnt and not again.deleted
    assert kept.unpack_classes(kept.pack_classes(OwnClasses())).names == []

    own.remove(1, 0)
    own.remove_class(0)
    own.learnt = True
    again = kept.unpack_classes(kept.pack_classes(own))
    assert again.learnt
    again.undo()
    again.undo()
    assert again.names == ["cat", "dog", "none"]
    assert [[picture[0, 0] for picture in each] for each in again.examples] == [[3, 3], [4], []]


def test_a_table_comes_back_with_the_columns_that_were_chosen():
    opened = exhaust(Opened.reading(ROWS, "pets.csv"))
    source = TableSource.of(opened)
    table = opened.table.with_kind("size", "category")
    source = source.choose(Selection.of(table, ["size"], ["kind", "weight"]))
    settings = colours.suggested(colours.DEFAULTS, source.selection)
    model = Experiment(settings, source.task(settings)).model
    again = exhaust(kept.unpacking_table(kept.pack_table(source), model))
    assert again.opened is not None and again.selection is not None
    assert (again.opened.name, again.opened.content) == ("pets.csv", ROWS)
    assert again.selection.choice == source.selection.choice
    assert again.notes == source.notes and again.without is None
    assert same(again.parts(settings).train, source.parts(settings).train)


def test_a_network_without_its_table_and_built_in_colours_come_back():
    settings = colours.DEFAULTS
    model = Experiment(settings, TableSource().task(settings)).model
    built_in = exhaust(kept.unpacking_table(kept.pack_table(TableSource()), model))
    assert built_in.built_in
    alone = exhaust(kept.unpacking_table(kept.pack_table(TableSource(without=model)), model))
    assert alone.without is model


def test_points_come_back_with_what_was_done_to_them():
    own = OwnPoints.of(read_table(ROWS))
    edits = Edits().add(0.5, 0.1, 1).move(7, 0.25, 0.5).remove(3)
    source = PointsSource(own, edits, "pets.csv")
    again = exhaust(kept.unpacking_points(kept.pack_points(source)))
    assert (again.edits, again.file, again.without) == (edits, "pets.csv", None)
    assert again.own is not None
    assert (again.own.axes, again.own.output) == (own.axes, own.output)
    assert (again.own.left_out, again.own.notes) == (own.left_out, own.notes)
    placed, expected = again.placed(DEFAULTS), source.placed(DEFAULTS)
    assert same(placed.train, expected.train) and same(placed.test, expected.test)


def test_points_that_are_built_in_or_not_here_come_back():
    assert exhaust(kept.unpacking_points(kept.pack_points(PointsSource()))).built_in
    missing = PointsSource(without=Output("kind", ("a", "b")))
    again = exhaust(kept.unpacking_points(kept.pack_points(missing)))
    assert again.without == missing.without


def test_points_come_back_with_their_table_and_the_chosen_columns():
    opened = exhaust(Opened.reading(ROWS, "pets.csv"))
    source = PointsSource.of(opened, "weight", "size", "kind")
    again = exhaust(kept.unpacking_points(kept.pack_points(source)))
    assert again.own is not None and again.opened is not None
    assert again.own.chosen == ("weight", "size", "kind")
    assert list(again.opened.table.columns) == ["size", "weight", "kind"]


def workbook() -> bytes:
    book = openpyxl.Workbook()
    for line in ROWS.decode().splitlines():
        book.active.append([int(cell) if cell.isdigit() else cell for cell in line.split(";")])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_what_came_in_a_workbook_comes_back_and_tells_that_it_needs_a_reader():
    opened = exhaust(Opened.reading(workbook(), "pets.xlsx"))
    points = kept.pack_points(PointsSource.of(opened))
    again = exhaust(kept.unpacking_points(points))
    assert again.opened is not None and again.opened.content == opened.content
    text = exhaust(Opened.reading(ROWS, "pets.csv"))
    tested = TableSource.of(text).tested_with(opened, colours.DEFAULTS)
    for packed, expected in (
        (points, [True]),
        (kept.pack_table(TableSource.of(opened)), [True]),
        (kept.pack_table(tested), [False, True]),
        (kept.pack_table(TableSource()), []),
        (kept.pack_points(PointsSource()), []),
    ):
        assert [is_workbook(content) for content in kept.tables(packed)] == expected


def test_the_result_of_a_test_comes_back():
    outputs = np.random.default_rng(2).random((5, 3)).astype(np.float32)
    evaluation, samples = kept.unpack_test(
        kept.pack_test(Evaluation(0.25, None, outputs, (0.0, 0.99)), 1_234)
    )
    assert samples == 1_234 and np.array_equal(evaluation.outputs, outputs)
    assert (evaluation.loss, evaluation.accuracy) == (0.25, None)
    assert evaluation.target_range == (0.0, 0.99)


def test_rows_of_a_comparison_come_back_and_those_that_were_not_over_begin_anew():
    one = parse({"hidden": "5:tanh", "seed": "4"}, DEFAULTS)
    runs = [
        Run(one, 0.9, "done", "", 31, 200, 200, 1.5, 0.1, 0.8, Curve([100, 200], [2, 1], [0, 1])),
        Run(one, None, "diverged", "", 31, 90, 200, 0.5, curve=Curve([50], [7.5])),
        Run(DEFAULTS, None, "refused", "it is too large"),
        Run(DEFAULTS, 0.7, "training", "", 31, 60, 200, 0.5, curve=Curve([50], [7.5])),
        Run(one),
    ]
    back = kept.unpack_runs(kept.pack_runs(runs), DEFAULTS)
    runs[3] = Run(DEFAULTS, 0.7)
    assert [vars(run) for run in back] == [vars(run) for run in runs]
    assert kept.unpack_runs(kept.pack_runs([]), DEFAULTS) == []


def test_how_a_table_was_read_comes_back():
    text = "день,сорт,y\n" + "".join(f"0{1 + i % 9}/0{2 + i % 7}/2024,да,{i}\n" for i in range(40))
    source = TableSource.of(
        exhaust(Opened.reading(text.encode("cp1251"), "a.csv", header=None, encoding="koi8-r"))
    )
    (name, *_) = source.opened.table.columns
    table = source.opened.table.with_reading(name, "month first")
    source = source.choose(Selection.of(table, [name], ["y"]))
    again = exhaust(kept.unpacking_table(kept.pack_table(source), Sequential([Dense(1)])))
    assert list(again.opened.table.columns) == list(table.columns)
    assert again.opened.encoding == "koi8-r"
    assert again.opened.table.columns[name].reading == "month first"
    # As what kept the order of dates only wrote it.
    facts, arrays = unpack(kept.pack_table(source))
    facts["orders"] = facts.pop("readings")
    older = pack(facts, {key: np.array(array) for key, array in arrays.items()})
    again = exhaust(kept.unpacking_table(older, Sequential([Dense(1)])))
    assert again.opened.table.columns[name].reading == "month first"


def test_what_a_mark_was_chosen_to_be_comes_back():
    text = "x,y\n" + "".join(f"{-999 if i % 9 == 4 else i},{i % 5}\n" for i in range(40))
    source = TableSource.of(exhaust(Opened.reading(text.encode(), "a.csv")))
    table = source.opened.table.with_reading("x", "-999 as a number")
    source = source.choose(Selection.of(table, ["x"], ["y"]))
    code = colours_code.data_code(colours.DEFAULTS, source.selection, "read_table(data)")
    assert "table = table.with_reading('x', '-999 as a number')" in code.lines
    again = exhaust(kept.unpacking_table(kept.pack_table(source), Sequential([Dense(1)])))
    assert again.opened.table.columns["x"].numbers[4] == -999
    assert again.assumed(again.parts(colours.DEFAULTS))[0] == (
        "-999 in 'x' is taken for a number, as was chosen"
    )


def test_a_table_from_a_zip_comes_back_with_the_one_beside_it():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("train.csv", ROWS)
        archive.writestr("test.csv", ROWS)
    source = TableSource.of(exhaust(Opened.reading(packed.getvalue(), "set.zip")))
    assert source.test is not None and source.test.name == "test.csv"
    assert source.unanswered is None
    again = exhaust(kept.unpacking_table(kept.pack_table(source), Sequential([Dense(1)])))
    assert again.opened.beside.name == "test.csv" and again.test.name == "test.csv"
