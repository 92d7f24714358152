"""Everything that is asked about a place to send to: its address, a password, its code, one last question."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from odimaging.gui.presenters.asking import address_of, same_code
from odimaging.gui.presenters.destinations import Destinations
from odimaging.gui.text import translate
from odimaging.gui.views.labels import copyable_label
from odimaging.model.errors import BadRequest
from odimaging.settings import Destination

WIDTH = 460
NO_VAULT = "This computer has no password vault, so the password is asked for each time."


class _Dialog(QDialog):
    """Words on top, then what the dialog adds, then its buttons. Deleted when closed; opened, never run."""

    def __init__(self, title: str, words: str, verb: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(WIDTH)
        self.column = QVBoxLayout(self)
        self.column.setSpacing(10)
        if words:
            self.column.addWidget(copyable_label(words))
        self.buttons = QDialogButtonBox()
        self.verb = QPushButton(verb)
        self.verb.setProperty("primary", True)
        if verb:
            self.buttons.addButton(self.verb, QDialogButtonBox.ButtonRole.AcceptRole)
        self.cancel = QPushButton(translate("Cancel" if verb else "Close"))
        self.buttons.addButton(self.cancel, QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def finish(self) -> None:
        """The buttons go last."""
        self.column.addWidget(self.buttons)


class ConfirmDialog(_Dialog):
    """One question; the button repeats the verb, Cancel has the focus."""

    def __init__(self, words: str, verb: str, parent: QWidget | None = None) -> None:
        super().__init__(translate("Send"), words, verb, parent)
        self.setObjectName("confirmSend")
        self.finish()
        self.cancel.setDefault(True)
        self.cancel.setFocus()


class PasswordDialog(_Dialog):
    """The password of one destination, and whether this computer may keep it."""

    def __init__(
        self,
        destination: Destination,
        reason: str,
        can_remember: bool,
        parent: QWidget | None = None,
    ) -> None:
        words = reason or translate(f"Password for {destination.username} at {destination.name}")
        super().__init__(translate("Password"), words, translate("Send"), parent)
        self.setObjectName("passwordDialog")
        self.password = password_field()
        self.column.addWidget(self.password)
        self.remember = remember_box(can_remember)
        self.column.addWidget(self.remember)
        self.finish()
        self.verb.setEnabled(False)
        self.verb.setDefault(True)
        self.password.textChanged.connect(lambda text: self.verb.setEnabled(bool(text)))
        self.password.setFocus()


class HostKeyDialog(_Dialog):
    """First contact (decision 39): the server's code, a field to compare, Pin or Cancel."""

    def __init__(
        self, destination: str, host: str, fingerprint: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            translate("New server"),
            translate(
                f"First time sending to {destination}’s server ({host}).\n\n"
                "To be sure it is theirs, paste the server code they gave you. We compare it for you."
            ),
            translate("Trust this server"),
            parent,
        )
        self.setObjectName("hostKeyDialog")
        self._fingerprint = fingerprint
        self.pasted = QLineEdit()
        self.pasted.setPlaceholderText("SHA256:…")
        self.pasted.setAccessibleName(translate("The code they gave you"))
        self.verdict = copyable_label("")
        shown = QLineEdit(fingerprint)
        shown.setReadOnly(True)
        shown.setAccessibleName(translate("The code this server shows"))
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.addRow(translate("The code they gave you"), self.pasted)
        form.addRow(translate("The code this server shows"), shown)
        self.column.addLayout(form)
        self.column.addWidget(self.verdict)
        self.finish()
        self.cancel.setText(translate("Not now"))
        self.cancel.setDefault(True)
        self.pasted.textChanged.connect(self._compare)
        self._compare("")
        self.pasted.setFocus()

    def _compare(self, pasted: str) -> None:
        if not pasted.strip():
            words = translate("No code? Call them and have it read to you before you trust it.")
        elif same_code(pasted, self._fingerprint):
            words = translate("✓ The codes are the same: it is their server.")
        else:
            words = translate("✗ The codes differ. Do not go on; call them.")
        self.verdict.setText(words)
        self.verb.setEnabled(not pasted.strip() or same_code(pasted, self._fingerprint))


class RefusedDialog(_Dialog):
    """A server with another code than before: words, both codes to copy, no button to go on."""

    def __init__(
        self,
        title: str,
        words: str,
        codes: Sequence[tuple[str, str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(translate("Nothing was sent"), f"{title}\n\n{words}", "", parent)
        self.setObjectName("hostKeyChanged")
        text = "\n".join(f"{name}: {code}" for name, code in codes)
        self.column.addWidget(copyable_label(text))
        copy = self.buttons.addButton(
            translate("Copy both codes"), QDialogButtonBox.ButtonRole.ActionRole
        )
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
        self.finish()


class DestinationDialog(_Dialog):
    """A place to send to, how it is signed in to and checked, and a test.

    ``saved`` carries the `Destination` and the password typed.
    """

    saved = Signal(object, str)

    def __init__(
        self,
        places: Destinations,
        parent: QWidget | None = None,
        known: Destination | None = None,
    ) -> None:
        super().__init__(
            translate("Destination" if known else "New destination"),
            "",
            translate("Save"),
            parent,
        )
        self.setObjectName("destinationDialog")
        self._places = places
        self._known = known
        self.name = _field(translate("Name"), "Dr Lee", known.name if known else "")
        self.address = _field(
            translate("Address"),
            "sftp://server.example/folder/",
            known.sftp_address if known else "",
        )
        self.username = _field(translate("User name"), "", known.username if known else "")
        self.password = password_field()
        self.remember = remember_box(places.can_remember)
        self.read_back = QCheckBox(translate("Fetch every file back and compare it (takes longer)"))
        self.read_back.setChecked(known is not None and known.read_back)
        self.result_label = copyable_label("")
        self.test_button = QPushButton(translate("Test connection"))
        self._lay_out()
        for line in (self.name, self.address, self.username, self.password):
            line.textChanged.connect(lambda _text: self._check())
        self.test_button.clicked.connect(self._on_test)
        self.verb.setDefault(True)
        self._check()

    def destination(self) -> Destination:
        """As typed."""
        address = self.address.text().strip()
        if "://" not in address:
            address = f"sftp://{address}"
        return Destination(
            self.name.text().strip(),
            address if address.endswith("/") else f"{address}/",
            self.username.text().strip(),
            self.read_back.isChecked(),
        )

    def accept(self) -> None:
        """Kept in the settings; the password in the vault, if wished."""
        destination = self.destination()
        self._places.save(destination, self._known.name if self._known else "")
        password = self.password.text()
        self.password.clear()
        if self.remember.isChecked() and password:
            self._places.remember_password(destination, password)
        self.saved.emit(destination, password)
        super().accept()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow(translate("Name"), self.name)
        form.addRow(translate("Address"), self.address)
        form.addRow(translate("User name"), self.username)
        form.addRow(translate("Password"), self.password)
        form.addRow("", self.remember)
        form.addRow("", self.read_back)
        self.column.addLayout(form)
        row = QHBoxLayout()
        row.addWidget(self.test_button)
        row.addWidget(self.result_label, 1)
        self.column.addLayout(row)
        self.finish()

    def _check(self) -> None:
        problem = self._problem()
        self.verb.setEnabled(not problem)
        self.test_button.setEnabled(not problem and bool(self.password.text()))
        self.result_label.setText(problem if self.address.text() and self.name.text() else "")

    def _problem(self) -> str:
        if not (self.name.text().strip() and self.address.text().strip()):
            return translate("Name and address are needed.")
        try:
            address_of(self.destination())
        except BadRequest as error:
            return error.user_text.replace("SftpAddress", translate("The address"))
        if not self.username.text().strip():
            return translate("The user name is needed.")
        return ""

    def _on_test(self) -> None:
        self.test_button.setEnabled(False)
        self.result_label.setText(translate("Connecting…"))
        self._places.test(self.destination(), self.password.text(), self._tested, self._tested)

    def _tested(self, words: str) -> None:
        if isValid(self):
            self.result_label.setText(words)
            self.test_button.setEnabled(True)


class DestinationsDialog(_Dialog):
    """All saved places: add, change, remove."""

    def __init__(self, places: Destinations, parent: QWidget | None = None) -> None:
        super().__init__(translate("Destinations"), "", "", parent)
        self.setObjectName("destinationsDialog")
        self._places = places
        self.rows = QListWidget()
        self.rows.setAccessibleName(translate("Destinations"))
        self.column.addWidget(self.rows)
        row = QHBoxLayout()
        for words, call in (
            ("New…", self._on_new),
            ("Change…", self._on_change),
            ("Remove", self._on_remove),
        ):
            button = QPushButton(translate(words))
            button.clicked.connect(lambda _checked=False, call=call: call())
            row.addWidget(button)
        row.addStretch()
        self.column.addLayout(row)
        self.finish()
        self._fill()

    def _fill(self) -> None:
        self.rows.clear()
        for destination in sorted(self._places.saved, key=lambda one: one.name.casefold()):
            self.rows.addItem(f"{destination.name}   {destination.sftp_address}")
            self.rows.item(self.rows.count() - 1).setData(Qt.ItemDataRole.UserRole, destination)
        if self.rows.count():
            self.rows.setCurrentRow(0)

    def _chosen(self) -> Destination | None:
        item = self.rows.currentItem()
        chosen: Destination | None = item.data(Qt.ItemDataRole.UserRole) if item else None
        return chosen

    def _on_new(self) -> None:
        self._edit(None)

    def _on_change(self) -> None:
        if (chosen := self._chosen()) is not None:
            self._edit(chosen)

    def _edit(self, known: Destination | None) -> None:
        dialog = DestinationDialog(self._places, self, known)
        dialog.saved.connect(lambda _destination, _password: self._fill())
        dialog.open()

    def _on_remove(self) -> None:
        if (chosen := self._chosen()) is not None:
            self._places.remove(chosen.name)
            self._fill()


class DialogAsker:
    """The presenter's questions as dialogs over the window of ``over``."""

    def __init__(self, over: QWidget) -> None:
        self._over = over

    def confirm(self, words: str, verb: str, answer: Callable[[bool], None]) -> None:
        """See `odimaging.gui.presenters.asking.Asker`."""
        dialog = ConfirmDialog(words, verb, self._over.window())
        dialog.finished.connect(lambda code: answer(code == QDialog.DialogCode.Accepted))
        dialog.open()

    def password(
        self,
        destination: Destination,
        reason: str,
        can_remember: bool,
        answer: Callable[[str | None, bool], None],
    ) -> None:
        """See `odimaging.gui.presenters.asking.Asker`."""
        dialog = PasswordDialog(destination, reason, can_remember, self._over.window())

        def finished(code: int) -> None:
            given = dialog.password.text() if code == QDialog.DialogCode.Accepted else None
            dialog.password.clear()
            answer(given, dialog.remember.isChecked())

        dialog.finished.connect(finished)
        dialog.open()

    def unknown_host(
        self, destination: str, host: str, fingerprint: str, answer: Callable[[bool], None]
    ) -> None:
        """See `odimaging.gui.presenters.asking.Asker`."""
        dialog = HostKeyDialog(destination, host, fingerprint, self._over.window())
        dialog.finished.connect(lambda code: answer(code == QDialog.DialogCode.Accepted))
        dialog.open()

    def refused(self, title: str, words: str, codes: Sequence[tuple[str, str]]) -> None:
        """See `odimaging.gui.presenters.asking.Asker`."""
        RefusedDialog(title, words, codes, self._over.window()).open()


def password_field() -> QLineEdit:
    """Shown as dots."""
    line = QLineEdit()
    line.setEchoMode(QLineEdit.EchoMode.Password)
    line.setAccessibleName(translate("Password"))
    return line


def remember_box(can_remember: bool) -> QCheckBox:
    """Greyed, with the reason, where there is no vault."""
    box = QCheckBox(translate("Remember it in this computer’s password vault"))
    box.setEnabled(can_remember)
    box.setChecked(can_remember)
    if not can_remember:
        box.setToolTip(translate(NO_VAULT))
        box.setAccessibleDescription(translate(NO_VAULT))
    return box


def _field(name: str, example: str, text: str) -> QLineEdit:
    line = QLineEdit(text)
    line.setPlaceholderText(example)
    line.setAccessibleName(name)
    return line
