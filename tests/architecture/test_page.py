"""The architecture page names what is there: files, operations, and nothing that went."""

import dataclasses
import re
from pathlib import Path

from odimaging.repository.repository import Repository

PROGRAM = Path(__file__).resolve().parents[2] / "odimaging"
PAGE = (PROGRAM / "ARCHITECTURE.md").read_text(encoding="utf-8")
EVERYWHERE = [file.as_posix() for root in (PROGRAM, PROGRAM.parent / "tests") for file in root.rglob("*.py")]  # fmt: skip


def test_every_file_it_names_is_there() -> None:
    named = set(re.findall(r"`([\w/]+\.py)`", PAGE))
    assert len(named) > 30
    gone = {one for one in named if not any(file.endswith(f"/{one}") for file in EVERYWHERE)}
    assert gone == set()


def test_every_module_of_the_repository_is_named() -> None:
    modules = {file.name for file in (PROGRAM / "repository").glob("*.py")} - {"__init__.py"}
    modules -= {"repository.py"}  # the table is about it
    assert {one for one in modules if f"`{one}`" not in PAGE} == set()


def test_every_operation_is_in_the_table() -> None:
    operations = {field.name for field in dataclasses.fields(Repository)}
    assert set(re.findall(r"^\| `(\w+)` \| `\w+\.py` \| ", PAGE, re.MULTILINE)) == operations


def test_no_cell_of_its_tables_is_broken() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("|")]
    cells = [len(re.split(r"(?<!\\)\|", row)) - 2 for row in rows]
    assert set(cells) <= {2, 3, 4}
