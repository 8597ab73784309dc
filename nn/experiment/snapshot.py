"""A snapshot: an experiment with its run as bytes, from which the run goes on elsewhere.

A run that is interrupted between any two chunks, kept as a snapshot and gone on with in another
process ends with the same weights, bit for bit.

Its bytes are those of :mod:`nn.formats.packed`. They are made quickly, for they are made while a
network learns; weights files are what lasts.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.experiment.experiment import Begun, Experiment
from nn.experiment.settings import Settings, parse
from nn.formats import packed, weights, weights_reader
from nn.position import Best, Position
from nn.progress import Evaluation

FORMAT, VERSION = "nn-snapshot", 1

_SCALING = ("scale", "offset")


def dumps(experiment: Experiment) -> bytes:
    """Return a snapshot, which can be asked for in mid-training too."""
    model, optimizer, run = experiment.model, experiment.model.optimizer, experiment.run
    history = vars(experiment.history)
    arrays = {"parameters": model.parameters, "state": model.state}
    # Files have them with the network's own precision only.
    arrays |= {name: np.asarray(getattr(model.inputs, name)) for name in _SCALING}
    if run is not None:
        # A mini-batch that has begun is begun anew.
        history = {**history, "samples": history["samples"] - run.position.beyond}
        arrays |= {f"slot {i}": slot for i, slot in enumerate(optimizer.slots)}
        arrays["carried"] = model.program.carried
        if best := run.position.best.weights:
            arrays |= {"best parameters": best[0], "best state": best[1]}
    facts = {
        "format": FORMAT,
        "version": VERSION,
        "network": weights.outline(model, weights.Training(**history)),
        "noise": model.noise,
        "random": experiment.rng.bit_generator.state,
        "run": run and _run_to_json(run, optimizer.iterations),
    }
    return packed.pack(facts, arrays)


def loads(data: bytes, base: Settings) -> Experiment:
    """Return the experiment of a snapshot; :meth:`Experiment.resume` goes on with its run.

    Args:
        data: the snapshot.
        base: settings for what the run's own, in text, do not tell.

    Raises:
        ValueError: it is none, or of another version.
    """
    try:
        return _read(data, base)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"this is no snapshot of this version ({error})") from None


def _read(data: bytes, base: Settings) -> Experiment:
    facts, arrays = packed.unpack(data)
    if (facts["format"], facts["version"]) != (FORMAT, VERSION):
        raise ValueError(f"expected {FORMAT} {VERSION}")
    experiment = Experiment.__new__(Experiment)
    model, history = weights_reader.outline({**facts["network"], "weights": []})
    experiment.model, experiment.history = model, history
    model.allocate(facts["network"]["inputs"]["shape"])
    model.noise = int(facts["noise"])
    model.parameters, model.state = arrays["parameters"], arrays["state"]
    for name in _SCALING:
        setattr(model.inputs, name, arrays[name] if arrays[name].ndim else arrays[name].item())
    experiment.rng = np.random.default_rng()
    experiment.rng.bit_generator.state = facts["random"]
    entry = facts["run"]
    experiment.run = run = entry and _run_from_json(entry, base, arrays)
    settings = run.settings if run else parse(history.settings, base)
    experiment.compile(settings, run.steps if run else 1)
    if run:
        model.optimizer.iterations = int(entry["iterations"])
        for i, slot in enumerate(model.optimizer.slots):
            slot[...] = arrays[f"slot {i}"]
        model.program.carried = arrays["carried"]
    return experiment


def _run_to_json(run: Begun, iterations: int) -> dict[str, Any]:
    position, best = run.position, run.position.best
    found = best.evaluation
    return {
        "settings": run.settings.fields(),
        "validation_freq": run.validation_freq,
        "random": run.random,
        "samples": run.samples,
        "iterations": iterations,
        "position": {**vars(position), "beyond": 0, "best": None},
        "best": {
            "evaluation": found and [found.loss, found.accuracy, found.target_range],
            "epoch": best.epoch,
            "since": best.since,
        },
    }


def _run_from_json(entry: dict[str, Any], base: Settings, arrays: dict[str, np.ndarray]) -> Begun:
    best = Best(**entry["best"])
    if entry["best"]["evaluation"]:
        loss, accuracy, target_range = entry["best"]["evaluation"]
        # What the network answered then is not kept.
        best.evaluation = Evaluation(loss, accuracy, np.empty((0, 0)), tuple(target_range))
    if "best parameters" in arrays:
        best.weights = arrays["best parameters"], arrays["best state"]
    return Begun(
        parse(entry["settings"], base),
        entry["validation_freq"],
        entry["random"],
        entry["samples"],
        Position(**{**entry["position"], "best": best}),
    )
