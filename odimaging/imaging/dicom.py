"""DICOM images: facts §6.4. Header first and only the elements a picture needs; the first frame; nothing is ever printed.

Deviations from Open Dental, each harmless: any number of stored bits from 8 to 16 is taken (it takes 8, 12 and 16);
MONOCHROME1 is inverted for display as the standard requires (PS3.3 C.7.6.3.1.2), and its initial window is found as
that of MONOCHROME2; JPEG and JPEG 2000 frames may be stored as YBR.
"""

import io
import sys
import threading
import zlib
from dataclasses import dataclass
from typing import Any

import imagecodecs
import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import FileDataset
from pydicom.encaps import get_frame
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import (
    UID,
    JPEG2000TransferSyntaxes,
    JPEGLSTransferSyntaxes,
    JPEGTransferSyntaxes,
    RLELossless,
)

from odimaging.imaging.allocation import TOO_LARGE, Allocate, check_pixels
from odimaging.imaging.raster import Raster
from odimaging.imaging.reduction import Fit, reduced, whole_factor
from odimaging.imaging.windowing import full_range
from odimaging.model.errors import DecodeFailed
from odimaging.model.picture import PictureInfo, WindowRule

CANNOT_SHOW = "This kind of DICOM image cannot be shown."
FRAMES_AT_DEPTH_32 = 190
"""The reader uses five calls a level of nested sequences, and a few more."""
INFLATED_BYTES = 256 << 20
BACKGROUND_BINS, FEW = 100, 150
HEADER_TAGS = [
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
]
_one_reader = threading.Lock()
"""The limit on nesting is the interpreter's own, so one thread at a time may set it."""
DEFLATED = UID("1.2.840.10008.1.2.1.99")


@dataclass(frozen=True, slots=True)
class DicomHeader:
    """What the pixels are, checked to be something that can be shown."""

    width: int
    height: int
    samples: int
    bits_allocated: int
    bits_stored: int
    shift: int
    inverted: bool
    planar: bool
    syntax: UID
    frames: int

    @property
    def rule(self) -> WindowRule:
        """By the allocated bits."""
        return WindowRule.DICOM8 if self.bits_allocated == 8 else WindowRule.DICOM16


def inspect(data: Any) -> PictureInfo:
    """Size and initial window (facts §6.4). Raises DecodeFailed, and what the decoders raise on damage."""
    found = read_header(data)
    window = initial_window(found, _gray(_frame(data, found), found))
    return PictureInfo(found.width, found.height, 1, 1, window, found.rule, found.bits_stored)


def page_size(data: Any, page: int = 0) -> tuple[int, int]:
    """Width and height; every page is the first frame."""
    found = read_header(data)
    return found.width, found.height


def decode(data: Any, page: int, fit: Fit, allocate: Allocate) -> Raster:
    """Stored gray values, 8 or 16 bits, of the first frame; colours as the mean of the three."""
    found = read_header(data)
    factor = whole_factor(found.width, found.height, fit)
    gray = None
    if found.syntax in JPEG2000TransferSyntaxes and found.samples == 1 and factor > 1:
        gray = _reduced_jpeg2000(data, found, factor)
    if gray is None:
        gray = reduced(_gray(_frame(data, found), found), factor)
    pixels = allocate(gray.shape, gray.dtype)
    np.copyto(pixels, gray)
    return Raster(
        pixels, found.width, found.height, found.rule, found.inverted, found.bits_stored, True
    )


def initial_window(found: DicomHeader, gray: NDArray[Any]) -> tuple[int, int]:
    """The window at import: full range, or for 12 bits between the slopes of the histogram's highest peak."""
    full = full_range(found.rule, found.bits_stored)
    if found.rule is WindowRule.DICOM8 or found.bits_stored != 12:
        return full
    counts = np.bincount(gray.ravel(), minlength=4096)[:4096]
    highest = int(counts.argmax())
    if highest < BACKGROUND_BINS:
        counts[highest] = 0
    peak = int(counts.argmax())
    below = np.flatnonzero(counts[: peak + 1] < FEW)
    above = np.flatnonzero(counts[peak:] < FEW)
    minimum = int(below[-1]) // 16 if below.size else 0
    maximum = (peak + int(above[0])) // 16 if above.size else 4095
    return minimum, maximum


def read_header(data: Any) -> DicomHeader:
    """Raises DecodeFailed if it is no picture, or one that cannot be shown."""
    dataset = _read(data, HEADER_TAGS, pixels=False)
    if "Rows" not in dataset or "Columns" not in dataset:
        raise DecodeFailed("This DICOM file contains no image.", "no pixels")
    bits_stored = int(dataset.get("BitsStored") or 0)
    found = DicomHeader(
        int(dataset.Columns),
        int(dataset.Rows),
        int(dataset.get("SamplesPerPixel") or 1),
        int(dataset.get("BitsAllocated") or 0),
        bits_stored,
        int(dataset.get("HighBit", bits_stored - 1)) + 1 - bits_stored,
        str(dataset.get("PhotometricInterpretation")) == "MONOCHROME1",
        bool(dataset.get("PlanarConfiguration")),
        _syntax(dataset),
        int(dataset.get("NumberOfFrames") or 1),
    )
    check_pixels(found.width, found.height)
    _check_kind(found, str(dataset.get("PhotometricInterpretation")), dataset)
    return found


def _syntax(dataset: FileDataset) -> UID:
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    return UID(syntax) if syntax else pydicom.uid.ImplicitVRLittleEndian


def _check_kind(found: DicomHeader, photometric: str, dataset: FileDataset) -> None:
    compressed = found.syntax in (*JPEGTransferSyntaxes, *JPEG2000TransferSyntaxes)
    gray = found.samples == 1 and photometric in ("MONOCHROME1", "MONOCHROME2")
    colour = found.samples == 3 and (
        photometric == "RGB" or (compressed and photometric.startswith("YBR"))
    )
    unsigned = not dataset.get("PixelRepresentation")
    depth = found.bits_allocated in (8, 16) and found.bits_stored <= found.bits_allocated
    bits = found.bits_allocated == 8 or 8 <= found.bits_stored <= 16
    if not ((gray or (colour and found.bits_allocated == 8)) and unsigned and depth and bits):
        raise DecodeFailed(CANNOT_SHOW, "kind of pixels")


def _read(data: Any, tags: list[str], pixels: bool) -> FileDataset:
    """The wanted elements. Sequences nested deeper than 32 end in RecursionError: the reader goes into each."""
    stream = io.BytesIO(data)
    _check_inflated(stream)
    with _one_reader:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(_depth() + FRAMES_AT_DEPTH_32)
        try:
            return pydicom.dcmread(
                stream, force=True, stop_before_pixels=not pixels, specific_tags=list(tags)
            )
        finally:
            sys.setrecursionlimit(before)


def _depth() -> int:
    frame, depth = sys._getframe(), 0
    while frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


def _check_inflated(stream: io.BytesIO) -> None:
    """A deflated data set may be 2,000 times its size: try it in portions before the reader takes it whole."""
    head = bytes(stream.getbuffer()[:2048])
    if head[128:132] != b"DICM" or DEFLATED.encode() not in head:
        return
    pydicom.filereader.read_preamble(stream, force=False)
    pydicom.filereader._read_file_meta_info(stream)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    portion, total = inflater.decompress(stream.read(), 1 << 20), 0
    while portion:
        total += len(portion)
        if total > INFLATED_BYTES:
            raise DecodeFailed(TOO_LARGE, "deflated")
        portion = inflater.decompress(inflater.unconsumed_tail, 1 << 20)
    stream.seek(0)


def _frame_bytes(data: Any, found: DicomHeader) -> bytes:
    """One compressed frame."""
    dataset = _read(data, ["PixelData"], pixels=True)
    return get_frame(dataset.PixelData, 0, number_of_frames=found.frames)


def _frame(data: Any, found: DicomHeader) -> NDArray[Any]:
    """The first frame: rows × columns, or × 3."""
    if not found.syntax.is_compressed or found.syntax == DEFLATED:
        return _native(data, found)
    if found.syntax == RLELossless:
        dataset = _read(data, [*HEADER_TAGS, "PixelData"], pixels=True)
        array, _ = get_decoder(RLELossless).as_array(dataset, index=0, raw=True)
        return _of_shape(array, found)
    frame = _frame_bytes(data, found)
    if found.syntax in JPEGTransferSyntaxes:
        return _of_shape(imagecodecs.jpeg_decode(frame), found)
    if found.syntax in JPEGLSTransferSyntaxes:
        return _of_shape(imagecodecs.jpegls_decode(frame), found)
    if found.syntax in JPEG2000TransferSyntaxes:
        return _of_shape(imagecodecs.jpeg2k_decode(frame), found)
    raise DecodeFailed(CANNOT_SHOW, "transfer syntax")


def _native(data: Any, found: DicomHeader) -> NDArray[Any]:
    dataset = _read(data, ["PixelData"], pixels=True)
    dtype = np.dtype("u1" if found.bits_allocated == 8 else "<u2")
    if not found.syntax.is_little_endian:
        dtype = dtype.newbyteorder(">")
    count = found.width * found.height * found.samples
    values = np.frombuffer(dataset.PixelData, dtype, count)
    if found.samples == 3 and found.planar:
        return values.reshape(3, found.height, found.width).transpose(1, 2, 0)
    return _of_shape(values, found)


def _of_shape(array: NDArray[Any], found: DicomHeader) -> NDArray[Any]:
    """Raises ValueError if a frame is not of the size the header tells."""
    shape = (found.height, found.width) + ((3,) if found.samples == 3 else ())
    shaped: NDArray[Any] = array.reshape(shape)
    return shaped


def _gray(frame: NDArray[Any], found: DicomHeader) -> NDArray[Any]:
    """One value a pixel, in the stored bits."""
    if found.samples == 3:
        mean: NDArray[Any] = (frame.sum(axis=2, dtype=np.uint16) // 3).astype(np.uint8)
        return mean
    dtype = np.uint8 if found.bits_allocated == 8 else np.uint16
    if found.shift:
        frame = frame >> found.shift
    if found.bits_stored < found.bits_allocated:
        frame = frame & dtype((1 << found.bits_stored) - 1)
    gray: NDArray[Any] = frame.astype(dtype, copy=False)
    return gray


def _reduced_jpeg2000(data: Any, found: DicomHeader, factor: int) -> NDArray[Any] | None:
    """By the wavelet's own steps, a multiple faster; None if the file has too few of them."""
    frame = _frame_bytes(data, found)
    with Image.open(io.BytesIO(frame), formats=["JPEG2000"]) as image:
        check_pixels(*image.size)
        image.reduce = factor.bit_length() - 1  # type: ignore[method-assign,assignment]  # Pillow's own way to ask
        try:
            image.load()
        except OSError:
            return None
        values = np.asarray(image)
    if values.dtype == np.uint8:
        return values
    # Pillow brings every depth up to 16 bits.
    stored: NDArray[Any] = np.right_shift(values.astype(np.uint16), 16 - found.bits_stored)
    return stored
