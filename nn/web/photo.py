"""Photos in the Digits lab: opened or taken by the camera, and read by the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pyodide.ffi import JsException
from pyscript.js_modules import glue

from nn.data.picture_files import HEIC, declared_size, is_heic, kind_of
from nn.labs.reading import Answer, Reading, answer, answers, credible
from nn.photo import Found, find_digits
from nn.photo.names import are_photos
from nn.web import dom, files, pictures
from nn.web.camera import Camera, from_image
from nn.web.sketch import Sketch

_MOST_BYTES = 100_000_000
_HEAD_BYTES = 1 << 20


def only_photos(chosen: Sequence[Any]) -> bool:
    """Tell whether files of the browser are photos to read, rather than data to train on."""
    return are_photos([file.webkitRelativePath or file.name for file in chosen])


async def pixels(file: Any) -> np.ndarray:
    """Return a picture file of the browser as (height, width, 4) uint8, upright.

    Raises:
        ValueError: it is too large, or the browser cannot decode it.
    """
    files.check_size(file.name, file.size, _MOST_BYTES)
    head = (await glue.fileHead(file, _HEAD_BYTES)).to_bytes()
    try:
        # A picture of too many pixels is refused before any of them is decoded.
        if kind_of(head):
            declared_size(head)
    except ValueError as error:
        raise ValueError(f"{file.name}: {error}") from None
    try:
        decoded = await glue.decodePhoto(file)
    except JsException:
        if is_heic(head):
            raise ValueError(f"{file.name} is {HEIC}") from None
        raise ValueError(f"{file.name} cannot be read as a picture by this browser") from None
    return from_image(decoded)


class PhotoReader:
    """Reads photos: one digit is put on the canvas, several are shown on the photo.

    Args:
        sketch: the canvas, whose network reads them.
        chosen: called when a visitor has chosen one of the digits that are shown.
    """

    def __init__(self, sketch: Sketch, chosen: Callable[[], None]) -> None:
        self._sketch = sketch
        self._told_chosen = chosen
        self._place = 0
        self._found: list[Found] = []
        self._view = dom.element("photoView")
        self._answers = dom.element("photoAnswers")
        self._camera = Camera("camera", self._taken)
        button = dom.element("openCamera")
        button.hidden = not glue.hasCamera()
        dom.on(button, "click", lambda event: self._camera.open())
        chooser = dom.element("photoFile")
        dom.on(dom.element("openPhoto"), "click", lambda event: chooser.click())
        dom.on(self._answers, "click", self._clicked)
        dom.Parts("digits").on_files("photoFile", self.open)

    @property
    def chosen(self) -> np.ndarray | None:
        """The digit that is chosen of those on the photo, as the network sees it."""
        if dom.element("photo").hidden or not self._found:
            return None
        return self._seen(self._found[self._place])

    async def open(self, chosen: Sequence[Any]) -> None:
        """Read picture files one after the other; what each shows is said."""
        problem = None
        for file in chosen:
            try:
                self.read(await pixels(file), file.name)
            except ValueError as error:
                if problem is not None:
                    dom.complain(problem)
                problem = error
        if problem is not None:
            raise problem

    def read(self, photo: np.ndarray, name: str) -> None:
        """Read a photo, (height, width, 4) uint8, and show what it shows."""
        found = find_digits(photo, self._sketch.side)
        reading = self._reading(found)
        # What is no digit is not outlined; where nothing is one, nothing is.
        self._found = [each.found for each in reading.answers]
        self._place = 0
        dom.announce(f"{name}: {reading}")
        if not self._found:
            self._sketch.say("No digit found")
        elif len(self._found) == 1:
            self._sketch.put(self._seen(self._found[0]), lambda: str(self._reading(self._found)))
        else:
            self._sketch.say(str(reading))
            self._show(photo, reading)

    def again(self) -> None:
        """Read the photo that is shown again: the network may have changed."""
        if len(self._found) > 1 and not dom.element("photo").hidden:
            reading = self._reading(self._found, every=True)
            self._sketch.answer(str(reading))
            for label, each in zip(self._answers.children, reading.answers, strict=True):
                label.querySelector("b").textContent = _name(each)

    def _seen(self, found: Found) -> np.ndarray:
        """Return what was found as the network sees it."""
        seen: np.ndarray = self._sketch.like_data(found.image[np.newaxis, ..., np.newaxis])[0]
        return seen

    def _clicked(self, event: Any) -> None:
        button = event.target.closest("button")
        if button:
            self._choose(int(button.dataset.place))

    def _choose(self, place: int) -> None:
        self._place = place
        for button in self._answers.querySelectorAll("button"):
            button.ariaPressed = str(button.dataset.place == str(place)).lower()
        self._told_chosen()

    def _reading(self, found: list[Found], every: bool = False) -> Reading:
        sketch = self._sketch
        if sketch.model is None:
            return Reading([])
        said = []
        for each in found:
            arguments = sketch.model, each, sketch.names, sketch.like_data
            said += [answer(*arguments)] if every else answers(*arguments)
        return Reading(said if every else credible(said))

    def _taken(self, photo: np.ndarray) -> None:
        self._camera.close()
        self.read(photo, "Camera")

    def _show(self, photo: np.ndarray, reading: Reading) -> None:
        """Show the photo in the place of the canvas, with each answer where it was found."""
        pictures.paint(self._view, photo)
        height, width = photo.shape[:2]
        labels = []
        for place, each in enumerate(reading.answers):
            left, top, right, bottom = each.found.box
            label = dom.new("li", data_sure=str(each.sure).lower())
            button = dom.new("button", type="button", data_place=str(place))
            button.title = "Say why"
            button.append(dom.new("b", _name(each)))
            label.append(button)
            for side, share in (
                ("left", left / width),
                ("top", top / height),
                ("width", (right - left) / width),
                ("height", (bottom - top) / height),
            ):
                label.style.setProperty(side, f"{100 * share:.2f}%")
            labels.append(label)
        self._answers.replaceChildren(*labels)
        dom.element("photo").hidden = False
        self._choose(0)


def _name(answer: Answer) -> str:
    return answer.name if answer.sure else f"{answer.name}?"
