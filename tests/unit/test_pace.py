"""A run is as long by the clock as it is asked to be, in steps or in one go, and ends the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nn.experiment.experiment import Experiment
from nn.experiment.pace import Pace, one_step
from nn.experiment.settings import Settings, SettingsError, parse
from nn.labs import points
from nn.progress import UNLIMITED

FRAME = 1 / 60
SETTINGS = replace(points.DEFAULTS, points=60, batch_size=7, epochs=6, optimizer="adam")
PENALIZED = replace(SETTINGS, batch_size=1, l2=0.01, hidden=points.layers(6, 3))
LARGE = replace(SETTINGS, batch_size=100)


def begun(settings, limit=lambda: UNLIMITED, budget=1e9):
    """An experiment, and its run."""
    experiment = Experiment(settings, points.task(settings))
    return experiment, experiment.train(settings, *points.data(settings), budget, 4, limit)


def trained_through(settings):
    experiment, run = begun(settings)
    assert list(run)
    return experiment.model.parameters.copy()


def played(pace, samples, batch, until, capable=10**9, now=0.0):
    """How many samples are trained until a time, in frames of so many at most, and when it ends."""
    done = 0
    while now < until and done < samples:
        if pace.due(now):
            more = min(pace.limit() * batch, capable, samples - done)
            pace.took(more)
            done += more
        now += FRAME
    return done, now


@pytest.mark.parametrize("seconds", [5, 15, 120])
@pytest.mark.parametrize(("samples", "batch"), [(7_000_000, 100), (64_000, 10), (300_000, 1)])
def test_a_run_takes_the_seconds_that_it_is_given(samples, batch, seconds):
    pace = Pace(seconds)
    pace.begin(samples, batch, 0.0)
    done, now = played(pace, samples, batch, 10 * seconds)
    assert done == samples
    assert now == pytest.approx(seconds, rel=0.05)


def test_the_speed_changes_in_the_middle_of_a_run():
    pace = Pace(100)
    pace.begin(100_000, 10, 0.0)
    half, now = played(pace, 100_000, 10, 50)
    assert half == pytest.approx(50_000, rel=0.01)
    pace.seconds = 10
    _, now = played(pace, 100_000 - half, 10, 100, now=now)
    assert now == pytest.approx(55, rel=0.02)
    pace.seconds = None
    assert pace.due(now) and pace.limit() == UNLIMITED


def test_a_pause_is_not_made_up_for_in_one_go():
    pace = Pace(10)
    pace.begin(60_000, 10, 0.0)
    pace.took(10)
    assert pace.due(1_000.0)
    assert pace.limit() * 10 <= 2 * 60_000 / 10


def test_a_machine_that_cannot_keep_up_goes_as_fast_as_it_can():
    pace = Pace(5)
    pace.begin(60_000, 1, 0.0)
    done, _ = played(pace, 60_000, 1, 5, capable=20)
    assert done == pytest.approx(20 * 5 / FRAME, rel=0.05)


@pytest.mark.parametrize("engine", ["numpy", "wasm"])
@pytest.mark.parametrize("settings", [SETTINGS, PENALIZED, LARGE])
def test_pacing_changes_no_weight(settings, engine):
    settings = replace(settings, engine=engine)
    rng = np.random.default_rng(1)
    experiment, run = begun(settings, lambda: int(rng.integers(1, 30)))
    sizes = [progress.samples for progress in run if not progress.testing]
    assert len(set(sizes)) > 1 or settings is not SETTINGS
    assert np.array_equal(experiment.model.parameters, trained_through(settings))


@pytest.mark.parametrize("epoch", [False, True])
@pytest.mark.parametrize("engine", ["numpy", "wasm"])
@pytest.mark.parametrize("settings", [SETTINGS, PENALIZED, LARGE])
def test_steps_lead_to_the_weights_that_training_through_does(settings, engine, epoch):
    settings = replace(settings, engine=engine)
    train, test = points.data(settings)
    batches = -(-len(train) // settings.batch_size)
    experiment, run = begun(settings, lambda: batches if epoch else 1)
    steps = 0
    while experiment.run is not None:
        step = [p for p in one_step(run, settings.batch_size, epoch, 4) if not p.testing]
        whole = len(train) if epoch else min(settings.batch_size, len(train))
        assert sum(p.samples for p in step) == whole or step[-1].finished
        # Looking at the network in between changes nothing either.
        assert list(experiment.test(test, 1e9))
        steps += 1
    assert steps == settings.epochs * (1 if epoch else batches)
    assert np.array_equal(experiment.model.parameters, trained_through(settings))


def test_an_epoch_has_the_test_that_is_due_after_it():
    experiment, run = begun(SETTINGS, lambda: 7)
    tested = []
    while experiment.run is not None:
        step = list(one_step(run, SETTINGS.batch_size, True, 4))
        tested.append(any(progress.evaluation for progress in step))
    assert tested == [False, False, False, True, False, True]


def test_a_run_without_an_end_goes_on_and_repeats():
    endless = replace(SETTINGS, epochs=None)
    assert parse(endless.fields(), points.DEFAULTS) == endless
    assert endless.fields()["epochs"] == "0"
    experiment, run = begun(endless, lambda: 3)
    for progress in run:
        assert progress.epochs is None
        if progress.epoch == SETTINGS.epochs and progress.finished:
            break
    assert np.array_equal(experiment.model.parameters, trained_through(SETTINGS))
    assert not next(run).testing or next(run)


def test_a_rate_that_falls_needs_an_end():
    with pytest.raises(SettingsError, match="Decay: cosine needs an end to fall towards"):
        Experiment(replace(Settings(), decay="cosine", epochs=None), points.task(SETTINGS))
