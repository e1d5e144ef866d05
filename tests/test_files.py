"""Files are whole or absent: the n-th operation fails, for n = 1, 2, ... until all succeed (SQLite's method)."""

import errno
import os
import resource
import shutil
from pathlib import Path

import pytest
from failing import Disk, each_failure

from saddlepoint import files
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import DRAFT, FORMER

FAULTS = [errno.EIO, errno.ENOSPC, errno.EACCES, "kill", "torn"]
OLD, NEW = {"a": b"old", "b": b"older" * 9}, {"a": b"new", "b": b"", "c": b"newer" * 999}


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_is_old_or_new(tmp_path: Path, fault: int | str) -> None:
    path = tmp_path / "f"
    struck = []
    for name in each_failure(fault, lambda: path.write_bytes(b"old"), lambda: files.write_atomic(path, b"new" * 99)):
        struck.append(name)
        if isinstance(fault, int):
            assert set(contents(tmp_path)) == {"f"}
        files.sweep(tmp_path)
        assert contents(tmp_path) in ({"f": b"old"}, {"f": b"new" * 99})
    assert struck == ["open", "write", "sync", "rename", "open", "sync"]
    assert contents(tmp_path) == {"f": b"new" * 99}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("existing", [False, True])
def test_a_folder_is_old_or_new(tmp_path: Path, fault: int | str, existing: bool) -> None:
    folder = tmp_path / "run" / "d"
    old = {f"d/{name}": data for name, data in OLD.items()} if existing else {}
    new = {f"d/{name}": data for name, data in NEW.items()}

    def prepare() -> None:
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        folder.parent.mkdir()
        if existing:
            files.write_folder(folder, OLD)

    struck = []
    for name in each_failure(fault, prepare, lambda: files.write_folder(folder, NEW)):
        struck.append(name)
        if existing:  # also before anybody has cleared up
            assert contents(files.settled(folder)) in (OLD, NEW)
        files.sweep(folder.parent)
        assert contents(folder.parent) in (old, new)
    assert {"open", "write", "sync", "rename", "mkdir"} <= set(struck)
    assert struck.count("rename") == 1 + existing
    assert contents(folder.parent) == new


@pytest.mark.parametrize("fault", FAULTS)
def test_what_others_put_into_a_folder_is_there_whatever_happens(tmp_path: Path, fault: int | str) -> None:
    folder, theirs = tmp_path / "run" / "d", {"d/.DS_Store": b"\0", "d/more/note": b"mine"}

    def prepare() -> None:
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        folder.parent.mkdir()
        files.write_folder(folder, OLD)
        (folder / "more").mkdir()
        for name, data in theirs.items():
            (folder.parent / name).write_bytes(data)

    struck = []
    for name in each_failure(fault, prepare, lambda: files.write_folder(folder, NEW)):
        struck.append(name)
        found = {Path(path).name: data for path, data in contents(folder.parent).items()}
        assert {Path(path).name: found[Path(path).name] for path in theirs} == {".DS_Store": b"\0", "note": b"mine"}
        files.sweep(folder.parent)
        assert contents(folder.parent) in [{f"d/{n}": d for n, d in each.items()} | theirs for each in (OLD, NEW)]
    assert struck.count("rename") == 4


@pytest.mark.parametrize("fault", FAULTS)
def test_a_removed_folder_is_there_or_gone(tmp_path: Path, fault: int | str) -> None:
    def prepare() -> None:
        shutil.rmtree(tmp_path / "d", ignore_errors=True)
        files.write_folder(tmp_path / "d", OLD)

    for _ in each_failure(fault, prepare, lambda: files.remove_folder(tmp_path / "d")):
        files.sweep(tmp_path)
        assert contents(tmp_path) in ({}, {f"d/{name}": data for name, data in OLD.items()})


@pytest.mark.parametrize("fault", [errno.EIO, errno.ENOSPC, errno.EACCES])
def test_an_appended_line_is_whole_or_absent(tmp_path: Path, fault: int) -> None:
    path = tmp_path / "f"
    for _ in each_failure(fault, lambda: path.write_bytes(b"one\n"), lambda: files.append(path, b"two\n")):
        assert path.read_bytes() == b"one\n"
    assert path.read_bytes() == b"one\ntwo\n"


def test_an_append_that_the_disk_takes_half_of_is_cut_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, calls = tmp_path / "f", []

    def half(handle: int, data: memoryview) -> int:
        calls.append(len(data))
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.write(handle, data[: len(data) // 2])

    path.write_bytes(b"one\n")
    monkeypatch.setattr(files, "operations", files.Operations(write=half))
    with pytest.raises(SaddlepointError, match="the disk is full"):
        files.append(path, b"two\n")
    assert calls == [4, 2]
    assert path.read_bytes() == b"one\n"


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "operations", files.Operations(write=lambda handle, data: os.write(handle, data[:7])))
    data = bytes(range(256)) * 3
    files.write_atomic(tmp_path / "f", data)
    assert (tmp_path / "f").read_bytes() == data


def test_data_reach_the_disk_before_the_name_and_the_name_before_the_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order of operations is the whole guarantee against a power cut, which no test here can cause."""
    log = []

    def opened(path: Path, *rest: int) -> int:
        handle = os.open(path, *rest)
        names[handle] = Path(path).name
        return handle

    def noted(name: str, call):
        return lambda handle, *rest: (log.append(f"{name} {names[handle]}"), call(handle, *rest))[1]

    def renamed(old: Path, new: Path) -> None:
        log.append(f"rename {old.name} {new.name}")
        os.replace(old, new)

    names: dict[int, str] = {}
    table = files.Operations(open=opened, write=noted("write", os.write), sync=noted("sync", os.fsync), rename=renamed)
    (tmp_path / "run").mkdir()
    monkeypatch.setattr(files, "operations", table)
    files.write_folder(tmp_path / "run" / "d", {"a": b"1"})
    assert log == ["write a", "sync a", f"sync d{DRAFT}", f"rename d{DRAFT} d", "sync run"]


@pytest.mark.parametrize(("code", "words"), [(errno.ENOSPC, "disk is full"), (errno.EDQUOT, "quota")])
def test_disk_full_names_path_needed_and_free(tmp_path: Path, code: int, words: str) -> None:
    path = tmp_path / "f"
    with Disk(2, code).installed(), pytest.raises(SaddlepointError, match=words) as caught:
        files.write_atomic(path, b"x" * 12345)
    assert str(path) in str(caught.value)
    assert "12,345 bytes needed" in str(caught.value)
    assert "bytes free" in str(caught.value)
    assert caught.value.code == 1
    assert contents(tmp_path) == {}


def in_child(act) -> int:
    """The exit status of a forked child that acts: 0, or 1 if it raised."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_real_limit_on_file_size(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")

    def act() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        with pytest.raises(SaddlepointError, match="file size limit is reached: 10,000 bytes needed") as caught:
            files.write_atomic(path, b"x" * 10_000)
        assert str(path) in str(caught.value)

    assert in_child(act) == 0
    assert contents(tmp_path) == {"f": b"old"}


def test_folders_are_made_with_their_parents_and_refused_under_a_file(tmp_path: Path) -> None:
    files.make_folder(tmp_path / "a" / "b")
    files.make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "f").write_bytes(b"")
    with pytest.raises(SaddlepointError, match="f/b: File exists"):
        files.make_folder(tmp_path / "f" / "b")


def test_sweeping_puts_back_what_was_set_aside_and_touches_nothing_of_others(tmp_path: Path) -> None:
    for name in (f"d{FORMER}", f"e{DRAFT}", "holiday.tmp"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_bytes(name.encode())
    (tmp_path / f"f{DRAFT}").write_bytes(b"half")
    (tmp_path / "letter.tmp").write_bytes(b"Dear")
    files.sweep(tmp_path)
    assert contents(tmp_path) == {
        "d/a": f"d{FORMER}".encode(),
        "holiday.tmp/a": b"holiday.tmp",
        "letter.tmp": b"Dear",
    }
    files.sweep(tmp_path / "absent")


def test_free_bytes_of_what_is_not_there_yet(tmp_path: Path) -> None:
    assert files.free_bytes(tmp_path / "a" / "b") == pytest.approx(shutil.disk_usage(tmp_path).free, rel=0.1)
