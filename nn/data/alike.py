"""Pictures from several files made alike: one size, the same colours, ink that is light."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nn.data.part import Part
from nn.data.resize import border, fitted, resized

_PAPER = 200  # of 255: as light is paper
_MOSTLY = 0.8  # of the pixels along the border
_SAMPLE = 500


def alike(parts: Sequence[Part]) -> tuple[list[Part], list[str]]:
    """Return pictures of one size and number of channels, and what was done to them.

    Pictures of more than 64 pixels a side are scaled down to that, those of several sizes to the
    size that most have. Grey ones become coloured beside coloured ones. Dark ink on light paper is
    turned to light ink on dark, as MNIST has it.

    >>> part = Part(np.zeros((2, 128, 64, 1), np.uint8))
    >>> alike([part])[0][0].pictures.shape
    (2, 64, 32, 1)
    """
    said = []
    sizes: Counter[tuple[int, int]] = Counter()
    for part in parts:
        sizes[part.pictures.shape[1:3]] += len(part.pictures)
    [(common, _)] = sizes.most_common(1)
    height, width = fitted(*common)
    if len(sizes) > 1:
        said.append(f"pictures of {len(sizes)} sizes were scaled to {width}x{height}")
    elif (height, width) != common:
        said.append(f"pictures of {common[1]}x{common[0]} were scaled down to {width}x{height}")
    channels = max(part.pictures.shape[3] for part in parts)
    pictures = [resized(part.pictures, height, width) for part in parts]
    for i, array in enumerate(pictures):
        if array.shape[3] < channels:
            pictures[i] = array.repeat(channels, axis=3)
            said.append("grey pictures were given three colours, as the others have")
    if channels == 1 and _on_paper(pictures):
        pictures = [255 - array for array in pictures]
        said.append("dark ink on light paper was turned to light on dark, as MNIST has it")
    made = [replace(part, pictures=array) for part, array in zip(parts, pictures, strict=True)]
    return made, list(dict.fromkeys(said))


def _on_paper(pictures: Sequence[np.ndarray]) -> bool:
    some = [array[:: max(1, len(array) // _SAMPLE)] for array in pictures]
    light = [(border(array) > _PAPER).mean() for array in some]
    inked = any(int(array.min()) < _PAPER for array in some)
    return inked and float(np.mean(light)) > _MOSTLY
