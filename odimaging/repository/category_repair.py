"""Documents in a category that is none, and images that a stop left out of their mount's category (facts §3.4, §9.5)."""

from collections.abc import Sequence

from odimaging.model.changes import Changes
from odimaging.model.definition import first_visible
from odimaging.model.document import Document
from odimaging.model.ids import DefNum, DocNum, MountItemNum, MountNum, PatNum
from odimaging.model.mount import Mount
from odimaging.model.ports import UnitOfWork


def repair_categories(work: UnitOfWork, pat_num: PatNum, documents: Sequence[Document]) -> Changes:
    """Bring them to the first visible category, or to their mount's; commits if anything changed."""
    categories = work.definitions.image_categories()
    first = first_visible(categories)
    if first is None:
        return Changes()
    valid = {category.def_num for category in categories}
    mounts = _repaired_mounts(work, pat_num, first.def_num)
    in_mounts = _mount_categories(work, pat_num) if any(d.mount_item_num for d in documents) else {}
    moved: list[DocNum] = []
    for document in documents:
        wanted = in_mounts.get(document.mount_item_num, document.doc_category)
        wanted = wanted if wanted in valid else first.def_num
        old = {"doc_category": document.doc_category}
        if wanted != document.doc_category and work.documents.update(
            document.doc_num, {"doc_category": wanted}, old
        ):
            moved.append(document.doc_num)
    if not moved and not mounts:
        return Changes()
    work.commit()
    return Changes(frozenset({pat_num}), frozenset(moved), frozenset(mounts))


def _repaired_mounts(work: UnitOfWork, pat_num: PatNum, first: DefNum) -> list[MountNum]:
    """Open Dental repairs mounts only where the number is negative."""
    broken: list[Mount] = [one for one in work.mounts.of_patient(pat_num) if one.doc_category < 0]
    for mount in broken:
        work.mounts.set_category(mount.mount_num, first, mount.doc_category)
    return [mount.mount_num for mount in broken]


def _mount_categories(work: UnitOfWork, pat_num: PatNum) -> dict[MountItemNum, DefNum]:
    return {
        item.mount_item_num: mount.doc_category
        for mount in work.mounts.of_patient(pat_num)
        for item in work.mounts.items(mount.mount_num)
    }
