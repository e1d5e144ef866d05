"""What may happen to the cache: damage, full disks, deaths. The examples stay the same, and no failure ends a run."""

import errno
import json
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from failing import Disk
from PIL import Image
from test_files import in_child

from saddlepoint.data import cache, mapped
from saddlepoint.data.reading import Reading
from saddlepoint.data.source import Source
from saddlepoint.data.sources import open_source
from saddlepoint.files import DRAFT

N, SIDE = 24, 32
pytestmark = pytest.mark.slow


class Setting(NamedTuple):
    """Where the pictures are and the cache, and the source as it is without one."""

    pictures: Path
    cache: Path
    plain: Source

    def read(self, tell: Callable[[str], None] = lambda words: None) -> Source:
        return open_source(Reading(str(self.pictures)), tell)

    @property
    def entry(self) -> Path:
        (folder,) = (path for path in self.cache.iterdir() if path.is_dir())
        return folder

    def same(self, source: Source) -> bool:
        """Whether it holds the same examples, and says so."""
        fresh = source._replace(known=None).digest()
        return torch.equal(source.x, self.plain.x) and source.digest() == fresh == self.plain.digest()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for i in range(N):
        path = folder / f"{'ab'[i % 2]}/{i:02d}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)).save(path)
    return folder


@pytest.fixture
def setting(pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setting:
    monkeypatch.setenv("SADDLEPOINT_CACHE", str(tmp_path / "cache"))
    plain = open_source(Reading(str(pictures)))
    monkeypatch.setattr(cache, "SMALL", 0)
    monkeypatch.setattr(cache, "MARGIN", 0)
    return Setting(pictures, tmp_path / "cache", plain)


@pytest.fixture
def decodings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A word for each time that pictures are decoded."""
    found, decoded = [], cache.decoded

    def counted(*given):
        found.append("decoded")
        return decoded(*given)

    monkeypatch.setattr(cache, "decoded", counted)
    return found


def zeroed(data: bytes) -> bytes:
    return data[:8192] + bytes(4096) + data[12288:]


DAMAGE: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "a page is zero": ("x.npy", zeroed),
    "the last byte is another": ("x.npy", lambda data: data[:-1] + bytes([data[-1] ^ 1])),
    "cut short": ("x.npy", lambda data: data[:-1]),
    "longer": ("x.npy", lambda data: data + b"0"),
    "empty": ("x.npy", lambda data: b""),
    "about: empty": ("about.json", lambda data: b""),
    "about: another entry": ("about.json", lambda data: data.replace(b"[0, 1, ", b"[1, 0, ")),
    "about: another type": ("about.json", lambda data: b"[1]"),
    "about: endless": ("about.json", lambda data: b"[" * 100_000),
    "digest: empty": ("*.sha256", lambda data: b""),
    "digest: half": ("*.sha256", lambda data: data[:30]),
    "digest: another": ("*.sha256", lambda data: (b"0" if data[:1] != b"0" else b"1") + data[1:]),
    "digest: no text": ("*.sha256", lambda data: b"\xff" * 129),
    "noted: empty": ("checked.json", lambda data: b""),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_what_is_damaged_is_made_anew(setting: Setting, decodings: list[str], kind: str) -> None:
    setting.read()
    name, damage = DAMAGE[kind]
    (path,) = setting.entry.glob(name)
    before = path.stat()
    whole = path.read_bytes()
    time.sleep(0.02)  # a tick of the file system's clock
    path.write_bytes(damage(whole))
    assert path.read_bytes() != whole
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # as if nobody had touched it
    assert setting.same(setting.read())
    assert len(decodings) == (2 if name in ("x.npy", "about.json") else 1)
    assert path.read_bytes() == whole or name == "checked.json"
    assert setting.same(setting.read())
    assert len(decodings) == (2 if name in ("x.npy", "about.json") else 1)


def test_the_array_is_read_through_once_after_each_start_of_the_machine(setting: Setting, monkeypatch) -> None:
    boot, reads, digest = setting.cache.parent / "boot", [], mapped.digest
    monkeypatch.setattr(mapped, "BOOT", boot)
    monkeypatch.setattr(mapped, "digest", lambda path: (reads.append(path.name), digest(path))[1])

    def reading() -> int:
        reads.clear()
        assert setting.same(setting.read())
        return len(reads)

    boot.write_text("first\n")
    assert [reading() for _ in range(3)] == [1, 0, 0]
    boot.write_text("second\n")
    assert [reading() for _ in range(3)] == [1, 0, 0]
    os.utime(setting.entry / "x.npy")
    assert [reading() for _ in range(2)] == [1, 0]
    boot.unlink()  # a system that does not say when it was started
    assert [reading() for _ in range(2)] == [1, 1]


def operations(setting: Setting) -> int:
    with Disk(10**9, errno.EIO).installed() as disk:
        setting.read()
    shutil.rmtree(setting.cache)
    return len(disk.log)


@pytest.mark.parametrize("fault", [errno.EIO, errno.ENOSPC, errno.EACCES, "kill", "torn"])
def test_no_failure_of_it_ends_a_run(setting: Setting, fault: int | str) -> None:
    """Each operation of the disk fails once; then nothing does, and nothing is left of it."""
    for n in range(1, operations(setting) + 1):
        told: list[str] = []
        with Disk(n, fault).installed() as disk:
            try:
                source = setting.read(told.append)
            except BaseException:
                assert fault in ("kill", "torn"), disk.log[-1]
            else:
                assert setting.same(source)
                assert not told or told[0].startswith("no cache: ")
        assert disk.struck
        assert setting.same(setting.read())
        assert setting.same(setting.read())
        left = {path.name.partition(".")[2] for path in setting.cache.rglob("*") if path.is_file()}
        assert left == {"npy", "json", "sha256"}
        shutil.rmtree(setting.cache)


def test_bytes_are_on_the_disk_before_their_name_is(setting: Setting) -> None:
    with Disk(10**9, errno.EIO).installed() as disk:
        setting.read()
    story = [
        (name, Path(path).name.replace(str(os.getpid()), "N")) for name, path in disk.log if name in ("sync", "rename")
    ]
    assert story.index(("sync", "x.N.tmp")) < story.index(("rename", "x.N.tmp"))
    assert story.index(("rename", "x.N.tmp")) < story.index(("sync", f"about.json{DRAFT}"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_disk_that_is_full_does_not_kill_the_process(setting: Setting) -> None:
    """The limit on the size of files stands for it: the room is asked for before a picture is decoded."""
    import resource

    def act() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (N * SIDE * SIDE, N * SIDE * SIDE))
        told: list[str] = []
        source = setting.read(told.append)
        assert told[0].startswith("no cache: ")
        assert "the file size limit is reached: 73,728 bytes needed" in told[0]
        assert setting.same(source)
        assert not source.mapped
        assert os.listdir(setting.entry) == []

    assert in_child(act) == 0


@pytest.mark.parametrize("how", ["by the system", "by zeros, where it cannot", "by zeros, where it has no such thing"])
def test_the_room_is_taken_and_not_only_promised(tmp_path: Path, monkeypatch, how: str) -> None:
    def unable(*_: int) -> None:
        raise OSError(errno.EOPNOTSUPP, "not supported")

    if how == "by zeros, where it cannot":
        monkeypatch.setattr(os, "posix_fallocate", unable, raising=False)
    elif how != "by the system":
        monkeypatch.delattr(os, "posix_fallocate", raising=False)
    monkeypatch.setattr(mapped, "PIECE", 10_000)
    x = mapped.create(tmp_path / "x.1.tmp", (5, 3, 100, 100), "uint8")
    assert (x == 0).all()
    state = (tmp_path / "x.1.tmp").stat()
    assert state.st_size == mapped.HEADER + x.nbytes
    assert state.st_blocks * 512 >= x.nbytes


def test_where_room_is_short_the_disk_is_left_alone(setting: Setting, monkeypatch) -> None:
    monkeypatch.setattr(cache, "MARGIN", 1 << 60)
    told: list[str] = []
    assert setting.same(setting.read(told.append))
    assert "73,728 bytes needed" in told[0]
    assert os.listdir(setting.entry) == []


ODD = {"pipe": os.mkfifo, "link": lambda path: path.symlink_to(path.parents[2] / "letter"), "folder": Path.mkdir}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("name", ["x.npy", "about.json", "checked.json", "*.sha256"])
def test_what_is_no_regular_file_is_neither_read_nor_written_to(setting: Setting, name: str, kind: str) -> None:
    setting.read()
    (path,) = setting.entry.glob(name)
    (letter := setting.cache.parent / "letter").write_bytes(whole := path.read_bytes())
    path.unlink()
    ODD[kind](path)
    found: list[Source] = []
    thread = threading.Thread(target=lambda: found.append(setting.read()), daemon=True)
    thread.start()
    thread.join(5)
    assert found
    assert setting.same(found[0])
    assert letter.read_bytes() == whole


def test_an_entry_that_is_a_link_is_not_written_through(setting: Setting) -> None:
    setting.read()
    (photos := setting.cache.parent / "photos").mkdir()
    (photos / "x.npy").write_bytes(b"mine")
    shutil.rmtree(entry := setting.entry)
    entry.symlink_to(photos)
    told: list[str] = []
    assert setting.same(setting.read(told.append))
    assert "is a link" in told[0]
    assert (os.listdir(photos), (photos / "x.npy").read_bytes()) == (["x.npy"], b"mine")


def test_drafts_of_the_dead_go_and_those_of_the_living_stay(setting: Setting) -> None:
    setting.read()
    dead, living = setting.entry / "x.1.tmp", setting.entry / "x.2.tmp"
    dead.write_bytes(b"half")
    x = mapped.create(living, (2, 2), "uint8")
    setting.read()
    assert (dead.exists(), living.exists()) == (False, True)
    del x
    setting.read()
    assert not living.exists()


def test_what_earlier_versions_left_is_read_and_sealed(setting: Setting, decodings: list[str]) -> None:
    setting.read()
    path = setting.entry / "about.json"
    about = json.loads(path.read_text())
    for name in ("seal", "sha256"):
        del about[name]
    path.write_text(json.dumps(about))
    (setting.entry / "checked.json").unlink()
    for old in setting.entry.glob("*.sha256"):
        old.unlink()
    (setting.entry / "0123456789abcdef.sha256").write_text("0" * 64)  # a digest as they wrote it
    assert setting.same(setting.read())
    assert len(decodings) == 1
    (setting.entry / "x.npy").write_bytes(zeroed((setting.entry / "x.npy").read_bytes()))
    assert setting.same(setting.read())
    assert len(decodings) == 2


def test_other_labels_of_the_same_pictures_are_other_data(setting: Setting, tmp_path: Path) -> None:
    """The pictures are decoded once; the digest is that of what they are read with now."""
    digests = []
    for labels in ("ab", "ba"):
        lines = [f"{path},{labels[i % 2]}" for i, path in enumerate(sorted(setting.pictures.rglob("*.png")))]
        (tmp_path / "table.csv").write_text("\n".join(["path,label", *lines]))
        source = open_source(Reading(str(tmp_path / "table.csv")))
        assert source.digest() == source._replace(known=None).digest()
        digests.append(source.digest())
    assert digests[0] != digests[1]
    assert len(cache.contents()) == 1
