r"""Everything a fresh machine needs, in one command. Needs nothing but Python 3.11 to 3.14 and, on Linux, apt.

    python3 packaging/dev.py run     make the environment, install, open the demo practice
    python3 packaging/dev.py test    the same, with MariaDB, OpenSSH and Xvfb; then every check and test
    python3 packaging/dev.py bench   the benchmarks (python -m tests.bench)

On Windows ``py packaging\dev.py run``; ``py -3.14 packaging\dev.py run`` if a newer Python is there too.
What follows after the verb is passed on: ``dev.py run --practice office.toml``, ``dev.py test tests/unit``.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("ODIMAGING_VENV", ROOT / ".venv"))
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

# Debian's packages behind the wheels: what Qt links to, and its X11 platform.
WINDOW = [
    "python3-venv",
    "ca-certificates",
    "libglib2.0-0",
    "libbrotli1",
    "libgl1",
    "libegl1",
    "libxkbcommon0",
    "libfontconfig1",
    "libdbus-1-3",
    "libxkbcommon-x11-0",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxcb-shape0",
    "libxcb-xkb1",
]
SERVERS = [
    "mariadb-server-core",
    "mariadb-client-core",
    "openssh-server",
    "xvfb",
    "xauth",
    "openbox",
    "xdotool",
    "strace",
    "git",
]


def main(arguments: list[str]) -> int:
    """Run one verb; returns the exit code of what it started."""
    verb, *rest = arguments or ["help"]
    if verb not in ("run", "test", "bench"):
        print(__doc__)
        return 0 if verb in ("help", "-h", "--help") else 2
    if not (3, 11) <= sys.version_info[:2] <= (3, 14):
        print(f"Python 3.11 to 3.14 is needed; this is {sys.version.split()[0]}.")
        if os.name == "nt":
            print("py --list shows which are here; choose one so: py -3.14 packaging\\dev.py", verb)
        return 1
    if verb == "run" and (missing := no_display()):
        print(missing)
        return 1
    try:
        system_packages(WINDOW if verb == "run" else WINDOW + SERVERS + names())
        environment("requirements.lock" if verb == "run" else "requirements-test.lock")
    except subprocess.CalledProcessError as error:
        print(f"This step failed: {' '.join(map(str, error.cmd[:4]))} … Its own words are above.")
        return 1
    except Unprepared as error:
        print(error)
        return 1
    module = {"run": "odimaging", "test": "tests", "bench": "tests.bench"}[verb]
    if verb == "run" and not rest:
        rest = ["--demo"]
    return ended([PYTHON, "-m", module, *rest])


def ended(command: list[str | Path]) -> int:
    """The exit code of a program. Ctrl+C reaches it too: it ends in order and is waited for, not killed."""
    with subprocess.Popen(command, cwd=ROOT) as program:
        while True:
            with contextlib.suppress(KeyboardInterrupt):
                return program.wait()


class Unprepared(Exception):
    """Something is missing that this script may not bring; the text says what."""


def no_display() -> str:
    """One sentence if no window can be opened here, else ''."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return ""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return ""
    return (
        "No display: the window needs a graphical session (DISPLAY or WAYLAND_DISPLAY is not set); "
        "without a screen, start a virtual one first: apt-get install xvfb, Xvfb :9 &, export DISPLAY=:9."
    )


def system_packages(wanted: list[str]) -> None:
    """Install Debian packages that are not there yet; other systems are left as they are."""
    if not sys.platform.startswith("linux") or shutil.which("apt-get") is None:
        return
    missing = [package for package in wanted if not installed(package)]
    if not missing:
        return
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing]
    become: list[str] = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            raise Unprepared(
                f"These system packages are missing; ask an administrator: {' '.join(command)}"
            )
        become = ["sudo"]
    say(f"Installing {len(missing)} system packages")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    subprocess.run(
        [*become, "apt-get", "update", "-q"], check=True, env=quiet, stdout=subprocess.DEVNULL
    )
    subprocess.run([*become, *command], check=True, env=quiet, stdout=subprocess.DEVNULL)


def names() -> list[str]:
    """What makes ``localhost`` known in a tree without /etc/hosts; nothing elsewhere."""
    try:
        socket.getaddrinfo("localhost", None)
    except OSError:
        return ["libnss-myhostname"]
    return []


def installed(package: str) -> bool:
    """Whether dpkg knows it as installed."""
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f=${Status}", package], capture_output=True, text=True, check=False
    )
    return answer.stdout.startswith("install ok installed")


def environment(lock: str) -> None:
    """The virtual environment with exactly the locked releases; remade only when the lock changed."""
    requirements = ROOT / "packaging" / lock
    stamp = VENV / f".{lock}.stamp"
    state = hashlib.sha256(
        requirements.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + sys.version.encode()
    ).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == state:
        return
    if not PYTHON.exists():
        say("Making the environment")
        venv.EnvBuilder(with_pip=True, clear=VENV.exists()).create(VENV)
    say("Installing the libraries")
    pip: list[str | Path] = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    subprocess.run(
        [*pip, "--require-hashes", "--no-deps", "-r", requirements],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    subprocess.run(
        [*pip, "--no-deps", "--no-build-isolation", "-e", ROOT],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    subprocess.run([PYTHON, "-m", "compileall", "-q", ROOT / "odimaging"], check=True)
    stamp.write_text(state)


def say(text: str) -> None:
    """One line a step, at once."""
    print(f"{text} …", flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
