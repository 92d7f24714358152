"""A process that is killed at a step of an operation, and the warm server that forks one for each case.

    python -m tests.killer        reads one JSON case a line from stdin, answers one JSON line each

A case names a practice, an operation and the number of the step at which the process kills itself. The child opens the
practice anew, as another workstation would, and tells what it has acknowledged and which steps it passed.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from odimaging import failpoints
from odimaging.db.engine import Database, open_database
from odimaging.model.ids import DefNum, DocNum, MountNum, OperationNumber, PatNum
from odimaging.repository.change_category import ChangeCategoryRequest
from odimaging.repository.delete import DeleteRequest
from odimaging.repository.import_file import ImportFileRequest, Pasted
from odimaging.repository.restore import RestoreRequest
from odimaging.repository.update import UpdateRequest
from odimaging.storage.atoz import LocalAtoZ
from odimaging.storage.sources import LocalSources
from tests.operations import KnowingDecoder, Operations, Ports

NEVER = 0


@dataclass(frozen=True)
class Case:
    """What a child does. ``kill_at``: the how manyth step it dies at; 0: it lives."""

    url: str
    password: str | None
    root: str
    operation: str
    kill_at: int = NEVER
    pat_num: int = 0
    doc_nums: Sequence[int] = ()
    mount_nums: Sequence[int] = ()
    operations: Sequence[str] = ()
    doc_category: int = 0
    sources: Sequence[str] = ()
    obstacle: str = ""
    """Put under a new document's name between row and publishing, as somebody else would."""


@dataclass(frozen=True)
class Answer:
    """``killed``: by its own hand. ``passed``: the steps, in order. ``said``: what it acknowledged."""

    killed: bool
    status: int
    passed: list[str] = field(default_factory=list)
    said: list[Any] = field(default_factory=list)
    error: str = ""


@contextmanager
def opened(case: Case) -> Iterator[tuple[Database, Operations]]:
    """The practice, as a workstation opens it; what is unfinished is dealt with at once."""
    database = open_database(case.url, case.password, comp_name="KILLER")
    try:
        store = LocalAtoZ(case.root, pinned_share_id=None)
        ports = Ports(
            database.unit_of_work,
            store,
            database.locks,
            LocalSources(),
            KnowingDecoder(),
            unfinished_after_s=0.0,
        )
        yield database, Operations(ports)
    finally:
        database.close()


class _Child:
    """Runs a case and writes what happens, line by line: what it wrote survives it."""

    def __init__(self, case: Case, out: int) -> None:
        self.case = case
        self._out = out
        self._steps = 0

    def tell(self, kind: str, value: Any) -> None:
        os.write(self._out, json.dumps([kind, value]).encode() + b"\n")

    def run(self) -> None:
        with opened(self.case) as (database, operations):
            self._database = database
            failpoints.arm(self._passed)
            self.tell("said", OPERATIONS[self.case.operation](operations, self.case, self.tell))

    def _passed(self, name: str) -> None:
        self._steps += 1
        self.tell("passed", name)
        if name == "import.committed" and self.case.obstacle:
            self._obstruct()
        if self._steps == self.case.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def _obstruct(self) -> None:
        with self._database.unit_of_work() as work:
            folder = work.patients.get(PatNum(self.case.pat_num)).image_folder
            names = work.documents.file_names(PatNum(self.case.pat_num))
        (name,) = names
        target = Path(self.case.root) / folder[0].upper() / folder / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(self.case.obstacle.encode())


Tell = Callable[[str, Any], None]


def _import(operations: Operations, case: Case, tell: Tell) -> str:
    for text in case.sources:
        request = ImportFileRequest(PatNum(case.pat_num), Pasted("picture.png", text.encode()))
        document = operations.import_file(request).document
        tell("said", {"imported": document.doc_num, "content": text})
    return "done"


def _delete(operations: Operations, case: Case, _tell: Tell) -> Any:
    result = operations.delete(DeleteRequest(tuple(map(DocNum, case.doc_nums))))
    return {"deleted": [one.doc_num for one in result.deleted], "failed": len(result.failures)}


def _restore(operations: Operations, case: Case, _tell: Tell) -> Any:
    result = operations.restore(RestoreRequest(tuple(map(OperationNumber, case.operations))))
    return {"restored": [one.doc_num for one in result.documents], "failed": len(result.failures)}


def _change_category(operations: Operations, case: Case, _tell: Tell) -> Any:
    result = operations.change_category(
        ChangeCategoryRequest(
            tuple(map(DocNum, case.doc_nums)),
            tuple(map(MountNum, case.mount_nums)),
            DefNum(case.doc_category),
        )
    )
    moved = [*result.documents_before, *result.mounts_before]
    return {"moved": moved, "failed": len(result.failures)}


def _materialise(operations: Operations, case: Case, _tell: Tell) -> Any:
    (doc_num,) = case.doc_nums
    return {"materialised": operations.materialise(DocNum(doc_num)).document.doc_num}


def _discover(operations: Operations, case: Case, _tell: Tell) -> Any:
    return {"found": list(operations.import_folder(PatNum(case.pat_num)).doc_nums)}


def _update(operations: Operations, case: Case, _tell: Tell) -> Any:
    (doc_num,) = case.doc_nums
    request = UpdateRequest(DocNum(doc_num), {"description": "after", "degrees_rotated": 90.0})
    return {"updated": operations.update(request).after.doc_num}


def _recover(operations: Operations, _case: Case, _tell: Tell) -> Any:
    report = operations.recovery()
    names = ("finished", "undone", "shelved", "missing", "busy")
    return {name: getattr(report, name) for name in names}


OPERATIONS: dict[str, Callable[[Operations, Case, Tell], Any]] = {
    "import": _import,
    "delete": _delete,
    "restore": _restore,
    "change_category": _change_category,
    "materialise": _materialise,
    "discover": _discover,
    "update": _update,
    "recover": _recover,
}


# ---------------------------------------------------------------- the server


def serve() -> None:
    """Fork a child a line. This process opens nothing, so that its children inherit nothing."""
    for line in sys.stdin:
        print(json.dumps(asdict(_forked(Case(**json.loads(line))))), flush=True)


def _forked(case: Case) -> Answer:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os._exit(_run(case, writing))
    os.close(writing)
    with os.fdopen(reading) as lines:
        told = [json.loads(line) for line in lines]
    _, status = os.waitpid(child, 0)
    error = next((value for kind, value in told if kind == "error"), "")
    passed = [value for kind, value in told if kind == "passed"]
    said = [value for kind, value in told if kind == "said"]
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return Answer(killed, status, passed, said, error)


def _run(case: Case, writing: int) -> int:
    child = _Child(case, writing)
    try:
        child.run()
    except BaseException as error:  # noqa: BLE001 the parent is told, and the child ends
        child.tell("error", f"{type(error).__name__}: {error} {getattr(error, 'detail', '')}")
        return 1
    return 0


class Killer:
    """The server, from the test's side."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.killer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.children = 0
        self.kills = 0

    def run(self, case: Case) -> Answer:
        """Raises AssertionError if the child neither came to its end nor killed itself."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(case)) + "\n")
        self._process.stdin.flush()
        answer = Answer(**json.loads(self._process.stdout.readline()))
        self.children += 1
        self.kills += answer.killed
        assert not answer.error, answer.error
        assert answer.killed == (case.kill_at != NEVER), answer
        return answer

    def close(self) -> None:
        """End the server."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)


if __name__ == "__main__":
    serve()
