"""What a file is, told by its content and never by its name alone; what may be filed, and what can be written.

Standard library only: nothing is decoded here, so a hostile file meets a few comparisons and no more.
"""

from enum import Enum

from odimaging.model.document import extension_of

HEAD_BYTES = 4096
"""How much of a file the sniffer wants; less is fine for a shorter file."""


class Kind(Enum):
    """A kind of file; the value is the extension it usually has."""

    DICOM = ".dcm"
    JPEG = ".jpg"
    PNG = ".png"
    GIF = ".gif"
    BMP = ".bmp"
    TIFF = ".tif"
    WEBP = ".webp"
    HEIC = ".heic"
    VIDEO = ".mp4"
    PDF = ".pdf"
    EPS = ".eps"
    ZIP = ".zip"
    OLE = ".doc"
    PROGRAM = ".exe"
    SCRIPT = ".sh"
    SHORTCUT = ".lnk"
    HTML = ".html"
    SVG = ".svg"
    TEXT = ".txt"
    UNKNOWN = ""


IMAGES = frozenset({Kind.JPEG, Kind.PNG, Kind.GIF, Kind.BMP, Kind.TIFF, Kind.WEBP})
"""What the decoder opens as a raster."""

SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"II*\0", Kind.TIFF),
    (b"MM\0*", Kind.TIFF),
    (b"II+\0", Kind.TIFF),
    (b"MM\0+", Kind.TIFF),
    (b"%!PS", Kind.EPS),
    (b"\xc5\xd0\xd3\xc6", Kind.EPS),
    (b"PK\x03\x04", Kind.ZIP),
    (b"PK\x05\x06", Kind.ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.OLE),
    (b"\x7fELF", Kind.PROGRAM),
    (b"\xfe\xed\xfa\xce", Kind.PROGRAM),
    (b"\xfe\xed\xfa\xcf", Kind.PROGRAM),
    (b"\xce\xfa\xed\xfe", Kind.PROGRAM),
    (b"\xcf\xfa\xed\xfe", Kind.PROGRAM),
    (b"\xca\xfe\xba\xbe", Kind.PROGRAM),
    (b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", Kind.SHORTCUT),
    (b"[InternetShortcut]", Kind.SHORTCUT),
    (b"#!", Kind.SCRIPT),
)

HEIC_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
)

SCRIPT_STARTS = (
    b"@echo",
    b"<script",
    b"<job",
    b"<package",
    b"windows registry editor",
    b"regedit4",
)
"""How scripts without ``#!`` begin: batch files, Windows script files, registry files. Lower case."""

MARKUP_STARTS = (
    (b"<svg", Kind.SVG),
    (b"<!doctype svg", Kind.SVG),
    (b"<!doctype html", Kind.HTML),
    (b"<html", Kind.HTML),
)
PROLOGUES = (b"<?xml", b"<!--")
"""What may stand before the first element of a page or drawing."""

PROGRAM_EXTENSIONS = frozenset(
    f".{name}"
    for line in (
        "exe com scr pif dll sys msi msp cpl bat",
        "cmd ps1 psm1 vbs vbe js jse wsf wsh hta",
        "reg lnk url sh bash py pyw pl jar app",
        "desktop appref-ms application gadget msc inf scf chm html htm",
        "svg",
    )
    for name in line.split()
)
"""Names the operating system would run or open as a page: refused whatever is inside."""

REFUSED_KINDS = frozenset({Kind.PROGRAM, Kind.SCRIPT, Kind.SHORTCUT, Kind.HTML, Kind.SVG})

WRITABLE = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".png": "PNG",
    ".gif": "GIF",
    ".bmp": "BMP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}
"""Extensions a picture can be written as, and the format (facts §6.7, decision 5)."""


def sniff(head: bytes) -> Kind:
    """What a file is by its first bytes. DICOM first: its preamble may look like a TIFF; then the film formats' brands."""
    if head[128:132] == b"DICM":
        return Kind.DICOM
    if head[4:8] == b"ftyp":
        return Kind.HEIC if head[8:12] in HEIC_BRANDS else Kind.VIDEO
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind.WEBP
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            return kind
    if b"%PDF-" in head[:1024]:
        return Kind.PDF
    return _sniff_loose(head)


def _sniff_loose(head: bytes) -> Kind:
    """What has a short signature, or none: the header's own figures must make sense."""
    if head[:2] == b"BM" and _is_bitmap_header(head):
        return Kind.BMP
    if head[:2] == b"MZ":
        return Kind.PROGRAM
    return _sniff_text(head)


def _is_bitmap_header(head: bytes) -> bool:
    return len(head) >= 18 and int.from_bytes(head[14:18], "little") in (
        12,
        16,
        40,
        52,
        56,
        64,
        108,
        124,
    )


def _sniff_text(head: bytes) -> Kind:
    text = _as_ascii(head)
    if text.startswith(SCRIPT_STARTS):
        return Kind.SCRIPT
    for start, kind in MARKUP_STARTS:
        if text.startswith(start) or (text.startswith(PROLOGUES) and start in text):
            return kind
    return Kind.TEXT if head and b"\0" not in head else Kind.UNKNOWN


def _as_ascii(head: bytes) -> bytes:
    """Lower case, without byte order marks, NULs (UTF-16) and leading blanks."""
    text = head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return text.replace(b"\0", b"").lstrip().lower()


def refuse_reason(head: bytes, name: str) -> str | None:
    """Why a file is not filed, as a sentence; None if it may be: programs, scripts and empty files (decision 45).

    ``head``: the first `HEAD_BYTES` of the file, the whole of a shorter one. Damaged images are no reason.
    """
    if not head:
        return f"“{name}” is empty, so it was not filed."
    extension = extension_of(name.rstrip(". "))
    if sniff(head) in REFUSED_KINDS or extension in PROGRAM_EXTENSIONS:
        return f"“{name}” is a program, so it was not filed. Images, PDFs and office documents can be filed."
    return None


def extension_for_nameless(is_image: bool) -> str:
    """What a file without an extension gets: ``.jpg`` if it decodes as an image, else ``.txt`` (facts §2.4)."""
    return ".jpg" if is_image else ".txt"


def can_write(extension: str) -> bool:
    """Whether a picture can be written under this extension (lower case, with its dot)."""
    return extension in WRITABLE
