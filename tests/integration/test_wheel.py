import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOOK = """
import odimaging.gui.resources as resources, pathlib
print(pathlib.Path(resources.__file__).is_relative_to(pathlib.Path.cwd()))
print(len(list((resources.folder() / 'icons').glob('*.svg'))))
print(len(list((resources.folder() / 'style').glob('*.qss'))))
print(len(list((resources.folder() / 'translations').glob('*.qm'))))
"""


def looked_up(folder: Path) -> list[str]:
    """What the lookup finds when the package is imported from ``folder``."""
    answer = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=folder, capture_output=True, text=True, check=True
    )
    return answer.stdout.split()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked as an installer does."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_carries_what_the_checkout_has(installed: Path) -> None:
    here, icons, styles, languages = looked_up(ROOT)
    assert here == "True"
    assert int(icons) >= 40
    assert int(styles) >= 1
    assert int(languages) >= 1
    assert looked_up(installed) == ["True", icons, styles, languages]


def test_the_wheel_carries_no_tests(installed: Path) -> None:
    assert {path.name.partition("-")[0] for path in installed.iterdir()} == {"odimaging"}
