"""The panel that edits layers as rows, and says what network they make."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nn.activations import ACTIVATIONS
from nn.experiment.experiment import make_layers, sample_shape
from nn.experiment.layer_settings import KINDS, LayerSettings, arguments_of
from nn.experiment.layer_text import (
    MAX_LAYERS,
    can_be,
    first_text,
    layer_words,
    own_arguments,
    read_layer,
    written_arguments,
)
from nn.experiment.settings import SettingsError, parse
from nn.initializers import INITIALIZERS, name_of
from nn.layers import Layer
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
        self._output.show(settings.output, usual[-1], "the output layer")
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
        layers = make_layers(settings, task)
        body = self.parts.element("summaryRows")
        try:
            shape = sample_shape(layers, task)
        except ValueError:
            # Said beside the field: layers that do not go together make nothing.
            body.replaceChildren()
            self.parts.show("summaryTotal", "–")
            return
        rows = summary_rows(layers, shape)
        body.replaceChildren(dom.row("Input", f"(None, {', '.join(map(str, shape))})", "0"))
        for row, (name, made, count) in zip((*self._rows, self._output), rows, strict=True):
            body.append(dom.row(name, made, f"{count:,}"))
            row.show_made(
                made.removeprefix("(None, ").removesuffix(")").replace(", ", " × "), count
            )
        self.parts.show("summaryTotal", f"{sum(count for _, _, count in rows):,}")

    # ---- What a visitor does.

    def _edited(self, control: Any) -> None:
        if self._output.item.contains(control):
            self.lab.form.set("output", self._output.text)
        elif control.getAttribute("data-part") == "kind":
            index = next(i for i, row in enumerate(self._rows) if row.item.contains(control))
            texts = [row.text for row in self._rows]
            texts[index] = first_text(self._rows[index].chosen_kind)
            self._write(texts)
            self._focus(index, "kind")
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
        last = self._rows[-1] if self._rows else None
        units = last.own["units"] if last is not None and last.kind == "Dense" else "32"
        texts.append(units)
        self._write(texts)
        self._focus(len(texts) - 1, "fields")

    def _write(self, texts: list[str]) -> None:
        self.lab.form.set("hidden", ",".join(texts) if texts else "none")

    def _focus(self, index: int, action: str) -> None:
        """Put the focus where the next step of whoever uses the keyboard most likely is."""
        if 0 <= index < len(self._rows):
            self._rows[index].focus(action)
        else:
            self.parts.element("addLayer").focus()


class _Row:
    """One layer, whose ``item`` is in the list.

    Its fields are those of its kind, and are made anew when that changes.
    """

    def __init__(self, is_output: bool = False) -> None:
        self.item = dom.new("div", role="group")
        self.item.className = "layer"
        self._is_output = is_output
        self._layer_kind = ""
        self._name = dom.new("b", "out" if is_output else "")
        self._kind = _choice({kind: kind for kind in KINDS.values()}, first=None)
        self._kind.setAttribute("data-part", "kind")
        self._fields = dom.new("div")
        self._fields.className = "fields"
        self._made = dom.new("output")
        self._made.className = "made"
        self._own: dict[str, Any] = {}
        self._general: dict[str, Any] = {}
        self._buttons: dict[str, Any] = {}
        self.item.append(self._name)
        if not is_output:
            self.item.append(_labelled("Kind", self._kind))
        self.item.append(self._fields, self._made)
        if not is_output:
            for action, sign in (("up", "↑"), ("down", "↓"), ("remove", "×")):
                button = dom.new("button", sign, type="button", data_action=action)
                self._buttons[action] = button
                self.item.append(button)

    def show(self, layer: LayerSettings, usual: LayerSettings, name: str) -> None:
        """Show ``layer``, called ``name``, which is as ``usual`` where it does not say."""
        if layer.kind != self._layer_kind:
            self._furnish(layer.kind)
        self._kind.value = layer.kind
        self.item.setAttribute("aria-label", name)
        self._kind.setAttribute("aria-label", f"Kind of {name}")
        for label, control in {**self._own, **self._general}.items():
            control.setAttribute("aria-label", f"{_spaced(label)} of {name}")
        for action, button in self._buttons.items():
            button.title = {"up": "Move up", "down": "Move down", "remove": "Remove"}[action]
            button.setAttribute("aria-label", f"{button.title}: {name}")
        if not self._is_output:
            self._name.textContent = name.rpartition(" ")[2]
        written = written_arguments(layer)
        for argument, control in self._own.items():
            text = written.get(argument, "")
            # What is being typed stays as it is: 0128 is 128, too, and a default may be said.
            if not _says(control, text, own_arguments(layer.kind)[argument]):
                control.value = text
            control.setAttribute("aria-invalid", "false")
        for control, value, default in zip(
            self._general.values(),
            self._of_general(layer),
            self._of_general(usual),
            strict=True,
        ):
            control.value = default
            named = control.selectedOptions[0].textContent if control.value else default
            control.options[0].textContent = f"({named})"
            control.value = value or ""

    def show_made(self, shape: str, count: int) -> None:
        """Say what the layer makes of its inputs, and how many parameters it has."""
        self._made.textContent = f"{shape}: {count:,} parameters" if count else shape

    def _furnish(self, kind: str) -> None:
        """Make the fields of a kind."""
        self._layer_kind = kind
        taken = arguments_of(kind)
        self._own = {}
        for argument, default in own_arguments(kind).items():
            if self._is_output:
                self._own = {}
                break
            if argument == "padding":
                others = ("same", "causal") if kind == "Conv1D" else ("same",)
                control = _choice({each: each for each in others}, first="valid")
            elif isinstance(taken[argument].default, bool):
                other = {"true": "false", "false": "true"}[default]
                control = _choice({other: other}, first=default)
            else:
                control = dom.new("input", placeholder=default, spellcheck="false")
                control.inputMode = "text" if "tuple" in str(taken[argument]) else "decimal"
            control.setAttribute("data-part", argument)
            self._own[argument] = control
        choices = {
            "activation": ("activation", {name: name for name in ACTIVATIONS}),
            "initializer": ("kernel_initializer", {name: name for name in INITIALIZERS}),
            "bias": ("use_bias", {"bias": "yes", "nobias": "no"}),
        }
        self._general = {
            label: _choice(names) for label, (taker, names) in choices.items() if taker in taken
        }
        controls = {**self._own, **self._general}
        self._fields.replaceChildren(
            *(_labelled(_spaced(label), control) for label, control in controls.items())
        )

    def _of_general(self, layer: LayerSettings) -> list[str | None]:
        words = {
            "activation": layer.activation,
            "initializer": layer.initializer,
            "bias": _bias(layer),
        }
        return [words[label] for label in self._general]

    @property
    def kind(self) -> str:
        return self._layer_kind

    @property
    def chosen_kind(self) -> str:
        """The kind that a visitor has chosen, of which the fields may not be yet."""
        return str(self._kind.value)

    @property
    def own(self) -> dict[str, str]:
        """What stands in the fields that only this kind has, right or wrong."""
        return {name: str(control.value).strip() for name, control in self._own.items()}

    @property
    def text(self) -> str:
        """The layer as the form's fields have it."""
        general = [control.value for control in self._general.values()]
        if self._is_output:
            return ":".join(filter(None, general))
        text = layer_words(self.kind, self.own, general)
        wrong = self._wrong(text)
        for name, control in self._own.items():
            control.setAttribute("aria-invalid", str(name in wrong).lower())
        return text

    def _wrong(self, text: str) -> set[str]:
        """Return which of the layer's own arguments make no sense."""
        with contextlib.suppress(ValueError):
            read_layer(text)
            return set()
        return {name for name in self._own if not can_be(self.kind, name, self.own[name])}

    def allow(self, up: bool, down: bool) -> None:
        """Let the layer be moved or not."""
        self._buttons["up"].disabled = not up
        self._buttons["down"].disabled = not down

    def focus(self, action: str) -> None:
        """Put the focus on the button for ``action``, or where it cannot be used, beside it."""
        if action == "kind":
            self._kind.focus()
            return
        if action == "fields":
            control = next(iter({**self._own, **self._general}.values()), self._kind)
            control.focus()
            if control.tagName == "INPUT":
                control.select()
            return
        others = {"up": "down", "down": "up"}
        button = self._buttons[action]
        if button.disabled:
            button = self._buttons[others[action]]
        button.focus()


def _labelled(label: str, control: Any) -> Any:
    around = dom.new("label")
    around.append(dom.new("span", label, aria_hidden="true"), control)
    return around


def _spaced(name: str) -> str:
    """Return a name of Python's as people write it: "Kernel size"."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _choice(names: Mapping[str, str], first: str | None = "") -> Any:
    """Return a list to choose from, whose first entry stands for what is usual."""
    control = dom.new("select")
    if first is not None:
        control.append(dom.new("option", first, value=""))
    for word, name in names.items():
        control.append(dom.new("option", name, value=word))
    return control


def _says(control: Any, text: str, default: str) -> bool:
    """Return whether a field says the same as ``text``, in its own way."""
    found = str(control.value).strip()
    if control.tagName == "SELECT" or not found:
        return found == text
    return _plain(found) == _plain(text or default)


def _plain(text: str) -> str:
    """Return numbers without what changes nothing: 03x3 and 3 are the same."""
    parts = [part.lstrip("0") if part.isdecimal() else part for part in text.split("x")]
    return parts[0] if len(set(parts)) == 1 else "x".join(parts)


def _bias(layer: LayerSettings) -> str | None:
    return None if layer.use_bias is None else _BIAS_WORDS[layer.use_bias]


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
            initializer=_initializer(layer),
            use_bias=settings.use_bias,
            kind=type(layer).__name__,
        )
        for activation, layer in zip(activations, made, strict=True)
    ]


def _initializer(layer: Layer) -> str:
    initializer = layer.config().get("kernel_initializer")
    return (name_of(initializer) if initializer else None) or "the lab's own"
