"""Image categories: rows of ``definition`` with Category 18 (facts §1.5)."""

from collections.abc import Iterable
from dataclasses import dataclass

from odimaging.model.ids import DefNum, ProvNum

IMAGE_CATEGORIES = 18
"""``definition.Category`` of the image categories."""


@dataclass(frozen=True, slots=True)
class Definition:
    """An image category. ``item_value`` holds its flags, single letters anywhere in it."""

    def_num: DefNum
    item_name: str
    item_order: int = 0
    item_value: str = ""
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider, for the details pane and ``ProvNum`` checks (facts §1.7)."""

    prov_num: ProvNum
    abbr: str
    is_hidden: bool = False


def first_visible(categories: Iterable[Definition]) -> Definition | None:
    """The first non-hidden category by ItemOrder: the default everywhere (decision 2). None if there is none."""
    visible = [category for category in categories if not category.is_hidden]
    return min(visible, key=lambda category: category.item_order, default=None)
