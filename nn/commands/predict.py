"""``python -m nn predict``: which digits pictures show, one line for each or one JSON object."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from nn import formats
from nn.commands.picture_files import (
    decoded_picture,
    is_zip,
    pictures_in,
    pictures_in_zip,
    read_picture,
)
from nn.data.dataset import Dataset
from nn.data.images import read_folder
from nn.experiment.experiment import Experiment
from nn.labs import digits
from nn.labs.reading import Reading, answers_on, credible, read_photo
from nn.model import Sequential

_OWN = Path("weights.json")
_SHIPPED = Path("dist") / "best.json"


def register(command: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    command.set_defaults(run=_run)
    command.add_argument(
        "--weights",
        type=Path,
        metavar="FILE",
        help=f"default: {_OWN}, and {_SHIPPED} where there is none",
    )
    command.add_argument("--json", action="store_true", help="print one JSON object for each file")
    command.add_argument(
        "pictures",
        nargs="+",
        metavar="FILE|FOLDER|ZIP|INDEX",
        help="pictures or photos of digits, folders or zip archives of them, or the index of a "
        "test picture",
    )


def _run(options: argparse.Namespace) -> int:
    model = _load(options.weights)
    pictures = list(_pictures(options.pictures))
    if len(pictures) == 1 and not options.json:
        _show_one(model, pictures[0], options.data)
        return 0
    status = 0
    for picture in pictures:
        try:
            reading = _read(model, picture, options.data)
        except ValueError as error:
            status = 1
            _say_error(picture.name, str(error), options.json)
        else:
            _say(picture.name, reading, options.json)
    return status


@dataclass(frozen=True)
class _Picture:
    """What a picture is called, and what decodes it or raises a ValueError."""

    name: str
    decode: Callable[[], np.ndarray]


def _pictures(arguments: list[str]) -> Iterator[_Picture]:
    for argument in arguments:
        path = Path(argument)
        if path.is_dir():
            for each in pictures_in(path):
                yield _Picture(str(each), partial(read_picture, each))
        elif is_zip(path):
            yield from _zipped(path)
        else:
            yield _Picture(argument, partial(read_picture, path))


def _zipped(path: Path) -> Iterator[_Picture]:
    try:
        members = pictures_in_zip(path)
    except ValueError as error:
        # It is said in this archive's turn, and the other files go on.
        yield _Picture(str(path), partial(_refuse, str(error)))
        return
    for name, content in members.items():
        full = f"{path}/{name}"
        yield _Picture(full, partial(decoded_picture, content, full))


def _refuse(message: str) -> np.ndarray:
    raise ValueError(message)


def _load(path: Path | None) -> Sequential:
    if path is None:
        path = _OWN
        if not path.exists():
            # From the folder of this package, where the current one has none.
            beside = Path(__file__).parents[2] / _SHIPPED
            path = next((each for each in (_SHIPPED, beside) if each.exists()), path)
            if path != _OWN:
                print(f"nn: there is no {_OWN} here: reading with {path}", file=sys.stderr)
    if not path.exists():
        raise ValueError(f"there is no {path}: train a network first, or say --weights FILE")
    return Experiment.loaded(formats.gather(path)).model


def _is_index(name: str) -> bool:
    return name.isdecimal() and not Path(name).exists()


def _test_set(folder: Path) -> Dataset:
    images = read_folder(folder)
    if images.test is None:
        raise ValueError(f"{folder} holds no test pictures: files with test or t10k in their names")
    return images.test


def _test_picture(index: int, folder: Path) -> tuple[np.ndarray, int]:
    test = _test_set(folder)
    if index >= len(test):
        raise ValueError(f"there are {len(test):,} test pictures, counted from 0")
    return test.inputs[index], int(test.targets[index])


def _read(model: Sequential, picture: _Picture, data: Path) -> Reading:
    if _is_index(picture.name):
        return read_photo(model, _test_picture(int(picture.name), data)[0])
    return read_photo(model, picture.decode())


def _say(name: str, reading: Reading, as_json: bool) -> None:
    if not as_json:
        share = f" ({reading.confidence:.0%})" if reading.answers else ""
        print(f"{name}: {reading}{share}")
        return
    said = {
        "file": name,
        "answer": reading.answer,
        "confidence": round(reading.confidence, 4),
        "sure": reading.sure,
    }
    print(json.dumps(said, ensure_ascii=False))


def _say_error(name: str, error: str, as_json: bool) -> None:
    if as_json:
        said = {"file": name, "answer": None, "confidence": 0, "sure": False, "error": error}
        print(json.dumps(said, ensure_ascii=False))
    else:
        print(f"nn: {error}", file=sys.stderr)


def _show_one(model: Sequential, picture: _Picture, data: Path) -> None:
    """Print what the network says of one picture, with a bar for each of its outputs."""
    name = picture.name
    if _is_index(name):
        image, label = _test_picture(int(name), data)
        print(f"test picture {name} is a {label}")
        _show_bars(model, model.predict(image.reshape(1, -1))[0])
        return
    photo = picture.decode()
    answers = answers_on(model, photo)
    if not answers and (photo == photo[:1, :1]).all():
        raise ValueError(f"{name} shows nothing: it is of one colour")
    if len(answers) == 1:
        _show_bars(model, answers[0].outputs)
        if not answers[0].sure:
            print(f"nn: {name}: {answers[0]}", file=sys.stderr)
        return
    reading = Reading(credible(answers))
    print(f"prediction: {reading}" if reading.answers else str(reading))
    for each in reading.answers:
        print(f"{each.name} {each.confidence:7.2%} {'' if each.sure else each}".rstrip())


def _show_bars(model: Sequential, outputs: np.ndarray) -> None:
    names = digits.classes_of(model).shown
    print(f"prediction: {names[outputs.argmax()]}")
    for name, output in zip(names, outputs, strict=True):
        print(f"{name} {output:7.2%} {'#' * round(40 * float(np.clip(output, 0, 1)))}")
