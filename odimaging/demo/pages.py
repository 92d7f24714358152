"""Paper: letters and forms as PDF, scans as TIFF, a tooth chart with a clear background, an insurance card, .docx, .txt."""

import io
import textwrap
import zipfile
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from odimaging.demo.fields import rounded
from odimaging.demo.teeth import centre, tooth

LETTER = (1275, 1650)
"""8.5 × 11 inches at 150 dots an inch."""

_LOREM = (
    "Thank you for referring this patient to our office. The examination included a full series of radiographs, "
    "photographs and a periodontal charting. The findings and the recommended treatment are listed below. Please "
    "call us if anything is unclear, or if you want copies of the images in another format."
)


def page(title: str, paragraphs: Sequence[str], number: int, of: int) -> Image.Image:
    """One sheet of letter paper, grey levels."""
    sheet = Image.new("L", LETTER, 255)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((90, 84, LETTER[0] - 90, 88), fill=70)
    draw.text((90, 34), "Demo Dental Group", fill=30, font=ImageFont.load_default(34))
    draw.text((90, 128), title, fill=0, font=ImageFont.load_default(46))
    body, y = ImageFont.load_default(26), 230
    for paragraph in paragraphs:
        for line in textwrap.wrap(paragraph, 82):
            draw.text((90, y), line, fill=25, font=body)
            y += 38
        y += 26
    draw.line((90, 1490, 560, 1490), fill=60, width=2)
    draw.line(
        [(110, 1480), (150, 1440), (185, 1486), (215, 1432), (250, 1478), (300, 1455), (380, 1470)],
        fill=40,
        width=4,
    )
    draw.text((90, 1500), "Signature", fill=90, font=ImageFont.load_default(20))
    draw.text((1010, 1570), f"Page {number} of {of}", fill=90, font=ImageFont.load_default(22))
    return sheet


def pages(title: str, count: int) -> list[Image.Image]:
    """A form or letter of several sheets."""
    rows = [f"{n}.  Tooth {n * 3 % 32 + 1}: watch, review at the next visit." for n in range(1, 9)]
    return [
        page(title, [_LOREM, *rows[: 3 + number], _LOREM], number, count)
        for number in range(1, count + 1)
    ]


def pdf(title: str, count: int) -> bytes:
    """A PDF of letter pages."""
    target = io.BytesIO()
    first, *rest = pages(title, count)
    first.save(target, "PDF", save_all=True, append_images=rest, resolution=150, title=title,
               creationDate=None, modDate=None)  # fmt: skip
    return target.getvalue()


def tiff(title: str, count: int) -> bytes:
    """A scanned form: black and white, fax compression, several pages in a file."""
    target = io.BytesIO()
    first, *rest = [sheet.convert("1") for sheet in pages(title, count)]
    first.save(
        target, "TIFF", save_all=True, append_images=rest, compression="group4", dpi=(150, 150)
    )
    return target.getvalue()


def tooth_chart(colours: Sequence[tuple[int, int, int]]) -> bytes:
    """All teeth as outlines on a clear background: a PNG with alpha."""
    chart = Image.new("RGBA", (1400, 560), (0, 0, 0, 0))
    draw = ImageDraw.Draw(chart)
    for number in range(1, 33):
        which = tooth(number)
        up, middle = (-1 if which.upper else 1), 700 + centre(which) * 10.3
        outline = [
            (middle + u * 9.4 * which.side, 280 + up * (12 + w * 9))
            for u, w in rounded(which.outline(), 5)
        ]
        for root in which.roots(0.0):
            for u, w, r in root:
                x, y = middle + u * 9.4 * which.side, 280 + up * (12 + w * 9)
                draw.ellipse(
                    (x - r * 9, y - r * 9, x + r * 9, y + r * 9), fill=(226, 205, 165, 255)
                )
        draw.polygon(
            outline, fill=(*colours[number % len(colours)], 255), outline=(120, 110, 95, 255)
        )
        draw.text(
            (middle, 280 + up * 262),
            str(number),
            fill=(90, 90, 90, 255),
            anchor="mm",
            font=ImageFont.load_default(20),
        )
    target = io.BytesIO()
    chart.save(target, "PNG")
    return target.getvalue()


def insurance_card(number: int) -> bytes:
    """A GIF of 64 colours."""
    card = Image.new("RGB", (860, 540), (247, 249, 252))
    draw = ImageDraw.Draw(card)
    draw.rounded_rectangle((8, 8, 851, 531), 36, outline=(40, 90, 130), width=4)
    draw.rectangle((12, 60, 847, 130), fill=(40, 90, 130))
    draw.text((50, 74), "DEMO DENTAL PLAN", fill="white", font=ImageFont.load_default(38))
    for row, text in enumerate(
        (
            f"Member  DEMO-{number:06d}",
            f"Group   {number % 97:04d}",
            "Plan    PPO",
            "Effective 01/01/2025",
        )
    ):
        draw.text((50, 190 + row * 70), text, fill=(30, 40, 50), font=ImageFont.load_default(34))
    target = io.BytesIO()
    card.quantize(64).save(target, "GIF")
    return target.getvalue()


def scan_bmp() -> bytes:
    """A small colour scan as Windows programs save it."""
    rng = np.random.default_rng(5)
    sheet = pages("Health history", 1)[0].resize((638, 825)).convert("RGB")
    noisy = np.asarray(sheet, np.int16) - rng.integers(0, 9, (825, 638, 3), np.int16)
    target = io.BytesIO()
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(target, "BMP")
    return target.getvalue()


_DOCX = {
    "[Content_Types].xml": '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/'
    'package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels": '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/'
    'package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    'officeDocument" Target="word/document.xml"/></Relationships>',
    "word/document.xml": '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://schemas.openxmlformats.org/'
    'wordprocessingml/2006/main"><w:body>{paragraphs}</w:body></w:document>',
}  # fmt: skip


def docx(paragraphs: Sequence[str]) -> bytes:
    """The smallest file a word processor opens."""
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _DOCX.items():
            entry = zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0))
            archive.writestr(entry, content.replace("{paragraphs}", body))
    return target.getvalue()


def text() -> bytes:
    """A note."""
    return ("Phone note\r\n\r\n" + "\r\n".join(textwrap.wrap(_LOREM, 72)) + "\r\n").encode()
