"""What all labs of the page share: a network that is trained, tested, kept and looked at."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from pyscript import window
from pyscript.js_modules import glue

from nn.data import Dataset
from nn.elsewhere import BelongsElsewhere, of_file
from nn.experiment.experiment import Experiment, check
from nn.experiment.settings import Settings, SettingsError
from nn.experiment.task import DataCode, Task
from nn.formats import weights
from nn.labs.homes import home_of
from nn.model import Sequential
from nn.progress import Evaluation, Progress
from nn.web import dom, files
from nn.web.dom import Parts
from nn.web.form import Form
from nn.web.job import BUDGET
from nn.web.meter import Meter
from nn.web.painter import Painter
from nn.web.panels import Panels
from nn.web.plan import Plan, Run, diverged
from nn.web.text import described, percent
from nn.web.work import Work

S = TypeVar("S", bound=Settings)

_DIVERGED = (
    "The loss is not a number any more: each step went further beyond the goal than the one "
    "before, so the learning rate is too high. Lower it, then Train starts with fresh weights."
)


class Lab(Generic[S]):
    """A lab of the page.

    A subclass says what is learnt, and shows it; it sets ``name``, ``defaults`` and ``presets``,
    and calls :meth:`begin` once its own elements are ready.

    Attributes:
        name: the lab's, in the address and before the ids of its elements.
        defaults: the settings it starts with.
        presets: settings worth starting from, by the names of their buttons.
        known_comparison: settings that others have compared, with the accuracies they found.
        greeting: what is said when the lab has been opened.
        parts: its elements.
        shown: set while this lab is shown, and not another one.
        panels: the panels that all labs have.
        form, meter, painter: the settings, the figures, and what is painted during work.
        experiment: the network and what it has been through.
        data, test_data: what it is trained on and tested with.
        made_with: the settings that the network was made with, or loaded.
    """

    name: str
    defaults: S
    presets: dict[str, S] = {}
    known_comparison: Sequence[tuple[S, float]] = ()
    greeting = "Ready: press Train"
    logarithmic_loss = False

    experiment: Experiment
    data: Dataset
    test_data: Dataset
    made_with: S

    def __init__(self) -> None:
        self.parts = Parts(self.name)
        self.meter = Meter(self.parts, self.logarithmic_loss)
        self.painter = Painter()
        self.shown = asyncio.Event()
        self._work = Work(self.parts, self.shown)
        self._plan: Plan[S] = Plan()

    # ---- What a subclass says.

    def task(self, settings: S) -> Task:
        """Return what a network with these settings is for."""
        raise NotImplementedError

    def data_for(self, settings: S) -> tuple[Dataset, Dataset]:
        """Return what a network with these settings is trained on and tested with."""
        raise NotImplementedError

    def data_code(self, settings: S) -> DataCode:
        """Return how a program in a terminal gets the same data."""
        raise NotImplementedError

    def check_data(self) -> None:
        """Raise a ValueError if there is nothing to train on and to test with."""

    def validation_freq(self, settings: S) -> int:
        """Return how many epochs come before each test."""
        return 1

    def check_loaded(self, model: Sequential) -> None:
        """Raise a ValueError if the network of a weights file is not for this lab."""
        raise NotImplementedError

    def adopted(self) -> None:
        """Show a network that has just taken the place of the former one."""

    def form_changed(self, settings: S | None) -> None:
        """Take in that the form was changed; there are no settings if some make no sense."""

    def tested(self, evaluation: Evaluation) -> None:
        """Show the result of a test that a visitor asked for."""

    async def open_files(self, chosen: list[Any]) -> None:
        """Open files that were dropped on the page."""
        await self._open_weights(chosen)

    # ---- Beginning.

    def begin(self) -> None:
        """Read the form, make the first network, and listen to the visitor from now on."""
        self.panels = Panels(self)
        self.form: Form[S] = Form(
            self.parts, self.defaults, self.presets, self._check, self._form_changed
        )
        self._make_network(self.form.valid() or self.defaults)
        self.painter.add(0.15, self.meter.paint_figures)
        self.painter.add(0.4, self.meter.paint_charts)
        self.parts.click("train", self._train_or_stop)
        self.parts.click("test", self._test_or_stop)
        self.parts.click("reset", self._reset)
        self.parts.click("saveWeights", self._save)
        self.parts.on_files("weightsFile", self._open_weights)
        dom.on(window, "resize", lambda event: self._resize())
        dark = window.matchMedia("(prefers-color-scheme: dark)")
        dom.on(dark, "change", lambda event: self.restyle())

    def show(self, shown: bool) -> None:
        """Go on, or pause, now that the lab is shown or another one is."""
        if not shown:
            if self.busy and self.shown.is_set():
                dom.log(f"{self.name.capitalize()} pauses, and goes on when you come back")
            self.shown.clear()
        elif not self.shown.is_set():
            self.shown.set()
            self.meter.start()
            self._show_engine()
            self.restyle()
            self.painter.paint_all()

    def restyle(self) -> None:
        """Draw everything in the colours and the size that the page has now."""
        self.meter.restyle()
        self.panels.restyle()

    def _resize(self) -> None:
        self.meter.resize()
        self.panels.resize()

    # ---- The network.

    @property
    def state(self) -> str:
        """Whether the network is "ready", "training" or "testing"."""
        return self._work.state

    @property
    def busy(self) -> bool:
        """Whether the network is being trained or tested."""
        return self._work.busy

    def _check(self, settings: S) -> None:
        check(settings, self.task(settings))

    def _make_network(self, settings: S) -> None:
        try:
            experiment = Experiment(settings, self.task(settings))
            self.data, self.test_data = self.data_for(settings)
        except SettingsError as error:
            self.form.refuse(error)
            raise
        self._adopt(experiment, settings)

    def _adopt(self, experiment: Experiment, settings: S) -> None:
        """Go on with this network, whatever was going on before."""
        self.forget_run()
        self.experiment, self.made_with = experiment, settings
        self._plan.network = settings.network()
        self.meter.clear()
        self.adopted()
        self._form_changed()

    def forget_run(self) -> None:
        """Stop, for good: the next training begins a new run."""
        self._plan.run = None
        self.stop()

    def remake(self) -> None:
        """Make a network with fresh weights, as the form says."""
        self._make_network(self.form.read())

    def _reset(self) -> None:
        self.remake()
        dom.announce(f"A new network, {self.shape}, with fresh weights")

    @property
    def shape(self) -> str:
        """The shapes of a sample from input to output, such as 784-100-10."""
        shapes = self.experiment.model.shapes
        return "-".join("x".join(map(str, shape)) for shape in shapes)

    def _form_changed(self) -> None:
        if self._plan.network is not None:
            self.form_changed(self.form.valid())
            self.parts.show("plan", self._plan.told(self.form.valid(), self.experiment, self.busy))
            self.panels.refresh()
            self._show_engine()

    def _show_engine(self) -> None:
        if glue.currentLab() == self.name:
            dom.show("engine", self.experiment.model.program.name)

    # ---- Training and testing.

    def _train_or_stop(self) -> None:
        if self.busy:
            self.stop()
            dom.announce("Stopped; Train goes on from here")
        else:
            self.train()

    def train(self) -> None:
        """Begin to train, or go on where training stopped."""

        def ended() -> None:
            self._plan.run = None
            dom.announce("Training is done")

        self._start("training", self._ready_run(by_step=False), lambda progress: None, ended)

    def step(self) -> None:
        """Train one epoch, and test; the steps after one another are a run of their own."""
        self.stop()

        def each(progress: Progress) -> None:
            if progress.evaluation is not None:
                if progress.epoch == progress.epochs:
                    self._plan.run = None
                self.stop()
                self.painter.paint_all()

        def ended() -> None:
            self._plan.run = None

        self._start("training", self._ready_run(by_step=True), each, ended)

    def _ready_run(self, by_step: bool) -> Iterator[Progress]:
        """Return the run that was stopped, if it may go on, or a new one."""
        self.check_data()
        settings = self.form.read()
        if self._plan.renews(settings, self.experiment.model):
            self._make_network(settings)
            dom.log(f"A new network: {self.shape}")
        run = self._plan.run
        if run is None or not run.goes_on(settings, by_step):
            # A chunk of work never goes beyond a test: to stop after an epoch, test after each.
            freq = 1 if by_step else self.validation_freq(settings)
            try:
                chunks = self.experiment.train(settings, self.data, self.test_data, BUDGET, freq)
            except SettingsError as error:
                self.form.refuse(error)
                raise
            run = self._plan.run = Run(chunks, settings, by_step)
            self.meter.begin()
            if not by_step:
                dom.announce(f"Training {self.shape}")
        return run.chunks

    def _test_or_stop(self) -> None:
        if self.busy:
            self.stop()
            dom.announce("Test stopped")
            return
        self.check_data()

        def each(progress: Progress) -> None:
            evaluation = progress.evaluation
            if evaluation is not None:
                self.tested(evaluation)
                dom.announce(f"Test: {described(evaluation)}")

        self._start("testing", self.experiment.test(self.test_data, BUDGET), each, lambda: None)

    def _start(
        self,
        state: str,
        chunks: Iterator[Progress],
        each: Callable[[Progress], None],
        ended: Callable[[], None],
    ) -> None:
        self.panels.stop()

        def taken_in(progress: Progress) -> None:
            self.meter.add(progress, self.experiment.history.samples)
            if not math.isfinite(progress.loss) and diverged(self.experiment.model):
                self._give_up()
                return
            each(progress)
            if self._work.slow():
                self.painter.paint_all()
            else:
                self.painter.paint_one()

        def over() -> None:
            self.stop()
            self.painter.paint_all()

        self._show_engine()
        self.meter.start()
        self._work.start(state, chunks, taken_in, ended, over)

    def _give_up(self) -> None:
        """End a run that has diverged: numbers that are none stay so, however long it goes on."""
        self.forget_run()
        self.painter.paint_all()
        dom.complain(ValueError(_DIVERGED))

    def stop(self) -> None:
        """Stop what is going on; Train goes on with it."""
        if self.busy:
            self.meter.paint_figures()
        self._work.stop()
        self._form_changed()

    # ---- Weights, out and in.

    def _save(self) -> None:
        glue.download("weights.json", self.experiment.saved())
        dom.announce("Saved weights.json")

    async def load_shipped(self, address: str) -> None:
        """Load a weights file that comes with the page."""
        self.load(await files.shipped(address), address)

    async def _open_weights(self, chosen: list[Any]) -> None:
        file = files.only(chosen, "weights file")
        files.check_size(file.name, file.size, weights.MAX_BYTES)
        self.load(await files.content(file), file.name)

    def load(self, data: bytes, name: str) -> None:
        """Go on with the network of a weights file called ``name``."""
        try:
            experiment = Experiment.loaded(data)
            self._check_home(experiment.model)
            settings = self.settings_of(experiment)
        except ValueError as error:
            raise of_file(name, error) from None
        self.form.write(settings)
        self._adopt(experiment, settings)
        accuracy = experiment.history.test_accuracy
        known = ""
        if accuracy is not None:
            self.meter.show_accuracy(accuracy)
            known = f", test accuracy {percent(accuracy, 2)} when it was saved"
        dom.announce(f"Loaded {name}: {self.shape}{known}")

    def _check_home(self, model: Sequential) -> None:
        """Raise a ValueError unless the network is for this lab; say for which one it is."""
        try:
            self.check_loaded(model)
        except ValueError as error:
            home = home_of(model)
            if home is None or home.lower() == self.name:
                raise
            message = f"{error}. It opens in the lab {home}"
            raise BelongsElsewhere(message, home.lower()) from None

    def settings_of(self, experiment: Experiment) -> S:
        """Return the settings to show for a network that was loaded."""
        return experiment.settings(self.defaults, self.task(self.defaults))
