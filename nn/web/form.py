"""The form of settings and the address of the page, which always say the same."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pyscript import window

from nn.experiment import check_size
from nn.settings import FIELDS, PRESETS, Settings, SettingsError, parse
from nn.web import dom

_LAB = "digits"


class Form:
    """The settings form; ``changed`` is called whenever a visitor or a link has changed it."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._form = dom.element("settings")
        self._problems = {name: self._problem(name) for name in FIELDS}
        dom.on(self._form, "input", lambda event: self._edited())
        dom.on(self._form, "submit", lambda event: event.preventDefault())
        dom.on(window, "hashchange", lambda event: self._follow_link())
        for button in self._form.querySelectorAll("[data-preset]"):
            dom.on(button, "click", self._choose_preset)
        self._follow_link()

    def read(self) -> Settings:
        """Return the settings in the form.

        Raises:
            SettingsError: some make no sense, which is said beside each of them too.
        """
        try:
            settings = parse(self._texts())
            check_size(settings)
        except SettingsError as error:
            self.refuse(error)
            raise
        self._show_problems({})
        return settings

    def write(self, settings: Settings) -> None:
        """Set the form, and the address, to ``settings``."""
        self._fill(settings.fields())
        self._edited()

    def refuse(self, error: SettingsError) -> None:
        """Say beside each field what is wrong with it."""
        self._show_problems(error.problems)

    def _edited(self) -> None:
        settings = None
        with contextlib.suppress(SettingsError):
            settings = self.read()
            address = f"#{_LAB}?{urlencode(settings.fields(), safe=',')}"
            window.history.replaceState(None, "", address)
        for button in self._form.querySelectorAll("[data-preset]"):
            chosen = PRESETS[button.dataset.preset] == settings
            button.setAttribute("aria-pressed", str(chosen).lower())
        self._changed()

    def _follow_link(self) -> None:
        _, _, query = window.location.hash.partition("?")
        fields = {name: value for name, value in parse_qsl(query) if name in FIELDS}
        if fields:
            # What a link leaves out is that of the reference run, not of whatever stood here.
            self._fill({**Settings().fields(), **fields})
            try:
                self.read()
            except SettingsError as error:
                dom.complain(error)
        self._edited()

    def _choose_preset(self, event: Any) -> None:
        self.write(PRESETS[event.currentTarget.dataset.preset])

    def _texts(self) -> dict[str, str]:
        controls = self._form.elements
        texts = {name: controls.namedItem(name).value for name in FIELDS}
        texts["useBias"] = str(controls.namedItem("useBias").checked).lower()
        return texts

    def _fill(self, texts: dict[str, str]) -> None:
        controls = self._form.elements
        for name, text in texts.items():
            control = controls.namedItem(name)
            if control.type == "checkbox":
                known = text in ("true", "false")
                control.checked = text == "true"
            else:
                before = control.value
                control.value = text
                known = control.tagName != "SELECT" or control.selectedIndex >= 0
                if not known:
                    control.value = before
            if not known:
                dom.complain(ValueError(f"the link's {name}, {text[:40]!r}, is not a choice here"))

    def _problem(self, name: str) -> Any:
        """Return a new place for what is wrong with a field, tied to it for a screen reader."""
        control = self._form.elements.namedItem(name)
        problem = dom.new("small", id=f"{name}Problem")
        problem.className = "problem"
        control.parentElement.append(problem)
        control.setAttribute("aria-describedby", problem.id)
        return problem

    def _show_problems(self, problems: dict[str, str]) -> None:
        for name, place in self._problems.items():
            place.textContent = problems.get(name, "")
            wrong = str(name in problems).lower()
            self._form.elements.namedItem(name).setAttribute("aria-invalid", wrong)
