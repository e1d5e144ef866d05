"""Runs and generators of somebody who means ill: each kind is something done to a copy of a small honest run.

Every kind is (run, precious) -> None: it spoils the run's folder; `precious` is a folder of the victim's own, which
links may lead to. What would be executed leaves a mark: it writes the file that MARK names.
"""

import json
import math
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from damage import forge
from safetensors.torch import load_file, save_file

from saddlepoint.storage.checkpoint import checkpoints

Kind = Callable[[Path, Path], object]
ESCAPES = "\x1b[2J\x1b]0;owned\x07\r\n  forged  row\u202e"
BAD_CODE = "import os, pathlib\npathlib.Path(os.environ['MARK']).touch()\n"
MANY = 100_000
PICKLE = b"cposix\nsystem\n(S'touch \"$MARK\"'\ntR."
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\n(x) run\n"


def emptied(path: Path) -> Path:
    """The path, with nothing there any more."""
    if path.is_dir() and not path.is_symlink():
        for entry in path.iterdir():
            emptied(entry)
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
    return path


def pipe(path: Path) -> None:
    os.mkfifo(emptied(path))


def endless(path: Path) -> None:
    emptied(path).symlink_to("/dev/zero")


def large(path: Path, size: int = 1 << 30) -> None:
    with emptied(path).open("wb") as file:
        file.truncate(size)


ODD: dict[str, Callable[[Path], object]] = {
    "a pipe": pipe,
    "a link to /dev/zero": endless,
    "a folder": lambda path: emptied(path).mkdir(),
    "1 GB of zeros": large,
    "cut short": lambda path: emptied(path).write_bytes(b'{"config": {"seed": 1'),
    "nested 100,000 deep": lambda path: emptied(path).write_bytes(b"[" * MANY + b"]" * MANY + b"\n"),
    "nested 100,000 deep, in objects": lambda path: emptied(path).write_bytes(
        b'{"a":' * MANY + b"1" + b"}" * MANY + b"\n"
    ),
    "10 million small values": lambda path: emptied(path).write_bytes(b"[" + b"[]," * 10_000_000 + b"0]\n"),
    "not text": lambda path: emptied(path).write_bytes(bytes(range(256)) * 9),
    "a pickle": lambda path: emptied(path).write_bytes(PICKLE),
}


def edited(name: str, change: Callable[[Any], object]) -> Kind:
    """A JSON file of the run with something changed in it; no checkpoint says what it was made by."""

    def act(run: Path, precious: Path) -> None:
        content = json.loads((run / name).read_bytes())
        change(content)
        (run / name).write_text(json.dumps(content))

    return act


CONFIGS: dict[str, Callable[[Any], object]] = {
    "a system nobody has": lambda c: c["config"].update(system="ghost"),
    "a system in a file beside it": lambda c: c["config"].update(system="mine.py"),
    "a recipe, data, and classes with escapes": lambda c: (
        c["config"].update(recipe=ESCAPES),
        c["data"].update(name=ESCAPES, classes=[ESCAPES, "b"], licence=ESCAPES),
    ),
    "data that never end": lambda c: c["config"]["data"].update(name="/dev/zero"),
    "weights at an address": lambda c: (
        c["config"]["judge"].update(features="inception", weights="https://example.invalid/w.pth"),
        c["choices"].update(judge_features="inception"),
    ),
    "another seed": lambda c: c["config"].update(seed=0),
    "a million threads": lambda c: c["choices"].update(threads=10**6),
    "a device that is none": lambda c: c["choices"].update(device=ESCAPES),
    "a trillion units": lambda c: c["config"]["g"]["network"].update(width=10**12),
    "a million layers": lambda c: c["config"]["d"]["network"].update(hidden=[2] * 10**6),
    "a million stages": lambda c: c["config"].update(stages=[{}] * 10**6),
    "a batch of a trillion": lambda c: c["config"].update(batch=10**12),
    "examples held out that are not there": lambda c: c["data"].update(held_out=[10**12, -(10**12)]),
    "all examples held out": lambda c: c["data"].update(held_out=list(range(60))),
    "infinities": lambda c: c["config"]["g"].update(lr=math.inf, max_norm=math.inf),
    "numbers of 4,000 digits": lambda c: (c["config"].update(seed=10**4000), c.update(format=10**4000)),
    "other kinds of values": lambda c: c.update(data=[], choices="x", versions=7),
    "nothing": lambda c: c.clear(),
    "shapes that are none": lambda c: c["data"].update(shape=[-1, 10**9, 0], size=-5),
    "a base with escapes": lambda c: c["config"].update(base=ESCAPES),
}


def lines(*events: object) -> Kind:
    """A journal of these lines, after the honest ones, and finished."""

    def act(run: Path, precious: Path) -> None:
        with (run / "journal.jsonl").open("a") as file:
            file.writelines(json.dumps(event) + "\n" for event in events)
        counted(run)

    return act


def counted(run: Path) -> None:
    """The checkpoints reckon with the journal as it is, so that all of it is believed."""
    size = (run / "journal.jsonl").stat().st_size
    values(run, lambda saved: saved["progress"].update(journal=size))


def values(run: Path, change: Callable[[Any], object]) -> None:
    """Something changed in what checkpoints hold besides tensors; their digests are right."""
    for checkpoint in checkpoints(run / "checkpoints"):
        content = json.loads((checkpoint / "values.json").read_bytes())
        change(content)
        (checkpoint / "values.json").write_text(json.dumps(content))
        forge(checkpoint, uncontexted)


def uncontexted(manifest: dict) -> None:
    manifest.pop("context", None)


def named(name: str, content: Callable[[Path], object]) -> Kind:
    """A journal that names a picture of the film strip, which is there."""

    def act(run: Path, precious: Path) -> None:
        content(run / name if not name.startswith("..") else precious / "photo.png")
        lines({"event": "snapshot", "images": 1, "file": name})(run, precious)

    return act


def bomb(path: Path) -> None:
    """A PNG of 60,000 x 60,000 pixels in a few hundred bytes."""
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes(200_000), 9)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b""))


JOURNALS: dict[str, Kind] = {
    "events of no kind": lines({"a": 1}),
    "words for numbers": lines({"event": "rounds", "images": "many", "seconds": [], "skipped": {}, "d_real": ESCAPES}),
    "numbers beyond all bounds": lines({"event": "rounds", "images": 1, "seconds": 1e308, "d_real": 10**400}),
    "names with escapes": lines({"event": "rounds", "images": 3, "seconds": 1.0, "losses": {ESCAPES: 1.0}}),
    "a judgement of nothing": lines({"event": "judgement", "images": 3, "measures": {}, "decides": ESCAPES}),
    "a judgement of words": lines({"event": "judgement", "images": 3, "measures": {"frechet": ["x", [], {}]}}),
    "a refusal with escapes": lines({"event": "judgement", "images": 3, "refused": ESCAPES}),
    "opinions of words": lines({"event": "held_out", "images": 3, "train": {"mean": "x", "q": {}}, "fake": []}),
    "a frame above": named("../precious/photo.png", lambda path: None),
    "a frame at the root": lines({"event": "snapshot", "images": 1, "file": "/etc/passwd"}),
    "a frame in PostScript": named("samples/000000001.png", lambda path: path.write_bytes(EPS)),
    "a frame of 3.6 billion pixels": named("samples/000000001.png", bomb),
    "a frame that is a pipe": named("samples/000000001.png", pipe),
    "a frame that never ends": named("samples/000000001.png", endless),
}

PROGRESS: dict[str, Callable[[Any], object]] = {
    "words for numbers": lambda v: v["progress"].update(images="many", stage=ESCAPES, tally=[]),
    "a stage that is not there": lambda v: v["progress"].update(stage=10**9),
    "a place before the first": lambda v: v["progress"].update(images=-(10**12), index=-5, stage=-7),
    "names it has not": lambda v: v["progress"].update(absorb=1, __class__="x"),
    "no progress": lambda v: v.pop("progress"),
    "an optimiser of words": lambda v: v["optimiser-G"].update(groups=[{"lr": ESCAPES}], entries={"0/step": []}),
    "a rate beyond all bounds": lambda v: v["progress"].update(rate_factor=1e300),
}


def weights(run: Path, value: float) -> None:
    """A generator all of whose weights are this number, with the digest it should have."""
    from hashlib import sha256

    path = run / "generator/generator.safetensors"
    tensors = {name: t.clone().fill_(value) if t.is_floating_point() else t for name, t in load_file(path).items()}
    for tensor in tensors.values():
        if tensor.is_floating_point() and tensor.ndim:
            tensor.view(-1)[::2].neg_()
    save_file(tensors, path)
    digest = sha256(path.read_bytes()).hexdigest()
    edited("generator/config.json", lambda c: c.update(sha256=digest))(run, run)


def header(run: Path, text: bytes, size: int) -> None:
    """A weights file whose header says this."""
    from hashlib import sha256

    path = run / "generator/generator.safetensors"
    path.write_bytes(struct.pack("<Q", size) + text)
    edited("generator/config.json", lambda c: c.update(sha256=sha256(path.read_bytes()).hexdigest()))(run, run)


LIE = b'{"a":{"dtype":"F32","shape":[1000000,1000000,1000000],"data_offsets":[0,4]}}'
GENERATORS: dict[str, Kind] = {
    "weights that are no numbers": lambda run, _: weights(run, math.nan),
    "weights of 3e38": lambda run, _: weights(run, 3e38),
    "a header that lies": lambda run, _: header(run, LIE, len(LIE)),
    "a header of 2^60 bytes": lambda run, _: header(run, b"{}", 1 << 60),
    "8 GB of weights": lambda run, _: large(run / "generator/generator.safetensors", 8 << 30),
    "a pickle for weights": lambda run, _: emptied(run / "generator/generator.safetensors").write_bytes(PICKLE),
    "classes with escapes": edited("generator/config.json", lambda c: c["facts"]["c"].update(names=[ESCAPES, "b"])),
    "a run and a licence with escapes": edited(
        "generator/config.json", lambda c: c.update(run=ESCAPES, data=ESCAPES, licence=ESCAPES)
    ),
    "a system in a file beside it": edited("generator/config.json", lambda c: c["config"].update(system="mine.py")),
    "a shape beyond all bounds": edited(
        "generator/config.json", lambda c: c["facts"]["x"].update(shape=[1, 10**6, 10**6])
    ),
    "facts of other kinds": edited("generator/config.json", lambda c: c.update(facts={"x": [], "c": 7})),
    "fields without examples": edited(
        "generator/config.json", lambda c: c["facts"]["c"].update(fields=[[ESCAPES, "class", 10**9, [], []]])
    ),
    "can do what it cannot": edited("generator/config.json", lambda c: c.update(can=["apply", ESCAPES])),
    "a prior beyond all bounds": edited("generator/config.json", lambda c: c["config"]["prior"].update(size=10**12)),
}


def filled(tensor: torch.Tensor, value: float) -> torch.Tensor:
    return torch.full_like(tensor, value) if tensor.is_floating_point() else tensor


def tensors(run: Path, value: float) -> None:
    """Checkpoints whose tensors hold this; their digests are right."""
    for checkpoint in checkpoints(run / "checkpoints"):
        held = load_file(checkpoint / "tensors.safetensors")
        save_file({n: filled(t, value) for n, t in held.items()}, checkpoint / "tensors.safetensors")
        forge(checkpoint, uncontexted)


def linked(name: str, there: str = "") -> Kind:
    """What bears this name in the run is a link to somebody's own."""

    def act(run: Path, precious: Path) -> None:
        emptied(run / name).symlink_to(precious / there)

    return act


def made_so(kind: Kind) -> Kind:
    """The same in a run whose checkpoints do not say what they were made by, so that one gets further."""

    def act(run: Path, precious: Path) -> None:
        for checkpoint in checkpoints(run / "checkpoints"):
            forge(checkpoint, uncontexted)
        (run / "mine.py").write_text(BAD_CODE)
        kind(run, precious)

    return act


def put(name: str, lay: Callable[[Path], object]) -> Kind:
    return lambda run, _: lay(run / name)


LINKS = ("journal.jsonl", "run.lock", "config.json", "measures.json", "sessions.jsonl", "report.html", "grid.png")
KINDS: dict[str, dict[str, Kind]] = {
    "config.json: no file of ours": {what: put("config.json", lay) for what, lay in ODD.items()},
    "config.json: what it says": {what: made_so(edited("config.json", change)) for what, change in CONFIGS.items()},
    "config.json: edited by hand": {
        what: edited("config.json", CONFIGS[what]) for what in ("another seed", "a trillion units", "a million threads")
    },
    "journal: no file of ours": {what: put("journal.jsonl", lay) for what, lay in ODD.items()},
    "journal: what it says": {what: made_so(kind) for what, kind in JOURNALS.items()},
    "measures, sessions, lock": {
        f"{name}: {what}": put(name, lay)
        for name in ("measures.json", "sessions.jsonl", "run.lock")
        for what, lay in list(ODD.items())[:5]
    },
    "checkpoints: what they say": {
        **{what: lambda run, _, change=change: values(run, change) for what, change in PROGRESS.items()},
        "tensors that are no numbers": lambda run, _: tensors(run, math.nan),
        "tensors of 3e38": lambda run, _: tensors(run, 3e38),
    },
    "generator: its description": {what: put("generator/config.json", lay) for what, lay in ODD.items()},
    "generator: what it says": {what: made_so(kind) for what, kind in GENERATORS.items()},
    "links to somebody's own": {
        **{name: linked(name, "photo.png") for name in LINKS},
        **{name: linked(name) for name in ("checkpoints", "samples", "generator")},
        "a checkpoint": lambda run, precious: linked(f"checkpoints/{checkpoints(run / 'checkpoints')[-1].name}")(
            run, precious
        ),
        "a draft": lambda run, precious: (run / "generator.saddlepoint.tmp").symlink_to(precious),
    },
}
"""By what they attack."""
