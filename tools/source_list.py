"""The page that lists the source of `nn`: each module with what its docstring begins with."""

import ast
import re
from html import escape
from pathlib import Path

PACKAGE = "nn"

_PAGE = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>The source of nn</title>
    <link rel="icon" href="../icons/icon.svg" type="image/svg+xml" />
    <style>
      :root {{ color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }}
      body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
      dt {{ font-family: ui-monospace, monospace; margin-top: 0.4rem; }}
      dd {{ margin-left: 1.5rem; }}
    </style>
  </head>
  <body>
    <main>
      <h1>The source of <code>nn</code></h1>
      <p>What the <a href="../">page</a> runs, file by file. Start with
      <a href="model.py">model.py</a> and <a href="layers/dense.py">layers/dense.py</a>.</p>
{parts}
    </main>
  </body>
</html>
"""


def listing(folder: Path) -> str:
    """Return the page, as HTML, for the package in `folder`, beside which it is put."""
    parts = []
    packages = {path.parent for path in folder.rglob("*.py")}
    for package in sorted(packages, key=lambda path: path.relative_to(folder).parts):
        name = ".".join((PACKAGE, *package.relative_to(folder).parts))
        rows = [_row(path, folder) for path in sorted(package.glob("*.py"))]
        parts.append(f"      <h2><code>{escape(name)}</code></h2>\n      <dl>")
        parts += [f"        {row}" for row in rows if row]
        parts.append("      </dl>")
    return _PAGE.format(parts="\n".join(parts))


def _row(path: Path, folder: Path) -> str:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    if not said:
        return ""
    address = path.relative_to(folder).as_posix()
    paragraph = " ".join(said.split("\n\n")[0].split())
    link = f'<a href="{escape(address)}">{escape(path.name)}</a>'
    told = re.sub(r"``(.+?)``", r"<code>\1</code>", escape(paragraph))
    return f"<dt>{link}</dt><dd>{told}</dd>"
