"""Ops notes and shelf entries as JSON, and back.

Any workstation may have written them, so whatever does not look exactly right reads as None; nothing in them is ever
used as a path.
"""

import json
import re
from datetime import datetime
from typing import Any

from odimaging.model.ids import DefNum, DocNum, OperationNumber, PatNum
from odimaging.model.ports import OpsNote, Row, ShelfEntry

_OPERATION = re.compile(r"[0-9a-f]{32}")

MAX_BYTES = 64 << 20
"""Of a note or an entry: a row with its stored picture fits."""


def is_operation(text: str) -> bool:
    """32 hex digits: what may name a file in the side store."""
    return _OPERATION.fullmatch(text) is not None


def note_to_json(note: OpsNote) -> bytes:
    """As written to ``ops/``."""
    return _dump(
        operation=note.operation,
        kind=note.kind,
        doc_num=note.doc_num,
        pat_num=note.pat_num,
        file_name=note.file_name,
        row=dict(note.row),
    )


def note_from_json(data: bytes) -> OpsNote | None:
    """None if it is damaged."""
    fields = _load(data)
    try:
        return OpsNote(
            _operation(fields["operation"]),
            _text(fields["kind"]),
            DocNum(_number(fields["doc_num"])),
            PatNum(_number(fields["pat_num"])),
            _text(fields["file_name"]),
            _row(fields["row"]),
        )
    except (KeyError, ValueError):
        return None


def entry_to_json(entry: ShelfEntry) -> bytes:
    """As written to ``shelf/``."""
    return _dump(
        operation=entry.operation,
        kind=entry.kind,
        pat_num=entry.pat_num,
        doc_num=entry.doc_num,
        extension=entry.extension,
        size=entry.size,
        shelved_at=entry.shelved_at.isoformat(),
        row=dict(entry.row),
        description=entry.description,
        doc_category=entry.doc_category,
    )


def entry_from_json(data: bytes) -> ShelfEntry | None:
    """None if it is damaged."""
    fields = _load(data)
    try:
        return ShelfEntry(
            _operation(fields["operation"]),
            _text(fields["kind"]),
            PatNum(_number(fields["pat_num"])),
            DocNum(_number(fields["doc_num"])),
            _text(fields["extension"]),
            _number(fields["size"]),
            datetime.fromisoformat(_text(fields["shelved_at"])).replace(tzinfo=None),
            _row(fields["row"]),
            _text(fields["description"]),
            DefNum(_number(fields["doc_category"])),
        )
    except (KeyError, ValueError):
        return None


def _dump(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def _load(data: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _operation(value: object) -> OperationNumber:
    text = _text(value)
    if not is_operation(text):
        raise ValueError("operation")
    return OperationNumber(text)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("text")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**63:
        raise ValueError("number")
    return value


def _row(value: object) -> Row:
    if not isinstance(value, dict):
        raise ValueError("row")
    if not all(item is None or isinstance(item, str | int | float) for item in value.values()):
        raise ValueError("row")
    return value
