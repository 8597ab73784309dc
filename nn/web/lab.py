"""What all labs of the page share: a network that is trained, tested, kept and looked at."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from pyodide.ffi import to_js
from pyscript import window
from pyscript.js_modules import glue

from nn.data import Dataset
from nn.elsewhere import of_file
from nn.experiment.experiment import Experiment, check
from nn.experiment.settings import Settings, SettingsError
from nn.experiment.trail import Trail
from nn.labs.draft import Draft
from nn.web import dom, files
from nn.web.dom import Parts
from nn.web.figures import percent
from nn.web.form import Form
from nn.web.memory import Memory
from nn.web.meter import Meter
from nn.web.painter import Painter
from nn.web.panels import Panels
from nn.web.plan import Plan
from nn.web.runs import Runs
from nn.web.speed import Speed
from nn.web.subject import Subject
from nn.web.weight_edits import WeightEdits

S = TypeVar("S", bound=Settings)
T = TypeVar("T")


class Lab(Subject[S]):
    """A lab of the page.

    A subclass says what is learnt, and shows it; it sets ``name``, ``defaults`` and ``presets``,
    and calls :meth:`begin` once its own elements are ready.

    Attributes:
        parts: its elements.
        shown: set while this lab is shown, and not another one.
        panels: the panels that all labs have.
        memory: what this browser keeps of it.
        form, meter, painter: the settings, the figures, and what is painted during work.
        experiment: the network and what it has been through.
        data, test_data: what it is trained on and tested with.
        plan: what Train will do.
        speed: how fast a run goes by the clock.
        runs: training and testing.
        edits: weights that were set by hand.
        trail: where the weights of a small network have been.
        made_with: the settings that the network was made with, or loaded.
        draft: what a visitor has made of the settings' program.
    """

    experiment: Experiment
    data: Dataset
    test_data: Dataset
    made_with: S

    def __init__(self) -> None:
        self.parts = Parts(self.name)
        self.meter = Meter(self.parts, self.logarithmic_loss)
        self.painter = Painter()
        self.shown = asyncio.Event()
        self.plan: Plan[S] = Plan()
        self.draft = Draft()
        self.speed = Speed(self.parts, self.usual_speed)
        self.runs = Runs(self)
        self.edits = WeightEdits(self)
        self.trail = Trail()

    # ---- What a subclass may do otherwise.

    def write_form(self, settings: S) -> None:
        """Set the form without any other consequence."""
        self.form.write(settings)

    def waits_for(self) -> str:
        """Return what of the data is still on its way, in words; nothing if all is there."""
        return ""

    def fetch_rest(self) -> None:
        """Begin to fetch what the lab could be opened without."""

    async def open_files(self, chosen: list[Any]) -> None:
        """Open files that were dropped on the page."""
        await self._open_weights(chosen)

    def saved_as(self, name: str) -> tuple[str, bytes]:
        """Return the name and bytes of a file, in the format that ``name`` ends with."""
        return self.experiment.saved_as(name)

    # ---- Beginning.

    def begin(self) -> None:
        """Read the form, make the first network, and listen to the visitor from now on."""
        self.panels = Panels(self)
        self.form: Form[S] = Form(
            self.parts, self.defaults, self.presets, self._check, self._form_changed, self.speed
        )
        self.make_network(self.form.valid() or self.defaults)
        self.memory = Memory(self)
        self.painter.add(0.15, self.meter.paint_figures)
        self.painter.add(0.4, self.meter.paint_charts)
        self.painter.add(0.3, lambda: self.meter.mark_untrained(self.experiment.untrained))
        self.parts.click("reset", self._reset)
        self.parts.click("saveWeights", self._save)
        self.parts.on_files("weightsFile", self._open_weights)
        dom.on(window, "resize", lambda event: self._resize())
        self.panels.follow_links()
        dark = window.matchMedia("(prefers-color-scheme: dark)")
        dom.on(dark, "change", lambda event: self.restyle())

    def show(self, shown: bool) -> None:
        """Go on, or pause, now that the lab is shown or another one is."""
        if not shown:
            if self.busy and self.shown.is_set():
                dom.speaking_for(self.name, self._say_that_it_pauses)
            self.shown.clear()
            self.memory.write()
        elif not self.shown.is_set():
            self.shown.set()
            self.meter.start()
            self.show_engine()
            self.restyle()
            self.painter.paint_all()

    def _say_that_it_pauses(self) -> None:
        dom.log("Paused while another lab was shown")

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
        return self.runs.state

    @property
    def busy(self) -> bool:
        """Whether the network is being trained or tested."""
        return self.runs.busy

    def _check(self, settings: S) -> None:
        check(settings, self.task(settings))

    def make_network(self, settings: S) -> None:
        """Make a network with fresh weights, as ``settings`` say."""
        try:
            experiment = Experiment(settings, self.task(settings))
            self.data, self.test_data = self.data_for(settings)
        except SettingsError as error:
            self.form.refuse(error)
            raise
        self.adopt(experiment, settings)

    def adopt(self, experiment: Experiment, settings: S) -> None:
        """Go on with this network, whatever was going on before."""
        self.forget_run()
        self.experiment, self.made_with, self.test_result = experiment, settings, None
        self.plan.network = settings.network()
        self.meter.clear()
        self.edits.clear()
        self.trail.clear()
        self.trail.add(experiment.model.parameters)
        self.adopted()
        self.meter.mark_untrained(experiment.untrained)
        self._form_changed()
        gc.collect()  # the former one: it is large, and the collector only counts objects

    def forget_run(self) -> None:
        """Stop, for good: the next training begins a new run."""
        self.plan.run = None
        self.stop()

    def remake(self) -> None:
        """Make a network with fresh weights, as the form says."""
        self.make_network(self.form.read())

    def _reset(self) -> None:
        with self.memory.undoable():
            self.remake()
        dom.announce(f"A new network, {self.shape}, with fresh weights")

    @property
    def shape(self) -> str:
        """The shapes of a sample from input to output, such as 784-100-10."""
        shapes = self.experiment.model.shapes
        return "-".join("x".join(map(str, shape)) for shape in shapes)

    def _form_changed(self) -> None:
        if self.plan.network is not None:
            self.form_changed(self.form.valid())
            self.show_plan()
            self.panels.refresh()
            self.show_engine()

    def show_plan(self) -> None:
        """Say what Train will do."""
        settings, busy = self.form.valid(), self.busy
        instead = None if busy else self.instead()
        told = instead.told if instead else self.plan.told(settings, self.experiment, busy)
        self.parts.show("plan", told)
        if not busy:
            self.parts.show("train", instead.button if instead else self.plan.button(settings))

    def show_engine(self) -> None:
        """Say which engine the network runs on, if the lab is shown."""
        if glue.currentLab() == self.name:
            dom.show("engine", self.experiment.model.program.name)

    # ---- Training and testing.

    def train(self) -> None:
        """Begin to train, or go on where training stopped."""
        self.runs.train()

    def stop(self) -> None:
        """Stop what is going on; Train goes on with it."""
        self.runs.stop()
        self._form_changed()

    def after_arrival(self, run: Callable[[], Iterator[T | None]]) -> Iterator[T | None]:
        """Do ``run`` as soon as all data is there; yield None until then."""
        if self.waits_for():
            dom.announce("Waiting for the rest of the data")
            label = self.parts.element("progressLabel").textContent
            try:
                while what := self.waits_for():
                    self.parts.show("progressLabel", what)
                    yield None
                dom.announce("All data is there")
            finally:
                self.parts.show("progressLabel", label)
        chunks = run()
        self.meter.start()  # not before: the time until now is not the network's
        # Not `yield from`, which would end the run for good once this is no longer pulled.
        for each in chunks:  # noqa: UP028
            yield each

    # ---- Weights, out and in.

    def _save(self) -> None:
        name, content = self.saved_as(f"weights{self.parts.element('saveAs').value}")
        glue.download(name, to_js(content))
        dom.announce(f"Saved {name}")

    async def load_shipped(self, address: str) -> None:
        """Load a weights file that comes with the page."""
        self.load(await files.shipped(address), address)

    async def _open_weights(self, chosen: list[Any]) -> None:
        self.load(*await files.network(chosen))

    def load(self, data: bytes, name: str) -> None:
        """Go on with the network of a weights file called ``name``."""
        try:
            experiment = Experiment.loaded(data)
        except ValueError as error:
            raise of_file(name, error) from None
        self.take(experiment, name)

    def take(self, experiment: Experiment, name: str) -> None:
        """Go on with a network trained elsewhere; raises a ValueError if it is for another lab."""
        try:
            self.check_home(experiment.model)
            former = self.memory.now()
            settings = self.settings_of(experiment)
        except ValueError as error:
            raise of_file(name, error) from None
        self.form.write(settings)
        self.adopt(experiment, settings)
        self.memory.offer(former)
        accuracy = experiment.history.test_accuracy
        known = ""
        if accuracy is not None:
            self.meter.show_accuracy(accuracy)
            known = f", test accuracy {percent(accuracy, 2)} when it was saved"
        dom.announce(f"Loaded {name}: {self.shape}{known}")

    def settings_of(self, experiment: Experiment) -> S:
        """Return the settings to show for a network that was loaded."""
        return experiment.settings(self.defaults, self.task(self.defaults))
