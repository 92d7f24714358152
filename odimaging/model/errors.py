"""The whole error tree.

    OdImagingError                user_text, detail
      NotFound                    PatientNotFound, DocumentNotFound, MountNotFound          → 404
      BadRequest                  MissingField, InvalidField, UnsupportedFormat             → 400
      StoreError                  FileMissing, FileInUse, NameTaken, StoreFull, StoreUnavailable, NotPermitted
      TransferError               ConnectFailed, LoginFailed, HostKeyUnknown, HostKeyChanged, RemotePathError,
                                  RemoteFull, TimedOut                                      → 400, as documented
      DatabaseError               DatabaseUnavailable (LoginRefused), DatabaseBusy, LockBusy, SchemaTooNew, ReadOnlyDatabase
      ImagingError                DecodeFailed
      ChangedMeanwhile            somebody else changed the row first
    Cancelled                     not an error: never logged as one, never shown

``user_text`` is a sentence a dental assistant can act on; it names no path, no SQL and no patient. ``detail`` is for the
log: numbers and fixed words only.
"""


class OdImagingError(Exception):
    """Anything the program knows how to tell. What is not in this tree is a bug."""

    default_text = "This did not work."
    is_question = False
    """True: not a failure but something the user is asked next; no error for the log."""

    def __init__(self, user_text: str = "", detail: str = "") -> None:
        self.user_text = user_text or self.default_text
        self.detail = detail
        super().__init__(self.user_text)


class NotFound(OdImagingError):
    """404."""


class PatientNotFound(NotFound):
    """No patient has this PatNum."""

    default_text = "Patient not found"


class DocumentNotFound(NotFound):
    """No document has this DocNum."""

    default_text = "Document not found"


class MountNotFound(NotFound):
    """No mount has this MountNum. Whether a full stop follows differs by operation, as documented."""

    default_text = "Mount not found"


class BadRequest(OdImagingError):
    """400: the request itself cannot be carried out."""


class MissingField(BadRequest):
    """A required field is absent or blank."""


class InvalidField(BadRequest):
    """A field's value is not allowed."""


class UnsupportedFormat(BadRequest):
    """This kind of file is refused, or cannot be written as asked."""

    default_text = "This kind of file cannot be filed."


class StoreError(OdImagingError):
    """Where the images live did not do what was asked."""


class FileMissing(StoreError):
    """The row is there, its file is not."""

    default_text = "The file of this image is missing."


class FileInUse(StoreError):
    """Another program holds the file."""

    default_text = "The file is open in another program. Close it there, then try again."


class NameTaken(StoreError):
    """A different file already lies under this name."""

    default_text = "A file of this name is already there."


class StoreFull(StoreError):
    """No space left."""

    default_text = "There is no room left where the images are kept. Nothing was changed."


class StoreUnavailable(StoreError):
    """The root cannot be reached, or is not the one that was pinned."""

    default_text = "The image folder cannot be reached. Nothing was changed."


class NotPermitted(StoreError):
    """The operating system refuses."""

    default_text = "This computer is not allowed to change the image folder."


class TransferError(OdImagingError):
    """The other side of a transfer, or the way there."""


class ConnectFailed(TransferError):
    """Name lookup, refusal, or a cut."""

    default_text = "The server cannot be reached."


class LoginFailed(TransferError):
    """User name or password refused."""

    default_text = "The server did not accept the user name or password."


class HostKeyUnknown(TransferError):
    """First contact: nobody has pinned this server's key."""

    default_text = "This server is not known yet."
    is_question = True

    def __init__(self, fingerprint: str, user_text: str = "", detail: str = "") -> None:
        self.fingerprint = fingerprint
        """``SHA256:…`` as ``ssh-keygen -l`` prints it."""
        super().__init__(user_text, detail)


class HostKeyChanged(TransferError):
    """The server shows another key than the pinned one. There is no button to go on."""

    default_text = "Nothing was sent. The server shows a different code than before."

    def __init__(
        self, fingerprint: str, pinned: str, user_text: str = "", detail: str = ""
    ) -> None:
        self.fingerprint = fingerprint
        self.pinned = pinned
        super().__init__(user_text, detail)


class RemotePathError(TransferError):
    """The folder or file there cannot be read or written."""


class RemoteFull(TransferError):
    """No space left there."""

    default_text = "The server has no room left."


class TimedOut(TransferError):
    """No answer in time."""

    default_text = "The server did not answer in time."


class DatabaseError(OdImagingError):
    """The database did not do what was asked."""


class DatabaseUnavailable(DatabaseError):
    """No connection, or it was lost."""

    default_text = "No connection to the database. Nothing was changed."


class LoginRefused(DatabaseUnavailable):
    """The database did not accept user name or password."""


class DatabaseBusy(DatabaseError):
    """A row or table is held by others for too long."""

    default_text = "The database is busy. Try again in a moment."


class LockBusy(DatabaseError):
    """Another workstation works on the same thing right now."""

    default_text = "Another workstation is working on this right now. Try again in a moment."


class SchemaTooNew(DatabaseError):
    """A needed column is missing or changed its meaning."""


class ReadOnlyDatabase(DatabaseError):
    """Opened for looking only; ``user_text`` says why."""

    default_text = "This database can only be looked at."


class ImagingError(OdImagingError):
    """Pixels."""


class DecodeFailed(ImagingError):
    """The bytes are damaged, hostile, too large or of a kind that cannot be shown."""

    default_text = "This image is damaged and cannot be shown."


class ChangedMeanwhile(OdImagingError):
    """Somebody else changed the row between looking and saving."""

    default_text = (
        "Somebody else changed this a moment ago. Look at it again, then repeat your change."
    )


class Cancelled(Exception):
    """The user stopped it."""
