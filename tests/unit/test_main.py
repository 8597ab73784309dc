"""The command line trains, tests and predicts, and says in a line what is wrong."""

import json
import re
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nn import __main__ as command
from nn.__main__ import main
from nn.commands import progress
from nn.data import Dataset
from nn.labs.digits import PRESETS

# A picture of a 1 in black ink on white paper, of another size than the network's.
ONE = np.full((60, 40), 255, np.uint8)
ONE[10:50, 18:23] = 0


def idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.tobytes()


def csv(data: Dataset) -> str:
    table = np.column_stack([data.targets, data.inputs.reshape(len(data), -1)])
    return "".join(",".join(map(str, row)) + "\n" for row in table.tolist())


@pytest.fixture
def folder(tmp_path, monkeypatch, digits) -> Path:
    """The working directory, with data/ holding IDX files."""
    (tmp_path / "data").mkdir()
    for name, data in zip(("train", "t10k"), digits, strict=True):
        images = idx(data.inputs.reshape(-1, 28, 28))
        (tmp_path / f"data/{name}-images-idx3-ubyte").write_bytes(images)
        (tmp_path / f"data/{name}-labels-idx1-ubyte").write_bytes(idx(data.targets))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def trained(folder, capsys) -> Path:
    """The same, with weights.json of a small network."""
    assert main(["train", "--data", "data", "--layers", "20"]) == 0
    capsys.readouterr()
    return folder


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit status, and the one line on standard error."""
    status = main(list(arguments))
    error = capsys.readouterr().err
    assert error.startswith("nn: ") and error.count("\n") == 1
    return status, error.strip()


def history(path: Path) -> dict[str, object]:
    return json.loads(path.read_text())["training"]


def test_training_shows_its_progress_and_writes_weights(folder, capsys):
    assert main(["train", "--data", "data", "--layers", "20", "--epochs", "3"]) == 0
    printed = capsys.readouterr()
    assert "300 training pictures" in printed.out
    assert "Total params: 15,880" in printed.out
    assert printed.out.count("test loss") == 3
    assert "wrote weights.json" in printed.out
    assert "epoch 3/3: 100%" in printed.err
    training = history(folder / "weights.json")
    assert (training["epochs"], training["samples"]) == (3, 900)
    assert f"accuracy {training['test_accuracy']:.2%}" in printed.out


def test_options_and_presets_become_settings(folder):
    arguments = ["--preset", "fast", "--layers", "9,8", "--batch-size", "50", "--epochs", "1"]
    arguments += ["--train-samples", "100", "--output", "mine.json"]
    assert main(["train", "--data", "data", *arguments]) == 0
    training = history(folder / "mine.json")
    assert training["samples"] == 100
    expected = {"hidden": "9,8", "batchSize": "50", "optimizer": "adam", "decay": "cosine"}
    assert expected.items() <= training["settings"].items()


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("classic", {"hidden": "100", "optimizer": "sgd"}),
        ("tutorial", {"hidden": "100", "optimizer": "sgd"}),
        ("better", {"hidden": "100", "optimizer": "adam"}),
        ("fast", {"hidden": "100", "optimizer": "adam"}),
        ("convolution", {"hidden": PRESETS["Convolution"].fields()["hidden"]}),
    ],
)
def test_presets_have_their_former_names_too(folder, preset, expected):
    assert main(["train", "--data", "data", "--preset", preset, "--epochs", "1"]) == 0
    assert expected.items() <= history(folder / "weights.json")["settings"].items()


def test_convolutions_are_trained_with_augmentation_and_patience(folder, capsys, digits):
    arguments = ["--preset", "convolution", "--layers", "conv2d:4:5:strides=2,flatten,9"]
    arguments += ["--augment", "shift=1:zoom=0.1", "--patience", "1", "--epochs", "30"]
    arguments += ["--learning-rate", "0.05", "--batch-size", "10"]
    assert main(["train", "--data", "data", *arguments]) == 0
    printed = capsys.readouterr().out
    assert "conv2d (Conv2D)" in printed and "(None, 12, 12, 4)" in printed
    assert re.search(r"back to the best epoch, \d+: test loss", printed)
    assert main(["test", "--data", "data"]) == 0
    accuracy = history(folder / "weights.json")["test_accuracy"]
    assert f"accuracy {accuracy:.2%}" in capsys.readouterr().out
    assert main(["predict", "--data", "data", "3"]) == 0
    assert f"test picture 3 is a {digits[1].targets[3]}" in capsys.readouterr().out


def test_the_same_command_writes_the_same_file(folder):
    for name in ("a.json", "b.json"):
        arguments = ["--layers", "9", "--epochs", "1", "--seed", "5", "--output", name]
        assert main(["train", "--data", "data", *arguments]) == 0
    assert (folder / "a.json").read_bytes() == (folder / "b.json").read_bytes()


def test_csv_without_test_pictures_holds_some_out(folder, digits, capsys):
    (folder / "table").mkdir()
    (folder / "table/digits.csv").write_text(csv(digits[0]))
    assert main(["train", "--data", "table", "--layers", "20", "--epochs", "1"]) == 0
    assert "50 of the training pictures are held out to test with" in capsys.readouterr().out
    assert history(folder / "weights.json")["samples"] == 250


def test_testing_prints_accuracy_and_the_confusion_matrix(trained, capsys, digits):
    assert main(["test", "--data", "data"]) == 0
    lines = capsys.readouterr().out.splitlines()
    accuracy = history(trained / "weights.json")["test_accuracy"]
    assert lines[0].endswith(f"accuracy {accuracy:.2%}")
    matrix = np.array([[int(count) for count in line.split()[1:]] for line in lines[-10:]])
    assert matrix.sum(axis=1).tolist() == np.bincount(digits[1].targets, minlength=10).tolist()
    assert matrix.trace() == round(100 * accuracy)


def test_data_may_stand_before_or_after_the_command(trained, capsys):
    printed = []
    for arguments in (["--data", "data", "test"], ["test", "--data", "data"]):
        assert main(arguments) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]


def test_a_test_picture_is_predicted_by_its_index(trained, capsys, digits):
    assert main(["predict", "--data", "data", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"test picture 3 is a {digits[1].targets[3]}"
    assert lines[1].startswith("prediction: ")
    shares = [float(line.split()[1].rstrip("%")) for line in lines[2:]]
    assert len(shares) == 10
    assert lines[1] == f"prediction: {np.argmax(shares)}"


def test_a_picture_file_of_the_networks_size_is_taken_as_it_is(trained, capsys, digits):
    Image.fromarray(digits[1].inputs[3].reshape(28, 28)).save(trained / "three.png")
    assert main(["predict", "three.png"]) == 0
    from_file = capsys.readouterr().out.splitlines()
    assert main(["predict", "--data", "data", "3"]) == 0
    assert from_file == capsys.readouterr().out.splitlines()[1:]


def transparent(ink: np.ndarray) -> Image.Image:
    """Black ink on nothing."""
    return Image.merge("LA", (Image.new("L", ink.shape[::-1]), Image.fromarray(255 - ink)))


@pytest.mark.parametrize(
    "picture",
    [
        Image.fromarray(255 - ONE),
        Image.fromarray(ONE).convert("RGB"),
        Image.fromarray(ONE).convert("1"),
        transparent(ONE),
    ],
    ids=["light on dark", "colour", "bilevel", "transparent"],
)
def test_a_picture_file_of_any_kind_is_prepared_alike(trained, capsys, picture):
    outputs = []
    for image in (Image.fromarray(ONE), picture):
        image.save(trained / "one.png")
        assert main(["predict", "one.png"]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--layers", "0"),
        ("--layers", ""),
        ("--layers", "4096,4096"),
        ("--layers", "conv2d:8:3"),
        ("--patience", "0"),
        ("--augment", "shift=1:shift=2"),
        ("--augment", "zoom=1"),
        ("--activation", "swish"),
        ("--loss", "mse"),
        ("--optimizer", "sdg"),
        ("--learning-rate", "-1"),
        ("--decay", "linear"),
        ("--l2", "nan"),
        ("--batch-size", "0"),
        ("--epochs", "1.5"),
        ("--train-samples", "301"),
        ("--seed", "x"),
        ("--use-bias", "maybe"),
    ],
)
def test_a_bad_option_is_named(folder, capsys, option, value):
    status, error = refusal(capsys, "train", "--data", "data", f"{option}={value}")
    assert status == 2
    assert error.startswith(f"nn: {option}: ")
    assert not (folder / "weights.json").exists()


def test_several_bad_options_have_a_line_each(folder, capsys):
    assert main(["train", "--seed", "x", "--epochs", "none"]) == 2
    assert [line.split(": ")[1] for line in capsys.readouterr().err.splitlines()] == [
        "--epochs",
        "--seed",
    ]


@pytest.mark.parametrize("arguments", [[], ["fly"], ["train", "--wings", "2"], ["predict"]])
def test_an_unknown_command_or_option_prints_the_usage(arguments, capsys):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m nn")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--data", "nowhere"], "there is no folder nowhere"),
        (["train"], "there is no folder mnist"),
        (["train", "--data", "data", "--output", "no/w.json"], "there is no folder no to write"),
        (["test", "--data", "nowhere"], "there is no folder nowhere"),
        (["test", "--weights", "no.json"], "there is no no.json: train a network first"),
        (["predict", "--weights", "no.json", "0"], "there is no no.json: train a network first"),
        (["test", "--weights", "data/t10k-labels-idx1-ubyte"], "the file is not JSON"),
        (["predict", "no.png"], "there is no picture no.png"),
        (["predict", "weights.json"], "weights.json cannot be read as a picture"),
        (["predict", "--data", "data", "100"], "there are 100 test pictures, counted from 0"),
    ],
)
def test_what_is_missing_is_told_in_one_line(trained, capsys, arguments, message):
    status, error = refusal(capsys, *arguments)
    assert status == 1
    assert message in error


def test_a_missing_picture_is_reported_before_pillow_is_asked_for(trained, capsys, monkeypatch):
    Image.fromarray(ONE).save(trained / "one.png")
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert refusal(capsys, "predict", "no.png") == (1, "nn: there is no picture no.png")
    hint = 'nn: reading a picture needs Pillow: pip install ".[images]"'
    assert refusal(capsys, "predict", "one.png") == (1, hint)


def test_a_picture_of_nothing_and_one_that_is_cut_short_are_refused(trained, capsys):
    Image.new("L", (50, 50), "white").save(trained / "blank.png")
    status, error = refusal(capsys, "predict", "blank.png")
    assert (status, error) == (1, "nn: blank.png shows nothing: it is of one colour")
    whole = (trained / "blank.png").read_bytes()
    (trained / "cut.png").write_bytes(whole[: len(whole) // 2])
    status, error = refusal(capsys, "predict", "cut.png")
    assert (status, error[:40]) == (1, "nn: cut.png cannot be read as a picture:")


def test_a_picture_made_to_fill_the_memory_is_refused(trained, capsys, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    Image.fromarray(ONE).save(trained / "one.png")
    status, error = refusal(capsys, "predict", "one.png")
    assert (status, error[:40]) == (1, "nn: one.png cannot be read as a picture:")


def test_a_test_needs_test_pictures(trained, capsys):
    for name in ("images-idx3", "labels-idx1"):
        (trained / f"data/t10k-{name}-ubyte").unlink()
    status, error = refusal(capsys, "test", "--data", "data")
    assert (status, error[:32]) == (1, "nn: data holds no test pictures:")


def test_weights_of_another_kind_of_network_are_refused(trained, capsys):
    (trained / "weights.json").write_text('{"wih": [[1, 2]], "who": [[3], [4]]}')
    status, error = refusal(capsys, "test", "--data", "data")
    assert (status, error) == (
        1,
        "nn: the network takes inputs of shape (2,), the data has (28, 28, 1)",
    )
    status, error = refusal(capsys, "predict", "--data", "data", "0")
    assert (status, error) == (1, "nn: expected inputs of shape (n, 2), got (1, 784)")


def test_interrupting_the_training_writes_the_weights_so_far(folder, capsys, monkeypatch):
    class Interrupted(progress.tqdm):
        def update(self, samples: float | None = 1) -> bool | None:
            super().update(samples)
            if self.n > 100:
                raise KeyboardInterrupt
            return None

    monkeypatch.setattr(progress, "tqdm", Interrupted)
    monkeypatch.setattr(command, "BUDGET", 0.001)
    assert main(["train", "--data", "data", "--layers", "20"]) == 0
    assert "stopped\nwrote weights.json" in capsys.readouterr().out
    training = history(folder / "weights.json")
    assert training["epochs"] == 0
    assert 100 < training["samples"] < 300
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    assert main(["test", "--data", "data"]) == 0
