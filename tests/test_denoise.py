"""The denoiser and what it learns from: the noise it is given, the residual written out, its field; and the dial."""

import math
from collections.abc import Mapping
from typing import Any

import pytest
import torch
from tinyrun import ENGINE, pictures
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint.artefact.artefact import ROWS
from saddlepoint.artefact.ensemble import ensemble
from saddlepoint.data.batches import Batches
from saddlepoint.data.scaling import scaled
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.denoiser import Denoiser
from saddlepoint.networks.mixing import follow, mixed
from saddlepoint.planning.begin import configure
from saddlepoint.planning.recorded import recorded
from saddlepoint.randomness import Randomness
from saddlepoint.record import Choices, RunRecord, versions
from saddlepoint.records import Turn
from saddlepoint.running.live import Live
from saddlepoint.statistics.pictures import psnr
from saddlepoint.systems.denoise.play import SYSTEM
from saddlepoint.systems.parts import squares
from saddlepoint.systems.restoring import FLOOR, decibels


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


def denoiser(channels: int = 1, **options) -> Denoiser:
    torch.manual_seed(0)
    return Denoiser(channels, **{"width": 3, "blocks": 1, "cell": 2, **options}).to(DOUBLE)


def shaken(network: Denoiser) -> Denoiser:
    torch.manual_seed(1)
    with torch.no_grad():
        for p in network.parameters():
            p.add_(0.1 * torch.randn_like(p))
    return network


def test_the_residual_is_taken_from_what_is_given() -> None:
    G, c = denoiser(2), draw(2, 2, 8, 6)
    assert torch.equal(G(None, c), c)
    p = dict(shaken(G).named_parameters())

    def conv(h: torch.Tensor, name: str) -> torch.Tensor:
        return F.conv2d(h, p[f"{name}.weight"], p[f"{name}.bias"], padding=1)

    places = c.unflatten(2, (-1, 2)).unflatten(4, (-1, 2)).permute(0, 1, 3, 5, 2, 4).flatten(1, 3)
    h = conv(places, "first")
    h = h + conv(F.leaky_relu(conv(F.leaky_relu(h, 0.2), "body.0.branch.1"), 0.2), "body.0.branch.3")
    noise = conv(F.leaky_relu(h, 0.2), "last").unflatten(1, (2, 2, 2)).permute(0, 1, 4, 2, 5, 3)
    assert_close(G(None, c), c - noise.flatten(4, 5).flatten(2, 3))


@pytest.mark.parametrize(("blocks", "cell"), [(0, 1), (1, 2), (2, 2), (1, 4)])
def test_a_pixel_sees_as_far_as_the_margin_and_no_further(blocks: int, cell: int) -> None:
    """All weights and c are positive, so that the slope is other than 0 on all that reaches the pixel."""
    G = shaken(denoiser(blocks=blocks, cell=cell, width=1))
    for weight in G.parameters():
        weight.data.abs_()
    side, place = 8 * G.margin // cell * cell, 4 * G.margin // cell * cell
    c = draw(1, 1, side, side).abs().requires_grad_()
    x, reach = G(None, c), []
    for y in (place, place + cell - 1):
        (slope,) = torch.autograd.grad(x[0, 0, y, y], c, retain_graph=True)
        for line in (slope[0, 0] != 0).nonzero().T:
            reach += [y - int(line.min()), int(line.max()) - y]
    assert max(reach) == G.margin


def test_what_is_no_multiple_of_a_cell_is_refused() -> None:
    with pytest.raises(SaddlepointError, match="multiples of 2"):
        denoiser()(None, draw(1, 1, 7, 8))


def flat(n: int = 64) -> Source:
    return Source("flat", torch.full((n, 1, 32, 32), 128, dtype=torch.uint8))


@pytest.mark.parametrize(("scale", "sigma", "spread"), [("signed", "25", 0), ("unit", "25", 0), ("unit", "5-50", 1)])
def test_noise_has_the_sigma_that_is_asked_for(scale, sigma: str, spread: int) -> None:
    """Over 64 pictures of 1,024 pixels: each picture's own deviation, in grey levels."""
    config = configure("denoise", None, {"sigma": sigma, "range": scale, "batch": 64})
    own = Batches(flat(), 64, Randomness(0), scale, torch.device("cpu"))
    feed = SYSTEM.feed(config, {"x": own}, Randomness(1))
    batch = feed.at(64)
    found = (batch.c - batch.x).flatten(1).std(1) * (127.5 if scale == "signed" else 255)
    if spread:  # uniform from 5 to 50: mean 27.5, deviation 13
        assert abs(float(found.mean()) - 27.5) < 5
        assert abs(float(found.std()) - 13) < 2.5
    else:
        assert_close(found, torch.full_like(found, 25), atol=2.5, rtol=0)
        assert abs(float(found.mean()) - 25) < 0.3
    assert torch.equal(batch.c, feed.at(64).c)
    assert not torch.equal(batch.c, feed.at(128).c)


@pytest.mark.parametrize("sigma", ["0", "50-5", "300", "-3", "5-", "a"])
def test_other_sigmas_are_refused(sigma: str) -> None:
    with pytest.raises(SaddlepointError) as refused:
        configure("denoise", None, {"sigma": sigma})
    assert refused.value.where == "--sigma"
    assert "value error" not in refused.value.what.lower()


def test_a_number_in_a_file_is_as_good_as_its_digits() -> None:
    assert configure("denoise", None, {}).model_copy().sigmas == (25.0, 25.0)
    assert type(configure("denoise", None, {})).model_validate(
        configure("denoise", None, {}).model_dump() | {"sigma": 15}
    ).sigmas == (15.0, 15.0)


class Counted(nn.Module):
    def __init__(self, value: float, count: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.full((3,), value))
        self.register_buffer("mean", torch.full((2,), value))
        self.register_buffer("count", torch.tensor(count))


def test_between_two_networks_lies_the_straight_line() -> None:
    one, other = Counted(2.0, 4), Counted(6.0, 9)
    for share in (0.0, 0.25, 1.0):
        between = mixed(one, other, share)
        assert_close(between.w.detach(), torch.full((3,), 2 + 4 * share))
        assert_close(between.mean, torch.full((2,), 2 + 4 * share))
        assert int(between.count) == 9
    assert one.w.tolist() == [2, 2, 2], "neither is changed"
    assert other.w.tolist() == [6, 6, 6]
    assert torch.equal(mixed(one, other, 1.0).w, other.w)
    follow(one, other)
    assert torch.equal(one.w, other.w)
    assert int(one.count) == 9
    with pytest.raises(SaddlepointError, match="not of one shape"):
        mixed(denoiser(), denoiser(blocks=2), 0.5)


CRITIC = {"d.width": 4, "d.layers": 1}
SMALL = {"g.width": 4, "batch": 6, "engine.threads": 1, "device": "cpu", "images": 600}
BLOCK = {"g.blocks": 1}


def played(
    recipe: str, rounds: tuple[int, ...], source: Source | None = None, settings: Mapping[str, Any] = BLOCK
) -> Live:
    """A run on tiny pictures, so many rounds of each stage."""
    source = source or pictures()
    choices = Choices(device="cpu", precision="float32", threads=1)
    record = RunRecord(
        config=configure(recipe, None, SMALL | (CRITIC if recipe != "denoise" else {}) | settings),
        data=recorded(source, 0.35),
        choices=choices,
        versions=versions(),
    )
    live = Live(record, {"x": source}, ENGINE)
    for stage, count in zip(record.config.stages, rounds):
        if live.progress.images:
            live.next_stage()
        for n, round in enumerate(live.rounds(stage), 1):
            live.absorb(round)
            if n == count:
                break
    return live


def test_the_dial_begins_where_the_error_alone_had_led_and_ends_where_the_critic_did() -> None:
    early = played("denoise-gan", (12,))
    first, G = early.networks["first"].state_dict(), played("denoise-gan", (11,)).networks["G"].state_dict()
    assert all(torch.equal(G[name], first[name]) for name in G), "a step behind"
    live = played("denoise-gan", (12, 8))
    G, kept = (live.networks[name].state_dict() for name in ("G", "first"))
    assert all(torch.equal(kept[name], first[name]) for name in first), "no step of the second stage moves it"
    assert any(not torch.equal(G[name], kept[name]) for name in G)
    model, c = live.artefact(live.shipping), pictures().x[:3]
    ends = [live.system.model(live.config, live.facts, {"G": live.networks[n]}).apply.call for n in ("first", "G")]  # pyright: ignore
    seen = live.unseen(3).c
    assert torch.equal(model.translate(0.0).call(seen, 0), ends[0](seen, 0))
    assert torch.equal(model.translate(1.0).call(seen, 0), ends[1](seen, 0))
    half = model.translate(0.5).call(seen, 0)
    assert not torch.equal(half, ends[0](seen, 0))
    assert not torch.equal(half, ends[1](seen, 0))
    assert model.apply(c, perception=0.5).x.shape == c.shape
    eight = model.eight_ways().translate(0.5).call(seen, 0)
    assert torch.allclose(eight, ensemble(model.translate(0.5).call)(seen, 0))
    assert not torch.equal(eight, half)
    assert not torch.equal(model.eight_ways().apply(c).x, model.apply(c).x)
    with pytest.raises(SaddlepointError) as refused:
        model.apply(c, perception=1.5)
    assert refused.value.where == "--perception"


def test_a_model_of_one_stage_has_no_dial() -> None:
    live = played("denoise", (3,))
    assert set(live.networks) == {"G"}
    with pytest.raises(SaddlepointError, match="not trained first by its error"):
        live.artefact(live.shipping).apply(pictures().x[:2], perception=0.5)


def test_where_a_critic_plays_the_latest_is_kept_not_the_least_wrong() -> None:
    live = played("denoise-gan", (3, 2))
    assert not live.scene.chooses
    assert live.progress.best == {}
    assert live.enter(0).chooses


def test_decibels_are_what_psnr_is_but_for_a_floor() -> None:
    x, y = draw(3, 2, 6, 5), draw(3, 2, 6, 5, seed=1)
    x[2] = y[2]
    found, noise = decibels(x, y), psnr(x[:2], y[:2], peak=1.0)
    assert_close(10 ** (found[:2] / 10), 10 ** (-noise / 10) + FLOOR)
    assert float(found[2]) == pytest.approx(-30)
    x = (y + 1e-3 * draw(3, 2, 6, 5, seed=2)).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: decibels(x, y), (x,))


def test_a_picture_ten_times_as_wrong_has_no_more_say_by_decibels() -> None:
    """The slope by picture, in the direction of its own error: 20 / ln 10, however large that is."""
    y = draw(2, 1, 6, 6)
    x = (y + draw(2, 1, 6, 6, seed=1) * torch.tensor([1.0, 10.0], dtype=DOUBLE).view(2, 1, 1, 1)).requires_grad_()
    (slope,) = torch.autograd.grad(decibels(x, y).sum(), x)
    along = (slope * (x - y)).flatten(1).sum(1)
    assert_close(along, torch.full((2,), 20 / math.log(10), dtype=DOUBLE), rtol=1e-3, atol=0)


@pytest.mark.parametrize("error", ["squares", "decibels"])
def test_a_stage_has_its_error_and_its_pace(error: str) -> None:
    live = played("denoise-gan", (2,), settings=BLOCK | {"error": error, "pace": 0.25, "g.lr": 4e-3, "d.lr": 1e-3})
    for scene in (live.enter(0), live.enter(1)):
        x, y = draw(3, 1, 4, 4), draw(3, 1, 4, 4, seed=1)
        (term,) = (term for term in scene.game.terms if term.name == error)
        turn = Turn(y, None, None, x, {}, {}, torch.Generator())
        assert_close(term.of(turn), squares(x, y) if error == "squares" else decibels(x, y))
        assert scene.paces["G"].lr == pytest.approx(1e-3)
    assert live.enter(1).paces["D"].lr == 1e-3


def test_a_large_result_is_stored_in_strips_and_the_same() -> None:
    """Taller than two strips: as the whole of it would be stored."""
    live = played("denoise", (3,))
    model = live.artefact(live.shipping)
    c = torch.randint(0, 256, (2, 1, 2 * ROWS + 6, 8), generator=torch.Generator().manual_seed(0)).byte()
    whole = [model.tiles(scaled(one[None], "signed"), model.translate(), 0, None) for one in c]
    assert torch.equal(model.apply(c).x, model.stored(torch.cat(whole)))
