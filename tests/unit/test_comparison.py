"""Comparisons train what they say, as an experiment alone would, and survive runs that fail."""

import csv
import io
import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from nn.data import Augmentation, Dataset
from nn.experiment.comparison import (
    Run,
    comparing,
    described,
    differences,
    scores,
    to_csv,
    without_seed,
)
from nn.experiment.experiment import Experiment
from nn.experiment.fields import Field
from nn.experiment.settings import LayerSettings, Settings, layers, parse
from nn.experiment.task import Task
from nn.labs import digits as digits_lab
from nn.labs.digits import KNOWN_COMPARISON
from nn.progress import exhaust

SMALL = Settings(
    hidden=layers(5),
    activation="linear",
    loss="categorical_crossentropy",
    learning_rate=0.05,
    batch_size=10,
    epochs=2,
)
DIVERGING = replace(SMALL, hidden=layers(64, 64, 64), learning_rate=50.0)


@pytest.fixture
def prepare(digits):
    return lambda settings: (digits_lab.task(settings), *digits)


def compare(runs, prepare, budget=0.01):
    """Train all runs to the end; return after each chunk which run it was for, and its state."""
    return [(runs.index(run), run.state) for run in comparing(runs, prepare, budget)]


def test_each_run_gives_what_its_experiment_alone_gives(digits, prepare):
    settings = [SMALL, replace(SMALL, batch_size=30), replace(SMALL, train_samples=50)]
    runs = [Run(one) for one in settings]
    compare(runs, prepare)
    for run, one in zip(runs, settings, strict=True):
        experiment = Experiment(one, digits_lab.task(one))
        exhaust(experiment.train(one, *digits, budget=0.01))
        evaluation = exhaust(experiment.test(digits[1], budget=0.01))
        assert run.state == "done"
        assert run.accuracy == pytest.approx(evaluation.accuracy, abs=0.01)
        assert run.loss == pytest.approx(evaluation.loss, rel=1e-4)
        assert run.parameters == len(experiment.model.parameters) == 784 * 5 + 5 * 10
        assert run.samples == run.planned == experiment.history.samples


def test_runs_are_trained_one_after_another(prepare):
    runs = [Run(SMALL), Run(replace(SMALL, seed=2))]
    steps = compare(runs, prepare)
    assert steps[0] == (0, "training")
    assert [key for key, _ in itertools.groupby(steps)] == [
        (0, "training"),
        (0, "done"),
        (1, "training"),
        (1, "done"),
    ]


def test_a_run_that_diverges_ends_at_once_and_the_rest_goes_on(prepare):
    runs = [Run(SMALL), Run(replace(DIVERGING, epochs=1000)), Run(SMALL)]
    compare(runs, prepare)
    assert [run.state for run in runs] == ["done", "diverged", "done"]
    _, diverged, _ = runs
    assert 0 < diverged.samples < 3 * 300
    assert (diverged.loss, diverged.accuracy) == (None, None)
    assert np.isfinite(diverged.curve.loss).all()
    assert runs[0].accuracy == runs[2].accuracy


def test_a_network_that_turns_out_broken_in_the_test_has_diverged(digits):
    """Its last update breaks it, after the last loss in training was still a number."""
    one = replace(DIVERGING, epochs=1, batch_size=300, learning_rate=1e30)
    runs = [Run(one)]
    compare(runs, lambda settings: (digits_lab.task(settings), *digits))
    assert (runs[0].state, runs[0].loss, runs[0].accuracy) == ("diverged", None, None)
    assert runs[0].samples == 300


def test_an_impossible_run_is_refused_with_its_reason_and_the_rest_goes_on(prepare):
    too_large = replace(SMALL, hidden=layers(4000, 4000))
    runs = [Run(replace(SMALL, train_samples=301)), Run(too_large), Run(SMALL)]
    compare(runs, prepare)
    assert [run.state for run in runs] == ["refused", "refused", "done"]
    assert runs[0].problem == "Train samples: there are only 300"
    assert "weights are too many" in runs[1].problem


def test_runs_can_be_added_and_taken_away_meanwhile(prepare):
    first, second, third = (Run(replace(SMALL, seed=seed)) for seed in range(3))
    runs = [first, second]
    work = comparing(runs, prepare, 1e-6)
    while first.state != "done":
        next(work)
    while second.samples == 0:
        next(work)
    runs.remove(second)
    runs.append(third)
    for _ in work:
        pass
    assert (first.state, second.state, third.state) == ("done", "training", "done")
    assert second.samples < second.planned


def test_what_has_been_done_is_not_done_again(prepare):
    runs = [Run(SMALL)]
    compare(runs, prepare)
    accuracy, samples = runs[0].accuracy, runs[0].samples
    runs.append(Run(SMALL))
    assert {index for index, _ in compare(runs, prepare)} == {1}
    assert (runs[0].accuracy, runs[0].samples) == (accuracy, samples) == (runs[1].accuracy, samples)


def test_seconds_are_those_of_training(digits):
    """A clock that goes on by a second whenever it is read: two reads are one second of work."""
    runs = [Run(SMALL)]
    ticks = itertools.count()
    chunks = 0
    for run in comparing(
        runs, lambda one: (digits_lab.task(one), *digits), 0.0, clock=lambda: float(next(ticks))
    ):
        chunks += run.state == "training" and run.samples > 0 and run.loss is None
    # The test has chunks too, which take no seconds.
    assert 0 < runs[0].seconds < chunks
    assert runs[0].seconds == round(runs[0].seconds)


def test_a_curve_follows_the_samples(prepare):
    run = Run(replace(SMALL, epochs=20))
    compare([run], prepare, budget=1e-6)
    curve = run.curve
    assert 50 <= len(curve.samples) == len(curve.loss) == len(curve.accuracy) <= 151
    assert curve.samples == sorted(set(curve.samples))
    assert curve.samples[-1] <= run.samples == 6000
    assert curve.loss[-1] < curve.loss[0]
    assert curve.accuracy[-1] > max(0.8, curve.accuracy[0])


def test_regression_has_a_loss_and_no_accuracy():
    rng = np.random.default_rng(0)
    inputs = rng.random((50, 1))
    data = Dataset(inputs, 2 * inputs + 1)
    run = Run(replace(SMALL, loss="mean_squared_error"))
    compare([run], lambda settings: (Task(1, 1, output_activation="linear"), data, data))
    assert (run.state, run.accuracy, run.curve.accuracy) == ("done", None, [])
    assert run.loss < 0.5


def test_differences_name_only_what_differs():
    runs = [Run(SMALL), Run(replace(SMALL, seed=2)), Run(replace(SMALL, train_samples=30))]
    assert differences(runs) == [
        "all samples · seed 1",
        "all samples · seed 2",
        "30 samples · seed 1",
    ]
    assert differences([Run(SMALL), Run(replace(SMALL, batch_size=3))]) == ["", ""]
    assert differences([]) == []


def test_differences_of_layers_are_those_beyond_units():
    texts = ["5,4", "6", "none"]
    same = [Run(parse({"hidden": text}, SMALL)) for text in texts]
    assert differences(same) == ["", "", ""]
    others = [Run(parse({"hidden": text}, SMALL)) for text in ("5:relu", "5")]
    assert differences(others) == ["relu", "plain layers"]
    mixed = [Run(parse({"hidden": text}, SMALL)) for text in ("5:relu,4", "5", "none")]
    assert differences(mixed) == ["5:relu,4", "plain layers", ""]


def test_differences_of_layers_of_several_kinds_are_told_where_runs_differ():
    text = "conv2d:4:3:relu:strides=2,maxpool:2,flatten"
    same = [Run(parse({"hidden": text, "seed": seed}, SMALL)) for seed in "12"]
    assert differences(same) == ["seed 1", "seed 2"]
    others = [Run(parse({"hidden": one}, SMALL)) for one in (text, "flatten,9", "dropout:0.5,9")]
    assert differences(others) == [text, "plain layers", "plain layers"]


def test_what_is_empty_is_said_by_what_it_means():
    base = digits_lab.DigitsSettings()
    changed = replace(base, patience=3, augment=Augmentation(shift=1), train_samples=5)
    assert differences([Run(base), Run(changed)]) == [
        "all samples · patience never · augmentation none",
        "5 samples · patience 3 · augmentation shift=1",
    ]


def test_patience_counts_in_a_comparison_too(prepare):
    runs = [Run(replace(SMALL, epochs=90, patience=1, train_samples=30, optimizer="adam"))]
    compare(runs, prepare)
    assert runs[0].state == "done"
    assert runs[0].samples < runs[0].planned


def test_differences_are_said_in_few_words():
    assert differences([Run(settings) for settings, _ in KNOWN_COMPARISON[:2]]) == [
        "1,600 samples",
        "6,400 samples",
    ]
    others = {"use_bias": True, "loss": "half_squared_error", "epochs": 1}
    changed = replace(SMALL, **others, output=LayerSettings(activation="tanh"))
    assert differences([Run(SMALL), Run(changed)]) == [
        "output layer auto · categorical_crossentropy · epochs 2 · no biases",
        "output layer tanh · half_squared_error · epochs 1 · biases",
    ]


def test_a_run_is_described_by_all_its_settings():
    lines = described(SMALL).splitlines()
    assert len(lines) == len(SMALL.table)
    assert lines[0] == "Hidden layers: 5" and "Batch size: 10" in lines


def test_a_run_that_starts_over_has_no_results(prepare):
    run = Run(SMALL, published=0.5)
    compare([run], prepare)
    assert run.state == "done" and run.curve.samples
    run.start_over()
    assert vars(run) == vars(Run(SMALL, published=0.5))
    compare([run], prepare)
    assert run.state == "done"


# ---- Several seeds.


def ended(settings, accuracy, loss=0.1, state="done"):
    run = Run(settings)
    run.state, run.accuracy, run.loss = state, accuracy, loss
    return run


def test_runs_that_differ_in_their_seeds_have_one_score():
    other = replace(SMALL, batch_size=3)
    runs = [ended(replace(SMALL, seed=i), a) for i, a in enumerate((0.9, 0.92, 0.94))]
    runs.append(ended(other, 0.5))
    found = scores(runs)
    score = found[without_seed(SMALL)]
    assert (score.mean, score.deviation) == pytest.approx((0.92, 0.02))
    assert score.seeds == 3 and score.better == score.mean
    assert (found[without_seed(other)].mean, found[without_seed(other)].deviation) == (0.5, None)


def test_of_numbers_the_loss_counts_and_less_is_better():
    runs = [ended(replace(SMALL, seed=i), None, loss) for i, loss in enumerate((1.0, 3.0))]
    (score,) = scores(runs).values()
    assert (score.mean, score.deviation) == pytest.approx((2, 2**0.5))
    assert score.better == -2


@pytest.mark.parametrize("state", ["waiting", "training", "diverged", "refused", "failed"])
def test_a_setting_has_no_score_before_all_its_seeds_have_come_to_their_end(state):
    assert scores([ended(SMALL, 0.9), ended(replace(SMALL, seed=2), None, None, state)]) == {}


def test_without_a_clock_a_test_is_the_same_to_the_last_bit(prepare):
    losses = set()
    for _ in range(3):
        run = Run(replace(SMALL, epochs=3))
        compare([run], prepare, math.inf)
        losses.add(run.loss)
    assert len(losses) == 1


# ---- CSV.


def test_csv_has_settings_and_results(prepare):
    runs = [Run(SMALL, published=0.84), Run(replace(DIVERGING, hidden=layers(64, 64)))]
    compare(runs, prepare)
    text = to_csv(runs)
    first, second = csv.DictReader(io.StringIO(text))
    assert list(first)[: len(SMALL.table)] == list(SMALL.table)
    assert {name: first[name] for name in SMALL.table} == SMALL.fields()
    assert (first["state"], float(first["testAccuracy"])) == ("done", runs[0].accuracy)
    assert (first["parameters"], first["samples"]) == ("3970", "600")
    assert (first["publishedAccuracy"], second["publishedAccuracy"]) == ("0.84", "")
    assert (second["hidden"], second["state"]) == ("64,64", "diverged")
    assert second["testAccuracy"] == second["testLoss"] == ""


def test_csv_of_nothing_has_no_rows():
    assert len(to_csv([]).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('say "hi", there\n', 'say "hi", there\n'),
        ("=1+1", "'=1+1"),
        ("@sum", "'@sum"),
        ("+x", "'+x"),
        ("-x", "'-x"),
        ("-0.5", "-0.5"),
        ("plain", "plain"),
    ],
)
def test_csv_keeps_any_text_and_runs_none(text, expected, monkeypatch):
    table = {**SMALL.table, "seed": Field("Seed", "seed", str, lambda seed: text)}
    monkeypatch.setattr(Settings, "table", table)
    (row,) = csv.DictReader(io.StringIO(to_csv([Run(SMALL)]), newline=""))
    assert row["seed"] == expected
    assert row["useBias"] == "false"


# ---- The known comparison.


def test_the_known_comparison_is_the_published_one(mnist):
    runs = [Run(settings, published) for settings, published in KNOWN_COMPARISON]
    compare(runs, lambda settings: (digits_lab.task(settings), mnist.train, mnist.test))
    assert [run.parameters for run in runs] == [36138, 36138, 107_914, 167_722]
    assert [run.planned for run in runs] == [1600, 6400, 1600, 1600]
    assert runs[0].accuracy == pytest.approx(0.81, abs=0.05)
    assert runs[1].accuracy == pytest.approx(0.88, abs=0.03)
    assert runs[2].accuracy == pytest.approx(0.71, abs=0.1)
    assert runs[3].state == "diverged"
