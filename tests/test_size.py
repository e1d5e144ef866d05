"""How large pictures are made, so that a length of time leaves enough updates; what is said of it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from saddlepoint import api
from saddlepoint.cli.main import main
from saddlepoint.data.source import Source
from saddlepoint.engine import Engine
from saddlepoint.planning import size
from saddlepoint.planning.begin import configure
from saddlepoint.planning.budget import seconds_of
from saddlepoint.planning.intake import located
from saddlepoint.planning.size import ENOUGH, SIDES, Pace, affordable, free, told
from saddlepoint.running.reading import SIDE

CPU = Engine(torch.device("cpu"), "float32", 1)
CONFIG = configure(None, None, {}, "modern")


def paced(monkeypatch: pytest.MonkeyPatch, rate: float) -> None:
    monkeypatch.setattr(size, "measured", lambda settings, engine: Pace(rate, 64, 0.05))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    for i in range(48):
        Image.fromarray(rng.integers(0, 256, (90, 60, 3), dtype=np.uint8)).save(tmp_path / "photos" / f"{i}.png")
    return tmp_path / "photos"


def test_the_time_of_an_update_goes_with_the_number_of_pixels():
    """.7 of the time, of which .05 each for judging and for what is written: 1,001 s at 64 a second are 630 rounds."""
    pace = Pace(64.0, 64, 0.05)
    assert pace.updates(1001, 32) == 630
    assert pace.updates(4004, 64) == 630
    assert pace.seconds(64) == pytest.approx(ENOUGH / 0.63 * 4, rel=1e-4)
    assert pace.updates(pace.seconds(48) * 1.002, 48) >= ENOUGH > pace.updates(pace.seconds(48) * 0.998, 48)


@pytest.mark.parametrize("side", SIDES[1:])
def test_the_longest_side_that_leaves_enough_updates_is_taken(side: int):
    pace = Pace(300.0, 64, 0.05)
    least = pace.seconds(side)
    assert pace.side(1.01 * least) == side
    assert pace.side(0.99 * least) == SIDES[SIDES.index(side) - 1]
    assert pace.side(1.0) == SIDES[0]


def test_who_is_asked_for_a_side(photos: Path, monkeypatch: pytest.MonkeyPatch):
    """Pictures in files that need no others beside them, where neither size nor side is given; and a length of time."""
    paced(monkeypatch, 1e6)
    small, given = (configure(None, None, wish, "modern") for wish in ({"size": "32"}, {"data.side": 40}))
    pairs = configure("pix2pix", None, {}, "pix2pix")
    assert free(str(photos), CONFIG)
    for data, config in (("digits", CONFIG), (str(photos), small), (str(photos), given), (str(photos), pairs)):
        assert not free(data, config)
        assert affordable(data, config, 60.0, CPU) == SIDE
    assert affordable(str(photos), CONFIG, 60.0, CPU) == SIDES[-1]
    assert affordable(str(photos), CONFIG, None, CPU) == affordable("digits", CONFIG, 60.0, CPU) == SIDE
    assert located(str(photos), given, 60.0, CPU).data.side == 40


@pytest.mark.parametrize(("one", "large"), [((32, 32), False), ((33, 9), True), ((9, 33), True)])
def test_where_no_picture_is_large_nothing_is_measured(tmp_path: Path, one: tuple[int, int], large: bool, monkeypatch):
    """A picture in fifty may be the only one."""
    for i in range(99):
        Image.new("L", one if i == 50 else (20, 20)).save(tmp_path / f"{i:03d}.png")
    assert size.large(str(tmp_path)) == large
    (tmp_path / "points.csv").write_text("a,b\n1,2\n")
    monkeypatch.setattr(size, "measured", lambda *given: pytest.fail("points have no size"))
    assert affordable(str(tmp_path / "points.csv"), CONFIG, 60.0, CPU) == SIDE


def test_what_is_said_of_the_size(monkeypatch: pytest.MonkeyPatch):
    """Where the size was the run's choice, what the next one costs; where there are few updates, what gives enough."""
    paced(monkeypatch, 100.0)
    chosen = CONFIG.model_copy(update={"data": CONFIG.data.model_copy(update={"side": 64})})
    source = Source("a", torch.zeros(4, 3, 64, 48, dtype=torch.uint8))
    longer = Pace(100.0, 64, 0.05).seconds(80)
    assert 3600 < longer < 7200
    assert told(chosen, CPU, 600.0, source, ENOUGH, 2.0, True) == (
        f"{ENOUGH} updates in this time: pictures of 80 pixels instead of 64 need 1h {(longer - 3600) / 60:02.0f}m"
    )
    assert told(chosen, CPU, 600.0, source, ENOUGH, 2.0, False) == ""
    small = Source("a", torch.zeros(4, 3, 48, 48, dtype=torch.uint8))
    assert told(chosen, CPU, 600.0, small, ENOUGH, 2.0, True) == ""
    few = told(chosen, CPU, 600.0, source, ENOUGH / 2, 2.0, False)
    words = f"only {ENOUGH // 2} updates in this time; pictures need about {ENOUGH}"
    assert few == f"{words}: --budget 20m, or --size 40x30"
    assert told(chosen, CPU, 600.0, source, ENOUGH / 100, 2.0, False).endswith("--budget 30m")
    assert told(chosen, CPU, 600.0, Source("a", torch.zeros(4, 2)), 1, 2.0, True) == ""
    pairs = configure("pix2pix", None, {}, "pix2pix")
    assert told(pairs, CPU, 600.0, source, ENOUGH / 2, 2.0, False) == ""


def test_a_budget_that_holds_one_update_is_not_multiplied_but_what_is_lacking_added(monkeypatch: pytest.MonkeyPatch):
    """Of 40 s that start and last page use up, and updates of half a second: these, and 599 updates."""
    paced(monkeypatch, 100.0)
    source = Source("a", torch.zeros(4, 3, 32, 32, dtype=torch.uint8))
    said = told(CONFIG, CPU, 145.0, source, 1, 0.5, False)
    assert said == f"only 1 update in this time; pictures need about {ENOUGH}: --budget 8m"
    assert seconds_of(64, 128.0, 0.15) == pytest.approx(64 / 128 / 0.8)


def test_look_and_train_make_them_as_large_as_the_time_allows(photos, monkeypatch, capsys):
    """90 x 60: at 100 pictures a second of 32 pixels ten minutes are enough for 32 alone, an hour for 64."""
    paced(monkeypatch, 100.0)
    monkeypatch.setattr("saddlepoint.planning.budget.SECONDS", 0.0)
    for seconds, shape in ((600, (32, 21)), (3600, (64, 43)), (36_000, (90, 60))):
        assert api.look(str(photos), CONFIG, seconds).source.x.shape[2:] == shape
    small = "--g.network.width 2 --d.network.width 2 --batch 4 --engine.threads 1 --device cpu"
    assert main(["train", str(photos), "--budget", "10m", "--dry-run", *small.split()]) == 0
    said = capsys.readouterr().out
    assert "48 pictures of 3 x 32 x 21;" in said
    assert "updates in this time: pictures of 40 pixels instead of 32 need 15m 52s" in said


def test_the_pace_is_measured_on_pictures_of_its_own(monkeypatch):
    """Once for `look` and `train` of one process, whatever the data are called; of the recipe that is played."""
    monkeypatch.setattr("saddlepoint.planning.budget.SECONDS", 0.0)
    seen, measure = [], size.measure
    monkeypatch.setattr(
        size, "measure", lambda record, *rest: seen.append(record.config.recipe) or measure(record, *rest)
    )
    size.measured.cache_clear()
    small = {"g.network.width": 2, "d.network.width": 2, "batch": 4}
    for recipe in ("modern", "dcgan"):
        config = configure(recipe, None, small, recipe)
        first = size.pace(config, CPU)
        renamed = config.model_copy(update={"data": config.data.model_copy(update={"name": "b", "side": 99})})
        assert size.pace(renamed, CPU) is first
        assert first.rate > 0
        assert first.round == 4
    assert seen == ["modern", "dcgan"]
    size.measured.cache_clear()
