"""Radiographs as DICOM files: 12 bits, stored plainly or as lossless JPEG."""

import hashlib
import io
from datetime import datetime
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEGLosslessSV1

_INTRAORAL = UID("1.2.840.10008.5.1.4.1.1.1.3")
"""Digital Intra-Oral X-Ray Image Storage – For Presentation."""


def dicom(pixels: NDArray[np.uint16], moment: datetime, pat_num: int, lossless_jpeg: bool) -> bytes:
    """One radiograph of 12 bits, MONOCHROME2. It carries the patient's number, not a name."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = _INTRAORAL
    meta.MediaStorageSOPInstanceUID = _uid(pixels, moment, pat_num)
    meta.TransferSyntaxUID = JPEGLosslessSV1 if lossless_jpeg else ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID("2.25.184467440737095516")
    target = io.BytesIO()
    data = FileDataset(target, {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = _INTRAORAL, meta.MediaStorageSOPInstanceUID
    _describe(data, moment, pat_num)
    _put_pixels(data, pixels, lossless_jpeg)
    data.save_as(target, enforce_file_format=True)
    return target.getvalue()


def _uid(pixels: NDArray[np.uint16], moment: datetime, pat_num: int) -> UID:
    seed = f"{pat_num} {moment.isoformat()}".encode() + pixels[::97, ::97].tobytes()
    return UID(f"2.25.{int.from_bytes(hashlib.sha256(seed).digest()[:12])}")


def _describe(data: Dataset, moment: datetime, pat_num: int) -> None:
    data.Modality = "IO"
    data.Manufacturer = "Demo"
    data.PatientID = str(pat_num)
    data.PatientName = ""
    data.StudyInstanceUID = f"2.25.{pat_num}{moment:%Y%m%d}"
    data.SeriesInstanceUID = f"2.25.{pat_num}{moment:%Y%m%d}1"
    data.StudyDate, data.StudyTime = moment.strftime("%Y%m%d"), moment.strftime("%H%M%S")
    data.ImageType = ["ORIGINAL", "PRIMARY"]
    data.PresentationIntentType = "FOR PRESENTATION"


def _put_pixels(data: Any, pixels: NDArray[np.uint16], lossless_jpeg: bool) -> None:
    data.Rows, data.Columns = pixels.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.ImagerPixelSpacing = [0.025, 0.025]
    if lossless_jpeg:
        frame = imagecodecs.jpeg8_encode(pixels, lossless=True, predictor=1, bitspersample=12)
        data.PixelData = encapsulate([bytes(frame)])
        data["PixelData"].is_undefined_length = True
    else:
        data.PixelData = pixels.astype("<u2").tobytes()
