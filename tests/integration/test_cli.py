"""The command line as an administrator uses it: processes, exit codes, and one sentence where something is wrong."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from odimaging.db.engine import open_database
from odimaging.model.document import Document
from odimaging.model.ids import DocNum, PatNum
from odimaging.model.patient import Patient
from odimaging.practice import read
from tests.servers.mariadb import PASSWORD, MariaDbServer

WITHIN_S = 60.0
WINDOWS = sys.platform == "win32"


@dataclass(frozen=True)
class Shell:
    """A terminal of a user whose folders are this test's."""

    home: Path

    def environment(self, **more: str) -> dict[str, str]:
        """No password, no desktop of whoever runs the tests."""
        kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
        kept.pop("ODIMAGING_DB_PASSWORD", None)
        own = {f"XDG_{name}_HOME": str(self.home / name.lower()) for name in FOLDERS}
        return {**kept, **own, "QT_QPA_PLATFORM": "offscreen", **more}

    def odimaging(self, *arguments: object, **more: str) -> "subprocess.CompletedProcess[str]":
        """Run it to its end."""
        return subprocess.run(
            [sys.executable, "-m", "odimaging", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            env=self.environment(**more),
            cwd=self.home,
        )

    def window(self, *arguments: object, **more: str) -> "subprocess.Popen[str]":
        """Open the window."""
        return subprocess.Popen(
            [sys.executable, "-m", "odimaging", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment(**more),
            cwd=self.home,
        )


FOLDERS = ("CONFIG", "DATA", "CACHE", "STATE")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def practice(shell: Shell) -> Path:
    """An empty one, made by the command itself."""
    made = shell.odimaging(
        "init", "--database", "sqlite:///office.db", "--root", "images", "--practice", "office.toml"
    )
    assert (made.returncode, made.stderr) == (0, "")
    assert "odimaging --practice office.toml" in made.stdout
    return shell.home / "office.toml"


def refused(answer: "subprocess.CompletedProcess[str]", words: str, code: int = 1) -> None:
    """One sentence, no trace, nothing on the other channel."""
    assert answer.returncode == code, answer.stderr
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert not answer.stdout


def query(file: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(statement).fetchall()


# ---------------------------------------------------------------- init


def test_init_makes_tables_categories_folders_and_the_file(practice: Path) -> None:
    home = practice.parent
    rows = query(home / "office.db", "SELECT ItemName FROM definition WHERE Category = 18")
    assert len(rows) == 16
    letters = {one.name for one in (home / "images").iterdir() if len(one.name) == 1}
    assert letters == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    text = practice.read_text()
    assert f'url = "sqlite:///{home / "office.db"}"' in text
    assert f'root = "{home / "images"}"' in text


def test_init_changes_nothing_that_is_there(shell: Shell, practice: Path) -> None:
    before = {one: one.read_bytes() for one in shell.home.iterdir() if one.is_file()}
    again = ["init", "--database", "sqlite:///office.db", "--root", "images", "--practice"]
    refused(shell.odimaging(*again, "office.toml"), "office.toml is already there")
    refused(shell.odimaging(*again, "other.toml"), "a practice in this database already")
    assert not (shell.home / "other.toml").exists()
    assert {one: one.read_bytes() for one in before} == before


@pytest.mark.mariadb
@pytest.mark.parametrize("given", ["url", "environment"])
def test_init_on_a_server_writes_no_password(
    shell: Shell, mariadb: MariaDbServer, given: str
) -> None:
    name = f"cli_{given}"
    url = mariadb.url(name)
    more = {"ODIMAGING_DB_PASSWORD": PASSWORD}
    if given == "url":
        url, more = url.replace("test@", f"test:{PASSWORD}@"), {}
    try:
        made = shell.odimaging(
            "init", "--database", url, "--root", "images", "--practice", "p.toml", **more
        )
        assert (made.returncode, made.stderr) == (0, "")
        text = (shell.home / "p.toml").read_text()
        assert PASSWORD not in text + made.stdout
        assert f'url = "{mariadb.url(name)}"' in text
        rows = mariadb.execute("SELECT COUNT(*) FROM definition", database=name)
        assert rows == [(16,)]
        checked = shell.odimaging("check", "--practice", "p.toml", ODIMAGING_DB_PASSWORD=PASSWORD)
        assert (checked.returncode, checked.stdout) == (0, "Nothing found.\n")
        refused(
            shell.odimaging("check", "--practice", "p.toml", ODIMAGING_DB_PASSWORD="wrong"),
            "did not accept the login",
        )
    finally:
        mariadb.execute(f"DROP DATABASE IF EXISTS {name}")


def test_a_server_that_is_not_there(shell: Shell) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        url = f"mysql://test@127.0.0.1:{taken.getsockname()[1]}/x"
        answer = shell.odimaging(
            "init", "--database", url, "--root", "images", "--practice", "p.toml"
        )
    refused(answer, "No connection to the database")
    assert not (shell.home / "p.toml").exists()


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://[broken", "oracle://h/d", "mysql://h:x/d", ""]
)
def test_an_address_that_is_none(shell: Shell, url: str) -> None:
    answer = shell.odimaging("init", "--database", url, "--root", "images", "--practice", "p.toml")
    refused(answer, "not an address of a database")


# ---------------------------------------------------------------- arguments


@pytest.mark.parametrize(
    "arguments",
    [("--nonsense",), ("paint",), ("init",), ("check",), ("--practice",), ("init", "--root", "x")],
)
def test_wrong_arguments(shell: Shell, arguments: tuple[str, ...]) -> None:
    answer = shell.odimaging(*arguments)
    assert answer.returncode == 2
    assert answer.stderr.startswith("usage: odimaging")
    assert "error:" in answer.stderr.splitlines()[-1]
    assert "Traceback" not in answer.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a display is always there")
def test_no_display_is_said_in_one_sentence(shell: Shell) -> None:
    refused(shell.odimaging(QT_QPA_PLATFORM=""), "needs a graphical session")


# ---------------------------------------------------------------- check


def file_photo(practice: Path) -> Path:
    """A document of a patient, row and file; DocNum 1."""
    database = open_database(read(practice).database_url, None, comp_name="TEST")
    try:
        with database.unit_of_work() as work:
            work.seed.patient(Patient(PatNum(5), "B", "A", image_folder="BA5"))
            category = work.definitions.image_categories()[0].def_num
            when = datetime(2026, 1, 2, 3, 4, 5)
            work.documents.insert(Document(DocNum(0), PatNum(5), category, when, "x.txt"))
            work.commit()
    finally:
        database.close()
    folder = practice.parent / "images" / "B" / "BA5"
    folder.mkdir(parents=True)
    (folder / "x.txt").write_text("hello")
    return folder / "x.txt"


def test_check_finds_nothing_where_all_is_well(shell: Shell, practice: Path) -> None:
    file_photo(practice)
    answer = shell.odimaging("check", "--practice", practice)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "Nothing found.\n", "")
    as_json = shell.odimaging("check", "--practice", practice, "--json")
    assert (as_json.returncode, json.loads(as_json.stdout)) == (0, [])


def test_check_names_what_is_wrong_by_number_only(shell: Shell, practice: Path) -> None:
    file = file_photo(practice)
    file.rename(file.with_name("y.txt"))
    answer = shell.odimaging("check", "--practice", practice)
    assert answer.returncode == 1
    assert sorted(answer.stdout.splitlines()) == [
        "2 found.",
        "A document's file is missing. Document 1.",
        "A file in a patient folder has no document.",
    ]
    assert not answer.stderr
    as_json = shell.odimaging("check", "--practice", practice, "--json")
    assert as_json.returncode == 1
    found = {one["code"]: one["doc_num"] for one in json.loads(as_json.stdout)}
    assert found == {"ROW_WITHOUT_FILE": 1, "FILE_WITHOUT_ROW": 0}
    assert "BA5" not in as_json.stdout + answer.stdout


def test_check_without_a_practice(shell: Shell) -> None:
    refused(shell.odimaging("check", "--practice", "none.toml"), "none.toml cannot be read")


def test_check_without_a_database(shell: Shell, practice: Path) -> None:
    practice.with_suffix(".db").unlink()
    refused(shell.odimaging("check", "--practice", practice), "is not there")


def test_check_without_the_images(shell: Shell, practice: Path) -> None:
    shutil.rmtree(shell.home / "images")
    refused(shell.odimaging("check", "--practice", practice), "image folder cannot be reached")


def test_check_of_a_damaged_database(shell: Shell, practice: Path) -> None:
    practice.with_suffix(".db").write_bytes(b"no database at all" * 400)
    answer = shell.odimaging("check", "--practice", practice)
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_check_loads_no_window(shell: Shell, practice: Path) -> None:
    statement = (
        "import sys; from odimaging.cli import main; "
        f"code = main(['check', '--practice', {str(practice)!r}]); "
        "print(sorted({'PySide6', 'qasync'} & {name.partition('.')[0] for name in sys.modules}))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", statement],
        capture_output=True,
        text=True,
        env=shell.environment(),
        timeout=WITHIN_S,
    )
    assert answer.stdout == "Nothing found.\n[]\n"


# ---------------------------------------------------------------- window


@pytest.fixture
def ready(shell: Shell, practice: Path) -> Iterator["subprocess.Popen[str]"]:
    """The window, once its practice is open: then it is the one to open next time."""
    process = shell.window("--practice", practice, "--verbose")
    end, settings = time.monotonic() + WITHIN_S, shell.home / "config" / "odimaging"
    while not any(settings.glob("*.toml")) or not children(process.pid):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)  # another process: nothing to wait on but its traces
    yield process
    process.kill()
    process.communicate()


def children(pid: int) -> list[int]:
    """Processes of a process."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    found = [Path(f"/proc/{pid}/task")] if listed.exists() else []
    return [
        int(child)
        for tasks in found
        for task in tasks.iterdir()
        for child in (task / "children").read_text().split()
    ]


@pytest.mark.skipif(WINDOWS, reason="Windows has no signals")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
def test_a_signal_closes_the_window_in_order(
    shell: Shell, ready: "subprocess.Popen[str]", number: str
) -> None:
    decoders = children(ready.pid)
    ready.send_signal(getattr(signal, number))
    out, errors = ready.communicate(timeout=20)
    assert (ready.returncode, out, errors) == (0, "", "")
    assert not [pid for pid in decoders if Path(f"/proc/{pid}").exists()]
    kept = next((shell.home / "config" / "odimaging").glob("*.toml")).read_text()
    assert str(shell.home / "office.toml") in kept
    logs = "".join(
        one.read_text() for one in (shell.home / "data" / "odimaging" / "logs").glob("*.log")
    )
    assert "critical" not in logs
    assert "error" not in logs


@pytest.mark.skipif(WINDOWS, reason="Windows has no signals")
def test_a_practice_that_cannot_be_opened_leaves_the_window(shell: Shell) -> None:
    process = shell.window("--practice", shell.home / "none.toml")
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(3)
    process.terminate()
    out, errors = process.communicate(timeout=20)
    assert (process.returncode, out, errors) == (0, "", "")
