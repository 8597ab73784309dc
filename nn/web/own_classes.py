"""The visitor's own classes in the Digits lab: examples collected, kept as a file, and learnt."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pyodide.ffi import to_js
from pyscript import window
from pyscript.js_modules import glue

from nn.data.images import Images
from nn.labs import kept
from nn.labs.digits import DigitsSettings
from nn.labs.own_classes import OwnClasses, settings_for
from nn.photo import find_drawing
from nn.web import decoding, dom, files, photo, pictures
from nn.web.camera import Camera
from nn.web.keeper import Part
from nn.web.plan import Instead
from nn.web.reading import WHATEVER
from nn.web.sketch import Sketch

_FILE = "my-classes.zip"
_MOST_BYTES = 100_000_000
_TRAIN = "Train on these"
_HINT = f"Draw above, press + at its class: about 10 of each. Then {_TRAIN}."
_TOLD = "Your own classes are learnt next. Fold them up to train on the other pictures."
_LABELS = {
    "drawn": "Add the drawing to {}",
    "more": "Drawings of {}, files, delete",
    "files": "File for {}",
    "camera": "Camera for {}",
    "remove": "Delete class {}",
}
_USUAL_NAME = re.compile(r"class \d+")


class OwnClassesPanel:
    """Collects examples of named classes, from the canvas, from files and from the camera.

    Args:
        sketch: the canvas.
        learn: trains a new network with settings on pictures.
        changed: called when :meth:`instead` may have become another.
    """

    def __init__(
        self,
        sketch: Sketch,
        learn: Callable[[Images, DigitsSettings], None],
        changed: Callable[[], None],
    ) -> None:
        self._sketch, self._learn, self._changed = sketch, learn, changed
        self._changes = 0
        self._own = OwnClasses()
        self._own.add_class()
        self._own.add_class()
        self._at = 0  # the class that files and the camera are for
        self._list = dom.element("ownList")
        self._panel = dom.element("ownClasses")
        self._camera = Camera("ownCamera", self._taken, many=True)
        parts = dom.Parts("digits")
        parts.click("ownAdd", self._add_class)
        parts.click("ownTrain", self._train)
        parts.click("ownUndo", self._undo)
        parts.click("ownSave", self._save)
        parts.click("ownOpen", lambda: dom.element("ownZip").click())
        parts.on_files("ownZip", self._open)
        parts.on_files("ownFiles", lambda chosen: self._take_files(self._at, chosen))
        # The rows come and go: one listener hears for all of them.
        dom.on(self._list, "click", self._clicked)
        dom.on(self._list, "change", self._renamed)
        dom.on(self._list, "drop", self._dropped)
        for moment in ("focusin", "click"):
            dom.on(self._list, moment, self._in_name)
        # Of a click, and not of `toggle`: what a visit brings back moves nothing.
        dom.on(self._panel.querySelector("summary"), "click", lambda event: self._opened())
        dom.on(self._panel, "toggle", lambda event: self._changed())
        self._show()

    # ---- What is shown.

    def _show(self) -> None:
        self._changes += 1
        rows = [self._row(place) for place in range(len(self._own.names))]
        self._list.replaceChildren(*rows)
        for place in range(len(rows)):
            self._tell(place)
        dom.show("ownHint", _HINT)
        self._show_undo()

    def _show_undo(self) -> None:
        deleted, button = self._own.deleted, dom.element("ownUndo")
        button.hidden = not deleted
        button.title = f"Brings back {deleted[-1]}" if deleted else ""

    def _tell(self, place: int) -> None:
        """Say how many examples of a class there are, and its name; show the latest example."""
        row, examples = self._list.children[place], self._own.examples[place]
        row.querySelector("output").textContent = str(len(examples))
        latest = row.querySelector("[data-act=more] canvas")
        latest.hidden = not examples
        if examples:
            pictures.paint(latest, pictures.ink(examples[-1]))
        for act, label in _LABELS.items():
            if button := row.querySelector(f"[data-act={act}]"):
                button.setAttribute("aria-label", label.format(self._own.names[place]))

    async def _opened(self) -> None:
        """Bring into view what opens, and what one draws on."""
        await glue.nextFrame()
        if self._panel.open:
            small = window.matchMedia("(max-width: 800px)").matches
            shown = dom.element("canvas") if small else self._list
            shown.scrollIntoView(block="start" if small else "nearest")

    @property
    def any(self) -> bool:
        """Whether there are examples."""
        return any(self._own.examples)

    @property
    def part(self) -> Part:
        """The classes and their examples, to be kept."""
        return Part(lambda: self._changes, lambda key: kept.pack_classes(self._own))

    def bring_back(self, data: bytes) -> None:
        """Show the classes that were kept, unless there are examples: none is thrown away."""
        if not self.any:
            self._own = kept.unpack_classes(data)
            self._panel.open = self._panel.open or self.any
            self._show()

    def instead(self) -> Instead | None:
        """Return what Train does while a visitor works here, and the examples are not learnt."""
        if not self._panel.open or self._own.learnt or not self.any:
            return None
        return Instead(_TRAIN, _TOLD, self._train)

    def _row(self, place: int) -> Any:
        row = dom.new("li", data_class=str(place))
        field = dom.new("input", aria_label=f"Name of class {place + 1}", maxlength="40")
        field.value = self._own.names[place]
        count = dom.new("output", str(len(self._own.examples[place])))
        count.title = "examples"
        more = dom.new("button", data_act="more", aria_expanded="false")
        more.append(dom.new("canvas"))
        rest = dom.new("div", data_rest="")
        buttons = [dom.new("button", "+", data_act="drawn"), more]
        tools = [dom.new("button", "File", data_act="files")]
        if glue.hasCamera():
            tools.append(dom.new("button", "Camera", data_act="camera"))
        tools.append(dom.new("button", "Delete class", data_act="remove"))
        for button in buttons + tools:
            button.type = "button"
        examples = dom.new("div", data_examples="")
        examples.append(*(self._thumb(image) for image in self._own.examples[place]))
        hint = dom.new("p", "A drawing that you press is deleted.")
        hint.className = "hint"
        rest.append(*tools, hint, examples)
        rest.hidden = True
        row.append(field, count, *buttons, rest)
        return row

    def _thumb(self, image: np.ndarray) -> Any:
        thumb = dom.new("button", data_act="delete", title="Delete this example")
        thumb.type = "button"
        thumb.setAttribute("aria-label", "Delete this example")
        canvas = dom.new("canvas")
        pictures.paint(canvas, pictures.ink(image))
        thumb.append(canvas)
        return thumb

    def _add(self, place: int, image: np.ndarray) -> None:
        """Add an example, and show it without making all the others anew."""
        self._own.add(place, image)
        self._list.children[place].querySelector("[data-examples]").append(self._thumb(image))
        self._edited(place)

    def _edited(self, place: int) -> None:
        """Take in that the name or the examples of a class are others."""
        self._changes += 1
        self._tell(place)
        self._show_undo()
        self._changed()

    # ---- What a visitor does.

    def _clicked(self, event: Any) -> Any:
        button = event.target.closest("[data-act]")
        if not button:
            return None
        place = self._place(button)
        act = button.dataset.act
        if act == "drawn":
            self._add_drawing(place)
        elif act == "more":
            rest = self._list.children[place].querySelector("[data-rest]")
            rest.hidden = not rest.hidden
            button.setAttribute("aria-expanded", "false" if rest.hidden else "true")
        elif act == "delete":
            self._own.remove(place, list(button.parentElement.children).index(button))
            button.remove()
            self._edited(place)
            self._say_deleted()
        elif act == "remove":
            self._own.remove_class(place)
            self._show()
            self._changed()
            self._say_deleted()
        elif act == "files":
            self._at = place
            dom.element("ownFiles").click()
        else:
            self._at = place
            return self._camera.open()
        return None

    def _say_deleted(self) -> None:
        dom.announce(f"Deleted {self._own.deleted[-1]}: Undo brings it back")

    def _undo(self) -> None:
        back = self._own.undo()
        self._show()
        self._changed()
        dom.announce(f"Back again: {back}")

    def _in_name(self, event: Any) -> None:
        """Let what is typed take the place of a name that no visitor gave."""
        field = event.target
        if field.tagName == "INPUT" and _USUAL_NAME.fullmatch(field.value):
            field.select()

    def _place(self, node: Any) -> int:
        return int(node.closest("[data-class]").getAttribute("data-class"))

    def _add_drawing(self, place: int) -> None:
        image = self._sketch.drawing()
        if image is None:
            raise ValueError(f"the canvas is empty: draw an example of {self._own.names[place]}")
        self._add(place, image)
        dom.element("clear").click()

    def _renamed(self, event: Any) -> None:
        place = self._place(event.target)
        try:
            self._own.rename(place, event.target.value)
            self._edited(place)
        finally:
            event.target.value = self._own.names[place]

    def _dropped(self, event: Any) -> Any:
        row = event.target.closest("[data-class]")
        if not row:
            return None
        event.preventDefault()
        event.stopPropagation()
        return self._take_files(self._place(row), list(event.dataTransfer.files))

    async def _take_files(self, place: int, chosen: Sequence[Any]) -> None:
        name, empty = self._own.names[place], []
        for file in chosen:
            image = find_drawing(await photo.pixels(file))
            if image is None:
                empty.append(file.name)
            else:
                self._add(place, image)
        if empty:
            raise ValueError(f"no drawing for {name} was found in {', '.join(empty[:3])}")

    def _taken(self, picture: np.ndarray) -> None:
        image = find_drawing(picture)
        name = self._own.names[self._at]
        if image is None:
            dom.show("ownHint", f"The camera sees no drawing: hold one of {name} before it.")
        else:
            self._add(self._at, image)
            count = len(self._own.examples[self._at])
            dom.show("ownHint", f"{name}: {count} examples. Hold the button to take many.")

    def _add_class(self) -> None:
        place = self._own.add_class()
        self._list.append(self._row(place))
        self._edited(place)
        self._list.children[place].querySelector("input").select()

    # ---- Learning and keeping.

    def _train(self) -> None:
        images = self._own.images()
        assert images.train is not None
        self._own.learnt = True
        self._changes += 1
        self._learn(images, settings_for(len(images.train)))

    def _save(self) -> None:
        glue.download(_FILE, to_js(self._own.zipped()), "application/zip")
        dom.announce(f"Saved {_FILE}")

    async def _open(self, chosen: list[Any]) -> None:
        file = files.only(chosen, "zip file")
        files.check_size(file.name, file.size, _MOST_BYTES)
        images = await decoding.read([file], WHATEVER)
        if images is None:
            return
        try:
            self._own.exchange(OwnClasses.of(images))
        except ValueError as error:
            raise ValueError(f"{file.name}: {error}") from None
        self._show()
        self._changed()
        count = sum(map(len, self._own.examples))
        dom.announce(f"{file.name}: {count:,} examples of {', '.join(self._own.names)}")
