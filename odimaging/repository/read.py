"""Documents GET (single), 24.2.32, and GET (multiple), 21.2."""

from dataclasses import dataclass, field
from datetime import datetime

from odimaging.model.document import ImgType
from odimaging.model.ids import DefNum, DocNum, MountNum, PatNum, ProvNum


@dataclass(frozen=True, slots=True)
class SingleDocument:
    """Object A of facts §11.4. ``doc_category_name`` is documented as docCategory."""

    doc_num: DocNum
    description: str = field(repr=False)
    date_created: datetime
    doc_category: DefNum
    doc_category_name: str
    pat_num: PatNum
    file_name: str = field(repr=False)
    img_type: ImgType
    tooth_numbers: str
    date_tstamp: datetime
    prov_num: ProvNum
    print_heading: bool


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """Object B of facts §11.4: a document, or a mount. ``print_heading`` and ``date_tstamp`` are None for mounts."""

    doc_num: DocNum
    mount_num: MountNum
    file_path: str = field(repr=False)
    description: str = field(repr=False)
    pat_num: PatNum
    note: str = field(repr=False)
    date_created: datetime
    doc_category_name: str
    doc_category: DefNum
    tooth_numbers: str
    prov_num: ProvNum
    print_heading: bool | None
    date_tstamp: datetime | None
    server_date_time: datetime


@dataclass(frozen=True, slots=True)
class ListDocumentsRequest:
    """``limit`` at most 1000 (decision 26)."""

    pat_num: PatNum
    limit: int = 1000
    offset: int = 0


class GetDocument:
    """Documents GET (single)."""

    def __call__(self, doc_num: DocNum) -> SingleDocument:
        """Raises DocumentNotFound (404)."""
        raise NotImplementedError


class ListDocuments:
    """Documents GET (multiple)."""

    def __call__(self, request: ListDocumentsRequest) -> tuple[ListedDocument, ...]:
        """Raises PatientNotFound (404), InvalidField (400)."""
        raise NotImplementedError
