"""Tables that hold pictures: parquet files, and Hugging Face data sets.

They are read by `pyarrow` and `datasets`, which come with the extras `parquet` and `huggingface` and are not needed
otherwise. Of a parquet file one group of rows at a time is in memory, of a Hugging Face set none: it is mapped.
"""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO

import numpy as np

from saddlepoint.data.guards import regular, swelling
from saddlepoint.data.reading import A_FEW, Entry, Kind, Listing, few, plain, shown, why
from saddlepoint.data.texts import text_of
from saddlepoint.errors import SaddlepointError

MOST_ROWS = 5_000_000
KEPT = 4  # groups of rows that are held: the threads that decode are not farther apart


def list_parquet(path: Path) -> Listing:
    """The pictures in a parquet file: a column of bytes, or of records with bytes, as Hugging Face writes them."""
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        hint = "pip install 'saddlepoint[parquet]'"
        raise SaddlepointError("reading parquet needs pyarrow", plain(str(path)), hint) from error
    about = regular(path)
    try:
        file = parquet.ParquetFile(path, memory_map=True)
        schema = file.schema_arrow
        where = picture_column(schema, path.name)
        starts = np.cumsum([0, *promised(file.metadata, about.st_size, plain(str(path)))])
        texts = parquet.ParquetFile(path, memory_map=True, read_dictionary=told(schema, where))
        columns, kinds = named(values(texts.read(columns=told(schema, where))), schema.metadata or {})
    except SaddlepointError:
        raise
    except Exception as error:  # pyarrow's errors share no base with what this program knows
        raise SaddlepointError(f"not parquet: {why(error)}", plain(str(path))) from error
    value, root = rows(file, where, starts), f"{path.resolve()} {about.st_mtime_ns}"
    entries = listed(value, int(starts[-1]), about.st_size)
    return Listing(path.name, entries, columns, root=root, kinds=kinds)


def promised(metadata: Any, size: int, where: str) -> list[int]:
    """The rows of each group, as the file of `size` bytes says before any is read. SaddlepointError for what no such
    file can hold: a thousand million equal rows take no more room than one.
    """
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    if metadata.num_rows > min(MOST_ROWS, size):
        what = f"{metadata.num_rows:,} rows in {size:,} bytes"
        raise SaddlepointError(what, where, f"give a file of pictures, at most {MOST_ROWS:,}")
    for group in groups:
        if reason := swelling(size, group.total_byte_size):
            raise SaddlepointError(reason, where, "write it in smaller groups of rows")
    return [group.num_rows for group in groups]


def rows(file: Any, column: str, starts: np.ndarray) -> Callable[[int], Any]:
    """value(i) of one column, read a group of rows at a time."""
    lock = Lock()  # a parquet file may be read by one thread at a time

    @lru_cache(KEPT)
    def group(number: int) -> Any:
        return file.read_row_group(number, columns=[column], use_threads=False).column(0)

    def value(i: int) -> Any:
        number = int(np.searchsorted(starts, i, side="right")) - 1
        with lock:
            found = group(number)
        return found[i - int(starts[number])].as_py()

    return value


def list_huggingface(name: str) -> Listing:
    """`hf:owner/name`, or `hf:owner/name:split`, by the `datasets` package; or a folder written by `save_to_disk`."""
    try:
        import datasets
    except ImportError as error:
        hint = "pip install 'saddlepoint[huggingface]'"
        raise SaddlepointError("reading Hugging Face data needs `datasets`", plain(name), hint) from error
    path, _, part = name.removeprefix("hf:").partition(":")
    try:
        found = datasets.load_from_disk(path) if Path(path).is_dir() else datasets.load_dataset(path)
        if not isinstance(found, datasets.Dataset):
            found = chosen(found, part, name)
        table, root = found.data.table, f"{name} {found._fingerprint}"
        pictures = table.column(where := picture_column(table.schema, name))
        if len(pictures) > MOST_ROWS:
            raise SaddlepointError(f"{len(pictures):,} rows, more than {MOST_ROWS:,}", plain(name), "choose a split")
        columns, kinds = named(values(table.select(told(table.schema, where))), table.schema.metadata or {})
    except SaddlepointError:
        raise
    except Exception as error:  # whatever the hub, the disk or the package says
        raise SaddlepointError(f"cannot be opened: {why(error)}", plain(name)) from error
    entries = listed(lambda i: pictures[i].as_py(), len(pictures), pictures.nbytes)
    return Listing(Path(path).name, entries, columns, root=root, kinds=kinds)


def chosen(parts: Mapping[Any, Any], part: str, name: str) -> Any:
    """One split of several: the one asked for, else the only one, or `train`."""
    wanted = part or (next(iter(parts)) if len(parts) == 1 else "train")
    if wanted not in parts:
        known = " or ".join(f":{shown(str(one))}" for one in list(parts)[:A_FEW])
        raise SaddlepointError(f"no split '{shown(wanted)}'", plain(name), f"add one to the name, as {known}")
    return parts[wanted]


def picture_column(schema: Any, name: str) -> str:
    """The first column of bytes, or of records with bytes."""
    from pyarrow import types

    for field in schema:
        kind = field.type
        if types.is_binary(kind) or types.is_large_binary(kind):
            return field.name
        if types.is_struct(kind) and any(inner.name == "bytes" for inner in kind):
            return field.name
    raise SaddlepointError("no column of pictures", plain(name), f"columns: {few(schema.names)}")


def told(schema: Any, pictures: str) -> list[str]:
    """The columns that may become a condition: a text or a number a row."""
    from pyarrow import types

    def heavy(kind: Any) -> bool:
        return types.is_nested(kind) or any(
            of(kind)
            for of in (types.is_binary, types.is_large_binary, types.is_fixed_size_binary, types.is_binary_view)
        )

    return [field.name for field in schema if field.name != pictures and not heavy(field.type)]


def values(table: Any) -> dict[str, list[Any]]:
    """Each column as a list; a text that stands in many rows is in memory once."""
    found: dict[str, list[Any]] = {}
    for name, column in zip(table.column_names, table.columns):
        found[name] = []
        for chunk in column.chunks:
            if hasattr(chunk, "dictionary"):
                words = chunk.dictionary.to_pylist()
                found[name] += [None if place is None else words[place] for place in chunk.indices.to_pylist()]
            else:
                found[name] += chunk.to_pylist()
    return found


def named(
    columns: Mapping[str, list[Any]], metadata: Mapping[bytes, bytes]
) -> tuple[dict[str, list[str]], dict[str, Kind]]:
    """The columns as text; labels, which are classes, by the names that Hugging Face keeps beside the schema, -1
    standing for none.
    """
    features = json.loads(metadata.get(b"huggingface", b"{}")).get("info", {}).get("features", {})
    found, kinds = {}, {}
    for name, values in columns.items():
        about = features.get(name)
        words = about.get("names") if isinstance(about, dict) else None
        if words:
            found[name] = [words[v] if isinstance(v, int) and 0 <= v < len(words) else "" for v in values]
            kinds[name] = "class"
        else:
            found[name] = ["" if v is None or v != v else text_of(v) for v in values]
    return found, kinds


def listed(value: Callable[[int], Any], n: int, size: int) -> list[Entry]:
    """n rows; each counts as its share of the bytes of all."""
    each = max(1, size // max(1, n))
    return [Entry(f"row {i:,}", each, 0, partial(opened, value, i)) for i in range(n)]


def opened(value: Callable[[int], Any], i: int) -> BinaryIO:
    """The bytes of row i."""
    found = value(i)
    content = found.get("bytes") if isinstance(found, dict) else found
    if not content:
        raise SaddlepointError("holds no picture", f"row {i:,}")
    return BytesIO(content)
