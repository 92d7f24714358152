"""Where a day's work leaves names (reliability contract §4.7.8): in the database, the image folders and beside them only."""

import base64
import io
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from odimaging import practice as practices
from odimaging.app.office import make_practice
from odimaging.db.engine import open_database
from odimaging.model.document import Document
from odimaging.model.ids import DocNum
from odimaging.model.patient import Patient
from tests.integration import a_day
from tests.integration.a_day import DESCRIPTION, FIRST, LAST, NOTE, PAT, PREFERRED, SECRETS

FOLDERS = ("CONFIG", "DATA", "CACHE", "STATE", "RUNTIME")
EXPECTED = {
    "search done",
    "import done",
    "missing refused",
    "tile done",
    "tile refused",
    "picture done",
    "picture refused",
    "update done",
    "stale refused",
    "bad refused",
    "category done",
    "materialise done",
    "materialise refused",
    "delete done",
    "restore done",
    "delete again done",
    "download refused",
    "send refused",
    "transfer FAILED",
    "bug refused",
    "list done",
    "check done",
}


@dataclass(frozen=True)
class Left:
    """What a day left: outcomes, its stderr, and every file outside the practice."""

    outcomes: set[str]
    errors: str
    home: Path

    def files(self) -> dict[str, bytes]:
        return {
            str(one.relative_to(self.home)): one.read_bytes()
            for one in self.home.rglob("*")
            if one.is_file()
        }


def picture(kind: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(target, kind)
    return target.getvalue()


def filled(practice: Path) -> list[DocNum]:
    """The patient; two pending documents, one with a damaged payload; a file put into the folder from outside."""
    read = practices.read(practice)
    database = open_database(read.database_url, None, comp_name="TEST")
    home = f"{LAST}{FIRST}{PAT}"
    payload = base64.b64encode(picture("PNG")).decode()
    try:
        with database.unit_of_work() as work:
            work.seed.patient(Patient(PAT, LAST, FIRST, preferred=PREFERRED, image_folder=home))
            category = work.definitions.image_categories()[0].def_num
            rows = [
                Document(
                    DocNum(0),
                    PAT,
                    category,
                    datetime(2026, 1, 2),
                    "x" * number,
                    description=DESCRIPTION,
                    note=note,
                )
                for number, note in enumerate(
                    (f"_rawBase64_:.png_{payload}", f"_rawBase64_:.png_{NOTE}!!!"), 1
                )
            ]
            numbers = [work.documents.insert(row) for row in rows]
            work.commit()
    finally:
        database.close()
    folder = Path(read.root) / LAST[0] / home
    folder.mkdir(parents=True)
    (folder / f"{FIRST} scan.jpg").write_bytes(picture("JPEG"))
    return numbers


def to_be_filed(folder: Path) -> list[str]:
    """Good and bad files, named after the patient as cameras and scanners are told to."""
    folder.mkdir()
    contents = {
        f"{LAST}, {FIRST} smile.jpg": picture("JPEG"),
        f"{LAST}-{NOTE}.png": picture("PNG"),
        f"{LAST} letter.txt": f"Dear {FIRST}".encode(),
        f"{FIRST} empty.jpg": b"",
        f"{FIRST} program.jpg": b"MZ" + bytes(4000),
        f"{PREFERRED} damaged.jpg": picture("JPEG")[:200],
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return [str(folder / name) for name in contents]


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """One day, in a home of its own; the practice and the files lie elsewhere."""
    office, home = tmp_path_factory.mktemp("office"), tmp_path_factory.mktemp("home")
    practice = office / "office.toml"
    make_practice(f"sqlite:///{office / 'office.db'}", office / "images", practice)
    pending = ",".join(str(number) for number in filled(practice))
    for name in (*FOLDERS, "TMP"):
        (home / name.lower()).mkdir(mode=0o700)
    files = to_be_filed(office / "incoming")
    own = {f"XDG_{name}_HOME": str(home / name.lower()) for name in FOLDERS}
    own |= {"XDG_RUNTIME_DIR": str(home / "runtime"), "HOME": str(home)}
    own |= {"TMPDIR": str(home / "tmp"), "QT_QPA_PLATFORM": "offscreen"}
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = str(nobody.getsockname()[1])
        answer = subprocess.run(
            [sys.executable, "-m", a_day.__name__, str(practice), port, pending, *files],
            capture_output=True,
            text=True,
            timeout=100,
            env={**os.environ, **own},
        )
    assert answer.returncode == 0, answer.stderr
    return Left(set(answer.stdout.split("\n")) - {""}, answer.stderr, home)


def forms(secret: str) -> set[bytes]:
    """How a text may be written down: its case, its encoding, escaped, in base64."""
    written = {
        text for one in (secret, secret.lower(), secret.upper()) for text in (one, ascii(one)[1:-1])
    }
    found = {one.encode(code) for one in written for code in ("utf-8", "utf-16-le", "latin-1")}
    return found | {base64.b64encode(secret.encode())[:12]}


def found_in(text: str | bytes) -> list[str]:
    """Secrets in a text."""
    data = text if isinstance(text, bytes) else text.encode()
    return [secret for secret in SECRETS if any(form in data for form in forms(secret))]


def test_the_day_was_a_full_one(left: Left) -> None:
    assert left.outcomes == EXPECTED
    names = {name.partition("/")[0] for name in left.files()}
    assert {"config", "data", "cache"} <= names


def test_the_search_would_find_them() -> None:
    for secret in SECRETS:
        for text in (secret.upper(), f'"{secret}"', ascii(secret)):
            assert secret in found_in(text)
        assert secret in found_in(secret.encode("utf-16-le"))


def test_no_name_is_in_a_file_or_its_name(left: Left) -> None:
    hits = {
        name: found_in(name) + found_in(data)
        for name, data in left.files().items()
        if found_in(name) or found_in(data)
    }
    assert not hits


def test_no_name_on_the_terminal(left: Left) -> None:
    assert not found_in(left.errors)
    assert not left.errors


def test_the_log_tells_what_happened_all_the_same(left: Left) -> None:
    log = (left.home / "data" / "odimaging" / "logs" / "odimaging.log").read_text()
    assert "ValueError at" in log
    assert "from KeyError at" in log
    assert "ConnectFailed" in log


def test_nothing_temporary_is_left(left: Left) -> None:
    assert not list((left.home / "tmp").iterdir())
