"""The house's own measures: what its style allows rarely, counted."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = sorted((ROOT / "odimaging").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MAY_CATCH_ALL = {"odimaging/app/window.py", "odimaging/jobs.py"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "core", "misc", "shared", "base"}
LONGEST_FILE = 700
"""Lines: a sign, not a limit of its own. Whoever raises it says why."""


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@cache
def walked(file: Path) -> tuple[ast.AST, ...]:
    """Every node of a file, parsed once a run."""
    return tuple(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))


def nodes(files: list[Path]) -> Iterator[tuple[str, ast.AST]]:
    for file in files:
        name = name_of(file)
        for node in walked(file):
            yield name, node


def last_name(call: ast.Call) -> str:
    """The function's own name, without what it is looked up in."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


# ---------------------------------------------------------------- patches


PATCHING = {"setattr", "delattr", "setitem", "delitem", "patch", "object", "dict", "multiple"}
PATCHING |= {"MagicMock", "Mock"}


def is_patch(node: ast.AST) -> bool:
    """``monkeypatch.setattr``, ``mock.patch`` and their like; not the environment, which is no seam of ours."""
    if not isinstance(node, ast.Call):
        return False
    if last_name(node) not in PATCHING:
        return False
    called = ast.unparse(node.func)
    return bool(
        re.search(r"(^|\.)(setattr|delattr|setitem|delitem)$", called) and "monkeypatch" in called
    ) or bool(re.search(r"(^|\.)(patch(\.object|\.dict|\.multiple)?|MagicMock|Mock)$", called))


def is_test(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test_")


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("monkeypatch.setattr(a, 'b', c)", True),
        ("mock.patch.object(a, 'b')", True),
        ("patch('a.b')", True),
        ("monkeypatch.setenv('A', 'b')", False),
        ("object.__setattr__(a, 'b', c)", False),
    ],
)
def test_what_counts_as_a_patch(text: str, counted: bool) -> None:
    assert is_patch(ast.parse(text, mode="eval").body) is counted


def test_fakes_not_patches() -> None:
    patches = [name for name, node in nodes(TESTS) if is_patch(node)]
    tests = sum(is_test(node) for _, node in nodes(TESTS))
    assert len(patches) <= tests / 20, sorted(set(patches))


# ---------------------------------------------------------------- catching everything


def catches_all(node: ast.AST) -> bool:
    """``except Exception``, or nothing named; ``except BaseException`` only where it is raised again."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    caught = "" if node.type is None else ast.unparse(node.type)
    if "BaseException" in caught:
        return not any(isinstance(one, ast.Raise) for one in ast.walk(node))
    return node.type is None or re.search(r"\bException\b", caught) is not None


def suppresses_all(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or last_name(node) != "suppress":
        return False
    return ast.unparse(node) in {
        "suppress(Exception)",
        "contextlib.suppress(Exception)",
        "suppress(BaseException)",
    }


def test_everything_is_caught_in_two_places_only() -> None:
    found = {name for name, node in nodes(PROGRAM) if catches_all(node) or suppresses_all(node)}
    assert found == MAY_CATCH_ALL


# ---------------------------------------------------------------- files


def test_no_module_is_named_after_nothing() -> None:
    names = {part for file in PROGRAM for part in (file.stem, file.parent.name)}
    assert not names & VAGUE


def test_the_longest_file(record_property: Callable[[str, object], None]) -> None:
    lengths = {name_of(file): len(file.read_text().splitlines()) for file in PROGRAM}
    longest = max(lengths, key=lambda name: lengths[name])
    record_property("longest", f"{longest}: {lengths[longest]}")
    print(f"{len(lengths)} modules; longest: {longest}, {lengths[longest]} lines")
    assert lengths[longest] <= LONGEST_FILE, longest


def test_no_test_is_there_for_nothing() -> None:
    """A skip without a reason, or a test that says nothing may be wrong."""
    bare = [
        name
        for name, node in nodes(TESTS)
        if isinstance(node, ast.Call) and last_name(node) in {"skip", "xfail"} and not node.args
    ]
    marks = [
        name
        for name, node in nodes(TESTS)
        if isinstance(node, ast.Attribute)
        and node.attr in {"skip", "xfail"}
        and ast.unparse(node) in {"pytest.mark.xfail", "pytest.mark.skip"}
    ]
    assert not bare + marks


# ---------------------------------------------------------------- failpoints


def declared() -> set[str]:
    """Names that modules enter into the table of failpoints."""
    return {
        keyword.arg.replace("_", ".", 1)
        for _, node in nodes(PROGRAM)
        if isinstance(node, ast.Call) and last_name(node) == "declare"
        for keyword in node.keywords
        if keyword.arg is not None
    }


def passed() -> tuple[set[str], set[str]]:
    """Names that code passes; and the second halves of those whose first half is handed in."""
    whole, halves = set(), set()
    for _, node in nodes(PROGRAM):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if last_name(node) != "failpoint":
            continue
        name = node.args[0]
        if isinstance(name, ast.Constant):
            whole.add(str(name.value))
        elif isinstance(name, ast.JoinedStr) and isinstance(name.values[-1], ast.Constant):
            halves.add(str(name.values[-1].value))
    return whole, halves


def kinds() -> set[str]:
    """First halves that are handed in: the constants given to ``insert`` and ``bring_in``."""
    return {
        str(argument.value)
        for _, node in nodes(PROGRAM)
        if isinstance(node, ast.Call) and last_name(node) in {"insert", "bring_in"}
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def test_every_failpoint_is_declared_and_passed() -> None:
    whole, halves = passed()
    handed_in = {kind + half for kind in kinds() for half in halves}
    assert whole <= declared()
    assert declared() <= whole | handed_in
    assert declared()


def test_no_failpoint_can_be_armed_from_outside() -> None:
    """Only tests import the hook."""
    armed = [
        name
        for name, node in nodes(PROGRAM)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"arm", "failpoints.arm"}
    ]
    assert not armed
