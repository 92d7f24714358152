"""Names: facts §2.2, §2.3, §3.1, §3.2, §13.3, §13.4 and contract P1, P2."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odimaging.model.ids import DocNum, PatNum
from odimaging.model.naming import (
    category_prefix,
    generated_name,
    image_folder_name,
    is_hidden_name,
    is_storable,
    letter_folder,
    letters,
    next_free,
    pending_name,
    safe_name,
)
from odimaging.model.patient import Patient


def patient(lname: str, fname: str, pat_num: int) -> Patient:
    return Patient(PatNum(pat_num), lname, fname)


@pytest.mark.parametrize(
    ("lname", "fname", "pat_num", "folder", "letter"),
    [
        ("Smith", "John", 15, "SmithJohn15", "S"),
        ("Smith-Jones", "Anne Marie", 15, "SmithJonesAnneMarie15", "S"),
        ("O'Brien-Lee", "Mary Ann", 7, "OBrienLeeMaryAnn7", "O"),
        ("", "", 42, "42", "4"),
        ("müller", "Jörg", 3, "müllerJörg3", "M"),
        ("ßen", "", 3, "ßen3", "ß"),
        ("Lee 2nd", "X.", 1, "LeendX1", "L"),
        ("Com", "", 1, "xCom1", "X"),
        ("😀Kim", "\U00020000", 1, "Kim1", "K"),
        ("李", "小龙", 8, "李小龙8", "李"),
    ],
)
def test_image_folder(lname: str, fname: str, pat_num: int, folder: str, letter: str) -> None:
    name = image_folder_name(patient(lname, fname, pat_num))
    assert (name, letter_folder(name)) == (folder, letter)


def test_image_folder_fits_its_column() -> None:
    name = image_folder_name(patient("L" * 100, "F" * 100, 9_223_372_036_854_775_807))
    assert len(name) == 100
    assert name.endswith("9223372036854775807")


def test_letter_of_no_folder() -> None:
    assert letter_folder("") == ""


def test_letters() -> None:
    assert letters("d'Été 2-Ω_ß\u0301") == "dÉtéΩß"


@pytest.mark.parametrize(
    ("lname", "fname", "extension", "expected"),
    [
        ("Smith", "John", ".jpg", "SmithJohn389.jpg"),
        ("Smith", "John", ".JPG", "SmithJohn389.JPG"),
        ("Smith", "John", "", "SmithJohn389"),
        ("", "", ".dcm", "389.dcm"),
    ],
)
def test_generated_name(lname: str, fname: str, extension: str, expected: str) -> None:
    assert generated_name(lname, fname, DocNum(389), extension) == expected


def test_generated_name_is_no_device() -> None:
    assert generated_name("Com", "", DocNum(1), ".jpg") == "xCom1.jpg"


def test_generated_name_is_cut() -> None:
    name = generated_name("李" * 100, "L" * 100, DocNum(389), ".tiff")
    assert name.endswith("389.tiff")
    assert len(name) <= 120
    assert len(name.encode()) <= 200


def test_next_free_compares_exactly() -> None:
    assert next_free("a.jpg", {"A.jpg"}) == "a.jpg"
    assert next_free("a.jpg", {"a.jpg"}) == "xa.jpg"
    assert next_free("a.jpg", {"a.jpg", "xa.jpg"}) == "xxa.jpg"


def test_pending_names() -> None:
    assert pending_name(()) == "x"
    assert pending_name({"x"}) == "xx"
    assert pending_name({"x", "xx"}) == "xxx"
    assert pending_name({"xx"}) == "x"
    assert pending_name({"X"}) == "x"


@pytest.mark.parametrize(
    ("name", "number", "rest"),
    [
        ("scan.jpg", None, "scan.jpg"),
        ("_135_a.png", 135, "a.png"),
        ("_0135_a.png", 135, "a.png"),
        ("__p.png", 0, "p.png"),
        ("_12__13_a.jpg", 12, "_13_a.jpg"),
        ("_135_.jpg", 135, ".jpg"),
        ("_135_", 135, ""),
        ("_12a_p.png", None, "_12a_p.png"),
        ("a_135_b.png", None, "a_135_b.png"),
        ("_135", None, "_135"),
        ("_-1_a.png", None, "_-1_a.png"),
        ("_١٣_a.png", None, "_١٣_a.png"),
        ("_9223372036854775807_a", 2**63 - 1, "a"),
        ("_9223372036854775808_a", None, "a"),
        ("_" + "9" * 5000 + "_a", None, "a"),
        ("_" + "0" * 5000 + "7_a", 7, "a"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_category_prefix(name: str, number: int | None, rest: str) -> None:
    assert category_prefix(name) == (number, rest)


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        ("Thumbs.db", True),
        ("myTHUMBS.DB", True),
        (".hidden", True),
        (".jpg", True),
        ("scan.jpg", False),
        ("thumbs.db.jpg", False),
        ("SCAN.JPG", False),
    ],
)
def test_hidden(name: str, hidden: bool) -> None:
    assert is_hidden_name(name) is hidden


@pytest.mark.parametrize(
    ("foreign", "safe"),
    [
        ("scan.jpg", "scan.jpg"),
        ("Scan 1.JPG", "Scan 1.JPG"),
        ("CON", "xCON.jpg"),
        ("nul.jpg", "xnul.jpg"),
        ("COM¹", "xCOM¹.jpg"),
        ("lpt9.tar.gz", "xlpt9.tar.gz"),
        ("Thumbs.db", "xThumbs.db"),
        ("a.", "a.jpg"),
        ("a ", "a.jpg"),
        ("a . .", "a.jpg"),
        ("foo. .png", "foo.png"),
        ("a:b", "a_b.jpg"),
        ("a?b*c.png", "a_b_c.png"),
        ("..\\..\\x", "x.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("/root/.ssh/id.png", "id.png"),
        ("\\\\server\\share\\x.png", "x.png"),
        ("C:\\fakepath\\x.png", "x.png"),
        ("folder/", "folder.jpg"),
        ("/", "file.jpg"),
        ("", "file.jpg"),
        (".", "file.jpg"),
        ("..", "file.jpg"),
        (".jpg", "file.jpg"),
        ("..jpg", "file.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
        ("a\u200bb\u200d.png", "ab.png"),
        ("a\ufeff\x00\x1b.png", "a.png"),
        ("a\u2028b.png", "ab.png"),
        ("\ud800.png", "file.png"),
        ("😀.png", "file.png"),
        ("e\u0301.png", "é.png"),
        ("photo." + "a" * 21, "photo." + "a" * 21 + ".jpg"),
        ("jpg.exe", "jpg.exe"),
    ],
    ids=ascii,
)
def test_safe_name(foreign: str, safe: str) -> None:
    assert safe_name(foreign, ".jpg") == safe
    assert is_storable(safe)


@pytest.mark.parametrize(
    ("fallback", "name"),
    [
        (".JPG", "scan.JPG"),
        ("", "scan"),
        ("../../etc/passwd", "scan"),
        (".jpg/../../x", "scan"),
        ("\\\\server\\share.exe\\", "scan"),
        (".j\u202epg", "scan.jpg"),
        (".j:g", "scan.j_g"),
        ("." + "a" * 21, "scan"),
    ],
    ids=ascii,
)
def test_a_fallback_extension_is_foreign_too(fallback: str, name: str) -> None:
    assert safe_name("scan", fallback) == name


@given(st.text(max_size=60), st.text(".aé/\\: \x00\u202eCON", max_size=30))
def test_any_fallback_extension_is_safe(foreign: str, fallback: str) -> None:
    assert is_storable(safe_name(foreign, fallback))


@given(st.text(st.characters(), max_size=400), st.sampled_from([".jpg", ".txt"]))
def test_safe_names_are_always_safe(foreign: str, extension: str) -> None:
    name = safe_name(foreign, extension)
    assert is_storable(name)
    assert len(name) <= 120 + 1
    assert len(name.encode()) <= 200 + 1
    assert not name.startswith(".")
    assert "." in name
    assert unicodedata.is_normalized("NFC", name)
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in name)
    assert safe_name(name, extension) == name


@given(st.text("aB.é \u0301/\\:_x1\u202e\x00CONnul", max_size=300))
def test_safe_names_of_nasty_letters_are_safe(foreign: str) -> None:
    name = safe_name(foreign, ".tif")
    assert is_storable(name)
    assert safe_name(name, ".tif") == name


@pytest.mark.parametrize(
    "name",
    [
        "x",
        "a.jpg",
        "a b",
        "_1_a",
        ".jpg",
        "ÄÖ",
        "n" * 255,
        "李" * 255,
        "console.jpg",
        "a..b",
        "COM10",
    ],
)
def test_storable(name: str) -> None:
    assert is_storable(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "a/b",
        "a\\b",
        "a:b",
        "a\0",
        "a\n",
        "\x85",
        "CON",
        "Nul.txt",
        "aux .x",
        "COM0",
        "conin$",
        "a.",
        "a ",
        "\udfff",
        "n" * 256,
    ],
    ids=ascii,
)
def test_not_storable(name: str) -> None:
    assert not is_storable(name)
