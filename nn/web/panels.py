"""The panels that all labs have; each is imported and made when it is first opened."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pyscript import window
from pyscript.js_modules import glue

from nn.experiment.settings import Settings
from nn.web import dom
from nn.web.job import Job
from nn.web.keeper import Part

if TYPE_CHECKING:
    from nn.web.lab import Lab

S = TypeVar("S", bound=Settings)
_PAUSE = 0.3
"""Seconds until panels take in what the network is asked: it may be asked many things a second."""
T = TypeVar("T")

_MODULES = {
    "layers": "builder",
    "compare": "compare",
    "pass": "pass_panel",
    "why": "why_panel",
    "landscape": "landscape_panel",
    "gradients": "gradient_check",
    "code": "code_panel",
}
"""Where each is in this package, by the id of its element less "Panel". Each has an ``open_panel``
that takes the lab."""

_KEPT = ("compare",)
"""Those of which something is kept."""


class Panel(Generic[S]):
    """One panel of a lab. A subclass shows something, and may do work of its own."""

    def __init__(self, lab: Lab[S]) -> None:
        self.lab, self.parts = lab, lab.parts
        self._job = Job(lab.shown)

    def refresh(self) -> None:
        """Show what the form says now. Called only while the panel is shown."""

    def data_changed(self) -> None:
        """Take in that the lab learns from other data than before."""

    def asked_anew(self) -> None:
        """Take in what the network is asked in the lab's first card. Called only while shown."""

    def restyle(self) -> None:
        """Draw everything in the colours that the page has now."""

    def resize(self) -> None:
        """Fit everything to the panel's size."""

    def stopped(self) -> None:
        """Show that work has ended or was stopped."""

    def moment(self) -> object:
        """Return what differs once what is kept of it has changed."""
        return None

    def kept(self) -> bytes:
        """Return what is kept of it."""
        return b""

    def bring_back(self, data: bytes) -> None:
        """Show what was kept."""

    @property
    def busy(self) -> bool:
        """Whether work is going on."""
        return self._job.busy

    def start(self, run: Iterator[T], each: Callable[[T], None]) -> None:
        """Pull ``run`` from now on, until it ends or is stopped; all other work stops."""
        if self.lab.busy:
            self.lab.stop()
        self.lab.panels.stop()
        waiting = self.lab.after_arrival(lambda: run)
        self._job.start(waiting, each, ended=lambda: None, over=self.stop)

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
        self._due = False
        dom.on(lab.parts.element("passTab").parentElement, "chosen", self._left)
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
            self._make(name)
            self.refresh()

    def follow_links(self) -> None:
        """Show the panel that a link is about, now and later; the form has read it by then."""
        self._follow_link()
        dom.on(window, "hashchange", lambda event: self._follow_link())

    def _follow_link(self) -> None:
        """Show the panel that the address is about, if it is about one of this lab."""
        tab = self._lab.parts.element("passTab")
        if (
            self._lab.form.noted("step")
            and glue.currentLab() == self._lab.name
            and tab.getAttribute("aria-selected") != "true"
        ):
            glue.chooseTab(tab)
        else:
            self.refresh()

    def _left(self, event: Any) -> None:
        """Have the address say nothing of a panel that is not shown any more."""
        if event.target != self._lab.parts.element("passTab"):
            self._lab.form.note("step", "")

    def _make(self, name: str) -> None:
        self._coming.add(name)
        try:
            module = importlib.import_module(f"nn.web.{_MODULES[name]}")
            self._open[name] = module.open_panel(self._lab)
        finally:
            self._coming.remove(name)
        self._element(name).inert = False

    def kept_parts(self) -> dict[str, Part]:
        """Return what is kept of the panels, by name."""

        def part(name: str) -> Part:
            return Part(
                lambda: self._open[name].moment() if name in self._open else None,
                lambda key: self._open[name].kept() if name in self._open else b"",
            )

        return {name: part(name) for name in _KEPT}

    @property
    def own(self) -> bool:
        """Whether a visitor has brought anything to them."""
        return any(part.key() for part in self.kept_parts().values())

    def bring_back(self, parts: dict[str, bytes]) -> None:
        """Show what was kept of the panels."""
        for name in _KEPT:
            if data := parts.get(name):
                if name not in self._open:
                    self._make(name)
                self._open[name].bring_back(data)

    def refresh(self) -> None:
        """Show what the form says now, where that is seen."""
        for name, panel in self._open.items():
            if not self._element(name).hidden:
                panel.refresh()

    def data_changed(self) -> None:
        """Tell all panels that the lab learns from other data than before."""
        for panel in self._open.values():
            panel.data_changed()

    def asked_anew(self) -> None:
        """Tell panels that are seen, in a moment, that the network is asked something else."""
        if not self._due:
            self._due = True
            dom.later(_PAUSE, self._tell)

    def _tell(self) -> None:
        self._due = False
        for name, panel in self._open.items():
            if not self._element(name).hidden:
                panel.asked_anew()

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
