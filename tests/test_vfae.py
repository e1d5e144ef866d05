"""A code without its class: the discrepancy against its direct sum, and the costs of a round."""

import copy
import math
from typing import Any, cast

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint.data.facts import About, Facts
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.algorithm import play
from saddlepoint.planning.begin import configure
from saddlepoint.records import Batch
from saddlepoint.statistics.groups import gaussian, group_discrepancy
from saddlepoint.systems import catalog
from saddlepoint.systems.vfae.config import BothPace, Config, Rules
from saddlepoint.systems.vfae.play import SYSTEM
from saddlepoint.systems.vfae.recipes import RECIPES

FACTS: Facts = {"x": About("points", (5,)), "c": About("labels", names=("a", "b", "c"))}


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


def direct(z: Tensor, s: Tensor) -> float:
    """Each kernel value by itself, over pairs of different examples."""

    def k(i: int, j: int) -> float:
        return math.exp(-sum((a - b) ** 2 for a, b in zip(z[i].tolist(), z[j].tolist())) / (2 * z.shape[1]))

    found = []
    for group in set(s.tolist()):
        own = [i for i in range(len(s)) if s[i] == group]
        others = [i for i in range(len(s)) if s[i] != group]
        n, m = len(own), len(others)
        if n < 2 or m < 2:
            continue
        one = sum(k(i, j) for i in own for j in own if i != j) / (n * (n - 1))
        two = sum(k(i, j) for i in others for j in others if i != j) / (m * (m - 1))
        found.append(one + two - 2 * sum(k(i, j) for i in own for j in others) / (n * m))
    return sum(found) / len(found) if found else 0.0


@pytest.mark.parametrize("s", [[0, 1, 0, 1, 1, 0, 1], [0, 1, 2, 2, 1, 0, 2], [0, 0, 0, 2, 0, 0, 0], [1] * 7])
def test_the_discrepancy_is_the_direct_sum(s: list[int]) -> None:
    z, groups = draw(7, 3), torch.tensor(s)
    assert float(group_discrepancy(z, groups)) == pytest.approx(direct(z, groups), abs=1e-12)
    assert torch.autograd.gradcheck(lambda z: group_discrepancy(z, groups), z.requires_grad_())


def test_of_one_law_it_is_0_in_the_mean_and_of_two_it_is_the_integral() -> None:
    """Normals of means a apart in one dimension: E k = e^(-d^2 / 2(1 + 2)) / 3^(1/2), by hand, within 4.5 errors."""
    s = torch.arange(60) % 2
    for apart in (0.0, 1.5):
        values = torch.stack([group_discrepancy(draw(60, 1, seed=i) + apart * s[:, None], s) for i in range(300)])
        wanted = 2 * (1 - math.exp(-(apart**2) / 6)) / math.sqrt(3)
        assert abs(values.mean() - wanted) < 4.5 * values.std() / math.sqrt(300)
    z = draw(4, 6)
    assert_close(gaussian(z, z), (-(torch.cdist(z, z) ** 2) / 12).exp())


def told(**rules: Any) -> Config:
    pace = BothPace(network=BothPace().network.model_copy(update={"hidden": (6,)}), optimiser="sgd", lr=1e-3)
    stage = Rules(images=40, **rules)
    return RECIPES["vfae"].make().model_copy(update={"batch": 8, "latent": 2, "g": pace, "stages": (stage,)})


def test_the_costs_of_a_round_are_the_bound_and_the_discrepancy_of_what_was_drawn() -> None:
    """And where the decoder is told s the encoder is not."""
    config = told(beta=0.7, mmd=30.0)
    networks = SYSTEM.networks(config, FACTS)
    x, c = (draw(8, 5) > 0).float(), torch.arange(8) % 3
    seen: dict[str, Any] = {}
    scene = SYSTEM.scene(config, 0, networks, FACTS)
    forge = scene.game.forge

    def watched(*given: Any) -> Any:
        seen.update(forge(*given), e=given[2])
        return {key: seen[key] for key in ("logits", "z", "mu", "log_var")}

    game = scene.game.__class__(**{**vars(scene.game), "forge": watched})
    losses = next(iter(play(game, iter([Batch(x, c)]), seed=3))).losses
    assert_close(seen["z"], seen["mu"] + (seen["log_var"] / 2).exp() * seen["e"])
    assert losses["G/mmd"] == pytest.approx(direct(seen["z"].detach(), c), abs=1e-6)
    p = seen["logits"].sigmoid()
    assert losses["G/reconstruction"] == pytest.approx(
        -(x * p.log() + (1 - x) * (1 - p).log()).sum(1).mean().item(), 1e-5
    )
    assert {term.name: term.weight for term in scene.game.terms} == {"reconstruction": 1, "kl": 0.7, "mmd": 30.0}
    fresh = SYSTEM.networks(config, FACTS)
    model = SYSTEM.model(config, FACTS, fresh)
    z = torch.zeros(2, 2)
    made = cast(Any, model.latent).decode(z, torch.tensor([0, 1]))
    assert not torch.equal(made[0], made[1])
    assert ((made > 0) & (made < 1)).all()
    assert cast(Any, model.encode)(x).shape == (8, 2)


@pytest.mark.slow
def test_the_discrepancy_brings_codes_of_the_classes_together() -> None:
    """What is tied to the class, though it is not the class, is in z without it, and parts the codes; one seed."""
    s = torch.arange(64) % 2
    tied = (s == 0) ^ (torch.arange(64) % 10 > 8)
    x = torch.stack([tied, tied, tied, *(draw(2, 64) > 0)], 1).float()
    found = {}
    for weight in (0.0, 200.0):
        torch.manual_seed(0)
        pace = told().g.model_copy(update={"optimiser": "adam", "lr": 0.02, "betas": (0.9, 0.999)})
        config = told(mmd=weight, beta=0.1).model_copy(update={"g": pace})
        networks = SYSTEM.networks(config, FACTS)
        game = SYSTEM.scene(config, 0, networks, FACTS).game
        for _ in play(game, iter([Batch(x, s)] * 200), seed=0):
            pass
        codes = cast(Any, SYSTEM.model(config, FACTS, networks).encode)(x)
        found[weight] = float(group_discrepancy(codes.detach(), s))
    assert found[200.0] < 0.02
    assert found[0.0] > 0.2


def test_a_table_has_to_be_of_0_and_1() -> None:
    config = told().model_copy(update={"range": "raw"})
    grey = cast(Any, type("Feed", (), {"size": 4, "take": lambda self, places: Batch(torch.full((4, 5), 0.3))})())
    with pytest.raises(SaddlepointError, match="--binarise"):
        SYSTEM.feed(config, {"x": grey}, cast(Any, None)).take(torch.arange(4))
    unit = config.model_copy(update={"range": "unit"})
    assert SYSTEM.feed(unit, {"x": grey}, cast(Any, None)) is grey


@pytest.mark.parametrize("system", ["vae", "vfae"])
def test_it_begins_at_the_mean_of_the_data(system: str) -> None:
    """The decoder's bias is the mean's logit, kept off 0 and 1, and its last weights are a tenth of what they would be;
    the encoder sees (x - mean) / std, as by hand.
    """
    torch.manual_seed(0)
    config = configure(system, None, {})
    facts = {"x": About("pictures", (1, 2, 3)), "c": About("labels", names=("a", "b"))}
    networks = catalog.system(system).networks(config, facts)
    x = (draw(40, 1, 2, 3).float() > torch.tensor([0.0, 9.0, 1.0, -9.0, -1.0, 0.5]).view(1, 2, 3)).float()
    before, after = (copy.deepcopy(networks) for _ in range(2))
    catalog.system(system).prepare(config, after, Batch(x))
    mean, encoder = x.mean(0), cast(Any, after["encoder"])
    assert_close(cast(Any, after["decoder"]).last.bias.sigmoid(), mean.flatten().clamp(1e-3, 1 - 1e-3))
    assert_close(cast(Any, after["decoder"]).last.weight, cast(Any, before["decoder"]).last.weight / 10)
    spread = (x.var(0, unbiased=False) + 0.01).sqrt()
    for one, other in zip(encoder(x), cast(Any, before["encoder"])((x - mean) / spread)):
        assert_close(one, other)
    assert not torch.equal(encoder(x)[0], cast(Any, before["encoder"])(x)[0])
