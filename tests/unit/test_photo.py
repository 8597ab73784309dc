"""Digits are found on photos, whatever the paper, the pen and the light are."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nn.photo import find_digits, find_drawing
from nn.photo.blobs import find_blobs
from nn.photo.rulings import without_rulings
from tests.unit.photos import FACE, KINDS, STROKES, ink, photo


@pytest.mark.parametrize("kind", KINDS)
def test_a_digit_is_found_where_it_is(kind):
    [found] = find_digits(photo(ink(STROKES[3]), kind))
    expected = (275, 293, 401, 505)
    assert np.abs(np.subtract(found.box, expected)).max() <= 6
    assert found.image.shape == (28, 28) and found.image.max() > 200


def test_digits_are_found_from_left_to_right_and_from_top_to_bottom():
    lines = [(1, 60, 100), (2, 250, 120), (3, 400, 90), (4, 80, 500), (5, 300, 480)]
    drawn = sum(ink(STROKES[digit], left=left, top=top, height=150) for digit, left, top in lines)
    found = find_digits(photo(np.clip(drawn, 0, 1)))
    assert len(found) == 5
    places = [(each.box[0] + each.box[2]) / 2 for each in found]
    assert places[:3] == sorted(places[:3]) and places[3:] == sorted(places[3:])
    assert found[2].box[3] < found[3].box[1]


def test_a_loose_bar_belongs_to_its_digit():
    body, bar = STROKES[5]
    loose = [(x + 0.06, y - 0.04) for x, y in bar]
    assert len(find_digits(photo(ink([body, loose])))) == 1


def test_specks_are_left_out():
    drawn = ink(STROKES[7])
    drawn[100:104, 100:104] = drawn[600:605, 500:503] = 1
    assert len(find_digits(photo(drawn))) == 1


def test_what_touches_the_edge_is_left_out():
    drawn = np.maximum(ink(STROKES[7]), ink(STROKES[1], left=500, top=-100, height=220))
    [found] = find_digits(photo(drawn))
    assert found.box[0] < 400


def test_a_digit_cut_out_closely_is_found_all_the_same():
    drawn = ink(STROKES[8], size=(70, 110), left=-16, top=5, height=100, pen=12)
    assert len(find_digits(photo(drawn))) == 1


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("box",)])
def test_a_blank_page_holds_nothing(kind):
    assert find_digits(photo(np.zeros((800, 600)), kind)) == []


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((28, 28, 4), np.uint8),
        np.full((300, 300), 255, np.uint8),
        np.zeros((1, 1, 3), "u1"),
    ],
    ids=["transparent", "white", "a pixel"],
)
def test_one_colour_holds_nothing(picture):
    assert find_digits(picture) == []


def test_a_picture_of_the_networks_size_with_light_ink_stays_as_it_is(mnist):
    for picture in mnist.test.inputs[:50, ..., 0]:
        [found] = find_digits(picture)
        np.testing.assert_array_equal(found.image, picture)
        assert found.box == (0, 0, 28, 28)


@pytest.mark.parametrize("paper", [255, 200])
def test_the_same_in_dark_ink_is_turned_round(mnist, paper):
    for picture in mnist.test.inputs[:50, ..., 0]:
        [found] = find_digits(np.uint8(paper - picture * (paper / 255)))
        same = np.abs(found.image.astype(int) - picture).mean()
        assert same < 12


def test_transparency_is_paper():
    drawn = np.uint8(255 * ink(STROKES[2]))
    picture = np.zeros((*drawn.shape, 4), np.uint8)
    picture[..., 3] = drawn
    [found] = find_digits(picture)
    [plain] = find_digits(255 - drawn)
    assert found.box == plain.box


def test_a_large_photo_is_read_as_well():
    large = photo(ink(STROKES[6])).repeat(5, axis=0).repeat(5, axis=1)
    [found] = find_digits(large)
    assert 1400 < found.box[1] < 1600 and 2400 < found.box[3] < 2600


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((5, 5)),
        np.zeros((5, 5, 2), np.uint8),
        np.zeros(5, np.uint8),
        np.zeros((0, 5), "u1"),
    ],
)
def test_what_is_no_photo_is_refused(wrong):
    with pytest.raises(ValueError, match="a photo must"):
        find_digits(wrong)


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=40)))
@example(np.uint8([[0, 200, *[0] * 16]]))
def test_any_picture_is_read_without_an_error(picture):
    for found in find_digits(picture):
        left, top, right, bottom = found.box
        assert 0 <= left < right <= picture.shape[1] and 0 <= top < bottom <= picture.shape[0]
        assert found.image.shape == (28, 28)


def by_flooding(mask):
    labels, count = np.zeros(mask.shape, int), 0
    for start in zip(*np.nonzero(mask), strict=True):
        if labels[start]:
            continue
        count += 1
        todo = [start]
        while todo:
            y, x = todo.pop()
            inside = 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1]
            if inside and mask[y, x] and not labels[y, x]:
                labels[y, x] = count
                todo += [(y + b, x + a) for b in (-1, 0, 1) for a in (-1, 0, 1)]
    return labels


@given(arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=12)))
def test_blobs_are_those_of_flooding(mask):
    blobs = find_blobs(mask)
    np.testing.assert_array_equal(blobs.labels, by_flooding(mask))
    for label, (left, top, right, bottom) in enumerate(blobs.boxes, 1):
        rows, columns = np.nonzero(blobs.labels == label)
        assert (left, top) == (columns.min(), rows.min())
        assert (right, bottom) == (columns.max() + 1, rows.max() + 1)
        assert blobs.areas[label - 1] == len(rows)


@given(st.floats(-12, 12), st.integers(1, 3))
def test_tilted_rulings_are_taken_out_and_the_stroke_stays(degrees, thickness):
    down, across = np.mgrid[:400, :300]
    page = (down - np.tan(np.radians(degrees)) * across) % 40 < thickness
    stroke = (abs(across - 150) < 6) & (abs(down - 200) < 80)
    kept = without_rulings(page | stroke)
    assert kept[stroke].mean() > 0.95
    assert kept[~stroke].sum() < 0.25 * page[~stroke].sum()


@pytest.mark.parametrize("kind", ["even", "lined", "shadow"])
def test_a_drawing_of_several_parts_is_one_picture(kind):
    face = find_drawing(photo(ink(FACE), kind))
    assert face.shape == (28, 28)
    assert face[8:22, 8:20].max() > 150, "what is inside the ring"
    assert find_drawing(photo(np.zeros((800, 600)), kind)) is None
