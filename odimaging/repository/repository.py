"""All operations in one frozen object: what the window and the HTTP server see, and nothing below it."""

from dataclasses import dataclass

from odimaging.repository.browse import Browse
from odimaging.repository.change_category import ChangeCategory
from odimaging.repository.check import Check
from odimaging.repository.delete import Delete
from odimaging.repository.download_sftp import DownloadSftp
from odimaging.repository.import_file import ImportFile, ImportFiles
from odimaging.repository.import_folder import ImportFolder
from odimaging.repository.materialise import Materialise
from odimaging.repository.pictures import Pictures
from odimaging.repository.read import GetDocument, ListDocuments
from odimaging.repository.recovery import Recovery
from odimaging.repository.restore import DeletedItems, Restore
from odimaging.repository.send import Send
from odimaging.repository.update import Update


@dataclass(frozen=True, slots=True)
class Repository:
    """Built once by `app`; any thread may call any operation."""

    browse: Browse
    pictures: Pictures
    import_file: ImportFile
    import_files: ImportFiles
    import_folder: ImportFolder
    list_documents: ListDocuments
    get_document: GetDocument
    update: Update
    change_category: ChangeCategory
    delete: Delete
    restore: Restore
    deleted: DeletedItems
    materialise: Materialise
    download_sftp: DownloadSftp
    send: Send
    recovery: Recovery
    check: Check
