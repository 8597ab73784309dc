"""A logistic regression of whether a sign is a digit, fitted and measured on made-up photos."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nn.data.dataset import Dataset
from nn.labs.confidence import Calibration, likeness, log_odds
from nn.labs.reading import probabilities
from nn.model import Sequential
from nn.photo import find_digits
from nn.photo.views import views
from tools.confidence import examples, photos, signs

HELD_OUT = frozenset("CHNTaehrEKwyPk") | {
    *("square", "cross", "star", "arrow", "face", "heart"),
    *("triangle", "spiral", "tree", "wave", "equals", "hash"),
}
"""Signs that the judge is not trained with: its word on them is what it is on any new sign."""

_DIGITS, _OTHERS = 500, 500
_PRIOR = 0.8
"""The share of photos that show a digit, among those that a page is given: assumed."""

_DOUBTED = 0.03
"""The share of right answers that may be called not sure."""

_LOST = 0.003
"""The share of right answers that may be taken for no digit."""


@dataclass(frozen=True)
class Seen:
    """What was found on a photo: its kind, the features, and whether the answer is right."""

    kind: str
    share: float
    likeness: float
    right: bool

    @property
    def digit(self) -> bool:
        """Whether it is a digit, whichever the network takes it for."""
        return self.kind == "digit"


def measured(network: Sequential, data: Dataset, seed: int) -> list[Seen]:
    """Return what a network sees on photos of digits, and of signs, scribbles and blank pages."""
    rng = np.random.default_rng(seed)
    letters = [each for each in signs.LETTERS if each in HELD_OUT]
    shapes = [each for each in signs.SHAPES if each in HELD_OUT]
    seen: list[Seen] = []
    for index in range(_DIGITS + _OTHERS):
        kind, label, ink = _sign(index, data, letters, shapes, rng)
        photo = photos.photo_of(ink, photos.KINDS[index % len(photos.KINDS)], rng)
        found = find_digits(photo)
        if not found:
            seen.append(Seen(kind, 0, 0, False))
            continue
        picture = views(max(found, key=lambda each: each.box[3] - each.box[1]).image)
        looks = likeness(picture)
        shares = probabilities(network.predict(picture)).mean(axis=0)
        best = int(shares.argmax())
        seen.append(Seen(kind, float(shares[best]), looks, best == label))
    return seen


def _sign(
    index: int, data: Dataset, letters: list[str], shapes: list[str], rng: np.random.Generator
) -> tuple[str, int | None, np.ndarray | None]:
    """A kind, the digit if it is one, and the drawing if there is one."""
    if index < _DIGITS:
        if index % 5 == 0:
            digit = int(rng.integers(10))
            return "digit", digit, examples.sign(signs.DIGITS[str(digit)], rng)
        place = int(rng.integers(len(data)))
        return "digit", int(data.targets[place]), examples.handwritten(data.inputs[place])
    which = index % 10
    if which < 3:
        return "letter", None, examples.sign(signs.LETTERS[letters[index % len(letters)]], rng)
    if which < 5:
        printed = [each for each in letters if len(each) == 1]
        return "printed letter", None, examples.printed(printed[index % len(printed)], rng)
    if which < 8:
        return "shape", None, examples.sign(signs.SHAPES[shapes[index % len(shapes)]], rng)
    if which < 9:
        strokes = signs.scribble(rng)
        return "scribble", None, signs.drawn(strokes, 100, rng.uniform(0.03, 0.12))
    return "blank", None, None


def fitted(seen: list[Seen]) -> Calibration:
    """Return the regression by Newton's method, weighted to the prior, and its two thresholds."""
    seen = [each for each in seen if each.share]
    x = np.array([[float(log_odds(each.share)), each.likeness, 1] for each in seen])
    digit = np.array([each.digit for each in seen])
    weight = np.where(digit, _PRIOR / digit.mean(), (1 - _PRIOR) / (1 - digit.mean()))
    w = np.zeros(3)
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ w))
        slope = x.T @ (weight * (p - digit)) + 1e-2 * w
        curvature = (x * (weight * p * (1 - p))[:, np.newaxis]).T @ x + 1e-2 * np.eye(3)
        w -= np.linalg.solve(curvature, slope)
    share, looks, offset = w.tolist()
    draft = Calibration(share, looks, offset, sure=1, no_digit=0)
    said = np.array([draft.confidence(each.share, each.likeness) for each in seen if each.right])
    sure, none = np.quantile(said, (_DOUBTED, _LOST)).tolist()
    return replace(draft, sure=sure, no_digit=none)


def figures(seen: list[Seen], constants: Calibration) -> dict[str, float]:
    """Return shares of what is right, doubted and honest, by kind of photo."""
    said = np.array([constants.confidence(each.share, each.likeness) for each in seen])
    found = np.array([each.share > 0 for each in seen])
    right = np.array([each.right for each in seen])
    kinds = np.array([each.kind for each in seen])
    sure = found & (said >= constants.sure)
    digit = kinds == "digit"
    result = {
        "digits right": right[digit].mean(),
        "right digits called not sure": 1 - sure[digit & right].mean(),
        "wrong digits called sure": (sure & ~right)[digit].mean(),
    }
    for kind in sorted(set(kinds) - {"digit"}):
        result[f"{kind}: no digit or not sure"] = 1 - sure[kinds == kind].mean()
    weight = np.where(digit, _PRIOR / digit.mean(), (1 - _PRIOR) / (1 - digit.mean()))
    for low, high in ((0, 0.2), (0.2, 0.8), (0.8, 0.95), (0.95, 1.01)):
        inside = found & (said >= low) & (said < high)
        if inside.any():
            where = f"confidence from {low} to {min(high, 1)}"
            result[f"{where}: said"] = np.average(said[inside], weights=weight[inside])
            result[f"{where}: right"] = np.average(right[inside], weights=weight[inside])
    return {name: round(float(value), 3) for name, value in result.items()}
