"""Photos are read by the network that comes with the page, and doubt is said."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nn import load_model
from nn.labs.reading import probabilities, read_photo
from nn.layers import Dense, Flatten
from nn.model import Sequential
from tests.unit.photos import FACE, KINDS, STROKES, arc, ink, photo


@pytest.fixture(scope="module")
def best() -> Sequential:
    return load_model(Path(__file__).parents[2] / "dist" / "best.json")


@pytest.mark.parametrize("kind", KINDS)
def test_every_digit_is_read_on_every_kind_of_paper(best, kind):
    said = {}
    for digit, strokes in STROKES.items():
        turn = (-12, 0, 10)[digit % 3]
        drawn = ink(strokes, left=200, top=260, height=180 + 10 * digit, pen=12, turn=turn)
        said[digit] = read_photo(best, photo(drawn, kind, seed=digit)).answer
    assert sum(said[digit] == str(digit) for digit in said) >= 9, said


def test_a_small_digit_and_a_large_one_are_read(best):
    small = read_photo(best, photo(ink(STROKES[4], left=400, top=500, height=70, pen=5)))
    large = read_photo(best, photo(ink(STROKES[2], left=-20, top=60, height=620, pen=40)))
    assert (small.answer, large.answer) == ("4", "2")
    assert small.sure and large.sure and str(small) == "4"


def test_several_digits_are_read_from_left_to_right(best):
    drawn = sum(
        ink(STROKES[digit], left=140 * place, height=150)
        for place, digit in enumerate((2, 0, 6, 9))
    )
    reading = read_photo(best, photo(np.clip(drawn, 0, 1), "lined"))
    assert (reading.answer, str(reading), reading.sure) == ("2069", "2069", True)


def test_test_pictures_in_light_and_in_dark_ink_are_read(best, mnist):
    test = mnist.test.take(range(60))
    for turned in (test.inputs, 255 - test.inputs, 200 - test.inputs // 2):
        answers = [read_photo(best, picture).answer for picture in turned]
        right = [answer == str(label) for answer, label in zip(answers, test.targets, strict=True)]
        assert sum(right) >= 58


def enlarged(picture: np.ndarray) -> np.ndarray:
    """The ink of a digit of MNIST, (height, width) booleans, without a margin."""
    large = Image.fromarray(picture.reshape(28, 28)).resize((224, 224), Image.Resampling.BICUBIC)
    ink = np.asarray(large) > 127
    return ink[np.ix_(ink.any(axis=1), ink.any(axis=0))]


def touching(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """A photo of two digits so close that their ink is one."""
    left, right = enlarged(first), enlarged(second)
    page = np.zeros((400, 600))
    for start in range(100 + left.shape[1], 100, -1):
        page[:] = 0
        page[100 : 100 + len(left), 100 : 100 + left.shape[1]] = left
        rows = slice(100, 100 + len(right))
        before = page[rows, start : start + right.shape[1]]
        if (before * right).sum() > 20:
            page[rows, start : start + right.shape[1]] = np.maximum(before, right)
            return photo(page)
    raise AssertionError("they do not touch")


def test_most_pairs_of_digits_that_touch_are_read_as_two(best, mnist):
    test = mnist.test.take(range(24))
    labels = [str(label) for label in test.targets]
    pairs = range(0, 24, 2)
    said = [read_photo(best, touching(*test.inputs[place : place + 2])) for place in pairs]
    expected = [labels[place] + labels[place + 1] for place in pairs]
    right = [one.answer == pair for one, pair in zip(said, expected, strict=True)]
    assert sum(right) >= 6, [one.answer for one in said]
    found = next(one for one, fits in zip(said, right, strict=True) if fits)
    (_, _, middle, _), (start, _, end, _) = (each.found.box for each in found.answers)
    assert abs(middle - start) <= 4 < end - start


def test_single_digits_stay_whole(best, mnist):
    test = mnist.test.take(range(24))
    pages = [np.pad(enlarged(each), 100).astype(float) for each in test.inputs]
    said = [read_photo(best, photo(page)).answer for page in pages]
    assert sum(one == str(label) for one, label in zip(said, test.targets, strict=True)) >= 23
    assert all(one is None or len(one) == 1 for one in said)


SIGNS = {
    "a face": FACE,
    "a cross": [[(0.1, 0.1), (0.9, 0.9)], [(0.9, 0.1), (0.1, 0.9)]],
    "a house": [[(0.1, 0.4), (0.5, 0), (0.9, 0.4), (0.9, 1), (0.1, 1), (0.1, 0.4), (0.9, 0.4)]],
    "an M": [[(0.1, 1), (0.15, 0), (0.5, 0.6), (0.85, 0), (0.9, 1)]],
    "a K": [[(0.2, 0), (0.2, 1)], [(0.8, 0), (0.2, 0.5), (0.8, 1)]],
    "an H": [[(0.2, 0), (0.2, 1)], [(0.8, 0), (0.8, 1)], [(0.2, 0.5), (0.8, 0.5)]],
    "an E": [[(0.8, 0), (0.2, 0), (0.2, 1), (0.8, 1)], [(0.2, 0.5), (0.7, 0.5)]],
    "a spiral": [
        [(0.5 + t * np.cos(40 * t), 0.5 + t * np.sin(40 * t)) for t in np.linspace(0, 0.5, 90)]
    ],
    "a wave": [[(x, 0.5 + 0.2 * np.sin(14 * x)) for x in np.linspace(0, 1.4, 60)]],
    "a ring in a ring": [arc(0.5, 0.5, 1, 1, 0, 360), arc(0.5, 0.5, 0.3, 0.3, 0, 360)],
}


def test_of_signs_that_are_no_digits_most_are_in_doubt(best):
    doubted = {
        name
        for name, strokes in SIGNS.items()
        if not read_photo(best, photo(ink(strokes, pen=10))).sure
    }
    assert len(doubted) >= 7, set(SIGNS) - doubted


def test_nothing_is_no_digit(best):
    reading = read_photo(best, photo(np.zeros((800, 600)), "squared"))
    assert (reading.answer, reading.confidence, reading.sure) == (None, 0, False)
    assert str(reading) == "no digit found"


def test_a_digit_between_two_is_in_doubt(best, mnist):
    fours, nines = (
        mnist.test.inputs[mnist.test.targets == digit][:20].astype(float) for digit in (4, 9)
    )
    between = [
        read_photo(best, np.uint8(four / 2 + nine / 2))
        for four, nine in zip(fours, nines, strict=True)
    ]
    doubts = [str(reading) for reading in between if not reading.sure]
    assert len(doubts) >= 5
    assert any(said in ("not sure: 4 or 9", "not sure: 9 or 4") for said in doubts)


def test_sigmoids_count_by_their_odds():
    shares = probabilities(np.array([[0.5, 0.01, 0.5], [0.01, 0.99, 0.01], [0.2, 0.3, 0.5]]))
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert shares[1, 1] > 0.999
    np.testing.assert_allclose(shares[2], [0.2, 0.3, 0.5])


def test_a_network_for_something_else_is_refused():
    model = Sequential([Dense(3)])
    model.build((5,), np.random.default_rng(0))
    with pytest.raises(ValueError, match="for pictures it must take"):
        read_photo(model, photo(ink(STROKES[1])))


def test_a_network_of_other_pictures_and_classes_reads_photos_too():
    model = Sequential([Flatten(), Dense(2, "softmax")])
    model.build((32, 40, 3), np.random.default_rng(0))
    model.classes = ("ring", "cross")
    assert read_photo(model, photo(ink(STROKES[0]))).answer in (None, "ring", "cross")
