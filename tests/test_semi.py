"""A critic of K + 1 classes by few labels: its probabilities, its feed, its costs and its measure by hand."""

from pathlib import Path
from typing import Any, cast

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint.data.batches import Batches
from saddlepoint.data.facts import About, Facts
from saddlepoint.data.feed import onwards
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.algorithm import play
from saddlepoint.networks.several import Several
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch
from saddlepoint.systems.feeds import few_labels
from saddlepoint.systems.semi.config import Config, DPace, GPace, Rules
from saddlepoint.systems.semi.play import SYSTEM
from saddlepoint.systems.semi.recipes import RECIPES
from saddlepoint.systems.system import Model, View

FACTS: Facts = {"x": About("points", (4,)), "c": About("labels", names=("a", "b", "c"))}
N = 90


def source() -> Source:
    x = torch.randn(N, 4, generator=torch.Generator().manual_seed(0))
    return Source("points", x, torch.arange(N) % 3, classes=("a", "b", "c"))


def batches(seed: int = 0, among: Tensor | None = None) -> Batches:
    return Batches(source(), 8, Randomness(seed), "raw", torch.device("cpu"), among)


def test_the_logit_is_that_of_all_classes_against_one_that_is_held_at_0() -> None:
    """D(x) = sum_k e^l_k / (1 + sum_k e^l_k): the first K probabilities of a softmax over (l, 0)."""
    torch.manual_seed(0)
    D, x = Several((4,), 3, (7, 5)).to(DOUBLE).eval(), torch.randn(6, 4, dtype=DOUBLE)
    h = x
    for layer in D.layers:
        unit = layer.weight / layer.weight.square().sum(1, keepdim=True).sqrt()  # pyright: ignore
        h = (h @ unit.T + layer.bias).clamp_min(0)  # pyright: ignore
    logits = h @ D.last.weight.T + D.last.bias
    said = D(x)
    everything = torch.cat([logits, torch.zeros(6, 1, dtype=DOUBLE)], 1).softmax(1)
    assert_close(said.logits.sigmoid(), everything[:, :3].sum(1))
    assert_close(said.classes.softmax(1), everything[:, :3] / everything[:, :3].sum(1, keepdim=True))
    assert_close(said.features[-1], h)


def test_noise_is_of_its_width_and_of_training_alone() -> None:
    D = Several((4,), 3, (5,), noise=0.5, input_noise=0.3)
    h = torch.zeros(20_000, 2)
    torch.manual_seed(1)
    assert D.disturbed(h, 0.3).std().item() == pytest.approx(0.3, rel=0.02)
    assert D.noise == (0.3, 0.5)
    x = torch.randn(9, 4)
    assert not torch.equal(D(x).logits, D(x).logits)
    D.eval()
    assert torch.equal(D(x).logits, D(x).logits)


def test_few_labels_are_balanced_and_of_training_examples_and_none_other_is_ever_shown() -> None:
    among = torch.arange(45, 80)  # of which none is the place of another in it
    feed = few_labels(batches(among=among), 7, Randomness(0))
    assert len(feed.known.unique()) == 7
    assert set(feed.known.tolist()) <= set(among.tolist())
    assert sorted(torch.bincount(feed.known % 3).tolist()) == [2, 2, 3]
    shown = {row for turn in range(40) for row in map(tuple, cast(Any, feed.at(8 * turn).x)["known"].tolist())}
    assert shown == {tuple(row) for row in source().x[feed.known].tolist()}
    one = feed.at(16)
    x = cast(dict[str, Tensor], one.x)
    assert torch.equal(x["x"], cast(Tensor, batches(among=among).at(16).x))
    places = [int((source().x == row).all(1).nonzero()) for row in x["known"]]
    assert one.c is not None
    assert one.c.tolist() == [place % 3 for place in places]
    again = few_labels(batches(among=among), 7, Randomness(0))
    assert torch.equal(again.known, feed.known)
    assert torch.equal(cast(Any, again.at(16).x)["known"], x["known"])
    assert torch.equal(cast(Any, next(onwards(feed, 16)).x)["known"], x["known"])
    assert not torch.equal(few_labels(batches(among=among), 7, Randomness(1)).known, feed.known)
    assert torch.equal(cast(Tensor, feed.take(torch.tensor([3])).x), source().x[3:4])


def test_fewer_labels_than_classes_and_no_classes_are_refused() -> None:
    with pytest.raises(SaddlepointError, match="2 labels for 3 classes"):
        few_labels(batches(), 2, Randomness(0))
    plain = Batches(Source("points", source().x, None), 8, Randomness(0), "raw", torch.device("cpu"))
    with pytest.raises(SaddlepointError, match="no classes"):
        few_labels(plain, 5, Randomness(0))


def told(**rules: Any) -> Config:
    g, d = (
        kind(widths=(6,), optimiser="sgd", lr=0.1, **more)
        for kind, more in ((GPace, {}), (DPace, {"noise": 0.0, "input_noise": 0.0}))
    )
    changes = {"batch": 8, "latent": 2, "range": "raw", "g": g, "d": d, "stages": (Rules(images=40, **rules),)}
    return RECIPES["semi"].make().model_copy(update=changes)


def test_the_steps_of_a_round_are_those_of_the_costs_by_hand() -> None:
    """D's by autograd of -log D(x) - log(1 - D(G(z))) - w log p(y | x'); G's of |E f(x) - E f(G(z))|^2 alone."""
    config = told(supervised=0.7)
    torch.manual_seed(0)
    networks = {name: network.to(DOUBLE) for name, network in SYSTEM.networks(config, FACTS).items()}
    G, D = networks["G"], cast(Several, networks["D"])
    rng = torch.Generator().manual_seed(3)
    x, known = (torch.randn(8, 4, generator=rng, dtype=DOUBLE) for _ in range(2))
    c = torch.arange(8) % 3
    game = SYSTEM.scene(config, 0, networks, FACTS).game
    zs = []
    prior = game.prior

    def watched(n: int, rng: torch.Generator) -> Tensor:
        zs.append(cast(Tensor, prior(n, rng)).to(DOUBLE))
        return zs[-1]

    game = game.__class__(**{**vars(game), "prior": watched})
    first = {name: {k: v.clone() for k, v in network.state_dict().items()} for name, network in networks.items()}
    next(iter(play(game, iter([Batch({"x": x, "known": known}, c)]), seed=1)))
    moved = {name: {k: v.clone() for k, v in network.state_dict().items()} for name, network in networks.items()}
    G.load_state_dict(first["G"])
    D.load_state_dict(first["D"])
    r, f, k = D(x), D(G(zs[0])), D(known)
    p = k.classes.softmax(1)[torch.arange(8), c]
    cost = -r.logits.sigmoid().log().mean() - (1 - f.logits.sigmoid()).log().mean() - 0.7 * p.log().mean()
    slopes = torch.autograd.grad(cost, list(D.parameters()))
    for (name, before), slope in zip(D.named_parameters(), slopes):
        assert_close(moved["D"][name], before - 0.1 * slope, msg=name)
    D.load_state_dict(moved["D"])
    apart = (D(x).features[-1].mean(0) - D(G(zs[-1])).features[-1].mean(0)).square().sum()
    for (name, before), slope in zip(G.named_parameters(), torch.autograd.grad(apart, list(G.parameters()))):
        assert_close(moved["G"][name], before - 0.1 * slope, msg=name)


def test_the_measure_is_the_share_of_wrong_classes_in_percent() -> None:
    x = torch.eye(4)[[0, 1, 2, 0, 1]]
    model = Model(encode=lambda x: x[:, :3])
    seen = View(model, FACTS, told(), Batch(x, torch.tensor([0, 1, 2, 1, 1])), x, 0, {"x": "held-out"})
    judge = cast(Any, SYSTEM.judges[0])
    found = judge(seen)["class_error"]
    assert found.value == pytest.approx(20)
    assert found.card.reference.startswith(f"{Path(seen.config.data.name).name}, 5 held-out examples, ")
    known = judge(seen._replace(whose={"x": "training"}))["class_error"]
    assert known.card.reference == found.card.reference.replace("held-out", "training")


def test_what_is_kept_classifies_and_draws() -> None:
    config = told()
    networks = SYSTEM.networks(config, FACTS)
    model = SYSTEM.model(config, FACTS, networks)
    x = torch.randn(5, 4)
    p = cast(Any, model.encode)(x)
    assert_close(p, networks["D"].eval()(x).classes.softmax(1).detach())
    assert_close(p.sum(1), torch.ones(5))
    assert cast(Any, model.latent).decode(torch.zeros(3, 2), None).shape == (3, 4)
    assert not SYSTEM.scene(config, 0, networks, FACTS).chooses


def test_x_has_its_own_noise_and_each_layer_that_of_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "randn_like", torch.ones_like)
    D, x = Several((4,), 3, (5, 6), noise=2.0, input_noise=0.25), torch.randn(9, 4)
    h = x + 0.25
    for layer in D.layers:
        weight = layer.weight / layer.weight.norm(dim=1, keepdim=True)  # pyright: ignore
        h = (h @ weight.T + layer.bias).relu() + 2.0  # pyright: ignore
    assert_close(D(x).classes, D.last(h))
