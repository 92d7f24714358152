"""Send to ▸: the last used destination first, answered from memory; no network while it opens."""

from collections.abc import Sequence

from PySide6.QtWidgets import QMenu, QWidget

from odimaging.gui.presenters.transfer_rows import SendChoice
from odimaging.gui.presenters.transfers import TransfersPresenter
from odimaging.gui.presenters.words import images
from odimaging.gui.text import escape_mnemonic, translate
from odimaging.gui.views.destination_dialogs import DestinationDialog


def build_send_menu(
    presenter: TransfersPresenter, items: Sequence[SendChoice], parent: QWidget
) -> QMenu:
    """``Send to (18 images)`` with the saved destinations and New…; disabled if there is nothing to send."""
    menu = QMenu(_title(items), parent)
    menu.setObjectName("sendMenu")
    chosen = tuple(items)
    destinations = presenter.destinations
    for number, destination in enumerate(destinations):
        action = menu.addAction(escape_mnemonic(destination.name))
        action.setToolTip(destination.sftp_address)
        action.triggered.connect(
            lambda _checked=False, where=destination: presenter.send(chosen, where)
        )
        if number == 0 and len(destinations) > 1:
            menu.addSeparator()
    if destinations:
        menu.addSeparator()
    else:
        empty = menu.addAction(translate("No place to send to yet"))
        empty.setEnabled(False)
        empty.setToolTip(translate("Add one once; after that it is two clicks."))
    new = menu.addAction(translate("New…" if destinations else "Add a destination…"))
    new.triggered.connect(lambda: _send_to_new(presenter, chosen, parent))
    menu.menuAction().setEnabled(bool(chosen))
    if not chosen:
        menu.menuAction().setToolTip(translate("Choose an image first."))
    return menu


def _title(items: Sequence[SendChoice]) -> str:
    return translate("Send to" if len(items) < 2 else f"Send to ({images(len(items))})")


def _send_to_new(
    presenter: TransfersPresenter, items: Sequence[SendChoice], parent: QWidget
) -> None:
    dialog = DestinationDialog(presenter.places, parent)
    dialog.saved.connect(
        lambda destination, password: presenter.send(items, destination, password or None)
    )
    dialog.open()
