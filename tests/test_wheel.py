"""The wheel has everything in it: built, installed into an empty environment, and used from an empty folder."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from saddlepoint import __version__

ROOT = Path(__file__).resolve().parents[1]
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "OMP_NUM_THREADS": "1"}


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command with neither network nor this tree in sight; its standard output."""
    hidden = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_", "PIP_"))}
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=hidden | OFFLINE, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has this wheel, and from elsewhere what it depends on: torch is large."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False, symlinks=os.name == "posix")
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    where = run(programs / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip()
    # A path file is not read for path files of its own, so that an editable installation there is not seen here.
    (Path(where) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", programs / "python"]
    run(*pip, "install", "-q", "--no-deps", "--force-reinstall", wheel, cwd=home)
    return programs


def test_the_wheel_holds_the_package_its_data_and_nothing_else(wheel: Path) -> None:
    assert wheel.name.split("-")[1] == __version__
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tracked = run("git", "ls-files", "src/saddlepoint", cwd=ROOT).split() if (ROOT / ".git").exists() else []
    assert {name.removeprefix("src/") for name in tracked} <= names
    beside = {name for name in names if not name.startswith("saddlepoint/")}
    assert all(".dist-info/" in name for name in beside)
    assert any(name.endswith("licenses/LICENSE") for name in beside)
    assert not [name for name in names if "__pycache__" in name or "test" in Path(name).parts[0]]


@pytest.mark.slow
def test_it_trains_and_samples_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    """The recipes and the report's template come out of the wheel, and the program that starts it all."""
    settings = {"images": 200, "engine.threads": 1, "judge.share": 0}
    script = f"import saddlepoint as sp; run = sp.train('ring8', name='short', settings={settings})"
    run(installed / "python", "-c", f"{script}; run.sample(4).save('four.png')", cwd=tmp_path)
    left = {path.name for path in (tmp_path / "runs" / "short").iterdir()}
    assert left >= {"config.json", "journal.jsonl", "report.html", "grid.png", "film.png", "generator", "checkpoints"}
    assert (tmp_path / "four.png").read_bytes().startswith(b"\x89PNG")
    assert "short" in run(installed / "saddlepoint", "runs", cwd=tmp_path)


@pytest.mark.slow
def test_the_digits_and_their_judge_come_with_it_and_it_is_not_this_tree_that_answers(
    installed: Path, tmp_path: Path
) -> None:
    script = "import saddlepoint; from saddlepoint.judging.digits import load; load('a'), load('b')"
    script += "; from saddlepoint.data.digits import digits; assert len(digits().x) == 10_000"
    said = run(installed / "python", "-c", f"{script}; print(saddlepoint.__file__)", cwd=tmp_path)
    assert Path(said.strip()).is_relative_to(installed.parent)
