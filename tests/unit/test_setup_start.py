"""start/ is made when, and only when, what it is made of has changed."""

import subprocess
from pathlib import Path

import pytest

from tools import command, start, wheels
from tools.errors import SetupError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a little of each thing that start/ is made of."""
    for name in ("nn/__init__.py", "vendor/pyodide/pyodide.mjs", "vendor/pyscript/core.js"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(name)
    monkeypatch.setattr(wheels, "expected", lambda root, names: {"numpy.whl": "0" * 64})
    return tmp_path


@pytest.fixture
def made(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that were run to make it."""
    commands: list[list[str]] = []

    def run(arguments: list[str], purpose: str, advice: str) -> None:
        (root / "start").mkdir(exist_ok=True)
        commands.append(arguments)

    monkeypatch.setattr(command, "run", run)
    return commands


def test_it_is_made_once(root: Path, made: list[list[str]]) -> None:
    start.fill(root)
    start.fill(root)
    assert len(made) == 1
    assert made[0][0] == "node" and made[0][-1].endswith("numpy.whl")


@pytest.mark.parametrize(
    "name", ["nn/__init__.py", "nn/web/new.py", "vendor/pyodide/pyodide.mjs", "mnist/images.gz"]
)
def test_it_is_made_anew_for_a_changed_or_new_file(
    root: Path, made: list[list[str]], name: str
) -> None:
    start.fill(root)
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("changed")
    start.fill(root)
    assert len(made) == 2


def test_what_failed_is_made_again(
    root: Path, made: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    start.fill(root)
    (root / "nn/__init__.py").write_text("changed")

    def fail(arguments: list[str], purpose: str, advice: str) -> None:
        raise SetupError(f"{purpose} failed. {advice}")

    with monkeypatch.context() as context:
        context.setattr(command, "run", fail)
        with pytest.raises(SetupError, match="Node"):
            start.fill(root)
    start.fill(root)
    assert len(made) == 2


def test_what_a_module_writes_to_memory_is_known_without_running_it() -> None:
    """Two data segments: at address 1,024, and at the beginning of the memory that it imports."""
    beginning, memory = "0061736d01000000", "0503010001"
    data = "02004180080b036162630023000b026465"
    module = f"{beginning}{memory}0b{len(data) // 2:02x}{data}"
    code = f"""
        import {{ dataSegments }} from "./tools/start/segments.mjs";
        const segments = dataSegments(Buffer.from("{module}", "hex"), 5000);
        console.log(Array.from(segments, ([at, bytes]) => `${{at}} ${{bytes}}`).join());
    """
    told = subprocess.run(
        ["node", "--input-type=module", "-e", code], cwd=ROOT, capture_output=True, text=True
    )
    assert told.stdout == "1024 abc,5000 de\n", told.stderr
