"""``python -m nn train``, ``compare``, ``convert`` and more: the page's own code in a terminal."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from nn import formats
from nn.commands import compare, convert, predict, table
from nn.commands.options import OPTIONS, add_settings
from nn.commands.progress import BUDGET, show
from nn.data.dataset import Dataset
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
        status: int | None = options.run(options)
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
    return status or 0


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
    commands = parser.add_subparsers(
        required=True, metavar="train | test | predict | table | compare | convert"
    )

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

    test = commands.add_parser(
        "test", parents=[common], help="print loss, accuracy and confusion matrix"
    )
    test.set_defaults(run=_test)
    test.add_argument(
        "--weights", type=Path, default=Path("weights.json"), help="default: weights.json"
    )
    predict.register(
        commands.add_parser("predict", parents=[common], help="say which digits pictures show")
    )
    table.add_to(commands)
    compare.add_to(commands)
    convert.add_to(commands)
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
    model, history = experiment.model, experiment.history
    for path in formats.save_model(model, options.destination, history, default=".json"):
        print(f"wrote {path}")


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


def _load(path: Path) -> Experiment:
    if not path.exists():
        raise ValueError(f"there is no {path}: train a network first, or say --weights FILE")
    return Experiment.loaded(formats.gather(path))


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
