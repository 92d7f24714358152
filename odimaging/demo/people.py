"""The demo practice's patients: families, and names that trip programs up. All invented."""

from dataclasses import dataclass
from datetime import date

from odimaging.model.ids import PatNum
from odimaging.model.patient import Gender, PatStatus

_F, _M, _U = Gender.FEMALE, Gender.MALE, Gender.UNKNOWN
_LONG = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschafers"


@dataclass(frozen=True, slots=True)
class Person:
    """A patient to be. ``head`` is the PatNum of the family's head."""

    pat_num: PatNum
    lname: str
    fname: str
    middle_i: str
    preferred: str
    birthdate: date | None
    gender: Gender
    head: PatNum
    status: PatStatus = PatStatus.PATIENT


# Families: the first of each is its head. Last name, first, middle, preferred, born, gender.
_FAMILIES: list[list[tuple[str, str, str, str, str, Gender]]] = [
    [
        ("Rivera", "Ana", "M", "", "1981-05-04", _F),
        ("Rivera", "Luis", "", "", "1979-11-23", _M),
        ("Rivera", "Sofía", "", "Sofi", "2012-02-29", _F),
        ("Rivera", "Mateo", "", "", "2015-08-17", _M),
    ],
    [
        ("O'Brien", "Mary Ann", "", "", "1956-03-17", _F),
        ("O'Brien", "Seán", "P", "Jack", "1954-12-01", _M),
    ],
    [
        ("Ångström", "Björn", "", "", "1968-01-30", _M),
        ("Ångström", "Åsa", "", "", "1970-07-07", _F),
        ("Ångström", "Örjan", "", "", "2001-10-10", _M),
    ],
    [
        ("D'Souza-Lee", "Priya", "R", "", "1990-09-09", _F),
        ("D'Souza-Lee", "Kiran", "", "Kit", "2018-04-01", _U),
    ],
    [
        ("Müller", "Jürgen", "", "", "1949-06-21", _M),
        ("Müller", "Käthe", "", "", "1951-02-14", _F),
    ],
    [
        ("Nguyễn", "Thị Hương", "", "", "1987-12-25", _F),
        ("Nguyễn", "Văn Đức", "", "", "1985-04-30", _M),
    ],
    [("---", "???", "", "", "1999-09-09", _U)],
    [("王", "小明", "", "Ming", "1993-03-03", _M)],
    [("Håkonsen", "Zoë", "", "", "1977-07-17", _F)],
    [("St. John-Smythe", "Anne-Marie", "C", "", "1944-04-04", _F)],
    [(_LONG, "Hubert Blaine Maximilian Alexander Ferdinand", "Q", "Hubsy", "1935-08-04", _M)],
    [
        ("Smith", "John", "P", "Jack", "1970-01-01", _M),
        ("Smith", "John", "Q", "", "1970-01-01", _M),
        ("Smith", "Jane", "", "", "2003-03-30", _F),
        ("Smith-Jones", "Anne Marie", "", "", "1998-11-11", _F),
    ],
    [
        ("Kowalczyk", "Łukasz", "", "", "1982-02-02", _M),
        ("Kowalczyk", "Żaneta", "", "", "1984-05-25", _F),
    ],
    [
        ("Özdemir", "Işıl", "", "", "1995-10-29", _F),
        ("İpek", "Çağrı", "", "", "1991-01-15", _M),
    ],
    [("van der Berg", "Pieter", "", "", "1963-09-30", _M)],
    [("de la Cruz", "María José", "", "", "1988-08-08", _F)],
    [("Παπαδόπουλος", "Γιώργος", "", "George", "1973-03-25", _M)],
    [("Иванова", "Ольга", "", "", "1966-06-16", _F)],
    [("Al-Rashid", "Fatima", "", "", "2000-02-20", _F)],
    [("McDonald", "Fiona", "", "", "1979-12-31", _F)],
    [("Null", "Christopher", "", "", "1986-07-14", _M)],
    [("Test", "", "", "", "", _U)],
    [("", "Cher", "", "", "1946-05-20", _F)],
    [
        ("Johnson", "Marcus", "T", "", "1972-10-05", _M),
        ("Johnson", "Denise", "", "", "1974-03-12", _F),
        ("Johnson", "Tyler", "", "Ty", "2010-06-18", _M),
    ],
    [("Okonkwo", "Chidi", "", "", "1983-09-27", _M)],
    [
        ("Yamamoto", "Keiko", "", "", "1959-04-29", _F),
        ("Yamamoto", "Hiroshi", "", "", "1957-11-03", _M),
    ],
    [("Peña", "Íñigo", "", "", "1994-12-13", _M)],
    [("Lee", "Grace", "", "", "2007-07-07", _F)],
]
_STATUS = {
    "Null": PatStatus.INACTIVE,
    "St. John-Smythe": PatStatus.DECEASED,
    "Okonkwo": PatStatus.PROSPECTIVE,
}


def people() -> tuple[Person, ...]:
    """Everybody, by PatNum, which count from 1."""
    found: list[Person] = []
    for family in _FAMILIES:
        head = PatNum(len(found) + 1)
        for lname, fname, middle, preferred, born, gender in family:
            birthdate = date.fromisoformat(born) if born else None
            status = _STATUS.get(lname, PatStatus.PATIENT)
            number = PatNum(len(found) + 1)
            found.append(
                Person(number, lname, fname, middle, preferred, birthdate, gender, head, status)
            )
    return tuple(found)
