"""Every recipe learns: a few hundred rounds on tiny data bring a figure where no player that stands still brings it.

Rates, costs, objectives and gradient rules are the recipe's own; networks are narrow, batches small. Each bar was set
by seeds 0 to 2, and stands apart from what they reached and from what the same run reaches where G, or D, does not
move (of `srgan` where G does not: what its critic says weighs a thousandth).
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from seeing import painted, saved
from torch import Tensor
from torch.nn.functional import avg_pool2d

from saddlepoint.court.nats import in_nats
from saddlepoint.data.source import Source
from saddlepoint.engine import Engine
from saddlepoint.planning.begin import configure
from saddlepoint.planning.recorded import recorded
from saddlepoint.record import Choices, RunRecord, versions
from saddlepoint.running.judging import court_of
from saddlepoint.running.live import Live
from saddlepoint.statistics.gaussian import fit, frechet
from saddlepoint.systems import catalog

SAMPLES = 400
HERE = {"engine.threads": 1, "engine.precision": "float32", "device": "cpu", "judge.share": 0, "seed": 0}


def corners(n: int = 1000) -> Source:
    """8 x 8: a bright square in one of four corners, which is the class; how bright varies, and the ground is noise."""
    rng, c = torch.Generator().manual_seed(0), torch.arange(n) % 4
    lit = torch.nn.functional.one_hot(c, 4).view(n, 1, 2, 2) * (120 + 80 * torch.rand(n, 1, 1, 1, generator=rng))
    return pictures(lit, rng)._replace(c=c, classes=("0", "1", "2", "3"))


def unlabelled() -> Source:
    return corners()._replace(c=None, classes=())


def lights(n: int = 1000) -> Source:
    """8 x 8: four squares, each as bright as it likes."""
    rng = torch.Generator().manual_seed(0)
    return pictures(20 + 200 * torch.rand(n, 1, 2, 2, generator=rng), rng)


def pictures(lit: Tensor, rng: torch.Generator) -> Source:
    x = lit.repeat_interleave(4, 2).repeat_interleave(4, 3)
    return Source("squares", (x + 30 * torch.rand(x.shape, generator=rng)).round().to(torch.uint8))


def blocks(n: int = 400) -> Source:
    """16 x 16: sixteen squares, each light or dark, whose edges a small picture does not show."""
    lit = 28 + 200 * torch.randint(2, (n, 1, 4, 4), generator=torch.Generator().manual_seed(0))
    return Source("blocks", lit.repeat_interleave(4, 2).repeat_interleave(4, 3).to(torch.uint8))


def bars(n: int = 400) -> Source:
    """16 x 16: four bars from side to side, each light or dark: what is in the middle is seen at the sides."""
    lit = 28 + 200 * torch.randint(2, (n, 1, 4, 1), generator=torch.Generator().manual_seed(0))
    return Source("bars", lit.repeat_interleave(4, 2).expand(-1, -1, -1, 16).to(torch.uint8))


def pairs(n: int = 400) -> Source:
    """c the blocks, x their negative."""
    source = blocks(n)
    return source._replace(c=source.x, x=255 - source.x)


def ellipse(n: int = 2000) -> Source:
    """In the plane: a normal distribution, a fifth as thin as it is long, and aslant."""
    u, v = torch.randn(2, n, generator=torch.Generator().manual_seed(0))
    return Source("ellipse", torch.stack([u, 0.8 * u + 0.3 * v], 1))


def bright(n: int = 400) -> Source:
    """The blocks, between grey and white."""
    source = blocks(n)
    return source._replace(x=(150 + 0.4 * source.x.float()).to(torch.uint8))


def coins(n: int = 2000) -> Source:
    """Columns of 0 and 1: four coins, each seen twice: four bits, where eight of their own would have eight."""
    x = torch.randint(2, (n, 4), generator=torch.Generator().manual_seed(0)).float()
    return Source("coins", torch.cat([x, x], 1))


def begun(recipe: str, settings: Mapping[str, Any], **sources: Source) -> Live:
    """The run, ready to be played; every fifth example is held out."""
    data = {
        name: recorded(source, 0.0).model_copy(update={"held_out": tuple(range(0, source.size, 5))})
        for name, source in sources.items()
    }
    choices = Choices(device="cpu", precision="float32", threads=1)
    conf = configure(recipe, None, HERE | settings)
    record = RunRecord(config=conf, data=data.pop("x"), others=data, choices=choices, versions=versions())
    return Live(record, sources, Engine(torch.device("cpu"), "float32", 1))


def play(live: Live) -> None:
    """To the end of its last stage."""
    while (stage := live.stage) is not None:
        for round in live.rounds(stage):
            live.absorb(round)
            if round.images >= stage.images:
                break
        live.next_stage()


def seen(x: Tensor) -> Tensor:
    """Points as they are, pictures by the means of their 2 x 2 blocks."""
    return x.double() if x.ndim == 2 else avg_pool2d(x.double() / 255, 2).flatten(1)


def away(live: Live) -> float:
    """The Frechet distance of samples to held-out examples, over the latter's total variance: that of their mean alone,
    without any variety, is 1.
    """
    real = fit(seen(live.held_out.x))
    return frechet(fit(seen(live.artefact(live.best).sample(SAMPLES, 1).x)), real) / float(real.covariance.trace())


def wrong(live: Live) -> float:
    """The share of samples whose nearest class mean is not that of the class they were asked for."""
    real, c = seen(live.held_out.x), live.held_out.c
    assert c is not None
    means = torch.stack([real[c == k].mean(0) for k in range(4)])
    made = live.artefact(live.best).sample(SAMPLES, 1)
    return float((torch.cdist(seen(made.x), means).argmin(1) != made.labels).double().mean())


def measured(name: str) -> Callable[[Live], float]:
    """What the run's own court finds."""
    return lambda live: court_of(live).quick(live.artefact(live.best), 64, 0)[name].value


def in_bits(live: Live) -> float:
    """Nats, where there are too few different examples for anybody else to judge."""
    return in_nats(live.evidence()).quick(live.artefact(live.best), 64, 0)["nats"].value


def confused(live: Live) -> float:
    """How often D finds a fake more real than a held-out example, over all pairs of the two: 1/2 where D knows nothing,
    or does not play yet.
    """
    said = live.opinions(100)
    return 0.5 if not said else float((said["fake"][:, None] >= said["held_out"]).double().mean())


class Lesson(NamedTuple):
    """Which data, how small, and the figures that are at most this afterwards, and before so many times as much."""

    source: Callable[[], Source]
    settings: Mapping[str, Any]
    bars: Mapping[Callable[[Live], float], float]
    others: Mapping[str, Callable[[], Source]] = {}
    times: float = 1.5


ERROR, NATS = measured("l1"), measured("nats")
NARROW = {"g.network.width": 8, "d.network.width": 8, "batch": 32}
LAYERS = {"g.network.hidden": "256", "d.network.hidden": "64", "batch": 32}
BRANCHES = {"g.network.branches": "64,128", "d.network.branches": "64,16"}
SLIM = {"g.network.hidden": "32,32", "d.network.hidden": "32,32", "batch": 64}
PATCHES = {"g.width": 8, "d.width": 8, "d.layers": 1, "batch": 8}
COLOURS = measured("colours")
UNPAIRED = PATCHES | {"g.blocks": 1, "g.halvings": 1, "to.name": "there"}
BITS = {"binarise": "threshold", "batch": 32}
CODE = {"latent": 4, "batch": 32}
DENOISER = {"g.width": 8, "batch": 8, "g.blocks": 1, "sigma": "40", "g.lr": 1e-2}
CRITIC = {"d.width": 8, "d.layers": 1}
LESSONS = {
    "modern": Lesson(corners, NARROW | {"images": 7_040}, {away: 0.5, wrong: 0.1}),
    "acgan": Lesson(
        corners, NARROW | {"g.network.width": 16, "d.network.width": 32, "images": 5_760}, {away: 0.25, wrong: 0.1}
    ),
    "dcgan": Lesson(
        corners, NARROW | {"g.network.width": 32, "d.network.width": 32, "images": 8_640}, {away: 0.5, wrong: 0.1}
    ),
    "cgan": Lesson(corners, LAYERS | BRANCHES | {"images": 6_400}, {away: 0.3, wrong: 0.1}),
    "gan": Lesson(
        lights, LAYERS | {"g.network.hidden": "256,256", "d.network.hidden": "64,64", "images": 8_960}, {away: 0.5}
    ),
    "points": Lesson(ellipse, SLIM | {"images": 9_600}, {away: 0.2}),
    "pix2pix": Lesson(pairs, PATCHES | {"g.halvings": 2, "images": 1_200}, {ERROR: 0.25, confused: 0.1}),
    "srgan": Lesson(blocks, PATCHES | {"g.blocks": 1, "scale": 2, "images": 800}, {ERROR: 0.03}),
    "denoise": Lesson(blocks, DENOISER | {"images": 2_000}, {ERROR: 0.06}),
    "denoise-gan": Lesson(blocks, DENOISER | CRITIC | {"images": 1_600}, {ERROR: 0.06}),
    "inpaint": Lesson(bars, PATCHES | {"g.halvings": 2, "images": 800}, {ERROR: 0.05}),
    "vae": Lesson(
        unlabelled, {"latent": 4, "g.network.hidden": "64", "batch": 32, "images": 9_600}, {NATS: 26.0}, times=1.2
    ),
    "cut": Lesson(blocks, UNPAIRED | {"images": 1_600, "sites": 16, "head": 16}, {COLOURS: 0.15}, {"to": bright}),
    "cyclegan": Lesson(blocks, UNPAIRED | {"images": 1_200}, {COLOURS: 0.15}, {"to": bright}),
    "style": Lesson(
        blocks,
        {"style": "style.png", "style_side": 32, "vgg": "vgg.safetensors", "g.width": 4, "g.blocks": 1}
        | {"g.lr": 1e-2, "batch": 4, "images": 320},
        {measured("style"): 0.9},
        times=1.1,
    ),
    "vfae": Lesson(
        corners, {"latent": 4, "g.network.hidden": "64", "batch": 64, "images": 12_800}, {away: 0.5, wrong: 0.1}
    ),
    "semi": Lesson(
        corners,
        {"latent": 8, "g.widths": "64", "d.widths": "64,64", "labels": 20, "batch": 50, "images": 6_000},
        {measured("class_error"): 15, away: 1.1},
    ),
    "rbm": Lesson(unlabelled, BITS | {"hidden": 12, "log_z": "exact", "images": 19_200}, {in_bits: 18}),
    "dbm": Lesson(unlabelled, BITS | {"hidden": 12, "top": 4, "log_z": "exact", "images": 19_200}, {in_bits: 16}),
    "boltzmann": Lesson(coins, {"hidden": 0, "batch": 32, "images": 25_600}, {in_bits: 3.5}),
    "mixture": Lesson(unlabelled, {"components": 4, "factors": 1, "batch": 50, "images": 4_000}, {away: 0.06}),
    "fvsbn": Lesson(unlabelled, BITS | {"images": 6_400}, {in_bits: 12}),
    "nade": Lesson(unlabelled, BITS | {"g.network.hidden": 32, "images": 6_400}, {in_bits: 24}),
    "made": Lesson(unlabelled, BITS | {"g.network.widths": "64", "images": 6_400}, {in_bits: 18}),
    "pixelcnn": Lesson(
        unlabelled, BITS | {"g.network.width": 8, "g.network.levels": 2, "images": 6_400}, {in_bits: 22}
    ),
    "autoencoder": Lesson(unlabelled, CODE | {"g.network.width": 8, "images": 6_400}, {ERROR: 0.22}),
    "pca": Lesson(unlabelled, CODE | {"images": 6_400}, {ERROR: 0.06}),
    "deep-ae": Lesson(unlabelled, CODE | {"g.network.hidden": "64", "images": 9_600}, {ERROR: 0.18}),
    "denoising-ae": Lesson(unlabelled, CODE | {"latent": 8, "g.network.width": 8, "images": 6_400}, {ERROR: 0.15}),
    "stacked": Lesson(unlabelled, {"widths": "128,64,16", "batch": 16, "images": 3_200}, {ERROR: 0.1}),
}


def test_every_recipe_has_a_lesson() -> None:
    assert set(LESSONS) == {name for entry in catalog.SYSTEMS.values() for name in entry.recipes}


@pytest.mark.slow
@pytest.mark.parametrize("recipe", LESSONS)
def test_it_learns(recipe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = LESSONS[recipe]
    monkeypatch.chdir(tmp_path)
    if "style" in lesson.settings:
        saved(Path("vgg.safetensors"))
        painted(Path("style.png"))
    live = begun(recipe, lesson.settings, x=lesson.source(), **{name: of() for name, of in lesson.others.items()})
    before = [figure(live) > lesson.times * bar for figure, bar in lesson.bars.items()]
    play(live)
    assert all(before), "it was there before it had learned anything"
    for figure, bar in lesson.bars.items():
        assert figure(live) <= bar
