"""Opening a practice for real: which password is used, where its images are looked for, which share is accepted."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from odimaging import practice as practices
from odimaging.app import office as offices
from odimaging.app.office import VAULT_SERVICE, open_office, open_practice_database, open_store
from odimaging.db.engine import open_database
from odimaging.model.errors import (
    BadRequest,
    DatabaseUnavailable,
    LoginRefused,
    OdImagingError,
    StoreUnavailable,
)
from odimaging.practice import Practice
from odimaging.settings import data_folder
from odimaging.storage.root import create_root
from tests.fakes.transfer_bench import MemoryHostKeys, MemoryVault
from tests.servers.mariadb import MakePractice, MariaDbServer, PracticeDatabase

WRONG = "not the password"


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.delenv("ODIMAGING_DB_PASSWORD", raising=False)


# ---------------------------------------------------------------- password


class Asked:
    """The user, who answers each question with the next of these."""

    def __init__(self, *answers: str | None) -> None:
        self.answers = list(answers)
        self.accounts: list[str] = []

    def __call__(self, account: str) -> str | None:
        self.accounts.append(account)
        return self.answers.pop(0)


class Site:
    """A practice on the server; what its vault keeps."""

    def __init__(self, database: PracticeDatabase, folder: Path) -> None:
        assert database.password is not None
        self.password = database.password
        self.file = folder / "password.txt"
        self.vault = MemoryVault()
        self.practice = Practice(folder / "office.toml", database.url)

    def keep(self, password: str) -> None:
        self.vault.set(VAULT_SERVICE, self.practice.database_url, password)

    @property
    def kept(self) -> str | None:
        return self.vault.get(VAULT_SERVICE, self.practice.database_url)

    def name_file(self, text: str) -> None:
        self.file.write_text(text)
        self.practice = replace(self.practice, password_file=str(self.file))

    def opens(self, ask: Asked | None = None) -> bool:
        database = open_practice_database(self.practice, self.vault, ask)
        with database.unit_of_work() as work:
            opened = bool(work.definitions.image_categories())
        database.close()
        return opened


@pytest.fixture
def site(make_practice_database: MakePractice, tmp_path: Path) -> Site:
    return Site(make_practice_database("innodb"), tmp_path)


@pytest.mark.mariadb
class TestPassword:
    def test_the_environment_comes_first(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        site.name_file(WRONG)
        site.keep(WRONG)
        monkeypatch.setenv("ODIMAGING_DB_PASSWORD", site.password)
        assert site.opens()
        assert site.kept == WRONG

    def test_then_the_file_without_its_line_break(self, site: Site) -> None:
        site.name_file(f"{site.password}\r\n")
        site.keep(WRONG)
        assert site.opens()

    def test_then_the_vault(self, site: Site) -> None:
        site.keep(site.password)
        ask = Asked()
        assert site.opens(ask)
        assert not ask.accounts

    def test_then_the_user_and_what_worked_is_kept(self, site: Site) -> None:
        ask = Asked(site.password)
        assert site.opens(ask)
        assert ask.accounts == ["test"]
        assert site.kept == site.password

    def test_what_did_not_work_is_not_kept(self, site: Site) -> None:
        with pytest.raises(LoginRefused, match="did not accept the login"):
            site.opens(Asked(WRONG))
        assert site.kept is None

    def test_a_kept_one_that_is_refused_is_asked_again(self, site: Site) -> None:
        site.keep(WRONG)
        assert site.opens(Asked(site.password))
        assert site.kept == site.password

    def test_without_a_window_a_refused_one_is_an_error(self, site: Site) -> None:
        site.keep(WRONG)
        with pytest.raises(LoginRefused):
            site.opens()

    def test_what_the_administrator_set_is_not_asked_for(self, site: Site) -> None:
        site.name_file(WRONG)
        ask = Asked(site.password)
        with pytest.raises(LoginRefused):
            site.opens(ask)
        assert not ask.accounts

    def test_giving_up_opens_nothing(self, site: Site) -> None:
        with pytest.raises(DatabaseUnavailable, match="needs a password"):
            site.opens(Asked(None))

    def test_a_password_file_that_is_not_there(self, site: Site) -> None:
        site.name_file("x")
        site.file.unlink()
        with pytest.raises(BadRequest, match="password_file") as caught:
            site.opens()
        assert str(site.file) not in caught.value.user_text

    def test_a_vault_that_keeps_nothing_is_no_obstacle(self, site: Site) -> None:
        class Closed(MemoryVault):
            def set(self, service: str, username: str, password: str) -> bool:
                return False

        site.vault = Closed()
        assert site.opens(Asked(site.password))

    def test_no_password_is_in_an_error(self, site: Site) -> None:
        with pytest.raises(OdImagingError) as caught:
            site.opens(Asked("s3cret-and-wrong"))
        assert "s3cret" not in f"{caught.value!r} {caught.value.detail}"


# ---------------------------------------------------------------- store


@pytest.fixture
def embedded(make_practice_database: MakePractice, tmp_path: Path) -> Practice:
    """SQLite, and a practice file that says nothing of storage."""
    return Practice(tmp_path / "office.toml", make_practice_database("sqlite").url)


def prefer(practice: Practice, **values: str) -> None:
    """Write the database's preferences, as Open Dental would."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(practices.sqlite_path(practice.database_url))) as connection:
        for name, value in values.items():
            connection.execute(
                "UPDATE preference SET ValueString = ? WHERE PrefName = ?", (value, name)
            )
        connection.commit()


def opened_identity(practice: Practice) -> str:
    """The share-id the practice works with, once it was looked at."""
    database = open_database(practice.database_url, None, comp_name="TEST")
    try:
        store = open_store(practice, database)
        store.check()
        return store.identity
    finally:
        database.close()


def test_the_practice_file_says_where(embedded: Practice, tmp_path: Path) -> None:
    share_id = create_root(str(tmp_path / "images"))
    there = replace(embedded, storage_kind="LocalAtoZ", root=str(tmp_path / "images"))
    assert opened_identity(there) == share_id


def test_else_the_first_folder_of_the_preference_that_is_there(
    embedded: Practice, tmp_path: Path
) -> None:
    share_id = create_root(str(tmp_path / "images"))
    (tmp_path / "empty").mkdir()
    prefer(embedded, DocPath=f"{tmp_path / 'none'};{tmp_path / 'empty'}; {tmp_path / 'images'}")
    assert opened_identity(embedded) == share_id
    assert not list((tmp_path / "empty").iterdir())


def test_no_folder_of_the_preference_is_there(embedded: Practice, tmp_path: Path) -> None:
    prefer(embedded, DocPath=str(tmp_path / "none"))
    with pytest.raises(StoreUnavailable, match="None of the image folders"):
        opened_identity(embedded)


@pytest.mark.parametrize(("used", "word"), [("0", "InDatabase"), ("2", "Cloud"), ("3", "Cloud")])
def test_other_kinds_are_refused_with_a_sentence(embedded: Practice, used: str, word: str) -> None:
    prefer(embedded, AtoZfolderUsed=used)
    with pytest.raises(BadRequest, match=f"as {word}; this version opens image folders only"):
        opened_identity(embedded)


def test_another_kind_in_the_practice_file_too(embedded: Practice) -> None:
    with pytest.raises(BadRequest, match="as InDatabase"):
        opened_identity(replace(embedded, storage_kind="InDatabase"))


class TestPinnedShare:
    @pytest.fixture
    def practice(self, embedded: Practice, tmp_path: Path) -> Practice:
        """Open Dental's root, made by nobody of ours."""
        root = tmp_path / "images"
        for letter in "AB":
            (root / letter).mkdir(parents=True)
        return replace(embedded, storage_kind="LocalAtoZ", root=str(root))

    def test_first_contact_takes_the_share_and_remembers_it(self, practice: Practice) -> None:
        first = opened_identity(practice)
        assert opened_identity(practice) == first
        assert {one.name for one in Path(practice.root).iterdir()} == {"A", "B", ".odimaging"}

    def test_another_share_in_its_place_is_refused(
        self, practice: Practice, tmp_path: Path
    ) -> None:
        opened_identity(practice)
        shutil.rmtree(practice.root)
        create_root(practice.root)
        with pytest.raises(StoreUnavailable):
            opened_identity(practice)

    def test_the_practice_file_pins_from_the_start(self, practice: Practice) -> None:
        with pytest.raises(StoreUnavailable):
            opened_identity(replace(practice, share_id="0" * 32))

    @pytest.mark.parametrize("met", [False, True])
    def test_an_unmounted_root_never_becomes_a_root(self, practice: Practice, met: bool) -> None:
        if met:
            opened_identity(practice)
        shutil.rmtree(practice.root)
        Path(practice.root).mkdir()
        with pytest.raises(StoreUnavailable):
            opened_identity(practice)
        assert not list(Path(practice.root).iterdir())

    @pytest.mark.parametrize("text", ["", "[1]", "{", '"x"'])
    def test_a_damaged_memory_is_a_first_contact(self, practice: Practice, text: str) -> None:
        first = opened_identity(practice)
        pins = data_folder() / "shares.json"
        assert first in pins.read_text()
        assert practice.root not in pins.read_text()
        pins.write_text(text)
        assert opened_identity(practice) == first

    def test_a_pin_that_cannot_be_kept_holds_for_this_run(self, practice: Practice) -> None:
        data_folder().parent.mkdir(parents=True, exist_ok=True)
        data_folder().write_text("a file where a folder should be")
        assert opened_identity(practice)


# ---------------------------------------------------------------- the office


def test_a_practice_that_cannot_be_opened_leaves_nothing_open(embedded: Practice) -> None:
    import threading

    before = set(threading.enumerate())
    with pytest.raises(BadRequest):
        open_office(
            replace(embedded, storage_kind="Cloud"), MemoryVault(), MemoryHostKeys(), Asked()
        )
    assert set(threading.enumerate()) == before


def test_an_office_has_every_operation(embedded: Practice, tmp_path: Path) -> None:
    import dataclasses

    create_root(str(tmp_path / "images"))
    there = replace(embedded, storage_kind="LocalAtoZ", root=str(tmp_path / "images"))
    with open_office(there, MemoryVault(), MemoryHostKeys()) as office:
        for operation in dataclasses.fields(office.repository):
            assert getattr(office.repository, operation.name) is not None
        assert not office.repository.check().findings
        assert office.repository.recovery().finished == 0


# ---------------------------------------------------------------- making one


def test_what_could_not_be_made_can_be_made_again(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    url, file = f"sqlite:///{tmp_path / 'p.db'}", tmp_path / "p.toml"
    with pytest.raises(OdImagingError):
        offices.make_practice(url, tmp_path / "taken" / "images", file)
    with pytest.raises(BadRequest):
        offices.make_practice(url, tmp_path / "images", tmp_path / "taken" / "p.toml")
    offices.make_practice(url, tmp_path / "images", file)
    assert opened_identity(practices.read(file)) == practices.read(file).share_id


@pytest.mark.mariadb
def test_a_practice_on_a_server_asks_for_no_written_password(
    mariadb: MariaDbServer, tmp_path: Path
) -> None:
    with pytest.raises(LoginRefused):
        offices.make_practice(mariadb.url("app_made"), tmp_path / "images", tmp_path / "p.toml")
    url = mariadb.url("app_made").replace("test@", "test:test-pw@")
    offices.make_practice(url, tmp_path / "images", tmp_path / "p.toml")
    mariadb.execute("DROP DATABASE app_made")
    assert "test-pw" not in (tmp_path / "p.toml").read_text()
