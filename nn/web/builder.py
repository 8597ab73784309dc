"""The panel that edits layers as rows, and says what network they make."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nn.activations import ACTIVATIONS
from nn.experiment.experiment import make_layers
from nn.experiment.settings import MAX_LAYERS, MAX_UNITS, LayerSettings, SettingsError, parse
from nn.initializers import INITIALIZERS, name_of
from nn.network import summary_rows
from nn.web import dom
from nn.web.lab import Lab
from nn.web.panels import Panel, S

_BIAS_WORDS = {True: "bias", False: "nobias"}


def open_panel(lab: Lab[S]) -> Builder[S]:
    """Return the panel of ``lab``."""
    return Builder(lab)


class Builder(Panel[S]):
    """Layers as rows, the output layer last, and a summary of the network.

    The rows are a view of the form's fields of layers, which they edit.
    """

    def __init__(self, lab: Lab[S]) -> None:
        super().__init__(lab)
        self._list = self.parts.element("layerRows")
        self._last = lab.defaults
        self._rows: list[_Row] = []
        self._output = _Row(is_output=True)
        self._list.append(self._output.item)
        dom.on(self._list, "input", lambda event: self._edited(event.target))
        dom.on(self._list, "click", lambda event: self._clicked(event.target))
        self.parts.click("addLayer", self._add)

    def refresh(self) -> None:
        settings = self._settings()
        self.parts.element("layersPanel").classList.toggle("outdated", settings is None)
        if settings is None:
            return
        self._last = settings
        hidden = settings.hidden
        while len(self._rows) < len(hidden):
            self._rows.append(_Row())
            self._list.insertBefore(self._rows[-1].item, self._output.item)
        for row in self._rows[len(hidden) :]:
            row.item.remove()
        del self._rows[len(hidden) :]

        usual = _usual(settings, self.lab)
        for i, (row, layer) in enumerate(zip(self._rows, hidden, strict=True)):
            row.show(layer, usual[i], f"layer {i + 1}")
            row.allow(up=i > 0, down=i < len(hidden) - 1)
        output = replace(settings.output, units=self.lab.task(settings).outputs)
        self._output.show(output, usual[-1], "the output layer")
        self.parts.allow("addLayer", len(hidden) < MAX_LAYERS, f"At most {MAX_LAYERS} layers")
        self._show_summary(settings)

    def _settings(self) -> S | None:
        """Return what the form says, or of its fields of layers if others make no sense."""
        form = self.lab.form
        settings = form.valid()
        if settings is None:
            texts = {name: form.text(name) for name in ("hidden", "output")}
            with contextlib.suppress(SettingsError):
                return parse(texts, self._last)
        return settings

    def _show_summary(self, settings: S) -> None:
        task = self.lab.task(settings)
        rows = summary_rows(make_layers(settings, task), (task.features,))
        body = self.parts.element("summaryRows")
        body.replaceChildren(dom.row("Input", f"(None, {task.features})", "0"))
        for name, shape, count in rows:
            body.append(dom.row(name, shape, f"{count:,}"))
        self.parts.show("summaryTotal", f"{sum(count for _, _, count in rows):,}")

    # ---- What a visitor does.

    def _edited(self, control: Any) -> None:
        if self._output.item.contains(control):
            self.lab.form.set("output", self._output.text)
        else:
            self._write([row.text for row in self._rows])

    def _clicked(self, target: Any) -> None:
        button = target.closest("button")
        if not button:
            return
        index = next(i for i, row in enumerate(self._rows) if row.item.contains(button))
        texts = [row.text for row in self._rows]
        action = button.dataset.action
        if action == "remove":
            del texts[index]
            self._write(texts)
            self._focus(min(index, len(self._rows) - 1), action)
            return
        place = index + {"up": -1, "down": 1}[action]
        texts.insert(place, texts.pop(index))
        self._write(texts)
        self._focus(place, action)

    def _add(self) -> None:
        texts = [row.text for row in self._rows]
        # As large as the last one: whoever adds a layer changes its units next, or leaves them.
        texts.append(self._rows[-1].units if self._rows else "32")
        self._write(texts)
        self._focus(len(texts) - 1, "units")

    def _write(self, texts: list[str]) -> None:
        self.lab.form.set("hidden", ",".join(texts) if texts else "none")

    def _focus(self, index: int, action: str) -> None:
        """Put the focus where the next step of whoever uses the keyboard most likely is."""
        if 0 <= index < len(self._rows):
            self._rows[index].focus(action)
        else:
            self.parts.element("addLayer").focus()


class _Row:
    """One layer, whose ``item`` is in the list."""

    def __init__(self, is_output: bool = False) -> None:
        self.item = dom.new("div", role="group")
        self.item.className = "layer"
        self._name = dom.new("b", "out" if is_output else "")
        self._units = dom.new("output" if is_output else "input", data_part="units")
        self._activation = _choice({name: name for name in ACTIVATIONS})
        self._initializer = _choice({name: name for name in INITIALIZERS})
        self._bias = _choice({"bias": "yes", "nobias": "no"})
        self._controls = {
            "Units": self._units,
            "Activation": self._activation,
            "Initializer": self._initializer,
            "Bias": self._bias,
        }
        self.item.append(self._name)
        for label, control in self._controls.items():
            # Seen where the columns have no headings.
            around = dom.new("label")
            around.append(dom.new("span", label, aria_hidden="true"), control)
            self.item.append(around)
        self._is_output = is_output
        self._buttons: dict[str, Any] = {}
        if not is_output:
            self._units.inputMode = "numeric"
            for action, sign in (("up", "↑"), ("down", "↓"), ("remove", "×")):
                button = dom.new("button", sign, type="button", data_action=action)
                self._buttons[action] = button
                self.item.append(button)

    def show(self, layer: LayerSettings, usual: LayerSettings, name: str) -> None:
        """Show ``layer``, called ``name``, which is as ``usual`` where it does not say."""
        self.item.setAttribute("aria-label", name)
        for label, control in self._controls.items():
            control.setAttribute("aria-label", f"{label} of {name}")
        for action, button in self._buttons.items():
            button.title = {"up": "Move up", "down": "Move down", "remove": "Remove"}[action]
            button.setAttribute("aria-label", f"{button.title}: {name}")
        if not self._is_output:
            self._name.textContent = name.rpartition(" ")[2]
        # What is being typed stays as it is: 0128 is 128, too.
        if not _is_units(self.units) or int(self.units) != layer.units:
            self._units.value = str(layer.units)
        self._units.setAttribute("aria-invalid", "false")
        for control, value, default in (
            (self._activation, layer.activation, usual.activation),
            (self._initializer, layer.initializer, usual.initializer),
            (self._bias, _bias(layer), _bias(usual)),
        ):
            control.value = default
            named = control.selectedOptions[0].textContent if control.value else default
            control.options[0].textContent = f"({named})"
            control.value = value or ""

    @property
    def units(self) -> str:
        """What stands there as the number of units, which need not be one."""
        return str(self._units.value).strip()

    @property
    def text(self) -> str:
        """The layer as the form's fields have it."""
        words = (self._activation.value, self._initializer.value, self._bias.value)
        if self._is_output:
            return ":".join(filter(None, words))
        self._units.setAttribute("aria-invalid", str(not _is_units(self.units)).lower())
        return ":".join([self.units, *filter(None, words)])

    def allow(self, up: bool, down: bool) -> None:
        """Let the layer be moved or not."""
        self._buttons["up"].disabled = not up
        self._buttons["down"].disabled = not down

    def focus(self, action: str) -> None:
        """Put the focus on the button for ``action``, or where it cannot be used, beside it."""
        others = {"up": "down", "down": "up"}
        button = self._buttons.get(action, self._units)
        if button.disabled:
            button = self._buttons[others[action]]
        button.focus()
        if action == "units":
            button.select()


def _choice(names: Mapping[str, str]) -> Any:
    """Return a list to choose from, whose first entry stands for what is usual."""
    control = dom.new("select")
    control.append(dom.new("option", value=""))
    for word, name in names.items():
        control.append(dom.new("option", name, value=word))
    return control


def _bias(layer: LayerSettings) -> str | None:
    return None if layer.use_bias is None else _BIAS_WORDS[layer.use_bias]


def _is_units(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 9 and 1 <= int(text) <= MAX_UNITS


def _usual(settings: S, lab: Lab[S]) -> list[LayerSettings]:
    """Return what each layer, output last, is where it does not say so itself."""
    hidden = tuple(replace(layer, initializer=None) for layer in settings.hidden)
    output = replace(settings.output, initializer=None)
    task = lab.task(settings)
    made = make_layers(replace(settings, hidden=hidden, output=output), task)
    bare = make_layers(replace(settings, output=LayerSettings()), task)[-1]
    activations = [settings.activation] * len(hidden) + [bare.activation.name]
    return [
        LayerSettings(
            activation=activation,
            initializer=name_of(layer.kernel_initializer) or "the lab's own",
            use_bias=settings.use_bias,
        )
        for activation, layer in zip(activations, made, strict=True)
    ]
