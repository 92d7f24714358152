"""Bytes to pixels: which decoder a picture needs, by its content. Runs in a decoder process only."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from odimaging.imaging import jpeg, rasters
from odimaging.imaging.allocation import Allocate, allocate_here, check_bytes
from odimaging.imaging.formats import HEAD_BYTES, IMAGES, Kind, sniff
from odimaging.imaging.raster import Raster
from odimaging.imaging.reduction import Fit
from odimaging.model.document import DICOM_EXTENSIONS, IMAGE_EXTENSIONS
from odimaging.model.errors import DecodeFailed, UnsupportedFormat
from odimaging.model.picture import PictureInfo

CHEAP_PIXELS = 16_000_000
"""Up to here `inspect` decodes a picture to see whether it is whole."""
SMALLEST = (1, 1)
SLOW = (Kind.DICOM, Kind.PDF)

SENTENCES = {
    Kind.HEIC: "This photo is in the HEIC format, which cannot be shown. Save it as JPEG and file that.",
    Kind.VIDEO: "Videos cannot be shown.",
}


def slow_decoder(kind: Kind) -> Any:
    """`dicom` or `pdf`, loaded when first needed: with them a process would take twice as long to start."""
    return import_module(f"odimaging.imaging.{'dicom' if kind is Kind.DICOM else 'pdf'}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a picture is wanted. ``preview``: a camera's own small picture will do."""

    page: int = 0
    fit: Fit = None
    preview: bool = False


def kind_of(data: Any, extension: str) -> Kind:
    """What can be decoded here. Raises UnsupportedFormat for what never was a picture, else DecodeFailed."""
    check_bytes(len(data))
    kind = sniff(bytes(data[:HEAD_BYTES]))
    if kind in IMAGES or kind in SLOW:
        return kind
    if extension in DICOM_EXTENSIONS:
        return Kind.DICOM  # written without preamble; the reader will tell
    if kind in SENTENCES:
        raise DecodeFailed(SENTENCES[kind], kind.name)
    if extension in IMAGE_EXTENSIONS or extension == ".pdf":
        raise DecodeFailed(detail=kind.name)
    raise UnsupportedFormat("This kind of file cannot be shown as an image.", kind.name)


def inspect(data: Any, extension: str) -> PictureInfo:
    """What the header says, and whether the pixels behind it are whole where looking is cheap."""
    kind = kind_of(data, extension)
    if kind in SLOW:
        info: PictureInfo = slow_decoder(kind).inspect(data)
        return info
    with rasters.open_image(data, kind) as image:
        info = PictureInfo(
            image.width,
            image.height,
            rasters.pages(image, kind),
            rasters.orientation(image, kind),
        )
    if kind is Kind.JPEG or info.width * info.height <= CHEAP_PIXELS:
        decode(data, extension, Wanted(fit=SMALLEST))
    return info


def full_size(data: Any, extension: str, page: int = 0) -> tuple[int, int]:
    """Width and height of all stored pixels, from the header alone."""
    kind = kind_of(data, extension)
    if kind in SLOW:
        size: tuple[int, int] = slow_decoder(kind).page_size(data, page)
        return size
    header = jpeg.header(data) if kind is Kind.JPEG else None
    return (header.width, header.height) if header else rasters.page_size(data, kind, page)


def decode(data: Any, extension: str, wanted: Wanted, allocate: Allocate = allocate_here) -> Raster:
    """The stored pixels, reduced if ``wanted.fit`` allows. Raises DecodeFailed and what the decoders raise on damage."""
    kind = kind_of(data, extension)
    if kind in SLOW:
        slow: Raster = slow_decoder(kind).decode(data, wanted.page, wanted.fit, allocate)
        return slow
    if kind is Kind.JPEG and wanted.page == 0:
        raster = _jpeg(data, wanted, allocate)
        if raster is not None:
            return raster
    return rasters.decode(data, kind, wanted.page, wanted.fit, allocate)


def _jpeg(data: Any, wanted: Wanted, allocate: Allocate) -> Raster | None:
    """None: unusual, or with something to complain about; Pillow will tell harmless from damaged."""
    found = jpeg.header(data)
    if found is None or not found.is_ordinary:
        return None
    try:
        small = jpeg.preview(data, found, wanted.fit) if wanted.preview else None
        return small or jpeg.decode(data, found, wanted.fit, allocate)
    except ValueError:
        return None
