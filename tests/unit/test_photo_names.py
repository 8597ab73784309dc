"""Which picture files are photos, by their names."""

import pytest

from nn.photo.names import are_photos


@pytest.mark.parametrize(
    ("names", "photos"),
    [
        (["a.png"], True),
        (["3.png"], True),
        (["IMG_1.jpg", "IMG_2.jpg"], True),
        (["one.png", "two.png"], True),
        (["20240101_120000.jpg", "20240102_120000.jpg"], True),
        (["3_1.png", "3_2.png", "7_1.png"], False),
        (["set/cat/1.png", "set/cat/2.png", "set/dog/1.png"], False),
        (["a.png", "b.csv"], False),
        (["train.csv"], False),
        ([], False),
    ],
)
def test_photos_are_told_from_examples_of_classes(names, photos):
    assert are_photos(names) is photos
