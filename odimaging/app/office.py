"""Opens a practice: its database, its images, and the operations over both. Makes an empty one.

Everything heavy is imported inside functions: nothing may slow the first paint, and the command line loads no Qt.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from odimaging import practice as practices
from odimaging.model.errors import (
    BadRequest,
    DatabaseUnavailable,
    LoginRefused,
    StoreUnavailable,
)
from odimaging.practice import Practice
from odimaging.settings import cache_folder, data_folder, write_atomically

if TYPE_CHECKING:
    from odimaging.db.engine import Database
    from odimaging.imaging.pool import DecoderPool
    from odimaging.model.ports import Decoder, HostKeys, Store, Vault
    from odimaging.repository.repository import Repository

log = logging.getLogger(__name__)

PASSWORD_VARIABLE = "ODIMAGING_DB_PASSWORD"
VAULT_SERVICE = "odimaging database"
PAUSE_S = 2.0
"""Between park and row step where an Open Dental may list the folder (decision 48)."""

AskPassword = Callable[[str], str | None]
"""Given the account's name, the database password the user typed; None: given up."""


@dataclass(frozen=True, slots=True)
class Office:
    """An open practice: its operations and what they stand on. Close it when done."""

    practice: Practice
    repository: Repository
    database: Database
    store: Store
    decoder: DecoderPool

    def close(self) -> None:
        """End the decoder processes and the connections."""
        self.decoder.close()
        self.database.close()

    def __enter__(self) -> Self:
        """For ``with``."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


def open_office(
    practice: Practice, vault: Vault, host_keys: HostKeys, ask_password: AskPassword | None = None
) -> Office:
    """Blocks up to some seconds. Raises OdImagingErrors with a sentence."""
    from odimaging.imaging.pool import DecoderPool

    database = open_practice_database(practice, vault, ask_password)
    try:
        store = open_store(practice, database)
        decoder = DecoderPool()
        repository = build_repository(practice, database, store, decoder, host_keys)
    except BaseException:
        database.close()
        raise
    return Office(practice, repository, database, store, decoder)


def host_keys_of(practice: Practice) -> HostKeys:
    """The SFTP servers this practice has pinned: a file beside the practice file."""
    from odimaging.transfer.host_keys import KnownHosts

    return KnownHosts(practice.path.with_suffix(".known_hosts"))


def open_practice_database(
    practice: Practice, vault: Vault, ask_password: AskPassword | None
) -> Database:
    """The practice's database with its password from the first place that has one (decision 46).

    Environment, ``password_file``, vault, then the user; asked again where the vault's is no longer accepted.
    """
    from odimaging.db.engine import open_database

    if practices.is_sqlite(practice.database_url):
        return open_database(practice.database_url, None, comp_name=workstation())

    def opened_with(password: str | None) -> Database:
        return open_database(
            practice.database_url,
            password,
            comp_name=workstation(),
            ssl_ca=practice.ssl_ca or None,
            allow_plaintext=practice.allow_plaintext,
            lock_folder=str(Path(practice.root) / ".odimaging" / "locks")
            if practice.root
            else None,
        )

    given = given_password(practice)
    kept = vault.get(VAULT_SERVICE, practice.database_url) if given is None else None
    if given is not None or kept is not None or ask_password is None:
        try:
            return opened_with(given if given is not None else kept)
        except LoginRefused:
            if kept is None or ask_password is None:
                raise
            log.info("the kept database password is no longer accepted")
    typed = ask_password(practice.username)
    if typed is None:
        raise DatabaseUnavailable("The database needs a password. Nothing was opened.")
    database = opened_with(typed)
    vault.set(VAULT_SERVICE, practice.database_url, typed)
    return database


def given_password(practice: Practice) -> str | None:
    """What the administrator set: the environment variable, else the content of ``password_file``."""
    given = os.environ.get(PASSWORD_VARIABLE)
    if given is not None or not practice.password_file:
        return given
    try:
        return Path(practice.password_file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(
            "The file named as password_file in the practice file cannot be read."
        ) from error


def open_store(practice: Practice, database: Database) -> Store:
    """Where the images live: as the practice file says, else as the database's preferences do (facts §2.1)."""
    from odimaging.storage.atoz import LocalAtoZ
    from odimaging.storage.root import find_root

    kind, root = practice.storage_kind, practice.root
    if not kind:
        with database.unit_of_work() as work:
            used, path = work.preferences.get("AtoZfolderUsed"), work.preferences.get("DocPath")
        kind = {"0": "InDatabase", "1": "LocalAtoZ"}.get(used or "", "Cloud")
        root = (find_root(path or "") or "") if kind == "LocalAtoZ" else ""
    if kind != "LocalAtoZ":
        raise BadRequest(
            f"This practice keeps its images as {kind}; this version opens image folders only."
        )
    if not root:
        raise StoreUnavailable(
            "None of the image folders this practice names can be reached from this computer."
        )
    return LocalAtoZ(root, pinned_share_id=pinned_share(practice, root))


def pinned_share(practice: Practice, root: str) -> str:
    """The share-id this practice's root must show. First contact takes what is there, or makes it, and remembers it."""
    from odimaging.storage.root import adopt_root

    if practice.share_id:
        return practice.share_id
    pins = data_folder() / "shares.json"
    key = hashlib.sha256(f"{practice.path}\n{root}".encode()).hexdigest()
    known = _pins(pins)
    if key not in known:
        known[key] = adopt_root(root)
        try:
            pins.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(pins, json.dumps(known))
        except OSError as error:  # pinned for this run at least
            log.warning("the share-id is not remembered: %s", type(error).__name__)
    return known[key]


def _pins(file: Path) -> dict[str, str]:
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(one) for key, one in known.items()} if isinstance(known, dict) else {}


def make_practice(url: str, root: Path, file: Path) -> None:
    """``odimaging init``: tables, image categories, folders A to Z, and the practice file without the password."""
    from odimaging.db.schema import create_practice_tables
    from odimaging.storage.root import create_root

    if file.exists():
        raise BadRequest(
            f"{file.name} is already there. Choose another name for the practice file."
        )
    root, file = root.resolve(), file.resolve()
    url = practices.checked_url(url)
    if practices.is_sqlite(url):
        place = practices.sqlite_path(url).resolve()
        _make_folder(place.parent)
        url = f"sqlite:///{place}"
    _make_folder(file.parent)
    share_id = create_root(
        str(root)
    )  # first: making it again changes nothing, making tables again is refused
    create_practice_tables(
        practices.without_password(url),
        practices.password_of(url) or os.environ.get(PASSWORD_VARIABLE),
        doc_path=str(root),
    )
    practices.write(file, url, str(root), share_id)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadRequest(f"The folder {folder.name} cannot be made.") from error


def workstation() -> str:
    """This computer's name, for ``securitylog.CompName``."""
    return platform.node()[:255]


def build_repository(
    practice: Practice, database: Database, store: Store, decoder: Decoder, host_keys: HostKeys
) -> Repository:
    """Hand every operation its ports."""
    from odimaging.repository.browse import Browse
    from odimaging.repository.change_category import ChangeCategory
    from odimaging.repository.check import Check
    from odimaging.repository.delete import Delete
    from odimaging.repository.download_sftp import DownloadSftp
    from odimaging.repository.export import Exporter
    from odimaging.repository.filing import Filing
    from odimaging.repository.import_file import ImportFile, ImportFiles
    from odimaging.repository.import_folder import ImportFolder
    from odimaging.repository.materialise import Materialise
    from odimaging.repository.mending import Mending
    from odimaging.repository.patient_search import PatientSearch
    from odimaging.repository.pictures import Pictures
    from odimaging.repository.read import GetDocument, ListDocuments
    from odimaging.repository.recovery import Recovery
    from odimaging.repository.repository import Repository
    from odimaging.repository.restore import DeletedItems, Restore
    from odimaging.repository.send import Send
    from odimaging.repository.update import Update
    from odimaging.storage.sources import LocalSources
    from odimaging.storage.thumbnail_cache import TileCache
    from odimaging.transfer.session import API_PATIENCE
    from odimaging.transfer.sftp import SftpConnector

    rows, sources = database.unit_of_work, LocalSources()
    filing = Filing(
        rows, store, database.locks, pause=pause if database.open_dental_beside else None
    )
    mending = Mending(filing)
    browse = Browse(rows, store, PatientSearch(rows), database.read_only_reason)
    materialise = Materialise(filing, sources, decoder)
    import_file = ImportFile(filing, sources, decoder)
    import_folder = ImportFolder(filing, decoder, can_edit=not database.read_only_reason)
    connector = SftpConnector(host_keys)
    exporter = Exporter(filing, mending, decoder, browse.mount, materialise)
    return Repository(
        browse=browse,
        pictures=Pictures(filing, mending, decoder, browse.mount, TileCache(cache_folder())),
        import_file=import_file,
        import_files=ImportFiles(import_file, sources),
        import_folder=import_folder,
        list_documents=ListDocuments(rows, store, import_folder),
        get_document=GetDocument(rows),
        update=Update(rows),
        change_category=ChangeCategory(rows),
        delete=Delete(filing, mending),
        restore=Restore(filing),
        deleted=DeletedItems(store),
        materialise=materialise,
        download_sftp=DownloadSftp(exporter, SftpConnector(host_keys, API_PATIENCE), rows),
        send=Send(exporter, connector, rows),
        recovery=Recovery(filing, mending, practice.keep_days),
        check=Check(filing),
    )


def pause() -> None:
    """Let an Open Dental finish what it is listing."""
    time.sleep(PAUSE_S)
