"""Other programs, run by set-up."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tools import command
from tools.errors import SetupError

ROOT = Path(__file__).resolve().parents[2]


def test_a_program_that_works_is_not_heard(capfd: pytest.CaptureFixture[str]) -> None:
    command.run([sys.executable, "-c", "print('chatter')"], "Chatting", "Stop.")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("output", "complaint"),
    [
        ("npm warn old\nnpm error code ENOSPC\nnpm error a complete log", "npm error code ENOSPC"),
        (
            "Collecting x\nERROR: No matching distribution.\n[notice] pip",
            "No matching distribution",
        ),
        ("Reading lists\nE: Unable to locate package\n", "E: Unable to locate package"),
        ("first\nlast\n\n", "last"),
        ("", "it said nothing"),
    ],
)
def test_a_program_that_fails_is_one_line_with_its_first_complaint(
    output: str, complaint: str
) -> None:
    script = "import sys; print(sys.argv[1], file=sys.stderr); sys.exit(3)"
    with pytest.raises(SetupError) as failure:
        command.run([sys.executable, "-c", script, output], "Baking", "Bake again.")
    message = str(failure.value)
    assert message.startswith("Baking failed (")
    assert message.endswith(f"{complaint}). Bake again.")
    assert len(message.splitlines()) == 1


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(SetupError, match="Baking failed: there is no `no-such-oven`. Buy one."):
        command.run(["no-such-oven"], "Baking", "Buy one.")


def test_ctrl_c_waits_until_the_program_has_ended(tmp_path: Path) -> None:
    # As a terminal does it: the whole group of processes gets the signal.
    child = (
        "import signal, sys, time, pathlib\n"
        "def end(*_): time.sleep(0.5); pathlib.Path('ended').touch(); sys.exit()\n"
        "signal.signal(signal.SIGINT, end)\n"
        "pathlib.Path('ready').touch()\n"
        "signal.pause()\n"
    )
    parent = (
        "import signal, sys\n"
        # Ignored, it would stay so: as where these tests run in a shell's background.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from tools import command\n"
        "from tools.errors import told_in_one_line\n"
        "with told_in_one_line(): command.run([sys.executable, '-c', sys.argv[1]], 'A', 'B')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", parent, child],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (tmp_path / "ready").exists():
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    _, complaint = process.communicate()
    assert (tmp_path / "ended").exists()
    assert complaint.startswith("Interrupted: ")
    assert len(complaint.splitlines()) == 1
    assert process.returncode == 1
