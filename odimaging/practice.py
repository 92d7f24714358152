"""The practice file: a database and where its images live. TOML, without secrets (decision 46).

[database]
url = "mysql://imaging@server/opendental"     # or "sqlite:///practice.db"; relative to this file
ssl_ca = "ca.pem"                              # the server's authority, unless the server is this computer
allow_plaintext = false
password_file = ""                             # else ODIMAGING_DB_PASSWORD, the vault, or asked

[storage]                                      # absent: as the database's preferences say
kind = "LocalAtoZ"
root = "images"

[deleted]
keep_days = 30
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from odimaging.model.errors import BadRequest

STORAGE_KINDS = ("LocalAtoZ", "InDatabase", "Cloud")


@dataclass(frozen=True, slots=True)
class Practice:
    """One practice file. ``path`` is its own; ``root`` and ``ssl_ca`` are absolute; blank storage: ask the database."""

    path: Path
    database_url: str
    ssl_ca: str = ""
    allow_plaintext: bool = False
    password_file: str = ""
    storage_kind: str = ""
    root: str = ""
    share_id: str = ""
    keep_days: int = 30

    @property
    def name(self) -> str:
        """What the window calls it."""
        return self.path.stem

    @property
    def username(self) -> str:
        """The database account in the URL; '' for SQLite."""
        return unquote(urlsplit(self.database_url).username or "")


def read(path: Path) -> Practice:
    """Raises BadRequest with a sentence that names what is wrong in it."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadRequest(f"The practice file {path.name} cannot be read.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadRequest(f"The practice file {path.name} is damaged: {error}.") from error
    folder = path.resolve().parent
    database, storage = _table(content, "database"), _table(content, "storage")
    url = _text(database, "url")
    if not url:
        raise BadRequest(
            f"The practice file {path.name} names no database: [database] url is missing."
        )
    if urlsplit(checked_url(url)).password:
        raise BadRequest(
            f"The practice file {path.name} holds a password. Take it out of the url: passwords "
            "belong in ODIMAGING_DB_PASSWORD, in password_file or in the password vault."
        )
    kind = _text(storage, "kind")
    if kind and kind not in STORAGE_KINDS:
        raise BadRequest(f"[storage] kind must be one of {', '.join(STORAGE_KINDS)}, not {kind!r}.")
    keep_days = _table(content, "deleted").get("keep_days", 30)
    if not isinstance(keep_days, int) or isinstance(keep_days, bool) or keep_days < 0:
        raise BadRequest("[deleted] keep_days must be a whole number, 0 or more.")
    return Practice(
        path=path.resolve(),
        database_url=_absolute_url(url, folder),
        ssl_ca=_absolute(_text(database, "ssl_ca"), folder),
        allow_plaintext=database.get("allow_plaintext") is True,
        password_file=_absolute(_text(database, "password_file"), folder),
        storage_kind=kind,
        root=_absolute(_text(storage, "root"), folder),
        share_id=_text(storage, "share_id"),
        keep_days=keep_days,
    )


def write(path: Path, url: str, root: str, share_id: str = "") -> None:
    """A new practice file. The URL's password is left out. Raises BadRequest if the file is already there."""
    import tomlkit

    document = tomlkit.document()
    document.add(tomlkit.comment("A practice of odimaging. No password belongs here."))
    database = tomlkit.table()
    database["url"] = without_password(url)
    document["database"] = database
    storage = tomlkit.table()
    storage["kind"] = "LocalAtoZ"
    storage["root"] = root
    if share_id:
        storage["share_id"] = share_id
    document["storage"] = storage
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(tomlkit.dumps(document))
    except FileExistsError as error:
        raise BadRequest(
            f"{path.name} is already there. Choose another name for the practice file."
        ) from error
    except OSError as error:
        raise BadRequest(f"The practice file {path.name} cannot be written.") from error


def checked_url(url: str) -> str:
    """The URL itself. Raises BadRequest if it is none."""
    try:
        _ = urlsplit(url).port
    except ValueError as error:
        raise BadRequest("This is not an address of a database the program knows.") from error
    return url


def without_password(url: str) -> str:
    """The URL with its user but without the password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    user, host = (parts.username or ""), parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}@{host}" if user else host))


def password_of(url: str) -> str | None:
    """The password in a URL, decoded; None if there is none."""
    password = urlsplit(url).password
    return None if password is None else unquote(password)


def is_sqlite(url: str) -> bool:
    """Embedded."""
    return url.startswith("sqlite:")


def sqlite_path(url: str) -> Path:
    """The file of an embedded database."""
    return Path(url.removeprefix("sqlite:///"))


def _absolute_url(url: str, folder: Path) -> str:
    if not is_sqlite(url):
        return url
    return f"sqlite:///{_absolute(url.removeprefix('sqlite:///'), folder)}"


def _absolute(text: str, folder: Path) -> str:
    return str(folder / text) if text else ""


def _table(content: dict[str, Any], name: str) -> dict[str, Any]:
    value = content.get(name, {})
    if not isinstance(value, dict):
        raise BadRequest(f"[{name}] in the practice file must be a table.")
    return value


def _text(table: dict[str, Any], name: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str):
        raise BadRequest(f"{name} in the practice file must be text in quotes.")
    return value
