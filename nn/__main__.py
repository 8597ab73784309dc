"""``python -m nn train | test | predict | table``: the page's own code in a terminal."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import numpy as np

from nn import drawing
from nn.commands import table
from nn.commands.options import OPTIONS, add_settings
from nn.commands.progress import BUDGET, show
from nn.data.dataset import Dataset
from nn.data.image_csv import SIDE
from nn.data.images import read_folder, with_test_set
from nn.data.labels import aligned
from nn.experiment.experiment import Experiment
from nn.experiment.settings import SettingsError, parse
from nn.labs import digits
from nn.labs.digits import PRESETS
from nn.metrics import confusion_matrix
from nn.progress import exhaust

_LONGEST_NAME = 12
"""Letters of a class's name in a table."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return the exit status."""
    options = _parser().parse_args(arguments, argparse.Namespace(data=Path("mnist")))
    try:
        options.run(options)
    except SettingsError as error:
        for field, problem in error.problems.items():
            print(f"nn: {OPTIONS[field][0].split()[0]}: {problem}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever was reading, such as head, has seen enough. What is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"nn: {where}{error.strerror or error}", file=sys.stderr)
        return 1
    except ValueError as error:
        print(f"nn: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nnn: stopped", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    # --data may stand before or after the command: a default of the command's own would override
    # what stood before it.
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--data",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="FOLDER",
        help="pictures as IDX, CSV, npz, npy, zip or picture files (default: mnist)",
    )
    parser = argparse.ArgumentParser(
        prog="python -m nn",
        description="Train and use networks for digits, or for any table.",
        parents=[common],
    )
    commands = parser.add_subparsers(required=True, metavar="train | test | predict | table")

    train = commands.add_parser("train", parents=[common], help="train a network")
    train.set_defaults(run=_train)
    train.add_argument(
        "--preset",
        choices=[name.lower() for name in (*PRESETS, *digits.FORMER_NAMES)],
        default="classic",
        metavar="{" + ",".join(name.lower() for name in PRESETS) + "}",
        help="settings to start from (default: classic)",
    )
    add_settings(train, digits.DigitsSettings.table, PRESETS["Classic"].fields())
    train.add_argument(
        "--output",
        dest="destination",
        type=Path,
        default=Path("weights.json"),
        metavar="FILE",
        help="default: weights.json",
    )

    for name, run, text in (
        ("test", _test, "print loss, accuracy and confusion matrix"),
        ("predict", _predict, "say which digit a picture shows"),
    ):
        command = commands.add_parser(name, parents=[common], help=text)
        command.set_defaults(run=run)
        command.add_argument(
            "--weights", type=Path, default=Path("weights.json"), help="default: weights.json"
        )
        if name == "predict":
            command.add_argument("picture", help="a PNG, or the index of a test picture")
    table.add_to(commands)
    return parser


def _train(options: argparse.Namespace) -> None:
    fields = digits.DigitsSettings.table
    given = {field: text for field in fields if (text := getattr(options, field)) is not None}
    preset = options.preset.capitalize()
    parse(given, PRESETS[digits.FORMER_NAMES.get(preset, preset)])
    if not options.destination.parent.is_dir():
        raise ValueError(f"there is no folder {options.destination.parent} to write the weights to")
    data, test = _read(options.data)
    presets = digits.presets_for(data.inputs.shape[1:])
    settings = parse(given, presets[digits.FORMER_NAMES.get(preset, preset)])
    experiment = Experiment(settings, digits.task_for(settings, data))
    run = experiment.train(settings, data, test, BUDGET)
    print(experiment.model.summary())
    try:
        show(run)
    except KeyboardInterrupt:
        print("\nstopped")
    options.destination.write_text(experiment.saved(), encoding="utf-8")
    print(f"wrote {options.destination}")


def _test(options: argparse.Namespace) -> None:
    experiment = _load(options.weights)
    classes = digits.classes_of(experiment.model)
    test = _test_set(options.data)
    if experiment.model.features == test.inputs[0].size:
        test = aligned(test, classes)
    evaluation = exhaust(experiment.test(test, BUDGET))
    print(f"loss {evaluation.loss:.4f}, accuracy {evaluation.accuracy:.2%}")
    print("\nrows: what it is; columns: what was said")
    names = [name[:_LONGEST_NAME] for name in classes.shown]
    first = max(5, *map(len, names))
    width = max(6, 1 + max(map(len, names)))
    print(" " * first + "".join(f"{name:>{width}}" for name in names))
    matrix = confusion_matrix(test.targets, evaluation.predicted, classes.count)
    for name, row in zip(names, matrix, strict=True):
        print(f"{name:>{first}}" + "".join(f"{count:>{width}}" for count in row))


def _predict(options: argparse.Namespace) -> None:
    model = _load(options.weights).model
    if options.picture.isdecimal():
        test = _test_set(options.data)
        index = int(options.picture)
        if index >= len(test):
            raise ValueError(f"there are {len(test):,} test pictures, counted from 0")
        image = test.inputs[index]
        print(f"test picture {index} is a {test.targets[index]}")
    else:
        image = _read_picture(Path(options.picture))
    (outputs,) = model.predict(image.reshape(1, -1))
    print(f"prediction: {outputs.argmax()}")
    for digit, output in enumerate(outputs):
        print(f"{digit} {output:7.2%} {'#' * round(40 * float(np.clip(output, 0, 1)))}")


def _load(path: Path) -> Experiment:
    if not path.exists():
        raise ValueError(f"there is no {path}: train a network first, or say --weights FILE")
    return Experiment.loaded(path.read_bytes())


def _read_picture(path: Path) -> np.ndarray:
    """Return a picture file as (28, 28) uint8, light ink on dark as MNIST has it."""
    if not path.exists():
        raise ValueError(f"there is no picture {path}")
    try:
        from PIL import Image
    except ImportError:
        raise ValueError('reading a picture needs Pillow: pip install ".[images]"') from None
    try:
        with Image.open(path) as opened:
            # On white, so that what is transparent counts as paper.
            picture = opened.convert("RGBA")
            paper = Image.new("RGBA", picture.size, "white")
            ink = np.asarray(Image.alpha_composite(paper, picture).convert("L"))
    except (OSError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path} cannot be read as a picture: {error}") from None
    border = np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])
    if np.median(border) > 127:
        ink = 255 - ink
    if ink.shape == (SIDE, SIDE):
        return ink
    prepared = drawing.prepare(ink)
    if prepared is None:
        raise ValueError(f"{path} shows nothing: it is of one colour")
    return prepared


def _read(folder: Path) -> tuple[Dataset, Dataset]:
    images = read_folder(folder)
    print(images.description)
    for text in images.assumed:
        print(f"note: {text}")
    data, test = with_test_set(images)
    if images.test is None:
        print(f"no test pictures: {len(test):,} of the training pictures are held out to test with")
    return data, test


def _test_set(folder: Path) -> Dataset:
    images = read_folder(folder)
    if images.test is None:
        raise ValueError(f"{folder} holds no test pictures: files with test or t10k in their names")
    return images.test


if __name__ == "__main__":
    sys.exit(main())
