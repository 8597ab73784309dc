"""What a network is asked, as a row, as a place of the square, and as a sample to learn."""

from __future__ import annotations

import numpy as np
import pytest

from nn import Dense, Sequential
from nn.data import Dataset
from nn.data.columns import Columns, Input, Output
from nn.explain import Place, Walk
from nn.explain.changes import smallest_changes
from nn.labs.own_points import Axis
from nn.labs.point_question import question
from nn.labs.question import Question
from nn.optimizers import SGD

COLUMNS = Columns(
    (Input("size"), Input("colour", "category", values=("red", "blue"))),
    (Output("price", None, 10.0, 200.0),),
)


def test_a_row_has_its_columns_with_their_values():
    rows = np.array([[1.0, 1, 0], [9, 0, 1]])
    asked = Question.of_row("these inputs", COLUMNS, rows[1], rows)
    assert [(one.name, one.start, one.stop) for one in asked.given] == [
        ("size = 9", 0, 1),
        ("colour = blue", 1, 3),
    ]
    assert np.array_equal(asked.inputs, rows[1:]) and len(asked.knobs) == 2


def test_a_question_is_a_sample_once_its_answer_is_known():
    asked = Question.of_row("it", COLUMNS, np.array([1.0, 1, 0]), np.empty((0, 3)))
    sample = asked.sample(230.0)
    assert sample.targets.tolist() == [[3.0]] and sample.classes is None
    kinds = Question("it", np.zeros((1, 2, 2, 1), np.uint8), (Output("kind", ("a", "b")),))
    sample = kinds.sample(1.0)
    assert (sample.targets.tolist(), sample.classes, sample.names) == ([1], 2, ("a", "b"))
    two = Question("it", np.zeros((1, 2)), (Output("a"), Output("b")))
    with pytest.raises(ValueError, match="several questions"):
        two.sample(1.0)


def test_a_place_of_the_square_moves_with_all_its_features():
    outputs = (Output("class", ("blue", "orange")),)
    asked = question(("x", "x²", "xy"), outputs, (0.75, 0.25))
    x, y = asked.knobs
    assert np.array_equal(x.rows(np.array([0.75]))[0], asked.inputs[0])
    assert asked.what == "the place x 0.75, y 0.25"
    moved = x.rows(np.array([1.0]))[0]
    assert moved.tolist() == [6.0, 36.0, -18.0]
    (change,) = smallest_changes(lambda rows: rows[:, 0] > 4.5, [x, y])
    assert str(change) == "x: 0.8755"


def test_a_place_of_a_table_is_told_in_its_columns():
    axes = Axis("weight", 10.0, 20.0), Axis("height", 100.0, 300.0)
    asked = question(("x", "y"), (Output("n"),), (0.5, 0.25), axes)
    assert asked.what == "the place weight 15, height 150"
    assert asked.knobs[1].rows(np.array([200.0])).tolist() == [[0.0, 0.0]]


def walk() -> Walk:
    model = Sequential([Dense(4, activation="tanh"), Dense(2, activation="softmax")])
    model.compile(SGD(0.1), "categorical_crossentropy")
    model.build(3, 1)
    return Walk(model, Dataset(np.ones((1, 3)), np.array([1]), classes=2), model.optimizer)


def test_a_place_in_a_walk_can_be_written_and_gone_to_again():
    there = walk()
    there.choose(1, 2)
    there.follow(1, bias=True)
    text = str(Place.of(there, "test", 6, 4))
    assert text == f"test:7,4,{':'.join(map(str, there.units))},1:b"
    here = walk()
    assert Place.read(text).lead(here) == 4
    assert (here.units, here.layer, here.bias) == (there.units, 1, True)


def test_a_place_of_another_network_leads_as_far_as_it_can():
    here = walk()
    before = list(here.units), here.layer
    assert Place.read("train:1,99,3:9:1,7:b").lead(here) == len(here.stops) - 1
    assert (here.units, here.layer) == before


@pytest.mark.parametrize(
    "text", ["", "some:1", "train:x", "train:1,-2", "train:1,2,3:a", "train:1,2,3,1:q", "train:1,²"]
)
def test_what_is_no_place_is_refused_in_one_sentence(text):
    with pytest.raises(ValueError, match="the link's step .* expected such as train:6,3"):
        Place.read(text)
