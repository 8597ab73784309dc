"""Other programs, run quietly."""

import re
import subprocess

from tools.errors import SetupError


def run(command: list[str], purpose: str, advice: str) -> None:
    """Run `command`, showing nothing of what it prints.

    Args:
        command: the program and its arguments.
        purpose: what it is for, the start of the message where it fails ("Installing ...").
        advice: what to try then, a sentence.

    Raises:
        SetupError: the program is not there or fails; the message holds its own first complaint.
    """
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except FileNotFoundError as error:
        raise SetupError(f"{purpose} failed: there is no `{command[0]}`. {advice}") from error
    try:
        output, _ = process.communicate()
    except KeyboardInterrupt:
        # Ctrl-C reached the program too. It ends in its own way, because killing apt half-way
        # would leave the machine's packages broken.
        process.communicate()
        raise
    if process.returncode != 0:
        raise SetupError(f"{purpose} failed ({_complaint(output)}). {advice}")


def _complaint(output: str) -> str:
    """The line of `output` that says what went wrong: the first error, else the last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"E: |.*\berror\b", line, re.IGNORECASE)]
    return (errors or lines[-1:] or ["it said nothing"])[0].rstrip(".")
