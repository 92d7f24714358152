"""A patient, as far as imaging needs one (facts §1.6)."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from odimaging.model.ids import PatNum


class PatStatus(IntEnum):
    """``patient.PatStatus``."""

    PATIENT = 0
    NON_PATIENT = 1
    INACTIVE = 2
    ARCHIVED = 3
    DELETED = 4
    DECEASED = 5
    PROSPECTIVE = 6


class Gender(IntEnum):
    """``patient.Gender``."""

    MALE = 0
    FEMALE = 1
    UNKNOWN = 2
    OTHER = 3


@dataclass(frozen=True, slots=True)
class Patient:
    """One row of ``patient``. ``birthdate`` is None where the row says 0001-01-01."""

    pat_num: PatNum
    lname: str
    fname: str
    middle_i: str = ""
    preferred: str = ""
    birthdate: date | None = None
    gender: Gender = Gender.UNKNOWN
    pat_status: PatStatus = PatStatus.PATIENT
    chart_number: str = ""
    guarantor: PatNum = PatNum(0)
    image_folder: str = ""

    @property
    def name_lf(self) -> str:
        """Open Dental's heading form: ``Smith, 'Jack' John P`` (facts §1.6)."""
        rest = [f"'{self.preferred}'" if self.preferred else "", self.fname, self.middle_i]
        words = [word for word in rest if word]
        return f"{self.lname}, {' '.join(words)}" if words else self.lname

    def __repr__(self) -> str:
        """Only the number: a repr may end in a log."""
        return f"Patient({self.pat_num})"
