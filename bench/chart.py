"""`python -m bench.chart`: docs/bench.svg, from results.json."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from bench.nets import DEEPER, TUTORIAL
from bench.work import CONV, Work

PANELS = (Work(TUTORIAL, 1), Work(TUTORIAL, 64), Work(DEEPER, 64), CONV)

_WIDTH = 760
_NAMES = 220
_BARS = 440
_ROW = 22
_HEAD = 40

_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .head { font-weight: 600 }
  .figure { font-variant-numeric: tabular-nums }
  .other { fill: #8c959f }
  .ours { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .other { fill: #6e7681 }
    .ours { fill: #4493f8 }
  }
"""


def svg(results: dict[str, Any]) -> str:
    """Return the chart: a panel for each work, in it a bar for everybody who does it."""
    parts: list[str] = []
    top = 8
    for work in PANELS:
        found = results["throughput"].get(work.name, {})
        if not found:
            continue
        figures = {name: float(figure["median"]) for name, figure in found.items()}
        parts.append(_text(0, top + 18, f"{work.name}: samples a second", "head"))
        top += _HEAD - 8
        for name, figure in sorted(figures.items(), key=lambda item: -item[1]):
            length = max(1.0, _BARS * figure / max(figures.values()))
            kind = "ours" if name.startswith("nn, ") else "other"
            parts += [
                _text(_NAMES - 8, top + 15, name, anchor="end"),
                f'<rect class="{kind}" x="{_NAMES}" y="{top + 3}" width="{length:.1f}" '
                f'height="{_ROW - 6}" rx="2"/>',
                _text(_NAMES + length + 6, top + 15, f"{figure:,.0f}", "figure"),
            ]
            top += _ROW
        top += 16
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" '
        f'width="{_WIDTH}" height="{top}" role="img">\n'
        f"<title>Samples a second, by this project and by others</title>\n"
        f"<style>{_STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}"'
        + (f' class="{kind}"' if kind else "")
        + f">{escape(text)}</text>"
    )


if __name__ == "__main__":
    folder = Path(__file__).parent
    found = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    (folder.parent / "docs/bench.svg").write_text(svg(found), encoding="utf-8")
