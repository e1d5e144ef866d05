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

from saddlepoint.data.reading import Entry, Listing
from saddlepoint.errors import SaddlepointError

KEPT = 4  # groups of rows that are held: the threads that decode are not farther apart


def list_parquet(path: Path) -> Listing:
    """The pictures in a parquet file: a column of bytes, or of records with bytes, as Hugging Face writes them."""
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        hint = "pip install 'saddlepoint[parquet]'"
        raise SaddlepointError("reading parquet takes pyarrow", str(path), hint) from error
    try:
        about = path.stat()
        file = parquet.ParquetFile(path, memory_map=True)
        schema = file.schema_arrow
        where = picture_column(schema, path.name)
        others = file.read(columns=told(schema, where)).to_pydict()
        starts = np.cumsum([0] + [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)])
    except SaddlepointError:
        raise
    except Exception as error:  # pyarrow's errors share no base with what this program knows
        raise SaddlepointError(f"not parquet: {' '.join(str(error).split())[:120]}", str(path)) from error
    value, root = rows(file, where, starts), f"{path.resolve()} {about.st_mtime_ns}"
    return listed(path.name, value, int(starts[-1]), about.st_size, named(others, schema.metadata or {}), root)


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
        raise SaddlepointError("reading Hugging Face data takes `datasets`", name, hint) from error
    path, _, part = name.removeprefix("hf:").partition(":")
    try:
        found = datasets.load_from_disk(path) if Path(path).is_dir() else datasets.load_dataset(path)
        if not isinstance(found, datasets.Dataset):
            found = chosen(found, part, name)
        table, root = found.data.table, f"{name} {found._fingerprint}"
        where = picture_column(table.schema, name)
        others = table.select(told(table.schema, where)).to_pydict()
    except SaddlepointError:
        raise
    except Exception as error:  # whatever the hub, the disk or the package says
        raise SaddlepointError(f"cannot be opened: {' '.join(str(error).split())[:120]}", name) from error
    pictures, columns = table.column(where), named(others, table.schema.metadata or {})
    return listed(Path(path).name, lambda i: pictures[i].as_py(), len(pictures), pictures.nbytes, columns, root)


def chosen(parts: Mapping[Any, Any], part: str, name: str) -> Any:
    """One split of several: the one asked for, else the only one, or `train`."""
    wanted = part or (next(iter(parts)) if len(parts) == 1 else "train")
    if wanted not in parts:
        known = " or ".join(f":{one}" for one in parts)
        raise SaddlepointError(f"no split '{wanted}'", name, f"add one to the name, as {known}")
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
    raise SaddlepointError("no column of pictures", name, f"columns: {', '.join(schema.names)}")


def told(schema: Any, pictures: str) -> list[str]:
    """The columns that may become a condition: a text or a number a row."""
    from pyarrow import types

    plain = [field.name for field in schema if not types.is_nested(field.type) and not types.is_binary(field.type)]
    return [name for name in plain if name != pictures]


def named(columns: Mapping[str, list[Any]], metadata: Mapping[bytes, bytes]) -> dict[str, list[str]]:
    """The columns as text; labels by the names that Hugging Face keeps beside the schema, -1 standing for none."""
    features = json.loads(metadata.get(b"huggingface", b"{}")).get("info", {}).get("features", {})
    found = {}
    for name, values in columns.items():
        about = features.get(name)
        words = about.get("names") if isinstance(about, dict) else None
        if words:
            found[name] = [words[v] if isinstance(v, int) and 0 <= v < len(words) else "" for v in values]
        else:
            found[name] = ["" if v is None else str(v) for v in values]
    return found


def listed(
    name: str, value: Callable[[int], Any], n: int, size: int, columns: dict[str, list[str]], root: str
) -> Listing:
    """The listing of n rows; each counts as its share of the bytes of all."""
    each = max(1, size // max(1, n))
    entries = [Entry(f"row {i:,}", each, 0, partial(opened, value, i)) for i in range(n)]
    return Listing(name, entries, columns, root=root)


def opened(value: Callable[[int], Any], i: int) -> BinaryIO:
    """The bytes of row i."""
    found = value(i)
    content = found.get("bytes") if isinstance(found, dict) else found
    if not content:
        raise SaddlepointError("holds no picture", f"row {i:,}")
    return BytesIO(content)
