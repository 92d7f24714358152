"""What a bug leaves behind, seen from outside: a process that makes one with a patient's name in it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

IN_MAIN = "fail()"
IN_THREAD = "thread = threading.Thread(target=fail); thread.start(); thread.join()"
IN_FINALIZER = "Gone()"
NO_DUMP = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE)[0])"
IN_JOB = """
from odimaging.jobs import Job, JobRunner, Lane
runner = JobRunner(crashes.crashed)
runner.submit(Job("bug", Lane.DB, lambda progress: fail()))
while not runner.idle():
    pass
"""

PROGRAM = """
import sys, threading
from pathlib import Path
from odimaging import logs
from odimaging.app import crashes

folder = Path(sys.argv[1])
logs.start(folder)
crashes.watch(folder)

def fail():
    name = "Quirinius Zzyzx"
    try:
        {{}}[name]
    except KeyError as error:
        raise ValueError(f"no patient {{name}}") from error

class Gone:
    def __del__(self):
        fail()

{body}
"""


def left_by(body: str, folder: Path) -> tuple[list[dict[str, str]], str]:
    """Log lines and stderr of a process."""
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(body=body), str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert not answer.stdout
    lines = (folder / "odimaging.log").read_text().splitlines()
    return [json.loads(line) for line in lines], answer.stderr


@pytest.mark.parametrize("body", [IN_MAIN, IN_THREAD, IN_FINALIZER, IN_JOB])
def test_a_bug_is_written_down_without_values(body: str, tmp_path: Path) -> None:
    lines, errors = left_by(body, tmp_path)
    told = [line for line in lines if line["level"] == "critical"]
    assert any("ValueError at" in line["text"] and "fail" in line["text"] for line in told)
    assert any("from KeyError at" in line["text"] for line in told)
    assert "Zzyzx" not in json.dumps(lines) + errors
    assert "Traceback" not in errors


def test_the_user_at_a_terminal_is_told_in_one_line(tmp_path: Path) -> None:
    _, errors = left_by(IN_MAIN, tmp_path)
    assert errors == "odimaging made a mistake (ValueError); the log says where.\n"


def test_a_hard_crash_leaves_lines_and_the_older_ones_stay(tmp_path: Path) -> None:
    for _ in range(2):
        answer = subprocess.run(
            [
                sys.executable,
                "-c",
                PROGRAM.format(body="import os; os.abort()"),
                str(tmp_path),
            ],
            capture_output=True,
            timeout=60,
        )
        assert answer.returncode
    told = (tmp_path / "crash.log").read_text()
    assert told.count("Fatal Python error: Aborted") == 2
    assert "Zzyzx" not in told


def test_a_log_folder_that_cannot_be_made_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(body="print('on')"), str(tmp_path / "taken" / "x")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (answer.returncode, answer.stdout) == (0, "on\n")
    assert "Traceback" not in answer.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows writes no core files")
def test_no_memory_is_dumped(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(body=NO_DUMP), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert answer.stdout == "0\n"
