"""The numbers that change over a stage: closed forms at its start, middle and end; functions of images alone."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saddlepoint.game.rules import Dials, State
from saddlepoint.running.dials import dials, momentum, rate
from saddlepoint.settings.networks import Mlp
from saddlepoint.settings.run import Pace
from saddlepoint.systems.gan.config import Config, CriticPace, GeneratorPace, Rules

STAGE = Rules(images=1000)
TIGHT = {"rel": 1e-12}


def player(**rules: Any) -> Pace:
    return Pace(**rules)


def config(g: dict[str, Any], d: dict[str, Any]) -> Config:
    return Config(g=GeneratorPace(network=Mlp(), **g), d=CriticPace(network=Mlp(), **d))


def at(conf: Config, images: int, factor: float = 1.0) -> Dials:
    return dials({"G": conf.g, "D": conf.d}, STAGE, factor)(State(images // 10, images))


@pytest.mark.parametrize(
    ("decay", "start", "middle", "end"),
    [
        ("constant", 1.0, 1.0, 1.0),
        ("linear", 1.0, (1 + 0.04) / 2, 0.04),
        ("cosine", 1.0, (1 + 0.04) / 2, 0.04),
        ("exponential", 1.0, math.sqrt(0.04), 0.04),
    ],
)
def test_rates_fall_along_their_decay(decay: str, start: float, middle: float, end: float) -> None:
    falling = player(lr=0.5, decay=decay, lr_end=0.04)
    for t, left in ((0.0, start), (0.5, middle), (1.0, end)):
        assert rate(falling, t) == pytest.approx(0.5 * left, **TIGHT)


def test_decays_that_agree_in_the_middle_are_told_apart_at_a_quarter() -> None:
    """Left of the way: 3/4 on a line, (1 + sqrt(1/2)) / 2 on a cosine."""
    for decay, left in (("linear", 0.75), ("cosine", (1 + math.sqrt(0.5)) / 2)):
        falling = player(lr=1.0, decay=decay, lr_end=0.04)
        assert rate(falling, 0.25) == pytest.approx(0.04 + 0.96 * left, **TIGHT)
    assert rate(player(lr=1.0, decay="exponential", lr_end=0.04), 0.25) == pytest.approx(0.04**0.25, **TIGHT)


@given(st.sampled_from(["linear", "cosine", "exponential"]), st.floats(0, 1), st.floats(0, 1))
def test_rates_never_rise(decay: str, s: float, t: float) -> None:
    falling = player(lr=0.5, decay=decay, lr_end=0.04)
    assert rate(falling, max(s, t)) <= rate(falling, min(s, t)) * (1 + 1e-12)


def test_momentum_goes_in_a_line() -> None:
    """The 2014 code's: from .5 to .7."""
    rising = player(optimiser="momentum", momentum=0.5, momentum_end=0.7)
    assert [momentum(rising, t) for t in (0.0, 0.5, 1.0)] == pytest.approx([0.5, 0.6, 0.7], **TIGHT)


def test_momentum_is_left_alone_where_it_is_constant_or_unknown() -> None:
    assert momentum(player(optimiser="momentum", momentum=0.5), 0.5) is None
    assert momentum(player(optimiser="adam", momentum_end=0.7), 0.5) is None
    assert momentum(player(optimiser="rmsprop", momentum=0.5, momentum_end=0.7), 0.5) == pytest.approx(0.6)


def test_each_player_has_its_own_numbers() -> None:
    conf = config(
        {"lr": 0.5, "decay": "linear", "lr_end": 0.5},
        {"lr": 2.0, "optimiser": "momentum", "momentum": 0.5, "momentum_end": 0.7},
    )
    middle = at(conf, 500)
    assert middle.rates == pytest.approx({"G": 0.375, "D": 2.0}, **TIGHT)
    assert middle.momenta == pytest.approx({"D": 0.6}, **TIGHT)
    assert middle.weights == {}


def test_a_rollback_halves_rates_and_nothing_else() -> None:
    momenta = {"optimiser": "momentum", "momentum": 0.5, "momentum_end": 0.7}
    conf = config({"lr": 0.5, "decay": "cosine", **momenta}, {"lr": 2.0, **momenta})
    whole, half = at(conf, 300), at(conf, 300, factor=0.5)
    assert half.rates == pytest.approx({name: value / 2 for name, value in whole.rates.items()}, **TIGHT)
    assert half.momenta == whole.momenta


def test_beyond_the_end_of_a_stage_its_last_numbers_hold() -> None:
    """The last round may see more images than the stage has."""
    conf = config({"decay": "linear"}, {"decay": "exponential"})
    assert at(conf, 1000) == at(conf, 1030)


def test_numbers_depend_on_images_seen_alone() -> None:
    """Neither on rounds played, nor on what was asked before: a resumed run reads the same."""
    conf = config({"decay": "linear"}, {"decay": "cosine"})
    read = dials({"G": conf.g, "D": conf.d}, STAGE, 1.0)
    straight = [read(State(i, images)) for i, images in enumerate(range(0, 1000, 50))]
    backwards = [read(State(0, images)) for images in reversed(range(0, 1000, 50))]
    assert straight == backwards[::-1]
    assert len({numbers.rates["G"] for numbers in straight}) == 20
