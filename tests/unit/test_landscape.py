"""The landscape is the loss itself, over the plane that it says, and the path lies in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nn.data import Dataset
from nn.experiment.experiment import Experiment
from nn.experiment.trail import Trail
from nn.explain.landscape import (
    Landscape,
    Plane,
    neuron_plane,
    random_plane,
    size_for,
    surveying,
)
from nn.labs import digits, points, temperature
from nn.layers import BatchNormalization, Conv2D, Dense, Flatten
from nn.model import Sequential
from nn.progress import exhaust


@pytest.fixture(params=["numpy", "wasm"])
def learnt(request):
    """A network for points that has learnt a little, and its data."""
    settings = replace(
        points.DEFAULTS, points=60, epochs=3, hidden=points.layers(4), l2=0.01, engine=request.param
    )
    experiment = Experiment(settings, points.task(settings))
    data, test = points.data(settings)
    list(experiment.train(settings, data, test, 1e9))
    return experiment.model, data


def loss_at(model, data, parameters):
    kept = model.parameters.copy()
    model.parameters = parameters
    try:
        return model.program.evaluate(data, 0, len(data))[0].loss / len(data) + model.penalty()
    finally:
        model.parameters = kept


def test_every_height_is_the_loss_with_those_weights(learnt):
    model, data = learnt
    plane = random_plane(model, np.random.default_rng(1))
    before = model.parameters.copy()
    found = exhaust(surveying(model, data, plane, 5))
    assert np.array_equal(model.parameters, before)
    for row, column in ((0, 0), (2, 2), (4, 1), (1, 3)):
        across, up = -1 + column / 2, 1 - row / 2
        expected = loss_at(model, data, plane.parameters(across, up))
        assert found.losses[row, column] == pytest.approx(expected, rel=1e-5)
    assert found.losses[2, 2] == pytest.approx(loss_at(model, data, before), rel=1e-5)
    assert found.done == 1


def test_directions_are_normalized_by_filter_and_seeded():
    model = Sequential([Conv2D(3, 3), BatchNormalization(), Flatten(), Dense(4, use_bias=True)])
    model.build((6, 6, 2), 1)
    plane = random_plane(model, np.random.default_rng(1))
    again = random_plane(model, np.random.default_rng(1))
    other = random_plane(model, np.random.default_rng(2))
    assert np.array_equal(plane.directions, again.directions)
    assert not np.array_equal(plane.directions, other.directions)
    assert np.array_equal(plane.parameters(0, 0), model.parameters)
    start = 0
    for layer, views in zip(model.layers, model.gradient_views, strict=True):
        for name, view in views.items():
            for direction in plane.directions:
                part = direction[start : start + view.size].reshape(view.shape)
                if name != "kernel":
                    assert not part.any()
                    continue
                axes = tuple(range(view.ndim - 1))
                lengths = np.linalg.norm(layer.kernel.reshape(-1, view.shape[-1]), axis=0)
                assert np.sqrt(np.square(part).sum(axes)) == pytest.approx(lengths, rel=1e-5)
            start += view.size
    first, second = plane.directions
    assert abs(first @ second) < 0.5 * np.linalg.norm(first) * np.linalg.norm(second)


def test_places_are_found_again(learnt):
    model, _ = learnt
    plane = random_plane(model, np.random.default_rng(3))
    asked = np.array([[0.5, -0.25], [0, 0], [1, 1]])
    weights = np.array([plane.parameters(*place) for place in asked])
    assert plane.places(weights) == pytest.approx(asked, abs=1e-6)
    assert plane.holds(asked) and not plane.holds(np.array([[0, 1.1]]))


def test_the_valley_of_the_one_neuron_holds_its_path_and_its_floor():
    settings = replace(temperature.DEFAULTS, epochs=3000)
    experiment = Experiment(settings, temperature.task(settings))
    data, test = temperature.data(settings)
    trail = Trail()
    trail.add(experiment.model.parameters)
    for _ in experiment.train(settings, data, test, 1e-3, 1000):
        trail.add(experiment.model.parameters)
    path = trail.path(2)
    plane = neuron_plane(experiment.model, data, path)
    assert plane.holds(path)
    assert plane.holds(np.array([[1.8, 32.0]]))
    found = exhaust(surveying(experiment.model, data, plane, 41))
    row, column = np.unravel_index(found.losses.argmin(), found.losses.shape)
    lowest = np.array([found.losses[row, column], found.losses.max()])
    assert lowest[0] < 1e-2 * lowest[1]
    heights = found.heights()
    assert heights.min() == 0 and heights.max() == 1
    # The walk went downhill.
    first, last = (loss_at(experiment.model, data, path[i]) for i in (0, -1))
    assert last < first


def test_a_run_that_overshoots_does_not_widen_the_view_without_end():
    model = Experiment(temperature.DEFAULTS, temperature.task(temperature.DEFAULTS)).model
    data, _ = temperature.data(temperature.DEFAULTS)
    path = np.array([[0.5, 0.5], [-1e30, 1e28], [np.nan, np.inf]])
    plane = neuron_plane(model, data, path)
    assert np.all(np.isfinite([*plane.low, *plane.high]))
    assert plane.high[0] - plane.low[0] < 50


def test_heights_know_what_has_no_number():
    plane = Plane(np.zeros(2), np.eye(2), (0, 0), (1, 1))
    heights = Landscape(plane, np.array([[np.inf, 1.0], [np.nan, 0.01]]), 1).heights()
    assert heights[0].tolist() == [1, 1] and heights[1, 1] == 0 and np.isnan(heights[1, 0])
    assert Landscape(plane, np.full((2, 2), 3.0), 1).heights().tolist() == [[0.5, 0.5]] * 2


def test_large_networks_are_looked_at_with_fewer_samples_in_fewer_places():
    small = Experiment(points.DEFAULTS, points.task(points.DEFAULTS)).model
    assert size_for(small, 160) == (41, 160)
    settings = digits.PRESETS["Convolution"]
    large = Experiment(settings, digits.task(settings)).model
    side, samples = size_for(large, 60_000)
    assert side == 25 and 50 <= samples < 500


def test_data_that_does_not_fit_is_refused(learnt):
    model, _ = learnt
    data = Dataset(np.zeros((3, 5)), np.zeros((3, 1)))
    plane = random_plane(model, np.random.default_rng(1))
    with pytest.raises(ValueError, match="shape"):
        next(surveying(model, data, plane, 3))


def test_a_trail_is_kept_of_small_networks_only():
    trail = Trail()
    trail.add(np.zeros(101))
    assert trail.path(101).shape == (0, 101)
    trail.add(np.ones(3))
    assert trail.path(3).tolist() == [[1, 1, 1]]
    assert trail.path(4).shape == (0, 4)
    other = Trail()
    other.bring_back(trail.path(3))
    assert other.path(3).tolist() == [[1, 1, 1]]
