import io
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGraphicsView, QLabel, QWidget

from odimaging.demo.layouts import fmx
from odimaging.gui.views.destination_dialogs import ConfirmDialog, HostKeyDialog, PasswordDialog
from odimaging.model.mount import MountItem
from odimaging.repository.send import SendState
from odimaging.settings import Destination
from tests.features.hand import Desk, other_program
from tests.features.office import StoryOffice
from tests.servers.openssh import OpenSsh

HERE = Path(__file__).parent


def test_a_patient_is_found_by_birthdate_with_the_keyboard_alone(desk: Desk) -> None:
    desk.type_in("5/4/1981")
    desk.until(lambda: desk.results() == ["Rivera, Ana"])
    desk.press("Return")
    desk.until(lambda: len(desk.items()) == 3)


def test_a_patient_is_found_by_the_middle_of_a_name(desk: Desk) -> None:
    desk.type_in("ngstr")
    desk.until(lambda: desk.results() == ["Ångström, Åsa"])
    desk.press("ctrl+a")
    desk.type_in("iver")
    desk.until(lambda: desk.results() == ["Rivera, Ana", "Rivers, Joan"])
    desk.press("Down", "Return")
    desk.until(lambda: "No images for Joan Rivers yet." in words(desk, "emptyState"))


def test_the_series_opens_with_all_eighteen_pictures(desk: Desk) -> None:
    desk.open_ana()
    desk.click(desk.grid.viewport(), desk.tile("FMX"))
    desk.press("Return")
    desk.until(lambda: desk.sees("mountView"))
    view = desk.see(QGraphicsView, "mountView")
    desk.until(lambda: dark_positions(view) == [])
    desk.press("Escape")
    desk.until(lambda: desk.sees("thumbnailGrid"))
    assert [item.title for item in desk.items()].count("FMX") == 1


def test_three_files_dragged_from_another_program_are_filed_and_taken_back(
    desk: Desk, tmp_path: Path
) -> None:
    files = made_files(tmp_path / "elsewhere")
    before = desk.filed()
    desk.open_ana()
    with another_program(1340, 300, files) as told:
        middle = desk.grid.viewport().mapToGlobal(desk.grid.viewport().rect().center())
        desk.drag(QPoint(1400, 345), middle)
        desk.until(lambda: len(desk.items()) == 6)
        told.terminate()
        assert told.communicate()[0] == "dropped CopyAction\n"
    after = desk.filed()
    new = sorted(data for name, data in after.items() if name not in before)
    assert new == sorted(path.read_bytes() for path in files)
    assert all(path.exists() for path in files)
    desk.until(lambda: desk.sees("undoStrip"))
    desk.press("ctrl+z")
    desk.until(lambda: len(desk.items()) == 3)
    assert desk.filed() == before


def test_a_deleted_photo_comes_back_with_ctrl_z(desk: Desk) -> None:
    desk.open_ana()
    before = desk.filed()
    number = next(item.doc_num for item in desk.items() if item.title == "smile1")
    desk.select("smile1")
    desk.press("Delete")
    desk.until(lambda: len(desk.items()) == 2)
    desk.until(lambda: desk.sees("undoStrip"))
    assert "smile1.jpg" not in desk.filed()
    desk.press("ctrl+z")
    desk.until(lambda: len(desk.items()) == 3)
    assert number in [item.doc_num for item in desk.items()]
    assert sorted(desk.filed().values()) == sorted(before.values())


def test_nothing_of_the_practice_is_altered_by_looking(desk: Desk, office: StoryOffice) -> None:
    before = desk.filed()
    desk.open_ana()
    desk.click(desk.grid.viewport(), desk.tile("FMX"))
    desk.press("Return")
    desk.until(lambda: desk.sees("mountView"))
    assert desk.filed() == before
    assert sorted(before.values()) == sorted(office.files.values())


@pytest.mark.openssh
def test_a_series_and_two_photos_travel_to_another_office(
    desk: Desk, sftp_folder: Path, openssh_server: OpenSsh
) -> None:
    lee = Destination(
        "Dr Lee",
        f"{openssh_server.host}:{openssh_server.port}/{sftp_folder.name}/incoming/",
        openssh_server.user,
    )
    desk.keep(replace(desk.settings, destinations=(lee,), last_destination="Dr Lee"))
    desk.open_ana()
    desk.select("FMX", "smile1", "smile2")
    desk.click(desk.grid.viewport(), desk.tile("smile1"), button=3)
    desk.choose("Send to", "Dr Lee")

    desk.click(desk.dialog(ConfirmDialog, "confirmSend").verb)
    password = desk.dialog(PasswordDialog, "passwordDialog")
    assert openssh_server.password is not None
    desk.type_in(openssh_server.password)
    desk.click(password.verb)
    code = desk.dialog(HostKeyDialog, "hostKeyDialog")
    desk.click(code.pasted)
    desk.type_in(openssh_server.host_key)
    desk.until(code.verb.isEnabled)
    desk.click(code.verb)

    desk.until(lambda: sent(desk) == 3)
    arrived = {file.name: file.read_bytes() for file in (sftp_folder / "incoming").iterdir()}
    photos = [data for number, data in desk.office.files.items() if number in desk.office.photos]
    assert len(arrived) == 3
    assert [data for data in arrived.values() if data in photos] == photos
    composite = next(data for data in arrived.values() if data not in photos)
    with Image.open(io.BytesIO(composite)) as picture:
        assert picture.size == (fmx().width, fmx().height)
        assert all(bright(picture, item) for item in fmx().items if item.item_order)


def sent(desk: Desk) -> int:
    """How many rows of the transfers say Sent."""
    practice = desk.program.window.desk.practice if desk.program.window.desk else None
    rows = practice.transfers.rows if practice and practice.transfers else ()
    return sum(row.state is SendState.SENT for row in rows)


def bright(picture: Image.Image, item: MountItem) -> bool:
    """A tooth is to be seen in this position."""
    box = (item.xpos, item.ypos, item.xpos + item.width, item.ypos + item.height)
    low, high = picture.convert("L").resize((40, 40), box=box).getextrema()
    return bool(high > 150 and high - low > 80)  # type: ignore[operator]  # one band


def words(desk: Desk, name: str) -> list[str]:
    """Everything that can be read in a widget, if it is on screen."""
    return (
        [label.text() for label in desk.see(QWidget, name).findChildren(QLabel)]
        if desk.sees(name)
        else []
    )


def dark_positions(view: QGraphicsView) -> list[int]:
    """Positions of the series in which nothing bright is to be seen."""
    shown: QImage = view.viewport().grab().toImage()
    dark = []
    for item in fmx().items:
        if not item.item_order:
            continue
        spots = (
            (item.xpos + item.width * across // 12, item.ypos + item.height * down // 12)
            for across in range(2, 11)
            for down in range(2, 11)
        )
        levels = [shown.pixelColor(view.mapFromScene(x, y)).lightness() for x, y in spots]
        if max(levels) < 120 or max(levels) - min(levels) < 60:
            dark.append(item.item_order)
    return dark


def made_files(folder: Path) -> list[Path]:
    """A picture, a letter and a note, as somebody has them on the desktop."""
    folder.mkdir()
    picture = QImage(64, 48, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.darkCyan)
    files = [folder / "bite wing ü.png", folder / "note.txt", folder / "letter.pdf"]
    assert picture.save(str(files[0]))
    files[1].write_text("Call Dr Lee")
    files[2].write_bytes(b"%PDF-1.4\n%%EOF\n")
    return files


@contextmanager
def another_program(x: int, y: int, files: list[Path]) -> Iterator["subprocess.Popen[str]"]:
    """Something to drag from, at that place of the screen."""
    process = other_program(HERE / "dragsource.py", [x, y, *files])
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(10)
