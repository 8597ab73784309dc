"""Before Python is there, each lab's form shows what the lab starts with."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from nn.labs import colours, curve, digits, points, temperature, text

PAGE = Path(__file__).resolve().parents[2] / "index.html"
DEFAULTS = {
    "digits": digits.PRESETS["Classic"],
    "colours": colours.DEFAULTS,
    "points": points.DEFAULTS,
    "temperature": temperature.DEFAULTS,
    "curve": curve.DEFAULTS,
    "text": text.DEFAULTS,
}


class Fields(HTMLParser):
    """What fields say at first, by the lab or the template that they stand in, and each lab."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, dict[str, str]] = {}
        self.labs: dict[str, dict[str, str | None]] = {}
        self._within: dict[str, str] = {}
        self._select = ""
        self.feed(PAGE.read_text())

    def handle_starttag(self, tag, attributes):
        attrs = dict(attributes)
        if tag == "main":
            self.labs[attrs["data-lab"]] = attrs
        if tag in ("main", "template"):
            self._within = self.fields.setdefault(attrs.get("data-lab") or attrs["id"], {})
        if tag == "input" and "name" in attrs and attrs.get("type") != "hidden":
            checked = str("checked" in attrs).lower()
            is_box = attrs.get("type") == "checkbox"
            self._within[attrs["name"]] = checked if is_box else attrs.get("value", "")
        if tag == "select":
            self._select = attrs.get("name", "")
        if tag == "option" and "value" in attrs:
            self._option(attrs["value"])

    def handle_data(self, data):
        if self._select and data.strip():
            self._option(data.strip())

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = ""

    def _option(self, text):
        if self._select:
            self._within.setdefault(self._select, text)


FIELDS = Fields()


def test_each_lab_has_its_defaults_here():
    assert FIELDS.labs.keys() == DEFAULTS.keys()


@pytest.mark.parametrize("lab", FIELDS.labs)
def test_the_form_shows_the_labs_own_values(lab):
    attributes = FIELDS.labs[lab]
    said = parse_qs(attributes.get("data-defaults") or "", strict_parsing=False)
    shown = {**FIELDS.fields["settingsCard"], **FIELDS.fields[lab]}
    shown |= {name: text for name, (text,) in said.items()}
    for name in (attributes.get("data-without") or "").split():
        del shown[name]
    usual = DEFAULTS[lab].fields()
    shown = {name: text for name, text in shown.items() if name in usual}
    assert shown == {name: usual[name] for name in shown}
    assert {"learningRate", "epochs", "seed"} <= shown.keys()
