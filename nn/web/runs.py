"""Training and testing the network of a lab: one at a time, a little each animation frame."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

from pyscript.js_modules import glue

from nn.experiment.pace import one_step
from nn.experiment.settings import Settings, SettingsError
from nn.progress import Progress
from nn.web import dom
from nn.web.figures import described, figure
from nn.web.job import BUDGET
from nn.web.plan import Run, diverged
from nn.web.work import Work

if TYPE_CHECKING:
    from nn.web.lab import Lab

S = TypeVar("S", bound=Settings)

_DIVERGED = (
    "The loss is no longer finite: each step overshot by more than the one before, so the learning "
    "rate is too high. Lower it; Train then starts over with fresh weights."
)

_RARE = 0.1
"""Seconds between two chunks that leave time to paint everything after each."""


class Runs(Generic[S]):
    """What the buttons Train, Test and Step do."""

    def __init__(self, lab: Lab[S]) -> None:
        self._lab = lab
        self._pace = lab.speed.pace
        self._work = Work(lab.parts, lab.shown, self._pace)
        self._last = 0.0
        lab.parts.click("train", self._train_or_stop)
        lab.parts.click("test", self._test_or_stop)
        lab.parts.click("stepBatch", lambda: self._step(epoch=False))
        lab.parts.click("step", lambda: self._step(epoch=True))

    @property
    def state(self) -> str:
        """Whether the network is "ready", "training" or "testing"."""
        return self._work.state

    @property
    def busy(self) -> bool:
        """Whether the network is being trained or tested."""
        return self._work.busy

    # ---- Training.

    def _train_or_stop(self) -> None:
        lab = self._lab
        if self.busy:
            lab.stop()
            lab.memory.write()
            dom.announce(f"Stopped{'; Continue goes on from here' if lab.plan.run else ''}")
        elif instead := lab.instead():
            instead.begin()
        else:
            self.train()

    def train(self) -> None:
        """Begin to train, or go on where training stopped."""

        def ended() -> None:
            self._lab.plan.run = None
            dom.announce("Training is done")

        self._pace.most = None
        self._start("training", self._chunks(self._run), lambda progress: None, ended)

    def _step(self, epoch: bool) -> None:
        """Go on with the run, or begin one, for a mini-batch or an epoch."""
        latest: list[Progress] = []

        def each(progress: Progress) -> None:
            if progress.epoch and not progress.testing:
                latest[:] = [progress]

        def ended() -> None:
            if self._lab.experiment.run is None:
                self._lab.plan.run = None
            if latest:
                dom.announce(_stepped(latest[0]))

        self._start(
            "training", self._chunks(lambda settings: self._one(settings, epoch)), each, ended
        )

    def _one(self, settings: S, epoch: bool) -> Iterator[Progress | None]:
        """Return one step of the run, and after an epoch a test, if the run itself has none."""
        experiment, tested = self._lab.experiment, False
        chunks = self._run(settings)
        run = experiment.run
        assert run is not None
        self._pace.most = -(-run.samples // settings.batch_size) if epoch else 1
        for progress in one_step(chunks, settings.batch_size, epoch, run.validation_freq):
            yield progress
            tested = progress is not None and progress.evaluation is not None
        if epoch and not tested:
            yield from experiment.test(self._lab.test_data, BUDGET)

    def _chunks(self, run: Callable[[S], Iterator[Progress | None]]) -> Iterator[Progress | None]:
        """Make a new network if the form asks for one, and return its training, or what waits."""
        lab = self._lab
        lab.check_data()
        settings = lab.form.read()
        if lab.plan.renews(settings, lab.experiment.model):
            with lab.memory.undoable():
                lab.make_network(settings)
            dom.log(f"A new network: {lab.shape}")
        return lab.after_arrival(lambda: run(settings)) if lab.waits_for() else run(settings)

    def _run(self, settings: S) -> Iterator[Progress | None]:
        """Return the run that was stopped, if it may go on, or a new one."""
        lab = self._lab
        lab.check_data()  # once more: some of it may have arrived since
        run = lab.plan.run
        if run is None or not run.goes_on(settings):
            freq = lab.validation_freq(settings)
            try:
                chunks = lab.experiment.train(
                    settings, lab.data, lab.test_data, BUDGET, freq, self._pace.limit
                )
            except SettingsError as error:
                lab.form.refuse(error)
                raise
            run = lab.plan.run = Run(chunks, settings)
            lab.meter.begin()
            dom.announce(f"Training {lab.shape}")
        begun = lab.experiment.run
        # An endless run has no length: it goes as fast as one of the usual epochs.
        epochs = settings.epochs or lab.defaults.epochs or 1
        samples = begun.samples if begun is not None else len(lab.data)
        self._pace.begin(epochs * samples, min(settings.batch_size, samples), time.perf_counter())
        return run.chunks

    # ---- Tests.

    def _test_or_stop(self) -> None:
        lab = self._lab
        if self.busy:
            lab.stop()
            dom.announce("Test stopped")
            return
        lab.check_data()

        def each(progress: Progress) -> None:
            evaluation = progress.evaluation
            if evaluation is not None:
                lab.tested(evaluation, lab.experiment.history.samples)
                dom.announce(f"Test: {described(evaluation)}")
                if lab.shows_tests:
                    glue.chooseTab(lab.parts.element("testTab"))

        self._start("testing", lab.experiment.test(lab.test_data, BUDGET), each, lambda: None)

    # ---- Both.

    def _start(
        self,
        state: str,
        chunks: Iterator[Progress | None],
        each: Callable[[Progress], None],
        ended: Callable[[], None],
    ) -> None:
        lab = self._lab
        lab.panels.stop()

        def taken_in(progress: Progress) -> None:
            lab.meter.add(progress, lab.experiment.history.samples)
            if not math.isfinite(progress.loss) and diverged(lab.experiment.model):
                self._give_up()
                return
            lab.trail.add(lab.experiment.model.parameters)
            if progress.evaluation is not None:
                lab.evaluated(progress.evaluation)
            each(progress)
            lab.memory.tick()
            before, self._last = self._last, time.perf_counter()
            if self._last - before > _RARE:
                lab.painter.paint_all()
            else:
                lab.painter.paint_one()

        def over() -> None:
            lab.stop()
            lab.painter.paint_all()
            lab.memory.write()

        lab.show_engine()
        lab.meter.start()
        self._work.start(state, chunks, taken_in, ended, over)

    def _give_up(self) -> None:
        """End a run that has diverged: numbers that are none stay so, however long it goes on."""
        self._lab.forget_run()
        self._lab.painter.paint_all()
        dom.complain(ValueError(_DIVERGED))

    def stop(self) -> None:
        """Stop what is going on; Train goes on with it."""
        if self.busy:
            self._lab.meter.paint_figures()
            self._lab.meter.paint_charts()
        self._work.stop()


def _stepped(progress: Progress) -> str:
    """Return what a step has done, in words."""
    of = "" if progress.epochs is None else f" of {progress.epochs:,}"
    done = f"{progress.done:,} of {progress.total:,} samples"
    return f"Step: epoch {progress.epoch:,}{of}, {done}, loss {figure(progress.loss)}"
