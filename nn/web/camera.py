"""The camera, where there is one: it is asked for on a click, and stopped after use."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
from pyscript.js_modules import glue

from nn.web import dom

_PAUSE = 0.2
"""Seconds between two pictures while the button is held."""

_CAMERA_ERRORS = {
    "NotAllowedError": "the camera is blocked; allow it for this page in your browser",
    "NotFoundError": "no camera was found",
    "NotReadableError": "the camera cannot be used: another program may have it",
}


def from_image(image: Any) -> np.ndarray:
    """Return an ``ImageData`` of the browser as (height, width, 4) uint8."""
    data = np.frombuffer(image.data.to_bytes(), np.uint8)
    return data.reshape(image.height, image.width, 4)


class Camera:
    """A camera's picture in the page, with a button to take it and one to leave.

    Its elements are a video ``name``, buttons ``nameTake`` and ``nameStop``, and around them all
    ``nameBox``.

    Args:
        name: of the elements.
        take: is given each picture, (height, width, 4) uint8.
        many: whether pictures are taken for as long as the button is held.
    """

    def __init__(self, name: str, take: Callable[[np.ndarray], Any], many: bool = False) -> None:
        self._video = dom.element(name)
        self._box = dom.element(f"{name}Box")
        self._take = take
        self._held = False
        button = dom.element(f"{name}Take")
        if many:
            dom.on(button, "pointerdown", lambda event: self._take_many())
            for end in ("pointerup", "pointerleave", "pointercancel"):
                dom.on(button, end, lambda event: self._release())
        # A keyboard's click has no pointer that was held before.
        dom.on(button, "click", lambda event: self.take() if not many or not event.detail else None)
        dom.on(dom.element(f"{name}Stop"), "click", lambda event: self.close())

    async def open(self) -> None:
        """Ask for the camera and show what it sees; refusal is a ValueError of one sentence."""
        self._box.hidden = False
        failed = await glue.openCamera(self._video)
        if failed:
            self._box.hidden = True
            raise ValueError(_CAMERA_ERRORS.get(failed, f"the camera cannot be used: {failed}"))
        if self._box.hidden:
            # It was left before it was there.
            glue.closeCamera(self._video)

    def take(self) -> Any:
        """Hand on what the camera sees now."""
        if not self._video.videoWidth:
            raise ValueError("the camera has no picture yet; press again in a moment")
        return self._take(from_image(glue.takeFrame(self._video)))

    async def _take_many(self) -> None:
        self._held = True
        while self._held and not self._box.hidden:
            self.take()
            await asyncio.sleep(_PAUSE)

    def _release(self) -> None:
        self._held = False

    def close(self) -> None:
        """Stop the camera."""
        self._box.hidden = True
        glue.closeCamera(self._video)
