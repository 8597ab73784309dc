"""How sure it is that what was read on a photo is the digit that a network says."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

import numpy as np

from nn.formats import weights
from nn.model import Sequential

LIKENESS = "likeness.json"
"""A network that tells digits from other signs; `python -m tools.confidence` trains it."""

CONSTANTS = "confidence.json"
"""The fitted constants and where they come from; the same command writes them."""

_LEAST = 1e-4  # a probability that is no surer than so


@dataclass(frozen=True)
class Calibration:
    """From what networks say of a photo to how probably that is right.

    That it is a digit is a logistic regression; which one, the network's own share for it says.

    Attributes:
        share: weight of the log odds that the network gives its answer.
        likeness: weight of those of looking like a digit at all.
        offset: what is added to both.
        sure: confidence from which an answer is given without doubt.
        no_digit: confidence below which there is rather no digit.
    """

    share: float
    likeness: float
    offset: float
    sure: float
    no_digit: float

    def confidence(self, share: float, likeness: float) -> float:
        """Return the probability that an answer is right, from 0 to 1.

        Example:
            >>> even = Calibration(1, 1, 0, sure=0.9, no_digit=0.1)
            >>> even.confidence(0.5, 0.0), round(even.confidence(0.9, 2.0), 2)
            (0.25, 0.89)
        """
        score = self.share * float(log_odds(share)) + self.likeness * likeness + self.offset
        return share / float(1 + np.exp(-score))


def log_odds(probabilities: np.ndarray | float) -> np.ndarray:
    """Return log(p / (1 - p)), which stays finite for 0 and 1."""
    inside = np.clip(probabilities, _LEAST, 1 - _LEAST)
    return np.asarray(np.log(inside / (1 - inside)))


def beside(name: str) -> Traversable:
    """A file that lies beside this one, also where the package is an archive, as in the page."""
    return resources.files("nn.labs") / name


@functools.cache
def calibration() -> Calibration:
    """The one that comes with this package."""
    return Calibration(**json.loads(beside(CONSTANTS).read_text())["constants"])


@functools.cache
def _judge() -> Sequential:
    return weights.loads(beside(LIKENESS).read_bytes())[0]


def likeness(pictures: np.ndarray) -> float:
    """Return how much pictures of one sign look like a digit, whichever: the mean log odds.

    Args:
        pictures: (n, 28, 28, 1) uint8, 0 for background: the sign seen a little differently.

    Example:
        >>> likeness(np.full((1, 28, 28, 1), 255, np.uint8)) < 0
        True
    """
    return float(log_odds(_judge().predict(pictures)[:, 1]).mean())
