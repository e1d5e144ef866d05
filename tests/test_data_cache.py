"""The cache: the same source from it as without it, remade when anything changed, never half of one."""

import os
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from saddlepoint.data import cache
from saddlepoint.data.memory import held
from saddlepoint.data.reading import Entry, Listing, Reading
from saddlepoint.data.sources import open_source
from saddlepoint.errors import SaddlepointError


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twelve pictures of two classes, one of them bad; every set counts as large."""
    monkeypatch.setenv("SADDLEPOINT_CACHE", str(tmp_path / "cache"))
    rng = np.random.default_rng(0)
    for i in range(12):
        path = tmp_path / f"set/{'ab'[i % 2]}/{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (10, 14, 3), dtype=np.uint8)).save(path)
    (tmp_path / "set/a/bad.png").write_bytes(b"no")
    return tmp_path / "set"


def read(path: Path, monkeypatch: pytest.MonkeyPatch, small: int = 0, **wish: object):
    monkeypatch.setattr(cache, "SMALL", small)
    return open_source(Reading(str(path), bad=0.1, **wish))  # pyright: ignore


def test_it_gives_the_same_source_the_first_and_the_second_time(pictures: Path, monkeypatch) -> None:
    plain = read(pictures, monkeypatch, small=1 << 30)
    first = read(pictures, monkeypatch)
    monkeypatch.setattr(cache, "decoded", None)  # nothing is decoded again
    second = read(pictures, monkeypatch)
    for one in (first, second):
        assert torch.equal(one.x, plain.x)
        assert one.c is not None
        assert torch.equal(one.c, plain.c)  # pyright: ignore
        assert one.notes == plain.notes
        assert one.digest() == plain.digest()
    assert second._replace(known=None).digest() == plain.digest()
    (entry,) = cache.contents()
    assert (entry.name, entry.pictures) == ("set/", 12)
    stored = np.lib.format.open_memmap(entry.folder / "x.npy", mode="r")
    np.testing.assert_array_equal(stored, plain.x.numpy())
    cache.clear()
    assert cache.contents() == []


@pytest.mark.parametrize(("small", "entries"), [(13 * cache.EACH, 1), (13 * cache.EACH + 1, 0)])
def test_many_small_files_are_worth_a_cache(pictures: Path, monkeypatch, small: int, entries: int) -> None:
    """Thirteen files of half a kilobyte each, one of them bad, count as 8 kB each."""
    assert all(path.stat().st_size < cache.EACH for path in pictures.rglob("*.png"))
    read(pictures, monkeypatch, small=small)
    assert len(cache.contents()) == entries


def test_it_is_mapped_and_not_loaded(pictures: Path, monkeypatch) -> None:
    read(pictures, monkeypatch)
    held = cache.load(cache.contents()[0].folder)
    assert held is not None
    assert isinstance(held.found.x, np.memmap)
    assert read(pictures, monkeypatch).mapped


def test_arrays_are_mapped_where_they_are_used_as_they_are(tmp_path: Path) -> None:
    for name, dtype, mapped in (("bytes", "uint8", True), ("single", "float32", True), ("double", "float64", False)):
        np.save(tmp_path / f"{name}.npy", np.ones((4, 8, 8), dtype))
        source = open_source(str(tmp_path / f"{name}.npy"))
        assert source.mapped == mapped
        assert not source.take(torch.arange(2)).mapped


def test_anything_that_changes_what_is_decoded_makes_another(pictures: Path, monkeypatch) -> None:
    read(pictures, monkeypatch)
    read(pictures, monkeypatch, size=(5, 7))
    read(pictures, monkeypatch, size=(5, 7), fit="pad")
    read(pictures, monkeypatch, size=(5, 7), fit="stretch")
    read(pictures, monkeypatch, side=4)
    read(pictures, monkeypatch, background="black")
    Image.new("RGB", (14, 10)).save(pictures / "a/new.png")
    read(pictures, monkeypatch)
    assert len(cache.contents()) == 7


def test_a_picture_that_was_painted_over_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under its old name, of its old size, in bytes and in pixels: only the time of the change tells."""
    monkeypatch.setenv("SADDLEPOINT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "set").mkdir()
    for grey, seconds in ((10, 1), (200, 2)):
        for i in range(2):
            Image.new("L", (8, 8), grey).save(tmp_path / f"set/{i}.bmp")
            os.utime(tmp_path / f"set/{i}.bmp", (seconds, seconds))
        assert read(tmp_path / "set", monkeypatch).x.unique().tolist() == [grey]
        with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:  # there not even the time: the checksum
            for path in (tmp_path / "set").iterdir():
                archive.writestr(zipfile.ZipInfo(path.name, (2020, 1, 1, 0, 0, 0)), path.read_bytes())
        assert read(tmp_path / "set.zip", monkeypatch).x.unique().tolist() == [grey]


def test_the_key_of_an_entry_is_of_all_that_was_listed() -> None:
    listing = Listing("set", [Entry("a.png", 100, 5, BytesIO)], {}, root="/data")
    (one,) = listing.entries
    others = [one._replace(name="b.png"), one._replace(size=101), one._replace(changed=6)]
    listings = [listing, *(listing._replace(entries=[other]) for other in others), listing._replace(entries=[one, one])]
    listings += [listing._replace(name="another"), listing._replace(root="/elsewhere")]
    assert len({cache.key_of(each, Reading("set")) for each in listings}) == len(listings)


@pytest.mark.parametrize("harm", ["cut", "no about", "about damaged"])
def test_half_of_an_entry_is_made_anew(pictures: Path, monkeypatch, harm: str) -> None:
    expected = read(pictures, monkeypatch).x.clone()
    folder = cache.contents()[0].folder
    if harm == "cut":
        (folder / "x.npy").write_bytes((folder / "x.npy").read_bytes()[:-5])
    elif harm == "no about":
        (folder / "about.json").unlink()
    else:
        (folder / "about.json").write_text("{")
    assert torch.equal(read(pictures, monkeypatch).x, expected)


def test_where_nothing_can_be_written_it_does_without(pictures: Path, monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("SADDLEPOINT_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr(cache, "SMALL", 0)
    told: list[str] = []
    source = open_source(Reading(str(pictures), bad=0.1), told.append)
    assert source.size == 12
    assert "no cache" in told[0]


def test_without_a_home_there_is_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SADDLEPOINT_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)

    def homeless() -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(Path, "home", homeless)
    assert cache.place().name == "saddlepoint-cache"


def test_clearing_touches_nothing_of_anybody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SADDLEPOINT_CACHE", str(tmp_path / "cache"))
    for name in ("letters", "a" * 32, "b" * 32):
        (tmp_path / "cache" / name).mkdir(parents=True)
    (tmp_path / "cache" / ("b" * 32) / "photo.jpg").write_bytes(b"mine")
    (tmp_path / "cache" / ("b" * 32) / "x.npy").write_bytes(b"ours")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.npy").write_bytes(b"mine")
    (tmp_path / "cache" / ("c" * 32)).symlink_to(tmp_path / "elsewhere")
    cache.clear()
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == ["b" * 32, "c" * 32, "letters"]
    assert [path.name for path in (tmp_path / "cache" / ("b" * 32)).iterdir()] == ["photo.jpg"]
    assert (tmp_path / "elsewhere" / "x.npy").exists()


def test_what_is_put_up_with_is_asked_of_the_cache_as_well(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of thirteen, read once by who minded it not: who minds is refused, though nothing is decoded again."""
    assert read(pictures, monkeypatch).size == 12
    monkeypatch.setattr(cache, "decoded", None)
    with pytest.raises(SaddlepointError, match="1 of 13 cannot be read"):
        open_source(Reading(str(pictures), bad=0.05))


def test_an_entry_has_no_byte_too_many_and_says_how_large_it_is(pictures: Path, monkeypatch) -> None:
    """A header of 128 bytes and the array; the last entry that was made comes first."""
    read(pictures, monkeypatch)
    (entry,) = cache.contents()
    assert (entry.folder / "x.npy").stat().st_size == 128 + 12 * 3 * 10 * 14
    assert entry.bytes == sum(path.stat().st_size for path in entry.folder.iterdir()) > 128 + 12 * 3 * 10 * 14
    os.utime(entry.folder / "about.json", (1, 1))
    read(pictures, monkeypatch, size=(5, 7))
    later, former = cache.contents()
    assert (former.folder, former.made) == (entry.folder, 1)
    assert later.made > 1


def test_a_change_within_one_second_is_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SADDLEPOINT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "set").mkdir()
    for grey in (10, 200):
        for i in range(2):
            Image.new("L", (8, 8), grey).save(path := tmp_path / f"set/{i}.bmp")
            os.utime(path, ns=(10**18 + grey, 10**18 + grey))
        assert read(tmp_path / "set", monkeypatch).x.unique().tolist() == [grey]


def test_pictures_from_memory_are_told_apart_by_what_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one size and one number of bytes, under the same name."""
    monkeypatch.setenv("SADDLEPOINT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "SMALL", 0)
    for grey in (10, 200, 10):
        given = held([Image.new("L", (8, 8), grey) for _ in range(3)])
        found = open_source(Reading(given.name, held=given))
        assert found.x.unique().tolist() == [grey]
    assert len(cache.contents()) == 2


def test_a_format_of_ours_is_part_of_every_key(monkeypatch: pytest.MonkeyPatch) -> None:
    listing = Listing("set", [Entry("a.png", 100, 5, BytesIO)], {}, root="/data")
    before = cache.key_of(listing, Reading("set"))
    monkeypatch.setattr(cache, "FORMAT", cache.FORMAT + 1)
    assert cache.key_of(listing, Reading("set")) != before


def test_each_condition_of_cached_pictures_has_its_digest(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the same classes under other labels, and under none: each as it would be without a cache, also again."""
    rows = [f"{'ab'[i % 2]}/{i}.png,{'xy'[i % 2]},{'xy'[i // 6]}" for i in range(12)]
    (pictures / "set.csv").write_text("path,one,other\n" + "\n".join(rows))
    wishes = ({"cond": "one:class"}, {"cond": "other:class"}, {"unconditional": True})
    for _ in range(2):
        found = [read(pictures / "set.csv", monkeypatch, **wish) for wish in wishes]
        assert all(source.mapped for source in found)
        assert [source.digest() for source in found] == [source._replace(known=None).digest() for source in found]
        assert len({source.digest() for source in found}) == 3
    assert len(cache.contents()) == 1


@pytest.mark.parametrize(("beyond", "kept"), [(0, 1), (-1, 0)])
def test_so_much_of_the_disk_is_left_free(pictures: Path, monkeypatch, beyond: int, kept: int) -> None:
    needed = 12 * 3 * 10 * 14
    monkeypatch.setattr("saddlepoint.files.free_bytes", lambda path: needed + cache.MARGIN + beyond)
    assert read(pictures, monkeypatch).size == 12
    assert len(cache.contents()) == kept


def test_what_is_written_to_a_source_does_not_reach_the_cache(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = read(pictures, monkeypatch)
    file = cache.contents()[0].folder / "x.npy"
    before, written = source.x[0].clone(), file.read_bytes()
    assert source.mapped
    source.x[0] = 255 - before
    assert file.read_bytes() == written
    assert torch.equal(read(pictures, monkeypatch).x[0], before)
