"""Searches try what they say: all combinations, some drawn, or few of many for long."""

from dataclasses import replace

import numpy as np
import pytest

from nn.data.augmentation import Augmentation
from nn.experiment.fields import SettingsError
from nn.experiment.search import MOST_RUNS, Span, combinations, drawn, read_variations, rungs
from nn.experiment.settings import LayerSettings, Settings, layers
from nn.labs.digits import DigitsSettings

SMALL = Settings(hidden=layers(5), batch_size=10, epochs=2)

# ---- Variations.


def test_variations_are_all_combinations():
    found = combinations(
        SMALL,
        {
            "hidden": [layers(3), layers(4, 5)],
            "batchSize": [1, 2],
            "optimizer": ["sgd", "adam", "rmsprop"],
            "learningRate": [0.1, 0.2],
        },
    )
    assert len(found) == len(set(found)) == 2 * 2 * 3 * 2
    assert replace(
        SMALL, hidden=layers(4, 5), batch_size=2, optimizer="adam", learning_rate=0.1
    ) in set(found)
    assert {one.loss for one in found} == {SMALL.loss}


def test_what_is_not_varied_stays():
    assert combinations(SMALL, {}) == [SMALL]
    assert combinations(SMALL, {"seed": [], "batchSize": [7]}) == [replace(SMALL, batch_size=7)]


def test_variations_are_read_from_text():
    found = read_variations(
        SMALL, {"hidden": "32,256:relu; none", "batchSize": " 16;64;", "seed": "1; 2; 1"}
    )
    hidden = [(LayerSettings(32), LayerSettings(256, "relu")), ()]
    expected = {"hidden": hidden, "batchSize": [16, 64], "seed": [1, 2]}
    assert found == combinations(SMALL, expected)


def test_the_same_twice_counts_once():
    assert read_variations(SMALL, {"batchSize": "16;16", "learningRate": "0.1;0.10"}) == [
        replace(SMALL, batch_size=16, learning_rate=0.1)
    ]


def test_texts_that_make_no_sense_are_named():
    with pytest.raises(SettingsError) as caught:
        read_variations(SMALL, {"hidden": "32;x", "batchSize": "0", "optimizer": "adam"})
    assert set(caught.value.problems) == {"hidden", "batchSize"}
    assert "expected a whole number from 1" in caught.value.problems["batchSize"]


def test_too_many_combinations_are_refused():
    texts = {"batchSize": ";".join(map(str, range(1, 52))), "learningRate": "0.1;0.2"}
    with pytest.raises(ValueError, match=f"these are 102 combinations; at most {MOST_RUNS}"):
        read_variations(SMALL, texts)


# ---- At random.


def test_what_is_drawn_lies_in_its_span_and_repeats():
    choices = {
        "learningRate": Span(0.001, 0.1, log=True),
        "batchSize": Span(8, 64, whole=True),
        "hidden": ["10", "20,10"],
    }
    found, again = (drawn(SMALL, choices, 200, np.random.default_rng(1)) for _ in range(2))
    assert found == again and len(set(found)) == 200
    rates = np.array([one.learning_rate for one in found])
    assert rates.min() >= 0.001 and rates.max() <= 0.1
    # As many below as above the middle of its powers of ten.
    assert 70 < (rates < 0.01).sum() < 130
    assert all(type(one.batch_size) is int and 8 <= one.batch_size <= 64 for one in found)
    assert {one.hidden for one in found} == {layers(10), layers(20, 10)}
    assert {one.epochs for one in found} == {2}


def test_nothing_is_drawn_twice():
    choices = {"batchSize": Span(1, 3, whole=True)}
    found = drawn(SMALL, choices, 50, np.random.default_rng(1))
    assert sorted(one.batch_size for one in found) == [1, 2, 3]


def test_settings_with_augmentation_can_be_drawn():
    base = DigitsSettings(augment=Augmentation(shift=1))
    assert len(drawn(base, {"batchSize": ["1", "2"]}, 2, np.random.default_rng(1))) == 2


def test_a_value_that_makes_no_sense_is_named():
    with pytest.raises(SettingsError, match="Learning rate: expected .*, not -"):
        drawn(SMALL, {"learningRate": Span(-2, -1)}, 3, np.random.default_rng(1))


@pytest.mark.parametrize("ends", [(2, 1), (1, 1), (0, float("inf")), (float("nan"), 1)])
def test_a_span_that_is_none_is_refused(ends):
    with pytest.raises(ValueError, match="expected from below to"):
        Span(*ends)
    with pytest.raises(ValueError, match="begins above 0"):
        Span(0, 1, log=True)


# ---- Successive halving.


@pytest.mark.parametrize(
    ("settings", "epochs", "factor", "kept", "trained"),
    [
        (27, 9, 3, [9, 3, 3], [1, 3, 9]),
        (64, 8, 2, [32, 16, 8, 8], [1, 2, 4, 8]),
        (4, 100, 2, [2, 1, 1], [25, 50, 100]),
        (10, 1, 3, [10], [1]),
        (2, 50, 3, [2], [50]),
        (5, 7, None, [5], [7]),
    ],
)
def test_few_of_many_are_trained_to_the_end(settings, epochs, factor, kept, trained):
    one = replace(SMALL, epochs=epochs)
    found = rungs([one] * settings, factor)
    assert [rung.kept for rung in found] == kept
    assert [rung.at(one).epochs for rung in found] == trained
