"""The program with its window and a real practice: opening, refusing, switching, ending."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit
from pytestqt.qtbot import QtBot

from odimaging import practice as practices
from odimaging import settings
from odimaging.app import window as windows
from odimaging.app.office import Office, make_practice
from odimaging.app.window import Program
from odimaging.db.engine import open_database
from odimaging.model.document import Document
from odimaging.model.ids import DocNum, OperationNumber, PatNum
from odimaging.model.patient import Patient
from odimaging.storage.sources import LocalSources
from tests.servers.mariadb import MakePractice

WITHIN_MS = 20_000
BEN = PatNum(5)


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.delenv("ODIMAGING_DB_PASSWORD", raising=False)


def embedded(folder: Path, name: str) -> Path:
    """A practice with one patient."""
    file = folder / f"{name}.toml"
    make_practice(f"sqlite:///{folder / name}.db", folder / name, file)
    database = open_database(practices.read(file).database_url, None, comp_name="TEST")
    try:
        with database.unit_of_work() as work:
            work.seed.patient(Patient(BEN, name, "Ben", image_folder=f"{name}Ben5"))
            work.commit()
    finally:
        database.close()
    return file


def children() -> set[int]:
    """Processes this one has started."""
    tasks = Path("/proc/self/task")
    if not tasks.exists():
        return set()
    return {int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()}


class Desk:
    """The program, and somebody who waits for what it does."""

    def __init__(self, qtbot: QtBot, application: QApplication, folder: Path) -> None:
        self.qtbot = qtbot
        self.processes, self.threads = children(), set(threading.enumerate())
        self.program = Program(application, folder / "settings.toml")
        self.program.painted()
        self.program.window.show()
        self.window = self.program.window

    def until(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=WITHIN_MS)

    @property
    def words(self) -> str:
        """What the welcome page complains of."""
        return self.window.welcome.error.text()

    @property
    def opened(self) -> Office | None:
        """The office, once it is open."""
        future = self.program._opened
        return future.result() if future is not None and future.done() else None

    def open(self, file: Path) -> Office:
        self.program.open_practice(file)
        self.until(lambda: self.opened)
        assert self.opened is not None
        return self.opened

    def show_patient(self) -> None:
        desk = self.window.desk
        assert desk is not None
        desk.browser.open_patient(BEN)
        self.until(lambda: desk.browser.patient is not None)

    def end(self) -> None:
        """As the event loop does once the window is closed."""
        self.window.close()
        self.program.end()

    def left(self) -> tuple[set[int], set[str]]:
        """Processes and threads that were not there before."""
        threads = set(threading.enumerate()) - self.threads
        return children() - self.processes, {one.name for one in threads}


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(qtbot, qapp, tmp_path)
    yield made
    made.end()
    made.window.deleteLater()


# ---------------------------------------------------------------- opening


def test_a_practice_opens_and_is_the_one_to_open_next_time(desk: Desk, tmp_path: Path) -> None:
    file = embedded(tmp_path, "Berg")
    desk.open(file)
    desk.show_patient()
    assert desk.window.windowTitle() == "Berg – odimaging"
    desk.until(lambda: desk.program.settings.load().last_practice == str(file))
    desk.program.open_first(None, demo=False)
    desk.until(lambda: desk.opened)
    assert not desk.words


def test_nothing_to_open_is_the_welcome_page(desk: Desk) -> None:
    desk.program.open_first(None, demo=False)
    assert desk.window.welcome.isVisible()
    assert not desk.words


def test_a_last_practice_that_is_gone_is_the_welcome_page(desk: Desk, tmp_path: Path) -> None:
    kept = desk.program.settings
    kept.save(replace(kept.load(), last_practice=str(tmp_path / "gone.toml")))
    desk.program.open_first(None, demo=False)
    assert desk.window.welcome.isVisible()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda file: file.unlink(), "cannot be read"),
        (lambda file: file.write_text("[database\n"), "is damaged"),
        (lambda file: file.with_suffix(".db").unlink(), "is not there"),
        (lambda file: file.with_suffix(".db").write_bytes(b"x" * 9000), "database"),
        (
            lambda file: file.write_text(
                file.read_text().replace('kind = "LocalAtoZ"', 'kind = "Cloud"')
            ),
            "keeps its images as Cloud",
        ),
    ],
)
def test_what_cannot_be_opened_is_told_on_the_welcome_page(
    desk: Desk, tmp_path: Path, spoil: Callable[[Path], object], words: str
) -> None:
    file = embedded(tmp_path, "Berg")
    spoil(file)
    desk.program.open_practice(file)
    desk.until(lambda: words in desk.words)
    assert desk.window.welcome.isVisible()
    assert desk.window.desk is None
    assert str(tmp_path) not in desk.words
    assert not desk.program.settings.load().last_practice


def test_another_practice_closes_the_one_before(desk: Desk, tmp_path: Path) -> None:
    first = desk.open(embedded(tmp_path, "Berg"))
    desk.until(lambda: len(children() - desk.processes) == 2)
    second = desk.open(embedded(tmp_path, "Tal"))
    assert second is not first
    desk.show_patient()
    desk.until(lambda: len(children() - desk.processes) == 2)
    assert first.decoder._closed
    assert desk.window.windowTitle() == "Tal – odimaging"


def test_switching_while_the_first_is_being_opened(desk: Desk, tmp_path: Path) -> None:
    first, second = embedded(tmp_path, "Berg"), embedded(tmp_path, "Tal")
    desk.program.open_practice(first)
    opened = desk.open(second)
    assert opened.practice.path == second
    desk.show_patient()
    assert desk.window.windowTitle() == "Tal – odimaging"
    desk.until(lambda: len(children() - desk.processes) <= 2)


def test_a_practice_that_fails_later_does_not_close_the_one_that_followed(
    desk: Desk, tmp_path: Path
) -> None:
    first, second = embedded(tmp_path, "Berg"), embedded(tmp_path, "Tal")
    first.with_suffix(".db").unlink()
    desk.program.open_practice(first)
    desk.open(second)
    desk.show_patient()
    assert not desk.words


# ---------------------------------------------------------------- recovery


def half_done(opened: Office) -> None:
    """A row whose bytes a stop left in the stage."""
    operation = OperationNumber("0" * 31 + "1")
    opened.store.stage(LocalSources().memory("x.txt", b"hello"), operation, BEN, ".txt")
    with opened.database.unit_of_work() as work:
        category = work.definitions.image_categories()[0].def_num
        row = Document(DocNum(0), BEN, category, work.now(), "x.txt")
        work.documents.insert(row, token=operation)
        work.commit()


def mended(opened: Office) -> bool:
    with opened.database.unit_of_work() as work:
        return not work.documents.tokens()


def test_what_a_stop_left_is_mended_at_the_start(desk: Desk, tmp_path: Path) -> None:
    file = embedded(tmp_path, "Berg")
    opened = desk.open(file)
    half_done(opened)
    desk.open(file)
    current = desk.opened
    assert current is not None
    desk.until(lambda: mended(current))


def test_and_when_a_patient_is_opened(desk: Desk, tmp_path: Path) -> None:
    file = embedded(tmp_path, "Berg")
    opened = desk.open(file)
    desk.until(lambda: desk.program._runner.idle())
    half_done(opened)
    desk.show_patient()
    desk.until(lambda: mended(opened))


def test_and_every_five_minutes(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert windows.RECOVER_EVERY_MS == 5 * 60 * 1000
    monkeypatch.setattr(windows, "RECOVER_EVERY_MS", 50)
    file = embedded(tmp_path, "Berg")
    opened = desk.open(file)
    desk.until(lambda: desk.program._runner.idle())
    half_done(opened)
    desk.until(lambda: mended(opened))


# ---------------------------------------------------------------- ending


def test_closing_leaves_no_thread_and_no_process(desk: Desk, tmp_path: Path) -> None:
    desk.open(embedded(tmp_path, "Berg"))
    desk.show_patient()
    desk.end()
    desk.until(lambda: desk.left() == (set(), set()))
    assert settings.load(tmp_path / "settings.toml").last_practice


def test_closing_while_the_practice_is_being_opened(desk: Desk, tmp_path: Path) -> None:
    desk.program.open_practice(embedded(tmp_path, "Berg"))
    desk.end()
    desk.until(lambda: desk.left() == (set(), set()))


def dialogs() -> list[QDialog]:
    return [
        one
        for one in QApplication.topLevelWidgets()
        if isinstance(one, QDialog) and one.isVisible()
    ]


@pytest.mark.mariadb
class TestPassword:
    @pytest.fixture
    def file(self, make_practice_database: MakePractice, tmp_path: Path) -> Path:
        database = make_practice_database("innodb")
        make_practice(
            f"sqlite:///{tmp_path / 'other.db'}", tmp_path / "images", tmp_path / "o.toml"
        )
        text = (tmp_path / "o.toml").read_text()
        line = next(one for one in text.splitlines() if one.startswith("url"))
        (tmp_path / "p.toml").write_text(text.replace(line, f'url = "{database.url}"'))
        return tmp_path / "p.toml"

    def asked(self, desk: Desk, file: Path, then: Callable[[QDialog], None]) -> None:
        """Open it; once the dialog is there, do ``then``."""
        seen: list[QDialog] = []

        def look() -> None:
            if dialogs() and not seen:
                seen.append(dialogs()[0])
                then(seen[0])
            elif not seen:
                QTimer.singleShot(20, look)

        desk.program.open_practice(file)
        QTimer.singleShot(20, look)
        desk.until(lambda: seen)

    def test_typed_it_opens(self, desk: Desk, file: Path) -> None:
        def type_it(dialog: QDialog) -> None:
            box = dialog.findChild(QLineEdit)
            assert box is not None
            box.setText("test-pw")
            dialog.accept()

        self.asked(desk, file, type_it)
        desk.until(lambda: desk.opened)
        assert not desk.words

    def test_not_typed_it_says_so(self, desk: Desk, file: Path) -> None:
        self.asked(desk, file, QDialog.reject)
        desk.until(lambda: "needs a password" in desk.words)

    def test_the_window_closes_although_it_asks(self, file: Path, desk: Desk) -> None:
        self.asked(desk, file, lambda _dialog: desk.program.end_now())
        assert not desk.window.isVisible()
        assert not dialogs()
        desk.end()
        desk.until(lambda: desk.left() == (set(), set()))
