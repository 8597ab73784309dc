"""What the "?" of the page say, as the page has it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parents[1] / "glue" / "help_texts.js"


def _read() -> dict[str, dict[str, dict[str, Any]]]:
    text = _FILE.read_text()
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


TEXTS = _read()
"""By group, and in it by name; each has a ``text``, and some a ``name`` and a list ``try``."""
