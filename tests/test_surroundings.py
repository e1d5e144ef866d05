"""A run comes to the same bits whatever surrounds it: clock, locale, names, folders it may not write to, another user.

Each surrounding is that of a forked process, in which the command line trains on forty pictures in two folders.
"""

import hashlib
import locale
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from toyrun import Child

from saddlepoint.cli.main import main
from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import open_source
from saddlepoint.errors import SaddlepointError
from saddlepoint.planning import budget as plan
from saddlepoint.storage.checkpoint import newest

NOBODY = 65534
FLAGS = (
    "--recipe dcgan --images 48 --batch 8 --g.network.width 2 --d.network.width 2 --snapshots 2 --judge.share 0"
    " --engine.threads 1 --engine.precision float32 --checkpoint-images 16 --quiet"
)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
needs_reach = pytest.mark.skipif(
    not all(folder.stat().st_mode & 0o001 for folder in (*Path(__file__).parents, *Path(sys.prefix, "lib").parents)),
    reason="the package lies in a folder that no other user may enter",
)


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that any user can enter (pytest's own are this user's alone), with the pictures in `set`."""
    folder = Path(tempfile.mkdtemp(prefix="surroundings-"))
    folder.chmod(0o755)
    pixels = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    for i, x in enumerate(pixels):
        path = folder / "set" / "ab"[i % 2] / f"{i:02d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(x).save(path)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def room(place: Path) -> Path:
    """A folder that any user may write to."""
    room = Path(tempfile.mkdtemp(dir=place))
    room.chmod(0o777)
    return room


def train(data: Path, root: Path) -> None:
    """By the command line, in a process of its own; a refusal is raised with its exit status."""
    plan.SECONDS = 0.0
    os.environ["SADDLEPOINT_CACHE"] = str(root / "cache")
    if code := main(["train", str(data), *FLAGS.split(), "--root", str(root), "--name", "a run"]):
        raise SaddlepointError("refused", code=code)


def weights(root: Path) -> str:
    """A digest of all tensors of the last checkpoint, which are the last step's."""
    found = newest(root / "a run" / "checkpoints")
    assert found is not None
    assert found.folder.name == "000000048"
    return hashlib.sha256((found.folder / "tensors.safetensors").read_bytes()).hexdigest()


@pytest.fixture(scope="module", autouse=True)
def plain(place: Path) -> str:
    """What comes out where nothing is odd. In this process, so that those forked later have everything imported."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "SECONDS", 0.0)
        patch.setenv("SADDLEPOINT_CACHE", str(place / "cache"))
        train(place / "set", place / "plain")
    return weights(place / "plain")


def become_nobody() -> None:
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def turkish(folder: Path) -> None:
    """I and i are no pair, and numbers have a comma."""
    os.environ["LOCPATH"] = str(folder)
    locale.setlocale(locale.LC_ALL, "tr_TR.UTF-8")
    assert locale.localeconv()["decimal_point"] == ","


def homeless() -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "USER", "LOGNAME"):
        os.environ.pop(name, None)


@pytest.mark.slow
def test_a_turkish_locale(place: Path, room: Path, plain: str) -> None:
    if shutil.which("localedef") is None:
        pytest.skip("localedef is not installed: no Turkish locale can be made")
    made = subprocess.run(["localedef", "-i", "tr_TR", "-f", "UTF-8", str(room / "tr_TR.UTF-8")], capture_output=True)
    if made.returncode:
        pytest.skip("the system has no description of the Turkish locale")

    def act() -> None:
        turkish(room)
        train(place / "set", room)

    assert Child(act).wait() == 0
    assert weights(room) == plain


@pytest.mark.parametrize("name", ["İıŞş 😀 with 'quotes' and \"spaces\"", "--lr 1\n$HOME"])
def test_odd_names(place: Path, room: Path, plain: str, name: str) -> None:
    """Of the data's folder and of the folder of runs."""
    shutil.copytree(place / "set", room / name / "set")
    assert Child(lambda: train(room / name / "set", room / name)).wait() == 0
    assert weights(room / name) == plain


def test_names_that_are_not_text(place: Path, room: Path, plain: str) -> None:
    """Below the data's folder they are named as they can be written; the path to it must be text."""
    shutil.copytree(place / "set", room / "set")
    os.rename(room / "set" / "b", os.fsencode(room / "set") + b"/caf\xe9")
    assert Child(lambda: train(room / "set", room)).wait() == 0
    assert weights(room) == plain
    assert open_source(str(room / "set")).classes == ("a", "caf\\xe9")
    os.rename(room / "set", os.fsencode(room) + b"/\xff")
    with pytest.raises(SaddlepointError, match="not text in UTF-8"):
        open_source(os.fsdecode(os.fsencode(room) + b"/\xff"))


def test_a_clock_that_jumps(place: Path, room: Path, plain: str) -> None:
    """The clock is an hour behind or ahead each time it is read; and it is set back by a day while the run stands."""

    def jumping(act: Callable[[], object]) -> Callable[[], None]:
        def go() -> None:
            now, hours = time.time, [1]

            def clock() -> float:
                hours[0] = -hours[0]
                return now() + 3600 * hours[0]

            time.time = clock
            act()

        return go

    def resume() -> None:
        if code := main(["resume", str(room / "a run"), "--quiet"]):
            raise SaddlepointError("refused", code=code)

    assert Child(jumping(lambda: train(place / "set", room))).wait() == 0
    assert weights(room) == plain
    shutil.rmtree(room / "a run" / "checkpoints" / "000000048")
    later = time.time() + 86400
    for path in (room / "a run").rglob("*"):
        os.utime(path, (later, later))
    assert Child(jumping(resume)).wait() == 0
    assert weights(room) == plain


@needs_root
@needs_reach
def test_folders_that_may_only_be_read_and_no_home(place: Path, room: Path, plain: str) -> None:
    """As another user, who may write neither to the data nor where the program is started, and has no home."""

    def act() -> None:
        os.chdir(place / "set")
        homeless()
        become_nobody()
        assert not os.access(".", os.W_OK)
        train(place / "set", room)

    assert Child(act).wait() == 0
    assert weights(room) == plain


@needs_root
def test_where_nothing_can_be_written_it_says_so_in_one_line(
    place: Path, room: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    room.chmod(0o755)

    def act() -> None:
        become_nobody()
        train(place / "set", room)

    assert Child(act).wait() == 1
    told = capfd.readouterr().err
    assert "Permission denied" in told
    assert "Traceback" not in told
    assert list(room.iterdir()) == []


@needs_root
def test_what_another_user_may_not_read(place: Path, room: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A file is named and left out, and so is a folder of them; the whole set and an array are errors of one line."""
    shutil.copytree(place / "set", room / "set")
    shutil.copytree(place / "set" / "b", room / "set" / "c")
    np.save(room / "x.npy", np.zeros((4, 8, 8), np.uint8))

    def opened(path: Path, *words: str) -> tuple[int, str]:
        """By nobody, who is told these words."""

        def act() -> None:
            become_nobody()
            notes = open_source(Reading(str(path), bad=0.1)).notes
            assert all(any(word in note for note in notes) for word in words), notes

        child = Child(act)
        code = child.wait()
        return code, child.complaint + capfd.readouterr().err

    (room / "set" / "a" / "00.png").chmod(0)
    (room / "set" / "c").chmod(0)
    told = "a/00.png: may not be read: no permission", "c: cannot be read: Permission denied"
    assert opened(room / "set", *told) == (0, "")
    for path in (room / "x.npy", room / "set"):
        path.chmod(0)
        code, told = opened(path)
        assert code == 2
        assert "Permission denied" in told
        assert len(told.splitlines()) == 1


@pytest.mark.slow
def test_the_plain_c_locale(place: Path, room: Path) -> None:
    """Where text is ASCII, and Python is kept from helping itself, names of classes that are not are still written."""
    shutil.copytree(place / "set", room / "set")
    (room / "set" / "b").rename(room / "set" / "şı")
    plainest = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONUTF8": "0"}
    plainest |= {"PYTHONPATH": os.pathsep.join(sys.path), "SADDLEPOINT_CACHE": str(room), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "saddlepoint", "look", str(room / "set"), "--sheet", str(room / "sheet.png")]
    done = subprocess.run(command, env=plainest, capture_output=True, cwd=room)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert b"2: a 20, \\u015f\\u0131 20" in done.stdout
