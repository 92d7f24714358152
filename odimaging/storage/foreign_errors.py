"""What the operating system's refusals mean here: the one table, used where a store's calls begin."""

import contextlib
import errno
from collections.abc import Iterator

from odimaging.model.errors import (
    FileInUse,
    FileMissing,
    InvalidField,
    NameTaken,
    NotPermitted,
    OdImagingError,
    StoreError,
    StoreFull,
    StoreUnavailable,
)

_WINDOWS_ERRORS: dict[int, type[OdImagingError]] = {
    32: FileInUse,
    33: FileInUse,
    39: StoreFull,
    112: StoreFull,
    **dict.fromkeys((21, 51, 53, 54, 55, 58, 59, 64, 65, 67, 121, 1231, 1232), StoreUnavailable),
}

_ERRORS: dict[int, type[OdImagingError]] = {
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP), FileMissing),
    **dict.fromkeys((errno.EEXIST, errno.ENOTEMPTY), NameTaken),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), StoreFull),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), NotPermitted),
    **dict.fromkeys((errno.EBUSY, errno.ETXTBSY), FileInUse),
    **dict.fromkeys((errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ), InvalidField),
    **dict.fromkeys(
        (
            errno.ESTALE,
            errno.ENOTCONN,
            errno.ETIMEDOUT,
            errno.EHOSTUNREACH,
            errno.ENETUNREACH,
            errno.ECONNABORTED,
            errno.ECONNREFUSED,
            errno.ECONNRESET,
            errno.ENODEV,
            errno.ENXIO,
        ),
        StoreUnavailable,
    ),
}

_TEXTS: dict[int, str] = {
    errno.EIO: "The disk that keeps the images reported an error. Nothing was changed.",
    errno.EXDEV: "This patient's folder lies on another disk than the image folder. Nothing was changed.",
    errno.ENAMETOOLONG: "This file name is too long.",
    errno.EINVAL: "This file name cannot be used.",
    errno.EILSEQ: "This file name cannot be used.",
}


def store_error(error: OSError) -> OdImagingError:
    """What an operating system's refusal means here. The detail is a number: a path is protected."""
    number = error.errno or 0
    windows = getattr(error, "winerror", None)
    kind = _WINDOWS_ERRORS.get(windows or 0) or _ERRORS.get(number, StoreError)
    return kind(_TEXTS.get(number, ""), f"errno {number}, winerror {windows or 0}")


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """`OSError` becomes the `StoreError` it means, or `InvalidField` for a name the system refuses."""
    try:
        yield
    except OSError as error:
        raise store_error(error) from error
