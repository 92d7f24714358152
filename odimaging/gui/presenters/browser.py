"""The patient that is open: categories, what the grid shows of them, what is selected."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from odimaging.gui.presenters import items
from odimaging.gui.presenters.items import GridItem, Visit
from odimaging.gui.presenters.submit import Submit
from odimaging.gui.presenters.words import images, plural
from odimaging.jobs import Job, JobHandle, Lane
from odimaging.model.changes import Changes
from odimaging.model.definition import Definition, first_visible
from odimaging.model.errors import OdImagingError
from odimaging.model.ids import DefNum, PatNum
from odimaging.model.patient import Patient
from odimaging.repository.browse import PatientContents
from odimaging.repository.repository import Repository


class Place(Enum):
    """Rows of the tree that are no category."""

    ALL = auto()
    DELETED = auto()


Shown = Place | DefNum
"""What the grid shows: everything, the deleted items, or one category."""


class Part(Enum):
    """What of the presenter's state is different now."""

    PATIENT = auto()
    CONTENTS = auto()
    SHOWN = auto()
    SELECTION = auto()


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One row of the category tree."""

    shown: Shown
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A patient's contents with their tiles by what shows them, and the visits of all: made on a worker."""

    contents: PatientContents
    items: Mapping[Shown, tuple[GridItem, ...]]
    visits: tuple[Visit, ...]


def prepared(contents: PatientContents) -> Prepared:
    """Any thread: thousands of tiles would hold up the window."""
    names = {category.def_num: category.item_name for category in contents.categories}
    kept = [items.of_document(one, names.get(one.doc_category, "")) for one in contents.documents]
    for mount in contents.mounts:
        documents = contents.mount_documents.get(mount.mount_num, ())
        kept.append(items.of_mount(mount, documents, names.get(mount.doc_category, "")))
    by_category: dict[Shown, list[GridItem]] = {}
    for item in kept:
        by_category.setdefault(item.doc_category, []).append(item)
    found: dict[Shown, tuple[GridItem, ...]] = {
        shown: tuple(some) for shown, some in by_category.items()
    }
    found[Place.ALL] = tuple(kept)
    found[Place.DELETED] = tuple(
        items.of_shelved(entry, names.get(entry.doc_category, "")) for entry in contents.deleted
    )
    return Prepared(contents, found, items.by_visit(kept))


class BrowserPresenter:
    """State of the grid and the tree. ``changed(part)`` follows every change; ``failed`` tells what did not work."""

    def __init__(
        self,
        repository: Repository,
        submit: Submit,
        changed: Callable[[Part], None] = lambda _part: None,
        failed: Callable[[OdImagingError], None] = lambda _error: None,
    ) -> None:
        self._repository = repository
        self._submit = submit
        self.changed = changed
        self.failed = failed
        self.reached: Callable[[], None] = lambda: None
        """The patient's folder was looked into."""
        self._pat_num: PatNum | None = None
        self._wanted: frozenset[str] = frozenset()
        self._all: Mapping[Shown, tuple[GridItem, ...]] = {}
        self._visits_of_all: tuple[Visit, ...] = ()
        self._visible: tuple[GridItem, ...] = ()
        self._searchable: dict[str, str] = {}
        self._handle: JobHandle | None = None
        self.contents: PatientContents | None = None
        self.shown: Shown = Place.ALL
        self.filter_text = ""
        self.visits: tuple[Visit, ...] = ()
        self.selection: tuple[GridItem, ...] = ()
        self.hidden = 0
        """Items the filter hides."""

    @property
    def pat_num(self) -> PatNum | None:
        """Whose images are shown or on their way."""
        return self._pat_num

    @property
    def patient(self) -> Patient | None:
        """The open patient, once loaded."""
        return self.contents.patient if self.contents else None

    @property
    def loading(self) -> bool:
        """A patient was chosen and is not here yet."""
        return self._pat_num is not None and self.contents is None

    @property
    def visible(self) -> tuple[GridItem, ...]:
        """Everything in the grid, in its order."""
        return self._visible

    @property
    def count(self) -> int:
        """Items of the patient, deleted ones not counted."""
        return len(self._all.get(Place.ALL, ()))

    @property
    def import_category(self) -> DefNum | None:
        """Where something filed now goes: the shown category, else the first visible one."""
        if not isinstance(self.shown, Place) and self.category(self.shown):
            return self.shown
        default = first_visible(self.contents.categories) if self.contents else None
        return default.def_num if default else None

    @property
    def choices(self) -> tuple[Definition, ...]:
        """Categories something can be moved to."""
        if self.contents is None:
            return ()
        return tuple(category for category in self.contents.categories if not category.is_hidden)

    @property
    def read_only_reason(self) -> str:
        """Why nothing can be changed; '' if it can."""
        if self.contents is None or self.contents.can_edit:
            return ""
        return self.contents.read_only_reason or "This database can only be looked at."

    def category(self, shown: Shown) -> Definition | None:
        """The category of that number."""
        categories = self.contents.categories if self.contents else ()
        return next((category for category in categories if category.def_num == shown), None)

    def category_name(self, shown: Shown | None) -> str:
        """Its name; '' if there is none of that number."""
        category = self.category(shown) if shown is not None else None
        return category.item_name if category else ""

    def open_patient(self, pat_num: PatNum) -> None:
        """Show another patient: all images, newest first. Files found in the folder follow (decision 28)."""
        self.close()
        self._pat_num = pat_num
        self.changed(Part.PATIENT)
        self._load(pat_num)

    def close(self) -> None:
        """Nobody is open."""
        if self._handle is not None:
            self._handle.cancel()
        self._pat_num = None
        self.contents, self._all, self.visits = None, {}, ()
        self._visits_of_all, self._visible = (), ()
        self.shown, self.filter_text, self.hidden = Place.ALL, "", 0
        self._wanted, self.selection = frozenset(), ()
        self.changed(Part.PATIENT)

    def look_again(self) -> None:
        """Look into the patient's folder for files put there from outside; what is found is announced as a change."""
        pat_num = self._pat_num
        if pat_num is not None:
            self._submit(
                Job(
                    "look for new files",
                    Lane.STORE,
                    lambda progress: self._repository.import_folder(pat_num, progress),
                    key="discover",
                ),
                done=lambda _found: self.reached(),
                failed=self.failed,
            )

    def refresh(self, changes: Changes) -> None:
        """Somebody changed something: read it again if it is of this patient."""
        if self._pat_num is not None and self._pat_num in changes.patients:
            self._load(self._pat_num)

    def reload(self) -> None:
        """Read everything again."""
        if self._pat_num is not None:
            self._load(self._pat_num)

    def show(self, shown: Shown) -> None:
        """One category, everything, or the deleted items."""
        if shown != self.shown:
            self.shown = shown
            self._wanted, self.selection = frozenset(), ()
            self._arrange()
            self.changed(Part.SHOWN)
            self.changed(Part.SELECTION)

    def filter(self, text: str) -> None:
        """Show only items in which every word of ``text`` occurs; "tooth 14" is one word."""
        if text != self.filter_text:
            self.filter_text = text
            self._arrange()
            self.changed(Part.SHOWN)

    def select(self, keys: Iterable[str]) -> None:
        """What the grid says is selected."""
        wanted = frozenset(keys)
        if wanted != frozenset(item.key for item in self.selection):
            self._wanted = wanted
            self._reselect()

    def rows(self) -> tuple[CategoryRow, ...]:
        """The category tree. Hidden categories appear only while something lies in them."""
        if self.contents is None:
            return ()
        rows = [CategoryRow(Place.ALL, "All", self.count)]
        for category in self.contents.categories:
            count = len(self._all.get(category.def_num, ()))
            if count or not category.is_hidden:
                rows.append(CategoryRow(category.def_num, category.item_name, count))
        deleted = len(self._all.get(Place.DELETED, ()))
        return (*rows, CategoryRow(Place.DELETED, "Deleted items", deleted))

    def status(self) -> str:
        """``64 images · 3 selected``."""
        if self.contents is None:
            return ""
        shown = len(self._visible)
        words = [images(shown) if shown == self.count else f"{shown:,} of {images(self.count)}"]
        if self.shown is Place.DELETED:
            words = [f"{plural(shown, 'deleted item', 'deleted items')}"]
        if self.selection:
            words.append(f"{len(self.selection):,} selected")
        return " · ".join(words)

    def _load(self, pat_num: PatNum) -> None:
        self._handle = self._submit(
            Job(
                "read patient",
                Lane.DB,
                lambda _progress: prepared(self._repository.browse.contents(pat_num)),
                key="contents",
            ),
            done=self._on_loaded,
            failed=self._on_failed,
        )

    def _look_around(self) -> None:
        """Once the rows are here: to look through thousands of files would delay what is known already."""
        self.look_again()
        self._submit(  # what a stop left half done may be this patient's (contract §1.2)
            Job(
                "recovery",
                Lane.STORE,
                lambda progress: self._repository.recovery(progress),
                key="recovery",
                priority=5,
            )
        )

    def _on_failed(self, error: OdImagingError) -> None:
        if self.contents is None:
            self._pat_num = None
            self.changed(Part.PATIENT)
        self.failed(error)

    def _on_loaded(self, ready: Prepared) -> None:
        contents = ready.contents
        if contents.patient.pat_num != self._pat_num:
            return
        first = self.contents is None
        self.contents, self._all, self._visits_of_all = contents, ready.items, ready.visits
        self._searchable.clear()
        if not isinstance(self.shown, Place) and self.category(self.shown) is None:
            self.shown = Place.ALL
        self._arrange()
        self.changed(Part.PATIENT if first else Part.CONTENTS)
        self._reselect()
        if first:
            self._look_around()

    def _arrange(self) -> None:
        candidates, words = self._all.get(self.shown, ()), _words(self.filter_text)
        if not words and self.shown is Place.ALL:
            self.visits, self.hidden = self._visits_of_all, 0
        else:
            found = [item for item in candidates if self._matches(item, words)]
            self.hidden = len(candidates) - len(found)
            self.visits = items.by_visit(found)
        self._visible = tuple(item for visit in self.visits for item in visit.items)

    def _matches(self, item: GridItem, words: Sequence[str]) -> bool:
        if not words:
            return True
        text = self._searchable.get(item.key)
        if text is None:
            text = self._searchable[item.key] = items.searchable(item)
        return all(word in text for word in words)

    def _reselect(self) -> None:
        wanted = self._wanted
        self.selection = (
            tuple(item for item in self._visible if item.key in wanted) if wanted else ()
        )
        self.changed(Part.SELECTION)


def _words(text: str) -> list[str]:
    words: list[str] = []
    for word in items.folded(text).split():
        if words and words[-1] == "tooth" and word.isalnum():
            words[-1] = f"tooth {word} "
        else:
            words.append(word)
    return words
