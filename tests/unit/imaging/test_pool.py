"""Real decoder processes: pixels through shared memory, limits that hold, nothing left behind."""

import gc
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from odimaging.imaging import composite, pool, wire
from odimaging.imaging.blocks import KEPT_BYTES
from odimaging.imaging.decode import inspect
from odimaging.imaging.render import rendered
from odimaging.imaging.windowing import array_of
from odimaging.model.errors import DecodeFailed, UnsupportedFormat
from odimaging.model.mount import DrawType
from odimaging.model.picture import Edits, PixelFormat
from odimaging.model.ports import Decoder, MountPicture, PictureSource
from tests.unit.imaging import samples
from tests.unit.imaging.test_render import EMPTY_MOUNT, drawing, item, text_of

ODD = (sys.executable, "-m", "tests.unit.imaging.odd_child")
SHARED = Path("/dev/shm")
LARGE = samples.gradient(800, 600)
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into Linux's own folders")


@pytest.fixture(scope="module")
def decoders() -> Iterator[pool.DecoderPool]:
    decoders = pool.DecoderPool()
    decoders.warm_up()
    yield decoders
    decoders.close()


@pytest.fixture
def odd() -> Iterator[pool.DecoderPool]:
    decoders = pool.DecoderPool(1, ODD, job_s=2.0)
    yield decoders
    decoders.close()


def pid(decoders: pool.DecoderPool) -> int:
    number = decoders.workers[0].pid
    assert number is not None
    return number


def png(pixels: samples.Array, edits: Edits = Edits()) -> PictureSource:
    return PictureSource(samples.file_of(pixels, "PNG"), ".png", edits)


def test_it_is_the_port(decoders: pool.DecoderPool) -> None:
    port: Decoder = decoders
    assert port.picture(png(LARGE)).pixel_format is PixelFormat.BGRA


def test_pixels_come_through(decoders: pool.DecoderPool) -> None:
    for pixels in (LARGE, LARGE[:20, :30].copy()):
        picture = decoders.picture(png(pixels))
        assert np.array_equal(array_of(picture)[..., 2::-1], pixels)
        assert (picture.source_width, picture.source_height) == pixels.shape[1::-1]
    gray = decoders.picture(png(LARGE[..., 0]))
    assert gray.pixel_format is PixelFormat.GRAY8
    assert np.array_equal(array_of(gray), LARGE[..., 0])
    deep = np.random.default_rng(1).integers(0, 4096, (900, 1000), np.uint16)
    picture = decoders.picture(PictureSource(samples.dicom(deep, bits_stored=12), ".dcm"))
    assert picture.pixel_format is PixelFormat.GRAY16
    assert picture.bits_stored == 12
    assert np.array_equal(array_of(picture), deep)


def test_a_file_larger_than_the_pipe(decoders: pool.DecoderPool) -> None:
    noise = np.random.default_rng(2).integers(0, 256, (800, 900, 3), np.uint8)
    for _ in range(3):
        assert np.array_equal(array_of(decoders.picture(png(noise)))[..., 2::-1], noise)


def test_blocks_are_used_again_but_never_while_somebody_looks() -> None:
    decoders = pool.DecoderPool(1)
    try:
        first = decoders.picture(png(LARGE))
        part = first.pixels[100:200]
        address = array_of(first).ctypes.data
        second = decoders.picture(png(255 - LARGE))
        assert array_of(second).ctypes.data != address
        assert np.array_equal(array_of(first)[..., 2::-1], LARGE)
        del first
        gc.collect()
        third = decoders.picture(png(255 - LARGE))
        assert array_of(third).ctypes.data != address, "a part of it is still held"
        assert part[0:4] == LARGE[0, 25, ::-1].tobytes() + b"\xff"
        del part
        gc.collect()
        again = [decoders.picture(png(LARGE)) for _ in range(2)]
        assert address in {array_of(picture).ctypes.data for picture in again}
        assert all(np.array_equal(array_of(one)[..., 2::-1], LARGE) for one in again)
    finally:
        decoders.close()


def test_more_pictures_than_are_kept(decoders: pool.DecoderPool) -> None:
    one = png(LARGE[..., 0])
    size = LARGE.shape[0] * LARGE.shape[1]
    held = [decoders.picture(one) for _ in range(2 * KEPT_BYTES // size // 8)]
    assert all(array_of(picture)[-1, -1] == LARGE[-1, -1, 0] for picture in held)
    shapes = [(1500 + 100 * n, 1000) for n in range(6)]
    for height, width in shapes:
        field = np.full((height, width), 7, np.uint8)
        assert array_of(decoders.picture(png(field))).sum(dtype=int) == 7 * height * width


def test_every_command_equals_the_function_behind_it(decoders: pool.DecoderPool) -> None:
    edits = Edits(True, 90, windowing_min=20, windowing_max=200)
    one = PictureSource(
        samples.file_of(LARGE, "JPEG"), ".jpg", edits, (drawing(DrawType.LINE, "5,5;90,90"),)
    )
    for fit in (None, (300, 300)):
        there, here = array_of(decoders.rendered(one, fit)), rendered(one, fit).pixels
        assert np.array_equal(there, here)
    assert decoders.inspect(one.data, ".jpg") == inspect(one.data, ".jpg")
    assert decoders.encoded(one, ".png").startswith(b"\x89PNG")
    assert decoders.thumbnail(one, ".jpg").startswith(b"\xff\xd8")
    place, text = item(1, 10, 10, 100, 80), text_of(item(2, 120, 10, 80, 80), 12)
    mount = MountPicture(
        EMPTY_MOUNT,
        (place, text),
        {place.mount_item_num: one},
        {text.mount_item_num: "Zoë"},
        (drawing(DrawType.PEN, "1,1;50,50"),),
    )
    there, here = array_of(decoders.mount_rendered(mount)), composite.composed(mount, None).pixels
    assert np.array_equal(there, here)
    assert array_of(decoders.mount_rendered(mount, (150, 100))).shape == (100, 150, 4)
    assert decoders.mount_encoded(mount, ".jpg").startswith(b"\xff\xd8")
    alone = array_of(decoders.text_item(EMPTY_MOUNT, text, "Zoë"))
    assert np.array_equal(alone, composite.text_item(EMPTY_MOUNT, text, "Zoë").pixels)


def test_sentences_come_through(decoders: pool.DecoderPool) -> None:
    with pytest.raises(DecodeFailed, match="damaged"):
        decoders.picture(PictureSource(b"\xff\xd8\xff nonsense", ".jpg"))
    with pytest.raises(DecodeFailed, match="damaged"):
        decoders.picture(PictureSource(b"%!PS-Adobe-3.0 EPSF-3.0", ".jpg"))
    with pytest.raises(DecodeFailed, match="too large"):
        decoders.inspect(samples.one_bit_bomb(30_000), ".png")
    with pytest.raises(UnsupportedFormat, match="cannot be shown"):
        decoders.picture(PictureSource(b"PK\x03\x04", ".docx"))
    with pytest.raises(UnsupportedFormat, match="saved"):
        decoders.encoded(png(LARGE[:9, :9]), ".exe")


def test_several_callers_at_once(decoders: pool.DecoderPool) -> None:
    fields = [np.full((50 + n, 40), n, np.uint8) for n in range(24)]
    results: dict[int, samples.Array] = {}

    def ask(number: int) -> None:
        results[number] = array_of(decoders.picture(png(fields[number])))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(results[number], field) for number, field in enumerate(fields))


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize("command", ["hang", "die", "crash", "blocks"])
def test_a_lost_process_is_a_damaged_picture(
    odd: pool.DecoderPool, command: str, caplog: pytest.LogCaptureFixture
) -> None:
    odd.ask({"command": "warm"})
    before = odd.workers[0].process
    start = time.monotonic()
    with caplog.at_level(logging.DEBUG), pytest.raises(DecodeFailed, match="damaged"):
        odd.ask({"command": command})
    assert time.monotonic() - start < 8
    assert "SECRETNAME" not in caplog.text
    assert array_of(odd.picture(png(LARGE[:5, :5]))).shape == (5, 5, 4)
    assert odd.workers[0].process is not before


@on_linux
def test_four_gibibytes_are_refused(odd: pool.DecoderPool) -> None:
    with pytest.raises(DecodeFailed, match="too large"):
        odd.ask({"command": "greed"})
    status = Path(f"/proc/{pid(odd)}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    assert int(peak.split()[1]) < 1536 * 1024
    assert array_of(odd.picture(png(LARGE[:5, :5]))).shape == (5, 5, 4), "and it goes on"


@on_linux
def test_bound_hand_and_foot(odd: pool.DecoderPool, tmp_path: Path) -> None:
    assert odd.ask({"command": "limits"})[0] == {
        "RLIMIT_AS": 1536 << 20,
        "RLIMIT_CORE": 0,
        "RLIMIT_FSIZE": 0,
        "nice": os.nice(0) + 5,
        "page": os.sysconf("SC_PAGESIZE"),
    }
    target = tmp_path / "written"
    with pytest.raises(DecodeFailed):
        odd.ask({"command": "write", "path": str(target)})
    assert not target.exists() or target.stat().st_size == 0


def test_chatter_stays_out_of_the_messages(odd: pool.DecoderPool) -> None:
    assert odd.ask({"command": "shout"})[0]["printed"]
    assert array_of(odd.picture(png(LARGE[:5, :5]))).shape == (5, 5, 4)


def test_killed_while_idle(odd: pool.DecoderPool) -> None:
    odd.ask({"command": "warm"})
    process = odd.workers[0].process
    assert process is not None
    process.kill()
    process.wait()
    assert array_of(odd.picture(png(LARGE[:5, :5]))).shape == (5, 5, 4)


def test_a_program_that_is_no_decoder() -> None:
    decoders = pool.DecoderPool(1, (sys.executable, "-c", "print('hello')"))
    with pytest.raises(DecodeFailed):
        decoders.picture(png(LARGE[:5, :5]))
    decoders.close()


def test_closing_ends_what_runs() -> None:
    decoders = pool.DecoderPool(1, ODD)
    decoders.ask({"command": "warm"})
    number = pid(decoders)
    failed: list[DecodeFailed] = []

    def wait() -> None:
        try:
            decoders.ask({"command": "hang"})
        except DecodeFailed as error:
            failed.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    decoders.close()
    thread.join(5)
    assert len(failed) == 1
    assert not Path(f"/proc/{number}").exists()
    with pytest.raises(DecodeFailed):
        decoders.picture(png(LARGE[:5, :5]))


PARENT = """
import sys, threading
import numpy as np
from odimaging.imaging.pool import DecoderPool
from odimaging.model.ports import PictureSource
from tests.unit.imaging import samples
decoders = DecoderPool(1, (sys.executable, "-m", "tests.unit.imaging.odd_child"))
held = decoders.picture(PictureSource(samples.file_of(np.zeros((1500, 1500), np.uint8), "PNG"), ".png"))
print(decoders.workers[0].pid, flush=True)
if sys.argv[1] == "busy":
    threading.Thread(target=lambda: decoders.ask({"command": "blocks"}), daemon=True).start()
sys.stdin.read()
"""


@on_linux
@pytest.mark.parametrize("state", ["idle", "busy"])
def test_nothing_stays_when_the_parent_is_killed(state: str) -> None:
    before = set(SHARED.iterdir())
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, state], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        os.sched_yield()
    assert not Path(f"/proc/{child}").exists()
    assert set(SHARED.iterdir()) <= before


@on_linux
def test_descriptors_do_not_pile_up(decoders: pool.DecoderPool) -> None:
    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    for _ in range(3):
        decoders.picture(png(LARGE))
    gc.collect()
    before = count()
    for _ in range(20):
        decoders.picture(png(LARGE))
        decoders.picture(png(LARGE[:50, :50]))
    gc.collect()
    assert count() <= before + 2


# ---------------------------------------------------------------- the messages


def test_the_interpreter_is_never_a_launcher(tmp_path: Path) -> None:
    assert pool.interpreter(sys.executable, sys.base_prefix) == sys.executable
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    assert pool.interpreter(str(tmp_path / "odimaging.exe"), str(runtime)).endswith("odimaging.exe")
    (runtime / "python.exe").touch()
    assert pool.interpreter(str(tmp_path / "odimaging.exe"), str(runtime)) == str(
        runtime / "python.exe"
    )


def test_no_names_cross_the_pipe() -> None:
    mount = MountPicture(
        EMPTY_MOUNT, (item(1, 0, 0, 5, 5),), {}, {}, (drawing(DrawType.LINE, "1,1;2,2"),)
    )
    header, _ = wire.pack_mount_picture(mount)
    assert set(header["mount"]) == set(wire.MOUNT_FIELDS)
    back = wire.unpack_mount_picture(header, memoryview(b""))
    assert back.mount.width == 300
    assert asdict(back.drawings[0])["drawing_segment"] == "1,1;2,2"
    assert back.drawings[0].doc_num == 0


def test_the_program_itself_loads_no_decoder() -> None:
    """Crafted files must find nothing to break here (contract §4.3 D1)."""
    code = (
        "import sys, odimaging.imaging.pool, odimaging.imaging.windowing, odimaging.imaging.layout\n"
        "import odimaging.imaging.drawing, odimaging.imaging.formats\n"
        "print([name for name in ('PIL', 'pydicom', 'pypdfium2', 'simplejpeg', 'imagecodecs')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
