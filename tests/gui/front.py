"""A window on a repository in memory."""

from odimaging.gui.desk import Desk
from odimaging.gui.main_window import MainWindow
from odimaging.gui.theme import Theme
from odimaging.gui.welcome import WelcomeCalls
from tests.fakes.inline_runner import InlineSubmit
from tests.gui.desk_fakes import (
    ANA,
    PHOTOS,
    FakeChanged,
    MemoryDesk,
    MemorySettings,
    document,
    open_practice,
)


class Front:
    """The window and what lies behind it."""

    def __init__(self, theme: Theme) -> None:
        self.store = MemoryDesk()
        self.submit = InlineSubmit()
        self.settings = MemorySettings()
        self.closed: list[bool] = []
        self.asked: list[str] = []
        self.theme = theme
        calls = WelcomeCalls(self.asked.append, lambda: self.asked.append("demo"))
        self.window = MainWindow(self.theme, self.settings, calls, lambda: self.closed.append(True))
        self.changed: FakeChanged | None = None

    def open(self) -> None:
        practice, self.changed = open_practice(self.store, self.submit)
        self.window.open_practice(practice)

    def open_ana(self, count: int = 6) -> None:
        for number in range(1, count + 1):
            one = document(number)
            if number == 5:
                one = document(number, doc_category=PHOTOS, description="Smile")
            self.store.documents[one.doc_num] = one
        self.open()
        self.desk.open_patient(ANA)

    @property
    def desk(self) -> Desk:
        assert self.window.desk is not None
        return self.window.desk
