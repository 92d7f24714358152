"""Rows of ``mount``, ``mountitem`` and ``imagedraw``."""

from collections.abc import Sequence

from sqlalchemy import select

from odimaging.db.records import (
    IMAGE_DRAW_COLUMNS,
    MOUNT_COLUMNS,
    MOUNT_ITEM_COLUMNS,
    columns_of_mount,
    columns_of_mount_item,
    image_draw_of,
    mount_item_of,
    mount_of,
)
from odimaging.db.session import Session
from odimaging.model.errors import MountNotFound
from odimaging.model.ids import DefNum, DocNum, MountItemNum, MountNum, PatNum
from odimaging.model.mount import ImageDraw, Mount, MountItem


class MountRows:
    """See `odimaging.model.ports.Mounts`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, mount_num: MountNum) -> Mount:
        """See the port."""
        table = self._session.schema["mount"]
        statement = table.selection(MOUNT_COLUMNS).where(table.c("MountNum") == mount_num)
        row = self._session.first(statement)
        if row is None:
            raise MountNotFound
        return mount_of(row)

    def of_patient(self, pat_num: PatNum) -> tuple[Mount, ...]:
        """See the port."""
        table = self._session.schema["mount"]
        statement = (
            table.selection(MOUNT_COLUMNS)
            .where(table.c("PatNum") == pat_num)
            .order_by(table.c("DateCreated"), table.c("MountNum"))
        )
        return tuple(map(mount_of, self._session.rows(statement)))

    def items(self, mount_num: MountNum) -> tuple[MountItem, ...]:
        """See the port."""
        table = self._session.schema["mountitem"]
        statement = (
            table.selection(MOUNT_ITEM_COLUMNS)
            .where(table.c("MountNum") == mount_num)
            .order_by(table.c("ItemOrder"), table.c("MountItemNum"))
        )
        return tuple(map(mount_item_of, self._session.rows(statement)))

    def insert(
        self, mount: Mount, items: Sequence[MountItem]
    ) -> tuple[MountNum, tuple[MountItemNum, ...]]:
        """See the port. The mount first: what a stop leaves on MyISAM is a mount with fewer positions."""
        insert, schema = self._session.insert, self._session.schema
        mount_num = MountNum(insert(schema["mount"], "MountNum", columns_of_mount(mount)))
        numbers = tuple(
            MountItemNum(
                insert(schema["mountitem"], "MountItemNum", columns_of_mount_item(item, mount_num))
            )
            for item in items
        )
        return mount_num, numbers

    def set_category(
        self, mount_num: MountNum, doc_category: DefNum, expected: DefNum | None = None
    ) -> bool:
        """See the port. The mount first: it decides where everything in it is shown."""
        mount, document = self._session.schema["mount"], self._session.schema["document"]
        items = self._session.schema["mountitem"]
        conditions = [mount.c("MountNum") == mount_num]
        if expected is not None:
            conditions.append(mount.c("DocCategory") == expected)
        statement = mount.clause.update().where(*conditions).values(DocCategory=doc_category)
        if not self._session.write(statement).rowcount:
            return False
        of_mount = select(items.c("MountItemNum")).where(items.c("MountNum") == mount_num)
        values = {"DocCategory": doc_category} | self._session.stamp()
        inside = document.c("MountItemNum").in_(of_mount.scalar_subquery())
        self._session.write(document.clause.update().where(inside).values(values))
        return True

    def drawings(
        self, *, doc_num: DocNum | None = None, mount_num: MountNum | None = None
    ) -> tuple[ImageDraw, ...]:
        """See the port; in the order they were drawn. Kinds nobody knows yet are left out."""
        if "imagedraw" not in self._session.schema:
            return ()
        table = self._session.schema["imagedraw"]
        name, number = ("DocNum", doc_num) if doc_num is not None else ("MountNum", mount_num)
        statement = (
            table.selection(IMAGE_DRAW_COLUMNS)
            .where(table.c(name) == number)
            .order_by(table.c("ImageDrawNum"))
        )
        found = map(image_draw_of, self._session.rows(statement))
        return tuple(drawing for drawing in found if drawing is not None)
