import json
import logging
import sys

from odimaging import logs


def line(message: str, *arguments: object, error: bool = False) -> dict[str, str]:
    record = logging.LogRecord(
        "odimaging.x", logging.ERROR, "f", 1, message, arguments, sys.exc_info() if error else None
    )
    text = logs.JsonLines().format(record)
    assert "\n" not in text
    return dict(json.loads(text))


def test_a_line_is_one_json_object_with_foreign_text_tamed() -> None:
    assert line("found %s", "a\nb\x1b[31m\u202egpj.exe")["text"] == "found a?b?[31m?gpj.exe"


def test_a_trace_names_places_and_no_values() -> None:
    try:
        try:
            raise KeyError("Rivera")
        except KeyError as cause:
            raise ValueError("Ana Rivera") from cause
    except ValueError:
        entry = line("crashed", error=True)
    assert "ValueError at test_logs.py" in entry["trace"]
    assert "KeyError at test_logs.py" in entry["trace"]
    assert "Rivera" not in json.dumps(entry)
