"""Files of pictures are sorted into training and testing, or refused by name."""

import gzip
import pickle
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data import read_folder, read_images


def idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.tobytes()


def images(count: int, side: int = 28) -> bytes:
    """Picture i is filled with the value i."""
    values = np.arange(count, dtype=np.uint8)[:, np.newaxis, np.newaxis]
    return idx(np.broadcast_to(values, (count, side, side)))


def labels(*values: int) -> bytes:
    return idx(np.array(values, np.uint8))


def csv(*values: int) -> bytes:
    """One picture for each label, filled with ten times the label."""
    return "".join(f"{label}{f',{10 * label}' * 784}\n" for label in values).encode()


MNIST = {
    "train-images-idx3-ubyte.gz": gzip.compress(images(3)),
    "train-labels-idx1-ubyte.gz": gzip.compress(labels(5, 0, 4)),
    "t10k-images-idx3-ubyte": images(2),
    "t10k-labels-idx1-ubyte": labels(7, 2),
}


def test_the_four_files_of_mnist_become_training_and_test_pictures():
    mnist = read_images(MNIST)
    assert mnist.train.targets.tolist() == [5, 0, 4]
    assert mnist.test.targets.tolist() == [7, 2]
    assert mnist.train.inputs.dtype == np.uint8
    assert mnist.train.inputs.shape == (3, 28, 28, 1)
    assert mnist.train.inputs[2].ravel().tolist() == [2] * 784
    assert mnist.train.classes == mnist.test.classes == 10


def test_the_order_of_the_files_does_not_matter():
    mnist = read_images(dict(reversed(MNIST.items())))
    assert mnist.train.targets.tolist() == [5, 0, 4]
    assert mnist.test.targets.tolist() == [7, 2]


def test_the_description_says_how_many_pictures_came_from_where():
    assert read_images(MNIST).description == (
        "3 training pictures from train-images-idx3-ubyte.gz; "
        "2 test pictures from t10k-images-idx3-ubyte"
    )
    assert read_images({"a.csv": csv(1), "b.csv": csv(2)}).description == (
        "2 training pictures from a.csv and b.csv"
    )
    assert read_images({"mnist_test.csv": csv(1)}).description == (
        "1 test picture from mnist_test.csv"
    )
    many = {"images": idx(np.zeros((1200, 28, 28), np.uint8))}
    many["labels"] = labels(*[0] * 1200)
    assert read_images(many).description == "1,200 training pictures from images"


@pytest.mark.parametrize("name", ["mnist_test.csv", "TEST.CSV", "t10k.csv.gz", "validation.csv"])
def test_a_name_can_say_that_a_file_is_for_testing(name):
    found = read_images({name: csv(3)})
    assert found.train is None
    assert found.test.targets.tolist() == [3]


@pytest.mark.parametrize("name", ["mnist_train.csv", "mine.csv", "", "../../etc/passwd"])
def test_any_other_file_is_for_training(name):
    found = read_images({name: csv(3)})
    assert found.train.targets.tolist() == [3]
    assert found.test is None


def test_several_csv_files_add_up():
    found = read_images({"a.csv": csv(1, 2), "b.csv.gz": gzip.compress(csv(3))})
    assert found.train.targets.tolist() == [1, 2, 3]
    assert found.train.inputs[:, 0, 0, 0].tolist() == [10, 20, 30]


def test_csv_and_idx_for_the_same_purpose_add_up():
    found = read_images({"more.csv": csv(1), "images": images(1), "labels": labels(8)})
    assert sorted(found.train.targets.tolist()) == [1, 8]


def test_content_decides_what_a_file_is_and_its_name_does_not():
    found = read_images({"a.csv": gzip.compress(images(1)), "b.gz": labels(4), "idx.idx": csv(6)})
    assert sorted(found.train.targets.tolist()) == [4, 6]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "^there are no files to read; expected pictures"),
        ({"a.csv": b""}, "^a.csv: the file is empty; expected"),
        ({"a.csv.gz": gzip.compress(b"")}, "^a.csv.gz: the file is empty"),
        ({"a.gz": gzip.compress(csv(1))[:-1]}, "^a.gz: the gzip data is damaged or cut short"),
        ({"a.png": b"\x89PNG\r\n\x1a\n,,,"}, "^a.png: the PNG is damaged: it does not say how"),
        ({"a.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF,"}, "^a.jpg: the JPEG is damaged"),
        ({"a.zip": b"PK\x03\x04,"}, "^a.zip: the zip archive is damaged"),
        ({"a.json": b'{"layers": [1, 2]}'}, "^a.json: this is JSON: not opened"),
        ({"a.json": b"[[1, 2], [3, 4]]"}, "^a.json: this is JSON: not opened"),
        ({"a.html": b"<p>Hello, world</p>"}, "^a.html: this is a web page or XML: not opened"),
        ({"a.bin": bytes(range(1, 99))}, "^a.bin: this is of no kind that is known here"),
        ({"a.pkl": pickle.dumps([1])}, "^a.pkl: this is a pickle, which can run programs: not"),
        ({"a.pkl.gz": gzip.compress(pickle.dumps([1], 0))}, "^a.pkl.gz: this is a pickle"),
        ({"a.h5": b"\x89HDF\r\n\x1a\n"}, "^a.h5: this is an HDF5 file, as Keras models are"),
        ({"a.csv": csv(1) * 3 + csv(2)[:-4]}, "^a.csv: line 4: expected 785 values"),
        ({"a.csv": csv(1), "b.csv": csv(30)}, "^b.csv: line 1, column 2: found '300'"),
        (
            {"a.csv": b",a,b\n0,1,2\n"},
            "^a.csv: expected a label and the pixels .*; found 3 columns",
        ),
        ({"a.csv": b"\xef\xbb\xbf1,2\n"}, "^a.csv: expected a label and the pixels .*; found 2"),
        ({"a.idx": images(2)[:-1]}, "^a.idx: the IDX data is cut short"),
        ({"test-labels": labels(1)}, "test pictures .*; found images: none; labels: test-labels$"),
        (
            {"train-images": images(1), "t10k-labels": labels(1)},
            "found images: none; labels: t10k-labels$",
        ),
        (
            {"a.idx": images(1), "b.idx": images(1), "c.idx": labels(1)},
            "found images: a.idx, b.idx; labels: c.idx$",
        ),
        (
            {"a.idx": images(1), "b.idx": labels(1), "c.idx": labels(1)},
            "found images: a.idx; labels: b.idx, c.idx$",
        ),
        (
            {"a.idx": images(2), "b.idx": labels(1, 2, 3)},
            "^a.idx holds 2 images but b.idx 3 labels",
        ),
        (
            {"a.idx": images(101), "b.idx": labels(*range(101))},
            "^a.idx: there are 101 different labels; up to 100 classes",
        ),
    ],
)
def test_files_that_cannot_be_used_are_refused_by_name(files, message):
    with pytest.raises(ValueError, match=message):
        read_images(files)


@given(st.dictionaries(st.text(max_size=8), st.binary(max_size=100), max_size=4))
def test_arbitrary_files_are_a_value_error(files):
    with pytest.raises(ValueError, match=r"expected|gzip|not opened|damaged"):
        read_images(files)


def write(folder, files):
    for name, content in files.items():
        (folder / name).write_bytes(content)


def test_a_folder_is_read_like_its_files(tmp_path):
    write(tmp_path, MNIST)
    folder, files = read_folder(tmp_path), read_images(MNIST)
    assert folder.description.count("pictures") == 2
    assert (folder.train.inputs == files.train.inputs).all()
    assert (folder.test.targets == files.test.targets).all()


def test_a_folder_may_hold_other_files_and_folders(tmp_path):
    write(tmp_path, {"a.csv": csv(1), "README.md": b"# Data", ".b.csv": b"?", "notes.txt": b"?"})
    (tmp_path / "more.csv").mkdir()
    assert read_folder(tmp_path).description == "1 training picture from a.csv"


def test_a_folder_without_pictures_is_refused(tmp_path):
    write(tmp_path, {"README.md": b"# Data"})
    with pytest.raises(ValueError, match="holds no pictures; expected files that end in .csv"):
        read_folder(tmp_path)


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(ValueError, match="there is no folder .*absent; expected one"):
        read_folder(tmp_path / "absent")


def test_a_file_is_not_a_folder(tmp_path):
    write(tmp_path, {"a.csv": csv(1)})
    with pytest.raises(ValueError, match="there is no folder"):
        read_folder(tmp_path / "a.csv")
