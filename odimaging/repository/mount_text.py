"""Fields in a mount's text items (facts §6.5): ``[NameLF]`` becomes the patient's name, and so on."""

import re
from collections.abc import Sequence
from datetime import date

from odimaging.model.definition import Provider
from odimaging.model.mount import Mount
from odimaging.model.patient import Patient

_FIELD = re.compile(r"\[(\w+)\]")


def substituted(
    text: str, patient: Patient, mount: Mount, providers: Sequence[Provider] = ()
) -> str:
    """The words a text item shows; a field nobody knows stays as it is."""
    provider = next((one.abbr for one in providers if one.prov_num == mount.prov_num), "")
    fields = {
        "NameLF": patient.name_lf,
        "NameF": patient.preferred or patient.fname,
        "NameFL": f"{patient.fname} {patient.lname}".strip(),
        "NameFirst": patient.fname,
        "NameLast": patient.lname,
        "PatNum": str(patient.pat_num),
        "ChartNumber": patient.chart_number,
        "Birthdate": _short(patient.birthdate),
        "MountDate": _short(mount.date_created.date()),
        "MountDescript": mount.description,
        "MountProv": provider,
    }
    return _FIELD.sub(lambda match: fields.get(match[1], match[0]), text)


def _short(day: date | None) -> str:
    return f"{day.month}/{day.day}/{day.year}" if day else ""
