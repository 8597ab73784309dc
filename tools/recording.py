"""`python3 -m tools.recording`: record a short run of each lab, which the page plays at its start.

It writes glue/recorded.js, a few kB, from runs of the labs' own networks: it needs NumPy, and for
the digits mnist/. Record anew when what a lab starts with has changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from nn.data import read_folder
from nn.data.dataset import Dataset
from nn.data.points import features, grid
from nn.experiment.experiment import Experiment
from nn.experiment.settings import Settings
from nn.experiment.task import Task
from nn.labs import colours, curve, digits, points, temperature, text
from nn.labs.colour_space import plane, representatives
from nn.labs.curve_source import CurveSource
from nn.labs.text_source import TextSource
from nn.model import Sequential

ROOT = Path(__file__).resolve().parent.parent
TARGET = "glue/recorded.js"

_FRAMES = 24
_SIDE = 16
_STRIP = (24, 8)
_STOPS = ("--cold-deep", "--cold", "--neutral", "--warm", "--warm-deep")
_HEAD = "// A short run of each lab, played while Python starts: written by tools/recording.py.\n\n"


@dataclass
class _Frames:
    """What a run has been through, a frame from time to time, and how many batches are left to the
    next one."""

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    frames: list[Any] = field(default_factory=list)
    left: int = 0


def record(root: Path) -> dict[str, dict[str, Any]]:
    """Return a recording of each lab: its loss, its accuracy in percent, and its pictures."""
    mnist = read_folder(root / "mnist")
    assert mnist.train is not None and mnist.test is not None
    pictures = mnist.train.take(np.arange(6_000)), mnist.test.take(np.arange(1_000))
    settings = digits.PRESETS["Classic"]
    found = {"digits": _recorded(settings, digits.task(settings), *pictures, 1, lambda model: 0)}
    del found["digits"]["frames"]

    split = colours.data(colours.DEFAULTS)
    assert split.columns.classes is not None
    task = colours.task_for(colours.DEFAULTS, split)
    shades = plane(0.8, *_STRIP)
    found["colours"] = _recorded(
        colours.DEFAULTS, task, split.train, split.test, 5, lambda model: _classes(model, shades)
    )
    shown = representatives(split.columns.classes, split.train, [0, 1, 2])
    found["colours"]["colours"] = ["#{:02x}{:02x}{:02x}".format(*shade) for shade in shown.tolist()]
    found["colours"]["width"] = _STRIP[0]

    task = points.task(points.DEFAULTS)
    data = points.data(points.DEFAULTS)
    found["points"] = _recorded(points.DEFAULTS, task, *data, 80, _surface)
    found["points"] |= {"colours": _STOPS, "width": _SIDE}

    task = temperature.task(temperature.DEFAULTS)
    data = temperature.data(temperature.DEFAULTS)
    found["temperature"] = _recorded(
        temperature.DEFAULTS, task, *data, 24_000, _line, logarithmic=True
    )

    source = CurveSource()
    parts, task = source.data(curve.DEFAULTS), source.task(curve.DEFAULTS)
    found["curve"] = _recorded(
        curve.DEFAULTS, task, parts.train, parts.test, 20, lambda model: 0, logarithmic=True
    )
    del found["curve"]["frames"]

    texts = TextSource()
    learnt, task = (
        texts.data(text.DEFAULTS, texts.alphabet(text.DEFAULTS)),
        texts.task(text.DEFAULTS),
    )
    found["text"] = _recorded(text.DEFAULTS, task, *learnt.parts, 4, lambda model: 0)
    del found["text"]["frames"]
    return found


def _recorded(
    settings: Settings,
    task: Task,
    train: Dataset,
    test: Dataset,
    epochs: int,
    frame: Callable[[Sequential], Any],
    logarithmic: bool = False,
) -> dict[str, Any]:
    """Return a run of so many epochs, at equal distances."""
    experiment = Experiment(settings, task)
    found = _Frames()
    batches = epochs * -(-len(train) // settings.batch_size)
    step = max(1, batches // _FRAMES)
    # No chunk goes beyond the next frame.
    for progress in experiment.train(settings, train, None, 1e9, limit=lambda: max(1, found.left)):
        found.left -= -(-progress.samples // settings.batch_size)
        if found.left > 0:
            continue
        found.left += step
        some = test.take(np.arange(min(1_000, len(test))))
        totals, _ = experiment.model.program.evaluate(some, 0, len(some))
        loss = totals.loss / len(some)
        found.loss.append(float(f"{np.log10(loss) if logarithmic else loss:.3g}"))
        if train.classes is not None:
            found.accuracy.append(round(100 * totals.correct / len(some)))
        found.frames.append(frame(experiment.model))
        if len(found.frames) > _FRAMES:
            break
    return {name: value for name, value in vars(found).items() if value and name != "left"}


def _surface(model: Sequential) -> str:
    answers = points.answers(model.predict(features(grid(_SIDE), points.DEFAULTS.inputs)))
    return _written(np.rint(answers * (len(_STOPS) - 1)))


def _classes(model: Sequential, shades: np.ndarray) -> str:
    return _written(model.predict(shades).argmax(axis=1))


def _written(places: np.ndarray) -> str:
    return "".join(map(str, places.astype(int).tolist()))


def _line(model: Sequential) -> list[float]:
    weight, bias = temperature.weight_and_bias(model)
    return [round(weight, 3), round(bias, 2)]


def written(recordings: dict[str, dict[str, Any]]) -> str:
    """Return the file of some recordings."""
    labs = [f'  "{lab}": {json.dumps(found)}' for lab, found in recordings.items()]
    return _HEAD + "export default {\n" + ",\n".join(labs) + "\n};\n"


if __name__ == "__main__":
    (ROOT / TARGET).write_text(written(record(ROOT)), encoding="utf-8")
    print(f"Recorded {TARGET}")
