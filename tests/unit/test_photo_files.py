"""What is known of a picture file before it is decoded."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nn.photo.header import check_size, picture_size
from nn.photo.names import are_photos


def picture(kind: str, width: int, height: int, **options) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, kind, **options)
    return file.getvalue()


@given(
    st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "BMP"]), st.integers(1, 400), st.integers(1, 9)
)
def test_the_size_of_every_kind_is_read(kind, width, height):
    assert picture_size(picture(kind, width, height)) == (width, height)


def test_the_size_of_webp_without_loss_and_with_transparency_is_read():
    assert picture_size(picture("WEBP", 20, 30, lossless=True)) == (20, 30)
    assert picture_size(picture("WEBP", 20, 30, exif=b"Exif\0\0" + bytes(50))) == (20, 30)


def test_the_size_of_a_photo_with_exif_and_comments_is_read():
    exif = Image.Exif()
    exif[0x010E] = "a description " * 1000
    assert picture_size(picture("JPEG", 20, 30, exif=exif, progressive=True)) == (20, 30)


@given(st.binary(max_size=80), st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "BMP"]), st.data())
def test_whatever_a_file_begins_with_is_no_error(noise, kind, data):
    whole = picture(kind, 5, 5)
    cut = data.draw(st.integers(0, len(whole)))
    for head in (noise, whole[:cut], whole[:cut] + noise):
        size = picture_size(head)
        assert size is None or len(size) == 2


def test_more_than_100_megapixels_are_refused():
    check_size("a.png", picture("PNG", 10_000, 10_000)[:100])
    with pytest.raises(ValueError, match="a.png: its 101 megapixels are too many"):
        check_size("a.png", picture("PNG", 10_000, 10_100)[:100])


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
