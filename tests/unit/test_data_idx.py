"""IDX content comes back as the array that was written, or as a ValueError that says why not."""

import gzip
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nn.data import gzipped, read_idx


def idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.tobytes()


IMAGES = np.arange(12, dtype=np.uint8).reshape(2, 3, 2)
LABELS = np.array([7, 0, 9], np.uint8)

images_or_labels = arrays.arrays(
    np.uint8,
    st.one_of(
        arrays.array_shapes(min_dims=1, max_dims=1, max_side=50),
        arrays.array_shapes(min_dims=3, max_dims=3, max_side=6),
    ),
)


@given(
    array=images_or_labels,
    pack=st.sampled_from([bytes, gzip.compress]),
    kind=st.sampled_from([bytes, bytearray, memoryview]),
)
def test_what_was_written_is_read_back(array, pack, kind):
    read = read_idx(kind(pack(idx(array))))
    assert read.dtype == np.uint8
    assert read.shape == array.shape
    assert (read == array).all()


def test_uncompressed_content_is_not_copied():
    content = bytearray(idx(LABELS))
    labels = read_idx(content)
    content[-1] = 3
    assert labels.tolist() == [7, 0, 3]


def test_gzip_in_several_members_is_read_whole():
    content = idx(IMAGES)
    assert (read_idx(gzip.compress(content[:9]) + gzip.compress(content[9:])) == IMAGES).all()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty; expected IDX"),
        (gzip.compress(b"", mtime=0), "the file is empty; expected IDX"),
        (b"\x89PNG\r\n", "it starts with the bytes 89 50 4e 47; expected 00 00 08 03"),
        (b"\0\0\x08", "it starts with the bytes 00 00 08; expected 00 00 08 03"),
        (b"\0\0\x0d\x01" + bytes(8), "the type 0x0d; expected whole numbers: 0x08"),
        (b"\0\0\x08\x05" + bytes(8), "5 dimensions; expected 3 for images or 1 for labels"),
        (b"\0\0\x08\0" + bytes(8), "0 dimensions; expected 3 for images or 1 for labels"),
        (b"\0\0\x0c\x01\0\0\0\1\0\0\0", "cut short: 0 values; the header announces 1"),
        (b"\0\0\x08\x03" + bytes(8), "header is cut short: 12 bytes; expected at least 16"),
        (idx(IMAGES)[:-1], "cut short: 11 values; the header announces 2 x 3 x 2"),
        (idx(IMAGES) + b"\0", "bytes left over: 13 values; the header announces 2 x 3 x 2"),
        (idx(np.zeros((0, 28, 28), np.uint8)), "announces no values; expected at least one"),
        (b"\0\0\x08\x03" + b"\xff" * 12, "cut short: 0 values; the header announces 4,294,967,295"),
        (b"\x1f\x8b", "the gzip data is damaged or cut short"),
        (gzip.compress(idx(IMAGES), mtime=0) + b"more", "the gzip data is damaged or cut short"),
    ],
)
def test_content_that_is_not_images_or_labels_is_refused(content, message):
    with pytest.raises(ValueError, match=message):
        read_idx(content)


@pytest.mark.parametrize("array", [IMAGES, LABELS])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_content_cut_short_anywhere_is_refused(array, pack):
    content = pack(idx(array))
    for length in range(len(content)):
        with pytest.raises(ValueError, match=r"empty|not IDX|cut short"):
            read_idx(content[:length])


def test_every_single_damaged_byte_in_gzipped_values_is_noticed():
    content = gzip.compress(idx(IMAGES), mtime=0)
    header = 10
    for position in range(header, len(content)):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        with pytest.raises(ValueError, match="gzip"):
            read_idx(damaged)


def test_gzip_that_unpacks_beyond_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(gzipped, "MAX_UNPACKED", 3 * 2**20)
    bomb = gzip.compress(bytes(3 * 2**20 + 1))
    assert len(bomb) < 10_000
    with pytest.raises(ValueError, match="unpacks to more than 3 MB"):
        read_idx(bomb)


@given(
    start=st.sampled_from([b"", b"\0\0\x08\x01", b"\0\0\x08\x03", b"\x1f\x8b\x08\0"]),
    rest=st.binary(max_size=100)
    | st.builds(
        lambda newline, count: newline * count,
        st.sampled_from([b"\n", b"\r\n"]),
        st.integers(0, 2**17),
    ),
)
def test_arbitrary_content_is_either_read_or_a_value_error(start, rest):
    try:
        array = read_idx(start + rest)
    except ValueError as error:
        assert str(error)
    else:
        assert idx(array) == start + rest


@pytest.mark.parametrize("code, dtype", [(8, ">u1"), (9, ">i1"), (11, ">i2"), (12, ">i4")])
@pytest.mark.parametrize("shape", [(3,), (2, 8), (2, 3, 4), (2, 3, 4, 3)])
def test_whole_numbers_of_any_type_are_read(code, dtype, shape):
    array = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    header = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *shape)
    read = read_idx(header + array.tobytes())
    assert read.dtype == np.dtype(dtype).newbyteorder("=")
    assert (read == array).all()
