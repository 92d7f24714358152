"""What a file is by its content, and what is refused (decision 45)."""

import pytest

from odimaging.imaging.formats import (
    Kind,
    can_write,
    extension_for_nameless,
    refuse_reason,
    sniff,
)
from tests.fakes.fake_decoder import plain_png

DICOM_IN_TIFF = b"II*\0" + bytes(124) + b"DICM"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (DICOM_IN_TIFF, Kind.DICOM),
        (b"\0\0\0\x18ftypheic", Kind.HEIC),
        (b"\0\0\0\x18ftypmp42", Kind.VIDEO),
        (b"\xff\xd8\xff\xe0", Kind.JPEG),
        (plain_png(1, 1), Kind.PNG),
        (b"GIF89a", Kind.GIF),
        (b"BM" + bytes(12) + b"\x28\0\0\0", Kind.BMP),
        (b"BMW prices", Kind.TEXT),
        (b"II*\0", Kind.TIFF),
        (b"MM\0*", Kind.TIFF),
        (b"RIFF\0\0\0\0WEBP", Kind.WEBP),
        (b"%PDF-1.7", Kind.PDF),
        (b"\n\n%PDF-1.7", Kind.PDF),
        (b"%!PS-Adobe-3.0 EPSF-3.0", Kind.EPS),
        (b"PK\x03\x04", Kind.ZIP),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.OLE),
        (b"MZ\x90\0", Kind.PROGRAM),
        (b"\x7fELF\x02", Kind.PROGRAM),
        (b"\xcf\xfa\xed\xfe", Kind.PROGRAM),
        (b"#!/bin/sh", Kind.SCRIPT),
        (b"\xef\xbb\xbf@echo off", Kind.SCRIPT),
        (b"\xff\xfe@\0e\0c\0h\0o\0", Kind.SCRIPT),
        (b"  <!DOCTYPE html>", Kind.HTML),
        (b"<?xml version='1.0'?><svg>", Kind.SVG),
        (b"Dear <svg> reader", Kind.TEXT),
        (b"\0\x01\x02", Kind.UNKNOWN),
        (b"", Kind.UNKNOWN),
    ],
)
def test_sniff(head: bytes, kind: Kind) -> None:
    assert sniff(head) is kind


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"MZ\x90\0", "photo.jpg"),
        (b"#!/bin/sh", "photo"),
        (b"whatever", "setup.exe"),
        (b"whatever", "x.jpg.PS1"),
        (b"whatever", "trick.bat. "),
        (b"<html>", "page.jpg"),
        (b"", "nothing.jpg"),
    ],
)
def test_refused(head: bytes, name: str) -> None:
    reason = refuse_reason(head, name)
    assert reason is not None
    assert name in reason


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\xd8\xff", "a.jpg"),
        (b"damaged", "a.jpg"),
        (b"PK\x03\x04", "letter.docx"),
        (b"hello", "note.txt"),
        (b"%PDF-1.4", "scan"),
    ],
)
def test_filed(head: bytes, name: str) -> None:
    assert refuse_reason(head, name) is None


def test_extensions() -> None:
    assert extension_for_nameless(True) == ".jpg"
    assert extension_for_nameless(False) == ".txt"
    assert can_write(".tiff")
    assert not can_write(".dcm")
