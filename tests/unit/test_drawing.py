from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nn.drawing import prepare

# Lines through points (x, y) from (0, 0), top left, to 1: as a hand would write the digits.
DIGITS: dict[int, list[list[tuple[float, float]]]] = {
    0: [[(0.35, 0), (0.1, 0.2), (0.05, 0.6), (0.2, 0.95), (0.45, 1), (0.65, 0.7), (0.65, 0.3),
         (0.5, 0.05), (0.35, 0)]],
    1: [[(0.3, 0), (0.2, 1)]],
    2: [[(0.05, 0.25), (0.2, 0.03), (0.5, 0.03), (0.6, 0.3), (0.35, 0.65), (0, 1), (0.7, 0.97)]],
    3: [[(0.05, 0.1), (0.35, 0), (0.55, 0.2), (0.25, 0.45), (0.6, 0.7), (0.4, 0.98), (0, 0.9)]],
    4: [[(0.1, 0), (0, 0.55), (0.65, 0.5)], [(0.55, 0.05), (0.5, 1)]],
    5: [[(0.65, 0), (0.15, 0.03), (0.1, 0.45), (0.5, 0.45), (0.62, 0.75), (0.35, 1), (0, 0.92)]],
    6: [[(0.5, 0), (0.15, 0.4), (0.08, 0.8), (0.3, 1), (0.58, 0.8), (0.4, 0.58), (0.1, 0.75)]],
    7: [[(0, 0.05), (0.65, 0), (0.4, 0.5), (0.25, 1)]],
    8: [[(0.55, 0.1), (0.25, 0), (0.1, 0.2), (0.5, 0.7), (0.4, 0.98), (0.1, 0.95), (0.08, 0.75),
         (0.5, 0.3), (0.55, 0.1)]],
    9: [[(0.6, 0.1), (0.25, 0), (0.05, 0.3), (0.3, 0.5), (0.6, 0.1), (0.55, 0.6), (0.5, 1)]],
}  # fmt: skip


def draw(
    lines: list[list[tuple[float, float]]],
    *,
    tall: float = 150,
    pen: float = 18,
    left: float = 85,
    top: float = 65,
    canvas: int = 280,
) -> np.ndarray:
    """Lines of points 0 to 1, `tall` pixels high, by a round pen with edges one pixel soft."""
    y, x = (axis + np.float32(0.5) for axis in np.ogrid[:canvas, :canvas])
    distance = np.full((canvas, canvas), np.inf, np.float32)
    for line in lines:
        points = (np.array(line) * tall + (left, top)).tolist()
        for (ax, ay), (bx, by) in zip(points[:-1], points[1:], strict=True):
            dx, dy = bx - ax, by - ay
            length = dx * dx + dy * dy
            along = np.clip(((x - ax) * dx + (y - ay) * dy) / length, 0, 1) if length else 0
            distance = np.minimum(distance, np.hypot(x - ax - along * dx, y - ay - along * dy))
    return np.rint(255 * np.clip((pen + 1) / 2 - distance, 0, 1)).astype(np.uint8)


def prepared(ink: np.ndarray) -> np.ndarray:
    image = prepare(ink)
    assert image is not None
    return image


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """Mean absolute difference, relative to the mean of the two: 0 if same, 2 if disjoint."""
    a, b = a.astype(float), b.astype(float)
    return float(2 * np.abs(a - b).sum() / (a.sum() + b.sum()))


def size(image: np.ndarray) -> tuple[int, int]:
    """Height and width of what is at least half ink."""
    rows, columns = np.nonzero(image >= 128)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def centre(image: np.ndarray) -> tuple[float, float]:
    mass = image / image.sum(dtype=float)
    pixels = np.arange(28)
    return float(mass.sum(axis=1) @ pixels), float(mass.sum(axis=0) @ pixels)


every_digit = pytest.mark.parametrize("digit", DIGITS)


def test_an_empty_canvas_gives_none() -> None:
    assert prepare(np.zeros((280, 280), np.uint8)) is None
    assert prepare(np.zeros((0, 280), np.uint8)) is None


def test_ink_too_faint_to_see_counts_as_paper() -> None:
    assert prepare(np.full((280, 280), 5, np.uint8)) is None


@pytest.mark.parametrize("shape", [(), (784,), (280, 280, 4)])
def test_a_drawing_without_height_and_width_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=f"2 axes, height and width, got {len(shape)}"):
        prepare(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("dtype", ["float32", "int64", "bool"])
def test_a_drawing_of_another_dtype_is_refused(dtype: str) -> None:
    with pytest.raises(ValueError, match=f"uint8, from 0 to 255, got {dtype}"):
        prepare(np.zeros((280, 280), dtype))


@every_digit
def test_a_digit_is_20_pixels_tall_and_centred_by_its_mass_on_pixel_14(digit: int) -> None:
    image = prepared(draw(DIGITS[digit]))
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert max(size(image)) == pytest.approx(20, abs=1)
    assert centre(image) == pytest.approx((14, 14), abs=0.1)
    assert image.max() > 240


@every_digit
def test_where_a_digit_is_drawn_does_not_matter(digit: int) -> None:
    image = prepared(draw(DIGITS[digit]))
    assert np.array_equal(image, prepared(draw(DIGITS[digit], left=20, top=110)))
    assert difference(image, prepared(draw(DIGITS[digit], left=84.6, top=65.3))) < 0.05


@every_digit
@pytest.mark.parametrize("tall", [60, 100, 250])
def test_how_large_a_digit_is_drawn_does_not_matter(digit: int, tall: float) -> None:
    image = prepared(draw(DIGITS[digit]))
    scaled = draw(DIGITS[digit], tall=tall, pen=0.12 * tall, left=15, top=15)
    assert difference(image, prepared(scaled)) < 0.08


@every_digit
@pytest.mark.parametrize("pen", [1, 4, 8, 26])
def test_how_thick_the_pen_is_does_not_matter(digit: int, pen: float) -> None:
    image = prepared(draw(DIGITS[digit]))
    assert difference(image, prepared(draw(DIGITS[digit], pen=pen))) < 0.15


@every_digit
def test_a_small_digit_in_a_corner_with_the_same_pen_is_nearly_a_large_one(digit: int) -> None:
    large = draw(DIGITS[digit], tall=240, pen=12, left=20, top=20)
    small = draw(DIGITS[digit], tall=70, pen=12, left=10, top=10)
    assert difference(prepared(large), prepared(small)) < 0.15


@every_digit
def test_grey_ink_counts_as_ink(digit: int) -> None:
    ink = draw(DIGITS[digit])
    assert difference(prepared(ink), prepared(ink // 5)) < 0.05


def test_two_different_digits_stay_far_apart() -> None:
    images = [prepared(draw(lines)) for lines in DIGITS.values()]
    apart = [difference(a, b) for i, a in enumerate(images) for b in images[:i]]
    assert min(apart) > 0.5


@pytest.mark.parametrize("pen", [1, 10, 40])
def test_a_line_stays_a_line(pen: float) -> None:
    upright = prepared(draw([[(0, 0), (0, 1)]], pen=pen, left=140))
    tall, wide = size(upright)
    assert tall == pytest.approx(20, abs=1)
    assert wide <= 4
    lying = prepared(draw([[(0, 0), (1, 0)]], pen=pen, top=140))
    assert difference(upright, lying.T) < 0.05


@pytest.mark.parametrize("pen", [1, 4, 18, 30])
def test_a_stroke_is_as_wide_as_is_usual_in_mnist(pen: float) -> None:
    image = prepared(draw([[(0, 0), (0, 1)]], tall=200, pen=pen, top=40)) / 255
    assert image[12:17].sum(axis=1).mean() == pytest.approx(2.36, abs=0.4)


def test_a_full_canvas_fills_the_box() -> None:
    image = prepared(np.full((280, 280), 255, np.uint8))
    assert size(image) == pytest.approx((20, 20), abs=1)


@pytest.mark.parametrize("shape", [(1, 1), (1, 280), (280, 1), (3, 2)])
def test_a_canvas_of_a_few_pixels_works(shape: tuple[int, int]) -> None:
    image = prepared(np.full(shape, 255, np.uint8))
    assert max(size(image)) == pytest.approx(20, abs=1)


def test_ink_on_the_border_of_the_canvas_counts() -> None:
    frame = np.full((280, 280), 255, np.uint8)
    frame[6:-6, 6:-6] = 0
    image = prepared(frame)
    assert size(image) == pytest.approx((20, 20), abs=1)
    assert image[10:19, 10:19].max() == 0


def check_any_drawing(ink: np.ndarray) -> None:
    before = ink.copy()
    image = prepare(ink)
    assert np.array_equal(ink, before)
    if image is None:
        assert ink.max(initial=0) < 16
        return
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert image.any()


coordinates = st.floats(0, 1)
lines_of_points = st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=6)


@settings(deadline=None)
@given(st.lists(lines_of_points, max_size=3), st.floats(0.5, 60), st.integers(1, 90))
def test_any_strokes_give_an_image_or_none(
    lines: list[list[tuple[float, float]]], pen: float, canvas: int
) -> None:
    ink = draw(lines, tall=canvas, pen=pen, left=0, top=0, canvas=canvas)
    check_any_drawing(ink)


@settings(deadline=None)
@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=40)))
def test_any_pixels_at_all_give_an_image_or_none(ink: np.ndarray) -> None:
    check_any_drawing(ink)


@pytest.mark.parametrize("side", [8, 16, 28, 64])
def test_a_drawing_takes_the_size_that_is_asked_for(side):
    ink = np.zeros((280, 280), np.uint8)
    ink[40:180, 100:120] = 255
    image = prepare(ink, side)
    assert image.shape == (side, side)
    rows = np.flatnonzero((image > 100).any(axis=1))
    assert len(rows) == pytest.approx(20 * side / 28, abs=1.5)
    full = prepare(ink, side, box=side)
    rows = np.flatnonzero((full > 100).any(axis=1))
    assert len(rows) == pytest.approx(side, abs=1.5)
