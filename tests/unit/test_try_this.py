"""Each "Try this" of the page shows what it says: its link is run as the lab would run it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest

from nn.data.columns import Output
from nn.experiment.experiment import Experiment
from nn.experiment.settings import parse
from nn.explain.why import why
from nn.forecasting import Yardsticks, continued, influence, one_step_ahead, yardsticks
from nn.labs import colours, curve, digits, points, temperature, text
from nn.labs.curve_source import CurveSource
from nn.labs.text_source import Learnt, TextSource
from nn.metrics import bits_per_character
from nn.model import Sequential
from nn.progress import Evaluation
from nn.writing import Writer
from tests.help_texts import TEXTS

BUDGET = 1e9  # seconds of work between two looks at it: no page has to stay alive here


class Curves:
    """The lab of curves, with those that are built in."""

    DEFAULTS = curve.DEFAULTS
    task = staticmethod(CurveSource().task)

    @staticmethod
    def data(settings: curve.CurveSettings) -> tuple[Any, Any]:
        parts = CurveSource().data(settings)
        return parts.train, parts.test


class Texts:
    """The lab of texts, with those that come along."""

    DEFAULTS = text.DEFAULTS
    task = staticmethod(TextSource().task)

    @staticmethod
    def data(settings: text.TextSettings) -> tuple[Any, Any]:
        return learnt(settings).parts


def learnt(settings: text.TextSettings) -> Learnt:
    source = TextSource()
    return source.data(settings, source.alphabet(settings))


LABS: dict[str, Any] = {
    "points": points,
    "colours": colours,
    "temperature": temperature,
    "curve": Curves,
    "text": Texts,
}
DEFAULTS = {"digits": digits.PRESETS["Classic"]} | {k: lab.DEFAULTS for k, lab in LABS.items()}


@dataclass(frozen=True)
class Ended:
    """A run that came to its end.

    Attributes:
        model: the network, trained.
        inputs: what it was trained on.
        tests: the result after each epoch that was tested, the first one first.
        epochs: how many were trained.
        train_accuracy: on the last training samples, while they were learnt.
        settings: of the run.
    """

    model: Sequential
    inputs: np.ndarray
    tests: list[Evaluation]
    epochs: int
    train_accuracy: float | None
    settings: Any

    @property
    def last(self) -> Evaluation:
        return self.tests[-1]

    @property
    def accuracy(self) -> float:
        assert self.last.accuracy is not None
        return self.last.accuracy

    @property
    def lowest_loss(self) -> float:
        return min(test.loss for test in self.tests)


@pytest.fixture(scope="module")
def run(mnist) -> Callable[..., Ended]:
    """A function that trains what a link says, with some of its settings changed."""

    def data_of(lab: str, settings: Any) -> tuple[Any, Any]:
        if lab == "digits":
            return mnist.train, mnist.test
        if lab == "colours":
            split = colours.data(settings)
            return split.train, split.test
        return LABS[lab].data(settings)

    @cache
    def trained(link: str, changes: tuple[tuple[str, str], ...]) -> Ended:
        lab, _, query = link.removeprefix("#").partition("?")
        texts = {**dict(parse_qsl(query, strict_parsing=True)), **dict(changes)}
        assert texts.keys() <= DEFAULTS[lab].table.keys()
        engine = "wasm" if lab in ("curve", "text") else "numpy"
        settings = replace(parse(texts, DEFAULTS[lab]), engine=engine)
        data, test = data_of(lab, settings)
        task = (digits if lab == "digits" else LABS[lab]).task(settings)
        experiment = Experiment(settings, task)
        tests, epochs, accuracy = [], 0, None
        freq = max(1, settings.epochs // 40)
        with np.errstate(all="ignore"):
            for progress in experiment.train(settings, data, test, BUDGET, freq):
                epochs = max(epochs, progress.epoch)
                if progress.evaluation is not None:
                    tests.append(progress.evaluation)
                elif not progress.testing:
                    accuracy = progress.accuracy
        return Ended(experiment.model, data.inputs, tests, epochs, accuracy, settings)

    return lambda link, **changes: trained(link, tuple(changes.items()))


def always_the_same(run: Ended) -> bool:
    """Whether a network answers the same, whatever its input."""
    answers = run.model.predict(run.inputs)
    return bool(np.ptp(answers, axis=0).max() < 1e-6)


# ---- What each shows, by its link less the settings that are only there to make it quick.


def no_hidden_layer(run, link):
    assert run(link).accuracy < 0.65
    assert run(link, hidden="4,4").accuracy > 0.95


def too_few_units(run, link):
    assert run(link).accuracy < 0.7
    assert run(link, hidden="16,16").accuracy > 0.95


def linear_layers(run, link):
    assert run(link).accuracy < 0.7
    assert run(link, activation="tanh").accuracy > 0.95


def dead_relu(run, link):
    assert always_the_same(run(link)) and run(link).accuracy < 0.65
    assert run(link, activation="leaky_relu").accuracy > 0.95


def rate_too_high(run, link):
    assert run(link).accuracy < 0.75
    losses = [test.loss for test in run(link).tests]
    assert sum(b > a for a, b in zip(losses, losses[1:], strict=False)) > len(losses) / 4
    assert run(link, learningRate="0.03").accuracy > 0.95


def rate_too_low(run, link):
    before, after = run(link, epochs="1").last.loss, run(link).last.loss
    assert after > 0.9 * before
    assert run(link, learningRate="0.03").last.loss < 0.1 * before


def rate_without_end(run, link):
    assert not math.isfinite(run(link).last.loss)
    assert run(link, learningRate="0.0005").last.loss < 1e-3


def batch_of_1(run, link):
    assert run(link).accuracy == pytest.approx(0.9, abs=0.02)


def batch_of_256(run, link):
    assert run(link).accuracy < 0.5
    assert -(-10_000 // 256) == 40


def plain_sgd(run, link):
    assert run(link).accuracy < 0.85
    assert run(link, optimizer="adam").accuracy > 0.9


def overfitting(run, link):
    assert run(link).train_accuracy == 1
    assert run(link).last.loss > 2 * run(link).lowest_loss


def with_l2(run, link):
    assert run(link).last.loss < 1.3 * run(link).lowest_loss
    assert run(link).last.loss < 0.5 * run(link, l2="0").last.loss


def with_dropout(run, link):
    assert run(link).last.loss < 0.7 * run(link, hidden="64,64").last.loss


def with_patience(run, link):
    assert run(link).epochs < 20
    assert run(link).last.loss < 0.5 * run(link, patience="").last.loss


def numerical_gradients(run, link):
    same = run(link, gradients="backpropagation")
    assert run(link).last.loss == pytest.approx(same.last.loss, rel=0.02)


def noise(run, link):
    assert run(link).accuracy < 0.9 and run(link).train_accuracy < 0.9
    assert run(link, epochs="200").accuracy < 0.9
    assert run(link, noise="0").accuracy > 0.97


def one_layer(run, link):
    output = Output("digit", tuple("0123456789"))
    reasons, others = (
        why(made.model, made.inputs[:1], output) for made in (run(link), run(link, hidden="30"))
    )
    case = reasons.cases[0]
    bias = run(link).model.layers[0].bias[case.label]
    assert reasons.exact and not others.exact
    assert case.rest == pytest.approx(bias, abs=1e-4)
    assert run(link).accuracy > 0.85


def into_the_valley(run, link):
    first = run(link, epochs="20").model.parameters
    last = run(link).model.parameters
    assert first[0] > 2 and first[1] < 2
    assert 1.8 < last[0] < first[0] and first[1] < last[1] < 32
    assert run(link).last.loss < run(link, epochs="20").last.loss


def foretold(ended: Ended) -> tuple[Yardsticks, float]:
    """How far the network is off one step ahead, and on its own all along the held-out end."""
    values = CurveSource().series(ended.settings).values
    start = CurveSource().data(ended.settings).start
    alone = list(islice(continued(ended.model, values[:start]), len(values) - start))
    ahead = yardsticks(values, one_step_ahead(ended.model, values, start))
    return ahead, float(np.abs(alone - values[start:]).mean())


def two_waves(run, link):
    ahead, alone = foretold(run(link))
    assert 10 * ahead.network < ahead.straight_line and alone < 0.3


def saw(run, link):
    ahead, _ = foretold(run(link))
    assert 10 * ahead.network < ahead.straight_line
    values = CurveSource().series(run(link).settings).values
    wrong = np.abs(np.diff(values, 2)) > 1e-9
    assert 0 < wrong.mean() < 0.1


def without_hidden_layer(run, link):
    ahead, alone = foretold(run(link))
    assert 10 * ahead.network < ahead.straight_line and alone < 0.02
    assert foretold(run(link, curve="saw"))[1] < 0.02
    ahead, _ = foretold(run(link, curve="chaos"))
    assert 2 * ahead.network > ahead.same_as_last


def single_neuron(run, link):
    ended, other = run(link), run(link, hidden="gru:32", epochs="60")
    values = CurveSource().series(ended.settings).values
    found, recurrent = (np.abs(influence(each.model, values)) for each in (ended, other))
    np.testing.assert_allclose(found, np.abs(ended.model.layers[0].kernel[:, 0]), atol=0.02)
    assert found[:-8].max() > found[-8:].max() > 0.05
    assert recurrent[:-8].max() < 0.1 * recurrent[-8:].max()


def noisy_sine(run, link):
    ahead, alone = foretold(run(link))
    assert ahead.network < ahead.same_as_last < ahead.straight_line
    found = np.array(list(islice(continued(run(link).model, np.zeros(400)), 200)))
    values = CurveSource().series(run(link).settings).values
    assert np.abs(np.diff(found)).mean() < 0.5 * np.abs(np.diff(values)).mean()


def short_windows(run, link):
    ahead, alone = foretold(run(link))
    assert 5 * ahead.network < ahead.straight_line and alone > 0.5
    assert foretold(run(link, steps="64"))[1] < 0.1


def chaos(run, link):
    ahead, alone = foretold(run(link))
    assert 20 * ahead.network < ahead.same_as_last < ahead.straight_line and alone > 0.3
    values = CurveSource().series(run(link).settings).values
    found = np.array(list(islice(continued(run(link).model, values[:160]), 40)))
    errors = np.abs(found - values[160:])
    assert errors[:3].max() < 0.1 and errors[12:].max() > 0.5
    assert abs(found.std() - values.std()) < 0.2


def bits(ended: Ended) -> tuple[float, float]:
    """What a character of the held-out end takes: by the network, and by bigrams."""
    return bits_per_character(ended.last.loss), learnt(ended.settings).yardsticks[0]


def a_book(run, link):
    ended = run(link, epochs="4")
    network, bigrams = bits(ended)
    assert network < 0.85 * bigrams
    alphabet = text.alphabet_of(ended.model)
    writer = Writer(ended.model)
    writer.read(alphabet.encode("\n"))
    written = alphabet.decode(writer.write(2_000, 0.7, 1))
    known = set(re.findall(r"[a-z]+", learnt(ended.settings).text.lower()))
    words = re.findall(r"[a-z]+", written.lower())
    assert np.mean([word in known for word in words]) > 0.6
    lines = [len(line) for line in written.split("\n")[1:-1] if line]
    assert 40 < np.median(lines) < 80


def without_memory(run, link):
    network, bigrams = bits(run(link))
    assert abs(network - bigrams) < 0.06
    assert bits(run(link, hidden="embedding:32,gru:64"))[0] < 0.9 * bigrams


def simplest_memory(run, link):
    network, bigrams = bits(run(link))
    assert network < 0.92 * bigrams
    assert bits(run(link, hidden="embedding:32,gru:64"))[0] < network


SHOWS = {
    "No hidden layer for the digits": one_layer,
    "No hidden layer for exclusive-or": no_hidden_layer,
    "Two units for the spiral": too_few_units,
    "Linear layers for the circle": linear_layers,
    "Dead relu": dead_relu,
    "A learning rate that is too high": rate_too_high,
    "A learning rate that is too low": rate_too_low,
    "A learning rate that never settles": rate_without_end,
    "Batch size 1": batch_of_1,
    "Batch size 256": batch_of_256,
    "Plain sgd for the colours": plain_sgd,
    "Overfitting: 50 samples": overfitting,
    "The same with L2 0.01": with_l2,
    "The same with dropout": with_dropout,
    "Early stopping with 50 samples": with_patience,
    "Numerical gradients": numerical_gradients,
    "A lot of noise": noise,
    "Into the valley": into_the_valley,
    "Two waves": two_waves,
    "A saw": saw,
    "A sine without a hidden layer": without_hidden_layer,
    "Chaos": chaos,
    "A single neuron": single_neuron,
    "A noisy sine": noisy_sine,
    "Windows of four values": short_windows,
    "A book": a_book,
    "Without a memory": without_memory,
    "The simplest memory": simplest_memory,
}

TRIES = {
    name: link
    for group in TEXTS.values()
    for said in group.values()
    for link, name, _ in said.get("try", [])
}


def test_every_try_this_is_run():
    assert TRIES.keys() == SHOWS.keys()


@pytest.mark.parametrize("name", SHOWS)
def test_what_it_says_it_shows(run, name):
    SHOWS[name](run, TRIES[name])
