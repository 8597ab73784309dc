"""The Digits lab: train a network on pictures of digits, test it, draw for it, keep it."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from pyscript.js_modules import glue

from nn.data import Dataset, Images, read_images
from nn.data.image_csv import SIDE
from nn.data.images import with_test_set
from nn.experiment.task import DataCode, Task
from nn.labs import digits
from nn.labs.digits import DigitsSettings
from nn.model import Sequential
from nn.progress import Evaluation
from nn.web import dom, eye, files
from nn.web.lab import Lab
from nn.web.photo import PhotoReader, only_photos
from nn.web.results import Results
from nn.web.sketch import Sketch

_UNTESTED = "Press Test to see which digits the network confuses."
_SHIPPED = "dist/weights.json"
_BEST = "dist/best.json"
_MOST_DATA_BYTES = 250_000_000


async def open_lab() -> DigitsLab:
    """Read the pictures and open the lab.

    Raises:
        ValueError: the pictures cannot be fetched or read.
    """
    glue.loading("Reading 70,000 pictures", 0.95)
    try:
        images = read_images({name: data.to_memoryview() for name, data in await glue.mnist()})
    except Exception as error:
        raise ValueError(
            f"The pictures could not be read ({error}). Run `make serve` again in the project's "
            "folder, then reload the page."
        ) from error
    return DigitsLab(images)


class DigitsLab(Lab[DigitsSettings]):
    """The lab; ``images`` are what it starts with."""

    name = "digits"
    defaults = digits.PRESETS["Classic"]
    presets = digits.PRESETS
    known_comparison = digits.KNOWN_COMPARISON
    greeting = "Ready: press Train, and draw a digit meanwhile"

    def __init__(self, images: Images) -> None:
        super().__init__()
        self._mnist = images
        self._pictures = with_test_set(images)
        self._sketch = Sketch()
        self._photos = PhotoReader(self._sketch, lambda: self.experiment.model)
        self._results = Results(self._sketch.put)
        self._describe_data(images.description)
        self.begin()
        self.painter.add(0.2, self._sketch.follow)
        self.painter.add(0.6, self._paint_eye)
        self.painter.add(0.5, self._photos.again)
        self.parts.click("mnist", self._back_to_mnist)
        self.parts.click("sample", lambda: self._put_sample(None))
        self.parts.on_files("dataFiles", self._open_pictures)
        dom.on(
            self.parts.element("loadWeights"), "click", lambda event: self.load_shipped(_SHIPPED)
        )
        dom.on(self.parts.element("loadBest"), "click", lambda event: self.load_shipped(_BEST))
        dom.on(self.parts.element("canvas"), "keydown", self._key_on_canvas)

    def task(self, settings: DigitsSettings) -> Task:
        return digits.task(settings)

    def data_for(self, settings: DigitsSettings) -> tuple[Dataset, Dataset]:
        return self._pictures

    def data_code(self, settings: DigitsSettings) -> DataCode:
        return digits.data_code(own=not dom.element("mnist").hidden)

    def check_loaded(self, model: Sequential) -> None:
        digits.check_loaded(model)

    def adopted(self) -> None:
        self._sketch.model = self.experiment.model
        self._results.clear(_UNTESTED)
        self._sketch.follow()
        self._photos.again()
        self._paint_eye()

    def tested(self, evaluation: Evaluation) -> None:
        self._results.show(self.test_data, evaluation)
        glue.chooseTab(self.parts.element("testTab"))

    def _paint_eye(self) -> None:
        eye.paint(self.experiment.model, self._sketch.image)

    # ---- The canvas.

    def _key_on_canvas(self, event: Any) -> None:
        if event.key.isdecimal() and not (event.ctrlKey or event.metaKey or event.altKey):
            self._put_sample(int(event.key))

    def _put_sample(self, digit: int | None) -> None:
        """Put a test picture, of ``digit`` or of any, on the canvas."""
        test = self.test_data
        if digit is None:
            candidates = np.arange(len(test))
        else:
            candidates = np.flatnonzero(test.targets == digit)
        if not len(candidates):
            raise ValueError(f"there is no test picture of a {digit}")
        self._sketch.put(test.inputs[random.choice(candidates)].reshape(SIDE, SIDE))

    # ---- Pictures.

    async def open_files(self, chosen: list[Any]) -> None:
        if len(chosen) == 1 and chosen[0].name.lower().endswith(".json"):
            await super().open_files(chosen)
        elif only_photos(chosen):
            await self._photos.open(chosen)
        else:
            await self._open_pictures(chosen)

    async def _open_pictures(self, chosen: list[Any]) -> None:
        names = ", ".join(file.name for file in chosen)
        files.check_size(names, sum(file.size for file in chosen), _MOST_DATA_BYTES)
        dom.log(f"Reading {names}")
        self._take_data(read_images({file.name: await files.content(file) for file in chosen}))

    def _take_data(self, images: Images) -> None:
        if images.train is None and images.test is not None:
            data, test = self.data, images.test
        else:
            data, test = with_test_set(images)
        description = images.description
        if images.test is None:
            description += f"; {len(test):,} of them are kept to test with"
        dom.element("mnist").hidden = False
        self._use_data(data, test, description)

    def _back_to_mnist(self) -> None:
        dom.element("mnist").hidden = True
        self._use_data(*with_test_set(self._mnist), self._mnist.description)

    def _use_data(self, data: Dataset, test: Dataset, description: str) -> None:
        """Train and test on other pictures from now on; figures of the former ones go."""
        self.forget_run()
        self._pictures = self.data, self.test_data = data, test
        self._describe_data(description)
        self.meter.clear()
        self._results.clear(_UNTESTED)
        self.panels.data_changed()
        dom.announce(f"Pictures: {description}")

    def _describe_data(self, description: str) -> None:
        dom.show("dataDescription", description)
