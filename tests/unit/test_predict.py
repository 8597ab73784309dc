"""``python -m nn predict`` reads photos and folders of them, as lines and as JSON."""

import json
import re
import warnings
import zipfile

import numpy as np
import pytest
from PIL import Image

from nn.__main__ import main
from nn.commands import picture_files
from nn.data import gzipped
from tests.unit.photos import STROKES, ink, photo


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, without weights of its own, with three photos and a text in photos/."""
    (tmp_path / "photos" / "more").mkdir(parents=True)
    drawn = ink(STROKES[7])
    Image.fromarray(photo(drawn, "lined")).save(tmp_path / "photos" / "seven.jpg")
    on_side = Image.fromarray(photo(drawn)).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    on_side.save(tmp_path / "photos" / "turned.jpg", exif=exif)
    two = np.maximum(ink(STROKES[1], left=100), ink(STROKES[2], left=320))
    Image.fromarray(photo(two)).save(tmp_path / "photos" / "more" / "twelve.png")
    (tmp_path / "photos" / "notes.txt").write_text("not a picture")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def objects(capsys, *arguments) -> tuple[int, list[dict]]:
    status = main(["predict", "--json", *arguments])
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_folder_is_read_file_by_file(folder, capsys):
    status, said = objects(capsys, "photos")
    assert status == 0
    assert {each["file"]: each["answer"] for each in said} == {
        "photos/seven.jpg": "7",
        "photos/turned.jpg": "7",
        "photos/more/twelve.png": "12",
    }
    for each in said:
        assert set(each) == {"file", "answer", "confidence", "sure"}
        assert each["sure"] is True and 0.9 < each["confidence"] <= 1


def test_without_weights_the_best_network_is_taken_and_named(folder, capsys):
    assert main(["predict", "photos/seven.jpg"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("prediction: 7\n") and printed.out.count("\n") == 11
    assert "there is no weights.json here: reading with" in printed.err
    assert "best.json" in printed.err


def test_what_cannot_be_read_is_an_object_too_and_the_others_go_on(folder, capsys):
    status, said = objects(capsys, "photos/notes.txt", "no.png", "photos/seven.jpg")
    assert status == 1
    assert [each["answer"] for each in said] == [None, None, "7"]
    assert [each["confidence"] for each in said[:2]] == [0, 0]
    assert "cannot be read as a picture" in said[0]["error"]
    assert said[1]["error"] == "there is no picture no.png"
    assert "error" not in said[2]


def test_several_files_have_a_line_each(folder, capsys):
    assert main(["predict", "photos/seven.jpg", "no.png", "photos/more"]) == 1
    printed = capsys.readouterr()
    seven, twelve = printed.out.splitlines()
    assert re.fullmatch(r"photos/seven\.jpg: 7 \((9\d|100)%\)", seven)
    assert re.fullmatch(r"photos/more/twelve\.png: 12 \((9\d|100)%\)", twelve)
    assert "nn: there is no picture no.png" in printed.err


def test_several_digits_in_one_picture_are_listed(folder, capsys):
    assert main(["predict", "photos/more/twelve.png"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "prediction: 12"
    assert [line.split()[0] for line in lines[1:]] == ["1", "2"]


def test_a_blank_page_has_no_answer(folder, capsys):
    Image.fromarray(photo(np.zeros((800, 600)), "squared")).save("blank.png")
    status, said = objects(capsys, "blank.png")
    assert (status, said) == (
        0,
        [{"file": "blank.png", "answer": None, "confidence": 0, "sure": False}],
    )
    assert main(["predict", "blank.png"]) == 0
    assert capsys.readouterr().out == "no digit found\n"


def test_a_folder_without_pictures_is_refused(folder, capsys):
    (folder / "empty").mkdir()
    assert main(["predict", "empty"]) == 1
    assert "the folder empty holds no pictures" in capsys.readouterr().err


def test_a_huge_picture_is_refused_by_its_header(folder, capsys, monkeypatch):
    monkeypatch.setattr(picture_files, "MAX_PIXELS", 1000)
    status, said = objects(capsys, "photos/seven.jpg")
    assert status == 1
    assert "megapixels are too many" in said[0]["error"]


def test_a_heic_photo_is_named(folder, capsys):
    (folder / "IMG_1.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + bytes(40))
    status, said = objects(capsys, "IMG_1.HEIC")
    assert status == 1
    assert said[0]["error"] == "IMG_1.HEIC is a HEIC photo: save it as JPEG or PNG"


def test_a_large_picture_is_read_without_a_word_of_pillow(folder, capsys, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 300_000)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        status, said = objects(capsys, "photos/seven.jpg")
    assert (status, said[0]["answer"], warned) == (0, "7", [])


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "LA", "I;16", "CMYK"])
def test_pictures_of_every_mode_are_read(folder, capsys, mode):
    page = np.uint8(255 - 200 * ink(STROKES[3]))
    if mode == "I;16":
        picture = Image.fromarray(page.astype(np.uint16) * 257)
    else:
        picture = Image.fromarray(page).convert(mode)
    picture.save("three.tif")
    status, said = objects(capsys, "three.tif")
    assert (status, said[0]["answer"]) == (0, "3")


def archive(folder, name: str, members: dict[str, bytes]) -> str:
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as file:
        for each, content in members.items():
            file.writestr(each, content)
    return name


def test_the_pictures_in_a_zip_archive_are_read_one_by_one(folder, capsys):
    members = {
        "more/twelve.png": (folder / "photos" / "more" / "twelve.png").read_bytes(),
        "a.jpg": (folder / "photos" / "turned.jpg").read_bytes(),
        "broken.png": b"no picture",
        "notes.txt": b"not looked at",
        "__MACOSX/._a.jpg": b"nor this",
    }
    status, said = objects(capsys, archive(folder, "all.zip", members), "photos/seven.jpg")
    assert status == 1
    assert [(each["file"], each["answer"]) for each in said] == [
        ("all.zip/a.jpg", "7"),
        ("all.zip/broken.png", None),
        ("all.zip/more/twelve.png", "12"),
        ("photos/seven.jpg", "7"),
    ]
    assert said[1]["error"].startswith("all.zip/broken.png cannot be read as a picture")


def test_one_picture_in_a_zip_archive_has_bars(folder, capsys):
    members = {"seven.jpg": (folder / "photos" / "seven.jpg").read_bytes()}
    assert main(["predict", archive(folder, "one.zip", members)]) == 0
    assert capsys.readouterr().out.startswith("prediction: 7\n")


def test_a_zip_archive_that_cannot_be_read_is_refused_and_the_others_go_on(
    folder, capsys, monkeypatch
):
    monkeypatch.setattr(gzipped, "MAX_UNPACKED", 2**20)
    empty = archive(folder, "empty.zip", {"notes.txt": b"words"})
    bomb = archive(folder, "bomb.zip", {"large.png": bytes(2**20 + 1)})
    (folder / "cut.zip").write_bytes((folder / "bomb.zip").read_bytes()[:50])
    status, said = objects(capsys, empty, bomb, "cut.zip", "photos/seven.jpg")
    assert status == 1
    assert [each["answer"] for each in said] == [None, None, None, "7"]
    assert "empty.zip holds no pictures" in said[0]["error"]
    assert re.match(r"bomb\.zip.*unpacks to more than 1 MB", said[1]["error"])
    assert re.match(r"cut\.zip.*damaged or cut short", said[2]["error"])
