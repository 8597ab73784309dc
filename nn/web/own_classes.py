"""The visitor's own classes in the Digits lab: examples collected, kept as a file, and learnt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pyodide.ffi import to_js
from pyscript.js_modules import glue

from nn.data.images import Images
from nn.labs import kept
from nn.labs.digits import DigitsSettings
from nn.labs.own_classes import OwnClasses, settings_for
from nn.photo import find_drawing
from nn.web import decoding, dom, files, photo, pictures
from nn.web.camera import Camera
from nn.web.reading import WHATEVER
from nn.web.sketch import Sketch

_FILE = "my-classes.zip"
_MOST_BYTES = 100_000_000
_HINT = "Draw an example above and press + beside its class: about 10 of each. Then press Train."


class OwnClassesPanel:
    """Collects examples of named classes, from the canvas, from files and from the camera.

    Args:
        sketch: the canvas.
        learn: trains a new network with settings on pictures.

    Attributes:
        changes: a count of them.
    """

    changes = 0

    def __init__(self, sketch: Sketch, learn: Callable[[Images, DigitsSettings], None]) -> None:
        self._sketch, self._learn = sketch, learn
        self._own = OwnClasses()
        self._own.add_class()
        self._own.add_class()
        self._at = 0  # the class that files and the camera are for
        self._list = dom.element("ownList")
        self._camera = Camera("ownCamera", self._taken, many=True)
        parts = dom.Parts("digits")
        parts.click("ownAdd", self._add_class)
        parts.click("ownTrain", self._train)
        parts.click("ownSave", self._save)
        parts.click("ownOpen", lambda: dom.element("ownZip").click())
        parts.on_files("ownZip", self._open)
        parts.on_files("ownFiles", lambda chosen: self._take_files(self._at, chosen))
        # The rows come and go: one listener hears for all of them.
        dom.on(self._list, "click", self._clicked)
        dom.on(self._list, "change", self._renamed)
        dom.on(self._list, "drop", self._dropped)
        self._show()

    # ---- What is shown.

    def _show(self) -> None:
        self.changes += 1
        rows = [self._row(place) for place in range(len(self._own.names))]
        self._list.replaceChildren(*rows)
        dom.show("ownHint", _HINT)

    @property
    def any(self) -> bool:
        """Whether there are examples."""
        return any(self._own.examples)

    def kept(self) -> bytes:
        """Return the classes and their examples, to be kept."""
        return kept.pack_classes(self._own)

    def bring_back(self, data: bytes) -> None:
        """Show what :meth:`kept` returned."""
        self._own = kept.unpack_classes(data)
        self._show()

    def _row(self, place: int) -> Any:
        name = self._own.names[place]
        row = dom.new("li", data_class=str(place))
        field = dom.new("input", aria_label=f"Name of class {place + 1}", maxlength="40")
        field.value = name
        count = dom.new("output", f"{len(self._own.examples[place])}")
        count.title = "examples"
        buttons = [
            dom.new("button", "+", data_act="drawn", aria_label=f"Add the drawing to {name}"),
            dom.new("button", "File", data_act="files", aria_label=f"File for {name}"),
        ]
        if glue.hasCamera():
            buttons.append(dom.new("button", "Camera", data_act="camera"))
        buttons.append(dom.new("button", "×", data_act="remove", aria_label=f"Remove {name}"))
        for button in buttons:
            button.type = "button"
        examples = dom.new("div", data_examples="")
        examples.append(*(self._thumb(image) for image in self._own.examples[place]))
        row.append(field, count, *buttons, examples)
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
        self.changes += 1
        self._own.add(place, image)
        row = self._list.children[place]
        row.querySelector("[data-examples]").append(self._thumb(image))
        row.querySelector("output").textContent = str(len(self._own.examples[place]))

    # ---- What a visitor does.

    def _clicked(self, event: Any) -> Any:
        button = event.target.closest("[data-act]")
        if not button:
            return None
        self.changes += 1
        place = self._place(button)
        act = button.dataset.act
        if act == "drawn":
            self._add_drawing(place)
        elif act == "delete":
            self._own.remove(place, list(button.parentElement.children).index(button))
            button.remove()
            count = len(self._own.examples[place])
            self._list.children[place].querySelector("output").textContent = str(count)
        elif act == "remove":
            self._own.remove_class(place)
            self._show()
        else:
            self._at = place
            if act == "files":
                dom.element("ownFiles").click()
            else:
                return self._camera.open()
        return None

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
            self.changes += 1
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
        self.changes += 1
        self._list.append(self._row(place))
        self._list.children[place].querySelector("input").select()

    # ---- Learning and keeping.

    def _train(self) -> None:
        images = self._own.images()
        assert images.train is not None
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
            self._own = OwnClasses.of(images)
        except ValueError as error:
            raise ValueError(f"{file.name}: {error}") from None
        self._show()
        count = sum(map(len, self._own.examples))
        dom.announce(f"{file.name}: {count:,} examples of {', '.join(self._own.names)}")
