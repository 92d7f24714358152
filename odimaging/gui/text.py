"""Words and dates as the window writes them: the user's locale, plain text only."""

from datetime import date, datetime

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, QTime

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


def qt_moment(when: datetime) -> QDateTime:
    """For a date field."""
    return QDateTime(
        QDate(when.year, when.month, when.day), QTime(when.hour, when.minute, when.second)
    )


def from_qt(when: QDateTime) -> datetime:
    """Of a date field, whole seconds, local without zone."""
    on, at = when.date(), when.time()
    return datetime(on.year(), on.month(), on.day(), at.hour(), at.minute(), at.second())


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
