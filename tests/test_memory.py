"""Data from memory are read as the same data from files: same examples, same conditions, same digest, same errors."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

import saddlepoint as sp
from saddlepoint.cli.main import main
from saddlepoint.data import cache, indexed
from saddlepoint.data.memory import held
from saddlepoint.data.reading import Reading
from saddlepoint.data.source import Source
from saddlepoint.data.sources import open_source
from saddlepoint.data.survey import survey
from saddlepoint.errors import SaddlepointError

RNG = np.random.default_rng(0)
X = RNG.integers(0, 256, (40, 8, 8), dtype=np.uint8)
Y = np.arange(40) % 2
POINTS = RNG.normal(size=(60, 3)).astype(np.float32)
TINY = {"images": 64, "batch": 16, "engine.threads": 1, "judge.share": 0, "averages": (16,), "snapshots": 2}
TINY |= {"g.network.hidden": (4,), "d.network.hidden": (4,)}


def read(data: object, **wish: Any) -> Source:
    given = held(data)
    return open_source(Reading(given.name, held=given, **wish))


def same(a: Source, b: Source) -> None:
    assert (a.classes, a.fields, a.x.shape) == (b.classes, b.fields, b.x.shape)
    assert a.digest() == b.digest()


class Pairs(Dataset):
    """(x, y) by number, and how often each was asked for."""

    def __init__(self, x: Any, y: Any) -> None:
        self.x, self.y, self.asked = x, y, [0] * len(x)

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, i: int) -> tuple[Any, Any]:
        self.asked[i] += 1
        return self.x[i], self.y[i]


class Rows(list):
    """Records by number, as a Hugging Face data set has them."""

    features: dict[str, Any]


@pytest.fixture(scope="module")
def npz(tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = tmp_path_factory.mktemp("files") / "set.npz"
    np.savez(path, x=X, y=Y)
    return open_source(str(path))


def test_arrays_and_tensors_are_what_a_file_of_them_is(npz: Source) -> None:
    assert (npz.size, npz.classes) == (40, ("0", "1"))
    for data in ((X, Y), [torch.from_numpy(X), torch.from_numpy(Y)], (X, Y.tolist()), (X, Y[:, None])):
        same(read(data), npz)
    same(read((X, Y), unconditional=True), read(X))
    same(read((X, [("dark", "bright")[y] for y in Y])), read((X, np.array(["dark", "bright"], object)[Y])))
    assert read((X, [("dark", "bright")[y] for y in Y])).classes == ("bright", "dark")
    assert read((X, POINTS[:40])).fields[0].kind == "vector"


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int64, ">f4", bool])
def test_numbers_of_any_type(dtype: Any, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", (X > 9).astype(dtype))
    same(read((X > 9).astype(dtype)), open_source(str(tmp_path / "x.npy")))


def test_half_precision_and_a_graph() -> None:
    x = torch.from_numpy(POINTS).bfloat16().requires_grad_()
    same(read(x), read(x.detach().float()))


def test_a_data_set_is_indexed_once(npz: Source) -> None:
    data = Pairs(X, Y)
    given = held(data)
    for _ in range(2):
        same(open_source(Reading(given.name, held=given)), npz)
        assert survey(Reading(given.name, held=given), lambda words: None).counts == (20, 20)
    assert set(data.asked) <= {1, 2}, "the first item tells what the others are"
    assert data.asked[1:] == [1] * 39
    same(read(TensorDataset(torch.from_numpy(X), torch.from_numpy(Y))), npz)
    same(read(TensorDataset(torch.from_numpy(X))), read(X))
    same(read([{"x": x, "label": int(y)} for x, y in zip(X, Y)]), npz)
    same(read(list(X)), read(X))


def test_lists_of_examples_have_labels_beside_them(npz: Source) -> None:
    for labels in (Y, Y.tolist(), torch.from_numpy(Y)):
        same(read((list(X), labels)), npz)
    same(read((list(X), None)), read(X))
    same(read(POINTS[:, :2].tolist()), read(POINTS[:, :2].astype(float)))  # a point each, not one and its label
    same(read((POINTS.tolist(), Y.tolist() + [0] * 20)), read((POINTS.astype(float), Y.tolist() + [0] * 20)))


def test_records_of_numbers_and_words_are_rows_of_a_table(tmp_path: Path) -> None:
    """As its CSV is one; classes have the names that the data set knows, and what is not there is an empty cell."""
    rows = Rows({"a": float(POINTS[i, 0]), "b": POINTS[i, 1], "kind": (0, 1, None, -1)[i % 4]} for i in range(60))
    rows.features = {"kind": SimpleNamespace(names=["x", "y"]), "a": object()}
    lines = [f"{float(POINTS[i, 0])},{POINTS[i, 1]},{('x', 'y', '', '')[i % 4]}" for i in range(60)]
    (tmp_path / "set.csv").write_text("\n".join(["a,b,kind", *lines]))
    assert held(rows).points
    same(read(rows, bad=1.0), open_source(Reading(str(tmp_path / "set.csv"), bad=1.0)))
    assert read(rows, bad=1.0).classes == ("x", "y")


def test_labels_that_are_not_there_are_missing() -> None:
    """Not the whole column: of names, of numbers and of words."""
    kinds = {"names": ([0, 1, None], ["x", "y"]), "numbers": ([0, 1, None], None), "words": (["x", "y", None], None)}
    for name, (labels, names) in kinds.items():
        rows = Rows({"x": X[i], "label": labels[i % 3]} for i in range(39))
        rows.features = {"label": SimpleNamespace(names=names)}
        found = read(rows, bad=1.0)
        assert (found.size, len(found.classes)) == (26, 2), name


def test_what_is_masked_is_no_number() -> None:
    mask = np.zeros(POINTS.shape, bool)
    mask[:2] = True
    assert read(np.ma.masked_array(POINTS, mask), bad=1.0).size == 58
    same(read(np.ma.masked_array(POINTS, False)), read(POINTS))


def test_pictures_in_colours_that_png_has_no_word_for() -> None:
    pictures = [Image.fromarray(np.stack([one] * 3, -1)).convert("CMYK") for one in X]
    same(read(pictures), read([picture.convert("RGB") for picture in pictures]))


@pytest.mark.parametrize("form", [None, "numpy", "torch"])
def test_data_sets_of_hugging_face_as_they_come(form: str | None, npz: Source) -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["0", "1"])})
    images = {"image": [Image.fromarray(x) for x in X], "label": Y.tolist()}
    found = datasets.Dataset.from_dict(images, features=features).with_format(form)
    same(read(found), npz)
    same(read(found.remove_columns("label")), read(X))
    table = datasets.Dataset.from_dict({"a": POINTS[:, 0], "b": POINTS[:, 1]}).with_format(form)
    assert read(table).x.equal(read(POINTS[:, :2]).x)
    for wrong, said in ((datasets.DatasetDict(train=found), "it holds train"), (found.select([]), "0 items")):
        with pytest.raises(SaddlepointError, match=said):
            held(wrong)


def test_frames_of_polars_as_they_come(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"a": POINTS[:, 0].astype(float), "b": [None, *range(59)], "kind": ["x", "y", None] * 20})
    frame.write_csv(tmp_path / "set.csv")
    same(read(frame, bad=1.0), open_source(Reading(str(tmp_path / "set.csv"), bad=1.0)))
    for wrong, said in ((frame.lazy(), "collect"), (frame.to_arrow(), "to_pandas")):
        with pytest.raises(SaddlepointError, match=said):
            held(wrong)


def test_large_data_sets_are_laid_into_a_file_that_has_no_name(npz: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexed, "LARGE", 0)
    found = read(Pairs(X, Y))
    same(found, npz)
    assert found.mapped
    assert not list(cache.place().glob("held*"))


@pytest.mark.parametrize("small", [0, cache.SMALL])
def test_pictures_of_any_size_are_read_as_files_of_them_are(
    small: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the names of their classes; the pictures lose nothing, and the second reading takes them from the cache."""
    monkeypatch.setattr(cache, "SMALL", small)
    pictures = [Image.fromarray(X[i]).resize((8 + i % 3, 8)) for i in range(40)]
    for i, picture in enumerate(pictures):
        (tmp_path / "set" / "ab"[i % 2]).mkdir(parents=True, exist_ok=True)
        picture.save(tmp_path / "set" / "ab"[i % 2] / f"{i:02}.png")
    files = open_source(Reading(str(tmp_path / "set"), size=(8, 8)))
    order = [*range(0, 40, 2), *range(1, 40, 2)]
    rows = Rows({"image": pictures[i], "label": i % 2, "note": None} for i in order)
    rows.features = {"label": SimpleNamespace(names=["a", "b"]), "image": object()}
    same(read(rows, size=(8, 8)), files)
    data = Pairs([pictures[i] for i in order], [i % 2 for i in order])
    data.classes = ["a", "b"]  # pyright: ignore
    same(read(data, size=(8, 8)), files)
    same(read(data, size=(8, 8)), files)


@pytest.mark.parametrize("cond", [None, "kind:class", "a:number"])
def test_a_frame_is_what_its_csv_is(cond: str | None, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": POINTS[:, 0].astype(float), "b": np.arange(60), "kind": ["x", "y", None] * 20})
    frame.loc[3, "a"] = np.nan
    frame["b"] = frame["b"].astype("Int64")
    frame.to_csv(tmp_path / "set.csv", index=False)
    wish = {"cond": cond, "bad": 1.0}
    same(read(frame, **wish), open_source(Reading(str(tmp_path / "set.csv"), **wish)))
    assert held(frame).points


def test_a_frame_of_another_library_and_one_that_names_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Frame(dict):
        columns = property(lambda self: list(self))
        dtypes = ()

        def __len__(self) -> int:
            return len(next(iter(self.values())))

    points = Frame(a=POINTS[:, 0].astype(float).tolist(), b=POINTS[:, 1].astype(float).tolist())
    same(read(points), read(POINTS[:, :2].astype(float))._replace(axes=()))
    Image.fromarray(X[0]).save(tmp_path / "a.png")
    Image.fromarray(X[1]).save(tmp_path / "b.png")
    monkeypatch.chdir(tmp_path)
    found = read(Frame(path=["a.png", "b.png"], kind=["one", "two"]))
    assert found.x[:, 0].equal(torch.from_numpy(X[:2]))
    assert found.classes == ("one", "two")


class Endless(IterableDataset):
    def __iter__(self) -> Any:
        return iter(X)


class NoLength:
    def __getitem__(self, i: int) -> np.ndarray:
        return X[i]


class Fails(NoLength):
    def __len__(self) -> int:
        return 3

    def __getitem__(self, i: int) -> Any:
        if i == 2:
            raise OSError("the disk is\ngone")
        return X[i]


class Frame(dict):
    columns = ("a", "b")
    dtypes = ()


class Parts(dict):
    """As a Hugging Face DatasetDict, of which one was meant."""


class Lazy:
    """As a LazyFrame of polars: rows that are not there yet."""

    columns, dtypes = ("a", "b"), ()

    def collect(self) -> None: ...

    def __getitem__(self, name: str) -> Any:
        raise TypeError


class Columns(list):
    """As a Table of Arrow, whose items are columns."""

    column_names = ("a",)


class Long(NoLength):
    def __init__(self, n: Any) -> None:
        self.n = n

    def __len__(self) -> int:
        return self.n


class Kept:
    """As an array on a GPU, of a library that does not copy by itself."""

    ndim = 2

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise TypeError("use .get()")


BAD = {
    "a dict": ({"x": X}, "a dict is no data to train on: it holds x (give one of them"),
    "a dict of data sets": (Parts(train=X, test=X), "a Parts is no data to train on: it holds train, test (give one"),
    "a number": (3, "an int is no data to train on"),
    "none": (None, "a NoneType is no data to train on"),
    "a list of numbers": ([1, 2, 3], "an example is an int"),
    "bytes": (b"digits", "a bytes is no data to train on"),
    "one number": (np.float32(3.0), "are no examples"),
    "nothing": (np.empty((0, 8, 8)), "are no examples"),
    "five dimensions": (np.zeros((2, 1, 1, 8, 8)), "are no examples"),
    "complex": (np.zeros((4, 3), complex), "complex128 are no points"),
    "no length": (NoLength(), "a NoLength has no length"),
    "a stream": (Endless(), "an Endless has no length, or its items no numbers (give list(data)"),
    "a loader": (DataLoader(TensorDataset(torch.zeros(4, 2))), "a DataLoader has no length, or its items no numbers ("),
    "rows that are not there yet": (Lazy(), "a Lazy has no length, or its items no numbers (give its rows as a"),
    "a table of columns": (Columns([1]), "a Columns is no DataFrame yet (give its .to_pandas())"),
    "a length that fails": (Long(1 / 2), "data set: no length: TypeError: 'float' object cannot be interpreted"),
    "a length below none": (Long(-1), "data set: no length: ValueError: __len__() should return >= 0"),
    "a tensor with holes": (torch.eye(4).to_sparse(), "a tensor is no array: can't convert Sparse layout tensor"),
    "a tensor of nothing": (torch.empty(4, 2, device="meta"), "a tensor is no array: Cannot copy out of meta tensor"),
    "an array that is kept back": (Kept(), "an example is no array: use .get()"),
    "a frame and labels": ((Frame(a=[1.0]), ["x"]), "labels of a DataFrame are a column of it"),
    "a list and fewer labels": ((list(X), Y[:39]), "40 examples, but 39 labels"),
    "a list and no list": ((list(X), {"a": 1}), "labels are one per row, not a dict"),
    "a word and labels": (("digits", Y), "x is a str"),
    "items of three parts": (TensorDataset(*[torch.zeros(4, 2)] * 3), "items have 3 parts"),
    "rows of other parts": (Rows([{"a": 1.0}, {"b": 1.0}]), "item 1 holds b, item 0 a"),
    "a frame of pictures": (Frame(a=[1], b=[Image.fromarray(X[0])]), "(give its rows as a list of records)"),
    "an iterator": (iter(X), "has no length"),
    "labels of another length": ((X, Y[:39]), "40 examples, but 39 labels"),
    "labels of no kind": ((X, np.zeros((40, 2, 2))), "labels are one per row"),
    "labels that are no list": ((X, {"a": 1}), "labels are one per row"),
    "an item that fails": (Fails(), "item 2 cannot be read: OSError: the disk is gone"),
    "items of two shapes": (Pairs([X[0], X[0][:4]], [0, 1]), "item 1 is uint8 [4, 8], item 0 uint8 [8, 8]"),
    "items of two kinds": (Pairs([Image.fromarray(X[0]), X[1]], [0, 1]), "item 1 is a ndarray, item 0 a picture"),
    "items of two parts": (Pairs(X[:2], [0, None]), "item 1 says nothing of its example, item 0 label"),
    "items without an example": (Rows([{"name": {"a": 1}}]), "items hold name"),
    "items of words": (Rows(["a", "b"]), "an example is a str"),
    "no items": (Rows(), "0 items"),
    "a frame of objects": (Frame(a=[1.0, 2.0], b=[[1], [2]]), "column 'b' holds a list, neither a number nor a word"),
    "a frame without rows": (Frame(), "0 rows"),
}


@pytest.mark.parametrize(("data", "said"), BAD.values(), ids=BAD)
def test_what_cannot_be_trained_on_gets_one_line(data: object, said: str, tmp_path: Path) -> None:
    with pytest.raises(SaddlepointError) as error:
        sp.train(data, root=tmp_path, watcher=sp.quiet)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> sp.Run:
    return sp.train((X, Y), recipe="gan", settings=TINY, root=tmp_path_factory.mktemp("runs"), watcher=sp.quiet)


def test_a_run_says_what_it_was_trained_on(run: sp.Run) -> None:
    assert run.name == "array-gan-1"
    assert (run.config.data.name, run.record.data.name) == ("memory:array", "array")
    assert (run.record.data.shape, run.record.data.digest) == ((1, 8, 8), read(X).digest())  # `gan` reads no labels
    assert run.sample(2).x.shape == (2, 1, 8, 8)
    assert set(run.judge(n=20)) == set(run.measures), "which looks at its data again"


def test_it_is_resumed_with_the_same_data_alone(run: sp.Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SaddlepointError, match="they are in no file"):
        sp.resume(run.folder, more=0.1)
    with pytest.raises(SaddlepointError, match="not those the run began with"):
        sp.resume(run.folder, more=0.1, data=(X[::-1].copy(), Y))
    assert main(["resume", str(run.folder), "--more", "1s"]) == 2
    assert main(["judge", str(run.folder)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.startswith("saddlepoint: data: trained on data from memory, array") for line in said] == [True, True]
    before = run.images
    longer = sp.resume(run, more=0.1, watcher=sp.quiet).images
    assert longer > before
    again = sp.resume(run.folder, more=0.1, data=(torch.from_numpy(X), Y), watcher=sp.quiet)
    assert again.images > longer


def test_look_and_plan_take_them_too() -> None:
    found = sp.look((X, Y))
    assert (found.counts, found.alike, found.bad) == ((20, 20), 0, ())
    assert sp.look(POINTS).source.axes[0].name == "x1"
    assert sp.look(Path("digits")).source.size == 10_000


def test_one_number_beside_each_example_is_a_class_where_it_is_whole(npz: Source) -> None:
    """And else a vector of one."""
    same(read((X, Y[:, None])), npz)
    found = read((X, Y[:, None] + 0.5))
    assert (found.classes, found.fields[0].kind, found.fields[0].size) == ((), "vector", 1)


def test_a_negative_label_of_a_picture_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """As numpy's whole numbers and as Python's."""
    pictures = [Image.fromarray(x) for x in X[:30]]
    for kind in (int, np.int64):
        found = read([(one, kind(-1 if i == 3 else i % 2)) for i, one in enumerate(pictures)], bad=0.1)
        assert found.classes == ("0", "1")
        assert found.c is not None
        assert found.c.tolist() == [i % 2 for i in range(30) if i != 3]


@pytest.mark.parametrize(("highest", "kind"), [(1, ["light", None, "dark", None]), (2, [0, -1, 2, None])])
def test_rows_of_records_have_words_where_each_label_has_a_name(highest: int, kind: list[Any]) -> None:
    """A number below 0 stands for no label there; where one label has no name, none is believed."""

    class Rows(list[dict[str, Any]]):
        features: Any = None

    data = Rows({"size": 0.5, "kind": k} for k in (0, -1, highest, None))
    data.features = {"kind": SimpleNamespace(names=["light", "dark"]), "size": SimpleNamespace()}
    assert indexed.rows_of(data, data[0]) == {"size": [0.5] * 4, "kind": kind}


def test_labels_beyond_the_names_of_a_data_set_s_classes_are_numbers() -> None:
    """One label for which there is no name: then no name is believed."""
    for highest, classes in ((1, ("dark", "light")), (2, ("0", "1", "2"))):
        data = Pairs(X, np.arange(40) % (highest + 1))
        data.classes = ["light", "dark"]
        assert read(data).classes == classes


def test_a_picture_that_is_lacking_is_left_out_and_counted() -> None:
    """As of a parquet file, whose cell is empty."""
    items = [{"image": Image.fromarray(one), "label": int(y)} for one, y in zip(X, Y)]
    items[5]["image"] = items[7]["image"] = None
    found = sp.look(items, settings={"bad": 0.5})
    assert (found.source.size, [bad.name for bad in found.bad]) == (len(X) - 2, ["item 5", "item 7"])
    assert torch.equal(found.source.x[5, 0], torch.from_numpy(X[6]))
    with pytest.raises(SaddlepointError, match="item 3 is a str, item 0 a picture"):
        sp.look([*items[:3], {"image": "a path", "label": 0}])
