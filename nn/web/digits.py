"""The Digits lab: train a network on pictures of digits, test it, draw for it, keep it."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
from pyscript.js_modules import glue

from nn.data import Dataset, Images
from nn.data.columns import Output
from nn.data.labels import aligned
from nn.data.mnist import Mnist
from nn.experiment.experiment import Experiment, check
from nn.experiment.settings import SettingsError
from nn.experiment.task import DataCode, Task
from nn.formats import are_model_names, page
from nn.labs import digits, kept
from nn.labs.digits import DigitsSettings
from nn.labs.pictures import Pictures, ink_box, on_paper
from nn.labs.question import Question
from nn.layers import Shape
from nn.model import Sequential
from nn.progress import Evaluation
from nn.web import decoding, dom, eye, files
from nn.web.answers import Answers
from nn.web.arrival import Arrival
from nn.web.figures import listed
from nn.web.keeper import Part
from nn.web.lab import Lab
from nn.web.own_classes import OwnClassesPanel
from nn.web.photo import PhotoReader, only_photos
from nn.web.plan import Instead
from nn.web.reading import Reading
from nn.web.results import Results
from nn.web.sketch import Sketch

_UNTESTED = "Press Test to see which digits the network confuses."
_SHIPPED = "dist/weights.json"
_BEST = "dist/best.json"
_MOST_DATA_BYTES = 250_000_000
_MOST_NAMES = 5


async def open_lab() -> DigitsLab:
    """Read the pictures and open the lab.

    Raises:
        ValueError: the pictures cannot be fetched or read.
    """
    try:
        mnist = Mnist((await glue.digits()).to_memoryview())
    except Exception as error:
        raise ValueError(
            "The pictures could not be fetched. Check your connection; if that is not it, run "
            "`make serve` again in the project's folder."
        ) from error
    return DigitsLab(Arrival(mnist))


class DigitsLab(Lab[DigitsSettings]):
    """The lab; ``arrival`` brings the pictures that it starts with."""

    name = "digits"
    shows_tests = True
    defaults = digits.PRESETS["Classic"]
    presets = digits.PRESETS
    known_comparison = digits.KNOWN_COMPARISON
    greeting = "Ready: press Train, and draw a digit meanwhile"

    def __init__(self, arrival: Arrival) -> None:
        super().__init__()
        self._arrival = arrival
        self._mnist = Pictures.of(arrival.mnist.images)
        self._hold(self._mnist)
        self._former: tuple[Experiment, DigitsSettings] | None = None
        self._reading = Reading(self.parts)
        self._sketch = Sketch(lambda: self.panels.asked_anew())
        self._photos = PhotoReader(self._sketch, lambda: self.panels.asked_anew())
        self._own_network: Experiment | None = None
        self._results = Results(self._sketch.put)
        self._answers = Answers(self._network_to_ask, self._sketch.put)
        self._own_classes = OwnClassesPanel(self._sketch, self.learn, self.show_plan)
        self._describe_data()
        self.begin()
        self.painter.add(0.2, self._sketch.follow)
        self.painter.add(0.6, self._paint_eye)
        self.painter.add(0.5, self._photos.again)
        for name in ("mnist", "ownMnist"):
            self.parts.click(name, lambda: self._use(self._mnist))
        self.parts.click("turn", lambda: self._change(self._pictures.turn(), "turned"))
        self.parts.click("mirror", lambda: self._change(self._pictures.mirror(), "mirrored"))
        self.parts.click("rename", self._rename)
        self.parts.click("sample", lambda: self._put_sample(None))
        self.parts.on_files("dataFiles", self._open_pictures)
        self.parts.on_files("dataFolder", self._open_pictures)
        self.parts.click("loadWeights", lambda: self.load_shipped(_SHIPPED))
        self.parts.click("loadBest", lambda: self.load_shipped(_BEST))
        dom.on(self.parts.element("canvas"), "keydown", self._key_on_canvas)

    def task(self, settings: DigitsSettings) -> Task:
        return digits.task(settings, self._shape, self._pictures.classes)

    def data_for(self, settings: DigitsSettings) -> tuple[Dataset, Dataset]:
        return self._used

    def saved_as(self, name: str) -> tuple[str, bytes]:
        if not name.endswith(".html"):
            return super().saved_as(name)
        like = page.Drawing(self._sketch.paper, self._sketch.box)
        return name, page.dumps(self.experiment.model, self.experiment.history, like).encode()

    def waits_for(self) -> str:
        return "" if self._brought else self._arrival.waits_for()

    @property
    def _brought(self) -> bool:
        """Whether the pictures are a visitor's own."""
        return self._pictures.original is not self._mnist.original

    def fetch_rest(self) -> None:
        self._arrival.start()

    def data_code(self, settings: DigitsSettings) -> DataCode:
        own = not dom.element("mnist").hidden
        return digits.data_code(own, self._pictures.turns, self._pictures.mirrored)

    def program_pictures(self) -> bytes:
        return kept.pack_pictures(self._pictures)

    def check_data(self) -> None:
        """Raise a ValueError if the network is for other pictures, and Train will not renew it."""
        model, settings = self.experiment.model, self.form.valid()
        if settings is not None and self.plan.renews(settings, model):
            return
        digits.check_together(model, self._used[0])
        classes = digits.classes_of(model)
        try:
            self.data, self.test_data = (aligned(data, classes) for data in self._used)
        except ValueError:
            raise ValueError(
                f"the network tells apart {listed(classes.shown)}, and these pictures show "
                f"{listed(self._pictures.classes.shown)}: open others, or press Reset for a new "
                "network"
            ) from None

    def check_loaded(self, model: Sequential) -> None:
        digits.check_loaded(model, self._shape)

    def settings_of(self, experiment: Experiment) -> DigitsSettings:
        model = experiment.model
        shape = digits.picture_of(model, self._shape)
        task = digits.task(self.defaults, shape, digits.classes_of(model))
        return experiment.settings(self.defaults, task)

    def instead(self) -> Instead | None:
        return self._own_classes.instead()

    def _network_to_ask(self) -> tuple[Sequential, Shape]:
        return self.experiment.model, self._sketch.shape

    def adopted(self) -> None:
        model = self.experiment.model
        shape = digits.picture_of(model, self._shape)
        # Drawings are made like the pictures; nothing has to be changed for MNIST's.
        like = self._brought and shape == self._shape
        self._sketch.paper = like and on_paper(self._used[0])
        self._sketch.box = ink_box(self._used[0]) if like else None
        self._results.clear(_UNTESTED)
        self._answers.stale()
        self._sketch.adopt(model, shape, digits.classes_of(model))
        self._photos.again()
        self._paint_eye()

    def show_test(self, evaluation: Evaluation, samples: int) -> None:
        self._results.show(self.test_data, evaluation)

    def question(self) -> Question:
        image, what = self._sketch.image, "the drawing"
        if image is None:
            image, what = self._photos.chosen, "the photo's digit"
        if image is None:
            raise ValueError("draw something, or press Test picture")
        names = digits.classes_of(self.experiment.model).shown
        return Question(what, image[np.newaxis], (Output("class", names),))

    def ask(self, index: int) -> None:
        self._put(self._used[1].inputs[index])

    # ---- What is kept.

    @property
    def own(self) -> bool:
        return self._pictures is not self._mnist or self._own_classes.any

    def kept_parts(self) -> dict[str, Part]:
        def pictures(key: Pictures) -> bytes:
            return b"" if key is self._mnist else kept.pack_pictures(key)

        return {
            "pictures": Part(lambda: self._pictures, pictures),
            "drawing": Part(lambda: self._sketch.changes, lambda key: self._sketch.kept()),
            "classes": self._own_classes.part,
        }

    async def read_parts(
        self, parts: dict[str, bytes], experiment: Experiment
    ) -> Callable[[], None]:
        data = parts["pictures"]
        pictures = kept.unpack_pictures(data) if data else self._mnist
        return lambda: self._take(pictures)

    def show_parts(self, parts: dict[str, bytes]) -> None:
        self._sketch.bring_back(parts["drawing"])
        self._own_classes.bring_back(parts["classes"])

    def _paint_eye(self) -> None:
        eye.paint(self.experiment.model, self._sketch.shape, self._sketch.image)

    # ---- The canvas.

    def _key_on_canvas(self, event: Any) -> None:
        if event.ctrlKey or event.metaKey or event.altKey or len(event.key) > 1:
            return
        names = self._pictures.classes.shown
        found = [name for name in names if name.casefold() == event.key.casefold()]
        if found or event.key.isdecimal():
            self._put_sample(found[0] if found else event.key)

    def _put_sample(self, name: str | None) -> None:
        """Put a test picture, of the class ``name`` or of any, on the canvas."""
        test = self._used[1]
        candidates = np.arange(len(test))
        if name is not None:
            names = self._pictures.classes.shown
            place = names.index(name) if name in names else -1
            candidates = np.flatnonzero(test.targets == place)
        if not len(candidates):
            raise ValueError(f"there is no test picture of a {name}")
        self._put(test.inputs[random.choice(candidates)])

    def _put(self, picture: np.ndarray) -> None:
        """Put one of the test pictures on the canvas."""
        if picture.shape != self._sketch.shape:
            digits.check_together(self.experiment.model, self._used[1])
        self._sketch.put(picture)

    # ---- Pictures.

    def _hold(self, pictures: Pictures) -> None:
        """Keep what is trained on and tested with."""
        self._pictures, self._used = pictures, pictures.used

    @property
    def _shape(self) -> Shape:
        """Of the pictures: (height, width, channels)."""
        return self._used[0].inputs.shape[1:]

    async def open_files(self, chosen: list[Any]) -> None:
        if are_model_names([file.name for file in chosen]):
            await super().open_files(chosen)
        elif only_photos(chosen):
            await self._photos.open(chosen)
        else:
            await self._open_pictures(chosen)

    async def _open_pictures(self, chosen: list[Any]) -> None:
        names = ", ".join(file.name for file in chosen[:_MOST_NAMES])
        if len(chosen) > _MOST_NAMES:
            names += f" and {len(chosen) - _MOST_NAMES:,} more"
        files.check_size(names, sum(file.size for file in chosen), _MOST_DATA_BYTES)
        dom.log(f"Reading {names}")
        images = await self._reading.of(names, lambda going: decoding.read(chosen, going))
        if images is None:
            return
        if images.train is not None or images.test is not None:
            self._take_data(images)
        elif images.assumed:
            dom.announce(f"Assumed: {'; '.join(images.assumed)}")
        if images.unlabelled is not None:
            await self._answers.open(self._pictures.like_these(images.unlabelled), images.ids)

    def _take_data(self, images: Images) -> None:
        if images.train is None and images.test is not None:
            pictures = self._pictures.with_test(images.test, images.description)
        else:
            pictures = Pictures.of(images)
        self._use(pictures)

    def _use(self, pictures: Pictures) -> None:
        """Train and test on other pictures from now on; figures of the former ones go.

        A network that cannot take them makes way for a new one, or for the one before it.
        """
        former = self.memory.now()
        self.forget_run()
        self._take(pictures)
        self.meter.clear()
        self.test_result = None
        self._results.clear(_UNTESTED)
        self.panels.data_changed()
        news = "" if self._suits(self.experiment.model) else self._exchange_network()
        dom.announce(f"Pictures: {pictures.description}")
        if pictures.assumed:
            dom.announce(f"Assumed: {'; '.join(pictures.assumed)}")
        if news:
            self.memory.offer(former)
            dom.announce(news)

    def _take(self, pictures: Pictures) -> None:
        """Have other pictures, and say so."""
        own = pictures is not self._mnist
        self._hold(pictures)
        for name in ("mnist", "ownMnist", "ownData"):
            dom.element(name).hidden = not own
        self.data, self.test_data = self._used
        self._describe_data()
        self._offer_presets()

    def learn(self, images: Images, settings: DigitsSettings) -> None:
        """Train a new network for other pictures, with these settings, from now on."""
        # A network that was learnt so before is not what comes back in the end.
        former = self._former if self.experiment is self._own_network else None
        with self.memory.undoable():
            self._use(Pictures.of(images))
            self._former = former or self._former
            self.form.write(settings)
            self.remake()
        self._own_network = self.experiment
        self.train()

    def _exchange_network(self) -> str:
        """Put a network for these pictures in the place of one that is not; return what was done.

        A trained one is kept, and comes back with pictures that it suits.
        """
        former, before = self._former, (self.experiment, self.made_with)
        if before[0].history.samples:
            self._former = before
        if former is not None and self._suits(former[0].model):
            self.form.write(former[1])
            self.adopt(*former)
            return f"The network for these pictures is back: {self.shape}"
        self.make_network(self.form.valid() or self.defaults)
        again = "; the trained one comes back with its pictures" if self._former == before else ""
        return f"A new network for these pictures: {self.shape}{again}"

    def _suits(self, model: Sequential) -> bool:
        """Whether a network takes these pictures and tells their classes apart."""
        if model.features != np.prod(self._shape):
            return False
        known = digits.classes_of(model).shown
        return set(self._pictures.classes.shown) <= set(known)

    def _offer_presets(self) -> None:
        """Offer the presets for pictures of this size, and the same one as was chosen."""
        settings, before = self.form.valid(), self.presets
        self.presets = digits.presets_for(self._shape)
        chosen = next((name for name, preset in before.items() if preset == settings), None)
        self.form.offer(self.presets)
        if chosen is not None:
            self.form.write(self.presets[chosen])
        elif settings is not None:
            try:
                check(settings, self.task(settings))
            except SettingsError:
                # Layers that these pictures are too small for.
                self.form.write(self.presets["Classic"])

    def _change(self, pictures: Pictures, what: str) -> None:
        """Go on with the same pictures, turned or mirrored."""
        if self.waits_for():
            raise ValueError("the other training pictures are still on their way; wait for them")
        shape = self._shape
        self._use(pictures)
        if self._shape == shape:
            self._put_sample(None)
        dom.log(f"The pictures are {what}")

    def _rename(self) -> None:
        """Give the classes the names that a visitor has written."""
        pictures = self._pictures.rename(str(dom.element("classNames").value).split(","))
        model = self.experiment.model
        same = digits.classes_of(model) == self._pictures.classes
        self._hold(pictures)
        self.data, self.test_data = self._used
        if same:
            model.classes = pictures.classes.names
        self._describe_data()
        self.adopted()
        dom.announce(f"The classes are called {listed(pictures.classes.shown)}")

    def _describe_data(self) -> None:
        dom.show("dataDescription", self._pictures.description)
        assumed = "; ".join(self._pictures.assumed)
        dom.show("dataAssumed", f"Assumed: {assumed}." if assumed else "")
        dom.element("classNames").value = ", ".join(self._pictures.classes.shown)
