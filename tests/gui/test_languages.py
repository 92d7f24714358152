import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from odimaging.gui import languages, resources

ROOT = Path(__file__).resolve().parents[2]


def test_the_catalogue_holds_every_text_of_the_window() -> None:
    script = ROOT / "packaging" / "translations.py"
    assert subprocess.call([sys.executable, str(script), "--check"]) == 0


def test_every_catalogue_is_compiled() -> None:
    folder = resources.folder() / "translations"
    assert {one.stem for one in folder.glob("*.ts")} == {one.stem for one in folder.glob("*.qm")}


def test_a_language_that_is_there_is_spoken(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = (resources.folder() / "translations" / "odimaging_en.ts").read_text(encoding="utf-8")
    german = tmp_path / "translations" / "odimaging_de.ts"
    german.parent.mkdir()
    german.write_text(
        words.replace("<translation>Cancel<", "<translation>Abbrechen<"), encoding="utf-8"
    )
    tool = Path(sys.executable).with_name("pyside6-lrelease")
    subprocess.run([tool, "-silent", german, "-qm", german.with_suffix(".qm")], check=True)
    monkeypatch.setattr(resources, "folder", lambda: tmp_path)
    before = set(qapp.findChildren(QTranslator))
    assert languages.speak(qapp, QLocale("de_DE"))
    try:
        assert QCoreApplication.translate("odimaging", "Cancel") == "Abbrechen"
    finally:
        for translator in set(qapp.findChildren(QTranslator)) - before:
            qapp.removeTranslator(translator)
    assert QCoreApplication.translate("odimaging", "Cancel") == "Cancel"


def test_a_language_that_is_not_there_leaves_the_texts_as_written(qapp: QApplication) -> None:
    assert not languages.speak(qapp, QLocale("de_DE"))
