"""What the lab of curves says of the series that there is, and what of the page goes with it."""

from __future__ import annotations

from typing import Any

from nn.data.series import Series
from nn.forecasting import Yardsticks
from nn.labs.curve import CurveSettings
from nn.labs.curve_source import MOST_TYPED, CurveSource
from nn.web import dom
from nn.web.dom import Parts
from nn.web.figures import readable

_ROWS = (
    ("networkOff", "network"),
    ("lineOff", "straight_line"),
    ("lastOff", "same_as_last"),
)


class CurveView:
    """Headings, hints, figures, and the parts of the page that are shown or hidden."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        parts.show("accuracyLabel", "Off by")

    def show(self, source: CurveSource, settings: CurveSettings) -> None:
        """Fit the page to what a network learns from."""
        for name in ("curveOption", "valuesOption", "noiseOption"):
            self._parts.element(name).hidden = not source.built_in
        presets = self._parts.element("settings").querySelector(".presets")
        presets.hidden = not source.built_in
        self._parts.element("builtIn").hidden = source.built_in
        title = "A curve goes on" if source.built_in else "Your curve goes on"
        self._parts.show("leadTitle", title)
        self._parts.show("dataDescription", source.told(settings))
        self._show_columns(source)

    def _show_columns(self, source: CurveSource) -> None:
        select: Any = self._parts.element("column")
        self._parts.element("columnOption").hidden = len(source.columns) < 2
        options = (dom.new("option", name, value=name) for name in source.columns)
        select.replaceChildren(*options)
        if source.own is not None:
            select.value = source.own.name

    def show_numbers(self, series: Series | None) -> None:
        """Put the numbers of a series into the field for typed ones."""
        values = [] if series is None else series.values[-MOST_TYPED:].round(6).tolist()
        self._parts.element("numbers").value = "\n".join(f"{value:g}" for value in values)

    def show_found(
        self, found: Yardsticks | None, verdict: str, measured: int, held_out: int
    ) -> None:
        """Show how far the network and others are off, one step ahead.

        Args:
            found: the figures; None where nothing is held out.
            verdict: in words.
            measured: on how many values, the last ones.
            held_out: how many there are that could be.
        """
        part = f", its last {measured:,} values" if measured < held_out else ""
        self._parts.show("measured", part)
        self._parts.show("verdict", verdict)
        for name, what in _ROWS:
            value = "–" if found is None else readable(getattr(found, what), 3)
            self._parts.show(name, value)
        network = "–" if found is None else readable(found.network, 3)
        self._parts.show("accuracy", network)
