"""Pictures of other sizes and classes than MNIST's: the page follows them, and predicts others."""

import io
import re
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

SIZE = 16


def picture(kind: int, rng: np.random.Generator, size: int = SIZE) -> np.ndarray:
    """A bar that stands, lies or slants, somewhere: (size, size) uint8, light on dark."""
    pixels = np.zeros((size, size), np.uint8)
    place = rng.integers(3, size - 4)
    if kind == 0:
        pixels[2:-2, place : place + 2] = 255
    elif kind == 1:
        pixels[place : place + 2, 2:-2] = 255
    else:
        np.fill_diagonal(pixels[: size - place % 4], 255)
    return pixels


NAMES = ("lies", "slants", "stands")
KINDS = {"stands": 0, "lies": 1, "slants": 2}


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def coloured_zip(count: int) -> bytes:
    """A folder a class; ink of any colour on black."""
    rng = np.random.default_rng(1)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, kind in KINDS.items():
            for number in range(count):
                colour = rng.integers(100, 256, 3)
                pixels = picture(kind, rng)[..., np.newaxis] / 255 * colour
                archive.writestr(f"bars/train/{name}/{number}.png", png(pixels.astype(np.uint8)))
    return file.getvalue()


def rows(pictures: np.ndarray, labels: list[str] | None = None) -> bytes:
    lines = []
    for i, pixels in enumerate(pictures):
        first = [] if labels is None else [labels[i]]
        lines.append(",".join([*first, *map(str, pixels.ravel().tolist())]))
    return ("\n".join(lines) + "\n").encode()


def bars(count: int, seed: int) -> tuple[np.ndarray, list[str]]:
    rng = np.random.default_rng(seed)
    names = [list(KINDS)[i % 3] for i in range(count)]
    return np.stack([picture(KINDS[name], rng) for name in names]), names


def read(lab, files: dict[str, bytes]) -> str:
    return lab.news(lambda: lab.choose("dataFiles", files), "^Pictures: ")


def train(lab) -> None:
    lab.page.locator("[data-preset=Better]").click()
    lab.set(epochs=12, batchSize=8)
    lab.news(lambda: lab.click("train"), "^Training is done")


def shown_names(lab) -> list[str]:
    return lab.page.eval_on_selector_all(
        "#probabilities li", "items => items.map(item => item.dataset.name)"
    )


@pytest.fixture
def tidy(lab):
    lab.tidy()
    yield lab
    lab.tidy()


def test_coloured_pictures_of_named_classes(tidy):
    lab = tidy
    line = read(lab, {"bars.zip": coloured_zip(40)})
    assert "120 training pictures from bars" in line
    assert "taken from its folder" in lab.text("dataAssumed")
    train(lab)
    assert lab.test() > 90
    assert shown_names(lab) == list(NAMES)
    assert lab.page.locator("#confusion th[scope=row]").all_text_contents() == list(NAMES)

    lab.click("clear")
    lab.draw([[(0.5, 0), (0.5, 1)]])
    lab.click("predict")
    assert lab.text("prediction") in NAMES
    assert lab.find("sees").evaluate("canvas => canvas.width") == SIZE

    saved = lab.save()
    assert saved["classes"] == list(NAMES)
    lab.click("mnist")
    expect(lab.find("probabilities").locator("li")).to_have_count(10)


def test_a_preset_of_convolutions_suits_small_pictures_too(tidy):
    lab = tidy
    pictures, names = bars(90, 2)
    read(lab, {"bars.csv": rows(pictures, names)})
    lab.page.locator("[data-preset=Convolution]").click()
    lab.set(epochs=3)
    lab.news(lambda: lab.click("train"), "^Training is done")
    lab.click("mnist")


def test_pictures_without_labels_are_answered_and_saved(tidy):
    lab = tidy
    pictures, names = bars(150, 3)
    read(lab, {"bars.csv": rows(pictures, names)})
    train(lab)
    others, right = bars(30, 4)
    lab.news(
        lambda: lab.choose("dataFiles", {"unknown.csv": rows(others)}), "^Answered 30 pictures"
    )
    expect(lab.find("answersPanel")).to_be_visible()
    assert lab.page.locator("#answers li").count() == 30
    with lab.page.expect_download() as download:
        lab.click("answersSave")
    assert download.value.suggested_filename == "answers.csv"
    head, *lines = download.value.path().read_text().splitlines()
    assert head == "ImageId,Label"
    said = [line.split(",")[1] for line in lines]
    assert [line.split(",")[0] for line in lines] == [str(i + 1) for i in range(30)]
    assert np.mean([a == b for a, b in zip(said, right, strict=True)]) > 0.7


def test_pictures_are_turned_mirrored_and_their_classes_renamed(tidy):
    lab = tidy
    pictures, names = bars(60, 5)
    read(lab, {"bars.csv": rows(pictures, names)})
    train(lab)
    right = lab.test()
    lab.news(lambda: lab.click("turn"), "^Pictures: ")
    # What stood lies now.
    assert lab.test() < right - 30
    lab.find("classNames").fill("a, b, c")
    lab.news(lambda: lab.click("rename"), "^The classes are called a, b, c")
    assert shown_names(lab) == ["a", "b", "c"]
    assert lab.save()["classes"] == ["a", "b", "c"]
    lab.find("classNames").fill("a, b")
    assert "3 classes and 2 names" in lab.complaint(lambda: lab.click("rename"))
    lab.news(lambda: lab.click("mirror"), "^Pictures: ")


def test_a_folder_of_pictures(tidy, tmp_path):
    lab = tidy
    rng = np.random.default_rng(6)
    for name, kind in KINDS.items():
        (tmp_path / "set" / name).mkdir(parents=True)
        for number in range(4):
            file = png(picture(kind, rng, 80))
            (tmp_path / "set" / name / f"{number}.png").write_bytes(file)
    (tmp_path / "set" / "notes.txt").write_text("?")
    line = lab.news(lambda: lab.choose("dataFolder", tmp_path / "set"), "^Pictures: ")
    assert "12 training pictures from set" in line
    assert "pictures of up to 80x80 were scaled down to 64 a side" in lab.text("dataAssumed")
    assert re.search(r"^4096-", lab.messages("news")[-1].split(": ")[-1])


def test_a_network_and_the_pictures_it_is_not_for(tidy):
    lab = tidy
    pictures, names = bars(60, 7)
    read(lab, {"bars.csv": rows(pictures, names)})
    lab.news(lambda: lab.click("loadWeights"), "^Loaded dist/weights.json")
    assert len(shown_names(lab)) == 10
    assert "takes pictures of 28x28x1" in lab.complaint(lambda: lab.click("test"))
