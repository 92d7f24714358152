"""A day at the front desk, as a program of its own: ``python -m tests.integration.a_day PRACTICE PORT FILES…``.

Everything goes through the real window, its jobs and a real practice; much of it fails. What the day leaves behind is
looked at by whoever started it. Names and passwords are `Secrets`, which occur nowhere else.
"""

import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from odimaging import logs, settings
from odimaging.app import crashes
from odimaging.app.window import Program, first_paint
from odimaging.gui.presenters.asking import Nobody
from odimaging.gui.presenters.transfer_rows import SendChoice
from odimaging.jobs import Job, JobProgress, Lane
from odimaging.model.errors import OdImagingError
from odimaging.model.ids import DocNum, PatNum
from odimaging.model.ports import SftpTarget
from odimaging.repository.change_category import ChangeCategoryRequest
from odimaging.repository.delete import DeleteRequest
from odimaging.repository.download_sftp import DownloadSftpRequest
from odimaging.repository.import_file import ImportFileRequest, ImportFilesRequest
from odimaging.repository.repository import Repository
from odimaging.repository.restore import RestoreRequest
from odimaging.repository.send import SendItem, SendRequest
from odimaging.repository.update import UpdateRequest
from odimaging.settings import Destination

PAT = PatNum(77)
LAST, FIRST, PREFERRED = "Zzyzxquist", "Quiriniane", "Wunnibaldo"
NOTE, DESCRIPTION = "Xylobrandnote", "Trümmelbeschreibung"
PASSWORD = "hunter-Ppw7-krz"
SECRETS = (LAST, FIRST, PREFERRED, NOTE, DESCRIPTION, PASSWORD)
LAB = "Lab"


class Agreeable(Nobody):
    """Who says yes when asked whether to send."""

    def confirm(self, words: str, verb: str, answer: Callable[[bool], None]) -> None:
        answer(True)


class Day:
    """The program, and what is done with it."""

    def __init__(self, practice: Path) -> None:
        folder = settings.data_folder() / "logs"
        logs.start(folder, verbose=True)
        crashes.watch(folder)
        self.application = QApplication(sys.argv[:1])
        self.application.setQuitOnLastWindowClosed(False)
        self.program = Program(self.application, settings.default_path())
        self.program.window.show()
        self.program.open_practice(practice)
        first_paint(self.application, self.program.window)
        self.program.painted()
        self.outcomes: list[str] = []

    def until(self, condition: Callable[[], object]) -> None:
        pause = threading.Event()
        while not condition():
            self.application.processEvents()
            pause.wait(0.005)

    def job(self, name: str, work: Callable[[Repository, JobProgress], Any]) -> Any:
        """Do something as the window does; its result, or the error."""
        desk = self.program.window.desk
        assert desk is not None
        repository = desk.practice.repository
        ended: list[object] = []
        self.program.signals.submit(
            Job(name, Lane.STORE, lambda progress: work(repository, progress)),
            done=ended.append,
            failed=ended.append,
        )
        self.until(lambda: ended)
        self.outcomes.append(
            f"{name} {'refused' if isinstance(ended[0], OdImagingError) else 'done'}"
        )
        return ended[0]

    def spend(self, port: int, files: list[str], pending: list[DocNum]) -> None:
        desk = self.program.window.desk
        assert desk is not None
        self.job("search", lambda it, _: it.browse.search(LAST[:5]))
        desk.browser.open_patient(PAT)
        self.until(lambda: desk.browser.patient is not None)
        self.settings_of_a_day()
        filed = self.job(
            "import", lambda it, p: it.import_files(ImportFilesRequest(PAT, tuple(files)), p)
        )
        made = [one.document.doc_num for one in filed.outcomes if one.document is not None]
        assert [bool(one.error) for one in filed.outcomes].count(True) >= 2, filed
        missing = f"{LAST}/{FIRST} gone.jpg"
        self.job("missing", lambda it, p: it.import_file(ImportFileRequest(PAT, missing), p))
        for one in made:
            self.look_at(one)
        values = {"description": DESCRIPTION, "note": NOTE}
        self.job("update", lambda it, _: it.update(UpdateRequest(made[0], values)))
        stale = {"description": FIRST}
        self.job("stale", lambda it, _: it.update(UpdateRequest(made[0], values, stale)))
        long = {"file_name": f"{LAST}\x00.jpg"}
        self.job("bad", lambda it, _: it.update(UpdateRequest(made[0], long)))
        category = desk.browser.choices[-1].def_num
        request = ChangeCategoryRequest(tuple(made), (), category)
        self.job("category", lambda it, _: it.change_category(request))
        for one in pending:
            self.materialise(one)
        gone = self.job("delete", lambda it, p: it.delete(DeleteRequest(tuple(made)), p))
        operations = tuple(one.operation for one in gone.deleted)
        self.job("restore", lambda it, p: it.restore(RestoreRequest(operations[:1]), p))
        again = DeleteRequest((made[1], DocNum(999_999)))
        self.job("delete again", lambda it, p: it.delete(again, p))
        address = f"127.0.0.1:{port}/{LAST}/"
        download = DownloadSftpRequest(address, "front", PASSWORD, made[0])
        self.job("download", lambda it, p: it.download_sftp(download, p))
        target = SftpTarget("127.0.0.1", port, "front", PASSWORD)
        sending = SendRequest(target, f"{LAST}/", (SendItem("k", made[0]),))
        self.job("send", lambda it, p: it.send(sending, p))
        self.transfer(port, made[0])
        self.job("bug", _bug)
        self.job("list", lambda it, _: it.browse.contents(PAT))
        self.job("check", lambda it, p: it.check(p))
        desk.browser.reload()

    def look_at(self, doc_num: DocNum) -> None:
        self.job("tile", lambda it, _: it.pictures.tile(doc_num, 160))
        self.job("picture", lambda it, _: it.pictures.picture(doc_num))

    def materialise(self, doc_num: DocNum) -> None:
        self.job("materialise", lambda it, p: it.materialise(doc_num, p))

    def settings_of_a_day(self) -> None:
        """What the window keeps of its user."""
        lab = Destination(LAB, "sftp://127.0.0.1/in/", "front")
        kept = self.program.settings
        kept.save(replace(kept.load(), destinations=(lab,), theme="dark"))

    def transfer(self, port: int, doc_num: DocNum) -> None:
        """Send to ▸ Lab, whose server refuses: the row stays in the queue."""
        desk = self.program.window.desk
        assert desk is not None and desk.practice.transfers is not None
        transfers = desk.practice.transfers
        transfers.asking.asker = Agreeable()
        lab = Destination(LAB, f"sftp://127.0.0.1:{port}/in/", "front")
        transfers.send([SendChoice(doc_num, None, PAT)], lab, PASSWORD)
        self.until(lambda: not transfers.active)
        self.outcomes.append(f"transfer {transfers.rows[0].state.name}")

    def end(self) -> int:
        self.program.window.close()
        return self.program.run()


def _bug(_repository: Repository, _progress: JobProgress) -> None:
    name = f"{FIRST} {LAST}"
    nobody: dict[str, int] = {}
    try:
        nobody[name]
    except KeyError as error:
        raise ValueError(name, NOTE, PASSWORD) from error


def main(practice: str, port: str, pending: str, *files: str) -> int:
    day = Day(Path(practice))
    day.spend(int(port), list(files), [DocNum(int(one)) for one in pending.split(",")])
    code = day.end()
    print("\n".join(day.outcomes))
    return code


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
