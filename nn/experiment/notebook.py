"""A program as a notebook, for Jupyter and whatever else opens its files."""

from __future__ import annotations

import ast
import json
from typing import Any

_NOTEBOOK = {
    "metadata": {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    },
    "nbformat": 4,
    "nbformat_minor": 5,
}


def notebook(program: str) -> str:
    """Return the text of an ``.ipynb`` file, format 4.5, whose cells are those of a program.

    The docstring that a program begins with becomes the text above the code.

    >>> made = json.loads(notebook('\"\"\"Says two.\"\"\"\\n\\nx = 2\\n\\nprint(x)\\n'))
    >>> [(cell["cell_type"], cell["source"]) for cell in made["cells"]]
    [('markdown', 'Says two.'), ('code', 'x = 2'), ('code', 'print(x)')]
    """
    first, *others = cells(program) or [""]
    made = [_code(first), *map(_code, others)]
    title = _docstring(first)
    if title is not None:
        made[0] = {"cell_type": "markdown", "metadata": {}, "source": title}
    for number, cell in enumerate(made):
        cell["id"] = f"cell-{number}"
    return json.dumps({"cells": made, **_NOTEBOOK}, indent=1, ensure_ascii=False) + "\n"


def cells(program: str) -> list[str]:
    """Return the parts of a program between which there is an empty line, and no statement goes on.

    One that Python cannot parse is a single part.

    >>> cells("a = 1\\n\\n# Two.\\nif a:\\n    b = 2\\n\\n    c = 3\\n")
    ['a = 1', '# Two.\\nif a:\\n    b = 2\\n\\n    c = 3']
    """
    try:
        body = ast.parse(program).body
    except (SyntaxError, ValueError):
        return [program.strip("\n")] if program.strip() else []
    within = {line for statement in body for line in _lines_of(statement)}
    parts: list[list[str]] = [[]]
    for number, line in enumerate(program.splitlines(), 1):
        if line.strip() or number in within:
            parts[-1].append(line)
        elif parts[-1]:
            parts.append([])
    return ["\n".join(part) for part in parts if part]


def _lines_of(statement: ast.stmt) -> range:
    """Return the numbers of its lines."""
    decorators = getattr(statement, "decorator_list", [])
    first = min(node.lineno for node in (statement, *decorators))
    return range(first, (statement.end_lineno or first) + 1)


def _code(source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def _docstring(part: str) -> str | None:
    """Return the text of a part that is nothing but a text."""
    try:
        body = ast.parse(part).body
    except (SyntaxError, ValueError):
        return None
    (only,) = body if len(body) == 1 else (None,)
    if isinstance(only, ast.Expr) and isinstance(only.value, ast.Constant):
        return only.value.value if isinstance(only.value.value, str) else None
    return None
