"""Collects every text the window shows through ``tr`` and ``translate`` into resources/translations.

    python packaging/translations.py           bring odimaging_en.ts up to date and compile all catalogues
    python packaging/translations.py --check   exit 1 if it is not up to date

A translator copies odimaging_en.ts to odimaging_<language>.ts and opens it in Qt Linguist. (Qt's own lupdate, as it
comes in the wheel, does not read Python.)
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "translations"
LANGUAGE = "en"


def main(arguments: list[str]) -> int:
    """Write, or only compare."""
    source = FOLDER / f"odimaging_{LANGUAGE}.ts"
    fresh = catalogue(sorted(set(texts())))
    if "--check" in arguments:
        return 0 if source.exists() and source.read_text(encoding="utf-8") == fresh else 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    source.write_text(fresh, encoding="utf-8", newline="\n")
    for one in sorted(FOLDER.glob("*.ts")):
        tool = Path(sys.executable).with_name("pyside6-lrelease")
        subprocess.run([tool, "-silent", one, "-qm", one.with_suffix(".qm")], check=True)
    return 0


def texts() -> Iterator[tuple[str, str]]:
    """(context, text): the class for ``self.tr``, ``odimaging`` for ``translate``."""
    for file in sorted((ROOT / "odimaging" / "gui").rglob("*.py")):
        yield from _in(ast.parse(file.read_text(encoding="utf-8")), "odimaging")


def _in(node: ast.AST, context: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        inside = child.name if isinstance(child, ast.ClassDef) else context
        if isinstance(child, ast.Call) and child.args and isinstance(child.args[0], ast.Constant):
            name, text = _called(child.func), child.args[0].value
            if isinstance(text, str) and text and name in ("tr", "translate"):
                yield (inside if name == "tr" else "odimaging"), text
        yield from _in(child, inside)


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr if function.attr == "tr" else ""
    return function.id if isinstance(function, ast.Name) else ""


def catalogue(found: list[tuple[str, str]]) -> str:
    """Qt Linguist's file, each text its own translation."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        "<!DOCTYPE TS>",
        f'<TS version="2.1" language="{LANGUAGE}">',
    ]
    for context in sorted({context for context, _ in found}):
        lines += ["<context>", f"    <name>{escape(context)}</name>"]
        for text in (text for one, text in found if one == context):
            lines += [
                "    <message>",
                f"        <source>{escape(text)}</source>",
                f"        <translation>{escape(text)}</translation>",
                "    </message>",
            ]
        lines.append("</context>")
    return "\n".join([*lines, "</TS>", ""])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
