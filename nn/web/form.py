"""The form of settings and the address of the page, which always say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl, urlencode

from pyscript import document, window
from pyscript.js_modules import glue

from nn.experiment.settings import Settings, SettingsError, parse
from nn.web import dom
from nn.web.dom import Parts
from nn.web.speed import Speed

S = TypeVar("S", bound=Settings)


_NOTES = ("step",)
"""What an address may say beside settings, by name: where in a panel somebody is."""


class Form(Generic[S]):
    """The settings form of a lab.

    Args:
        parts: the lab's elements.
        defaults: what a link leaves out.
        presets: settings worth starting from, by the names of their buttons.
        check: raises a SettingsError for settings that do not go together.
        changed: called whenever a visitor or a link has changed the form.
        speed: what else a link may say.

    Attributes:
        linked: the settings of the link that the page was opened with, if it had any that make
            sense.
    """

    def __init__(
        self,
        parts: Parts,
        defaults: S,
        presets: Mapping[str, S],
        check: Callable[[S], None],
        changed: Callable[[], None],
        speed: Speed,
    ) -> None:
        self._lab = parts.lab
        self._defaults = defaults
        self._presets = presets
        self._check = check
        self._changed = changed
        self._speed = speed
        speed.changed = self._edited
        self._form = parts.element("settings")
        self._problems = {name: self._problem(name) for name in defaults.table}
        self._early = {n: t for n, t in self.texts().items() if t != _at_first(self._control(n))}
        self._fill(defaults.fields())
        dom.on(self._form, "input", lambda event: self._edited())
        dom.on(self._form, "submit", lambda event: event.preventDefault())
        dom.on(window, "hashchange", lambda event: self._address_changed())
        for button in self._form.querySelectorAll("[data-preset]"):
            dom.on(button, "click", self._choose_preset)
        self._settings: S | None = None
        self._error: SettingsError | None = None
        self._notes: dict[str, str] = {}
        linked = self._follow_link()
        self.linked = self._settings if linked else None
        self.write_early()

    def read(self) -> S:
        """Return the settings in the form.

        Raises:
            SettingsError: some make no sense, which is said beside each of them too.
        """
        if self._settings is None:
            assert self._error
            self.refuse(self._error)
            raise self._error.with_traceback(None)
        self._show_problems({})
        return self._settings

    def valid(self) -> S | None:
        """Return the settings in the form, or None where some make no sense."""
        return self._settings

    def write(self, settings: S) -> None:
        """Set the form, and the address, to ``settings``."""
        self._fill(settings.fields())
        self._open_used()
        self._edited()

    def write_early(self) -> None:
        """Set what a visitor had written before Python was there."""
        if self._early:
            self._fill(self._early)
            self._open(self._early)
            self._edited()

    def offer(self, presets: Mapping[str, S]) -> None:
        """Put others in the place of the presets, under the same names."""
        self._presets = presets
        self._edited()

    def set(self, name: str, text: str) -> None:
        """Set one field, as if a visitor had."""
        self._fill({name: text})
        self._edited()

    def text(self, name: str) -> str:
        """Return what stands in a field."""
        return self.texts()[name]

    def refuse(self, error: SettingsError) -> None:
        """Say beside each field what is wrong with it."""
        self._show_problems(error.problems)

    def noted(self, name: str) -> str:
        """Return what the address says under ``name`` beside the settings; "" for nothing."""
        return self._notes.get(name, "")

    def note(self, name: str, text: str) -> None:
        """Have the address say ``text`` under ``name`` too, or nothing."""
        if text != self.noted(name):
            self._notes[name] = text
            self._write_address()

    def _parse(self) -> None:
        self._settings = self._error = None
        try:
            settings = parse(self.texts(), self._defaults)
            self._check(settings)
        except SettingsError as error:
            self._error = error
        else:
            self._settings = settings

    def _edited(self) -> None:
        self._parse()
        settings, error = self._settings, self._error
        self._show_problems(error.problems if error else {})
        self._write_address()
        for button in self._form.querySelectorAll("[data-preset]"):
            chosen = self._presets[button.dataset.preset] == settings
            button.setAttribute("aria-pressed", str(chosen).lower())
        self._changed()

    def _write_address(self) -> None:
        if self._settings is None:
            return
        fields, usual = self._settings.fields(), self._defaults.fields()
        notes = {name: text for name, text in self._notes.items() if text} | self._speed.unusual()
        address = self._address({**fields, **notes})
        link = document.querySelector(f"[data-opens={self._lab}]")
        link.href = address
        # What is shared says only what is unusual.
        unusual = {name: text for name, text in fields.items() if text != usual[name]}
        link.dataset.link = self._address({**unusual, **notes})
        # Even a change to the same address takes as long as a frame.
        if glue.currentLab() == self._lab and window.location.hash != address:
            window.history.replaceState(None, "", address)

    def _address(self, fields: dict[str, str]) -> str:
        query = f"?{urlencode(fields, safe=',:=')}" if fields else ""
        return f"#{self._lab}{query}"

    def _address_changed(self) -> None:
        if glue.currentLab() == self._lab:
            self._follow_link()

    def _follow_link(self) -> bool:
        lab, _, query = window.location.hash.removeprefix("#").partition("?")
        said = dict(parse_qsl(query))
        fields = {name: text for name, text in said.items() if name in self._defaults.table}
        linked = bool(fields or "speed" in said) and lab == self._lab
        if lab == self._lab:
            self._notes = {name: said[name] for name in _NOTES if name in said}
        if linked:
            # What a link leaves out is that of the defaults, not of whatever stood here.
            self._fill({**self._defaults.fields(), **fields})
            self._speed.follow(said.get("speed"))
            self._open_used()
        self._edited()
        if linked and self._error:
            dom.complain(self._error)
        return linked

    def _choose_preset(self, event: Any) -> None:
        self.write(self._presets[event.currentTarget.dataset.preset])

    def _open_used(self) -> None:
        """Open "More settings" if what is in there differs from what is usual in this lab."""
        usual, texts = self._defaults.fields(), self.texts()
        self._open(name for name in texts if texts[name] != usual[name])

    def _open(self, names: Iterable[str]) -> None:
        for name in names:
            more = self._control(name).closest("details")
            if more:
                more.open = True

    def _control(self, name: str) -> Any:
        return self._form.elements.namedItem(name)

    def texts(self) -> dict[str, str]:
        """Return what stands in each field."""
        return {name: _text(self._control(name)) for name in self._defaults.table}

    def _fill(self, texts: dict[str, str]) -> None:
        for name, text in texts.items():
            control = self._control(name)
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
        control = self._control(name)
        problem = dom.new("small", id=f"{self._lab}-{name}Problem")
        problem.className = "problem"
        control.parentElement.append(problem)
        control.setAttribute("aria-describedby", problem.id)
        return problem

    def _show_problems(self, problems: dict[str, str]) -> None:
        self._open(problems)
        for name, place in self._problems.items():
            place.textContent = problems.get(name, "")
            wrong = str(name in problems).lower()
            self._control(name).setAttribute("aria-invalid", wrong)


def _text(control: Any) -> str:
    return str(control.checked).lower() if control.type == "checkbox" else str(control.value)


def _at_first(control: Any) -> str:
    """Return what stood in a field of the page's own accord."""
    if control.type == "checkbox":
        return str(control.defaultChecked).lower()
    if control.tagName == "SELECT":
        chosen = [option.value for option in control.options if option.defaultSelected]
        return str(chosen[-1] if chosen else control.options[0].value)
    return str(control.defaultValue)
