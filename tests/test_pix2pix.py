"""Which costs pix2pix plays by: the five of the paper's ablation (Isola et al. 2017, section 4.1 and table 1)."""

from typing import Any

import pytest
import torch

from saddlepoint.data.facts import About
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.algorithm import play
from saddlepoint.planning.begin import configure
from saddlepoint.records import Batch
from saddlepoint.systems.pix2pix.play import networks, scene

FACTS = {"x": About("pictures", (2, 16, 16)), "c": About("pictures", (1, 16, 16))}
CRITIC = {"d.width": 2, "d.layers": 1, "d.lr": 1e-9}
SMALL = {"g.width": 2, "g.halvings": 2, "g.dropout": 0.0, "g.lr": 1e-9}


def configured(told: dict[str, Any]) -> Any:
    return configure("pix2pix", None, SMALL | ({} if told.get("critic") == "none" else CRITIC) | told)


def played(told: dict[str, Any]) -> tuple[Any, Any, Batch]:
    """(networks, the one round that was played, its batch)."""
    config = configured(told)
    torch.manual_seed(0)
    nets = networks(config, FACTS)  # pyright: ignore[reportArgumentType]
    batch = Batch(torch.randn(3, 2, 16, 16).tanh(), torch.randn(3, 1, 16, 16).tanh())
    game = scene(config, 0, nets, FACTS).game  # pyright: ignore[reportArgumentType]
    (round_,) = play(game, [batch])
    return nets, round_, batch


@pytest.mark.parametrize(
    ("told", "costs"),
    [
        ({"critic": "none"}, {"G/l1"}),
        ({"critic": "blind", "l1": 0}, {"D", "G"}),
        ({"l1": 0}, {"D", "G"}),
        ({"critic": "blind"}, {"D", "G", "G/l1"}),
        ({}, {"D", "G", "G/l1"}),
    ],
    ids=["L1", "GAN", "cGAN", "L1+GAN", "L1+cGAN"],
)
def test_the_five_costs_of_the_paper(told: dict[str, Any], costs: set[str]) -> None:
    nets, round_, batch = played(told)
    assert {name for name in round_.losses if name != "G" or "D" in round_.losses} == costs
    assert ("D" in nets) == ("D" in costs)
    if "G/l1" in costs:
        far = (nets["G"].train()(None, batch.c) - batch.x).abs().mean()
        assert round_.losses["G/l1"] == pytest.approx(far.item(), rel=1e-5)


def test_a_blind_critic_sees_x_alone() -> None:
    for told, sees in (({"critic": "blind"}, False), ({}, True)):
        nets, _, _ = played(told)
        assert nets["D"].inputs + nets["D"].conditions == (3 if sees else 2)
        one = scene(configured(told), 0, nets, FACTS)  # pyright: ignore
        assert one.game.unconditional == (set() if sees else {"D"})
        assert not one.chooses  # by the distance alone a critic's stage can only lose


def test_by_the_distance_alone_the_best_is_kept() -> None:
    config = configure("pix2pix", None, {**SMALL, "critic": "none"})
    assert scene(config, 0, networks(config, FACTS), FACTS).chooses  # pyright: ignore[reportArgumentType]


def test_what_no_stage_can_play_is_refused() -> None:
    with pytest.raises(SaddlepointError, match="nothing to learn from"):
        configure("pix2pix", None, {"critic": "none", "l1": 0})
    with pytest.raises(SaddlepointError, match="critic"):
        configure("pix2pix", None, {"critic": "nobody"})
