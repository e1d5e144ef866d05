"""What a message advises can be typed: its flags are flags, and what `look` says of data is what `train` accepts."""

import ast
import importlib
import json
import re
import shlex
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from cyclopts import App
from PIL import Image

import saddlepoint
from saddlepoint.cli.main import ALWAYS, VERBS, main
from saddlepoint.cli.train import command
from saddlepoint.systems import catalog

SOURCE = Path(saddlepoint.__file__).parent
OTHERS = {"record.py": {"--upgrade"}, "page.py": {"--paper"}}  # of pip; of CSS

FLAG = re.compile(r"(?<![\w-])--[a-z][\w.-]*\w")


@cache
def flags() -> frozenset[str]:
    """Every flag of every verb, as the command line has them: of `train` those of every recipe."""
    verbs = [getattr(importlib.import_module(f"saddlepoint.cli.{verb}"), verb) for verb in VERBS if verb != "train"]
    verbs += [command(["--recipe", name]) for _, name, _ in catalog.recipes()]
    found = set(FLAG.findall(" ".join(ALWAYS))) | {"--version"}
    for verb in verbs:
        app = App()
        app.default(verb)
        found |= {name for argument in app.assemble_argument_collection() for name in argument.names}
    return frozenset(found)


def words(path: Path) -> list[str]:
    """The texts in a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


@pytest.mark.slow
def test_every_flag_that_is_named_is_one() -> None:
    """Or the beginning of one, which is put together as `--g.` and `lr`."""
    wrong = {}
    for path in SOURCE.rglob("*.py"):
        named = set(FLAG.findall(" ".join(words(path)))) - OTHERS.get(path.name, set())
        begun = {name for name in named if any(known.startswith((f"{name}.", f"{name}-")) for known in flags())}
        if unknown := named - flags() - begun:
            wrong[path.name] = sorted(unknown)
    assert {"--g.network.hidden", "--unconditional", "--walk", "--more", "--features", "--l1"} <= flags()
    assert wrong == {}


RNG = np.random.default_rng(0)


def pictures(folder: Path, count: int = 30) -> list[Path]:
    """Small ones, in two folders of which one has few; one file is none."""
    found = []
    for i in range(count):
        path = folder / ("few" if i < 4 else "many") / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(RNG.integers(0, 256, (8, 8), dtype=np.uint8)).save(path)
        found.append(path)
    found[-1].write_bytes(b"no picture")
    return found


def folder(at: Path) -> str:
    pictures(at / "my set")
    return "my set"


def table_of_pictures(at: Path) -> str:
    """One row has no label, one no file, one a file that is none."""
    rows = [f"{path.relative_to(at)},{'ab'[i % 2] if i != 7 else ''}" for i, path in enumerate(pictures(at / "set"))]
    (at / "set.csv").write_text("\n".join(["path,kind", *rows, "nowhere.png,a"]))
    return "set.csv"


def table_of_points(at: Path) -> str:
    (at / "set.csv").write_text("\n".join(["u,v", *(f"{a:.3f},{'' if a > 1.5 else a}" for a in RNG.normal(size=60))]))
    return "set.csv"


def arrays(at: Path) -> str:
    """Pictures with rows that are not finite, and rows without a label."""
    x = RNG.random((40, 8, 8), dtype=np.float32)
    x[3, 2, 2] = np.nan
    y = np.arange(40) % 2
    y[5] = -1
    np.savez(at / "set.npz", x=x, y=y)
    return "set.npz"


def array_of_points(at: Path) -> str:
    x = RNG.normal(size=(60, 2))
    x[:4, 0] = np.inf
    np.save(at / "set.npy", x)
    return "set.npy"


def parquet(at: Path) -> str:
    """Pictures inside, some without a label."""
    arrow = pytest.importorskip("pyarrow")
    files = pictures(at / "set")
    content = {
        "image": [{"bytes": path.read_bytes(), "path": path.name} for path in files],
        "label": [None if i == 3 else "ab"[i % 2] for i in range(len(files))],
    }
    pytest.importorskip("pyarrow.parquet").write_table(arrow.table(content), at / "set.parquet")
    return "set.parquet"


@pytest.mark.parametrize(
    "make",
    [folder, table_of_pictures, table_of_points, arrays, array_of_points, parquet],
    ids=lambda make: make.__name__,
)
@pytest.mark.slow
def test_what_look_advises_is_what_train_accepts(
    make: Callable[[Path], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every example that is left out is named, and the plan that is shown is the one that is made for the advice."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SADDLEPOINT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("saddlepoint.planning.budget.SECONDS", 0.0)
    data = make(tmp_path)
    assert main(["look", data, "--budget", "1m"]) == 0
    said = capsys.readouterr().out.splitlines()
    (count,) = (int(line.split()[1]) for line in said if line.split()[:1] == ["unreadable"])
    assert count > 0
    program, verb, name, *rest = shlex.split(said[-1])
    assert (program, verb, name) == ("saddlepoint", "train", data)
    assert main([verb, name, *rest, "--dry-run", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    shown = next(line for line in said if f" {plan['noun']} of " in line)
    assert f"{plan['examples']:,} {plan['noun']}" in shown
    assert any(f"batches of {plan['batch']}" in line and f"{plan['weights']:,} weights" in line for line in said)


def test_look_says_again_what_it_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("saddlepoint.planning.budget.SECONDS", 0.0)
    pictures(tmp_path / "a set")
    assert main(["look", "a set", "--size", "8x9", "--unconditional", "--budget", "1m"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert not any(line.split()[:1] in (["classes"], ["balance"]) for line in said)
    wanted = ["--budget", "1m", "--size", "8x9", "--unconditional", "--augment", "adaptive", "--bad", "0.04"]
    assert shlex.split(said[-1])[2:] == ["a set", *wanted]
