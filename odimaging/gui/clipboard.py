"""What the clipboard holds for filing. One form is taken where several are offered: files, then PNG, then a bitmap."""

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage, QImageWriter

from odimaging.gui.presenters.imports import PastedPicture

PASTED = "Pasted picture.png"
PNG = "image/png"


def local_files(data: QMimeData | None) -> list[str]:
    """Paths of local files and folders; other addresses are left out. Reads nothing."""
    if data is None or not data.hasUrls():
        return []
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]


def can_file(data: QMimeData | None) -> bool:
    """Whether there is anything to file."""
    return bool(local_files(data)) or (data is not None and data.hasImage())


def sources(data: QMimeData | None) -> Sequence[str | PastedPicture]:
    """Files as paths, or one picture. A bitmap is written as PNG later, on a worker."""
    files = local_files(data)
    if files or data is None:
        return files
    if data.hasFormat(PNG):
        png = bytes(data.data(PNG).data())
        return [PastedPicture(PASTED, lambda: png)]
    image = data.imageData()
    if isinstance(image, QImage) and not image.isNull():
        return [PastedPicture(PASTED, lambda: _png(image))]
    return []


def _png(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(data.data())
