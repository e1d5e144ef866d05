"""The neighbours' table: what it measures is what the house measures, blanks say why, a cut table goes on."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from tinyrun import bundle
from torch import Tensor
from torch.testing import assert_close

from saddlepoint import api
from saddlepoint.artefact import folder as artefacts
from saddlepoint.cli.main import main
from saddlepoint.court.nats import in_nats
from saddlepoint.data.feed import target_of
from saddlepoint.data.source import Source
from saddlepoint.data.split import split
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.card import code_version
from saddlepoint.neighbours import measuring, training
from saddlepoint.neighbours.measuring import DATA_ROWS, NO_DENSITY, NO_MODEL, SILENT, Cell, Gallery, measured, opened
from saddlepoint.neighbours.sheet import sheet
from saddlepoint.neighbours.table import COLUMNS, Row, averaged, beside, laid_out, made, remembered
from saddlepoint.neighbours.training import Wish, configured, kept_back, usual_rows
from saddlepoint.planning.begin import configure
from saddlepoint.randomness import Randomness
from saddlepoint.record import read_record
from saddlepoint.running.calls import Stopped
from saddlepoint.running.probing import probe_run
from saddlepoint.statistics.intervals import mean_interval
from saddlepoint.statistics.parzen import parzen

N = 40
SMALL = {"images": 60, "batch": 6, "data.held_out": 0.4, "device": "cpu", "engine.precision": "float32", "snapshots": 2}
DRAWN = {"parzen", "frechet", "precision", "recall", "seconds"}
PROBED = {"labels 100", "labels 100, untrained"}
TRAINED = {"parameters", "seen", "rate"}


def source() -> Source:
    """300 pictures of noise, dark ones and bright ones in turn."""
    rng = torch.Generator().manual_seed(0)
    c = torch.arange(300) % 2
    x = torch.randint(0, 128, (300, 1, 8, 8), generator=rng, dtype=torch.uint8) + 128 * c.view(-1, 1, 1, 1).byte()
    return Source("tiny", x, c, ("dark", "bright"), "CC0")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bundle(monkeypatch, source)
    monkeypatch.setattr(measuring, "N", N)
    monkeypatch.setattr(measuring, "FLOOR", 80)
    monkeypatch.chdir(tmp_path)


def wish(*recipes: str, seeds: int = 1, **more: Any) -> Wish:
    return Wish("tiny", None, seeds, recipes, Path("table"), SMALL | more)


@pytest.mark.slow
def test_a_table_of_three_kinds() -> None:
    """A density of bits, a code, and noise to x: what each has, what each has not and why; and the rows of data."""
    said: list[str] = []
    asked = wish("made", "autoencoder", "gan")
    found = made(asked, said.append)
    assert [line.split(":")[0] for line in said] == ["made, seed 0", "autoencoder, seed 0", "gan, seed 0"]
    rows = {(row["row"], row["space"]): row for row in found.values}
    own = [("made", "0 and 1"), ("autoencoder", "grey"), ("gan", "grey")]
    assert list(rows) == [*own, *((name, space) for space in ("0 and 1", "grey") for name in DATA_ROWS)]
    has = {place: set(row["values"]) for place, row in rows.items()}
    assert has["made", "0 and 1"] == {"nats"} | DRAWN | TRAINED
    assert has["autoencoder", "grey"] == PROBED | TRAINED
    assert has["gan", "grey"] == PROBED | DRAWN | TRAINED
    assert has[DATA_ROWS[0], "grey"] == {"labels 100"} | DRAWN - {"seconds"}
    assert has[DATA_ROWS[1], "0 and 1"] == DRAWN - {"seconds"}
    assert rows["made", "0 and 1"]["kind"] == "exact"
    for why in (NO_DENSITY, SILENT, NO_MODEL):
        assert why in found.notes
    assert any("has no encoder" in note for note in found.notes)
    assert any("1000 labels" in note or "1,000 labels" in note for note in found.notes), "of 180"
    assert len({len(row) for row in (found.header, *found.rows)}) == 1

    with Image.open("table/samples.png") as drawn:
        rows, shown = 2, np.asarray(drawn.convert("L"))  # made and gan; an autoencoder draws nothing
    white, tile = artefacts.load(Path("table/made-0")).sample(12).x[0, 0], 64 + 2
    assert drawn.size == (12 * tile + 2, pytest.approx(rows * (tile + 20) + 2, abs=12))
    assert (shown[2:66:8, 2:66:8] == white.numpy()).all(), "the first sample of the first row, each pixel as 8 x 8"

    again: list[str] = []
    assert made(asked, again.append) == found, "nothing is done twice"
    assert all("there already" in line for line in again)
    assert Path("table/table.md").read_text() == found.markdown()
    assert json.loads(Path("table/table.json").read_text()) == found.values
    assert read_record(Path("table/made-0")).config.engine.threads == 1


@pytest.mark.slow
def test_the_numbers_are_the_houses_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, looked = wish("made", "vae"), []
    monkeypatch.setattr(measuring, "parzen", lambda *given: looked.append(given) or parzen(*given))
    made(asked, lambda line: None)
    for recipe in asked.recipes:
        folder = asked.folder(recipe, 0)
        live, model, gallery = opened(folder)
        cell = measured(folder, 0)
        assert cell.values["nats"] == in_nats(live.evidence()).full(model, N, 0).measures["nats"].value
        assert cell.values["parameters"] == sum(p.numel() for net in model.networks.values() for p in net.parameters())
        held = target_of(live.feed.take(live.sides.kept))
        assert set(held.unique().tolist()) == {0.0, 1.0}
        x = gallery.in_space(gallery.unit(model.draw(N, 0, None)))
        assert set(x.unique().tolist()) == {0.0, 1.0}
        assert torch.equal(looked[-1][1], held[::2]), "its width is chosen by other examples than it is measured by"
        assert cell.values["parzen"] == parzen(x, held[::2], held[1::2]).log_likelihood.value
    found = probe_run(asked.folder("vae", 0), 100, measuring.DRAWS).by_name
    assert cell.values["labels 100"] == 100 * found["its code"].error.value
    assert cell.values["labels 100, untrained"] == 100 * found["the same, untrained"].error.value
    assert cell.kind == "bound"


def test_probabilities_become_bits_by_chance_of_their_own() -> None:
    made(asked := wish("made"), lambda line: None)
    gallery = opened(asked.folder("made", 0))[2]
    p = torch.full((500, 1, 8, 8), 0.3)
    assert gallery.in_space(p).mean() == pytest.approx(0.3, abs=0.012)
    assert torch.equal(gallery.in_space(p)[:7], gallery.in_space(p[:7]))
    assert not torch.equal(gallery.in_space(p)[0], gallery.in_space(p)[1])
    bits = (p > torch.rand(p.shape)).to(p)
    assert torch.equal(gallery.in_space(bits), bits)


@pytest.mark.slow
def test_a_cut_table_goes_on_and_a_cut_run_is_resumed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, start, begun = wish("made", "vae"), api.start, []

    def cut(data: str, config: Any, **more: Any) -> Any:
        begun.append(more["name"])
        if more["name"].startswith("vae"):
            raise Stopped("stopped", "table/vae-0", "go on", 130)
        return start(data, config, **more)

    monkeypatch.setattr(training.api, "start", cut)
    with pytest.raises(Stopped):
        made(asked, lambda line: None)
    monkeypatch.setattr(training.api, "start", start)
    said: list[str] = []
    made(asked, said.append)
    assert ["there already" in line for line in said] == [True, False]


@pytest.mark.parametrize(
    "content",
    [
        "[" * 100_000,
        "{}",
        '{"code": 1}',
        '{"code": "CODE", "of": "OF", "cells": []}',
        '{"code": "CODE", "of": "OF", "cells": {"a": {}}}',
        '{"code": "CODE", "of": "OF", "cells": {"a": {"values": {"nats": "many"}, "blank": {}}}}',
        '{"code": "CODE", "of": "another run", "cells": {"a": {"values": {"nats": 1.0}, "blank": {}}}}',
    ],
)
def test_what_is_kept_damaged_or_of_another_run_is_measured_anew(content: str) -> None:
    place, right = Path("made-0"), {"a": Cell({"nats": 5.0}, {"parzen": "why"}, notes=("n",), pixels={"p": 2.0})}
    beside(place).write_text(content.replace("CODE", code_version()).replace("OF", "digest"))
    assert remembered(place, "digest", lambda: right) == (right, True)
    assert remembered(place, "digest", lambda: pytest.fail("it is there")) == (right, False)


def test_another_run_in_its_place_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    made(wish("made"), lambda line: None)
    assert main(["neighbours", "tiny", "--recipes", "made", "--root", "table", "--seeds", "1"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "a different run is here" in said[0]
    assert "--root" in said[0]


def test_what_cannot_be_trained_is_a_row_that_says_why() -> None:
    found = made(wish("mixture", components=999), lambda line: None)
    assert [row["values"] for row in found.values] == [{}]
    assert any("999 centres" in note for note in found.notes)


def test_means_are_over_seeds_with_students_interval() -> None:
    mean = mean_interval([1.0, 2.0, 4.0])
    assert averaged([1.0, 2.0, 4.0], "{:.3f}") == f"{mean.value:.3f} +- {mean.high - mean.value:.3f}"
    assert averaged([2.0], "{:.1f}") == "2.0"
    assert averaged([5.0, 5.0], "{:.0f}") == "5"
    cells = [Cell({"nats": value}, {}, "grey", "bound") for value in (90.0, 92.0)]
    (row,) = laid_out([Row("some", cells)]).rows
    assert row[2] == f"{averaged([90.0, 92.0], COLUMNS['nats'][1])}, bound", "a bound is never without the word"


def test_the_usual_rows_are_those_of_one_source_that_do_more_than_rebuild() -> None:
    found = usual_rows("tiny")
    assert {"gan", "modern", "vae", "made", "rbm", "stacked", "autoencoder", "mixture"} <= set(found)
    assert not {"pix2pix", "srgan", "denoise", "inpaint", "points", "cgan", "acgan"} & set(found)
    with pytest.raises(SaddlepointError, match="this table is for pictures, not points"):
        usual_rows("ring8")


def test_who_can_do_without_labels_is_told_none_and_bits_are_drawn() -> None:
    assert configured(wish(), "modern", 4).data.unconditional
    assert configured(wish(), "modern", 4).seed == 4
    for recipe in ("vae", "made"):
        assert getattr(configured(wish(), recipe, 0), "binarise") == "draw"  # noqa: B009 - not every run has it


def test_a_dry_run_says_what_it_would_take_and_leaves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["neighbours", "tiny", "--recipes", "made,vae", "--seeds", "2", "--budget", "1m", "--dry-run"]
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["seconds"] >= 240
    runs = [(run["recipe"], run["seed"], run["state"]) for run in told["runs"]]
    assert runs == [("made", 0, "new"), ("vae", 0, "new"), ("made", 1, "new"), ("vae", 1, "new")]
    assert not list(Path().iterdir())
    for wrong, where in (([*words[:2], "--recipes", "maed"], "maed"), ([*words[:2], "--seeds", "0"], "--seeds")):
        assert main(wrong) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert where in line


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "held"), [(80, 20), (160, 40), (400, 100), (1_000, 100), (2_000, None), (9_000, None)]
)
def test_of_few_pictures_more_are_held_out(monkeypatch: pytest.MonkeyPatch, size: int, held: int | None) -> None:
    pictures = Source("tiny", torch.zeros(size, 1, 8, 8, dtype=torch.uint8), None, (), "CC0")
    bundle(monkeypatch, lambda: pictures)
    told = kept_back("tiny", ("gan", "made"))
    assert told == ({} if held is None else {"data.held_out": held / size})
    if told and size < 500:  # and so it is split: with its own 1 / 20, no picture or too few would be
        assert len(split(pictures, told["data.held_out"], Randomness(0)).held_out) == held
        assert len(split(pictures, 0.05, Randomness(0)).held_out) in (0, 20)


def test_of_few_pictures_the_rows_of_data_stand_beside_a_floor_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """180 training pictures, a floor of 2,000: half of them are the floor, the others and their centres the rows."""
    monkeypatch.setattr(measuring, "FLOOR", 2_000)
    asked, shown = wish("made"), []
    monkeypatch.setattr(Gallery, "judged", lambda self, x, seed: (shown.append((self, x)), {"recall": 1.0})[1])
    table = made(asked, lambda line: None)
    assert [row["row"] for row in table.values[1:]] == [*DATA_ROWS]
    (_, _), (gallery, pictures), (_, centres) = shown
    assert len(gallery.floor) == len(gallery.live.sides.among) // 2 == 90
    assert len(pictures) == measuring.N
    assert len(centres) == measuring.N
    others = {bytes(x.byte().numpy()) for x in pictures} - {bytes(x.byte().numpy()) for x in gallery.floor}
    assert len(others) == len({bytes(x.byte().numpy()) for x in pictures})


def test_too_few_to_judge_by_is_said_before_any_training(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle(monkeypatch, lambda: source().take(torch.arange(79)))
    assert main(["neighbours", "tiny", "--recipes", "made", "--root", "table"]) == 2
    assert (
        "tiny: 79 pictures are too few to judge models by (give 80 or more, of which a quarter is held out)"
        in capsys.readouterr().err
    )
    assert not Path("table").exists()


def test_a_time_for_playing_alone_has_no_last_page_in_it() -> None:
    run = api.start("tiny", configure("made", None, SMALL), budget=1.5, name="a", root=Path(), begun=api.PLAYING)
    choices = read_record(run.folder).choices
    assert choices.closing_seconds == 0
    assert choices.budget_seconds == pytest.approx(1.5, abs=0.2)
    assert choices.planned_seconds == 1.5


def bits_of(run: api.Run) -> Tensor:
    live, _, _ = opened(run.folder)
    return target_of(live.feed.at(0))


@pytest.mark.slow
def test_a_vae_sees_bits_where_it_is_asked_to_and_grey_where_not() -> None:
    kinds = {}
    for how in ("draw", None):
        asked = SMALL | ({} if how is None else {"binarise": how})
        kinds[how] = api.start("tiny", configure("vae", None, asked), name=f"vae-{how}", root=Path())
    bits, grey = bits_of(kinds["draw"]), bits_of(kinds[None])
    assert set(bits.unique().tolist()) == {0.0, 1.0}
    assert len(grey.unique()) > 20
    cards = {how: run.measures["nats"].card.reference for how, run in kinds.items()}
    assert "drawn once as 0 and 1" in cards["draw"]
    assert "drawn" not in cards[None]
    assert_close(bits.mean(), grey.mean(), rtol=0.1, atol=0)


def test_rows_of_the_sheet_are_as_large_as_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slower model may have had a smaller size chosen for it."""
    large, little = (torch.full((12, 1, n, n), shade, dtype=torch.uint8) for n, shade in ((8, 0), (4, 255)))
    models = {
        Path(name): SimpleNamespace(can=("sample",), sample=lambda n, x=x: SimpleNamespace(x=x[:n], about=None))
        for name, x in (("large", large), ("little", little))
    }
    monkeypatch.setattr(artefacts, "load", models.__getitem__)
    drawn = sheet([(str(path), path) for path in models])
    assert drawn is not None
    shown = np.asarray(drawn.convert("L"))
    assert (shown[2:66, 2:66] == 0).all()
    assert shown.shape[0] > 2 * 66
    assert (shown == 255).sum() == 12 * 64 * 64
