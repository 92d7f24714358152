"""``SftpAddress`` of the documented requests, taken apart by decisions 3 and 4. Pure: nothing is looked up or connected."""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from odimaging.model.errors import InvalidField, MissingField

DEFAULT_PORT = 22
MAX_ADDRESS = 2000
"""Characters. Servers refuse paths of 4,096 bytes; an address near that is a mistake or an attack."""
MAX_SEGMENT_BYTES = 255
"""Of one folder's or file's name in UTF-8: what every common file system allows."""

_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?", re.IGNORECASE)
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories of controls, invisible marks, surrogates and line breaks."""


@dataclass(frozen=True, slots=True)
class SftpAddress:
    """Where a file goes or comes from.

    ``folder`` has neither a leading nor a trailing slash and is '' for the start; ``absolute`` says whether that start is
    the server's root or the login folder. ``file_name`` is None where the address names a folder.
    """

    host: str
    port: int = DEFAULT_PORT
    folder: str = ""
    file_name: str | None = None
    absolute: bool = False

    @property
    def remote_folder(self) -> str:
        """The folder as a server takes it: '' is the login folder."""
        return f"/{self.folder}" if self.absolute else self.folder

    def remote_path(self, file_name: str) -> str:
        """A file in the folder as a server takes it."""
        return join_remote(self.remote_folder, self.file_name or file_name)

    def location(self, file_name: str) -> str:
        """The address including the file name; ``parse_sftp_address`` reads it back as the same place."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORT else f":{self.port}"
        return f"{host}{port}/{self.remote_path(file_name)}"


def join_remote(folder: str, name: str) -> str:
    """A name in a remote folder; '' is the login folder."""
    if not folder:
        return name
    return f"{folder.rstrip('/')}/{name}"


def parse_sftp_address(text: str, port: int | None = None) -> SftpAddress:
    """``[sftp://]host[:port]/path``; ``host//path`` is absolute. ``port``: the request's own SftpPort.

    Raises MissingField if it is blank and InvalidField, with a sentence, for everything that is not such an address.
    """
    text = text.strip()
    if not text:
        raise MissingField("SftpAddress is required.")
    if len(text) > MAX_ADDRESS:
        raise _invalid(f"it is longer than {MAX_ADDRESS:,} characters")
    if any(unicodedata.category(character) in _HIDDEN for character in text):
        raise _invalid("it contains invisible characters or line breaks")
    if "\\" in text:
        raise _invalid("folders are separated by / and not by \\")
    authority, _, path = _without_scheme(text).partition("/")
    host, own_port = _host_and_port(authority)
    folder, file_name = _folder_and_file(path)
    return SftpAddress(host, _port(own_port, port), folder, file_name, path.startswith("/"))


def _invalid(reason: str) -> InvalidField:
    return InvalidField(f"SftpAddress is not valid: {reason}.")


def _without_scheme(text: str) -> str:
    scheme, mark, rest = text.partition("://")
    if not mark or "/" in scheme:
        return text
    if scheme.lower() != "sftp":
        raise _invalid("it may only start with sftp://")
    return rest


def _host_and_port(authority: str) -> tuple[str, str | None]:
    if "@" in authority:
        raise _invalid("user name and password belong into SftpUsername and SftpPassword")
    if authority.startswith("["):
        return _bracketed(authority)
    host, colon, port = authority.partition(":")
    if ":" in port:
        raise _invalid("an IPv6 address is written in brackets, [2001:db8::1]")
    if not host:
        raise _invalid("the server's name is missing")
    return _host_name(host), port if colon else None


def _bracketed(authority: str) -> tuple[str, str | None]:
    host, bracket, rest = authority[1:].partition("]")
    try:
        ipaddress.IPv6Address(host)
    except ValueError as error:
        raise _invalid("what stands in brackets is no IPv6 address") from error
    if not bracket or (rest and not rest.startswith(":")):
        raise _invalid("only a port may follow the brackets")
    return host, rest[1:] if rest else None


def _host_name(host: str) -> str:
    try:
        ascii_form = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise _invalid("this is no server name") from error
    if len(ascii_form) > 253 or not _HOST.fullmatch(ascii_form):
        raise _invalid("this is no server name")
    return ascii_form


def _port(own: str | None, given: int | None) -> int:
    number = given
    if own is not None:
        if not (own.isascii() and own.isdigit() and len(own) <= 5):
            raise _invalid("the port is a number from 1 to 65535")
        number = int(own)
        if given is not None and given != number:
            raise InvalidField("SftpPort and the port in SftpAddress are not the same.")
    if number is None:
        return DEFAULT_PORT
    if isinstance(number, bool) or not 1 <= number <= 65535:
        raise InvalidField("SftpPort is a number from 1 to 65535.")
    return number


def _folder_and_file(path: str) -> tuple[str, str | None]:
    segments = [segment for segment in path.split("/") if segment not in ("", ".")]
    if ".." in segments:
        raise _invalid('".." is not allowed in it')
    if any(len(segment.encode()) > MAX_SEGMENT_BYTES for segment in segments):
        raise _invalid(f"a name in it is longer than {MAX_SEGMENT_BYTES} bytes")
    last = path.rpartition("/")[2]
    if not PurePosixPath(last).suffix:
        return "/".join(segments), None
    return "/".join(segments[:-1]), last
