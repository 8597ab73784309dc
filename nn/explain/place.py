"""Where somebody stands in a walk through a network, as a link has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nn.explain.walk import Walk

SOURCES = ("train", "test", "asked")
"""Where a sample comes from: what is learnt, what is tested with, or what the network is asked."""

_MOST_DIGITS = 9


@dataclass(frozen=True)
class Place:
    """A sample, a page, the units that are looked at, and the weight that is followed.

    Attributes:
        source: one of :data:`SOURCES`.
        sample: its number from 0; 0 of what is asked.
        stop: the number of the page.
        units: a place of each level, flat; empty for those that matter most.
        layer: whose weight is followed; None for the first that has one.
        bias: whether its bias is followed instead.
        heads: layers and which head of each one's attention is looked at, where it was chosen.
    """

    source: str
    sample: int
    stop: int = 0
    units: tuple[int, ...] = ()
    layer: int | None = None
    bias: bool = False
    heads: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, walk: Walk, source: str, sample: int, stop: int) -> Place:
        """Return where a walk is."""
        heads = tuple(sorted(walk.heads.items()))
        return cls(source, sample, stop, tuple(walk.units), walk.layer, walk.bias, heads)

    def __str__(self) -> str:
        """Return it as links have it.

        >>> str(Place("train", 5, 3, (406, 7, 2), 1))
        'train:6,3,406:7:2,1:w'
        """
        parts = [f"{self.source}:{self.sample + 1}", str(self.stop)]
        if self.units:
            parts.append(":".join(map(str, self.units)))
            if self.layer is not None:
                parts.append(f"{self.layer}:{'b' if self.bias else 'w'}")
                if self.heads:
                    parts.append(":".join(f"{layer}:{head}" for layer, head in self.heads))
        return ",".join(parts)

    @classmethod
    def read(cls, text: str) -> Place:
        """Return what :meth:`__str__` wrote; what stands at the end may be missing.

        Raises:
            ValueError: it says something else.

        >>> Place.read("test:12,4")
        Place(source='test', sample=11, stop=4, units=(), layer=None, bias=False, heads=())
        """
        start, *more = text.split(",")
        source, _, sample = start.partition(":")
        try:
            if source not in SOURCES or len(more) > 4:
                raise ValueError
            number = max(_whole(sample or "1") - 1, 0)
            stop = _whole(more[0]) if more else 0
            units = tuple(map(_whole, more[1].split(":"))) if len(more) > 1 else ()
            if len(more) < 3:
                return cls(source, number, stop, units)
            layer, _, kind = more[2].partition(":")
            if kind not in ("w", "b"):
                raise ValueError
            numbers = list(map(_whole, more[3].split(":"))) if len(more) > 3 else []
            heads = tuple(zip(numbers[::2], numbers[1::2], strict=True))
            return cls(source, number, stop, units, _whole(layer), kind == "b", heads)
        except ValueError:
            raise ValueError(
                f"the link's step {text!r:.60} is none: expected such as train:6,3, which is "
                "training sample 6 at the fourth stop"
            ) from None

    def lead(self, walk: Walk) -> int:
        """Take a walk there, as far as its network has such places; return the number of the page.

        A link may have been made with another network.
        """
        walk.heads = {
            layer: head
            for layer, head in self.heads
            if layer < len(walk.trace.z) and head < walk.heads_of(layer)
        }
        sizes = [array[0].size for array in walk.trace.x]
        if len(self.units) == len(sizes) and all(
            unit < size for unit, size in zip(self.units, sizes, strict=True)
        ):
            walk.units = list(self.units)
        if self.layer in walk.weighted:
            walk.follow(self.layer, self.bias and walk.has_bias(self.layer))
        return min(self.stop, len(walk.stops) - 1)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        raise ValueError
    return int(text)
