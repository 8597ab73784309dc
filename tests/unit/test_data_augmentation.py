"""Augmentation moves, turns and zooms pictures as it says, and no further."""

import doctest
import math
import re
import tracemalloc
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from nn import Augmentation
from nn.data import augmentation


class Drawn(np.random.Generator):
    """Draws for every picture the same: right, down, clockwise, larger, from -1 to 1."""

    def __init__(self, *draws: float) -> None:
        super().__init__(np.random.PCG64(0))
        self._draws = draws

    def uniform(self, low: Any = 0, high: Any = 1, size: Any = None) -> Any:
        assert (low, high, size[1:]) == (-1, 1, (4,))
        return np.broadcast_to(np.array(self._draws, dtype=float), size).copy()


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def blob(height: int, width: int, y: float, x: float, size: float = 2) -> np.ndarray:
    """One picture of a smooth spot."""
    rows, columns = np.mgrid[:height, :width]
    spot = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * size**2))
    return np.rint(255 * spot).astype(np.uint8)[None]


def centres(pictures: np.ndarray) -> np.ndarray:
    """Return the centre of mass of each picture, (n, 2): row and column."""
    weights = pictures / pictures.sum((1, 2), keepdims=True, dtype=float)
    rows, columns = np.mgrid[: pictures.shape[1], : pictures.shape[2]]
    return np.stack([(weights * rows).sum((1, 2)), (weights * columns).sum((1, 2))], axis=1)


def by_the_book(
    picture: np.ndarray, right: float, down: float, degrees: float, size: float
) -> np.ndarray:
    """Return a picture of one channel changed in floating point, pixel by pixel."""
    height, width = picture.shape
    padded = np.pad(picture.astype(float), 1)
    turn = np.radians(degrees)
    result = np.zeros(picture.shape)
    for row, column in np.ndindex(height, width):
        x, y = column - (width - 1) / 2 - right, row - (height - 1) / 2 - down
        across = (np.cos(turn) * x + np.sin(turn) * y) / size + (width - 1) / 2
        below = (np.cos(turn) * y - np.sin(turn) * x) / size + (height - 1) / 2
        i, j = math.floor(below), math.floor(across)
        if -1 <= i < height and -1 <= j < width:
            four = padded[i + 1 : i + 3, j + 1 : j + 3]
            v, u = below - i, across - j
            result[row, column] = [1 - v, v] @ four @ [1 - u, u]
    return result


shapes = st.tuples(st.integers(0, 4), st.integers(1, 12), st.integers(1, 12)).flatmap(
    lambda shape: st.sampled_from([shape, *((*shape, channels) for channels in range(1, 6))])
)


@given(shape=shapes, seed=st.integers(0, 99))
def test_nothing_is_changed_by_default(shape: tuple[int, ...], seed: int):
    pictures = noise(*shape)
    found = Augmentation()(pictures, np.random.default_rng(seed))
    assert np.array_equal(found, pictures) and found.dtype == np.uint8
    assert not np.shares_memory(found, pictures)


@given(shape=shapes, right=st.integers(-14, 14), down=st.integers(-14, 14))
def test_a_shift_by_whole_pixels_moves_them(shape: tuple[int, ...], right: int, down: int):
    pictures = noise(*shape)
    found = Augmentation(shift=14)(pictures, Drawn(right / 14, down / 14, 1, 1))
    beyond = np.pad(pictures, [(0, 0), (14, 14), (14, 14), (0, 0)][: pictures.ndim])
    moved = np.roll(beyond, (down, right), (1, 2))[:, 14:-14, 14:-14]
    assert np.array_equal(found, moved)


def test_a_shift_by_half_a_pixel_is_the_mean_of_two():
    found = Augmentation(shift=0.5)(np.array([[[0, 100, 201, 0]]], np.uint8), Drawn(1, 0, 0, 0))
    assert found.tolist() == [[[0, 50, 151, 101]]]


@pytest.mark.parametrize("side", [1, 2, 5, 28])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_a_quarter_turn_is_exact(side: int, channels: tuple[int, ...]):
    pictures = noise(3, side, side, *channels)
    turned = Augmentation(rotate=90)(pictures, Drawn(1, 1, 1, 1))
    assert np.array_equal(turned, np.rot90(pictures, -1, axes=(1, 2))), "it is clockwise"
    back = Augmentation(rotate=90)(pictures, Drawn(1, 1, -1, 1))
    assert np.array_equal(back, np.rot90(pictures, 1, axes=(1, 2)))


def test_half_a_turn_is_exact_for_oblongs():
    pictures = noise(3, 7, 12)
    turned = Augmentation(rotate=180)(pictures, Drawn(0, 0, 1, 0))
    assert np.array_equal(turned, pictures[:, ::-1, ::-1])


def test_what_is_symmetric_stays_so_when_turned():
    cross = np.zeros((1, 15, 15), np.uint8)
    cross[:, 7, 2:13] = cross[:, 2:13, 7] = 255
    turned = Augmentation(rotate=30)(cross, Drawn(0, 0, 1, 0))
    for quarter in range(1, 4):
        # Positions are rounded, upwards where they lie half way.
        assert np.abs(turned - np.rot90(turned, quarter, (1, 2)).astype(int)).max() <= 2


@given(
    height=st.integers(1, 12),
    width=st.integers(1, 12),
    draws=st.lists(st.floats(-1, 1), min_size=4, max_size=4),
)
def test_pictures_are_those_of_the_formula(height: int, width: int, draws: Sequence[float]):
    picture = noise(1, height, width)
    found = Augmentation(shift=3, rotate=45, zoom=0.4)(picture, Drawn(*draws))
    right, down, turn, larger = draws
    expected = by_the_book(picture[0], 3 * right, 3 * down, 45 * turn, 1 + 0.4 * larger)
    # A position is rounded to 1/256 of a pixel, so by half of that in each direction.
    assert np.abs(found[0] - expected).max() <= 2


@given(right=st.floats(-1, 1), down=st.floats(-1, 1))
def test_the_centre_moves_by_the_shift(right: float, down: float):
    picture = blob(31, 25, 15, 12)
    found = Augmentation(shift=4)(picture, Drawn(right, down, 0, 0))
    moved = centres(found) - centres(picture)
    assert np.allclose(moved, [[4 * down, 4 * right]], atol=0.02)
    assert found.mean() == pytest.approx(picture.mean(), rel=0.02)


def test_it_turns_about_the_centre():
    picture = blob(31, 31, 15, 21)
    found = Augmentation(rotate=30)(picture, Drawn(0, 0, 1, 0))
    expected = [15 + 6 * math.sin(math.pi / 6), 15 + 6 * math.cos(math.pi / 6)]
    assert np.allclose(centres(found), [expected], atol=0.02)


@pytest.mark.parametrize("larger", [-1, -0.5, 0.5, 1])
def test_it_zooms_about_the_centre(larger: float):
    picture = blob(41, 41, 20, 26)
    found = Augmentation(zoom=0.5)(picture, Drawn(0, 0, 0, larger))
    size = 1 + 0.5 * larger
    assert np.allclose(centres(found), [[20, 20 + 6 * size]], atol=0.05)
    assert found.sum(dtype=int) == pytest.approx(size**2 * picture.sum(dtype=int), rel=0.02)


def test_amounts_are_uniform_up_to_the_limits():
    pictures = np.repeat(blob(25, 25, 12, 12), 2000, axis=0)
    moved = centres(Augmentation(shift=3)(pictures, np.random.default_rng(0))) - 12
    assert np.abs(moved).max() <= 3.05
    for direction in moved.T:
        counts, _ = np.histogram(direction, bins=6, range=(-3, 3))
        assert (np.abs(counts - 333) < 80).all()
    assert abs(np.corrcoef(moved.T)[0, 1]) < 0.1


def test_what_comes_in_from_beyond_the_edge_is_background():
    white = np.full((500, 9, 9), 255, np.uint8)
    found = Augmentation(shift=1, rotate=10, zoom=0.1)(white, np.random.default_rng(0))
    assert (found[:, 4, 4] == 255).all()
    assert found[:, 0].min() == 0
    gone = Augmentation(shift=1000)(white[:1], Drawn(1, 0, 0, 0))
    assert not gone.any()


def test_the_same_seed_gives_the_same_pictures():
    pictures = noise(5, 9, 8, 2)
    change = Augmentation(2, 20, 0.2)
    first, again, other = (change(pictures, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_pictures_are_changed_independently():
    same = np.repeat(noise(1, 9, 9), 50, axis=0)
    found = Augmentation(1, 10, 0.1)(same, np.random.default_rng(0))
    assert len(np.unique(found, axis=0)) == 50


def test_chunks_are_changed_as_all_at_once():
    pictures = noise(50, 40, 40)
    change = Augmentation(2, 20, 0.2)
    rng = np.random.default_rng(3)
    parts = [change(part, rng) for part in np.split(pictures, [0, 7, 8, 30])]
    whole = change(pictures, np.random.default_rng(3))
    assert np.array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize("amounts", [(0, 0, 0), (1, 0, 0), (3, 90, 0.9)])
@pytest.mark.parametrize("shape", [(5, 3, 3), (5, 8, 9, 4)])
def test_what_is_drawn_depends_on_the_number_of_pictures_alone(
    amounts: tuple[float, float, float], shape: tuple[int, ...]
):
    rng, expected = np.random.default_rng(0), np.random.default_rng(0)
    Augmentation(*amounts)(noise(*shape), rng)
    expected.uniform(size=(5, 4))
    assert rng.random() == expected.random()


def test_pictures_may_lie_anyhow_and_are_not_changed():
    pictures = noise(6, 10, 12, 3)
    change = Augmentation(2, 20, 0.2)
    for view in (pictures[::2, ::-1], pictures.transpose(0, 2, 1, 3), np.asfortranarray(pictures)):
        view.flags.writeable = False
        before = view.copy()
        found = change(view, np.random.default_rng(0))
        assert np.array_equal(view, before)
        assert np.array_equal(found, change(before, np.random.default_rng(0)))


@pytest.mark.parametrize("shape", [(0, 28, 28), (0, 28, 28, 3), (2, 0, 5), (2, 5, 0, 1)])
def test_no_pixels_stay_none(shape: tuple[int, ...]):
    found = Augmentation(1, 10, 0.1)(np.zeros(shape, np.uint8), np.random.default_rng(0))
    assert found.shape == shape


def test_many_pictures_take_little_memory():
    pictures = noise(6000, 28, 28)
    change = Augmentation(1, 10, 0.1)
    tracemalloc.start()
    change(pictures, np.random.default_rng(0))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < pictures.nbytes + 6000 * 300 + 4e6


@pytest.mark.parametrize("name", ["shift", "rotate", "zoom"])
@pytest.mark.parametrize("value", [-0.1, -1, math.nan, math.inf, -math.inf, "1", None, 1j])
def test_amounts_that_make_no_sense_are_refused(name: str, value: Any):
    with pytest.raises(ValueError, match=f"^{name} must be .*, not {re.escape(repr(value))}$"):
        Augmentation(**{name: value})


@pytest.mark.parametrize(("name", "value"), [("zoom", 1), ("zoom", 1.5), ("rotate", 180.5)])
def test_amounts_that_are_too_large_are_refused(name: str, value: float):
    with pytest.raises(ValueError, match=f"^{name} must be .*, not {value}$"):
        Augmentation(**{name: value})


def test_amounts_may_be_any_real_numbers():
    change = Augmentation(np.float32(0.5), np.int64(10), np.float64(0.25))
    assert change == Augmentation(0.5, 10, 0.25)


@pytest.mark.parametrize(
    "pictures",
    [
        np.zeros((2, 784), np.uint8),
        np.zeros((2, 1, 1, 1, 1), np.uint8),
        np.zeros((2, 4, 4), np.float32),
        np.zeros((2, 4, 4), bool),
    ],
)
def test_what_is_no_pictures_is_refused(pictures: np.ndarray):
    with pytest.raises(ValueError, match="^pictures must be uint8 with the shape"):
        Augmentation()(pictures, np.random.default_rng(0))


@settings(max_examples=20)
@given(
    shift=st.floats(0, 40_000), zoom=st.floats(0, 0.9999), draws=st.tuples(*[st.floats(-1, 1)] * 4)
)
def test_what_could_look_too_far_is_refused(
    shift: float, zoom: float, draws: tuple[float, float, float, float]
):
    change = Augmentation(shift, 180, zoom)
    white = np.full((1, 3, 2), 255, np.uint8)
    right, down, turn, larger = draws
    try:
        found = change(white, Drawn(*draws))
    except ValueError as error:
        assert "at most 32,764 are possible" in str(error)
        assert (2 * shift + 2.5) / (1 - zoom) > 32_000
    else:
        size = 1 + zoom * larger
        expected = by_the_book(white[0], shift * right, shift * down, 180 * turn, size)
        assert np.abs(found[0] - expected).max() <= 3


def test_its_example_is_right():
    results = doctest.testmod(augmentation)
    assert results.attempted >= 6 and not results.failed


def test_it_is_found_where_the_others_are():
    assert nn.Augmentation is nn.data.Augmentation is augmentation.Augmentation
