"""Colours carry the names people give them, and a small network learns the names."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import Adam, Dense, Rescaling, Sequential
from nn.data import hold_out
from nn.data.colours import DISAGREEMENT, NAMES, labelled_colours, name_of
from nn.data.oklab import lightness_chroma_hue, oklab

# CSS Color Module Level 4, section "Named Colors".
CSS_COLOURS = {
    "red-ish": "ff0000 dc143c b22222 8b0000 800000",  # red crimson firebrick darkred maroon
    "green-ish": "008000 00ff00 228b22 2e8b57 98fb98 808000",  # lime ... palegreen olive
    "blue-ish": "0000ff 000080 87ceeb 4169e1 4682b4 00ffff",  # navy skyblue ... cyan
    "orange-ish": "ffa500 ff8c00 ff7f50 ff4500",  # orange darkorange coral orangered
    "yellow-ish": "ffff00 ffd700 f0e68c fffacd",  # yellow gold khaki lemonchiffon
    "pink-ish": "ffc0cb ff69b4 ff1493 ffb6c1 fa8072",  # pink hotpink ... salmon
    "purple-ish": "800080 4b0082 8a2be2 663399 9932cc",  # purple indigo ... darkorchid
    "brown-ish": "8b4513 a0522d d2691e cd853f d2b48c",  # saddlebrown ... chocolate peru tan
    "grey-ish": "808080 000000 ffffff c0c0c0 696969 708090",  # gray ... slategray
}


@pytest.mark.parametrize(("name", "codes"), CSS_COLOURS.items())
def test_colours_of_css_have_the_names_they_suggest(name, codes):
    rgb = np.array([list(bytes.fromhex(code)) for code in codes.split()], np.uint8)
    assert [NAMES[label] for label in name_of(rgb)] == [name] * len(rgb)


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [
        # https://www.w3.org/TR/css-color-4/, of the same colours in OKLCH.
        ((255, 0, 0), (0.628, 0.258, 29.2)),
        ((0, 128, 0), (0.520, 0.177, 142.5)),
        ((0, 0, 255), (0.452, 0.313, 264.1)),
        ((255, 255, 0), (0.968, 0.211, 109.8)),
    ],
)
def test_lightness_chroma_and_hue_are_those_css_gives(rgb, expected):
    found = lightness_chroma_hue(oklab(np.array([rgb], np.uint8)))
    assert np.ravel(found) == pytest.approx(expected, abs=0.06)


@given(level=st.integers(0, 255))
def test_every_grey_is_greyish(level):
    assert NAMES[name_of(np.full((1, 3), level))[0]] == "grey-ish"


def test_colours_of_another_shape_are_refused():
    for shape in [(3,), (2, 4), (1, 2, 3)]:
        with pytest.raises(ValueError, match=r"the shape \(n, 3\), not \("):
            name_of(np.zeros(shape, np.uint8))


def colours(count: int, seed: int = 0):
    return labelled_colours(count, np.random.default_rng(seed))


@pytest.mark.parametrize("count", [9, 100, 5000])
def test_every_name_has_its_share_of_the_labelled_colours(count):
    data = colours(count)
    assert (data.inputs.shape, data.inputs.dtype) == ((count, 3), np.uint8)
    assert (data.targets.dtype, data.classes) == (np.uint8, 9)
    shares = np.bincount(data.targets, minlength=9)
    assert shares.max() - shares.min() <= 1


def test_names_come_in_no_order():
    first = colours(900).targets[:450]
    assert np.bincount(first, minlength=9).min() > 20


def test_a_seed_repeats_its_colours_and_another_does_not():
    first, again, other = colours(90), colours(90), colours(90, seed=1)
    assert (first.inputs == again.inputs).all() and (first.targets == again.targets).all()
    assert (first.inputs != other.inputs).any()


def test_labels_differ_from_their_colours_names_only_near_a_boundary():
    data = colours(9000)
    differing = data.inputs[name_of(data.inputs) != data.targets]
    assert 0.02 < len(differing) / len(data) < 0.10
    steps = 12 * np.random.default_rng(0).normal(size=(400, 3))
    for rgb in differing:
        around = np.clip(rgb + steps, 0, 255)
        distance = np.abs(oklab(around) - oklab(rgb[np.newaxis])).max(axis=1)
        assert len(set(name_of(around[distance < 5 * DISAGREEMENT]))) > 1


def test_fewer_colours_than_names_are_refused():
    with pytest.raises(ValueError, match="at least 9 colours, one a name; got 8"):
        colours(8)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("activation", "learning_rate"), [("relu", 0.01), ("sigmoid", 0.02)])
def test_a_network_of_sixteen_hidden_units_learns_the_names(activation, learning_rate, seed):
    rng = np.random.default_rng(seed)
    train, test = hold_out(labelled_colours(4500, rng), 0.2, rng)
    model = Sequential([Dense(16, activation), Dense(9, "softmax")], Rescaling(1 / 255))
    model.compile(Adam(learning_rate), "categorical_crossentropy")
    model.fit(train.inputs, train.targets, batch_size=64, epochs=20, rng=rng)
    assert model.evaluate(test.inputs, test.targets).accuracy >= 0.85
