"""What the lab of texts says of its text, and how close a network comes to it."""

from __future__ import annotations

from nn.labs.text_source import Learnt, TextSource
from nn.metrics import bits_per_character
from nn.web.dom import Parts
from nn.web.figures import percent


class TextView:
    """Headings, hints and yardsticks, and the parts of the page that are shown or hidden."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def show(self, source: TextSource, learnt: Learnt | None) -> None:
        """Fit the page to what a network learns from."""
        self._parts.element("textOption").hidden = not source.built_in
        presets = self._parts.element("settings").querySelector(".presets")
        presets.hidden = not source.built_in
        self._parts.element("builtIn").hidden = source.built_in
        self._parts.show("dataDescription", source.told())
        for name, bits in zip(("bigramBits", "gzipBits"), _told(learnt), strict=True):
            self._parts.show(name, bits)

    def show_found(self, loss: float | None, accuracy: float | None, learnt: Learnt | None) -> None:
        """Show the result of a test, beside who has learnt nothing but counts; None for none."""
        if loss is None or learnt is None:
            self._parts.show("networkBits", "–")
            self._parts.show("textVerdict", "not tested yet: it is, after each epoch")
            return
        bits = bits_per_character(loss)
        bigrams, _ = learnt.yardsticks
        fewer = 1 - bits / bigrams
        than = f"{percent(abs(fewer), 0)} {'fewer' if fewer >= 0 else 'more'} than bigrams"
        self._parts.show("networkBits", f"{bits:.2f}")
        right = "" if accuracy is None else f"; {percent(accuracy, 0)} of the characters right"
        self._parts.show("textVerdict", f"{bits:.2f} bits a character, {than}{right}")


def _told(learnt: Learnt | None) -> tuple[str, str]:
    if learnt is None:
        return "–", "–"
    bigrams, gzip = learnt.yardsticks
    return f"{bigrams:.2f}", f"{gzip:.2f}"
