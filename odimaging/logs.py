"""Log format, file and levels. Numbers and fixed words only: a path or a name is protected health information."""

import json
import logging
import logging.handlers
import re
import unicodedata
from pathlib import Path

_BIDI_OR_CONTROL = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


class JsonLines(logging.Formatter):
    """One JSON object a line; foreign text escaped and cut to 80 characters a piece (contract P6)."""

    def format(self, record: logging.LogRecord) -> str:
        """The line. A trace names types, modules and lines, never values (contract §4.7.5)."""
        entry = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "module": record.name,
            "text": tame(record.getMessage(), 400),
        }
        if record.exc_info and record.exc_info[1] is not None:
            entry["trace"] = trace_of(record.exc_info[1])
        return json.dumps(entry, ensure_ascii=True)


def tame(text: str, length: int = 80) -> str:
    """Text for a log: controls, bidi marks and line breaks become ``?``; cut at ``length``."""
    safe = "".join("?" if unicodedata.category(char) in _BIDI_OR_CONTROL else char for char in text)
    return re.sub(r"\s+", " ", safe)[:length]


def trace_of(error: BaseException) -> str:
    """Type, modules and lines of an exception and its causes, without any value."""
    parts = []
    link: BaseException | None = error
    while link is not None:
        places, trace = [], link.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            places.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        parts.append(f"{type(link).__name__} at {' < '.join(reversed(places))}")
        link = link.__cause__ or link.__context__
    return " from ".join(parts)


def start(folder: Path | None, *, verbose: bool = False) -> None:
    """Log to ``folder/odimaging.log`` (five files of 1 MB), or nowhere if it cannot be written."""
    root = logging.getLogger()
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    for noisy in (
        "paramiko",
        "PIL",
        "pydicom",
        "asyncio",
        "qasync",
        "keyring",
        "sqlalchemy",
        "pymysql",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    if folder is None:
        root.addHandler(logging.NullHandler())
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            folder / "odimaging.log",
            maxBytes=1_000_000,
            backupCount=4,
            encoding="utf-8",
            delay=True,
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(JsonLines())
    root.addHandler(handler)
