"""Plain words for counts and failures. No Qt, no dates: those belong to the user's locale."""

from collections.abc import Sequence

from odimaging.model.errors import OdImagingError


def plural(count: int, one: str, many: str) -> str:
    """``1 image``, ``3 images``."""
    return f"{count:,} {one if count == 1 else many}"


def images(count: int) -> str:
    """``3 images``."""
    return plural(count, "image", "images")


def some_failed(total: int, errors: Sequence[OdImagingError], done: str) -> str:
    """``1 of 3 images was not deleted: <reason>``."""
    verb = "was" if len(errors) == 1 else "were"
    reasons = list(dict.fromkeys(error.user_text for error in errors))
    more = "" if len(reasons) == 1 else " There are other reasons too."
    return f"{len(errors)} of {images(total)} {verb} not {done}: {reasons[0]}{more}"
