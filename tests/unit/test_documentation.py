"""The documentation builds without a warning, fetches nothing, and what it says is so."""

import contextlib
import importlib
import inspect
import io
import os
import re
from html.parser import HTMLParser
from operator import attrgetter
from pathlib import Path

import pytest

import nn
from nn.layers import LAYERS
from tools import documentation, publish

os.environ.setdefault("KERAS_BACKEND", "numpy")

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))


@pytest.fixture(scope="session")
def site() -> Path:
    """The documentation as it is built, in strict mode: a warning is a failure."""
    documentation.fill(ROOT)
    return ROOT / documentation.FOLDER


class Fetched(HTMLParser):
    """What a page loads by itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        loads = tag != "link" or found.get("rel") in (
            "stylesheet",
            "icon",
            "preload",
            "modulepreload",
        )
        if tag in ("script", "img", "link", "iframe", "source") and loads:
            self.addresses += filter(None, (found.get("src"), found.get("href")))


def test_every_module_has_a_page_and_no_page_fetches_from_another_origin(site):
    pages = {path.relative_to(site).as_posix(): path.read_text() for path in site.rglob("*.html")}
    for path in (ROOT / "nn").rglob("*.py"):
        relative = path.relative_to(ROOT).as_posix()
        if not relative.startswith(("nn/web/", "nn/__main__")):
            expected = relative.replace("__init__.py", "index.html").replace(".py", ".html")
            assert f"api/{expected}" in pages
    for name, page in pages.items():
        other = [one for one in Fetched(page).addresses if re.match("(https?:)?//", one)]
        assert not other, name
        assert not re.search(r":(func|class|data|mod|meth|attr|exc):", page), name
    for path in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import )[\"']?(https?:)?//", path.read_text())


def test_docstrings_become_links_and_examples(site):
    page = (site / "api/nn/model.html").read_text()
    assert 'href="layers/rescaling.html#nn.layers.rescaling.Rescaling"' in page
    assert "&gt;&gt;&gt; </span>" in page and "<blockquote>" not in page


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_programs_on_a_page_run(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```$", path.read_text(), re.MULTILINE | re.DOTALL)
    names = {"__name__": "page"}
    before = dict(importlib.import_module("nn.engine.wasm.layers").KERNELS)
    with contextlib.redirect_stdout(io.StringIO()):
        for block in blocks:
            exec(compile(block, str(path), "exec"), names)
    kernels = importlib.import_module("nn.engine.wasm.layers").KERNELS
    kernels.clear()
    kernels.update(before)


def test_files_of_experiments_on_a_page_can_be_read():
    from nn.experiment.comparison_file import outline, plan
    from nn.labs.colours import DEFAULTS
    from nn.labs.digits import PRESETS

    text = (ROOT / "docs/how-to/compare.md").read_text()
    first, drawn, table = re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(plan(outline(first), PRESETS["Better"]).runs) == 3 * 7
    assert len(plan(outline(f'lab = "digits"\n{drawn}'), PRESETS["Better"]).runs) == 20
    assert outline(f"{table}[[run]]").table.kinds == {"zip": "category"}
    assert plan(outline(f"{table}[[run]]"), DEFAULTS).runs == [DEFAULTS]


# ---- Set-up.


def test_it_is_built_once_and_again_where_a_source_has_changed(tmp_path, monkeypatch):
    built = []
    monkeypatch.setattr(documentation.command, "run", lambda *how: built.append(how))
    for name in ("mkdocs.yml", "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml", "docs/a.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "icons").mkdir()
    (tmp_path / "icons/icon.svg").write_text("<svg/>")
    (tmp_path / "build").mkdir()
    documentation.fill(tmp_path)
    documentation.fill(tmp_path)
    assert len(built) == 1
    (tmp_path / "docs/a.md").write_text("other")
    documentation.fill(tmp_path)
    assert len(built) == 2


def test_it_comes_along_with_the_site_or_a_page_says_how_it_is_built(tmp_path, site):
    publish.put_documentation(ROOT, tmp_path / "docs")
    assert (tmp_path / "docs/api/nn/model.html").read_bytes() == (
        site / "api/nn/model.html"
    ).read_bytes()
    publish.put_documentation(tmp_path, tmp_path / "not")
    assert "<code>make docs</code>" in (tmp_path / "not/index.html").read_text()


# ---- Keras's names.


def rows() -> dict[str, list[list[str]]]:
    """The table: Keras's name to the arguments of both, only here, and only there."""
    lines = re.findall(
        r"^\| `([\w.]+)` \|(.*)\|$", (ROOT / "docs/keras.md").read_text(), re.MULTILINE
    )
    return {
        name: [re.findall(r"`(\w+)`", cell) for cell in cells.split("|")[:3]]
        for name, cells in lines
    }


def line_of(name: str) -> str:
    table = (ROOT / "docs/keras.md").read_text()
    return next(line for line in table.splitlines() if line.startswith(f"| `{name}` |"))


def arguments(function) -> list[str]:
    left = ("self", "args", "kwargs")
    return [name for name in inspect.signature(function).parameters if name not in left]


@pytest.mark.parametrize("name", rows())
def test_the_table_is_what_both_have(name):
    both, here, there = rows()[name]
    own = name if name.startswith("Sequential") else name.rpartition(".")[2]
    ours = arguments(attrgetter(own)(nn))
    assert [one for one in ours if one in both] == both and sorted(ours) == sorted(both + here)
    keras = pytest.importorskip("keras")
    theirs = arguments(attrgetter(name)(keras))
    same_order = [one for one in theirs if one in both] == both
    assert same_order == ("another order" not in line_of(name))
    assert sorted(theirs) == sorted(both + there)


def test_the_table_has_what_both_have():
    keras = pytest.importorskip("keras")
    listed = {name.rpartition(".")[2] for name in rows()}
    known = [*LAYERS, *nn.__all__]
    families = (keras.layers, keras.losses, keras.optimizers, keras.initializers)
    families = (*families, keras.optimizers.schedules, keras.regularizers)
    classes = {
        name for name in known if any(inspect.isclass(getattr(f, name, 0)) for f in families)
    }
    assert classes <= listed
