import logging
from pathlib import Path

import pytest

from odimaging import settings
from odimaging.app.kept_settings import KeptSettings
from odimaging.settings import Settings
from tests.fakes.inline_runner import InlineSubmit


def test_what_is_saved_is_known_at_once_and_written_by_a_job(tmp_path: Path) -> None:
    submit = InlineSubmit(hold=True)
    kept = KeptSettings(tmp_path / "settings.toml", submit)
    kept.save(Settings(theme="dark"))
    assert kept.load().theme == "dark"
    assert not (tmp_path / "settings.toml").exists()
    submit.release()
    assert settings.load(tmp_path / "settings.toml").theme == "dark"


def test_the_job_writes_the_newest(tmp_path: Path) -> None:
    submit = InlineSubmit(hold=True)
    kept = KeptSettings(tmp_path / "settings.toml", submit)
    kept.save(Settings(theme="dark"))
    kept.save(Settings(theme="light", tile_size=220))
    submit.release()
    assert settings.load(tmp_path / "settings.toml") == Settings(theme="light", tile_size=220)
    assert {job.key for job in submit.jobs} == {"save settings"}


def test_nothing_changed_nothing_written(tmp_path: Path) -> None:
    submit = InlineSubmit()
    KeptSettings(tmp_path / "settings.toml", submit).save(Settings())
    assert not submit.jobs
    assert not (tmp_path / "settings.toml").exists()


def test_settings_that_cannot_be_written_do_not_stop_the_work(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    kept = KeptSettings(tmp_path / "taken" / "settings.toml", InlineSubmit())
    with caplog.at_level(logging.WARNING):
        kept.save(Settings(theme="dark"))
    assert kept.load().theme == "dark"
    assert "settings not saved" in caplog.text
    assert str(tmp_path) not in caplog.text
