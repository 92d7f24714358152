import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odimaging.transfer.wire import (
    FSYNC,
    Attributes,
    Channel,
    Code,
    Handle,
    Kind,
    Mode,
    Refused,
    Wire,
    text,
)
from tests.fakes.sftp_line import Line, packed, reply, status


def wire_to(answer: Callable[[int, int, bytes], bytes]) -> Wire:
    channel: Channel = Line(answer)
    return Wire(channel)


def test_the_greeting_tells_what_the_server_can() -> None:
    wire = wire_to(lambda kind, number, body: b"")
    assert wire.offers(FSYNC)
    assert not wire.offers("limits@openssh.com")


def test_answers_find_their_requests_in_any_order() -> None:
    held: list[bytes] = []

    def backwards(kind: int, number: int, body: bytes) -> bytes:
        held.append(reply(Kind.DATA, number, text(bytes([number]))))
        return b"".join(reversed(held)) if len(held) == 3 else b""

    wire = wire_to(backwards)
    requests = [wire.ask_read(Handle(b"h"), 0, 1) for _ in range(3)]
    assert [bytes(wire.data(request)) for request in requests] == [b"\0", b"\1", b"\2"]
    assert not wire.has_answers()


def test_every_status_but_ok_is_a_refusal_with_its_code() -> None:
    for code in (Code.NO_SUCH_FILE, Code.PERMISSION_DENIED, Code.FAILURE, 99):
        wire = wire_to(lambda kind, number, body, code=code: status(number, code))  # type: ignore[misc]  # bound now
        with pytest.raises(Refused) as caught:
            wire.open("x", Mode.READ)
        assert caught.value.code == code
        assert "words" not in str(caught.value)
    wire_to(lambda kind, number, body: status(number, Code.OK)).do(Kind.REMOVE, text("x"))


def test_the_end_of_a_file_is_no_refusal() -> None:
    wire = wire_to(lambda kind, number, body: status(number, Code.EOF))
    assert bytes(wire.data(wire.ask_read(Handle(b"h"), 0, 1))) == b""
    assert wire.names(Handle(b"h")) == ()


def test_what_was_abandoned_does_not_come_back() -> None:
    wire = wire_to(lambda kind, number, body: reply(Kind.DATA, number, text(bytes([number]))))
    old = [wire.ask_read(Handle(b"h"), 0, 1) for _ in range(3)]
    wire.data(old[1])
    wire.abandon()
    assert bytes(wire.data(wire.ask_read(Handle(b"h"), 0, 1))) == b"\3"


def test_what_is_asked_is_what_the_protocol_says() -> None:
    line = Line(lambda kind, number, body: status(number, Code.OK))
    wire = Wire(line)
    wire.ask_write(Handle(b"h"), 1 << 40, b"data")
    wire.ask_read(Handle(b"h"), 5, 6)
    wire.ask_extended(FSYNC, text(b"h"))
    assert list(line.requests) == [
        (Kind.WRITE, text(b"h") + struct.pack(">Q", 1 << 40) + text(b"data")),
        (Kind.READ, text(b"h") + struct.pack(">QI", 5, 6)),
        (Kind.EXTENDED, text(FSYNC) + text(b"h")),
    ]


def test_attributes_are_read_whatever_of_them_is_there() -> None:
    whole = struct.pack(">IQIIIII", 0x8000000F, 7, 1, 2, 0o100644, 11, 12)
    whole += struct.pack(">I", 1) + text("acl") + text("x")
    cases = {
        struct.pack(">I", 0): Attributes(None, None, None),
        whole: Attributes(7, 0o100644, 12),
        struct.pack(">II", 4, 0o040755): Attributes(None, 0o040755, None),
    }
    for body, expected in cases.items():
        wire = wire_to(lambda kind, number, _, body=body: reply(Kind.ATTRS, number, body))  # type: ignore[misc]  # bound now
        found = wire.attributes(wire.ask_stat("x"))
        assert found == expected
        assert found.is_folder == (expected.mode == 0o040755)


def test_names_that_are_no_utf8_do_not_break_the_listing() -> None:
    body = struct.pack(">I", 2)
    for name in (b"\xff\xfe", "ü".encode()):
        body += text(name) + text(b"long form") + struct.pack(">I", 0)
    wire = wire_to(lambda kind, number, _: reply(Kind.NAME, number, body))
    assert [name for name, _ in wire.names(Handle(b"h"))] == ["\ufffd\ufffd", "ü"]


@pytest.mark.parametrize(
    "answer",
    [b"", packed(Kind.DATA, b"\0" * 3), struct.pack(">IB", 1 << 30, Kind.DATA), b"SSH", b"\0" * 4],
)
def test_what_does_not_speak_sftp_is_a_cut(answer: bytes) -> None:
    wire = wire_to(lambda kind, number, body: answer)
    with pytest.raises(EOFError):
        wire.open("x", Mode.READ)


def test_a_closed_channel_is_a_cut() -> None:
    line = Line(lambda kind, number, body: b"")
    wire = Wire(line)
    line.closed = True
    with pytest.raises(EOFError):
        wire.ask_stat("x")


@given(st.sampled_from(list(Kind)), st.binary(max_size=60))
def test_hostile_answers_end_in_a_refusal_or_a_cut(kind: Kind, body: bytes) -> None:
    calls: list[Callable[[Wire], object]] = [
        lambda wire: wire.open("x", Mode.READ),
        lambda wire: wire.data(wire.ask_read(Handle(b"h"), 0, 1)),
        lambda wire: wire.attributes(wire.ask_stat("x")),
        lambda wire: wire.names(Handle(b"h")),
    ]
    for call in calls:
        wire = wire_to(lambda _, number, __: reply(kind, number, body))
        try:
            call(wire)
        except (Refused, EOFError):
            continue
