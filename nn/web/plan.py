"""What Train will do: make a new network, begin a run, or go on with one that was stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from nn.experiment.experiment import Experiment
from nn.experiment.settings import Settings
from nn.model import Sequential
from nn.progress import Progress

S = TypeVar("S", bound=Settings)


@dataclass(frozen=True, eq=False)
class Run(Generic[S]):
    """Training that has begun, and may have been stopped.

    Attributes:
        chunks: what is left of it; each is trained when it is pulled.
        settings: those it began with.
    """

    chunks: Iterator[Progress | None]
    settings: S

    def goes_on(self, settings: S) -> bool:
        """Whether it is the training that is asked for."""
        return self.settings == settings


@dataclass(frozen=True)
class Instead:
    """What Train does in place of training the network on what it was trained on.

    Attributes:
        button: what the button is called.
        told: a sentence on it.
        begin: does it.
    """

    button: str
    told: str
    begin: Callable[[], None]


class Plan(Generic[S]):
    """What Train will do.

    Attributes:
        network: the part of the settings that the network was made with; None before the first.
        run: the last one, unless it came to its end or cannot go on.
    """

    def __init__(self) -> None:
        self.network: tuple[object, ...] | None = None
        self.run: Run[S] | None = None

    def renews(self, settings: S, model: Sequential) -> bool:
        """Whether Train, with these settings, will put a new network in the place of ``model``."""
        return settings.network() != self.network or diverged(model)

    def button(self, settings: S | None) -> str:
        """Return what the button that trains is called, with these settings in the form."""
        run = self.run
        if run is None or settings is None or settings.network() != self.network:
            return "Train"
        return "Continue" if run.goes_on(settings) else "Train"

    def told(self, settings: S | None, experiment: Experiment, busy: bool) -> str:
        """Return a sentence on it, where it is not plain.

        Args:
            settings: what the form says; None if some of it makes no sense.
            experiment: the network, and what it has been through.
            busy: whether the network is being trained or tested.
        """
        if settings is None:
            return "Fix the marked fields first."
        if busy:
            changed = self.run is not None and settings != self.run.settings
            return "Changes take effect with the next Train." if changed else ""
        if settings.network() != self.network:
            return "Train starts a new network: the settings have changed."
        if diverged(experiment.model):
            return "Train starts over: these weights are no longer finite."
        if self.run is not None and self.run.goes_on(settings):
            return "Continue picks up where it stopped."
        if experiment.history.samples:
            return "Train continues from here."
        return "Train goes on until you stop it." if settings.epochs is None else ""


def diverged(model: Sequential) -> bool:
    """Whether numbers of the network are none any more: no training brings them back."""
    return not bool(np.isfinite(model.parameters).all())
