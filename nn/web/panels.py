"""The panels that all labs have; each is imported and made when it is first opened."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from nn.experiment.settings import Settings
from nn.web import dom
from nn.web.job import Job

if TYPE_CHECKING:
    from nn.web.lab import Lab

S = TypeVar("S", bound=Settings)
T = TypeVar("T")

_MODULES = {
    "layers": "builder",
    "compare": "compare",
    "gradients": "gradient_check",
    "code": "code_panel",
}
"""Where each is in this package, by the id of its element less "Panel". Each has an ``open_panel``
that takes the lab."""


class Panel(Generic[S]):
    """One panel of a lab. A subclass shows something, and may do work of its own."""

    def __init__(self, lab: Lab[S]) -> None:
        self.lab, self.parts = lab, lab.parts
        self._job = Job(lab.shown)

    def refresh(self) -> None:
        """Show what the form says now. Called only while the panel is shown."""

    def data_changed(self) -> None:
        """Take in that the lab learns from other data than before."""

    def restyle(self) -> None:
        """Draw everything in the colours that the page has now."""

    def resize(self) -> None:
        """Fit everything to the panel's size."""

    def stopped(self) -> None:
        """Show that work has ended or was stopped."""

    @property
    def busy(self) -> bool:
        """Whether work is going on."""
        return self._job.busy

    def start(self, run: Iterator[T], each: Callable[[T], None]) -> None:
        """Pull ``run`` from now on, until it ends or is stopped; all other work stops."""
        if self.lab.busy:
            self.lab.stop()
        self.lab.panels.stop()
        self._job.start(run, each, ended=lambda: None, over=self.stop)

    def stop(self) -> None:
        """Stop work, if any is going on."""
        if self._job.busy:
            self._job.stop()
            self.stopped()


class Panels(Generic[S]):
    """A lab's panels, as far as they have been opened."""

    def __init__(self, lab: Lab[S]) -> None:
        self._lab = lab
        self._open: dict[str, Panel[S]] = {}
        self._coming: set[str] = set()
        for name in _MODULES:
            tab = lab.parts.element(f"{name}Tab")
            dom.on(tab, "chosen", partial(self._chosen, name))
            if tab.getAttribute("aria-selected") == "true":
                dom.start(self._chosen, name)

    async def _chosen(self, name: str, event: Any = None) -> None:
        if name in self._open:
            self._open[name].refresh()
            self._open[name].restyle()
        elif name not in self._coming:
            self._coming.add(name)
            try:
                module = importlib.import_module(f"nn.web.{_MODULES[name]}")
                self._open[name] = module.open_panel(self._lab)
            finally:
                self._coming.remove(name)
            self._element(name).inert = False
            self.refresh()

    def refresh(self) -> None:
        """Show what the form says now, where that is seen."""
        for name, panel in self._open.items():
            if not self._element(name).hidden:
                panel.refresh()

    def data_changed(self) -> None:
        """Tell all panels that the lab learns from other data than before."""
        for panel in self._open.values():
            panel.data_changed()

    def restyle(self) -> None:
        """Draw everything in the colours that the page has now."""
        for panel in self._open.values():
            panel.restyle()

    def resize(self) -> None:
        """Fit everything to the page's size."""
        for panel in self._open.values():
            panel.resize()

    def stop(self) -> None:
        """Stop the work of all panels: something else needs the frames."""
        for panel in self._open.values():
            panel.stop()

    def _element(self, name: str) -> Any:
        return self._lab.parts.element(f"{name}Panel")
