"""`python -m tools.story`: the code that how-it-works.html shows, as it stands in nn/.

Each `<pre data-code="module:function">` gets the lines of that function, where they begin, and a
link to the file. A test fails while they differ.
"""

from __future__ import annotations

import html
import importlib
import inspect
import re
import textwrap
from operator import attrgetter
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "how-it-works.html"
_BLOCK = re.compile(
    r'( *)(?:<details class="code"><summary>[^\n]*\n)?'
    r'<pre (?:tabindex="0" [^>]*)?data-code="([\w.]+):([\w.]+)">.*?</pre>'
    r'(?:<p class="hint">[^\n]*</details>)?',
    re.DOTALL,
)


def filled(page: str) -> str:
    """Return the page with all code as it is now."""
    return _BLOCK.sub(_block, page)


def _block(found: re.Match[str]) -> str:
    indent, module, name = found.groups()
    function = attrgetter(name)(importlib.import_module(module))
    lines, first = inspect.getsourcelines(function)
    path = f"nn/{module.removeprefix('nn.').replace('.', '/')}.py"
    code = html.escape(textwrap.dedent("".join(lines)).rstrip(), quote=False)
    return (
        f'{indent}<details class="code"><summary>The code: {name}</summary>\n'
        f'<pre tabindex="0" aria-label="{name}" data-code="{module}:{name}">'
        f"<code>{code}</code></pre>"
        f'<p class="hint">Line {first} of <a href="./{path}">{path}</a></p></details>'
    )


def main() -> None:
    """Write the page anew."""
    PAGE.write_text(filled(PAGE.read_text()))


if __name__ == "__main__":
    main()
