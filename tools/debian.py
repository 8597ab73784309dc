"""Debian packages, where this user may install them."""

import os
import shutil
import subprocess

from tools import command
from tools.errors import SetupError


def install(package: str, need: str) -> None:
    """Install a Debian package through apt, as root or through a sudo that asks for no password.

    Args:
        package: its name, or several with spaces between them.
        need: what is missing without it, the start of the message where it cannot be installed.

    Raises:
        SetupError: this user may not install packages, this is no Debian, or apt fails.
    """
    advice = f"Install it (on Debian: `apt install {package}`), then run the same command again."
    if shutil.which("apt-get") is None or not (os.geteuid() == 0 or _sudo_works()):
        raise SetupError(f"{need}. {advice}")
    apt = [] if os.geteuid() == 0 else ["sudo", "-n"]
    apt += ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    purpose = f"Installing {package} through apt"
    print(f"{purpose} ...", flush=True)
    command.run([*apt, "update"], purpose, advice)
    command.run(
        [*apt, "install", "--yes", "--no-install-recommends", *package.split()], purpose, advice
    )


def _sudo_works() -> bool:
    if shutil.which("sudo") is None:
        return False
    return subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0
