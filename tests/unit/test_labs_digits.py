"""The Digits lab follows the shape of its pictures and the names of their classes."""

import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from nn.__main__ import main
from nn.data import Dataset, Images
from nn.data.labels import Classes
from nn.experiment.experiment import Experiment, check
from nn.experiment.settings import parse
from nn.formats import weights
from nn.labs import digits
from nn.labs.digits import PICTURE, PRESETS
from nn.labs.pictures import Pictures, fitting, ink_box, on_paper

NAMES = ("cat", "dog", "owl")


def coloured(count: int = 24, side: int = 12) -> Dataset:
    """Pictures of which each class has a colour of its own."""
    rng = np.random.default_rng(0)
    inputs = rng.integers(0, 60, (count, side, side, 3), dtype=np.uint8)
    targets = np.arange(count, dtype=np.uint8) % 3
    inputs[np.arange(count), 3:9, 3:9, targets] = 250
    return Dataset(inputs, targets, 3, NAMES)


def images(train: Dataset | None, test: Dataset | None = None) -> Images:
    return Images(train, test, "24 training pictures from a.zip", assumed=("something",))


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("shape", [(5, 5, 1), (8, 8, 1), (16, 16, 3), (20, 40, 1), (64, 64, 3)])
def test_every_preset_suits_pictures_of_every_shape(name, shape):
    settings = digits.presets_for(shape)[name]
    check(settings, digits.task(settings, shape, Classes(100)))


def test_the_presets_for_mnist_are_those_of_old():
    assert digits.presets_for(PICTURE) == PRESETS
    task = digits.task(PRESETS["Classic"])
    assert (task.features, task.outputs, task.picture, task.classes) == (784, 10, PICTURE, None)


def test_a_network_learns_coloured_pictures_of_named_classes_and_keeps_the_names():
    data = coloured()
    settings = parse({"epochs": "20", "hidden": "16"}, PRESETS["Better"])
    experiment = Experiment(settings, digits.task_for(settings, data))
    for _ in experiment.train(settings, data, data, 1):
        pass
    assert experiment.history.test_accuracy > 0.9
    saved = experiment.saved()
    assert json.loads(saved)["classes"] == list(NAMES)
    again = Experiment.loaded(saved.encode())
    assert digits.classes_of(again.model) == Classes(3, NAMES)
    assert digits.picture_of(again.model) == (12, 12, 3)
    digits.check_loaded(again.model)
    assert again.saved() == saved


def test_a_file_of_ten_digits_names_no_classes():
    settings = PRESETS["Classic"]
    assert "classes" not in json.loads(Experiment(settings, digits.task(settings)).saved())


@pytest.mark.parametrize(
    "classes", [["a", "b"], ["a", "b", "b"], ["a", "b", 3], "abc", {"a": 1, "b": 2, "c": 3}]
)
def test_a_file_with_other_classes_than_outputs_is_refused(classes):
    settings = PRESETS["Classic"]
    model = Experiment(settings, digits.task(settings, (8, 8, 1), Classes(3))).model
    content = {**json.loads(weights.dumps(model)), "classes": classes}
    with pytest.raises(ValueError, match="^classes "):
        weights.loads(json.dumps(content))


def test_a_network_for_anything_else_is_refused():
    model, _ = weights.loads('{"wih": [[1, 2]], "who": [[3], [4]]}')
    with pytest.raises(ValueError, match="^the network is 2 to 2; for pictures it must take 5x5"):
        digits.check_loaded(model)


def test_a_network_and_pictures_of_another_size_do_not_go_together():
    settings = PRESETS["Classic"]
    model = Experiment(settings, digits.task(settings)).model
    with pytest.raises(ValueError, match="takes pictures of 28x28x1, and these have 12x12x3"):
        digits.check_together(model, coloured())


# ---- What a visitor does to pictures.


def test_four_turns_and_two_mirrors_change_nothing():
    pictures = Pictures.of(images(coloured()))
    first = pictures.used[0].inputs
    turned = pictures.turn().turn().turn().turn().mirror().mirror()
    assert np.array_equal(turned.used[0].inputs, first)


def test_turning_goes_to_the_right_whether_mirrored_or_not():
    pictures = Pictures.of(images(coloured()))
    for each in (pictures, pictures.mirror(), pictures.turn().mirror()):
        before, after = each.used[0].inputs, each.turn().used[0].inputs
        assert np.array_equal(after, np.rot90(before, -1, axes=(1, 2)))
        mirrored = each.mirror().used[0].inputs
        assert np.array_equal(mirrored, before[:, :, ::-1])


def test_the_program_turns_the_pictures_as_the_page_does(tmp_path, monkeypatch):
    code = digits.data_code(own=True, turns=3, mirrored=True)
    data = coloured()
    (tmp_path / "pictures").mkdir()
    np.savez(tmp_path / "pictures/a.npz", x=data.inputs, y=data.targets)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Dataset] = {}
    exec("\n".join([*code.imports, *code.lines]), names)
    train = Pictures.of(images(data)).turn().turn().turn().mirror().used[0]
    assert np.array_equal(names["train"].inputs, train.inputs)


def test_classes_are_renamed_in_their_order():
    pictures = Pictures.of(images(coloured())).rename(["a", " b", "c"])
    assert pictures.classes == Classes(3, ("a", "b", "c"))
    assert pictures.used[0].names == pictures.used[1].names == ("a", "b", "c")
    assert pictures.rename(["0", "1", "2"]).classes.shown == ("0", "1", "2")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a", "b"], "there are 3 classes and 2 names"),
        (["a", "b", " "], "each class needs a name of 1 to 40 letters"),
        (["a", "b", "c" * 41], "each class needs a name of 1 to 40 letters"),
        (["a", "b", "a"], "two classes are called 'a'"),
    ],
)
def test_names_that_cannot_be(names, message):
    with pytest.raises(ValueError, match=message):
        Pictures.of(images(coloured())).rename(names)


def test_other_pictures_to_test_with_take_the_classes_of_the_first():
    pictures = Pictures.of(images(coloured())).rename(["a", "b", "c"])
    other = Dataset(coloured().inputs[:2], np.array([1, 0]), 2, ("dog", "owl"))
    tested = pictures.with_test(other, "2 test pictures").used[1]
    assert tested.targets.tolist() == [2, 1]
    assert tested.names == ("a", "b", "c")
    with pytest.raises(ValueError, match="the test pictures are 9x9x3, those to train on 12x12x3"):
        pictures.with_test(coloured(side=9), "")


def test_pictures_are_fitted_to_a_network():
    pictures = coloured().inputs
    assert fitting(pictures, (12, 12, 3)) == (pictures, "")
    made, said = fitting(pictures, (28, 28, 1))
    assert made.shape == (24, 28, 28, 1)
    assert said == "they were scaled from 12x12 to 28x28, and their colours were made grey"
    assert fitting(made, (28, 20, 3))[0].shape == (24, 28, 20, 3)


def test_pictures_that_are_kept_to_test_with_are_said_behind_those_to_train_on():
    described = Images(coloured(), None, "24 training pictures from a; 3 pictures without labels")
    assert Pictures.of(described).description == (
        "24 training pictures from a; 4 of them are held out for testing; 3 pictures without labels"
    )


def test_how_large_what_is_shown_is():
    assert ink_box(coloured()) == 6.0
    empty = Dataset(np.zeros((3, 9, 9, 1), np.uint8), np.array([0, 1, 1]), 2)
    assert ink_box(empty) is None


def test_paper_is_light():
    assert not on_paper(coloured())
    data = coloured()
    assert on_paper(Dataset(255 - data.inputs, data.targets, 3))


# ---- The terminal.


def test_the_terminal_trains_and_tests_on_named_pictures(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    data = coloured(48)
    with zipfile.ZipFile(tmp_path / "data/pets.zip", "w") as archive:
        for i, (pixels, target) in enumerate(zip(data.inputs, data.targets, strict=True)):
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "PNG")
            purpose = "test" if i >= 36 else "train"
            archive.writestr(f"{purpose}/{NAMES[target]}/{i}.png", file.getvalue())
    arguments = ["train", "--data", "data", "--preset", "convolution", "--epochs", "8"]
    assert main([*arguments, "--batch-size", "4"]) == 0
    assert "36 training pictures from pets; 12 test pictures" in capsys.readouterr().out
    assert json.loads((tmp_path / "weights.json").read_text())["classes"] == list(NAMES)
    assert main(["test", "--data", "data"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()[-4:]
    assert head.split() == list(NAMES)
    assert [row.split()[0] for row in rows] == list(NAMES)
    assert sum(int(row.split()[1 + i]) for i, row in enumerate(rows)) > 9
