"""Photographs, papers and DICOM files of the demo: they decode, turn upright and never change."""

import io
import zipfile
from datetime import datetime

import numpy as np
import pydicom
import pytest
from PIL import Image, ImageOps
from pydicom.encaps import get_frame

from odimaging.demo import pages, photos
from odimaging.demo.dicom import dicom
from odimaging.demo.library import encoded
from odimaging.imaging.dicom import inspect

MOMENT = datetime(2025, 5, 12, 9, 30)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_turns_upright(orientation: int) -> None:
    gradient = np.linspace(0, 255, 48 * 64, dtype=np.uint8).reshape(48, 64)
    gradient[:16, :16] = 255
    upright = Image.merge(
        "YCbCr", [Image.fromarray(gradient), *[Image.new("L", (64, 48), 128)] * 2]
    )
    stored = Image.open(io.BytesIO(photos.camera_jpeg(upright, orientation, quality=95)))
    assert stored.getexif()[274] == orientation
    assert stored.size == ((64, 48) if orientation < 5 else (48, 64))
    shown = np.asarray(ImageOps.exif_transpose(stored).convert("L"), float)
    assert np.abs(shown - gradient).mean() < 6


def test_a_copy_differs_in_its_time_only() -> None:
    one = photos.camera_jpeg(Image.new("YCbCr", (32, 24)), 6)
    other = photos.taken_at(one, MOMENT)
    assert len(one) == len(other)
    assert one != other
    assert Image.open(io.BytesIO(other)).getexif()[306] == "2025:05:12 09:30:00"


def test_a_photograph_has_twelve_megapixels_and_its_grain() -> None:
    data = photos.camera_jpeg(photos.photo("upper", 1), 1)
    assert Image.open(io.BytesIO(data)).size == (4000, 3000)
    assert 1_500_000 < len(data) < 5_000_000


def test_a_face_is_upright() -> None:
    small = photos.photo("face", 3, long=400)
    assert small.size == (300, 400)
    assert small.tobytes() == photos.photo("face", 3, long=400).tobytes()


@pytest.mark.parametrize("extension", [".jpg", ".png", ".tif", ".bmp"])
def test_radiograph_files(extension: str) -> None:
    picture = np.tile(np.arange(40, dtype=np.uint8) * 6, (20, 1))
    image = Image.open(io.BytesIO(encoded(picture, extension, 90)))
    assert image.mode == "L"
    assert image.size == (20, 40)
    assert np.abs(np.asarray(image.rotate(-90, expand=True), float) - picture).max() < 6


@pytest.mark.parametrize("lossless", [False, True])
def test_dicom_keeps_every_bit(lossless: bool) -> None:
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 4096, (60, 80), np.uint16)
    data = dicom(pixels, MOMENT, 7, lossless)
    found = pydicom.dcmread(io.BytesIO(data))
    assert (found.BitsStored, found.BitsAllocated, found.PhotometricInterpretation) == (
        12,
        16,
        "MONOCHROME2",
    )
    assert found.PatientID == "7"
    assert str(found.PatientName) == ""
    if lossless:
        assert found.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.70"
        assert get_frame(found.PixelData, 0, number_of_frames=1)[:2] == b"\xff\xd8"
    else:
        assert np.array_equal(np.frombuffer(found.PixelData, "<u2").reshape(60, 80), pixels)
    info = inspect(data)
    assert (info.width, info.height) == (80, 60)
    assert data == dicom(pixels, MOMENT, 7, lossless)


def test_papers() -> None:
    assert Image.open(io.BytesIO(pages.tiff("Consent", 4))).n_frames == 4  # type: ignore[attr-defined]  # a TIFF has it
    assert pages.pdf("Letter", 3).count(b"/Type /Page\n") == 3
    chart = Image.open(io.BytesIO(pages.tooth_chart([(250, 250, 240)])))
    assert chart.mode == "RGBA"
    assert chart.getchannel("A").getextrema() == (0, 255)
    assert Image.open(io.BytesIO(pages.insurance_card(1))).format == "GIF"
    assert Image.open(io.BytesIO(pages.scan_bmp())).format == "BMP"
    with zipfile.ZipFile(io.BytesIO(pages.docx(["One", "Two"]))) as archive:
        assert archive.testzip() is None
        assert b"<w:t>Two</w:t>" in archive.read("word/document.xml")
    assert pages.text().decode().startswith("Phone note")


def test_papers_never_change() -> None:
    assert pages.pdf("Letter", 2) == pages.pdf("Letter", 2)
    assert pages.tiff("Form", 2) == pages.tiff("Form", 2)
    assert pages.docx(["One"]) == pages.docx(["One"])
