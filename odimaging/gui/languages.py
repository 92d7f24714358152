"""The window's language: the catalogue of the user's locale from ``resources/translations``, else the texts as written."""

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from odimaging.gui import resources


def speak(application: QApplication, locale: QLocale) -> bool:
    """Install the catalogue of ``locale`` and, with it, Qt's own words; False if there is none."""
    ours = QTranslator(application)
    if not ours.load(locale, "odimaging", "_", str(resources.folder() / "translations")):
        return False
    qt_words = QTranslator(application)
    if qt_words.load(
        locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    ):
        application.installTranslator(qt_words)
    application.installTranslator(ours)
    return True
