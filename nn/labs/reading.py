"""A photo read by a network: which digits it shows, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from nn.data.image_csv import SIDE
from nn.data.labels import DIGITS
from nn.labs import digits
from nn.labs.confidence import calibration, likeness
from nn.labs.touching import halves, width_to_height
from nn.layers import Shape
from nn.model import Sequential
from nn.photo import Found, find_digits
from nn.photo.views import views

_SURE = 0.94
"""Share from which an answer is given without doubt by a network for other things than digits.

Chosen with ``dist/best.json`` on photos of MNIST's test digits, of which 98.5 % reach it. For
digits :mod:`nn.labs.confidence` says it, which knows other signs too.
"""

_NO_DIGIT = 0.5
"""Share of the best class below which what was found is rather no digit."""

_WIDE = 1.25
"""What is so wide, as a share of its height, may be two digits that touch, whatever it looks like.

Of MNIST's test digits 2 % are wider; both parts of these would have to be sure digits too.
"""

_DOUBTFUL = 0.9
"""The same of what is not surely one digit."""

_MOST_HOLES = 2  # an 8 has two
_THICKEST = 0.42  # a stroke as a share of the digit's longer side: what is thicker is a stain


@dataclass(frozen=True, eq=False)
class Answer:
    """What a network says of one thing on a photo.

    Attributes:
        found: where it is, and the picture of it that the network was given.
        outputs: (classes,) the network's outputs for that picture.
        name: the class it takes it for.
        second: the class that comes next.
        confidence: from 0 to 1, for digits the probability that the answer is right, see
            :mod:`nn.labs.confidence`; for others its share of the classes' probabilities, the mean
            over pictures that are turned, stretched and moved a little.
        plausible: whether it looks like a digit at all.
        sure: whether the answer is given without doubt.
    """

    found: Found
    outputs: np.ndarray
    name: str
    second: str
    confidence: float
    plausible: bool
    sure: bool

    def __str__(self) -> str:
        if not self.plausible:
            return "no digit found"
        return self.name if self.sure else f"not sure: {self.name} or {self.second}"


@dataclass(frozen=True, eq=False)
class Reading:
    """What a network reads on a photo.

    Attributes:
        answers: of what may be digits, in reading order.
    """

    answers: list[Answer]

    @property
    def answer(self) -> str | None:
        """The classes side by side, such as "7" or "12"; None if there is no digit."""
        return "".join(each.name for each in self.answers) or None

    @property
    def confidence(self) -> float:
        """That of the least certain answer, from 0 to 1."""
        return min((each.confidence for each in self.answers), default=0.0)

    @property
    def sure(self) -> bool:
        """Whether something was found, and no answer is in doubt."""
        return bool(self.answers) and all(each.sure for each in self.answers)

    def __str__(self) -> str:
        if not self.answers:
            return "no digit found"
        if len(self.answers) == 1:
            return str(self.answers[0])
        if self.sure:
            return str(self.answer)
        doubts = [f"{each.name} or {each.second}" for each in self.answers if not each.sure]
        return f"{self.answer}, not sure: {', '.join(doubts)}"


def read_photo(model: Sequential, photo: np.ndarray) -> Reading:
    """Read the digits on a photo, or what else a network of pictures tells apart.

    Args:
        model: the network.
        photo: as for :func:`nn.photo.find_digits`.

    Raises:
        ValueError: the photo has a wrong shape, or the network is not for pictures.
    """
    return Reading(credible(answers_on(model, photo)))


def answers_on(model: Sequential, photo: np.ndarray) -> list[Answer]:
    """Return what a network says of all that may be a digit on a photo, as `read_photo` does."""
    digits.check_loaded(model)
    shape = digits.picture_of(model)
    names = digits.classes_of(model).shown
    return [
        each
        for found in find_digits(photo, min(shape[:2]))
        for each in answers(model, found, names, lambda drawings: like_data(drawings, shape))
    ]


def credible(answers: list[Answer]) -> list[Answer]:
    """Return the answers without those that are no digit.

    Where hardly any of several is sure it is not digits that are shown, and none is left.
    """
    plausible = [each for each in answers if each.plausible]
    sure = [each for each in plausible if each.sure]
    if len(answers) > 2 and len(sure) < len(answers) / 2:
        return []
    return plausible


def answers(
    model: Sequential,
    found: Found,
    names: Sequence[str],
    form: Callable[[np.ndarray], np.ndarray],
) -> list[Answer]:
    """Let a network say what something on a photo is: one thing, or two digits that touch.

    Arguments and errors are those of :func:`answer`. Two are answered only where both are sure.
    """
    whole = answer(model, found, names, form)
    least = _WIDE if whole.sure else _DOUBTFUL
    if tuple(names) != DIGITS.shown or width_to_height(found) < least:
        return [whole]
    ways = [
        (answer(model, left, names, form), answer(model, right, names, form))
        for left, right in halves(found)
    ]
    pairs = [pair for pair in ways if all(each.sure for each in pair)]
    if not pairs:
        return [whole]
    return list(max(pairs, key=lambda pair: min(each.confidence for each in pair)))


def answer(
    model: Sequential,
    found: Found,
    names: Sequence[str],
    form: Callable[[np.ndarray], np.ndarray],
) -> Answer:
    """Let a network say what something on a photo is.

    Args:
        model: the network.
        found: where, and as which picture.
        names: of the classes.
        form: makes (n, side, side, 1) uint8 pictures like those that it was trained on.

    Raises:
        ValueError: the network is for something else.
    """
    pictures = views(found.image)
    outputs = model.predict(form(pictures))
    if outputs.shape[1:] != (len(names),):
        raise ValueError(
            f"the network has outputs of shape {outputs.shape[1:]}, for {len(names)} classes"
        )
    shares = probabilities(outputs).mean(axis=0)
    best, second = np.argsort(-shares, kind="stable")[[0, min(1, len(names) - 1)]]
    # What is shown beside the answer is what the network says of the picture itself; the answer is
    # the same as of a drawing, unless the changed pictures contradict it.
    share = min(float(shares[best]), 1.0)
    plausible = share >= _NO_DIGIT and found.holes <= _MOST_HOLES and found.stroke <= _THICKEST
    confidence, sure_from = share, _SURE
    if tuple(names) == DIGITS.shown and found.image.shape == (SIDE, SIDE):
        fitted = calibration()
        confidence, sure_from = fitted.confidence(share, likeness(pictures)), fitted.sure
        plausible = plausible and confidence >= fitted.no_digit
    return Answer(
        *(found, outputs[0], names[best], names[second], confidence, plausible),
        sure=plausible and confidence >= sure_from,
    )


def like_data(drawings: np.ndarray, shape: Shape, paper: bool = False) -> np.ndarray:
    """Return drawings in the shape that the pictures of a data set have.

    Args:
        drawings: (n, side, side, 1) uint8, 0 for background; side is that of the largest square.
        shape: of the pictures, (height, width, channels).
        paper: whether those are dark on light.

    Example:
        >>> like_data(np.zeros((5, 28, 28, 1), np.uint8), (28, 30, 3)).shape
        (5, 28, 30, 3)
    """
    height, width, channels = shape
    side = drawings.shape[1]
    above, left = (height - side) // 2, (width - side) // 2
    around = ((0, 0), (above, height - side - above), (left, width - side - left), (0, 0))
    images = np.pad(drawings, around)
    return (255 - images if paper else images).repeat(channels, axis=3)


def probabilities(outputs: np.ndarray) -> np.ndarray:
    """Return outputs as probabilities of classes of which exactly one is right.

    Outputs that add up to 1 are such already. Others judge each class by itself, as sigmoids do:
    then the probabilities are in proportion to the odds.

    Args:
        outputs: (n, classes).

    Example:
        >>> probabilities(np.array([[0.2, 0.8], [0.9, 0.5]])).round(2)
        array([[0.2, 0.8],
               [0.9, 0.1]])
    """
    outputs = np.asarray(outputs, np.float64)
    inside = np.clip(outputs, 1e-3, 1 - 1e-3)
    odds = inside / (1 - inside)
    odds /= odds.sum(axis=1, keepdims=True)
    whole = np.abs(outputs.sum(axis=1, keepdims=True) - 1) < 1e-3
    whole &= (outputs >= 0).all(axis=1, keepdims=True)
    return np.asarray(np.nan_to_num(np.where(whole, outputs, odds)))
