"""Curve: what a network is given, answers and is measured by, and what becomes of a file."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nn.data.columns import Columns
from nn.data.series import Series
from nn.experiment.code import program
from nn.experiment.experiment import Experiment
from nn.experiment.layer_text import read_layers
from nn.experiment.settings import SettingsError, parse
from nn.forecasting import one_step_ahead, yardsticks
from nn.labs import curve, points, temperature
from nn.labs.curve import DEFAULTS, PRESETS, CurveSettings, check_model
from nn.labs.curve_source import MOST_TYPED, CurveSource, empty
from nn.labs.drawn_curve import DrawnCurve
from nn.labs.homes import home_of
from nn.labs.kept_curve import pack_curve, unpacking_curve
from nn.labs.table_source import Opened
from nn.progress import exhaust

SHORT = replace(DEFAULTS, hidden=read_layers("gru:6"), steps=16, values=90, epochs=3)


def opened(name: str = "heights.csv") -> Opened:
    rows = "".join(f"{i},{7 + math.sin(i / 4)!r},{i % 5}\n" for i in range(120))
    return exhaust(Opened.reading(f"day,height,sort\n{rows}".encode(), name))


def drawn() -> CurveSource:
    paper = DrawnCurve()
    for x in range(20, 220, 10):
        paper.line(x, np.sin(x / 12), x + 10, np.sin((x + 10) / 12))
    return CurveSource.drawn(paper)


def trained(settings: CurveSettings, source: CurveSource) -> Experiment:
    experiment = Experiment(settings, source.task(settings))
    data = source.data(settings)
    for _ in experiment.train(settings, data.train, data.test, 1.0):
        pass
    return experiment


@pytest.mark.parametrize("name", PRESETS)
def test_presets_say_all_and_name_different_curves(name: str):
    settings = PRESETS[name]
    assert parse(settings.fields(), DEFAULTS) == settings
    assert CurveSource().data(settings).start == 0.8 * settings.values
    assert len({preset.curve for preset in PRESETS.values()}) == len(PRESETS)


@pytest.mark.parametrize("source", [CurveSource(), drawn(), CurveSource.of(opened())])
def test_a_network_in_a_file_knows_the_scaling_and_goes_on_alike(source: CurveSource):
    experiment = trained(SHORT, source)
    again = Experiment.loaded(experiment.saved().encode())
    check_model(again.model)
    assert home_of(again.model) == "Curve"
    values = source.series(SHORT).values
    start = source.data(SHORT).start
    expected = one_step_ahead(experiment.model, values, start)
    np.testing.assert_allclose(one_step_ahead(again.model, values, start), expected, atol=1e-6)
    # What it expects is near the series, and not near what the network is given of it.
    assert abs(expected.mean() - values[start:].mean()) < 0.6
    loaded = source.for_network(again.model)
    assert loaded.without is None and loaded.series(SHORT).values.tolist() == values.tolist()
    assert again.settings(DEFAULTS, loaded.task(SHORT)) == SHORT


def test_a_sine_is_learnt_and_foretold_better_than_by_who_has_learnt_nothing():
    settings = replace(SHORT, hidden=read_layers("gru:16"), values=200, epochs=40, steps=32)
    source = CurveSource()
    found = trained(settings, source)
    values = source.series(settings).values
    start = source.data(settings).start
    measured = yardsticks(values, one_step_ahead(found.model, values, start))
    assert 2 * measured.network < measured.straight_line < measured.same_as_last


def test_without_its_series_a_network_is_told_and_not_trained():
    experiment = trained(SHORT, CurveSource.of(opened()))
    source = CurveSource().for_network(experiment.model)
    assert not source.built_in and "'height', which is not open" in source.told(SHORT)
    with pytest.raises(ValueError, match="'height', which is not open: open that column"):
        source.data(SHORT)
    assert len(empty(experiment.model).train) == 0
    assert source.task(SHORT).columns == experiment.model.columns
    assert source.task(SHORT).inputs.scale == pytest.approx(float(experiment.model.inputs.scale))
    # A built-in curve can be made.
    assert drawn().for_network(trained(SHORT, CurveSource()).model).built_in


def test_a_network_without_a_history_finds_a_series_that_fits_it():
    settings = replace(SHORT, steps=300, values=1000, epochs=1)
    experiment = trained(settings, CurveSource())
    experiment.history.settings = {}
    source, found = CurveSource().taken_up(experiment, DEFAULTS)
    assert source.built_in and (found.steps, found.values, found.curve) == (300, 1200, "sine")
    assert found.hidden == settings.hidden
    assert source.data(replace(found, held_out=50), experiment.model).steps == 300
    # One's own is too short for it.
    own = CurveSource(Series(np.sin(np.arange(100.0)), "sine"))
    source, _ = own.taken_up(experiment, DEFAULTS)
    assert source.own is None and source.without is not None


def test_data_are_scaled_as_the_network_has_learnt_it():
    louder = Series(100 * curve.built_in(SHORT).values, "sine")
    experiment = trained(SHORT, CurveSource())
    data = CurveSource(louder).data(SHORT, experiment.model)
    assert data.scaling is experiment.model.inputs
    assert np.abs(data.train.targets).max() > 50


@pytest.mark.parametrize(
    ("hidden", "shape", "whole"),
    [
        ("gru:4", (16, 1), True),
        ("8:tanh", (16,), False),
        ("flatten,8:tanh", (16,), False),
        ("conv1d:4:5,flatten", (16, 1), False),
    ],
)
def test_layers_decide_whether_each_step_is_answered(hidden: str, shape, whole: bool):
    settings = replace(SHORT, hidden=read_layers(hidden))
    experiment = trained(settings, CurveSource())
    check_model(experiment.model)
    assert experiment.model.input_shape == shape
    assert curve.each_step(settings, CurveSource().task(settings)) is whole
    again = Experiment.loaded(experiment.saved().encode())
    assert one_step_ahead(again.model, curve.built_in(settings).values, 72).shape == (18,)


def test_windows_that_do_not_fit_are_refused_beside_their_field():
    settings = replace(SHORT, values=60, steps=50)
    with pytest.raises(SettingsError) as refused:
        CurveSource().data(settings)
    assert "do not fit into the 48" in refused.value.problems["steps"]
    assert CurveSource().data(curve.suggested(settings, curve.built_in(settings))).steps == 16


def test_typed_numbers_are_checked():
    assert len(CurveSource.typed("\n".join(f"{i},5" for i in range(30))).own.values) == 30
    with pytest.raises(ValueError, match=r"2,001 numbers; more than 2,000 are opened as a file"):
        CurveSource.typed("1 " * (MOST_TYPED + 1))
    with pytest.raises(ValueError, match="typed has 2 values"):
        CurveSource.typed("1 2")


@pytest.mark.parametrize(
    "source",
    [
        CurveSource(),
        drawn(),
        CurveSource.typed(" ".join(str(i * i % 17) for i in range(60))),
        CurveSource.of(opened()),
        CurveSource.of(opened(), "day"),
        CurveSource(without=CurveSource().task(SHORT).columns.outputs[0]),
    ],
)
def test_what_is_kept_comes_back(source: CurveSource):
    back = exhaust(unpacking_curve(pack_curve(source)))
    assert (back.place, back.without, back.columns) == (
        source.place,
        source.without,
        source.columns,
    )
    assert back.told(SHORT) == source.told(SHORT) and back.code(SHORT) == source.code(SHORT)
    if source.without is None:
        assert back.series(SHORT).values.tolist() == source.series(SHORT).values.tolist()
        assert back.series(SHORT).name == source.series(SHORT).name


@pytest.mark.parametrize("hidden", ["gru:6", "8:tanh"])
@pytest.mark.parametrize("source", [CurveSource(), drawn(), CurveSource.of(opened())])
def test_the_program_trains_the_same_network(source: CurveSource, hidden: str, tmp_path: Path):
    settings = replace(SHORT, hidden=read_layers(hidden))
    text = program(settings, source.task(settings), source.code(settings))
    for name, content in source.files().items():
        (tmp_path / name).write_bytes(content)
    end = '\nnp.save("found.npy", model.parameters)\n'
    lines = f"import numpy as np\n{text}{end}"
    env = {"PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, "-c", lines], cwd=tmp_path, env=env, check=True)
    expected = trained(settings, source).model
    np.testing.assert_allclose(np.load(tmp_path / "found.npy"), expected.parameters, atol=1e-5)


def test_networks_of_other_labs_are_refused():
    others = [
        Experiment(points.DEFAULTS, points.task(points.DEFAULTS)),
        Experiment(temperature.DEFAULTS, temperature.task(temperature.DEFAULTS)),
    ]
    for other in others:
        with pytest.raises(ValueError, match="the network is not for a series"):
            check_model(other.model)
    model = trained(SHORT, CurveSource()).model
    model.columns = Columns.plain(("x",), "y")
    assert home_of(model) is None


def test_an_odd_network_for_a_series_is_refused():
    model = trained(SHORT, CurveSource()).model
    model.compile(loss="half_squared_error")
    check_model(model)
    model.inputs.scale = np.ones((16, 1))
    with pytest.raises(ValueError, match="scales each step by itself"):
        check_model(model)
