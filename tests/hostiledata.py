"""Data of somebody who means ill: each kind makes a folder or a file at a path."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from hostile import EPS, ESCAPES, MANY, PICKLE, bomb, endless, large, pipe
from PIL import Image


def some(folder: Path, count: int = 6) -> Path:
    """A folder of honest pictures, into which something else is put."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    for i in range(count):
        Image.fromarray(rng.integers(0, 256, (8, 8), dtype=np.uint8)).save(folder / f"{i}.png")
    return folder


def diamonds(path: Path) -> None:
    """Thirty folders, each with two links to the next: a billion ways to the last."""
    some(path / "29/x")
    for i in range(29):
        (path / str(i)).mkdir()
        for name in "ab":
            (path / f"{i}/{name}").symlink_to(f"../{i + 1}", target_is_directory=True)


def round_and_round(path: Path) -> None:
    (some(path) / "again").symlink_to(".", target_is_directory=True)


def zipped(path: Path, entries: dict[str, bytes]) -> None:
    buffer = io.BytesIO()
    Image.new("L", (8, 8)).save(buffer, "PNG")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"a/1.png": buffer.getvalue(), "b/2.png": buffer.getvalue(), **entries}.items():
            archive.writestr(name, content)


def npz_bomb(path: Path) -> None:
    """A gigabyte of zeros in a megabyte."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("x.npy", "w", force_zip64=True) as entry,
    ):
        head = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            head, {"descr": "|u1", "fortran_order": False, "shape": (2**10, 1024, 1024)}
        )
        entry.write(head.getvalue())
        for _ in range(64):
            entry.write(bytes(1 << 24))


def npy(path: Path, shape: tuple[int, ...], descr: str = "|u1", data: bytes = b"") -> None:
    """An array whose header says this."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": descr, "fortran_order": False, "shape": shape})
    path.write_bytes(head.getvalue() + data)


def within(name: str, lay: Callable[[Path], object]) -> Callable[[Path], None]:
    """A folder of honest pictures with something else in it."""

    def act(path: Path) -> None:
        lay(some(path) / name)

    return act


def classes_with_escapes(path: Path) -> None:
    for name in (f"{ESCAPES}1".replace("/", ""), f"{ESCAPES}2".replace("/", "")):
        some(path / name)


def table(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")


DATA: dict[str, tuple[str, Callable[[Path], object]]] = {
    "folder: links that meet again": ("", diamonds),
    "folder: a link to itself": ("", round_and_round),
    "folder: a pipe": ("", within("p.png", pipe)),
    "folder: a link to /dev/zero": ("", within("z.png", endless)),
    "folder: 1 GB of zeros": ("", within("z.png", large)),
    "folder: PostScript": ("", within("e.eps", lambda path: path.write_bytes(EPS))),
    "folder: PostScript by another name": ("", within("e.png", lambda path: path.write_bytes(EPS))),
    "folder: 3.6 billion pixels": ("", within("b.png", bomb)),
    "folder: names with escapes": ("", classes_with_escapes),
    "folder: a pickle": ("", within("p.npy", lambda path: path.write_bytes(PICKLE))),
    "zip: names that lead out": (".zip", lambda path: zipped(path, {"../../out.png": b"x", "/etc/out.png": b"x"})),
    "zip: a gigabyte in a megabyte": (".zip", lambda path: zipped(path, {"c/3.png": bytes(1 << 30)})),
    "zip: names with escapes": (".zip", lambda path: zipped(path, {f"{ESCAPES}/3.png": b"x"})),
    "npz: a gigabyte in a megabyte": (".npz", npz_bomb),
    "npy: a header that lies": (".npy", lambda path: npy(path, (2**40, 2**20))),
    "npy: objects": (".npy", lambda path: npy(path, (3,), "|O", PICKLE)),
    "npy: shapes that overflow": (".npy", lambda path: npy(path, (2**62, 2**62, 8, 8))),
    "idx: a header that lies": (
        ".idx3-ubyte",
        lambda path: path.write_bytes(struct.pack(">IIII", 2051, 2**31, 2**16, 2**16)),
    ),
    "csv: 100,000 columns": (
        ".csv",
        lambda path: table(path, ",".join(map(str, range(MANY))) + "\n" + "1," * (MANY - 1) + "1\n"),
    ),
    "csv: a line of 64 MB": (".csv", lambda path: table(path, "a,b\n" + "1" * (1 << 26) + ",2\n")),
    "csv: columns with escapes": (".csv", lambda path: table(path, f'u,v,"{ESCAPES}"\n1,2,"{ESCAPES}"\n3,4,b\n')),
    "csv: pictures elsewhere": (".csv", lambda path: table(path, "path,class\n/etc/passwd,a\n/dev/zero,b\n")),
}
"""(how its name ends, what makes it)."""
