"""Rows to test with are counted, whatever is in them, and what was guessed at is said."""

import numpy as np
import pytest

from nn.data.columns import MAX_CATEGORIES
from nn.experiment.experiment import Experiment
from nn.labs import colours
from nn.labs.answers import answer_rows
from nn.labs.gaps import told_gaps
from nn.labs.rows import rows_to_test
from nn.labs.scores import scores
from nn.labs.selection import Selection, first_choice
from nn.labs.split import split, told
from nn.progress import exhaust
from tests.unit.tables import from_csv

KINDS = "size,town,kind\n" + "".join(f"{i / 3},{'pq'[i % 2]},{'uv'[i % 2]}\n" for i in range(40))
"""Towns tell the kinds."""

STRANGE = "size,town,kind\n1.5,p,u\n2.5,q,v\n3.5,p,w\n4.5,q,x\n5.5,q,x\n6.5,p,\n"


def parted(text, test=None, inputs=("size", "town"), outputs=("kind",)):
    selection = Selection.of(from_csv(text), inputs, outputs)
    table = None if test is None else from_csv(test)
    return split(selection, np.random.default_rng(1), None, "fill", table)


def trained(text):
    selection, _ = first_choice(from_csv(text))
    settings = colours.suggested(colours.DEFAULTS, selection)
    experiment = Experiment(settings, colours.task(settings, selection))
    parts = colours.data(settings, selection)
    exhaust(experiment.train(settings, parts.train, parts.test, 1.0, 30))
    return experiment, parts.columns


def test_rows_of_a_class_that_was_never_seen_count_as_wrong():
    parts = parted(KINDS, STRANGE)
    assert (len(parts.train), parts.held_out, len(parts.test)) == (40, 5, 2)
    assert (
        "3 rows have the classes 'w', 'x', which the training rows never show: they count as wrong"
        in parts.notes
    )
    (score,) = scores(parts.columns, parts.test, np.array([[1.0, 0], [0, 1]]))
    assert (score.right, score.unknown, score.accuracy) == (2, 3, 0.4)
    assert score.confusion.tolist() == [[1, 0], [0, 1]]


def test_the_test_of_a_run_counts_them_too():
    experiment, columns = trained(KINDS)
    rows, _ = rows_to_test(from_csv(STRANGE), columns)
    evaluation = exhaust(experiment.test(rows, 1.0))
    assert evaluation.accuracy == pytest.approx(2 / 5)
    assert experiment.history.test_accuracy == evaluation.accuracy


def test_each_of_several_outputs_has_its_own_unknown_classes():
    parts = parted(KINDS, STRANGE, ["size"], ["kind", "town"])
    assert (len(parts.test), parts.held_out) == (5, 5)
    right = parts.test.targets + np.array([0.1, 0, 0, 0], np.float32)
    kind, town = scores(parts.columns, parts.test, right)
    assert (kind.unknown, len(kind.true), kind.accuracy) == (3, 2, 0.4)
    assert (town.unknown, town.accuracy) == (0, 1.0)


def test_a_table_of_unknown_classes_alone_tests_nothing():
    with pytest.raises(ValueError, match="no row has a class in 'kind' that the network knows"):
        parted(KINDS, "size,town,kind\n1.5,p,w\n2.5,q,x\n")


def test_reasons_are_told_with_their_counts():
    lines = "".join(
        f"{'' if i % 9 == 0 else i / 3},{'' if i % 7 == 0 else i * i}\n" for i in range(60)
    )
    selection = Selection.of(from_csv("a,y\n" + lines + "1.5,2,3\n"), ["a"], ["y"])
    parts = split(selection, np.random.default_rng(1), None, "drop")
    assert parts.left_out == 15
    assert told(parts)[0] == (
        "15 rows are left out (too many or too few values: 1; no answer in 'y': 8; "
        "missing input: 6)"
    )
    filled = split(selection, np.random.default_rng(1))
    assert filled.left_out == 9 and "missing input" not in told(filled)[0]


def test_reasons_of_the_rows_to_test_with_are_told_too():
    notes = parted(KINDS, STRANGE).notes
    assert "of the rows to test with, 1 row is left out (no answer in 'kind': 1)" in notes


def test_values_that_are_merged_are_told():
    towns = [f"t{i}" for i in range(MAX_CATEGORIES + 10)] + 20 * ["t0", "t1"]
    towns += [f"t{i}" for i in range(MAX_CATEGORIES)]
    lines = "".join(f"{town},{i / 3}\n" for i, town in enumerate(towns))
    selection = Selection.of(from_csv("town,y\n" + lines), ["town"], ["y"])
    parts = split(selection, np.random.default_rng(1), 0.0)
    assert (
        "'town' has 60 values: all but the 50 most frequent are merged as \"other\", in 10 rows"
        in told(parts)
    )


def test_cells_that_are_filled_are_told():
    experiment, columns = trained(KINDS)
    table = from_csv("size,town\n1.5,p\n?,q\ntall,r\n2.5,r\n3.5,\n4,p\n")
    answers = answer_rows(experiment.model, table)
    assert answers.notes == (
        "5 cells are filled: 2 in 'size' without a number, by the median of the training rows; "
        "2 in 'town' that training never showed, as none of its values; "
        "1 in 'town' without a value, as none of its values",
    )
    assert all(answers.texts[0])
    assert told_gaps(from_csv(KINDS), columns) == []


def test_a_column_in_which_most_is_unreadable_is_refused():
    experiment, _ = trained(KINDS)
    with pytest.raises(ValueError, match="'size' has 'large'; the network takes numbers"):
        answer_rows(experiment.model, from_csv("size,town\n1.5,p\ntall,q\nlarge,q\n"))
