"""Found or recent patients for Qt."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QDate,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from odimaging.gui import text
from odimaging.model.patient import Patient, PatStatus

Index = QModelIndex | QPersistentModelIndex
PATIENT_ROLE = int(Qt.ItemDataRole.UserRole)
FACTS_ROLE = PATIENT_ROLE + 1
KEY_ROLE = PATIENT_ROLE + 2


class PatientModel(QAbstractListModel):
    """Patients in the order of the presenter. ``keys``: whether Alt+1 … Alt+9 open them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._patients: tuple[Patient, ...] = ()
        self._keys = False

    def show(self, patients: Sequence[Patient], keys: bool = False) -> None:
        """Show these from now on."""
        self.beginResetModel()
        self._patients, self._keys = tuple(patients), keys
        self.endResetModel()

    def patient(self, index: Index) -> Patient | None:
        """The patient of a row."""
        return self._patients[index.row()] if index.isValid() else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 Qt's own default
        """See Qt."""
        return 0 if parent.isValid() else len(self._patients)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Name, second line, words for a screen reader."""
        patient = self.patient(index)
        if patient is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return text.name(patient)
        if role == FACTS_ROLE:
            return facts(patient)
        if role == KEY_ROLE:
            return f"Alt+{index.row() + 1}" if self._keys and index.row() < 9 else ""
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{text.name(patient)}, {facts(patient)}".replace("   ", ", ")
        return patient if role == PATIENT_ROLE else None


def facts(patient: Patient) -> str:
    """The second line: sex, age, birthdate, number, and a status worth knowing."""
    words = text.facts(patient, text.from_date(QDate.currentDate()))
    if patient.pat_status is not PatStatus.PATIENT:
        words += f"   {patient.pat_status.name.replace('_', '-').capitalize()}"
    return words
