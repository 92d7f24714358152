"""The image root: making one, and finding an office's (facts §2.1)."""

import string
from pathlib import Path

from odimaging.model.errors import StoreUnavailable
from odimaging.storage import files, foreign_errors
from odimaging.storage.side_store import NAME, create_side_store


def create_root(root: str) -> str:
    """Make a root, or complete an existing one: folders A to Z where there is no ``A``, and ``.odimaging``.

    Returns the share-id to pin, the old one if there was one. Raises StoreError.
    """
    folder = Path(root)
    if not root.strip():
        raise StoreUnavailable("No image folder is set.")
    with foreign_errors.translated():
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "A").is_dir():
            for letter in string.ascii_uppercase:
                files.make_folder(folder / letter)
        return create_side_store(folder)


def adopt_root(root: str) -> str:
    """First contact with a root others made: only ``.odimaging`` is added. Returns the share-id to pin.

    Raises StoreUnavailable where there is no folder ``A``: an unmounted share is an empty folder, not a new root.
    """
    with foreign_errors.translated():
        if not root.strip() or not (Path(root) / "A").is_dir():
            raise StoreUnavailable(
                "The image folder cannot be reached, or it is not one: it has no folder A."
            )
        return create_side_store(Path(root))


def find_root(doc_path: str, computer_path: str | None = None) -> str | None:
    """This workstation's own path, unchecked; else the first of ``DocPath``'s, split at ``;``, with a folder ``A``."""
    if computer_path and computer_path.strip():
        return computer_path.strip()
    candidates = [piece.strip() for piece in doc_path.split(";")]
    return next((one for one in candidates if one and (Path(one) / "A").is_dir()), None)


def other_volumes(root: str) -> tuple[str, ...]:
    """Letter folders that lie on another volume than ``.odimaging``: there nothing can be deleted or moved."""
    with foreign_errors.translated():
        here = (Path(root) / NAME).stat().st_dev
        letters = [one for one in Path(root).iterdir() if len(one.name) == 1 and one.is_dir()]
        return tuple(sorted(one.name for one in letters if one.stat().st_dev != here))
