"""What bears the name of a file or folder of ours and is none: nothing behind it is changed, nobody waits for it."""

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from saddlepoint import files
from saddlepoint.errors import Irregular, SaddlepointError
from saddlepoint.files import DRAFT, FORMER
from saddlepoint.regular import JUNCTION, is_link
from saddlepoint.storage import journal
from saddlepoint.storage.lock import RunLock

PRECIOUS = b"the only copy"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder beside which lie a file and a folder of somebody's own."""
    (tmp_path / "letter").write_bytes(PRECIOUS)
    (tmp_path / "photos").mkdir()
    for name in ("a.jpg", "b.tmp", f"c{DRAFT}"):
        (tmp_path / "photos" / name).write_bytes(PRECIOUS)
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


def untouched(run: Path) -> bool:
    photos = {path.name: path.read_bytes() for path in (run.parent / "photos").iterdir()}
    return (run.parent / "letter").read_bytes() == PRECIOUS and photos == dict.fromkeys(
        ("a.jpg", "b.tmp", f"c{DRAFT}"), PRECIOUS
    )


def lock(path: Path) -> None:
    with RunLock(path.parent):
        pass


CHANGES: dict[str, Callable[[Path], object]] = {
    "run.lock": lock,
    "journal.jsonl": lambda path: files.append(path, b"more"),
    "cut.jsonl": lambda path: files.cut(path, 3),
    "synced.jsonl": files.sync,
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("hard", [False, True])
def test_a_file_that_is_changed_in_place_is_no_link(run: Path, name: str, hard: bool) -> None:
    (run / name).hardlink_to(run.parent / "letter") if hard else (run / name).symlink_to(run.parent / "letter")
    with pytest.raises(Irregular, match=f"{name}: {'has a second name' if hard else 'is a link'}"):
        CHANGES[name](run / name)
    assert untouched(run)


@pytest.mark.parametrize("name", ["run.lock", "journal.jsonl"])
def test_a_link_to_nothing_creates_nothing(run: Path, name: str) -> None:
    (run / name).symlink_to(run.parent / "absent")
    with pytest.raises(Irregular, match="is a link"):
        CHANGES[name](run / name)
    assert not (run.parent / "absent").exists()


def test_a_link_that_takes_the_place_of_a_file_at_the_last_moment(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at the name and the opening: the system itself is told not to follow."""

    def swapped(path: Path, flags: int, mode: int) -> int:
        path.unlink()
        path.symlink_to(run.parent / "letter")
        return os.open(path, flags, mode)

    (run / "journal.jsonl").write_bytes(b"{}\n")
    monkeypatch.setattr(files, "operations", files.Operations(open=swapped))
    with pytest.raises(SaddlepointError, match="symbolic link"):
        files.append(run / "journal.jsonl", b"more")
    assert untouched(run)


@pytest.mark.parametrize("name", ["report.html", f"report.html{DRAFT}"])
def test_a_file_or_draft_that_is_a_link_is_replaced_and_not_written_through(run: Path, name: str) -> None:
    for hard in (False, True):
        (run / name).hardlink_to(run.parent / "letter") if hard else (run / name).symlink_to(run.parent / "letter")
        files.write_atomic(run / "report.html", b"new")
        assert (run / "report.html").read_bytes() == b"new"
        assert os.listdir(run) == ["report.html"]
        assert not (run / "report.html").is_symlink()
        assert untouched(run)
        (run / "report.html").unlink()


@pytest.mark.parametrize("name", ["d", f"d{DRAFT}", f"d{FORMER}"])
def test_a_folder_draft_or_former_that_is_a_link_is_refused_or_replaced(run: Path, name: str) -> None:
    (run / name).symlink_to(run.parent / "photos")
    if name == "d":
        with pytest.raises(Irregular, match="d: is a link, or no folder"):
            files.write_folder(run / "d", {"a.jpg": b"new"})
    else:
        files.write_folder(run / "d", {"a.jpg": b"new"})
        assert os.listdir(run) == ["d"]
        assert (run / "d/a.jpg").read_bytes() == b"new"
    assert untouched(run)


def test_what_others_put_into_a_folder_of_ours_stays_there(run: Path) -> None:
    """A note, a folder, a link: each as it was. Nothing of theirs is put into what has taken the folder's place."""
    files.write_folder(run / "d", {"a": b"1"})
    (run / "d/note").write_bytes(b"mine")
    (run / "d/more").mkdir()
    (run / "d/more/note").write_bytes(b"mine too")
    (run / "d/photos").symlink_to(run.parent / "photos")
    files.write_folder(run / "d", {"a": b"2", "b": b"2"})
    assert {name: (run / "d" / name).read_bytes() for name in ("a", "b", "note", "more/note")} == {
        "a": b"2", "b": b"2", "note": b"mine", "more/note": b"mine too",
    }  # fmt: skip
    assert (sorted(os.listdir(run / "d")), os.listdir(run)) == (["a", "b", "more", "note", "photos"], ["d"])
    (run / "d").rename(run / f"d{FORMER}")
    (run / "d").symlink_to(run.parent / "photos")
    files.sweep(run)
    assert (run / f"d{FORMER}/note").read_bytes() == b"mine"
    assert untouched(run)


def test_a_folder_of_a_runs_own_is_made_and_never_a_link(run: Path) -> None:
    files.make_own_folder(run / "samples")
    files.make_own_folder(run / "samples")
    (run / "checkpoints").symlink_to(run.parent / "photos")
    with pytest.raises(Irregular, match="checkpoints: is a link"):
        files.make_own_folder(run / "checkpoints")


def test_links_within_what_is_removed_are_removed_and_not_followed(run: Path) -> None:
    (run / f"d{DRAFT}").mkdir()
    (run / f"d{DRAFT}/photos").symlink_to(run.parent / "photos")
    (run / f"e{DRAFT}").symlink_to(run.parent / "photos")
    files.sweep(run)
    assert os.listdir(run) == []
    assert untouched(run)


def test_windows_other_kind_of_link_is_one() -> None:
    plain = SimpleNamespace(st_mode=stat.S_IFDIR)
    junction = SimpleNamespace(st_mode=stat.S_IFDIR, st_reparse_tag=JUNCTION)
    assert (is_link(plain), is_link(junction)) == (False, True)  # pyright: ignore


def odd(path: Path, kind: str) -> None:
    """Put something at this path that is no file to be read."""
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "link":
            path.symlink_to("/dev/zero")
        case "10 GB":
            with path.open("wb") as file:
                file.truncate(10**10)


WORDS = {"pipe": "no regular file", "folder": "no regular file", "link": "is a link", "10 GB": "10,000,000,000 bytes"}


def at_once(act: Callable[[], object]) -> None:
    """Act, within a second."""
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    thread.join(1)
    assert not thread.is_alive(), "it waits"


READERS: dict[str, Callable[[Path], object]] = {
    "read_bounded": lambda path: files.read_bounded(path, 1000),
    "journal": journal.read,
    "rewinding": lambda path: journal.Journal(path).rewind(0),
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
@pytest.mark.parametrize("kind", WORDS)
@pytest.mark.parametrize("reader", READERS)
def test_only_regular_files_of_bounded_size_are_read(run: Path, kind: str, reader: str) -> None:
    odd(run / "f", kind)

    def act() -> None:
        word = "line 1 is not an event" if (kind, reader) == ("10 GB", "journal") else WORDS[kind]
        with pytest.raises(SaddlepointError, match=rf"f: .*{word}"):
            READERS[reader](run / "f")
        done.append(True)

    done: list[bool] = []
    at_once(act)
    assert done


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_nobody_waits_for_a_pipe_that_takes_a_files_place_at_the_last_moment(run: Path, monkeypatch) -> None:
    def swapped(path: Path, flags: int, mode: int) -> int:
        path.unlink()
        os.mkfifo(path)
        return system(path, flags, mode)

    system, done = os.open, []
    (run / "f").write_bytes(b"")
    monkeypatch.setattr(os, "open", swapped)

    def act() -> None:
        with pytest.raises(Irregular, match="no regular file"):
            files.read_bounded(run / "f", 10)
        done.append(True)

    before = len(os.listdir("/dev/fd"))
    at_once(act)
    assert done
    assert len(os.listdir("/dev/fd")) == before


def test_what_is_read_is_the_file_and_what_is_missing_is_told_as_the_system_does(run: Path) -> None:
    (run / "f").write_bytes(b"12345")
    assert files.read_bounded(run / "f", 5) == b"12345"
    with pytest.raises(Irregular, match=r"has 5 bytes, more than the 4 that are read \(restore it\)"):
        files.read_bounded(run / "f", 4)
    with pytest.raises(FileNotFoundError):
        files.read_bounded(run / "absent", 4)
