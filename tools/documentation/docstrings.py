"""An extension of griffe: docstrings as this project writes them, made into Markdown."""

from __future__ import annotations

import re
from typing import Any

import griffe

from tools.documentation import pages

_ROLE = re.compile(r":(?:attr|class|data|exc|func|meth|mod):`(~?)([\w.]+)`")
_LITERAL = re.compile(r"^( *)(.*)::\n\n((?:(?:\1 {4}.*)?\n)+)", re.MULTILINE)
_EXAMPLE = re.compile(r"^( *)>>> .*\n(?:\1.*\S.*\n)*", re.MULTILINE)


class Docstrings(griffe.Extension):
    """Makes references, literal blocks and doctests what Markdown has for them."""

    def on_package(self, *, pkg: griffe.Module, **kwargs: Any) -> None:
        """Change all docstrings of a package, now that all that they name is known."""
        known = set(pages.modules())
        for module in _modules(pkg):
            if module.path in known:
                for each in (module, *_members(module)):
                    if each.docstring is not None:
                        text = each.docstring.value
                        each.docstring.value = _markdown(text, module, pkg, known)


def _modules(module: griffe.Module) -> list[griffe.Module]:
    # A module that another one imports is an alias there.
    own = [each for each in module.members.values() if isinstance(each, griffe.Module)]
    return [module, *(below for each in own for below in _modules(each))]


def _members(found: griffe.Object) -> list[griffe.Object]:
    members = [
        each
        for each in found.members.values()
        if isinstance(each, griffe.Object) and not isinstance(each, griffe.Module)
    ]
    return members + [below for each in members for below in _members(each)]


def _markdown(text: str, module: griffe.Module, package: griffe.Module, known: set[str]) -> str:
    def reference(match: re.Match[str]) -> str:
        short, name = match.groups()
        shown = name.rpartition(".")[2] if short else name
        target = _target(name, module, package, known)
        return f"[`{shown}`][{target}]" if target else f"`{shown}`"

    text = _EXAMPLE.sub(_fenced, f"{text}\n")
    text = _LITERAL.sub(r"\1\2:\n\n\3", text)
    return _ROLE.sub(reference, text).rstrip("\n")


def _fenced(match: re.Match[str]) -> str:
    indent = match[1]
    return f"{indent}```pycon\n{match[0]}{indent}```\n"


def _target(
    name: str, module: griffe.Module, package: griffe.Module, known: set[str]
) -> str | None:
    """Return the path of what a docstring names, if it has a place in the documentation."""
    for path in (name, f"{module.path}.{name}"):
        if not path.startswith(f"{package.path}."):
            continue
        try:
            found: Any = package[path.removeprefix(f"{package.path}.")]
            found = found.final_target if found.is_alias else found
        except (KeyError, griffe.AliasResolutionError):
            continue
        private = any(part.startswith("_") for part in found.path.split("."))
        if found.module.path in known and found.docstring is not None and not private:
            return str(found.path)
    return None
