"""The one place that joins root, letter, patient folder and file name to a path, for reading too (contract P1).

Rows are input: ``ImageFolder`` and ``FileName`` may have been written by anybody. A name that cannot be used raises
`InvalidField`; the stores answer "not there" to readers and refuse before the row step to writers.
"""

import os
import stat
from pathlib import Path

from odimaging.model.errors import InvalidField
from odimaging.model.naming import is_storable, letter_folder

_REPARSE_POINT = 0x400
"""Windows' FILE_ATTRIBUTE_REPARSE_POINT: a link, a junction, or a file kept elsewhere."""

THUMBNAILS = "Thumbnails"
"""Open Dental's folder of thumbnails within a patient folder (facts §5.2)."""


def patient_folder(root: str, folder: str) -> Path:
    """Root / first letter / ImageFolder, inside the root. It need not exist."""
    return _inside(root, *_folder_parts(folder))


def live_file(root: str, folder: str, name: str) -> Path:
    """A document's file."""
    return _inside(root, *_folder_parts(folder), _checked(name))


def thumbnail_file(root: str, folder: str, name: str) -> Path:
    """A document's thumbnail: the same name in `THUMBNAILS`."""
    return _inside(root, *_folder_parts(folder), THUMBNAILS, _checked(name))


def shown_path(root: str, folder: str, name: str) -> str:
    """As API Documents' filePath: links not resolved, with this system's separators."""
    return str(Path(root, *_folder_parts(folder), _checked(name)))


def require_folder_name(folder: str) -> str:
    """An ImageFolder that can be used; `.odimaging` and its like are none."""
    if not is_storable(folder) or folder.startswith("."):
        raise InvalidField("The image folder of this patient has a name that cannot be used.")
    return folder


def _folder_parts(folder: str) -> tuple[str, str]:
    return letter_folder(require_folder_name(folder)), folder


def _checked(name: str) -> str:
    if not is_storable(name):
        raise InvalidField("This file name cannot be used.")
    return name


def _inside(root: str, *parts: str) -> Path:
    """Names that were checked can only leave the root through a link; one that does is refused."""
    path = Path(root)
    for part in parts:
        path /= part
        if _may_be_link(path):
            return _resolved(root, Path(root, *parts))
    return path


def _may_be_link(path: Path) -> bool:
    """Also Windows' junctions. What is not there leads nowhere."""
    try:
        found = path.lstat()
    except OSError:
        return False
    attributes = getattr(found, "st_file_attributes", 0)
    return stat.S_ISLNK(found.st_mode) or bool(attributes & _REPARSE_POINT)


def _resolved(root: str, path: Path) -> Path:
    # Only for paths with links: on Windows, resolving a file that appears meanwhile answers in another notation.
    real, real_root = os.path.realpath(path), os.path.realpath(root)
    if not Path(real).is_relative_to(real_root):
        raise InvalidField("This file lies outside the image folder.")
    return Path(real)
