from pathlib import Path

import pytest

from odimaging import practice, settings
from odimaging.model.errors import BadRequest
from odimaging.settings import Destination, Settings

WHOLE = Settings(
    theme="dark",
    tile_size=220,
    recent_patients=(7, 5),
    destinations=(Destination("Dr Lee", "sftp.lee.example/incoming/", "front", read_back=True),),
    show_details=False,
)


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    settings.save(WHOLE, tmp_path / "deep" / "settings.toml")
    assert settings.load(tmp_path / "deep" / "settings.toml") == WHOLE


@pytest.mark.parametrize(
    "text", ["", "theme = 3", "not toml at all =", "\x00", "destinations = [1, {}]"]
)
def test_damaged_settings_are_the_defaults(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    assert settings.load(tmp_path / "settings.toml") == Settings()


def test_saving_leaves_no_temporary_file(tmp_path: Path) -> None:
    settings.save(WHOLE, tmp_path / "settings.toml")
    settings.save(Settings(), tmp_path / "settings.toml")
    assert [file.name for file in tmp_path.iterdir()] == ["settings.toml"]


def test_a_practice_file_is_read_as_written(tmp_path: Path) -> None:
    file, images = tmp_path / "office.toml", str(tmp_path / "images")
    practice.write(file, "mysql://ana:s%40crit@db.example/opendental", images, "abc")
    read = practice.read(file)
    assert "crit" not in file.read_text()
    assert read.database_url == "mysql://ana@db.example/opendental"
    assert (read.root, read.share_id, read.storage_kind) == (images, "abc", "LocalAtoZ")
    assert (read.name, read.username, read.keep_days) == ("office", "ana", 30)


def test_relative_places_are_relative_to_the_practice_file(tmp_path: Path) -> None:
    file = tmp_path / "demo.toml"
    file.write_text('[database]\nurl = "sqlite:///demo.db"\n[storage]\nroot = "images"\n')
    read = practice.read(file)
    assert read.database_url == f"sqlite:///{tmp_path / 'demo.db'}"
    assert read.root == str(tmp_path / "images")


def test_a_practice_file_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "office.toml"
    file.write_text("mine")
    with pytest.raises(BadRequest, match="already there"):
        practice.write(file, "sqlite:///a.db", "/srv")
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[database]\n", "names no database"),
        ('[database]\nurl = "mysql://a:secret@h/d"\n', "holds a password"),
        ("database = 3\n", "must be a table"),
        ("[database]\nurl = 3\n", "must be text"),
        ('[database]\nurl = "sqlite:///a"\n[storage]\nkind = "Cellar"\n', "kind must be one of"),
        ('[database]\nurl = "sqlite:///a"\n[deleted]\nkeep_days = -1\n', "keep_days"),
        ("[database\n", "damaged"),
    ],
)
def test_a_wrong_practice_file_says_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "office.toml"
    file.write_text(text)
    with pytest.raises(BadRequest, match=words) as caught:
        practice.read(file)
    assert "secret" not in caught.value.user_text


def test_a_missing_practice_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="cannot be read"):
        practice.read(tmp_path / "none.toml")
