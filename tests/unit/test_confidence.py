"""How sure an answer is: digits are told from other signs, and what is said is honest."""

import json
from pathlib import Path

import numpy as np
import pytest

from nn import drawing, load_model
from nn.labs.confidence import CONSTANTS, Calibration, beside, calibration, likeness, log_odds
from nn.labs.reading import read_photo
from nn.photo.views import views
from tests.unit.photos import STROKES, ink, photo
from tools.confidence import examples, fitting, photos, signs

ROOT = Path(__file__).parents[2]
HARD = ("A", "C", "F", "J", "L", "T", "U", "V", "Y")
LETTERS = {name: ways for name, ways in signs.LETTERS.items() if name not in HARD}


@pytest.fixture(scope="module")
def best():
    return load_model(ROOT / "dist" / "best.json")


def looks(strokes, **how) -> float:
    picture = drawing.prepare(np.uint8(255 * ink(strokes, **how)))
    assert picture is not None
    return likeness(views(picture))


def test_every_digit_looks_like_one():
    said = {digit: looks(strokes, pen=16) for digit, strokes in STROKES.items()}
    assert min(said.values()) > 0, said


@pytest.mark.parametrize("seed", [1, 2])
def test_letters_on_photos_are_in_doubt(best, seed):
    rng = np.random.default_rng(seed)
    doubted = [
        not read_photo(best, photos.photo_of(examples.sign(ways, rng), "even", rng)).sure
        for ways in LETTERS.values()
    ]
    assert np.mean(doubted) >= 0.85


def test_handwritten_digits_on_photos_are_sure_and_right(best, mnist):
    rng = np.random.default_rng(3)
    test = mnist.test.take(range(300, 360))
    readings = [
        read_photo(best, photos.photo_of(examples.handwritten(each), kind, rng))
        for each, kind in zip(test.inputs, 7 * photos.KINDS, strict=False)
    ]
    right = [
        reading.answer == str(label) for reading, label in zip(readings, test.targets, strict=True)
    ]
    assert np.mean(right) >= 0.96
    assert np.mean([reading.sure for reading in readings]) >= 0.9


def test_blank_pages_have_no_sure_answer(best):
    rng = np.random.default_rng(4)
    sure = [read_photo(best, photos.photo_of(None, kind, rng)).sure for kind in photos.KINDS]
    assert sum(sure) <= 1


def test_other_classes_than_digits_are_not_judged_as_digits(best):
    cross = photo(ink([[(0.1, 0.1), (0.9, 0.9)], [(0.9, 0.1), (0.1, 0.9)]], pen=10))
    as_digit = read_photo(best, cross).confidence
    try:
        best.classes = tuple("abcdefghij")
        as_letter = read_photo(best, cross)
    finally:
        best.classes = None
    assert as_letter.confidence > as_digit


def test_the_fit_finds_the_probabilities_that_photos_were_made_with():
    rng = np.random.default_rng(0)
    made = Calibration(1.0, 0.5, -0.5, sure=0.9, no_digit=0.1)
    seen = []
    for _ in range(6000):
        share, looks = rng.uniform(0.3, 1), rng.normal(0, 3)
        digit = rng.random() < made.confidence(share, looks) / share
        right = digit and rng.random() < share
        seen.append(fitting.Seen("digit" if digit else "letter", share, looks, bool(right)))
    found = fitting.fitted(seen)
    assert abs(found.likeness - 0.5) < 0.05
    assert abs(found.share - 1) < 0.1
    said = [found.confidence(each.share, each.likeness) for each in seen if each.right]
    assert np.mean(np.array(said) < found.sure) == pytest.approx(0.03, abs=0.002)


def test_log_odds_stay_finite():
    assert np.isfinite(log_odds(np.array([0.0, 0.5, 1.0]))).all()


def test_the_constants_name_their_source():
    content = json.loads(beside(CONSTANTS).read_text())
    assert content["source"].startswith("python -m tools.confidence")
    assert 0 < calibration().no_digit < calibration().sure < 1
