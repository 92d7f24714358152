"""Which image category a document may be filed in (decisions 1 and 2, facts §3.2 and §3.4)."""

from odimaging.model.definition import Definition, first_visible
from odimaging.model.errors import InvalidField
from odimaging.model.ids import DefNum
from odimaging.model.ports import UnitOfWork

NO_CATEGORY = "There is no image category to file this in. Make one visible in the definitions."


def default_category(work: UnitOfWork) -> Definition:
    """The first visible one. Raises InvalidField if there is none."""
    first = first_visible(work.definitions.image_categories())
    if first is None:
        raise InvalidField(NO_CATEGORY)
    return first


def visible_category(work: UnitOfWork, wanted: DefNum | None) -> Definition:
    """The category asked for, or the default. Raises InvalidField if it is hidden or unknown (decision 1)."""
    if wanted is None:
        return default_category(work)
    for category in work.definitions.image_categories():
        if category.def_num == wanted and not category.is_hidden:
            return category
    raise InvalidField("This image category is hidden or does not exist.")


def prefixed_category(work: UnitOfWork, wanted: DefNum | None) -> Definition:
    """For a file with a category prefix: hidden ones count, unknown ones become the default (facts §3.2)."""
    for category in work.definitions.image_categories():
        if category.def_num == wanted:
            return category
    return default_category(work)
