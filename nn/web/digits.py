"""The Digits lab: train a network on pictures of digits, test it, draw for it, keep it."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import numpy as np
from pyodide.ffi import JsException
from pyscript import document, window
from pyscript.js_modules import glue

from nn import weights
from nn.datasets import Dataset, Images, read_images
from nn.datasets.image_csv import SIDE
from nn.datasets.images import with_test_set
from nn.experiment import Experiment
from nn.settings import Settings, SettingsError
from nn.training import Progress
from nn.web import dom, eye
from nn.web.form import Form
from nn.web.frames import BUDGET, Painter, pull
from nn.web.meter import Meter
from nn.web.results import Results
from nn.web.sketch import Sketch
from nn.web.text import percent

_UNTESTED = "Press Test to see which digits the network confuses."
_SHIPPED = "dist/weights.json"
_BEST = "dist/best.json"
_MOST_DATA_BYTES = 250_000_000


class DigitsLab:
    """The lab; ``images`` are what it starts with."""

    def __init__(self, images: Images) -> None:
        self._mnist = images
        self._data, self._test = with_test_set(images)
        self._work: object | None = None
        self._run: Iterator[Progress] | None = None
        self._run_settings: Settings | None = None

        self._meter = Meter()
        self._sketch = Sketch()
        self._results = Results(self._sketch.put)
        self._experiment: Experiment
        self._network: tuple[object, ...] | None = None
        self._form = Form(self._form_changed)
        try:
            self._make_network(self._valid_settings())
        except SettingsError as error:
            dom.complain(error)
            self._make_network(Settings())
        self._describe_data(images.description)

        self._painter = Painter()
        self._painter.add(0.15, self._meter.paint_figures)
        self._painter.add(0.2, self._sketch.follow)
        self._painter.add(0.4, self._meter.paint_charts)
        self._painter.add(0.6, self._paint_eye)
        self._listen()

    def _listen(self) -> None:
        def click(name: str, handler: Any) -> None:
            dom.on(dom.element(name), "click", lambda event: handler())

        click("train", self._train_or_stop)
        click("test", self._test_or_stop)
        click("reset", self._reset)
        click("mnist", self._back_to_mnist)
        click("sample", lambda: self._put_sample(None))
        click("saveWeights", self._save)
        click("loadWeights", lambda: self._load_shipped(_SHIPPED))
        click("loadBest", lambda: self._load_shipped(_BEST))
        dom.on(dom.element("canvas"), "keydown", self._key_on_canvas)
        _on_choice("weightsFile", self._open_weights)
        _on_choice("dataFiles", self._open_pictures)
        dom.on(document, "files", self._open_dropped)
        dom.on(window, "resize", lambda event: self._meter.resize())
        dark = window.matchMedia("(prefers-color-scheme: dark)")
        dom.on(dark, "change", lambda event: self._meter.restyle())

    # ---- The network.

    def _valid_settings(self) -> Settings:
        try:
            return self._form.read()
        except SettingsError:
            return Settings()

    def _make_network(self, settings: Settings) -> None:
        try:
            self._adopt(Experiment(settings), settings)
        except SettingsError as error:
            self._form.refuse(error)
            raise

    def _adopt(self, experiment: Experiment, settings: Settings) -> None:
        """Go on with this network, whatever was going on before."""
        self._run = None
        self._stop()
        self._experiment = experiment
        self._network = settings.network()
        self._sketch.model = experiment.model
        self._meter.clear()
        self._results.clear(_UNTESTED)
        self._sketch.predict()
        self._paint_eye()
        self._form_changed()

    def _reset(self) -> None:
        settings = self._form.read()
        self._make_network(settings)
        dom.announce(f"A new network, {self._shape()}, with fresh weights")

    def _form_changed(self) -> None:
        """Say what Train will do, where that is not plain."""
        if self._network is not None:
            dom.show("plan", self._plan())

    def _plan(self) -> str:
        try:
            settings = self._form.read()
        except SettingsError:
            return "Some settings need mending first."
        if self._work is not None:
            changed = self._run is not None and settings != self._run_settings
            return "What has changed counts from the next Train." if changed else ""
        if settings.network() != self._network:
            return "Train starts a new network: the settings have changed."
        if self._run is not None and settings == self._run_settings:
            return "Train goes on where it stopped."
        if self._experiment.history.samples:
            return "Train teaches this network more."
        return ""

    def _shape(self) -> str:
        return "-".join(map(str, self._experiment.model.widths))

    def _paint_eye(self) -> None:
        eye.paint(self._experiment.model)

    # ---- Training and testing.

    def _train_or_stop(self) -> None:
        if self._work is not None:
            self._stop()
            dom.announce("Stopped; Train goes on from here")
            return
        settings = self._form.read()
        if settings.network() != self._network:
            self._make_network(settings)
            dom.log(f"A new network: {self._shape()}")
        if self._run is None or settings != self._run_settings:
            try:
                self._run = self._experiment.train(settings, self._data, self._test, BUDGET)
            except SettingsError as error:
                self._form.refuse(error)
                raise
            self._run_settings = settings
            self._meter.begin()
            dom.announce(f"Training {self._shape()}")

        def ended() -> None:
            self._run = None
            dom.announce("Training is done")

        self._start("training", self._run, lambda progress: None, ended)

    def _test_or_stop(self) -> None:
        if self._work is not None:
            self._stop()
            dom.announce("Test stopped")
            return

        def each(progress: Progress) -> None:
            evaluation = progress.evaluation
            if evaluation is not None:
                self._results.show(self._test, evaluation)
                glue.chooseTab(dom.element("testTab"))
                dom.announce(
                    f"Test: loss {evaluation.loss:.4f}, accuracy {percent(evaluation.accuracy, 2)}"
                )

        self._start("testing", self._experiment.test(self._test, BUDGET), each, lambda: None)

    def _start(
        self,
        state: str,
        run: Iterator[Progress],
        each: Callable[[Progress], None],
        ended: Callable[[], None],
    ) -> None:
        """Pull ``run`` from now on, until it ends or is stopped."""
        work = self._work = object()
        self._set_state(state)
        self._meter.start()

        def taken_in(progress: Progress) -> None:
            self._meter.add(progress, self._experiment.history.samples)
            each(progress)
            self._painter.paint_one()

        async def work_on() -> None:
            try:
                if await pull(run, taken_in, lambda: self._work is work):
                    ended()
            finally:
                if self._work is work:
                    self._stop()
                    self._painter.paint_all()

        dom.start(work_on)

    def _stop(self) -> None:
        if self._work is not None:
            self._work = None
            self._meter.paint_figures()
        self._set_state("ready")
        self._form_changed()

    def _set_state(self, state: str) -> None:
        document.body.dataset.state = state
        training, testing = state == "training", state == "testing"
        dom.show("train", "Stop" if training else "Train")
        dom.show("test", "Stop" if testing else "Test")
        _allow("train", not testing, "Stop the test first")
        _allow("test", not training, "Stop training first")
        _allow("reset", state == "ready", "Stop first")

    # ---- The canvas.

    def _key_on_canvas(self, event: Any) -> None:
        if event.key.isdecimal() and not (event.ctrlKey or event.metaKey or event.altKey):
            self._put_sample(int(event.key))

    def _put_sample(self, digit: int | None) -> None:
        """Put a test picture, of ``digit`` or of any, on the canvas."""
        if digit is None:
            candidates = np.arange(len(self._test))
        else:
            candidates = np.flatnonzero(self._test.targets == digit)
        if not len(candidates):
            raise ValueError(f"there is no test picture of a {digit}")
        self._sketch.put(self._test.inputs[random.choice(candidates)].reshape(SIDE, SIDE))

    # ---- Weights and pictures, out and in.

    def _save(self) -> None:
        glue.download("weights.json", self._experiment.saved())
        dom.announce("Saved weights.json")

    async def _load_shipped(self, address: str) -> None:
        try:
            data = await glue.fetchBytes(f"./{address}")
        except JsException as error:
            raise ValueError(f"{address} cannot be fetched: {error}") from None
        self._load(data.to_bytes(), address)

    async def _open_dropped(self, event: Any) -> None:
        files = list(event.detail)
        if len(files) == 1 and files[0].name.lower().endswith(".json"):
            await self._open_weights(files)
        else:
            await self._open_pictures(files)

    async def _open_weights(self, files: list[Any]) -> None:
        (file,) = files
        _check_size(file.name, file.size, weights.MAX_BYTES)
        self._load((await glue.fileBytes(file)).to_bytes(), file.name)

    async def _open_pictures(self, files: list[Any]) -> None:
        names = ", ".join(file.name for file in files)
        _check_size(names, sum(file.size for file in files), _MOST_DATA_BYTES)
        dom.log(f"Reading {names}")
        contents = {file.name: (await glue.fileBytes(file)).to_bytes() for file in files}
        self._take_data(read_images(contents))

    def _load(self, data: bytes, name: str) -> None:
        try:
            experiment = Experiment.loaded(data)
            features, *_, classes = experiment.model.widths
            if (features, classes) != (SIDE * SIDE, 10):
                raise ValueError(
                    f"the network is {features} to {classes}; for digits it must be 784 to 10"
                )
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        settings = experiment.settings()
        self._form.write(settings)
        self._adopt(experiment, settings)
        accuracy = experiment.history.test_accuracy
        known = ""
        if accuracy is not None:
            self._meter.show_accuracy(accuracy)
            known = f", test accuracy {percent(accuracy, 2)} when it was saved"
        dom.announce(f"Loaded {name}: {self._shape()}{known}")

    def _take_data(self, images: Images) -> None:
        if images.train is None and images.test is not None:
            data, test = self._data, images.test
        else:
            data, test = with_test_set(images)
        description = images.description
        if images.test is None:
            description += f"; {len(test):,} of them are kept to test with"
        self._use_data(data, test, description)
        dom.element("mnist").hidden = False

    def _back_to_mnist(self) -> None:
        self._use_data(*with_test_set(self._mnist), self._mnist.description)
        dom.element("mnist").hidden = True

    def _use_data(self, data: Dataset, test: Dataset, description: str) -> None:
        """Train and test on other pictures from now on; figures of the former ones go."""
        self._run = None
        self._stop()
        self._data, self._test = data, test
        self._describe_data(description)
        self._meter.clear()
        self._results.clear(_UNTESTED)
        dom.announce(f"Pictures: {description}")

    def _describe_data(self, description: str) -> None:
        dom.show("dataDescription", description)


def _check_size(name: str, size: int, most: int) -> None:
    if size > most:
        raise ValueError(
            f"{name}: {size / 1e6:,.0f} MB are too many; up to {most / 1e6:.0f} MB can be read"
        )


def _on_choice(name: str, open_files: Callable[[list[Any]], Awaitable[None]]) -> None:
    """Call ``open_files`` with the files that are chosen in the file input ``name``."""
    chooser = dom.element(name)

    async def chosen(event: Any) -> None:
        files = list(chooser.files)
        # So that the same file can be chosen again, once it has been mended.
        chooser.value = ""
        if files:
            await open_files(files)

    dom.on(chooser, "change", chosen)


def _allow(name: str, allowed: bool, why_not: str) -> None:
    button = dom.element(name)
    button.disabled = not allowed
    button.title = "" if allowed else why_not
