"""POST DownloadSftp (21.2): a document, or a mount as one picture, onto an SFTP site the request names."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from odimaging.model.changes import Changes
from odimaging.model.errors import BadRequest, ImagingError, MissingField
from odimaging.model.ids import DocNum, MountNum
from odimaging.model.ports import Progress, RemoteConnector, SftpTarget, UnitOfWorkFactory
from odimaging.model.sftp_address import SftpAddress, parse_sftp_address
from odimaging.repository import audit
from odimaging.repository.export import MOUNT_EXTENSION, Export, Exporter

API = 23
"""``securitylog.LogSource`` of what the API did (facts §13.10)."""


@dataclass(frozen=True, slots=True)
class DownloadSftpRequest:
    """The documented fields, and two of ours: SftpPort (decision 3) and SftpHostKey (decision 31)."""

    sftp_address: str
    sftp_username: str
    sftp_password: str = field(repr=False)
    doc_num: DocNum = DocNum(0)
    mount_num: MountNum = MountNum(0)
    sftp_port: int | None = None
    sftp_host_key: str | None = None


@dataclass(frozen=True, slots=True)
class DownloadSftpResult:
    """``location``: the SFTP address including the file name, never the password (decision 17)."""

    location: str
    changes: Changes = Changes()


class DownloadSftp:
    """201 Created. Makes the folder, overwrites the file. A file there is whole, old or new, whatever happens."""

    def __init__(
        self,
        exporter: Exporter,
        connector: RemoteConnector,
        unit_of_work: UnitOfWorkFactory,
        log_source: int = API,
    ) -> None:
        self._exporter = exporter
        self._connector = connector
        self._unit_of_work = unit_of_work
        self._log_source = log_source

    def __call__(
        self, request: DownloadSftpRequest, progress: Progress | None = None
    ) -> DownloadSftpResult:
        """Without a file name in the address the document's own FileName is used, ``Mount{MountNum}.jpg`` for a mount.

        Raises MissingField, InvalidField (400: fields, extension), TransferError (400: connection, login, host key, folder,
        space), UnsupportedFormat or BadRequest for an image that cannot be drawn (400), DocumentNotFound, MountNotFound (404),
        StoreError and DatabaseError (503).
        """
        address = _checked(request)
        export = _as_bad_request(lambda: self._export(request, address, progress))
        self._send(request, address, export, progress)
        with self._unit_of_work() as work:
            entry = audit.exported(work, export.subject, _where(address))
            work.log.add(replace(entry, log_source=self._log_source))
            work.commit()
        return DownloadSftpResult(address.location(export.file_name), export.changes)

    def _export(
        self, request: DownloadSftpRequest, address: SftpAddress, progress: Progress | None
    ) -> Export:
        wanted = PurePosixPath(address.file_name).suffix if address.file_name else None
        if request.doc_num:
            return self._exporter.export_document(request.doc_num, wanted, progress)
        return self._exporter.export_mount(request.mount_num, wanted or MOUNT_EXTENSION, progress)

    def _send(
        self,
        request: DownloadSftpRequest,
        address: SftpAddress,
        export: Export,
        progress: Progress | None,
    ) -> None:
        target = SftpTarget(
            address.host,
            address.port,
            request.sftp_username,
            request.sftp_password,
            request.sftp_host_key or None,
        )
        with self._connector.connect(target) as files, export.open() as source:
            if address.folder:
                files.make_folders(address.remote_folder)
            files.put(source, export.size, address.remote_path(export.file_name), progress)


def _checked(request: DownloadSftpRequest) -> SftpAddress:
    if bool(request.doc_num) == bool(request.mount_num):
        raise MissingField("Either DocNum or MountNum is required, and not both.")
    if not request.sftp_address.strip():
        raise MissingField("SftpAddress is required.")
    if not request.sftp_username.strip():
        raise MissingField("SftpUsername is required.")
    if not request.sftp_password:
        raise MissingField("SftpPassword is required.")
    return parse_sftp_address(request.sftp_address, request.sftp_port)


def _as_bad_request(step: Callable[[], Export]) -> Export:
    """Pixels were needed and could not be had: 400 (decision 44)."""
    try:
        return step()
    except ImagingError as error:
        raise BadRequest(error.user_text, error.detail) from error


def _where(address: SftpAddress) -> str:
    return f"sftp://{address.location('').removesuffix('/')}"
