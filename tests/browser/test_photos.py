"""Photos of digits are read in the page: from files, dropped, pasted and by the camera."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.camera import CAMERA
from tests.unit.photos import STROKES, ink, photo


def jpeg(drawn: np.ndarray, kind: str = "even", turned: bool = False) -> bytes:
    file = io.BytesIO()
    picture = Image.fromarray(photo(drawn, kind))
    exif = Image.Exif()
    if turned:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
        exif[0x0112] = 6
    picture.save(file, "JPEG", exif=exif)
    return file.getvalue()


def two() -> np.ndarray:
    return np.maximum(ink(STROKES[1], left=100), ink(STROKES[2], left=320))


@pytest.fixture(scope="module")
def best(lab):
    """The page with the best network that comes with it."""
    lab.news(lambda: lab.click("loadBest"), "^Loaded dist/best.json")
    return lab


@pytest.mark.parametrize(("digit", "kind"), [(5, "squared"), (7, "table"), (3, "blackboard")])
def test_a_digit_on_a_photo_is_answered_as_a_drawing_is(best, digit, kind):
    file = {"mine.jpg": jpeg(ink(STROKES[digit]), kind)}
    assert best.news(lambda: best.choose("photoFile", file), "^mine.jpg") == f"mine.jpg: {digit}"
    expect(best.find("prediction")).to_have_text(str(digit))
    assert best.ink() > 500
    assert max(best.probabilities()) == best.probabilities()[digit] > 0.9


def test_a_dropped_photo_is_turned_upright(best):
    def drop():
        best.page.evaluate(
            """bytes => {
              const dataTransfer = new DataTransfer();
              dataTransfer.items.add(new File([new Uint8Array(bytes)], "turned.jpg"));
              const options = { dataTransfer, bubbles: true, cancelable: true };
              document.body.dispatchEvent(new DragEvent("drop", options));
            }""",
            list(jpeg(ink(STROKES[7]), turned=True)),
        )

    best.news(drop, "^turned.jpg: 7")


def test_a_pasted_picture_is_read(best):
    best.find("canvas").evaluate(
        """async (canvas, bytes) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], "image.png", {type: "image/jpeg"}));
          document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: transfer}));
        }""",
        list(jpeg(ink(STROKES[4]))),
    )
    expect(best.find("prediction")).to_have_text("4")


def test_several_digits_are_outlined_on_the_photo(best):
    best.news(lambda: best.choose("photoFile", {"two.jpg": jpeg(two())}), "^two.jpg: 12")
    expect(best.find("prediction")).to_have_text("12")
    expect(best.page.locator("#photoAnswers li")).to_have_text(["1", "2"])
    expect(best.find("canvas")).to_be_hidden()
    first, second = (each.bounding_box() for each in best.page.locator("#photoAnswers li").all())
    view = best.find("photoView").bounding_box()
    assert view["x"] < first["x"] < second["x"] < view["x"] + view["width"]
    best.click("clear")
    expect(best.find("canvas")).to_be_visible()
    assert best.answer() == "Draw a digit"


def test_a_blank_page_is_no_digit(best):
    blank = jpeg(np.zeros((800, 600)), "lined")
    best.news(lambda: best.choose("photoFile", {"b.jpg": blank}), "^b.jpg: no digit found")
    expect(best.find("prediction")).to_have_text("No digit found")
    assert best.ink() == 0


def test_what_is_no_picture_and_what_is_too_large_is_refused(best):
    complaint = best.complaint(lambda: best.choose("photoFile", {"a.jpg": b"not a picture"}))
    assert complaint == "a.jpg cannot be read as a picture by this browser"
    huge = io.BytesIO()
    Image.new("L", (30, 30)).save(huge, "PNG")
    data = bytearray(huge.getvalue())
    data[16:24] = (20_000).to_bytes(4, "big") * 2
    complaint = best.complaint(lambda: best.choose("photoFile", {"huge.png": bytes(data)}))
    assert "fewer than 100 million can be read" in complaint


def test_a_refused_camera_is_one_sentence(best):
    best.page.evaluate(
        """() => {
          navigator.mediaDevices.getUserMedia = () =>
            Promise.reject(new DOMException("no", "NotAllowedError"));
        }"""
    )
    complaint = best.complaint(lambda: best.click("openCamera"))
    assert complaint.startswith("the camera is blocked")
    expect(best.find("cameraBox")).to_be_hidden()


def test_the_camera_takes_a_photo_and_stops(best):
    best.page.evaluate(
        CAMERA,
        list(jpeg(ink(STROKES[6]))),
    )
    best.click("openCamera")
    best.page.wait_for_function("document.getElementById('camera').videoWidth > 0")
    line = best.news(lambda: best.click("cameraTake"), "^Camera: ")
    assert re.fullmatch("Camera: 6", line)
    assert best.page.evaluate("window.stream.getTracks().map(track => track.readyState)") == [
        "ended"
    ]
