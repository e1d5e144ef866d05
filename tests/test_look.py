"""From files to samples by the command line: look, train, resume, sample, begin with another run; what is refused."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from saddlepoint.cli.main import main

SIZES = "--g.network.width 4 --d.network.width 4"
SMALL = [
    *f"--images 64 --batch 16 {SIZES} --prior.size 4 --snapshots 2 --averages 100".split(),
    *["--device", "cpu", "--engine.precision", "float32", "--engine.threads", "1"],
    *["--judge.features", "pixels"],  # what is installed beside this makes no difference
]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SADDLEPOINT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("saddlepoint.planning.budget.SECONDS", 0.0)


def pictures(folder: Path, mode: str = "RGB", size: tuple[int, int] = (11, 9), count: int = 48) -> Path:
    rng = np.random.default_rng(0)
    for i in range(count):
        path = folder / "ab"[i % 2] / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        if mode == "I;16":
            x = rng.integers(0, 65536, size[::-1], dtype=np.uint16)
        else:
            channels = {"L": (), "RGB": (3,), "RGBA": (4,)}[mode]
            x = rng.integers(0, 256, (*size[::-1], *channels), dtype=np.uint8)
        Image.fromarray(x).save(path)
    return folder


def run(line: str, *more: str) -> int:
    return main([*line.split(), *more])


def test_look_says_what_is_there_and_what_to_type_next(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    pictures(tmp_path / "my pictures")
    (tmp_path / "my pictures/a/bad.png").write_bytes(b"no")
    (tmp_path / "my pictures/b/copy.png").write_bytes((tmp_path / "my pictures/a/0.png").read_bytes())
    assert main(["look", "my pictures", "--budget", "1m"]) == 0
    said = capsys.readouterr().out
    for words in ("49", "49 of 9 x 11", "colour", "8 bits", "2: b 25, a 24", "a/bad.png: not a picture", "PNG"):
        assert words in said
    assert re.search(r"near-duplicates +1 ", said)
    assert "saddlepoint train 'my pictures' --budget 1m --augment adaptive --bad 0.03" in said
    assert max(map(len, said.splitlines())) <= 120
    with Image.open(tmp_path / "look.png") as sheet:
        assert sheet.width > 400


def test_look_as_json(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    pictures(tmp_path / "set")
    assert run("look set --json --budget 1m") == 0
    values = json.loads(capsys.readouterr().out)
    assert values["classes"] == {"a": 24, "b": 24}
    assert values["shape"] == [3, 9, 11]
    assert values["plan"]["recipe"] == "modern"


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "kind", "channels"), [("RGBA", "RGBA", 4), ("I;16", "I;16", 1), ("L", "L", 1)])
def test_pictures_of_odd_sizes_and_kinds_come_back_as_they_came(tmp_path: Path, mode, kind, channels) -> None:
    pictures(tmp_path / "set", mode)
    assert run("train set --name one --quiet", *SMALL) == 0
    assert run("sample runs/one -n 3 --to out --quiet") == 0
    assert run("sample runs/one -n 6 --quiet") == 0
    with Image.open(tmp_path / "out/000000.png") as image:
        assert (image.size, image.mode) == ((11, 9), kind)
        assert np.asarray(image).reshape(9, 11, -1).shape[2] == channels
    assert (tmp_path / "runs/one/report.html").stat().st_size > 1000


@pytest.mark.slow
def test_many_channels_and_a_continuous_condition(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.random((60, 5, 8, 10), dtype=np.float32)
    np.savez(tmp_path / "set.npz", x=x, angle=rng.uniform(0, 90, 60), kind=np.arange(60) % 3)
    assert run("train set.npz --name one --quiet --cond angle:number,kind:class", *SMALL) == 0
    assert run("sample runs/one -n 3 --cond angle=45,kind=2 --to out.npz --quiet") == 0
    found = np.load("out.npz")
    assert found["x"].shape == (3, 5, 8, 10)
    assert found["x"].dtype == np.float32
    knots = json.loads(Path("runs/one/config.json").read_text())["data"]["fields"][0][4]
    np.testing.assert_allclose(found["c"][:, : len(knots)] @ np.array(knots), 45, atol=1e-3)
    assert found["c"][:, len(knots) :].tolist() == [[0, 0, 1]] * 3
    assert run("sample runs/one --cond angel=45") == 2
    assert run("sample runs/one --class 2") == 2
    assert run("resume runs/one --more 1s --quiet") == 0


@pytest.mark.slow
def test_a_run_resumed_is_the_run_uninterrupted(tmp_path: Path) -> None:
    """Also where classes are balanced, pictures mirrored and the augmentation adaptive."""
    pictures(tmp_path / "set")
    flags = [*SMALL, "--balance", "0.5", "--mirror", "--augment", "adaptive", "--checkpoint-images", "32"]
    assert run("train set --name one --quiet", *flags) == 0
    assert run("train set --name two --quiet", *flags) == 0
    for later in sorted((tmp_path / "runs/two/checkpoints").iterdir())[1:]:
        for file in later.iterdir():
            file.unlink()
        later.rmdir()
    assert run("resume runs/two --quiet") == 0
    one, two = (Path(f"runs/{name}/generator/generator.safetensors").read_bytes() for name in ("one", "two"))
    assert one == two


@pytest.mark.slow
def test_beginning_with_a_run_and_forking_a_checkpoint(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    pictures(tmp_path / "set")
    pictures(tmp_path / "other", size=(23, 17))
    assert run("train set --name base --quiet", *SMALL) == 0
    assert run("train other --from runs/base --name tuned --images 16 --batch 8 --judge.features pixels") == 0
    told = capsys.readouterr().err
    assert "starting from" in told
    assert "new, because" not in told  # two classes and the base's size: all of it fits
    record = json.loads(Path("runs/tuned/config.json").read_text())
    assert record["data"]["shape"] == [3, 9, 11]
    assert record["config"]["g"]["network"]["width"] == 4
    fork = next(Path("runs/base/checkpoints").iterdir())
    flags = "--images 16 --batch 8 --unconditional --judge.features pixels"
    assert run(f"train set --from {fork} --name fork {flags}") == 0
    assert "new, because they do not fit" in capsys.readouterr().err
    assert run("train set --from runs/nothing") == 2
    assert run("train set --from runs/base --recipe gan --name no --images 16 --judge.features pixels") == 2
    assert "hardly any of its weights fit" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.slow
def test_weights_of_the_base_are_where_training_begins(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    pictures(tmp_path / "set")
    assert run("train set --name base --quiet", *SMALL) == 0
    assert (
        run("train set --name tuned --quiet --from runs/base --averages 50 --images 16 --lr 1e-9 --checkpoint-images 1")
        == 0
    )
    last = max(Path("runs/base/checkpoints").iterdir())
    first = min(Path("runs/tuned/checkpoints").iterdir())
    base, tuned = (load_file(folder / "tensors.safetensors") for folder in (last, first))
    for name in base:
        if name.startswith(("G/", "D/", "average-100/")):  # an average of another memory begins as the base's
            torch.testing.assert_close(tuned[name.replace("-100/", "-50/")], base[name], atol=1e-6, rtol=0)


def test_points_get_their_own_recipe(tmp_path: Path) -> None:
    np.save("points.npy", np.random.default_rng(0).normal(size=(500, 1)))
    small = " ".join(SMALL).replace(SIZES, "--g.network.hidden 8 --d.network.hidden 8")
    assert run("train points.npy --name one --quiet", *small.split()) == 0
    assert json.loads(Path("runs/one/config.json").read_text())["config"]["recipe"] == "points"
    page, card = Path("runs/one/report.html").read_text(), Path("runs/one/generator/README.md").read_text()
    assert all(words in page for words in ("points seen", "points a second", ">64 points<"))
    assert not re.search(r"images (seen|a second)|\d images", page + card)
    assert "half-life 100 points" in card
    assert run("train points.npy --recipe gan --quiet") == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["with spaces", "zürich \N{GRINNING FACE}", "a\nline"])
def test_paths_of_every_kind(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "C")
    pictures(tmp_path / name)
    assert main(["train", name, "--quiet", *SMALL]) == 0
    (made,) = Path("runs").iterdir()
    assert re.fullmatch(r"[\w.-]+", made.name)


@pytest.mark.slow
def test_a_folder_with_the_name_of_the_program_s_own_data_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("look moons -q") == 0
    pictures(tmp_path / "moons", count=4)
    assert run("look moons") == 0
    assert "for the file or folder of that name write ./moons" in capsys.readouterr().out


def test_the_cache_is_shown_and_cleared(tmp_path: Path, monkeypatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.setattr("saddlepoint.data.cache.SMALL", 0)
    pictures(tmp_path / "set")
    assert run("train set --name one --quiet", *SMALL) == 0
    assert run("resume runs/one --more 1s --quiet") == 0
    assert run("cache") == 0
    said = capsys.readouterr().out
    assert "1 kept" in said
    assert "set/" in said
    assert run("cache --clear") == 0
    assert run("cache --json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["entries"] == []


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("train nowhere", "no data set 'nowhere'"),
        ("train empty", "no pictures in this folder"),
        ("train set --size 0", "size"),
        ("train set --size 48*64", "size"),
        ("train set --data.background blu", "no colour"),
        ("train set --cond age", "no column 'age'"),
        ("train set --balance 2", "balance"),
        ("train moons --augment diff --images 512", "no pictures"),
        ("train moons --balance 1 --images 512", "no classes to balance"),
        ("look nowhere", "nowhere"),
    ],
)
def test_what_cannot_be_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture, line: str, word: str) -> None:
    pictures(tmp_path / "set", count=4)
    (tmp_path / "empty").mkdir()
    assert run(line) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert word in said[-1]
    assert "Traceback" not in "".join(said)


def test_one_picture_alone_can_be_trained_on(tmp_path: Path) -> None:
    pictures(tmp_path / "set", count=1)
    assert run("train set --name one --quiet", *SMALL) == 0


def test_a_table_of_several_columns_of_words_is_looked_at_before_one_chooses(capsys: pytest.CaptureFixture) -> None:
    """`look` lists the columns, says what to choose from, and ends with a command that works as it stands."""
    lines = ["kind,town,u,v", *(f"{'ab'[i % 2]},{'xyz'[i % 3]},{i},{-i}" for i in range(40))]
    Path("t.csv").write_text("\n".join(lines))
    assert main(["look", "t.csv"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "columns u: 0 to 39, whole numbers v: -39 to 0, whole numbers" in said
    assert "to train: columns kind, town hold words (--cond kind:class,town:class; columns not named there" in said
    assert said.endswith("saddlepoint train t.csv --budget 30m --unconditional")


def test_a_run_given_for_the_folder_of_runs_is_told_so(capsys: pytest.CaptureFixture) -> None:
    Path("runs/a/generator").mkdir(parents=True)
    for name in ("a/config.json", "a/journal.jsonl", "a/generator/config.json"):
        Path("runs", name).write_text("{}")
    assert main(["runs", "runs/a"]) == 2
    assert "runs/a: a run, not a folder of runs (`saddlepoint runs runs` lists it)" in capsys.readouterr().err
