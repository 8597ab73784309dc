"""``python -m nn train | test | predict``: digits in a terminal, with the page's own code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from nn.activations import ACTIVATIONS
from nn.commands import predict
from nn.data.dataset import Dataset
from nn.data.images import read_folder, with_test_set
from nn.data.labels import aligned
from nn.experiment.experiment import Experiment
from nn.experiment.settings import DECAYS, ENGINE_CHOICES, GRADIENTS, SettingsError, parse
from nn.labs import digits
from nn.labs.digits import PRESETS
from nn.losses import LOSSES
from nn.metrics import confusion_matrix
from nn.optimizers import OPTIMIZERS
from nn.progress import Progress, exhaust

_BUDGET = 0.1
"""Seconds between two refreshes of the progress bar."""

_LONGEST_NAME = 12
"""Letters of a class's name in a table."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return the exit status."""
    options = _parser().parse_args(arguments, argparse.Namespace(data=Path("mnist")))
    try:
        status: int | None = options.run(options)
    except SettingsError as error:
        for field, problem in error.problems.items():
            print(f"nn: {_OPTIONS[field][0].split()[0]}: {problem}", file=sys.stderr)
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


_OPTIONS = {
    "hidden": (
        "--layers --hidden",
        "LAYERS",
        "hidden layers, such as 100 or 256,128 or 256:relu:he_normal:nobias,128 or "
        "conv2d:16:5:strides=2,maxpool:2,flatten,64, or none",
    ),
    "activation": ("--activation", "NAME", f"of the hidden layers: {', '.join(ACTIVATIONS)}"),
    "output": (
        "--output-layer",
        "WORDS",
        "activation, initializer, bias or nobias of the output layer, with colons between them",
    ),
    "loss": ("--loss", "NAME", f"what is minimised: {', '.join(LOSSES)}"),
    "optimizer": ("--optimizer", "NAME", f"{', '.join(OPTIMIZERS)}"),
    "learningRate": ("--learning-rate", "RATE", "where the learning rate starts"),
    "decay": ("--decay", "NAME", f"how the learning rate falls: {', '.join(DECAYS)}"),
    "l1": ("--l1", "PENALTY", "on large weights, by their size"),
    "l2": ("--l2", "PENALTY", "on large weights, by their square"),
    "batchSize": ("--batch-size", "COUNT", "samples a mini-batch"),
    "epochs": ("--epochs", "COUNT", "passes over the training samples"),
    "trainSamples": ("--train-samples", "COUNT", "how many training samples to use"),
    "seed": ("--seed", "NUMBER", "repeats a run"),
    "useBias": ("--use-bias", "true|false", "whether layers have biases"),
    "engine": ("--engine", "NAME", f"who does the arithmetic: {', '.join(ENGINE_CHOICES)}"),
    "gradients": ("--gradients", "NAME", f"how they are found: {', '.join(GRADIENTS)}"),
    "patience": (
        "--patience",
        "COUNT",
        "tests without a lower loss after which training stops and goes back to the best",
    ),
    "augment": (
        "--augment",
        "AMOUNTS",
        "changes pictures while training, such as shift=1:rotate=10:zoom=0.1",
    ),
}
"""The option, or two, for each field of the settings, what it takes, and its help."""

_UNSAID = {
    "trainSamples": "all",
    "output": "what suits the loss",
    "patience": "never",
    "augment": "as they are",
}
"""What it means to say nothing, where that is the default."""


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
        description="Train and use networks that recognise digits.",
        parents=[common],
    )
    commands = parser.add_subparsers(required=True, metavar="train | test | predict")

    train = commands.add_parser("train", parents=[common], help="train a network")
    train.set_defaults(run=_train)
    train.add_argument(
        "--preset",
        choices=[name.lower() for name in (*PRESETS, *digits.FORMER_NAMES)],
        default="classic",
        metavar="{" + ",".join(name.lower() for name in PRESETS) + "}",
        help="settings to start from (default: classic)",
    )
    defaults = PRESETS["Classic"].fields()
    for field, (option, takes, text) in _OPTIONS.items():
        default = f"default: {defaults[field] or _UNSAID[field]}"
        train.add_argument(*option.split(), dest=field, metavar=takes, help=f"{text} ({default})")
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
    return parser


def _train(options: argparse.Namespace) -> None:
    table = digits.DigitsSettings.table
    given = {field: text for field in table if (text := getattr(options, field)) is not None}
    preset = options.preset.capitalize()
    parse(given, PRESETS[digits.FORMER_NAMES.get(preset, preset)])
    if not options.destination.parent.is_dir():
        raise ValueError(f"there is no folder {options.destination.parent} to write the weights to")
    data, test = _read(options.data)
    presets = digits.presets_for(data.inputs.shape[1:])
    settings = parse(given, presets[digits.FORMER_NAMES.get(preset, preset)])
    experiment = Experiment(settings, digits.task_for(settings, data))
    run = experiment.train(settings, data, test, _BUDGET)
    print(experiment.model.summary())
    try:
        _show(run)
    except KeyboardInterrupt:
        print("\nstopped")
    options.destination.write_text(experiment.saved(), encoding="utf-8")
    print(f"wrote {options.destination}")


def _show(run: Iterator[Progress]) -> None:
    bar = None
    for progress in run:
        if progress.best is not None:
            print(f"back to the best epoch, {progress.best}: ", end="")
        elif bar is None:
            title = "test" if progress.testing else f"epoch {progress.epoch}/{progress.epochs}"
            bar = tqdm(
                total=progress.total, desc=title, unit=" samples", leave=not progress.testing
            )
        if bar is not None:
            bar.update(progress.samples)
            bar.set_postfix(loss=f"{progress.loss:.4f}", refresh=False)
            if progress.done == progress.total:
                bar.close()
                bar = None
        if progress.evaluation:
            evaluation = progress.evaluation
            print(f"test loss {evaluation.loss:.4f}, accuracy {evaluation.accuracy:.2%}")


def _test(options: argparse.Namespace) -> None:
    experiment = _load(options.weights)
    classes = digits.classes_of(experiment.model)
    test = _test_set(options.data)
    if experiment.model.features == test.inputs[0].size:
        test = aligned(test, classes)
    evaluation = exhaust(experiment.test(test, _BUDGET))
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
    return Experiment.loaded(path.read_bytes())


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
