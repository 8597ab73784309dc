"""Which inputs of a network are the red, green and blue of a colour."""

from __future__ import annotations

import numpy as np

from nn.data.columns import Columns
from nn.layers import Rescaling

_CHANNELS = ({"r", "red"}, {"g", "green"}, {"b", "blue"})


def channels(columns: Columns, inputs: Rescaling) -> list[int] | None:
    """Return where red, green and blue stand among a network's inputs; None if it takes others.

    Names alone do not tell: channels from 0 to 1 have the same. But their mean, which the
    normalisation knows, is below 1.
    """
    names = [name.lower() for name in columns.features]
    found = [[place for place, name in enumerate(names) if name in known] for known in _CHANNELS]
    if len(names) != 3 or any(len(places) != 1 for places in found):
        return None
    places = [place for (place,) in found]
    means = means_of(inputs, 3)
    return places if ((means > 1) & (means < 256)).all() else None


def means_of(inputs: Rescaling, features: int) -> np.ndarray:
    """Return the (features,) raw inputs of which a normalisation makes 0."""
    scale = np.broadcast_to(np.asarray(inputs.scale, np.float64), features)
    return np.divide(-inputs.offset, scale, out=np.zeros(features), where=scale != 0)
