"""packaging/dev.py: what it says, and how it waits for the program it starts."""

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "dev.py"
IN_ORDER = """
import signal, sys, threading
ended = threading.Event()
signal.signal(signal.SIGINT, lambda *_: threading.Timer(0.6, ended.set).start())
print("ready", flush=True)
while not ended.wait(0.05):
    pass
sys.exit(7)
"""
STARTS_IT = """
import sys
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("dev", sys.argv[1])
dev = module_from_spec(spec)
spec.loader.exec_module(dev)
sys.exit(dev.ended([sys.executable, "-c", sys.argv[2]]))
"""


@pytest.fixture
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 15, 0), (4, 0, 0)])
def test_another_python_is_told_before_anything_is_made(
    dev: ModuleType,
    version: tuple[int, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    assert dev.main(["run"]) == 1
    assert "Python 3.11 to 3.14 is needed" in capsys.readouterr().out


def test_without_a_verb_the_help(dev: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main([]) == 0
    assert dev.main(["rnu"]) == 2
    assert capsys.readouterr().out.count("dev.py run") >= 2


def test_the_exit_code_is_the_program_s(dev: ModuleType) -> None:
    assert dev.ended([sys.executable, "-c", "raise SystemExit(5)"]) == 5


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are told otherwise")
def test_ctrl_c_lets_the_program_end_in_order() -> None:
    if sys.platform == "win32":
        return
    with subprocess.Popen(
        [sys.executable, "-c", STARTS_IT, str(SCRIPT), IN_ORDER],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as script:
        assert script.stdout is not None
        assert script.stdout.readline() == "ready\n"
        os.killpg(script.pid, signal.SIGINT)
        assert script.wait(20) == 7
