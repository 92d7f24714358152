"""Names of patient folders and files (facts §2.2, §2.3, §3; reliability contract P1 and P2). Pure: no disk is asked.

Joining names to a path does not belong here but in `storage.paths`; whether a name is free is the caller's ``taken``.
"""

import re
import unicodedata
from collections.abc import Container

from odimaging.model.ids import DefNum, DocNum
from odimaging.model.patient import Patient

MAX_CHARACTERS = 120
"""Of a name this program makes (P2)."""

MAX_BYTES = 200
"""The same in UTF-8: file systems stop at 255, and ``x`` or a temporary ending may still be added."""

_MAX_STORED_UNITS = 255
_MAX_EXTENSION = 20
_MAX_FOLDER = 100
_MAX_NUMBER = 2**63 - 1

_PREFIX = re.compile(r"_([0-9]*)_")
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f-\x9f]')
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, bidi and zero-width characters, lone surrogates, line separators."""

_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"]
    + [f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"]
)
_SHELL_FILES = frozenset({"thumbs.db", "desktop.ini"})


def letters(text: str) -> str:
    """The Unicode letters of a text, anything else removed.

    Letters beyond the basic plane go too: Open Dental sees them as two surrogates, and a utf8mb3 column cannot hold them.
    """
    return "".join(char for char in text if char.isalpha() and ord(char) < 0x10000)


def image_folder_name(patient: Patient) -> str:
    """The ImageFolder a patient without one is given: letters of the name, then PatNum (facts §2.2)."""
    number = str(patient.pat_num)
    return _no_device(
        _cut(letters(patient.lname + patient.fname)[: _MAX_FOLDER - len(number)], number)
    )


def letter_folder(folder: str) -> str:
    """The folder's first character, upper case; '' for ''. A letter without a single capital stays as it is (``ß``)."""
    capital = folder[:1].upper()
    return capital if len(capital) == 1 else folder[:1]


def generated_name(lname: str, fname: str, doc_num: DocNum, extension: str) -> str:
    """Letters of the name, DocNum, extension with its case kept (facts §2.3)."""
    return _no_device(_cut(letters(lname + fname), f"{doc_num}{extension}"))


def next_free(name: str, taken: Container[str]) -> str:
    """``name`` with as many ``x`` in front as it takes; compared exactly, case and all."""
    while name in taken:
        name = f"x{name}"
    return name


def pending_name(taken: Container[str]) -> str:
    """``x``, ``xx``, ``xxx`` …: the first the patient does not have (decision 7)."""
    return next_free("x", taken)


def category_prefix(name: str) -> tuple[DefNum | None, str]:
    """``_135_a.png`` → (135, ``a.png``); ``__a.png`` → (0, ``a.png``) (facts §3.2).

    No prefix: (None, ``name``). A prefix whose number fits no key: (None, the rest), so compare the rest with the name.
    """
    match = _PREFIX.match(name)
    if match is None:
        return None, name
    digits = match[1].lstrip("0") or "0"
    fits = len(digits) <= len(str(_MAX_NUMBER)) and int(digits) <= _MAX_NUMBER
    return DefNum(int(digits)) if fits else None, name[match.end() :]


def is_hidden_name(name: str) -> bool:
    """Whether discovery passes it by: a leading dot, or ``thumbs.db`` in any case at its end (facts §3.1)."""
    return name.startswith(".") or name.lower().endswith("thumbs.db")


def safe_name(foreign: str, fallback_extension: str) -> str:
    """A foreign file name made fit for every file system and for a utf8mb3 column (P2), with an extension.

    ``fallback_extension`` is foreign too: what is no plain extension adds none.

    Only the part after the last separator counts. At most 120 characters, the extension kept; never empty, never
    with a leading dot, never a Windows device.
    """
    stem, extension = _split(_clean(_last_part(foreign.rstrip("/\\"))))
    _, fallback = _split(_clean(_last_part(fallback_extension)))
    return _no_device(_cut(stem or "file", extension or fallback))


def is_storable(name: str) -> bool:
    """Whether a folder or file name can be used as it is (P1).

    Rows are input too: no separator, ``..``, colon, NUL, control, surrogate, device name, or dot or blank at the end;
    at most 255 UTF-16 units, Windows' limit. A file system with a narrower one refuses by itself.
    """
    return (
        bool(name)
        and not any(char in "/\\:" or unicodedata.category(char) in ("Cc", "Cs") for char in name)
        and name[-1] not in ". "
        and not _is_device(name)
        and sum(1 + (ord(char) > 0xFFFF) for char in name) <= _MAX_STORED_UNITS
    )


def _last_part(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]


def _clean(name: str) -> str:
    seen = "".join(
        char for char in name if unicodedata.category(char) not in _UNSEEN and ord(char) < 0x10000
    )
    return unicodedata.normalize("NFC", _FORBIDDEN.sub("_", seen)).strip().rstrip(". ")


def _split(name: str) -> tuple[str, str]:
    """Stem without leading dots, and extension with its dot: ``.jpg`` is all extension."""
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > _MAX_EXTENSION:
        stem, extension = name, ""
    return stem.strip(". "), f".{extension}" if extension else ""


def _cut(stem: str, ending: str) -> str:
    """Both together within the limits; the stem gives way."""
    stem = stem[: max(0, MAX_CHARACTERS - len(ending))]
    while stem and len(f"{stem}{ending}".encode()) > MAX_BYTES:
        stem = stem[:-1]
    return f"{stem.rstrip('. ')}{ending}"


def _is_device(name: str) -> bool:
    return name.partition(".")[0].rstrip().lower() in _DEVICES


def _no_device(name: str) -> str:
    """``COM1.jpg`` opens a serial port on Windows; Explorer overwrites ``Thumbs.db``."""
    return f"x{name}" if _is_device(name) or name.lower() in _SHELL_FILES else name
