"""Every operation is killed at every step, on SQLite, InnoDB and MyISAM: nothing is lost, twice or half there.

Each scenario runs once unharmed and tells its steps. Then, in the same practice, it is killed at each of them in turn;
a fresh process recovers; the invariants I1 to I8 of the reliability contract are looked at over the whole practice.
"""

import base64
import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from odimaging import failpoints
from odimaging.db.engine import Database
from odimaging.model.document import Document
from odimaging.model.errors import DatabaseError
from odimaging.model.ids import DefNum, DocNum, MountItemNum, MountNum, PatNum
from odimaging.model.mount import Mount, MountItem
from odimaging.model.patient import Patient
from odimaging.model.ports import Place
from odimaging.repository.delete import DeleteRequest
from odimaging.repository.import_file import ImportFileRequest, Pasted
from odimaging.repository.recovery import RecoveryReport
from odimaging.storage.root import create_root
from tests.killer import NEVER, OPERATIONS, Answer, Case, Killer, opened
from tests.operations import Operations
from tests.servers.mariadb import PracticeDatabase
from tests.servers.proxy import proxy

pytestmark = pytest.mark.timeout(300)

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    server = Killer()
    yield server
    print(f"\n{server.children} processes, {server.kills} killed")
    server.close()


@dataclass
class Setup:
    """A patient ready for the operation: what exists, and what a child is to do."""

    case: Case
    contents: Counter[str]
    """SHA-256 of everything that must not get lost."""
    new: Counter[str]
    """SHA-256 of what the operation may add, each at most this often."""
    rows: tuple[int, int]
    """Documents of the patient before and after."""


class Site:
    """One practice on this computer, kept for all cases of a scenario."""

    def __init__(self, database: PracticeDatabase, root: Path, killer: Killer) -> None:
        self.case = Case(database.url, database.password, str(root), "recover")
        self.root = root
        self.kind = database.kind
        self.killer = killer
        self.missing: set[int] = set()
        """Documents whose file a scenario has taken away."""
        create_root(str(root))
        self._context = opened(self.case)
        self.database: Database
        self.operations: Operations
        self.database, self.operations = self._context.__enter__()

    def close(self) -> None:
        self._context.__exit__(None, None, None)

    # ------------------------------------------------ making

    def patient(self) -> PatNum:
        number = next(_numbers)
        with self.database.unit_of_work() as work:
            pat_num = work.seed.patient(Patient(PatNum(0), f"O'Kill{number}", "Zoë"))
            work.commit()
        return pat_num

    def filed(self, pat_num: PatNum, text: str) -> Document:
        request = ImportFileRequest(pat_num, Pasted("picture.png", text.encode()))
        return self.operations.import_file(request).document

    def categories(self) -> tuple[DefNum, ...]:
        with self.database.unit_of_work() as work:
            return tuple(one.def_num for one in work.definitions.image_categories())

    def insert(self, pat_num: PatNum, **fields: Any) -> DocNum:
        with self.database.unit_of_work() as work:
            document = Document(DocNum(0), pat_num, self.categories()[0], work.now())
            doc_num = work.documents.insert(replace(document, **fields))
            work.commit()
        return doc_num

    def drop(self, pat_num: PatNum, name: str, text: str) -> None:
        """Somebody puts a file into the patient's folder."""
        self.filed(pat_num, f"first of {pat_num}")
        folder = self.folder(pat_num)
        (self.root / folder[0].upper() / folder / name).write_bytes(text.encode())

    def folder(self, pat_num: PatNum) -> str:
        with self.database.unit_of_work() as work:
            return work.patients.get(pat_num).image_folder

    # ------------------------------------------------ looking

    def documents(self, pat_num: PatNum) -> tuple[Document, ...]:
        with self.database.unit_of_work() as work:
            return work.documents.of_patient(pat_num)

    def contents(self, pat_num: PatNum) -> Counter[str]:
        """Hashes of the patient's live files, shelf and pending notes."""
        store = self.operations.filing.store
        found: Counter[str] = Counter()
        folder = self.folder(pat_num)
        if folder:
            for file in store.new_files(folder):
                with store.open(Place(folder, file.file_name)) as stream:
                    found[hashlib.sha256(stream.read()).hexdigest()] += 1
        for entry in store.shelf(pat_num):
            (path,) = (self.root / ".odimaging" / "shelf").glob(f"{entry.operation}.*[!n]")
            if entry.extension != ".nofile":
                found[hashlib.sha256(path.read_bytes()).hexdigest()] += 1
        for document in self.documents(pat_num):
            if document.pending:
                with self.database.unit_of_work() as work:
                    note = work.documents.get(document.doc_num).note
                found[hashlib.sha256(note.encode()).hexdigest()] += 1
        return found

    def everything(self, pat_num: PatNum) -> str:
        """A hash of where every row and file is, and of all the patient's rows."""
        digest = hashlib.sha256()
        for path in sorted(self.root.rglob("*")):
            if path.is_file():
                stat = path.stat()
                digest.update(f"{path} {stat.st_ino} {stat.st_size} {stat.st_mtime_ns}".encode())
        with self.database.unit_of_work() as work:
            digest.update(repr(list(work.documents.places())).encode())
            for document in work.documents.of_patient(pat_num):
                digest.update(repr(work.documents.snapshot(document.doc_num)).encode())
        return digest.hexdigest()

    # ------------------------------------------------ recovering

    def recover(self, kill_at: int = NEVER) -> Answer:
        return self.killer.run(replace(self.case, kill_at=kill_at))

    def recovered(self) -> None:
        """By this process, which shares nothing with the dead one, until its lock is freed: the server must notice."""
        for _ in range(200):
            if not self.operations.recovery().busy:
                return
        pytest.fail("a lock outlived its process")


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# ---------------------------------------------------------------- scenarios


def importing(site: Site) -> Setup:
    pat_num = site.patient()
    texts = [f"one of {pat_num}", f"two of {pat_num}"]
    case = replace(site.case, operation="import", pat_num=pat_num, sources=texts)
    return Setup(case, Counter(), Counter(map(sha, texts)), (0, 2))


def importing_under_a_taken_name(site: Site) -> Setup:
    setup = importing(site)
    (text, _) = setup.case.sources
    case = replace(setup.case, sources=[text], obstacle="somebody else's")
    return Setup(case, Counter(), Counter([sha(text), sha("somebody else's")]), (0, 1))


def deleting(site: Site) -> Setup:
    pat_num = site.patient()
    document = site.filed(pat_num, f"file of {pat_num}")
    case = replace(site.case, operation="delete", pat_num=pat_num, doc_nums=[document.doc_num])
    return Setup(case, site.contents(pat_num), Counter(), (1, 0))


def deleting_without_a_file(site: Site) -> Setup:
    setup = deleting(site)
    pat_num = PatNum(setup.case.pat_num)
    (document,) = site.documents(pat_num)
    folder = site.folder(pat_num)
    (site.root / folder[0].upper() / folder / document.file_name).unlink()
    site.missing.add(document.doc_num)
    return replace(setup, contents=Counter())


def restoring(site: Site) -> Setup:
    setup = deleting(site)
    (deleted,) = site.operations.delete(DeleteRequest(tuple(setup.case.doc_nums))).deleted  # type: ignore[arg-type]  # plain numbers of a case
    assert deleted.operation is not None
    case = replace(setup.case, operation="restore", doc_nums=[], operations=[deleted.operation])
    return Setup(case, setup.contents, Counter(), (0, 1))


def restoring_anothers(site: Site) -> Setup:
    """A row with another system's id carries no token."""
    setup = deleting(site)
    (doc_num,) = setup.case.doc_nums
    with site.database.unit_of_work() as work:
        values = {"external_guid": "xv-1", "external_source": "XVWeb"}
        work.documents.update(DocNum(doc_num), values)
        work.commit()
    (deleted,) = site.operations.delete(DeleteRequest((DocNum(doc_num),))).deleted
    assert deleted.operation is not None
    case = replace(setup.case, operation="restore", doc_nums=[], operations=[deleted.operation])
    return Setup(case, setup.contents, Counter(), (0, 1))


def moving(site: Site) -> Setup:
    setup = deleting(site)
    case = replace(setup.case, operation="change_category", doc_category=site.categories()[3])
    return Setup(case, setup.contents, Counter(), (1, 1))


def moving_a_mount(site: Site) -> Setup:
    pat_num = site.patient()
    with site.database.unit_of_work() as work:
        mount = Mount(MountNum(0), pat_num, site.categories()[0], work.now(), width=9, height=9)
        boxes = [MountItem(MountItemNum(0), MountNum(0), x, 0, 3, 3, x + 1) for x in range(2)]
        mount_num, items = work.mounts.insert(mount, boxes)
        work.commit()
    for item in items:
        document = site.filed(pat_num, f"{item} of {pat_num}")
        with site.database.unit_of_work() as work:
            work.documents.update(document.doc_num, {"mount_item_num": item})
            work.commit()
    case = replace(
        site.case,
        operation="change_category",
        pat_num=pat_num,
        mount_nums=[mount_num],
        doc_category=site.categories()[3],
    )
    return Setup(case, site.contents(pat_num), Counter(), (2, 2))


def editing(site: Site) -> Setup:
    setup = deleting(site)
    return replace(setup, case=replace(setup.case, operation="update"), rows=(1, 1))


def materialising(site: Site, **fields: str) -> Setup:
    pat_num = site.patient()
    text = f"payload of {pat_num}"
    note = f"_rawBase64_:.png_{base64.b64encode(text.encode()).decode()}"
    doc_num = site.insert(pat_num, file_name="x", note=note, **fields)
    case = replace(site.case, operation="materialise", pat_num=pat_num, doc_nums=[doc_num])
    return Setup(case, Counter(), Counter([sha(note), sha(text)]), (1, 1))


def materialising_anothers(site: Site) -> Setup:
    return materialising(site, external_guid="xv-2", external_source="XVWeb")


def discovering(site: Site, name: str = "from outside.png") -> Setup:
    pat_num = site.patient()
    site.drop(pat_num, name, f"{name} of {pat_num}")
    case = replace(site.case, operation="discover", pat_num=pat_num)
    return Setup(case, site.contents(pat_num), Counter(), (1, 2))


def discovering_with_a_prefix(site: Site) -> Setup:
    return discovering(site, f"_{site.categories()[2]}_outside.png")


def discovering_a_bare_prefix(site: Site) -> Setup:
    return discovering(site, f"_{site.categories()[2]}_.png")


SCENARIOS: dict[str, Callable[[Site], Setup]] = {
    scenario.__name__: scenario
    for scenario in (
        importing,
        importing_under_a_taken_name,
        deleting,
        deleting_without_a_file,
        restoring,
        restoring_anothers,
        moving,
        moving_a_mount,
        editing,
        materialising,
        materialising_anothers,
        discovering,
        discovering_with_a_prefix,
        discovering_a_bare_prefix,
    )
}


# ---------------------------------------------------------------- the invariants


def require_whole(site: Site, setup: Setup, answer: Answer) -> None:
    """I1 to I8 after recovery; what was acknowledged is there; a second recovery changes nothing."""
    pat_num = PatNum(setup.case.pat_num)
    if setup.case.obstacle or setup.case.operation == "discover" or setup.case.mount_nums:
        site.operations.import_folder(pat_num)  # what came from outside; a mount and its images
    _require_mounts_whole(site, pat_num)
    findings = {one for one in site.operations.check().findings if one.doc_num not in site.missing}
    assert findings == set(), answer.passed
    found = site.contents(pat_num)
    assert setup.contents <= found, "lost"
    assert found <= setup.contents + setup.new, "a stranger, or something twice"
    documents = site.documents(pat_num)
    extra = 1 if setup.case.obstacle else 0
    assert min(setup.rows) <= len(documents) <= max(setup.rows) + extra, "rows"
    _require_acknowledged(site, answer)
    for document in documents:
        assert document.external_guid in ("", "xv-1", "xv-2")
    before = site.everything(pat_num)
    assert site.operations.recovery() == RecoveryReport()
    assert site.everything(pat_num) == before


def _require_mounts_whole(site: Site, pat_num: PatNum) -> None:
    contents = site.operations.browse.contents(pat_num)
    for mount in contents.mounts:
        inside = {one.doc_category for one in contents.mount_documents[mount.mount_num]}
        assert inside == {mount.doc_category}


def _require_acknowledged(site: Site, answer: Answer) -> None:
    for said in answer.said:
        if isinstance(said, dict) and "imported" in said:
            with site.database.unit_of_work() as work:
                document = work.documents.get(DocNum(said["imported"]))
                place = site.operations.filing.place(work, document)
            with site.operations.filing.store.open(place) as stream:
                assert stream.read().decode() == said["content"]


def require_done(site: Site, setup: Setup) -> None:
    """After an unharmed run."""
    count = len(site.documents(PatNum(setup.case.pat_num)))
    assert count == setup.rows[1] + (1 if setup.case.obstacle else 0)


@pytest.fixture
def site(practice_database: PracticeDatabase, tmp_path: Path, killer: Killer) -> Iterator[Site]:
    made = Site(practice_database, tmp_path / "images", killer)
    yield made
    made.close()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_at_every_step(site: Site, scenario: str) -> None:
    setup = SCENARIOS[scenario](site)
    unharmed = site.killer.run(setup.case)
    require_whole(site, setup, unharmed)
    require_done(site, setup)
    assert unharmed.passed
    for step in range(1, len(unharmed.passed) + 1):
        setup = SCENARIOS[scenario](site)
        answer = site.killer.run(replace(setup.case, kill_at=step))
        site.recovered()
        require_whole(site, setup, answer)


RECOVERED = {
    "importing": ["import.staged", "import.inserted", "import.committed", "finish.published"],
    "importing_under_a_taken_name": ["import.committed"],
    "deleting": ["out.parked", "out.deleted", "out.committed", "out.shelved"],
    "deleting_without_a_file": ["out.parked", "out.committed"],
    "restoring": ["restore.staged", "restore.inserted", "restore.committed", "finish.published"],
    "restoring_anothers": ["restore.committed"],
    "materialising": ["materialise.updated", "materialise.committed"],
    "materialising_anothers": ["materialise.staged", "materialise.committed"],
    "discovering_with_a_prefix": ["prefixed.parked", "prefixed.committed"],
}
"""Where to kill first, so that recovery has each of its ways to go."""


@pytest.mark.parametrize("scenario", RECOVERED)
def test_recovery_killed_at_every_step(site: Site, scenario: str) -> None:
    setup = SCENARIOS[scenario](site)
    unharmed = site.killer.run(setup.case)
    require_whole(site, setup, unharmed)
    steps = unharmed.passed
    # Recovery's own ways do not depend on the database: all of them on the fastest, the last one on each.
    everywhere = RECOVERED[scenario][-1:]
    for first in RECOVERED[scenario] if site.kind == "sqlite" else everywhere:
        kill_at = steps.index(first) + 1
        for step in itertools.count(1):
            setup = SCENARIOS[scenario](site)
            answer = site.killer.run(replace(setup.case, kill_at=kill_at))
            killed = _killed_in_recovery(site, step)
            site.recovered()
            require_whole(site, setup, answer)
            if not killed:
                break


def _killed_in_recovery(site: Site, step: int) -> bool:
    """False once recovery has fewer steps than that: then it came to its end."""
    case = replace(site.case, kill_at=step)
    try:
        return site.killer.run(case).killed
    except AssertionError:
        return False


QUERY = b"\x03"
"""The protocol's COM_QUERY: what is set up for a connection speaks of READ COMMITTED too."""


@pytest.mark.mariadb
@pytest.mark.parametrize("kind", ["innodb", "myisam"])
@pytest.mark.parametrize(
    "scenario",
    ["importing", "deleting", "restoring", "moving", "materialising", "discovering_with_a_prefix"],
)
def test_the_answer_to_commit_is_lost(
    make_practice_database: Callable[[str], PracticeDatabase],
    tmp_path: Path,
    killer: Killer,
    scenario: str,
    kind: str,
) -> None:
    """Fault 10: the commit arrives, its answer does not; the token or the row decides, and nothing is there twice."""
    practice = make_practice_database(kind)
    assert practice.server is not None
    site = Site(practice, tmp_path / "images", killer)
    try:
        setup = SCENARIOS[scenario](site)
        with proxy(practice.server.port) as line:
            url = practice.url.replace(f":{practice.server.port}/", f":{line.port}/")
            case = replace(setup.case, url=url)
            with opened(case) as (_, operations):
                line.cut_after(QUERY + b"COMMIT")
                with suppress(DatabaseError):
                    OPERATIONS[case.operation](operations, case, lambda _kind, _value: None)
        site.recovered()
        require_whole(site, setup, Answer(False, 0))
        if scenario != "importing":  # there the second file may not have been tried any more
            require_done(site, setup)
    finally:
        site.close()


ELSEWHERE = {
    "store.linked": "a file system without a rename that refuses to replace: tests/unit/storage",
    "store.reserved": "one without links either: tests/unit/storage",
    "store.carried": "a patient folder on another volume: tests/unit/storage",
}


def test_every_failpoint_is_reached(
    make_practice_database: Callable[[str], PracticeDatabase], tmp_path: Path, killer: Killer
) -> None:
    site = Site(make_practice_database("sqlite"), tmp_path / "images", killer)
    reached: set[str] = set()
    try:
        for scenario in SCENARIOS.values():
            reached.update(killer.run(scenario(site).case).passed)
        for name, steps in RECOVERED.items():
            passed = killer.run(SCENARIOS[name](site).case).passed
            for first in steps:
                setup = SCENARIOS[name](site)
                killer.run(replace(setup.case, kill_at=passed.index(first) + 1))
                reached.update(site.recover().passed)
    finally:
        site.close()
    declared = {name for name in failpoints.FAILPOINTS if not name.startswith("send.")}
    assert declared - reached - ELSEWHERE.keys() == set()
    assert reached <= declared
    assert not reached & ELSEWHERE.keys()
