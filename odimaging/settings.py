"""Every option of this user on this workstation, declared once: type, default, meaning.

Kept as TOML in the user's configuration folder. No patient data: numbers only. Passwords are never here.
"""

import dataclasses
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

APP = "odimaging"


@dataclass(frozen=True, slots=True)
class Destination:
    """A place to send to. ``sftp_address`` as in API Documents, ending in ``/``; the password is in the vault or asked."""

    name: str
    sftp_address: str
    username: str
    read_back: bool = False
    """Read the content back and compare it, not only its size (decision 36)."""


def option(meaning: str, **kwargs: Any) -> Any:
    """A field with its meaning, for the settings dialog and the documentation."""
    return field(metadata={"meaning": meaning}, **kwargs)


@dataclass(frozen=True, slots=True)
class Settings:
    """All options. Change with `dataclasses.replace`, keep with `save`."""

    theme: str = option("Light, dark, or as the system: light, dark, system", default="system")
    tile_size: int = option("Width of a thumbnail in the grid, pixels: 120, 160, 220", default=160)
    last_practice: str = option("The practice file that was open last", default="")
    recent_patients: tuple[int, ...] = option("PatNums, newest first", default=())
    destinations: tuple[Destination, ...] = option("Places to send to", default=())
    last_destination: str = option("Offered first", default="")
    window_geometry: str = option("Main window, base64", default="")
    window_state: str = option("Panes and splitters, base64", default="")
    single_letter_shortcuts: bool = option("R, H, A … in the viewer", default=True)
    show_categories: bool = option("The left pane", default=True)
    show_details: bool = option("The right pane", default=True)


def default_path() -> Path:
    """Where this user's settings lie."""
    return Path(platformdirs.user_config_dir(APP, appauthor=False, roaming=True)) / "settings.toml"


def data_folder() -> Path:
    """This workstation's own data: logs, transfer queue, demo."""
    return Path(platformdirs.user_data_dir(APP, appauthor=False))


def cache_folder() -> Path:
    """This user's private cache: thumbnails."""
    return Path(platformdirs.user_cache_dir(APP, appauthor=False))


def load(path: Path) -> Settings:
    """What is kept there; defaults where it is absent, damaged or of another type."""
    import tomllib

    try:
        kept = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return Settings()
    values: dict[str, Any] = {}
    for option_field in dataclasses.fields(Settings):
        value = kept.get(option_field.name)
        default = option_field.default
        if option_field.name == "destinations" and isinstance(value, list):
            values["destinations"] = tuple(filter(None, map(_destination, value)))
        elif isinstance(default, tuple) and isinstance(value, list):
            values[option_field.name] = tuple(item for item in value if isinstance(item, int))
        elif value is not None and type(value) is type(default):
            values[option_field.name] = value
    return Settings(**values)


def save(settings: Settings, path: Path) -> None:
    """Write all of it: a temporary file beside it, then a rename, so that a stop leaves the old or the new one."""
    import tomlkit

    document = tomlkit.document()
    for option_field in dataclasses.fields(Settings):
        value = getattr(settings, option_field.name)
        if option_field.name == "destinations":
            tables = tomlkit.aot()
            for destination in value:
                tables.append(tomlkit.item(dataclasses.asdict(destination)))
            document["destinations"] = tables
        else:
            document[option_field.name] = list(value) if isinstance(value, tuple) else value
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, tomlkit.dumps(document))


def write_atomically(path: Path, text: str) -> None:
    """Replace a small text file so that a reader finds the old or the new one, whole."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _destination(value: Any) -> Destination | None:
    if not isinstance(value, dict):
        return None
    name, address, username = (
        str(value.get(key, "")) for key in ("name", "sftp_address", "username")
    )
    if not (name and address and username):
        return None
    return Destination(name, address, username, value.get("read_back") is True)
