"""Every recipe trains: a few rounds on the real digits, with their labels and without, through the front door."""

import math
from pathlib import Path
from typing import Any, cast, get_args

import pytest
import torch
from PIL import Image

from saddlepoint import api
from saddlepoint.data.digits import digits
from saddlepoint.data.source import Source
from saddlepoint.data.sources import SOURCES
from saddlepoint.front import train
from saddlepoint.planning import budget
from saddlepoint.running import finish
from saddlepoint.running.live import Live
from saddlepoint.running.watcher import Summary
from saddlepoint.settings.run import ObjectiveName
from saddlepoint.storage.journal import read
from saddlepoint.systems.gan.config import Config
from saddlepoint.systems.gan.recipes import RECIPES

PICTURES = sorted(set(RECIPES) - {"points"})
SMALL = {"dcgan": {"width": 2}, "residual": {"width": 2}, "mlp": {"hidden": "16"}}


def settings(recipe: str, **more: Any) -> dict[str, Any]:
    """The recipe with narrow networks and small batches, for three rounds."""
    conf = cast(Config, RECIPES[recipe].make())
    narrow = {
        f"{player}.network.{name}": value
        for player, network in (("g", conf.g.network), ("d", conf.d.network))
        for name, value in SMALL[network.kind].items()
    }
    return {**narrow, "batch": 16, "images": 48, "engine.threads": 1, "device": "cpu", "judge.share": 0, **more}


@pytest.fixture(scope="module")
def some() -> Source:
    """The first 600 of the digits."""
    return digits().take(torch.arange(600))


@pytest.fixture(autouse=True)
def _brief(monkeypatch: pytest.MonkeyPatch, some: Source) -> None:
    monkeypatch.setattr(budget, "SECONDS", 0.0)
    monkeypatch.setitem(SOURCES, "digits", lambda: some)


def trained(tmp_path: Path, data: str, recipe: str, **more: Any) -> None:
    """Train it; every number it tells of is one, and so is every sample."""
    run = train(data, recipe=recipe, root=tmp_path, name="run", settings=settings(recipe, **more))
    lines = [event for event in read(run.folder / "journal.jsonl") if event["event"] == "rounds"]
    assert lines[-1]["images"] == run.config.stages[0].images
    for line in lines:
        numbers = [*line["losses"].values(), *line["gradients"].values(), line["d_real"], line["d_fake"]]
        assert all(math.isfinite(number) for number in numbers)
        assert line["skipped"] == 0
        assert line["losses"].keys() >= {"D", "G"}
    assert torch.isfinite(run.sample(12).x.float()).all()


@pytest.fixture
def _no_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what an ended run leaves, the generator alone."""

    def ship(live: Live, folder: Path) -> Summary:
        finish.ship(live, folder)
        return Summary(folder, (), ())

    monkeypatch.setattr(api, "finish", ship)


@pytest.mark.usefixtures("_no_sheets")
@pytest.mark.parametrize("recipe", PICTURES)
def test_it_trains_on_labelled_digits(tmp_path: Path, recipe: str) -> None:
    trained(tmp_path, "digits", recipe)


@pytest.mark.slow
def test_the_default_recipe_leaves_its_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finish, "PROTOCOL", 30)
    monkeypatch.setattr(finish, "SAMPLES", 60)
    trained(tmp_path, "digits", "modern")
    assert (tmp_path / "run" / "report.html").stat().st_size > 10_000


@pytest.mark.usefixtures("_no_sheets")
@pytest.mark.parametrize("recipe", PICTURES)
def test_it_trains_without_their_labels(tmp_path: Path, recipe: str) -> None:
    trained(tmp_path, "digits", recipe, unconditional=True)


@pytest.mark.parametrize("world", ["two-peaks", "die", "moons"])
@pytest.mark.slow
def test_a_world_is_data_with_a_scatter_plot_for_a_film_strip(tmp_path: Path, world: str) -> None:
    """On the line, on a finite set, in the plane: frames and report, and samples of the world's dimension."""
    trained(tmp_path, world, "points")
    strip = sorted((tmp_path / "run" / "samples").glob("*.png"))
    assert len(strip) > 1
    for frame in strip:
        with Image.open(frame) as picture:
            assert len(picture.convert("RGB").getcolors(picture.width * picture.height) or ()) > 20
    assert (tmp_path / "run" / "report.html").stat().st_size > 10_000


@pytest.mark.usefixtures("_no_sheets")
@pytest.mark.parametrize("objective", list(get_args(ObjectiveName)))
def test_every_objective_trains_on_points(tmp_path: Path, objective: str) -> None:
    trained(tmp_path, "ring8", "points", objective=objective, gp=1.0)
