"""The details pane: preview and the fields of what is selected. Enter or leaving a field saves it."""

from collections.abc import Callable, Sequence
from datetime import datetime, time
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from odimaging.gui import text
from odimaging.gui.presenters.details import DetailsState, FieldState
from odimaging.gui.presenters.items import TYPE_WORDS, GridItem
from odimaging.gui.presenters.tiles import TilePresenter
from odimaging.gui.views.labels import plain_label
from odimaging.gui.views.pixels import to_image
from odimaging.model import tooth_numbers
from odimaging.model.definition import Definition, Provider
from odimaging.model.errors import InvalidField, OdImagingError
from odimaging.model.ids import ProvNum
from odimaging.model.picture import Picture

PREVIEW_HEIGHT = 170
PREVIEW_PIXELS = 320


class DetailsPane(QScrollArea):
    """Shows a `DetailsState`; ``saved(items, field, value)`` asks the presenter to store one field."""

    saved = Signal(object, str, object)

    def __init__(
        self,
        make_tiles: Callable[[Callable[[str, int, Picture | None, str], None]], TilePresenter],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("detailsPane")
        self.setAccessibleName(self.tr("Details"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._tiles = make_tiles(self._on_arrived)
        self._selection: tuple[GridItem, ...] = ()
        self._state = DetailsState()
        self._filling = False
        self._pixmap: tuple[str, QPixmap] | None = None
        self._providers: tuple[Provider, ...] = ()
        self._make_fields()
        self._lay_out()
        self.show_state(DetailsState(), ())

    # ------------------------------------------------------------ what it shows

    def show_choices(self, categories: Sequence[Definition], providers: Sequence[Provider]) -> None:
        """What can be chosen in the lists. A hidden category is only offered while something is in it."""
        self._filling = True
        self.category.clear()
        for category in categories:
            self.category.addItem(category.item_name, category.def_num)
        self.provider.clear()
        self.provider.addItem(self.tr("None"), ProvNum(0))
        for provider in providers:
            if not provider.is_hidden:
                self.provider.addItem(provider.abbr, provider.prov_num)
        self._providers = tuple(providers)
        self._filling = False

    def show_state(self, state: DetailsState, selection: Sequence[GridItem]) -> None:
        """Another selection, or the same one read again. What somebody is typing stays."""
        same = [item.key for item in selection] == [item.key for item in self._selection]
        if not same:
            self.commit()
            for note in self._notes.values():
                note.hide()
        self._selection, self._state = tuple(selection), state
        self._filling = True
        self._heading.setText(state.heading)
        self._kind.setText(state.kind)
        self._kind.setVisible(bool(state.kind))
        self._hint.setVisible(not state.fields)
        self._form.setVisible(bool(state.fields))
        for name, field in state.fields.items():
            if not (same and self._typing(name)):
                self._show_field(name, field)
            self._permit(name, field.reason)
        self._filling = False
        self._show_preview(same)

    def looks_different(self, keys: Sequence[str]) -> None:
        """The preview is old."""
        if self._pixmap is not None and self._pixmap[0] in keys:
            self._pixmap = None
        self._tiles.forget(set(keys))
        self._show_preview(same=False)

    def try_again(self) -> None:
        """A preview that could not be made is asked for once more."""
        if self._pixmap is None:
            self._show_preview(same=False)

    def forget_all(self) -> None:
        """No preview is needed any more."""
        self._tiles.cancel()

    def say_beside(self, name: str, words: str) -> None:
        """A sentence below a field; the field shows what is stored."""
        self._notes[name].setText(words)
        self._notes[name].show()
        self._widgets[name].setAccessibleDescription(words)
        field = self._state.fields.get(name)
        if field is not None:
            self._filling = True
            self._show_field(name, field)
            self._filling = False

    def commit(self) -> None:
        """Save what is still being typed."""
        for name in self._lines:
            self._save_line(name)
        self._save_note()

    def edit_description(self) -> None:
        """F2."""
        if self.description.isEnabled():
            self.description.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.description.selectAll()

    # ------------------------------------------------------------ building

    def _make_fields(self) -> None:
        self.description = self._line(self.tr("Description"), "description")
        self.teeth = self._line(self.tr("Teeth"), "tooth_numbers")
        self.category = self._list(self.tr("Category"), "doc_category")
        self.img_type = self._list(self.tr("Type"), "img_type")
        self.provider = self._list(self.tr("Provider"), "prov_num")
        for kind, word in TYPE_WORDS.items():
            self.img_type.addItem(word, kind)
        self.date = self._line(self.tr("Date and time"), "date_created")
        self.note = QPlainTextEdit(self)
        self.note.setAccessibleName(self.tr("Note"))
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(88)
        self._lines = {
            "description": self.description,
            "tooth_numbers": self.teeth,
            "date_created": self.date,
        }
        self._widgets: dict[str, QWidget] = {
            "description": self.description,
            "doc_category": self.category,
            "date_created": self.date,
            "img_type": self.img_type,
            "tooth_numbers": self.teeth,
            "prov_num": self.provider,
            "note": self.note,
        }
        for widget in self._widgets.values():
            widget.installEventFilter(self)
            widget.setAcceptDrops(False)
        self.note.viewport().setAcceptDrops(False)

    def _line(self, name: str, field: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setAccessibleName(name)
        line.editingFinished.connect(lambda: self._save_line(field))
        return line

    def _list(self, name: str, field: str) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName(name)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(8)
        box.activated.connect(lambda _row: self._save_choice(field, box))
        return box

    def _lay_out(self) -> None:
        body = QWidget()
        body.setObjectName("detailsBody")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(4)
        self._preview = QLabel(body)
        self._preview.setObjectName("detailsPreview")
        self._preview.setTextFormat(Qt.TextFormat.PlainText)
        self._preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._preview.setWordWrap(True)
        self._preview.setFixedHeight(PREVIEW_HEIGHT)
        self._preview.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._heading = plain_label("", body)
        self._heading.setObjectName("detailsHeading")
        self._kind = plain_label("", body)
        self._kind.setProperty("field", True)
        self._hint = plain_label(self.tr("Select an image to see its details."), body)
        self._hint.setProperty("field", True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._form = QWidget(body)
        form = QVBoxLayout(self._form)
        form.setContentsMargins(0, 6, 0, 0)
        form.setSpacing(3)
        self._notes: dict[str, QLabel] = {}
        for name in ("description", "doc_category", "date_created"):
            form.addLayout(self._row(name))
        pair = QHBoxLayout()
        pair.setSpacing(8)
        for name in ("img_type", "prov_num"):
            pair.addLayout(self._row(name), 1)
        form.addLayout(pair)
        for name in ("tooth_numbers", "note"):
            form.addLayout(self._row(name))
        for widget in (self._preview, self._heading, self._kind, self._hint, self._form):
            layout.addWidget(widget)
        layout.addStretch(1)
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def _row(self, name: str) -> QVBoxLayout:
        form = QVBoxLayout()
        form.setSpacing(3)
        widget = self._widgets[name]
        label = QLabel(widget.accessibleName(), self._form)
        label.setProperty("field", True)
        label.setBuddy(widget)
        note = plain_label("", self._form)
        note.setObjectName("fieldNote")
        note.hide()
        self._notes[name] = note
        form.addWidget(label)
        form.addWidget(widget)
        form.addWidget(note)
        form.addSpacing(5)
        return form

    # ------------------------------------------------------------ fields

    def _show_field(self, name: str, field: FieldState) -> None:
        value = None if field.several else field.value
        if name == "note":
            self.note.setPlainText(str(value or ""))
            self.note.document().setModified(False)
            self.note.setPlaceholderText(self.tr("(several)") if field.several else "")
        elif name in self._lines:
            line = self._lines[name]
            line.setText(_words_of(name, value))
            line.setPlaceholderText(self.tr("(several)") if field.several else "")
            line.setCursorPosition(0)
        else:
            self._show_choice(name, field, value)

    def _show_choice(self, name: str, field: FieldState, value: Any) -> None:
        box = self._widgets[name]
        assert isinstance(box, QComboBox)
        row = -1 if value is None else box.findData(value)
        if row < 0 and value is not None and name == "prov_num":
            known = [prov.abbr for prov in self._providers if prov.prov_num == value]
            box.addItem(known[0] if known else self.tr("Provider {}").format(value), value)
            row = box.count() - 1
        box.setPlaceholderText(self.tr("(several)") if field.several else "")
        box.setCurrentIndex(row)

    def _permit(self, name: str, reason: str) -> None:
        widget = self._widgets[name]
        widget.setEnabled(not reason)
        widget.setToolTip(text.plain_tip(reason) if reason else "")
        if not self._notes[name].isVisible():
            widget.setAccessibleDescription(reason)

    def _typing(self, name: str) -> bool:
        widget = self._widgets[name]
        return widget.hasFocus() and self._typed(widget)

    @staticmethod
    def _typed(widget: QObject) -> bool:
        if isinstance(widget, QLineEdit):
            return widget.isModified()
        return isinstance(widget, QPlainTextEdit) and widget.document().isModified()

    # ------------------------------------------------------------ saving

    def _save(self, name: str, value: Any) -> None:
        if not self._filling and self._selection and self._widgets[name].isEnabled():
            self._notes[name].hide()
            self.saved.emit(self._selection, name, value)

    def _save_line(self, name: str) -> None:
        line = self._lines[name]
        if not line.isModified():
            return
        line.setModified(False)
        try:
            value = self._parsed(name, line.text().strip())
        except OdImagingError as error:
            self.say_beside(name, error.user_text)
            return
        self._save(name, value)

    def _save_note(self) -> None:
        document = self.note.document()
        if document.isModified():
            document.setModified(False)
            self._save("note", self.note.toPlainText())

    def _parsed(self, name: str, words: str) -> Any:
        """Raises InvalidField with what stands beside the field."""
        if name == "tooth_numbers":
            return tooth_numbers.parse(words)
        if name != "date_created":
            return words
        field = self._state.fields[name]
        stored: datetime | None = None if field.several else field.value
        found = text.read_moment(words, stored.time() if stored else time())
        if found is None:
            raise InvalidField(
                self.tr("“{}” is not a date. Write it like {}.").format(
                    words, text.typed(stored or datetime(2026, 5, 4, 9, 30))
                )
            )
        same = stored is not None and found == stored.replace(second=0, microsecond=0)
        return stored if same else found

    def _save_choice(self, name: str, box: QComboBox) -> None:
        value = box.currentData()
        if value is not None:
            self._save(name, value)

    # ------------------------------------------------------------ preview

    def _show_preview(self, same: bool) -> None:
        item = self._selection[0] if len(self._selection) == 1 else None
        self._preview.setVisible(item is not None)
        if item is None:
            self._tiles.cancel()
            self._pixmap = None
            return
        if self._pixmap is not None and self._pixmap[0] == item.key:
            self._draw_preview()
        elif not item.has_pixels:
            self._preview.setText(self.tr("No preview"))
            self._tiles.cancel()
        elif not (same and self._preview.text()):
            self._preview.setText(self.tr("Loading…"))
            self._tiles.want([item], round(PREVIEW_PIXELS * self.devicePixelRatioF()))

    def _on_arrived(self, key: str, pixels: int, picture: Picture | None, reason: str) -> None:
        if len(self._selection) != 1 or self._selection[0].key != key:
            return
        if picture is None:
            self._preview.setText(reason)
            return
        pixmap = QPixmap.fromImage(to_image(picture))
        self._pixmap = (key, pixmap)
        self._draw_preview()

    def _draw_preview(self) -> None:
        if self._pixmap is None:
            return
        ratio = self.devicePixelRatioF()
        width = max(1, self.viewport().width() - 28)
        pixmap = self._pixmap[1].scaled(
            round((width - 12) * ratio),
            round((PREVIEW_HEIGHT - 12) * ratio),
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        pixmap.setDevicePixelRatio(ratio)
        self._preview.setPixmap(pixmap)
        self._preview.setAccessibleName(self.tr("Preview of {}").format(self._state.heading))

    # ------------------------------------------------------------ Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The preview fits."""
        super().resizeEvent(event)
        self._draw_preview()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The wheel scrolls the pane and never changes a field; leaving the note, or Ctrl+Enter, saves it.

        Ctrl+Z is the field's while it holds unsaved typing, else the window's.
        """
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undoing = event.matches(QKeySequence.StandardKey.Undo)
            redoing = event.matches(QKeySequence.StandardKey.Redo)
            if (undoing or redoing) and not self._typed(watched):
                event.ignore()
                return True
        if event.type() is QEvent.Type.Wheel and watched is not self.note:
            event.ignore()
            return True
        if watched is self.note and event.type() is QEvent.Type.FocusOut:
            self._save_note()
        if watched is self.note and isinstance(event, QKeyEvent):
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._save_note()
                return True
        return super().eventFilter(watched, event)


def _words_of(name: str, value: Any) -> str:
    if not value:
        return ""
    if name == "date_created":
        return text.typed(value)
    return tooth_numbers.display(value) if name == "tooth_numbers" else str(value)
