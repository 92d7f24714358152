"""Words and dates as the window writes them: the user's locale, plain text only."""

from datetime import date, datetime, time

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QTime

from odimaging.model.patient import Gender, Patient

GENDERS = {Gender.MALE: "M", Gender.FEMALE: "F", Gender.UNKNOWN: "", Gender.OTHER: ""}


def translate(text: str) -> str:
    """The text in the window's language."""
    return QCoreApplication.translate("odimaging", text)


def day(moment: date) -> str:
    """A day as ``12 May 2025``, months in the user's language."""
    return QLocale().toString(QDate(moment.year, moment.month, moment.day), "d MMM yyyy")


def moment(when: datetime) -> str:
    """A day and a time in the user's form."""
    clock = QLocale().toString(QTime(when.hour, when.minute), QLocale.FormatType.ShortFormat)
    return f"{day(when.date())}, {clock}"


DATES = (
    "d MMM yyyy",
    "d MMMM yyyy",
    "MMM d yyyy",
    "MMMM d yyyy",
    "M/d/yyyy",
    "d.M.yyyy",
    "yyyy-M-d",
)
TIMES = ("H:mm", "h:mmAP", "h:mm AP")
"""How a date and a time may be typed."""


def typed(when: datetime) -> str:
    """In a field, ready to be changed: ``12 May 2025  09:30``."""
    return f"{day(when.date())}  {when:%H:%M}"


def read_moment(words: str, at: time) -> datetime | None:
    """What was typed in a date field; ``at``: the time where none was. None: no date, or not one of the calendar."""
    words = " ".join(words.replace(",", " ").split())
    for form in DATES:
        found = QLocale().toDateTime(words, form)
        if found.isValid():
            return datetime.combine(from_date(found.date()), at)
        for clock in TIMES:
            found = QLocale().toDateTime(words, f"{form} {clock}")
            if found.isValid():
                moment = time(found.time().hour(), found.time().minute())
                return datetime.combine(from_date(found.date()), moment)
    return None


def age(birthdate: date, today: date) -> int:
    """Whole years."""
    had_birthday = (today.month, today.day) >= (birthdate.month, birthdate.day)
    return today.year - birthdate.year - (not had_birthday)


def name(patient: Patient) -> str:
    """``Rivera, Ana``; a first name alone stands without a comma, who has none goes by number."""
    return patient.name_lf.removeprefix(", ") or f"No. {patient.pat_num}"


def facts(patient: Patient, today: date) -> str:
    """``F · 44   born 4 May 1981   No. 1524``; unknown parts are left out."""
    parts: list[str] = []
    sex = GENDERS[patient.gender]
    if patient.birthdate is not None:
        years = str(age(patient.birthdate, today))
        parts += [f"{sex} · {years}" if sex else years, f"born {day(patient.birthdate)}"]
    elif sex:
        parts.append(sex)
    return "   ".join([*parts, f"No. {patient.pat_num}"])


def escape_mnemonic(text: str) -> str:
    """Foreign text in a menu: an ampersand stays an ampersand."""
    return text.replace("&", "&&")


def from_date(day: QDate) -> date:
    """Of Qt's day."""
    return date(day.year(), day.month(), day.day())


def plain_tip(words: str) -> str:
    """Foreign text for a tool tip, shown literally: Qt would guess HTML from a tag in it."""
    lines = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split("\n")
    return f"<p style='white-space:pre-wrap'>{'<br>'.join(lines)}</p>"
