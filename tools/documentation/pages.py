"""A hook of MkDocs: the pages that are not in docs/, such as one for each module of `nn`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = ("nn.web", "nn.__main__")
"""The page's own Python, which nothing else can use."""

_COPIED = {"CHANGELOG.md": "changes.md", "CONTRIBUTING.md": "contributing.md"}


def modules() -> list[str]:
    """Return the modules that have a page, each package before what is in it."""
    found = []
    for path in sorted((ROOT / "nn").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if not any(name == left or name.startswith(f"{left}.") for left in LEFT_OUT):
            found.append(name)
    return sorted(found, key=lambda name: name.split("."))


def _address(module: str) -> str:
    path = module.replace(".", "/")
    return f"api/{path}/index.md" if (ROOT / path).is_dir() else f"api/{path}.md"


def _page(module: str) -> str:
    path = module.replace(".", "/")
    file = f"{path}/__init__.py" if (ROOT / path).is_dir() else f"{path}.py"
    up = "../" * (_address(module).count("/") + 1)
    # Beside the documentation, where MkDocs does not look.
    source = f'<a href="{up}{file}">{file}</a>'
    return f"---\ntitle: {module}\n---\n\n::: {module}\n\nSource: {source}\n"


def _navigation(package: str, known: list[str]) -> list[Any]:
    found: list[Any] = [_address(package)]
    depth = package.count(".") + 1
    for module in known:
        if module.startswith(f"{package}.") and module.count(".") == depth:
            inside = any(other.startswith(f"{module}.") for other in known)
            name = module.rpartition(".")[2]
            found.append({name: _navigation(module, known) if inside else _address(module)})
    return found


def on_config(config: Any) -> Any:
    """Add the modules to the navigation."""
    config.nav.append({"API": _navigation("nn", modules())})
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages."""
    for module in modules():
        files.append(File.generated(config, _address(module), content=_page(module)))
    for name, address in _COPIED.items():
        content = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, address, content=content))
    icon = (ROOT / "icons/icon.svg").read_bytes()
    files.append(File.generated(config, "icon.svg", content=icon))
    return files
