"""A run that is interrupted, kept and gone on with elsewhere ends as one that was not."""

import random
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from nn.data import Augmentation, Dataset
from nn.experiment import snapshot
from nn.experiment.experiment import Experiment
from nn.experiment.layer_text import read_layers
from nn.experiment.settings import Settings
from nn.formats import packed
from nn.labs import digits, temperature
from nn.labs.digits import DigitsSettings
from nn.layers import Rescaling
from nn.optimizers import OPTIMIZERS
from nn.progress import Progress, exhaust

BUDGETS = (0.0, 0.0005, 0.004)
"""Seconds of a chunk: from a mini-batch each to several epochs."""

PLAIN = DigitsSettings(
    hidden=read_layers("9"),
    loss="categorical_crossentropy",
    learning_rate=0.01,
    batch_size=8,
    epochs=4,
    use_bias=True,
)
PICTURES = replace(
    PLAIN,
    hidden=read_layers("conv2d:4:3,batchnorm,maxpool:2,flatten,dropout:0.3,8"),
    optimizer="adam",
    decay="cosine",
    augment=Augmentation(shift=1, rotate=20, zoom=0.1),
    batch_size=7,
)
CASES = {
    **{name: replace(PLAIN, optimizer=name) for name in OPTIMIZERS},
    # Of the reference run's kind, with a first kernel whose updates are deferred.
    "deferred": DigitsSettings(hidden=read_layers("9"), epochs=5),
    "dropout": replace(PLAIN, hidden=read_layers("9,dropout:0.4")),
    "pictures": PICTURES,
    "some samples": replace(PLAIN, train_samples=40, l2=0.01),
    "large batches": replace(PLAIN, batch_size=50, epochs=3),
    "early stopping": replace(PLAIN, optimizer="adam", learning_rate=1.0, epochs=40, patience=3),
}


def pictures(seed: int, count: int = 60) -> Dataset:
    """Pictures mostly of 0, with one bright column for each of three classes."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, count)
    inputs = np.where(rng.random((count, 12, 12, 1)) < 0.1, 120, 0)
    inputs[np.arange(count), :, 3 * labels] += 100
    return Dataset(inputs.astype(np.uint8), labels, 3)


TRAIN, TEST = pictures(1), pictures(2, 20)


def begun(settings: Settings) -> Experiment:
    return Experiment(settings, digits.task_for(settings, TRAIN))


def narrow(experiment: Experiment, settings: Settings) -> None:
    """Have large mini-batches worked on in parts."""
    if settings.batch_size == 50:
        experiment.model.program.part = 16


def result(experiment: Experiment) -> list[bytes]:
    model, history = experiment.model, experiment.history
    told = history.epochs, history.samples, history.test_accuracy
    return [model.parameters.tobytes(), model.state.tobytes(), str(told).encode()]


def uninterrupted(settings: Settings, budget: float = 0.01) -> Experiment:
    experiment = begun(settings)
    run = experiment.train(settings, TRAIN, TEST, budget)
    narrow(experiment, settings)
    exhaust(run)
    return experiment


def interrupted(settings: Settings, chance: random.Random) -> tuple[Experiment, int]:
    """Train, and at random moments go on with another experiment made of a snapshot."""
    experiment, times = begun(settings), 0
    run = experiment.train(settings, TRAIN, TEST, chance.choice(BUDGETS))
    while True:
        narrow(experiment, settings)
        for _ in range(chance.randrange(25)):
            if next(run, None) is None:
                return experiment, times
        times += 1
        kept = snapshot.dumps(experiment)
        # What is trained after the last snapshot is lost.
        next(run, None)
        experiment = snapshot.loads(kept, DigitsSettings())
        if experiment.run is None:
            return experiment, times
        run = experiment.resume(TRAIN, TEST, chance.choice(BUDGETS))


@pytest.mark.parametrize("engine", ["numpy", "wasm"])
@pytest.mark.parametrize("case", CASES)
def test_an_interrupted_run_ends_with_the_same_weights(case, engine):
    settings = replace(CASES[case], engine=engine)
    expected = result(uninterrupted(settings))
    often = 0
    for seed in range(4):
        experiment, times = interrupted(settings, random.Random(f"{case} {seed}"))
        assert result(experiment) == expected
        often += times
    assert often > 4


@pytest.mark.parametrize("engine", ["numpy", "wasm"])
def test_a_first_kernel_that_is_deferred_is_carried_on(engine):
    settings = replace(CASES["deferred"], engine=engine)
    experiment = begun(settings)
    run = experiment.train(settings, TRAIN, TEST, 0.0)
    next(run)
    carried = experiment.model.program.carried
    assert (carried.size > experiment.model.layers[0].kernel.size) == (engine == "wasm")
    again = snapshot.loads(snapshot.dumps(experiment), DigitsSettings())
    np.testing.assert_array_equal(again.model.program.carried, carried)


def test_a_run_stops_early_and_goes_back_to_the_best_as_if_nothing_had_been():
    settings = CASES["early stopping"]
    whole = uninterrupted(settings)
    assert whole.history.epochs < settings.epochs
    experiment = begun(settings)
    run = experiment.train(settings, TRAIN, TEST, 0.01)
    found: list[Progress] = []
    while (progress := next(run, None)) is not None:
        found.append(progress)
        # A test that is interrupted begins anew, so that one at each chunk would never end.
        if progress.best is None and progress.done == progress.total:
            experiment = snapshot.loads(snapshot.dumps(experiment), DigitsSettings())
            run = experiment.resume(TRAIN, TEST, 0.01)
    assert found[-1].best is not None and experiment.run is None
    assert result(experiment) == result(whole)


def test_a_neuron_in_double_precision_goes_on_too():
    settings = replace(temperature.DEFAULTS, epochs=300)
    data = temperature.data(settings)
    found = []
    for stops in (0, 5):
        experiment = Experiment(settings, temperature.task(settings))
        run = experiment.train(settings, *data, 0.0005, 30)
        for _ in range(stops):
            next(run)
            experiment = snapshot.loads(snapshot.dumps(experiment), temperature.DEFAULTS)
            run = experiment.resume(*data, 0.0005)
        exhaust(run)
        found.append(experiment.model.parameters.tolist())
    assert found[0] == found[1]


def test_another_process_ends_with_the_same_weights(tmp_path):
    settings = replace(PICTURES, engine="wasm")
    experiment = begun(settings)
    run = experiment.train(settings, TRAIN, TEST, 0.0)
    for _ in range(13):
        next(run)
    (tmp_path / "kept").write_bytes(snapshot.dumps(experiment))
    program = """if True:
        import sys
        from pathlib import Path
        from nn.progress import exhaust
        from tests.unit.test_snapshot import TEST, TRAIN, DigitsSettings, snapshot
        kept = Path(sys.argv[1])
        experiment = snapshot.loads(kept.read_bytes(), DigitsSettings())
        exhaust(experiment.resume(TRAIN, TEST, 0.01))
        kept.write_bytes(experiment.model.parameters.tobytes())
    """
    subprocess.run([sys.executable, "-c", program, tmp_path / "kept"], check=True)
    exhaust(run)
    assert (tmp_path / "kept").read_bytes() == experiment.model.parameters.tobytes()


def test_a_network_that_is_not_in_training_comes_back_with_what_it_has_been_through():
    experiment = uninterrupted(PICTURES)
    again = snapshot.loads(snapshot.dumps(experiment), DigitsSettings())
    assert again.run is None and again.saved() == experiment.saved()
    with pytest.raises(ValueError, match="no run to go on with"):
        again.resume(TRAIN, TEST, 0.01)
    # Its further training repeats as well.
    for one in (experiment, again):
        exhaust(one.train(PICTURES, TRAIN, TEST, 0.01))
    assert again.saved() == experiment.saved()


@pytest.mark.parametrize("scale", [1 / 255, np.random.default_rng(1).random((12, 12, 1)) / 100])
def test_the_scaling_of_inputs_comes_back_with_all_its_digits(scale):
    experiment = begun(PICTURES)
    experiment.model.inputs = Rescaling(scale, -scale)
    again = snapshot.loads(snapshot.dumps(experiment), DigitsSettings())
    np.testing.assert_array_equal(again.model.inputs.scale, scale)
    np.testing.assert_array_equal(again.model.inputs.offset, -scale)
    assert type(again.model.inputs.scale) is type(scale)


def test_weights_that_are_not_numbers_come_back_too():
    experiment = begun(PLAIN)
    experiment.model.parameters[3] = np.nan
    again = snapshot.loads(snapshot.dumps(experiment), DigitsSettings())
    np.testing.assert_array_equal(again.model.parameters, experiment.model.parameters)


def test_a_run_does_not_go_on_with_other_data():
    experiment = begun(PLAIN)
    next(experiment.train(PLAIN, TRAIN, TEST, 0.0))
    again = snapshot.loads(snapshot.dumps(experiment), DigitsSettings())
    with pytest.raises(ValueError, match="began with 60 samples and there are 20"):
        again.resume(TEST, TEST, 0.01)


def test_what_is_no_snapshot_is_refused_in_one_sentence():
    kept = snapshot.dumps(begun(PLAIN))
    facts, arrays = packed.unpack(kept)
    others = [
        b"",
        b"\xff",
        b"[]\n",
        kept[:-1],
        kept + b"0",
        packed.pack({**facts, "version": 99}, arrays),
        packed.pack({**facts, "random": {}}, arrays),
        packed.pack({**facts, "network": None}, arrays),
        packed.pack(facts, {**arrays, "parameters": np.zeros(3)}),
        packed.pack(facts, {}),
    ]
    for other in others:
        with pytest.raises(ValueError, match="no snapshot of this version"):
            snapshot.loads(other, DigitsSettings())
