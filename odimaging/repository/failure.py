"""What became of one item of many: each stands for itself, one failure never stops the rest."""

from dataclasses import dataclass

from odimaging.model.errors import OdImagingError
from odimaging.model.ids import DocNum, MountNum


@dataclass(frozen=True, slots=True)
class Failure:
    """A document, or a mount, with which it did not work; the other number is 0."""

    doc_num: DocNum
    error: OdImagingError
    mount_num: MountNum = MountNum(0)
