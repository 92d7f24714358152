"""Files made in the test: a few pixels with known values, in every format."""

import io
import struct
import warnings
import zlib
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

Array = NDArray[Any]
RAW = ExplicitVRLittleEndian
JPEG_LOSSLESS = UID("1.2.840.10008.1.2.4.70")
JPEG_BASELINE = UID("1.2.840.10008.1.2.4.50")
JPEG_LS = UID("1.2.840.10008.1.2.4.80")
JPEG_2000 = UID("1.2.840.10008.1.2.4.90")
RLE = UID("1.2.840.10008.1.2.5")
DEFLATED = UID("1.2.840.10008.1.2.1.99")
BIG_ENDIAN = UID("1.2.840.10008.1.2.2")


def gradient(width: int = 40, height: int = 30) -> Array:
    """Smooth RGB whose corners differ."""
    x = np.linspace(20, 220, width)[None, :]
    y = np.linspace(30, 200, height)[:, None]
    planes = [x + 0 * y, y + 0 * x, (x + y) / 2]
    return np.stack(planes, axis=2).astype(np.uint8)


def file_of(pixels: Array, kind: str, **options: Any) -> bytes:
    """A file written by Pillow."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, **options)
    return stream.getvalue()


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def jpeg_with_exif(pixels: Array, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "SECRETNAME"
    return file_of(pixels, "JPEG", quality=95, exif=exif)


def lying_png(width: int, height: int) -> bytes:
    """One pixel of data under a header that promises more."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def one_bit_bomb(side: int) -> bytes:
    """A real one-bit PNG of side × side pixels, a few hundred kilobytes."""
    row = b"\0" + bytes((side + 7) // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row * 100) for _ in range(side // 100)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part))
        for kind, part in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def dicom(
    pixels: Array,
    syntax: UID = RAW,
    bits_stored: int | None = None,
    photometric: str = "MONOCHROME2",
    **elements: Any,
) -> bytes:
    """A DICOM file of ``uint8`` or ``uint16`` gray, or RGB pixels."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.1.3")
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = syntax
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    dataset.PhotometricInterpretation = "RGB" if pixels.ndim == 3 else photometric
    if pixels.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = pixels.dtype.itemsize * 8
    dataset.BitsStored = bits_stored or dataset.BitsAllocated
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = 0
    dataset.PixelData = _pixel_data(pixels, syntax, dataset.BitsStored)
    dataset["PixelData"].VR = "OW" if dataset.BitsAllocated == 16 else "OB"
    if syntax.is_compressed and syntax != DEFLATED:
        dataset["PixelData"].is_undefined_length = True
    for name, value in elements.items():
        setattr(dataset, name, value)
    return write_dicom(dataset)


def write_dicom(dataset: FileDataset) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd on purpose
        dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _pixel_data(pixels: Array, syntax: UID, bits: int) -> bytes:
    if syntax == JPEG_LOSSLESS:
        return encapsulate([bytes(imagecodecs.ljpeg_encode(pixels, bitspersample=bits))])
    if syntax == JPEG_BASELINE:
        return encapsulate([bytes(imagecodecs.jpeg8_encode(pixels, level=95))])
    if syntax == JPEG_LS:
        return encapsulate([bytes(imagecodecs.jpegls_encode(pixels))])
    if syntax == JPEG_2000:
        frame = imagecodecs.jpeg2k_encode(
            pixels, codecformat="j2k", reversible=True, bitspersample=bits, resolutions=6
        )
        return encapsulate([bytes(frame)])
    if syntax == RLE:
        return encapsulate([_rle(pixels)])
    data = pixels.byteswap().tobytes() if syntax == BIG_ENDIAN else pixels.tobytes()
    return data + b"\0" * (len(data) % 2)


def _rle(pixels: Array) -> bytes:
    """Literal runs only: PS3.5 annex G."""
    planes = [pixels >> 8, pixels & 255] if pixels.dtype == np.uint16 else [pixels]
    segments = []
    for plane in planes:
        data = plane.astype(np.uint8).tobytes()
        runs = b"".join(
            bytes([len(part) - 1]) + part
            for part in (data[i : i + 128] for i in range(0, len(data), 128))
        )
        segments.append(runs + b"\0" * (len(runs) % 2))
    offsets, start = [], 64
    for segment in segments:
        offsets.append(start)
        start += len(segment)
    header = struct.pack("<16L", len(segments), *offsets, *[0] * (15 - len(offsets)))
    return header + b"".join(segments)


def pdf(pages: int = 1, box: str = "0 0 72 144", extra: str = "") -> bytes:
    """Pages with a black square in the lower left corner."""
    stream = b"0 0 0 rg 0 0 36 36 re f"
    kids = " ".join(f"{4 + number} 0 R" for number in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        *[f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 3 0 R >>".encode()] * pages,
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF"
        % (
            size,
            table,
            size,
            extra.encode(),
            len(out),
        )
    )
