"""Databases as Open Dental leaves them: whatever the version and engine, rows are written and nothing else is altered."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from odimaging.db.engine import Database, open_database
from odimaging.model.document import Crop, Document, ImgType
from odimaging.model.errors import InvalidField, ReadOnlyDatabase, SchemaTooNew
from odimaging.model.ids import DefNum, DocNum, MountItemNum, MountNum, OperationNumber, PatNum
from odimaging.model.mount import Mount, MountItem
from odimaging.model.ports import LogEntry
from tests.servers.mariadb import MakeOpenDental, PracticeDatabase

pytestmark = pytest.mark.mariadb

JOHN = PatNum(15)
MADE = datetime(2025, 5, 12, 14, 30, 5)
OPERATION = OperationNumber("0123456789abcdef" * 2)
STRICT = "STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ONLY_FULL_GROUP_BY,ANSI_QUOTES"


@contextmanager
def opened(practice: PracticeDatabase) -> Iterator[Database]:
    database = open_database(practice.url, practice.password, comp_name="PC1")
    try:
        yield database
    finally:
        database.close()


def ask(practice: PracticeDatabase, *statements: str) -> list[tuple[Any, ...]]:
    assert practice.server is not None
    return practice.server.execute(*statements, database=practice.name)


def shape(practice: PracticeDatabase) -> dict[str, str]:
    """Every table's own description, without the number that the next row gets."""
    names = [row[0] for row in ask(practice, "SHOW TABLES")]
    described = {name: ask(practice, f"SHOW CREATE TABLE `{name}`")[0][1] for name in names}
    return {
        name: " ".join(word for word in text.split() if not word.startswith("AUTO_INCREMENT="))
        for name, text in described.items()
    }


def counts(practice: PracticeDatabase) -> dict[str, int]:
    names = [row[0] for row in ask(practice, "SHOW TABLES")]
    return {name: ask(practice, f"SELECT COUNT(*) FROM `{name}`")[0][0] for name in names}


def document(**fields: Any) -> Document:
    whole: dict[str, Any] = {
        "doc_num": DocNum(0),
        "pat_num": JOHN,
        "doc_category": DefNum(1),
        "date_created": MADE,
        "file_name": "SmithJohn1.jpg",
    }
    return Document(**whole | fields)


def everything(database: Database) -> DocNum:
    """Every kind of write an operation makes; what it leaves is one document."""
    with database.unit_of_work() as work:
        mount = Mount(MountNum(0), JOHN, DefNum(1), MADE, width=800, height=600)
        item = MountItem(MountItemNum(0), MountNum(0), 0, 0, 100, 100, 1)
        mount_num, items = work.mounts.insert(mount, [item])
        inside = work.documents.insert(document(mount_item_num=items[0]), token=OPERATION)
        work.documents.clear_token(inside, OPERATION)
        assert work.mounts.set_category(mount_num, DefNum(2))
        found = work.documents.insert_discovered(document(file_name="found.jpg"))
        assert found is not None
        assert work.documents.update(found, {"crop": Crop(1, 2, 3, 4), "print_heading": True})
        work.log.add(LogEntry(202, "Photo Created: SmithJohn1.jpg", JOHN, inside))
        work.patients.set_image_folder(JOHN, "SmithJohn15")
        row = work.documents.snapshot(inside)
        assert work.documents.delete(inside)
        again = work.documents.reinsert(row, OPERATION)
        assert again == inside
        assert work.documents.delete(found)
        assert [made.doc_num for made in work.documents.in_mount(mount_num)] == [inside]
        work.commit()
    return inside


VERSIONS = [(21, 1), (21, 4), (22, 4), (23, 3), (24, 1), (24, 3)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("engine", "sql_mode", "charset"), [("MyISAM", "", "utf8"), ("InnoDB", STRICT, "utf8mb4")]
)
def test_every_version_is_written_and_not_altered(
    open_dental_database: MakeOpenDental,
    version: tuple[int, int],
    engine: str,
    sql_mode: str,
    charset: str,
) -> None:
    practice = open_dental_database(version, engine=engine, sql_mode=sql_mode, charset=charset)
    before, rows_before = shape(practice), counts(practice)
    with opened(practice) as database:
        assert database.read_only_reason == ""
        assert database.open_dental_beside
        assert database.info().table_engine == engine
        doc_num = everything(database)
        with database.unit_of_work() as work:
            made = work.documents.get(doc_num)
    assert shape(practice) == before
    added = {name: n - rows_before[name] for name, n in counts(practice).items()}
    assert {name: n for name, n in added.items() if n} == {
        "document": 1,
        "mount": 1,
        "mountitem": 1,
        "securitylog": 1,
    }
    assert (made.doc_category, made.date_created, made.operation) == (2, MADE, OPERATION)
    assert ask(practice, "SELECT ImageFolder FROM patient") == [("SmithJohn15",)]


def test_every_field_of_the_newest_version(open_dental_database: MakeOpenDental) -> None:
    practice = open_dental_database((24, 3))
    with opened(practice) as database, database.unit_of_work() as work:
        doc_num = work.documents.insert(
            document(img_type=ImgType.RADIOGRAPH, degrees_rotated=12.5, is_crop_old=True)
        )
        work.commit()
    row = ask(
        practice,
        "SELECT ImgType, DegreesRotated, IsCropOld, ExternalSource, ExternalGUID, Note, RawBase64, Thumbnail, "
        f"OcrResponseData, SigIsTopaz, Signature, ProvNum FROM document WHERE DocNum={doc_num}",
    )
    assert row == [(1, 12.5, 1, "None", "", "", "", "", "", 0, None, 0)]


def test_fields_an_old_version_lacks_read_as_their_defaults(
    open_dental_database: MakeOpenDental,
) -> None:
    with opened(open_dental_database((21, 1))) as database, database.unit_of_work() as work:
        doc_num = work.documents.insert(document(print_heading=True, is_crop_old=True))
        made = work.documents.get(doc_num)
        assert (made.print_heading, made.is_crop_old) == (False, False)
        assert work.documents.update(doc_num, {"print_heading": True}) is True
        assert work.documents.update(doc_num, {"note": "x"}, {"print_heading": False}) is True
        assert work.documents.update(doc_num, {"note": "y"}, {"print_heading": True}) is False
        mount = Mount(MountNum(0), JOHN, DefNum(1), MADE, color_fore=5)
        mount_num, _ = work.mounts.insert(mount, [])
        assert work.mounts.get(mount_num).color_fore == -1


def test_whole_degrees_only_before_21_4(open_dental_database: MakeOpenDental) -> None:
    with opened(open_dental_database((21, 1))) as database, database.unit_of_work() as work:
        doc_num = work.documents.insert(document(degrees_rotated=90.0))
        assert work.documents.get(doc_num).degrees_rotated == 90
        with pytest.raises(InvalidField, match="whole numbers"):
            work.documents.update(doc_num, {"degrees_rotated": 12.5})


@pytest.mark.parametrize("sql_mode", ["", STRICT])
def test_utf8_of_three_bytes_refuses_what_it_would_turn_into_a_question_mark(
    open_dental_database: MakeOpenDental, sql_mode: str
) -> None:
    practice = open_dental_database(charset="utf8", sql_mode=sql_mode)
    with opened(practice) as database, database.unit_of_work() as work:
        with pytest.raises(InvalidField, match="cannot keep"):
            work.documents.insert(document(description="smile 😀"))
        doc_num = work.documents.insert(document(description="Zähne — łódź"))
        assert work.documents.get(doc_num).description == "Zähne — łódź"
        with pytest.raises(InvalidField, match="255"):
            work.documents.update(doc_num, {"description": "x" * 256})
        with pytest.raises(InvalidField):
            work.documents.update(doc_num, {"windowing_min": 2**31})


def test_a_latin_column_compares_and_refuses_as_well(open_dental_database: MakeOpenDental) -> None:
    practice = open_dental_database(charset="latin1")
    with opened(practice) as database, database.unit_of_work() as work:
        doc_num = work.documents.insert(document(file_name="Müller1.jpg", note="ä"))
        made = work.documents.get(doc_num)
        assert work.documents.update(doc_num, {"note": "ö"}, {"file_name": "Müller1.jpg"})
        assert not work.documents.update(doc_num, {"note": "ü"}, {"file_name": "Muller1.jpg"})
        assert work.documents.insert_discovered(made) is None
        with pytest.raises(InvalidField):
            work.documents.update(doc_num, {"note": "łódź"})


def test_columns_nobody_knows_yet_are_no_obstacle(open_dental_database: MakeOpenDental) -> None:
    practice = open_dental_database(sql_mode=STRICT)
    ask(
        practice,
        "ALTER TABLE document ADD NewText text NOT NULL, ADD NewDate date NOT NULL, ADD NewNum bigint NOT NULL, "
        "ADD NewStamp datetime NOT NULL, ADD NewPrice double NOT NULL, ADD NewBytes blob NOT NULL, "
        "ADD NewWord varchar(20) NOT NULL, ADD NewFlag tinyint NOT NULL",
    )
    with opened(practice) as database:
        doc_num = everything(database)
    row = ask(
        practice,
        "SELECT NewText, NewDate+0, NewNum, NewStamp+0, NewPrice, NewBytes, NewWord, NewFlag "
        f"FROM document WHERE DocNum={doc_num}",
    )
    assert row == [("", 10101, 0, 10101000000, 0.0, b"", "", 0)]


def test_a_missing_needed_column_means_looking_only(open_dental_database: MakeOpenDental) -> None:
    practice = open_dental_database()
    ask(practice, "INSERT INTO document SET PatNum=15, DateCreated=NOW(), FileName='a.jpg'")
    ask(practice, "ALTER TABLE document DROP ExternalGUID")
    with opened(practice) as database:
        assert "document.ExternalGUID" in database.read_only_reason
        with database.unit_of_work() as work:
            assert [made.file_name for made in work.documents.of_patient(JOHN)] == ["a.jpg"]
            with pytest.raises(ReadOnlyDatabase, match="ExternalGUID"):
                work.documents.insert(document())


def test_another_programs_database_is_not_opened(open_dental_database: MakeOpenDental) -> None:
    practice = open_dental_database()
    ask(practice, "ALTER TABLE document DROP INDEX PNDC, DROP INDEX PatNum, DROP PatNum")
    with pytest.raises(SchemaTooNew), opened(practice):
        pass
    ask(practice, "DROP TABLE document")
    with pytest.raises(SchemaTooNew), opened(practice):
        pass


def test_random_keys_where_the_practice_has_them(open_dental_database: MakeOpenDental) -> None:
    practice = open_dental_database()
    ask(practice, "UPDATE preference SET ValueString='1' WHERE PrefName='RandomPrimaryKeys'")
    with opened(practice) as database:
        doc_num = everything(database)
    numbers = [
        ask(practice, f"SELECT {column} FROM {table}")[0][0]
        for table, column in [
            ("document", "DocNum"),
            ("mount", "MountNum"),
            ("mountitem", "MountItemNum"),
            ("securitylog", "SecurityLogNum"),
        ]
    ]
    assert numbers[0] == doc_num
    # Four numbers out of 2^63: all of them below a million would be one case in 10^51.
    assert max(numbers) > 1_000_000
    assert len(set(numbers)) == 4


def test_table_names_in_lower_case_only(open_dental_database: MakeOpenDental) -> None:
    practice = open_dental_database(lower_case=True)
    with opened(practice) as database:
        assert everything(database)


def test_references_are_told_in_words(open_dental_database: MakeOpenDental) -> None:
    practice = open_dental_database()
    ask(
        practice,
        "INSERT INTO sheet (SheetNum, SheetType, PatNum, DateTimeSheet, IsDeleted, DocNum) VALUES "
        "(1, 0, 15, '2025-05-12 10:00:00', 0, 77), (2, 0, 15, '2025-06-01', 0, 0), (3, 0, 15, '2025-07-01', 1, 77)",
        "INSERT INTO sheetfield (SheetNum, FieldType, FieldValue) VALUES (2, 10, '77'), (2, 3, '78'), (3, 10, '77')",
        "INSERT INTO taskattachment (TaskNum, DocNum, TextValue, Description) VALUES (5, 77, '', '')",
        "INSERT INTO ehrlabimage (EhrLabNum, DocNum) VALUES (5, 77)",
        "INSERT INTO statement (PatNum, DateSent, DocNum) VALUES (15, '2025-02-03', 77)",
    )
    with opened(practice) as database, database.unit_of_work() as work:
        assert [found.words for found in work.documents.references(DocNum(77))] == [
            "a sheet of 12 May 2025",
            "a sheet of 1 June 2025",
            "a statement of 3 February 2025",
            "a task",
            "a lab case",
        ]
        assert work.documents.references(DocNum(78)) == ()


def test_delete_lets_go_what_points_at_the_document(open_dental_database: MakeOpenDental) -> None:
    practice = open_dental_database(engine="MyISAM")
    with opened(practice) as database:
        with database.unit_of_work() as work:
            doc_num = work.documents.insert(document())
            work.commit()
        ask(
            practice,
            f"INSERT INTO statement (PatNum, DocNum) VALUES (15, {doc_num}), (15, {doc_num + 1})",
            "INSERT INTO eclipboardimagecapture (PatNum, DefNum, IsSelfPortrait, DocNum) "
            f"VALUES (15, 1, 0, {doc_num}), (15, 1, 0, {doc_num + 1})",
            "INSERT INTO imagedraw (DocNum, MountNum, ColorDraw, ColorBack, DrawingSegment, DrawText, FontSize, "
            f"DrawType, ImageAnnotVendor, Details, PearlLayer) VALUES ({doc_num}, 0, 1, 2, '1,1;2,2', '', 0, 1, 1, 'd', 3)",
            f"INSERT INTO securitylog VALUES (0, 89, 1, NOW(), 'seen', 15, 'PC9', {doc_num}, 0, 0, 0, '0001-01-01')",
        )
        log = ask(practice, "SELECT * FROM securitylog")
        with database.unit_of_work() as work:
            row = work.documents.snapshot(doc_num)
            assert work.documents.delete(doc_num)
            work.commit()
        assert ask(practice, "SELECT DocNum FROM statement") == [(0,), (doc_num + 1,)]
        assert ask(practice, "SELECT DocNum FROM eclipboardimagecapture") == [(doc_num + 1,)]
        assert ask(practice, "SELECT COUNT(*) FROM imagedraw") == [(0,)]
        assert ask(practice, "SELECT * FROM securitylog") == log
        (kept,) = json.loads(str(row["imagedraw"]))
        with database.unit_of_work() as work:
            assert work.documents.reinsert(row, OPERATION) == doc_num
            work.commit()
        columns = (
            "DocNum, ColorDraw, DrawingSegment, DrawType, ImageAnnotVendor, Details, PearlLayer"
        )
        back = ask(practice, f"SELECT {columns} FROM imagedraw")
        assert back == [tuple(kept[name.strip()] for name in columns.split(","))]


def test_rows_others_wrote_read_without_complaint(open_dental_database: MakeOpenDental) -> None:
    practice = open_dental_database(sql_mode="")
    ask(
        practice,
        "INSERT INTO document (DateCreated, PatNum, FileName, Description, ToothNumbers, ImgType, IsFlipped, "
        "DegreesRotated, ExternalSource) VALUES ('0000-00-00 00:00:00', 15, NULL, NULL, NULL, 9, 1, 33.3, 'Other')",
        "INSERT INTO patient (PatNum, LName, FName, Birthdate, Gender, PatStatus) VALUES (16, NULL, NULL, '0000-00-00', 9, 9)",
        "INSERT INTO provider (Abbr) VALUES (NULL)",
    )
    with opened(practice) as database, database.unit_of_work() as work:
        (row,) = work.documents.of_patient(JOHN)
        assert (row.file_name, row.description, row.date_created) == ("", "", datetime(1, 1, 1))
        assert (row.img_type, row.is_flipped, row.degrees_rotated) == (ImgType.DOCUMENT, True, 33.3)
        assert work.documents.update(
            row.doc_num, {"note": "x"}, {"file_name": "", "description": ""}
        )
        patient = work.patients.get(PatNum(16))
        assert (patient.lname, patient.birthdate) == ("", None)
        assert [row.abbr for row in work.definitions.providers()] == ["DOC", "GONE", ""]


def test_categories_and_providers_of_open_dental(open_dental_database: MakeOpenDental) -> None:
    with opened(open_dental_database()) as database, database.unit_of_work() as work:
        names = [(row.item_name, row.is_hidden) for row in work.definitions.image_categories()]
        assert names == [("BWs", False), ("Panos", False), ("Old", True)]
        assert [row.is_hidden for row in work.definitions.providers()] == [False, True]
        assert work.preferences.get("ProgramVersion") == "24.3.0.0"


def test_the_program_works_with_the_rights_it_asks_for(
    open_dental_database: MakeOpenDental,
) -> None:
    practice = open_dental_database()
    tables = [
        "document",
        "mount",
        "mountitem",
        "imagedraw",
        "patient",
        "statement",
        "eclipboardimagecapture",
    ]
    looked_at = [
        "definition",
        "provider",
        "preference",
        "sheet",
        "sheetfield",
        "taskattachment",
        "ehrlabimage",
    ]
    ask(
        practice,
        "CREATE OR REPLACE USER imaging@'%' IDENTIFIED BY 'imaging-pw'",
        *(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {practice.name}.{t} TO imaging"
            for t in tables
        ),
        *(f"GRANT SELECT ON {practice.name}.{t} TO imaging" for t in looked_at),
        f"GRANT SELECT, INSERT ON {practice.name}.securitylog TO imaging",
    )
    mine = replace(practice, url=practice.url.replace("test@", "imaging@"), password="imaging-pw")
    with opened(mine) as database:
        assert database.read_only_reason == ""
        doc_num = everything(database)
        with database.unit_of_work() as work:
            assert work.documents.references(doc_num) == ()
    ask(practice, f"REVOKE INSERT ON {practice.name}.document FROM imaging")
    with opened(mine) as database, database.unit_of_work() as work, pytest.raises(ReadOnlyDatabase):
        work.documents.insert(document())


# ---------------------------------------------------------------- what is said to the server


@contextmanager
def overheard(practice: PracticeDatabase) -> Iterator[list[str]]:
    """What the program says to the server within, filled in at the end; PINGs and settings left out."""
    said: list[str] = []
    ask(
        practice,
        "SET GLOBAL log_output='TABLE'",
        "TRUNCATE mysql.general_log",
        "SET GLOBAL general_log=1",
    )
    try:
        yield said
    finally:
        ask(practice, "SET GLOBAL general_log=0")
        rows = ask(
            practice,
            "SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log "
            "WHERE command_type='Query' AND user_host LIKE 'test[%' ORDER BY event_time",
        )
        ask(practice, "SET GLOBAL log_output=DEFAULT")
        said += [" ".join(text.split()[:3]) for (text,) in rows]


def test_an_insert_is_one_statement(open_dental_database: MakeOpenDental) -> None:
    practice = open_dental_database()
    with opened(practice) as database, overheard(practice) as said, database.unit_of_work() as work:
        work.documents.insert(document(), token=OPERATION)
        work.documents.insert_discovered(document(file_name="b.jpg"))
        work.commit()
    assert [text.split()[0] for text in said] == ["INSERT", "INSERT", "COMMIT", "ROLLBACK"]


def test_each_step_of_a_delete_is_one_open_dental_leaves_too(
    open_dental_database: MakeOpenDental,
) -> None:
    practice = open_dental_database(engine="MyISAM")
    with opened(practice) as database, overheard(practice) as said, database.unit_of_work() as work:
        work.documents.delete(DocNum(5))
        work.commit()
    assert said == [
        "UPDATE statement SET",
        "DELETE FROM document",
        "DELETE FROM eclipboardimagecapture",
        "DELETE FROM imagedraw",
        "COMMIT",
        "ROLLBACK",
    ]


def test_a_payload_of_megabytes_never_crosses_the_wire_in_a_list(
    open_dental_database: MakeOpenDental,
) -> None:
    practice = open_dental_database()

    def sent() -> int:
        return int(ask(practice, "SHOW GLOBAL STATUS LIKE 'Bytes_sent'")[0][1])

    with opened(practice) as database:
        with database.unit_of_work() as work:
            work.documents.insert(document(note=f"_rawBase64_:.jpg_{'A' * 3_000_000}"))
            work.commit()
        before = sent()
        with database.unit_of_work() as work:
            (row,) = work.documents.of_patient(JOHN)
        assert sent() - before < 100_000
        assert row.note == "_rawBase64_:.jpg_…"
        with database.unit_of_work() as work:
            assert len(work.documents.get(row.doc_num).note) > 3_000_000
