"""Readers: folders, zips, tables, arrays, idx; what they find, what they refuse, what they say."""

import io
import os
import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from saddlepoint.data import idx
from saddlepoint.data.folder import list_folder
from saddlepoint.data.gather import settle, sized
from saddlepoint.data.names import WORLD_NAMES, are_points, medium
from saddlepoint.data.pictures import Header
from saddlepoint.data.reading import Bad, Reading
from saddlepoint.data.sources import open_source
from saddlepoint.data.worlds import WORLDS
from saddlepoint.errors import SaddlepointError


def paint(path: Path, value: int, size: tuple[int, int] = (8, 6)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size, value).save(path)
    return path


def test_folders_are_classes_however_deep(tmp_path: Path) -> None:
    for i, name in enumerate(["dog/small/a.png", "dog/large/b.png", "cat/c.png", "cat/d.png"]):
        paint(tmp_path / name, 10 * i)
    (tmp_path / "cat/notes.txt").write_text("not a picture")
    source = open_source(str(tmp_path))
    assert source.classes == ("cat", "dog/large", "dog/small")
    assert source.c is not None
    assert {(int(c), int(x[0, 0, 0])) for c, x in zip(source.c, source.x)} == {(0, 20), (0, 30), (1, 10), (2, 0)}
    assert open_source(Reading(str(tmp_path), unconditional=True)).c is None


def test_pictures_beside_folders_are_a_class_of_their_own(tmp_path: Path) -> None:
    for name in ("a.png", "x/b.png"):
        paint(tmp_path / name, 1)
    source = open_source(str(tmp_path))
    assert source.classes == (".", "x")
    assert "pictures outside the folders" in source.notes[0]


def test_one_folder_with_one_class_has_no_condition_and_says_so(tmp_path: Path) -> None:
    paint(tmp_path / "only/a.png", 1)
    source = open_source(str(tmp_path))
    assert source.c is None
    assert source.size == 1
    assert "no classes" in source.notes[0]


def test_empty_and_missing_folders(tmp_path: Path) -> None:
    with pytest.raises(SaddlepointError, match="no pictures in this folder"):
        open_source(str(tmp_path))
    with pytest.raises(SaddlepointError, match="nothing at that path"):
        open_source(str(tmp_path / "nowhere"))


def test_links_are_followed_but_not_round(tmp_path: Path) -> None:
    paint(tmp_path / "real/a.png", 1)
    paint(tmp_path / "data/b/b.png", 1)
    os.symlink(tmp_path / "real", tmp_path / "data" / "a")
    os.symlink(tmp_path / "data", tmp_path / "data" / "round")
    source = open_source(Reading(str(tmp_path / "data"), bad=0.5))
    assert source.classes == ("a", "b")
    assert any("back to a folder above" in note for note in source.notes)


def zipped(path: Path, **contents: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def test_a_zip_is_read_in_place_like_the_folder_it_was_made_of(tmp_path: Path) -> None:
    for name in ("a/1.png", "a/2.png", "b/3.png"):
        paint(tmp_path / "set" / name, ord(name[0]))
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for file in sorted((tmp_path / "set").rglob("*.png")):
            archive.write(file, file.relative_to(tmp_path))
        archive.writestr("__MACOSX/set/a/._1.png", b"rubbish")
    one, other = open_source(str(tmp_path / "set")), open_source(str(tmp_path / "set.zip"))
    assert one.classes == other.classes == ("a", "b")
    assert torch.equal(one.x, other.x)
    assert one.digest() == other.digest()


def test_zip_entries_that_reach_outside_are_refused_and_named(tmp_path: Path) -> None:
    content = paint(tmp_path / "x.png", 5).read_bytes()
    names = ["../out.png", "/etc/out.png", "a/../../out.png", "..\\out.png", "C:/out.png"]
    with zipfile.ZipFile(tmp_path / "set.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("fine.png", content)
        for name in names:
            archive.writestr(name, content)
        link = zipfile.ZipInfo("link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("bomb.png", b"\0" * (8 << 20))
    before = set(tmp_path.parent.rglob("*.png"))
    source = open_source(Reading(str(tmp_path / "set.zip"), bad=1))
    assert source.size == 1
    told = "\n".join(source.notes)
    assert told.count("leads out of the zip") == len(names)
    assert "link.png: a link" in told
    assert "bomb.png: unpacks" in told
    assert set(tmp_path.parent.rglob("*.png")) == before


def test_a_zip_entry_without_a_name_is_no_picture(tmp_path: Path) -> None:
    zipped(tmp_path / "set.zip", **{"x.png": paint(tmp_path / "x.png", 5).read_bytes(), "q": b"nothing"})
    content = (tmp_path / "set.zip").read_bytes()
    (tmp_path / "set.zip").write_bytes(content.replace(b"q", b"\0"))  # where zipfile ends a name
    assert zipfile.ZipFile(tmp_path / "set.zip").infolist()[1].filename == ""
    assert open_source(str(tmp_path / "set.zip")).size == 1


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + b"\0" * 10, b"not a zip", b"PK\x03\x04" + b"x" * 100])
def test_damaged_zips(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "set.zip").write_bytes(content)
    with pytest.raises(SaddlepointError, match="zip"):
        open_source(str(tmp_path / "set.zip"))


def test_a_table_of_paths_and_conditions(tmp_path: Path) -> None:
    for i in range(4):
        paint(tmp_path / f"pictures/{i}.png", i)
    rows = ["path,age,kind", "pictures/0.png,1.5,a", "pictures/1.png,2,b", "pictures/2.png,9,a", "pictures/3.png,,b"]
    (tmp_path / "set.csv").write_text("\n".join(rows))
    source = open_source(Reading(str(tmp_path / "set.csv"), cond="age", bad=0.3))
    assert source.size == 3
    assert source.fields[0].kind == "number"
    assert any("pictures/3.png: has no label" in note for note in source.notes)
    with pytest.raises(SaddlepointError, match="several columns"):
        open_source(str(tmp_path / "set.csv"))
    with pytest.raises(SaddlepointError, match="1 of 4 cannot be read"):
        open_source(Reading(str(tmp_path / "set.csv"), cond="age"))


def test_a_list_of_files(tmp_path: Path) -> None:
    paint(tmp_path / "a b.png", 7)
    (tmp_path / "set.txt").write_text("# a comment\n\na b.png\n")
    assert open_source(str(tmp_path / "set.txt")).x.unique().tolist() == [7]


def test_a_table_of_numbers_is_points(tmp_path: Path) -> None:
    (tmp_path / "set.csv").write_text("u,v,k\n1,2,a\n3,4,b\n")
    source = open_source(Reading(str(tmp_path / "set.csv"), cond="k:class"))
    assert source.x.tolist() == [[1, 2], [3, 4]]
    assert source.classes == ("a", "b")
    assert are_points(str(tmp_path / "set.csv"))
    with pytest.raises(SaddlepointError, match="holds words, 2 different ones"):
        open_source(str(tmp_path / "set.csv"))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a,a\n1,2\n", b"path\n", b'path\n"a\n'])
def test_damaged_tables(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "set.csv").write_bytes(content)
    with pytest.raises(SaddlepointError):
        open_source(str(tmp_path / "set.csv"))


@pytest.mark.parametrize(
    ("shape", "dtype", "expected"),
    [
        ((9, 6, 8), "uint8", (1, 6, 8)),
        ((9, 6, 8, 3), "uint8", (3, 6, 8)),
        ((9, 3, 6, 8), "uint8", (3, 6, 8)),
        ((9, 5, 6, 8), "float32", (5, 6, 8)),
        ((9, 6, 8, 5), "uint16", (5, 6, 8)),
        ((9, 2), "float64", (2,)),
    ],
)
def test_arrays_of_every_shape(tmp_path: Path, shape: tuple, dtype: str, expected: tuple) -> None:
    x = (np.random.default_rng(0).random(shape) * (1 if "float" in dtype else 200)).astype(dtype)
    np.savez(tmp_path / "set.npz", x=x, y=np.arange(9) % 3)
    np.save(tmp_path / "set.npy", x)
    labelled, bare = open_source(str(tmp_path / "set.npz")), open_source(str(tmp_path / "set.npy"))
    assert tuple(labelled.x.shape[1:]) == expected
    assert labelled.classes == ("0", "1", "2")
    assert torch.equal(labelled.x, bare.x)
    assert bare.c is None
    first = np.moveaxis(x, -1, 1) if len(shape) == 4 and shape[1] != expected[0] else x.reshape(9, *expected)
    np.testing.assert_array_equal(labelled.x.numpy(), first.astype(np.float32) if dtype == "float64" else first)
    assert are_points(str(tmp_path / "set.npz")) == (len(shape) == 2)


def test_class_names_and_missing_labels_of_arrays(tmp_path: Path) -> None:
    x = np.zeros((5, 6, 6), np.uint8)
    np.savez(tmp_path / "set.npz", x=x, y=np.array([0, 1, -1, 1, 0]), classes=np.array(["cat", "dog"]))
    source = open_source(Reading(str(tmp_path / "set.npz"), bad=0.5))
    assert source.classes == ("cat", "dog")
    assert source.c is not None
    assert source.c.tolist() == [0, 1, 1, 0]
    assert any("number 2: has no label" in note for note in source.notes)


def test_nothing_pickled_is_opened(tmp_path: Path) -> None:
    np.save(tmp_path / "set.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
    with pytest.raises(SaddlepointError, match="plain arrays"):
        open_source(str(tmp_path / "set.npy"))


def test_a_header_that_lies_costs_nothing(tmp_path: Path) -> None:
    content = bytearray(np.lib.format.magic(1, 0))
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (1000000, 1000, 60), }".ljust(117) + b"\n"
    content += len(header).to_bytes(2, "little") + header + b"\0" * 100
    (tmp_path / "set.npy").write_bytes(content)
    with pytest.raises(SaddlepointError, match="ends before"):
        open_source(str(tmp_path / "set.npy"))
    with zipfile.ZipFile(tmp_path / "set.npz", "w") as archive:
        archive.writestr("x.npy", bytes(content))
    with pytest.raises(SaddlepointError, match="ends after"):
        open_source(str(tmp_path / "set.npz"))


def test_idx_finds_its_labels(tmp_path: Path) -> None:
    idx.write(tmp_path / "t-images-idx3-ubyte.gz", np.arange(4 * 36, dtype=np.uint8).reshape(4, 6, 6))
    idx.write(tmp_path / "t-labels-idx1-ubyte.gz", np.array([1, 0, 1, 0], np.uint8))
    source = open_source(str(tmp_path / "t-images-idx3-ubyte.gz"))
    assert source.x.shape == (4, 1, 6, 6)
    assert source.classes == ("0", "1")


def test_names_mean_what_they_say(tmp_path: Path) -> None:
    assert set(WORLD_NAMES) == set(WORLDS)
    assert medium("digits") == "bundled"
    assert medium("moons") == "world"
    assert medium("hf:owner/name") == "hf"
    assert medium(str(tmp_path)) == "folder"
    assert medium("x.weird") == "unknown"
    assert are_points("moons")
    assert not are_points("digits")
    assert open_source("moons").x.shape == (100_000, 2)
    with pytest.raises(SaddlepointError, match="digits"):
        open_source("digit")


@pytest.mark.parametrize(
    ("sizes", "side", "expected", "words"),
    [
        ([(96, 64)] * 5, 96, (64, 96), ""),
        ([(96, 64)] * 5 + [(50, 50)], 96, (64, 96), "5 of 6 pictures are 64 x 96"),
        ([(300, 200)] * 5, 64, (43, 64), "all are brought to 43 x 64"),
        ([(90 + i, 60 + i) for i in range(9)], 64, (44, 64), "9 different sizes"),
    ],
)
def test_the_rule_for_sizes_is_stated(tmp_path: Path, sizes: list, side: int, expected: tuple, words: str) -> None:
    for i, size in enumerate(sizes):
        paint(tmp_path / f"{i}.png", i, size)
    source = open_source(Reading(str(tmp_path), side=side))
    assert tuple(source.x.shape[2:]) == expected
    assert words in " ".join(source.notes)
    asked = open_source(Reading(str(tmp_path), size=(20, 30)))
    assert tuple(asked.x.shape[2:]) == (20, 30)


@pytest.mark.parametrize(("squares", "size"), [((), (20, 30)), ((10, 12, 40), (20, 30)), ((10, 12, 40, 60), (24, 24))])
def test_the_commonest_size_is_kept_where_half_of_all_have_it(squares: tuple[int, ...], size: tuple[int, int]) -> None:
    """Of three pictures of 20 x 30 beside these squares; else it is the median area, 600, at the median proportions."""
    sides = [(20, 30)] * 3 + [(side, side) for side in squares]
    found = [Header(*each, False, False, 8, "PNG") for each in sides]
    assert sized(found, Reading("x"))[:2] == size


@pytest.mark.parametrize(("deep", "clear", "of"), [(2, 2, 4), (1, 1, 4), (3, 3, 5), (2, 2, 5)])
def test_depth_and_opacity_are_kept_where_half_of_all_have_them(deep: int, clear: int, of: int) -> None:
    depths, alphas = ([True] * some + [False] * (of - some) for some in (deep, clear))
    found = [Header(9, 9, False, a, 16 if d else 8, "PNG") for d, a in zip(depths, alphas)]
    form, _ = settle(found, Reading("x"))
    assert (form.dtype, form.channels) == (("uint16", 2) if 2 * deep >= of else ("uint8", 1))
    assert settle(found, Reading("x", background="white"))[0].channels == 1


def test_mixed_depths_and_channels_are_settled_by_the_majority(tmp_path: Path) -> None:
    deep = np.full((8, 8), 51400, np.uint16)
    for i in range(3):
        Image.fromarray(deep).save(tmp_path / f"{i}.png")
    paint(tmp_path / "z.png", 100, (8, 8))
    source = open_source(str(tmp_path))
    assert source.x.dtype == torch.uint16
    assert source.x[:, 0, 0, 0].tolist() == [51400] * 3 + [25700]
    assert any("depths differ" in note for note in source.notes)


def test_patches_have_the_size_that_is_asked_for_or_what_the_usual_picture_has_of_the_side() -> None:
    """Of 40 x 30 usually; none is cut where all have the size, and those are counted that lack of either side."""
    found = [Header(*size, False, False, 8, "PNG") for size in ((40, 30), (40, 30), (40, 30), (20, 64), (64, 20))]
    wish = Reading("x", fit="patches", side=32)
    cut = "5 pictures are cut into patches of {} at full size (--size for another)"
    small = "; {} are smaller, and are enlarged to one"
    assert sized(found, wish) == (32, 30, cut.format("32 x 30") + small.format(2))
    assert sized(found[:3], wish._replace(side=64)) == (40, 30, "")
    assert sized(found, wish._replace(size=(20, 20))) == (20, 20, cut.format("20 x 20"))
    assert sized(found, wish._replace(size=(20, 21))) == (20, 21, cut.format("20 x 21") + small.format(1))
    assert sized(found, wish._replace(size=(41, 20))) == (41, 20, cut.format("41 x 20") + small.format(4))


def test_a_folder_that_may_not_be_looked_into_is_named_and_the_others_are_read(tmp_path: Path, monkeypatch) -> None:
    for name in ("a/1.png", "b/2.png", "c/3.png"):
        paint(tmp_path / name, 9)
    scan = os.scandir

    def refusing(path):
        if Path(path).name == "b":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = list_folder(tmp_path)
    assert [entry.name for entry in found.entries] == ["a/1.png", "c/3.png"]
    assert list(found.bad) == [Bad("b", "cannot be read: Permission denied")]


def test_what_data_are_is_told_by_the_end_of_their_name_in_any_case(tmp_path: Path) -> None:
    for name, what in {
        "a.IDX": "idx", "t10k-images-IDX3-UBYTE": "idx", "t10k-images-idx3-ubyte.gz": "idx", "a.idx3.gz": "idx",
        "a.NPZ": "arrays", "a.npy": "arrays", "a.Csv": "table", "a.tsv": "table", "a.TXT": "list", "a.zip": "zip",
        "a.parquet": "parquet", "a.gz": "unknown", "a.npz.gz": "unknown", "memory:array": "memory", "a": "unknown",
    }.items():  # fmt: skip
        assert medium(name) == what, name
    for kind, files in (("folder", ("state.json",)), ("folder", ("dataset_info.json",)), ("hf", ("dataset_dict.json",)),
                        ("hf", ("state.json", "dataset_info.json"))):  # fmt: skip
        place = tmp_path / "-".join(files)
        place.mkdir()
        for file in files:
            (place / file).write_text("{}")
        assert medium(str(place)) == kind


def test_pictures_of_a_zip_come_in_the_order_of_their_names_however_it_was_packed(tmp_path: Path) -> None:
    def picture(level: int) -> bytes:
        file = io.BytesIO()
        Image.new("L", (4, 4), level).save(file, "PNG")
        return file.getvalue()

    zipped(tmp_path / "set.zip", **{"c.png": picture(3), "a.png": picture(1), "b.png": picture(2)})
    source = open_source(Reading(str(tmp_path / "set.zip")))
    assert source.x[:, 0, 0, 0].tolist() == [1, 2, 3]
