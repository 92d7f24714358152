import logging
import subprocess
import sys
from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]


def test_the_import_contracts_hold() -> None:
    loggers = [
        one for one in logging.Logger.manager.loggerDict.values() if isinstance(one, logging.Logger)
    ]
    found = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    for logger in loggers:
        logger.disabled = False  # it configures logging for itself and silences all others
    assert found == 0


def loaded_by(statement: str) -> set[str]:
    answer = subprocess.run(
        [sys.executable, "-c", f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return {name.partition(".")[0] for name in answer.stdout.split()}


def test_the_command_line_loads_no_window() -> None:
    assert not loaded_by("import odimaging.cli, odimaging.app.office") & {"PySide6", "qasync"}


def test_before_the_first_paint_only_qt_is_loaded() -> None:
    heavy = {
        "sqlalchemy",
        "pymysql",
        "paramiko",
        "PIL",
        "numpy",
        "pydicom",
        "keyring",
        "qasync",
        "tomlkit",
    }
    assert not loaded_by("import odimaging.app.window, odimaging.gui.desk") & heavy


def test_every_option_says_what_it_means() -> None:
    import dataclasses

    from odimaging.settings import Settings

    assert all(option.metadata.get("meaning") for option in dataclasses.fields(Settings))
