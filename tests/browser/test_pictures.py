"""A visitor's own pictures to train on and to test with."""

import gzip
import re
import struct

import numpy as np
import pytest
from playwright.sync_api import expect

from nn.data import Dataset


def csv(data: Dataset, first: int, count: int) -> bytes:
    part = data.take(range(first, first + count))
    rows = np.column_stack([part.targets, part.inputs.reshape(count, -1)])
    return b"".join(b",".join(b"%d" % value for value in row) + b"\n" for row in rows.tolist())


def idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(header + array.tobytes(), compresslevel=1)


def png() -> bytes:
    """A picture file whose header is whole, and nothing else."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIxxxxx", 13, b"IHDR", 9, 9) + bytes(100)


def too_many() -> bytes:
    return b"".join(b"%d" % (7 * label % 120) + b",9" * 784 + b"\n" for label in range(120))


def read(lab, files: dict[str, bytes]) -> str:
    return lab.news(lambda: lab.choose("dataFiles", files), "^Pictures: ")


def trains_on(lab, samples: int) -> None:
    lab.set(batchSize=10, epochs=1, trainSamples="")
    lab.news(lambda: lab.click("train"), "^Training is done")
    assert any(f"Epoch 1, {samples:,} samples" in line for line in lab.messages())


def test_csv_files_to_train_on_and_to_test_with(lab, mnist):
    files = {"my_train.csv": csv(mnist.train, 0, 1500), "my_test.csv": csv(mnist.test, 0, 400)}
    line = read(lab, files)
    assert "1,500 training pictures from my_train.csv" in line
    assert "400 test pictures from my_test.csv" in line
    expect(lab.find("dataDescription")).to_contain_text("my_train.csv")
    trains_on(lab, 1500)
    lab.test()
    assert re.search(r"\d+ of 400 right", lab.text("testSummary"))


def test_idx_files_as_mnist_has_them(lab, mnist):
    line = read(
        lab,
        {
            "train-images.gz": idx(mnist.train.inputs[:700].reshape(-1, 28, 28)),
            "train-labels.gz": idx(mnist.train.targets[:700]),
            "t10k-images.gz": idx(mnist.test.inputs[:300].reshape(-1, 28, 28)),
            "t10k-labels.gz": idx(mnist.test.targets[:300]),
        },
    )
    assert "700 training pictures" in line and "300 test pictures" in line
    trains_on(lab, 700)


def test_of_training_pictures_alone_some_are_held_out_to_test_with(lab, mnist):
    line = read(lab, {"mine.csv": csv(mnist.train, 0, 600)})
    held = int(re.search(r"600 training pictures from mine.csv; (\d+) of them are held", line)[1])
    assert 0 < held < 300
    trains_on(lab, 600 - held)
    lab.test()
    assert f"of {held} right" in lab.text("testSummary")


def test_the_way_back_to_mnist(lab, mnist):
    read(lab, {"mine.csv": csv(mnist.train, 0, 100)})
    lab.news(lambda: lab.click("mnist"), "^Pictures: 60,000 training pictures")
    lab.train()
    assert lab.done()[1] == 60_000
    lab.stop()
    expect(lab.find("mnist")).to_be_hidden()


@pytest.fixture(scope="module")
def good(mnist) -> bytes:
    return csv(mnist.train, 0, 60)


def bad_files(good: bytes) -> dict[str, tuple[dict[str, bytes], str]]:
    lines = good.splitlines(keepends=True)
    short = b"".join([*lines[:41], lines[41].rpartition(b",")[0] + b"\n", *lines[42:]])
    above = b"".join([*lines[:6], lines[6].rstrip(b"\n").rpartition(b",")[0] + b",256\n"])
    return {
        "a short row": ({"bad.csv": short}, "line 42"),
        "a pixel above 255": ({"bad.csv": above}, "line 7"),
        "too many labels": ({"bad.csv": too_many()}, "120 different labels"),
        "a picture file that is none": ({"bad.png": png()}, "the picture is damaged"),
        "a pickle": ({"bad.pkl": b"\x80\x04\x95"}, "a pickle, which can run programs: not opened"),
        "an empty file": ({"bad.csv": b""}, "empty"),
        "labels without images": ({"bad.gz": idx(np.zeros(3, np.uint8))}, "images: none"),
        "a good file with a bad one": ({"good.csv": good, "bad.csv": short}, "line 42"),
        "gzip cut short": ({"bad.gz": gzip.compress(good)[:2000]}, "gzip"),
    }


@pytest.mark.parametrize("bad", bad_files(b"0,0\n" * 50))
def test_bad_pictures_are_refused_and_the_old_ones_stay(lab, good, bad):
    read(lab, {"kept.csv": good, "kept_test.csv": good})
    files, part = bad_files(good)[bad]
    complaint = lab.complaint(lambda: lab.choose("dataFiles", files))
    assert part in complaint
    if len(files) == 1 or "good.csv" in files:
        assert "bad." in complaint.lower()
    expect(lab.find("dataDescription")).to_contain_text("kept.csv")
    lab.test()
    assert "of 60 right" in lab.text("testSummary")
