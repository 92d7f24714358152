"""The command line: the window, and what an administrator does without one.

    odimaging                                   the practice that was open last, or a welcome page
    odimaging --practice FILE                   that practice
    odimaging --demo                            the demo practice, made on first use
    odimaging init --database URL --root DIR --practice FILE
    odimaging check --practice FILE [--json]    invariants of rows and files; 1 if anything is wrong

Imports stay inside the verbs: nothing may slow the first paint.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    options = parser().parse_args(arguments)
    from odimaging.model.errors import OdImagingError

    try:
        return int(options.run(options))
    except OdImagingError as error:
        print(error.user_text, file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """The verbs and their options."""
    root = argparse.ArgumentParser(
        prog="odimaging",
        description="Imaging for dental offices.",
        epilog="Start without a verb to open the window.",
    )
    root.add_argument("--practice", type=Path, metavar="FILE", help="open this practice file")
    root.add_argument(
        "--demo", action="store_true", help="open the demo practice, making it first if need be"
    )
    root.add_argument("--verbose", action="store_true", help="log every step")
    root.set_defaults(run=_window)
    verbs = root.add_subparsers(title="verbs", metavar="")

    init = verbs.add_parser(
        "init", help="make an empty practice: tables, categories, folders, practice file"
    )
    init.add_argument(
        "--database",
        required=True,
        metavar="URL",
        help="sqlite:///FILE or mysql://user@host/database",
    )
    init.add_argument(
        "--root", required=True, type=Path, metavar="DIR", help="where the images will live"
    )
    init.add_argument(
        "--practice", required=True, type=Path, metavar="FILE", help="the practice file to write"
    )
    init.set_defaults(run=_init)

    check = verbs.add_parser(
        "check", help="look for rows without files, files without rows and unfinished work"
    )
    check.add_argument("--practice", required=True, type=Path, metavar="FILE")
    check.add_argument("--json", action="store_true", help="print the findings as JSON")
    check.set_defaults(run=_check)
    return root


def _no_display() -> str:
    """One sentence if no window can be opened here, else ''."""
    given = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    if given or not sys.platform.startswith("linux"):
        return ""
    return "The window needs a graphical session: DISPLAY or WAYLAND_DISPLAY is not set."


def _window(options: argparse.Namespace) -> int:
    missing = _no_display()
    if missing:
        print(missing, file=sys.stderr)
        return 1
    from odimaging.app.window import run_window

    return run_window(options.practice, demo=options.demo, verbose=options.verbose)


def _log(options: argparse.Namespace) -> None:
    """A verb's log and its bugs go where the window's go, not to the terminal."""
    from odimaging import logs
    from odimaging.app import crashes
    from odimaging.settings import data_folder

    logs.start(data_folder() / "logs", verbose=options.verbose)
    crashes.watch(data_folder() / "logs")


def _init(options: argparse.Namespace) -> int:
    from odimaging.app.office import make_practice

    _log(options)
    make_practice(options.database, options.root, options.practice)
    print(f"The practice is ready. Open it with: odimaging --practice {options.practice}")
    return 0


def _check(options: argparse.Namespace) -> int:
    import json

    from odimaging.app.office import host_keys_of, open_office
    from odimaging.practice import read
    from odimaging.transfer.vault import SystemVault

    _log(options)
    practice = read(options.practice)
    with open_office(practice, SystemVault(), host_keys_of(practice)) as office:
        findings = office.repository.check().findings
    if options.json:
        told = [
            {
                "code": one.code.name,
                "doc_num": one.doc_num,
                "operation": one.operation,
                "words": one.code.value,
            }
            for one in findings
        ]
        print(json.dumps(told, indent=1))
    else:
        for finding in findings:
            print(
                f"{finding.code.value} Document {finding.doc_num}."
                if finding.doc_num
                else finding.code.value
            )
        print("Nothing found." if not findings else f"{len(findings)} found.")
    return 1 if findings else 0
