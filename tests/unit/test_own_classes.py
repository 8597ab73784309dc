"""Classes of a visitor's own: kept, saved, opened, and learnt from a few drawings."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from nn import drawing
from nn.data.images import read_images
from nn.data.png_writer import png_of
from nn.experiment.experiment import Experiment
from nn.labs import digits
from nn.labs.own_classes import MOST, MOST_EXAMPLES, OwnClasses, settings_for
from nn.progress import exhaust
from tests.unit.photos import arc, ink

SHAPES = {
    "triangle": [[(0.5, 0), (1, 1), (0, 1), (0.5, 0), (0.75, 0.5)]],
    "cross": [[(0, 0), (1, 1)], [(1, 0), (0, 1)]],
    "circle": [arc(0.5, 0.5, 1, 1, 0, 360)],
}
EXAMPLE = np.arange(784, dtype=np.uint8).reshape(28, 28)


def drawn(name: str, rng: np.random.Generator) -> np.ndarray:
    """A shape as a hand draws it: never twice the same, of any size, anywhere."""
    lean, narrow = rng.uniform(-0.25, 0.25), rng.uniform(0.7, 1.2)
    strokes = []
    for stroke in SHAPES[name]:
        shake = np.cumsum(rng.normal(0, 0.015, (len(stroke), 2)), axis=0)
        strokes.append(
            [
                (narrow * x + lean * y + dx, y + dy)
                for (x, y), (dx, dy) in zip(stroke, shake, strict=True)
            ]
        )
    height = rng.uniform(60, 140)
    pen = int(rng.integers(6, 20))
    sheet = ink(strokes, (280, 280), 50, 60, height, pen, rng.uniform(-15, 15))
    prepared = drawing.prepare(np.uint8(255 * sheet))
    assert prepared is not None
    return prepared


def classes_of(count: int, seed: int) -> OwnClasses:
    rng, own = np.random.default_rng(seed), OwnClasses()
    for name in SHAPES:
        place = own.add_class(name)
        for _ in range(count):
            own.add(place, drawn(name, rng))
    return own


@pytest.mark.parametrize("seed", range(3))
def test_ten_drawings_of_three_shapes_teach_95_percent(seed):
    images = classes_of(10, seed).images()
    settings = settings_for(len(images.train))
    experiment = Experiment(settings, digits.task_for(settings, images.train))
    exhaust(experiment.train(settings, images.train, images.test, 0.1))
    new = classes_of(60, 100 + seed)
    unseen = new._dataset(
        [(each, label) for label, pictures in enumerate(new.examples) for each in pictures]
    )
    assert exhaust(experiment.test(unseen, 0.1)).accuracy >= 0.95


def test_one_in_five_is_kept_to_test_with():
    images = classes_of(10, 0).images()
    assert (len(images.train), len(images.test)) == (24, 6)
    assert np.bincount(images.test.targets).tolist() == [2, 2, 2]
    assert images.train.names == images.test.names == tuple(SHAPES)


def test_what_was_saved_is_opened_again():
    own = classes_of(3, 1)
    own.rename(0, "a/b: ?")
    own.rename(1, "Kreuz ×")
    content = own.zipped()
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert len(names) == 9 and names[0] == "a_b_ _/0001.png"
    again = OwnClasses.of(read_images({"mine.zip": content}))
    assert sorted(again.names) == ["Kreuz ×", "a_b_ _", "circle"]
    for name, old in zip(("a_b_ _", "Kreuz ×", "circle"), own.examples, strict=True):
        kept = again.examples[again.names.index(name)]
        assert sorted(map(bytes, kept)) == sorted(map(bytes, old))


@given(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40))))
def test_any_picture_is_written_as_pillow_reads_it(image):
    read = Image.open(io.BytesIO(png_of(image)))
    assert read.mode == "L"
    np.testing.assert_array_equal(np.asarray(read), image)


def test_classes_and_examples_are_added_renamed_and_removed():
    own = OwnClasses()
    assert [own.add_class(), own.add_class(), own.add_class("  three ")] == [0, 1, 2]
    assert own.names == ["class 1", "class 2", "three"]
    own.rename(0, "one")
    own.add(0, EXAMPLE)
    own.add(0, 255 - EXAMPLE)
    own.remove(0, 0)
    np.testing.assert_array_equal(own.examples[0][0], 255 - EXAMPLE)
    own.remove_class(1)
    assert own.names == ["one", "three"]
    assert own.add_class() == 2 and own.names[2] == "class 1"


def shown(own: OwnClasses) -> dict[str, list[int]]:
    return {
        name: [int(picture[0, 0]) for picture in pictures]
        for name, pictures in zip(own.names, own.examples, strict=True)
    }


def numbered(**classes: list[int]) -> OwnClasses:
    own = OwnClasses()
    for name, numbers in classes.items():
        place = own.add_class(name)
        for number in numbers:
            own.add(place, np.full((28, 28), number, np.uint8))
    return own


def test_what_was_deleted_comes_back_where_it_was_beside_what_was_added_since():
    own = numbered(a=[1, 2, 3], b=[4, 5])
    own.remove(0, 1)
    own.remove_class(0)
    assert shown(own) == {"b": [4, 5]}
    own.add(own.add_class("a"), np.full((28, 28), 9, np.uint8))
    assert str(own.undo()) == "a with 2 drawings"
    assert shown(own) == {"a 2": [1, 3], "b": [4, 5], "a": [9]}
    assert str(own.undo()) == "a drawing of a"
    assert shown(own) == {"a 2": [1, 2, 3], "b": [4, 5], "a": [9]}
    with pytest.raises(ValueError, match="nothing was deleted"):
        own.undo()


def test_classes_that_were_exchanged_come_back_and_lose_nothing():
    own = numbered(a=[1, 2], b=[3])
    own.remove(0, 0)
    own.exchange(numbered(c=[4]))
    own.add(0, np.full((28, 28), 5, np.uint8))
    assert str(own.undo()) == "a, b with 2 drawings"
    assert shown(own) == {"a": [2], "b": [3]}
    own.undo()
    assert shown(own) == {"a": [1, 2], "b": [3]}
    own.undo()
    assert shown(own) == {"c": [4, 5]}


def test_a_class_comes_back_only_where_there_is_place_for_it():
    own = numbered(a=[1], b=[2])
    own.remove_class(0)
    while len(own.names) < MOST:
        own.add_class()
    with pytest.raises(ValueError, match="no place is left for a with 1 drawing"):
        own.undo()
    assert own.deleted and len(own.names) == MOST

    own = numbered(a=[1])
    own.remove(0, 0)
    for _ in range(MOST_EXAMPLES):
        own.add(0, EXAMPLE)
    with pytest.raises(ValueError, match="a has 1,000 examples"):
        own.undo()
    assert own.deleted and len(own.examples[0]) == MOST_EXAMPLES


def test_whatever_changes_what_was_learnt_is_not_learnt_yet():
    changes = [
        lambda own: own.add(0, EXAMPLE),
        lambda own: own.remove(0, 0),
        lambda own: own.remove_class(1),
        lambda own: own.add_class(),
        lambda own: own.rename(0, "c"),
        lambda own: own.exchange(numbered(c=[4])),
        lambda own: own.undo(),
    ]
    for change in changes:
        own = numbered(a=[1, 2], b=[3])
        own.remove(0, 0)
        own.learnt = True
        own.rename(0, "a")
        assert own.learnt
        change(own)
        assert not own.learnt


def test_what_cannot_be_is_refused():
    own = OwnClasses()
    with pytest.raises(ValueError, match="two classes or more"):
        own.images()
    with pytest.raises(ValueError, match="no examples to save"):
        own.zipped()
    own.add_class("a")
    for name, part in (("a", "two classes are called a"), (" ", "a name"), ("x" * 41, "a name")):
        with pytest.raises(ValueError, match=part):
            own.add_class(name) if name != " " else own.rename(0, name)
    with pytest.raises(ValueError, match="28, 28"):
        own.add(0, np.zeros((5, 5), np.uint8))
    own.add_class("b")
    with pytest.raises(ValueError, match="a has too few examples"):
        own.images()
    while len(own.names) < MOST:
        own.add_class()
    with pytest.raises(ValueError, match="there are 20 classes"):
        own.add_class()
    large = {"a/1.png": png_of(np.zeros((40, 40), np.uint8)), "b/1.png": png_of(EXAMPLE[:20, :20])}
    with pytest.raises(ValueError, match="28 x 28"):
        OwnClasses.of(read_images(large))
