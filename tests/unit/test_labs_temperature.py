"""The neuron of the Temperature lab learns what it is promised to, and its steps are what runs."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from nn.data import temperatures
from nn.experiment.code import program
from nn.experiment.experiment import Experiment
from nn.experiment.settings import SettingsError, parse
from nn.labs import temperature as lab
from nn.labs.steps import STEPS
from nn.labs.temperature import DEFAULTS, PRESETS, TRUE_BIAS, TRUE_WEIGHT
from nn.layers import Dense, Rescaling
from nn.model import Sequential
from nn.progress import exhaust

SEEDS = [1, 2, 3, 2026]


def fresh(settings: lab.TemperatureSettings = DEFAULTS) -> Experiment:
    return Experiment(settings, lab.task(settings))


def trained(settings: lab.TemperatureSettings) -> Experiment:
    experiment = fresh(settings)
    exhaust(
        experiment.train(
            settings, *lab.data(settings), 0.01, validation_freq=lab.validation_freq(settings)
        )
    )
    return experiment


def fahrenheit(experiment: Experiment, celsius: float) -> float:
    return experiment.model.predict(np.array([[celsius]])).item()


@pytest.mark.parametrize("seed", SEEDS)
def test_it_learns_what_the_tutorial_promises(seed):
    experiment = trained(replace(DEFAULTS, seed=seed))
    w, b = lab.weight_and_bias(experiment.model)
    assert w == pytest.approx(1.8, abs=0.001)
    assert b == pytest.approx(32, abs=0.05)
    assert f"{fahrenheit(experiment, 70):.2f}" == "158.00"
    for data in lab.data(DEFAULTS):
        cost = experiment.model.evaluate(data.inputs, data.targets).loss
        assert cost == pytest.approx(2e-6, abs=1e-6)
    assert experiment.history.epochs == 70_000


def test_it_starts_anywhere_between_0_and_1():
    starts = np.array([fresh(replace(DEFAULTS, seed=seed)).model.parameters for seed in range(200)])
    assert starts.shape == (200, 2)
    assert starts.min() >= 0 and starts.max() <= 1
    assert (np.ptp(starts, axis=0) > 0.95).all()


def test_each_run_has_about_a_hundred_tests():
    tests = 0
    settings = replace(DEFAULTS, epochs=2_000)
    run = fresh(settings).train(
        settings, *lab.data(settings), 0.01, validation_freq=lab.validation_freq(settings)
    )
    for progress in run:
        tests += progress.evaluation is not None
    assert tests == 100
    assert lab.validation_freq(replace(DEFAULTS, epochs=7)) == 1


def test_steps_that_are_too_long_lead_away_until_nothing_is_a_number():
    settings = replace(PRESETS["Too fast"], epochs=3_000)
    assert np.isnan(trained(settings).model.parameters).all()
    assert np.isfinite(fresh(settings).model.parameters).all()


def test_the_true_weight_and_bias_are_those_of_the_true_function():
    celsius = np.linspace(-300, 300, 7)
    np.testing.assert_array_equal(
        TRUE_WEIGHT * celsius + TRUE_BIAS, temperatures.fahrenheit(celsius)
    )


@pytest.mark.parametrize("preset", PRESETS)
def test_settings_come_back_from_their_fields(preset):
    settings = replace(PRESETS[preset], seed=5, epochs=123)
    assert parse(settings.fields(), DEFAULTS) == settings


def test_what_the_neuron_is_cannot_be_set():
    assert parse({"hidden": "100", "loss": "mean_squared_error"}, DEFAULTS) == DEFAULTS
    with pytest.raises(SettingsError, match="Batch size: expected a whole number"):
        parse({"batchSize": "none"}, DEFAULTS)


def test_a_saved_neuron_answers_the_same_to_the_last_bit():
    experiment = trained(replace(DEFAULTS, epochs=500, seed=4))
    again = Experiment.loaded(experiment.saved().encode())
    lab.check_model(again.model)
    assert again.model.dtype == np.float64
    assert again.model.parameters.tolist() == experiment.model.parameters.tolist()
    assert fahrenheit(again, 70) == fahrenheit(experiment, 70)
    settings = again.settings(DEFAULTS, lab.task(DEFAULTS))
    assert settings == replace(DEFAULTS, epochs=500, seed=4)


def test_its_program_makes_the_same_neuron():
    settings = replace(DEFAULTS, epochs=50, seed=6)
    names = {}
    exec(program(settings, lab.task(settings), lab.data_code(settings)), names)
    assert names["model"].parameters.tolist() == trained(settings).model.parameters.tolist()
    for name, data in zip(("train", "test"), lab.data(settings), strict=True):
        np.testing.assert_array_equal(names[name].inputs, data.inputs)
        np.testing.assert_array_equal(names[name].targets, data.targets)


def neuron(
    layers: list[Dense] | None = None,
    features: int = 1,
    columns: object = lab.task(DEFAULTS).columns,
    loss: str = "half_squared_error",
    **options: object,
) -> Sequential:
    """A neuron for degrees, but for what is asked for."""
    model = Sequential(layers or [Dense(1)], **{"dtype": "float64", **options})
    model.compile(loss=loss)
    model.build(features, np.random.default_rng(0))
    model.columns = columns
    return model


def test_a_neuron_for_degrees_is_taken():
    lab.check_model(neuron())


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (neuron(features=2), "the network is 2-1, linear; for temperatures it must be 1-1, linear"),
        (neuron([Dense(2)]), "the network is 1-2"),
        (neuron([Dense(3), Dense(1)]), "the network is 1-3-1"),
        (neuron([Dense(1, "sigmoid")]), "the network is 1-1, sigmoid"),
        (neuron([Dense(1, use_bias=False)]), "no bias"),
        (neuron(columns=None), "not for celsius as input and fahrenheit as output"),
        (neuron(inputs=Rescaling(0.01)), "input is scaled"),
        (neuron(inputs=Rescaling(np.array([1.0]), np.array([5.0]))), "input is scaled"),
        (neuron(dtype="float32"), "half_squared_error in float32; .* in float64"),
        (neuron(loss="mean_squared_error"), "mean_squared_error in float64"),
    ],
)
def test_any_other_network_is_refused(model, reason):
    with pytest.raises(ValueError, match=reason):
        lab.check_model(model)


def test_there_are_seven_steps_with_a_sentence_each():
    titles = [step.title for step in STEPS]
    assert titles == ["Model", "True function", "Data", "Cost", "Forward", "Backward", "Train"]
    assert all(step.meaning.endswith(".") for step in STEPS)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_the_code_of_a_step_is_what_runs(step):
    ran = set()

    def note(frame, event, argument):
        ran.add(frame.f_code)

    settings = replace(DEFAULTS, epochs=2)
    sys.setprofile(note)
    try:
        trained(settings)
    finally:
        sys.setprofile(None)
    assert [function for function in step.functions if function.__code__ not in ran] == []


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_the_code_of_a_step_is_a_definition_that_starts_at_the_margin(step):
    for function, (place, source) in zip(step.functions, step.sources(), strict=True):
        compile(source, place, "exec")
        assert source.startswith(f"def {function.__name__}(")
        module, name = function.__module__.replace(".", "/"), function.__qualname__
        assert place == f"{name} in {module}.py"
