"""The pattern in smooth places: closed forms, what it must not see, and its interval."""

import math

import pytest
import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.both import PARTS, Side, of_both
from saddlepoint.statistics.intervals import parts_of
from saddlepoint.statistics.pattern import pattern, places

SIDE = 24


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def ramps(n: int, seed: int = 0, steepest: float = 3.0, side: int = SIDE) -> Tensor:
    """Planes of any slope about the middle of 0 to 255: no second differences. The first has the ends of the range."""
    slopes = steepest * (2 * torch.rand(n, 2, 1, 1, generator=rng(seed), dtype=torch.float64) - 1)
    at = torch.arange(side, dtype=torch.float64) - (side - 1) / 2
    x = 127.5 + slopes[:, :1] * at[:, None] + slopes[:, 1:] * at
    x[0] = 127.5
    x[0, 0, 0, 0], x[0, 0, 0, 1] = 0, 255  # in places of an uneven picture, which no smooth stratum has
    return x


def waves(period: int, side: int = SIDE) -> Tensor:
    """+-1 in a chequerboard of squares of half the period."""
    at = torch.arange(side) // (period // 2)
    return ((at[:, None] + at) % 2 * 2 - 1).double()


@pytest.mark.parametrize("a", [0.25, 1.0, 6.0])
@pytest.mark.parametrize("period", [2, 4])
def test_a_chequerboard_on_planes_is_its_amplitude_beside_a_grey_level(a: float, period: int) -> None:
    """(a^2 + 1)^(1/2), for planes have none and the floor is one of 255 grey levels."""
    real = ramps(60)
    found = pattern(real, real + a * waves(period))
    assert found is not None
    assert found.value == pytest.approx(math.sqrt(a**2 + 1), rel=2e-3)  # but for the uneven corner


@pytest.mark.parametrize("axis", [0, 1])
def test_stripes_are_seen_along_either_axis(axis: int) -> None:
    """Of amplitude 5 along one of two: 25 / 2."""
    real = ramps(40)
    stripes = (torch.arange(SIDE) % 2 * 2 - 1).double()
    found = pattern(real, real + 5 * (stripes[:, None] if axis == 0 else stripes))
    assert found is not None
    assert found.value == pytest.approx(math.sqrt(25 / 2 + 1), rel=2e-3)


def test_what_real_pictures_have_themselves_is_divided_by() -> None:
    real = ramps(60) + 3 * waves(2)
    found = pattern(real, ramps(60, seed=1) + 9 * waves(2))
    assert found is not None
    assert found.value == pytest.approx(math.sqrt((81 + 1) / (9 + 1)), rel=0.01)


def test_a_constant_or_a_factor_changes_nothing() -> None:
    noise = torch.randn(2, 40, 1, SIDE, SIDE, generator=rng(3), dtype=torch.float64)
    real, fake = ramps(40) + noise[0], ramps(40, 1) + 2 * noise[1] + waves(2)
    expected = pattern(real, fake)
    assert expected is not None
    for times, plus in ((1 / 255, 0.0), (257.0, 0.0), (2 / 255, -1.0), (1.0, 1000.0)):
        assert pattern(times * real + plus, times * fake + plus) == pytest.approx(expected, rel=1e-3)
    assert abs(expected.value - 1) > 0.3


def test_no_pattern_of_either_period_moves_what_smoothness_is_judged_by() -> None:
    x = torch.rand(5, 2, 21, 30, generator=rng(), dtype=torch.float64)
    tile = torch.randn(4, 4, generator=rng(1), dtype=torch.float64)
    tiled = (tile - tile.mean()).repeat(6, 8)[:21, :30]
    plain, woven = places(x), places(x + tiled)
    assert torch.allclose(plain[0], woven[0], rtol=0, atol=1e-12)
    assert torch.allclose(plain[1], woven[1], rtol=0, atol=1e-7)
    assert plain[1].shape == plain[2][0].shape == (5, 2, 4, 6)


def test_powers_are_those_of_the_middle_of_each_place() -> None:
    """Pixel by pixel."""
    x = torch.rand(1, 1, 13, 17, generator=rng(), dtype=torch.float64)
    _, _, (two, four) = places(x)
    for row in range(two.shape[2]):
        for column in range(two.shape[3]):
            for powers, gap in ((two, 1), (four, 2)):
                total = 0.0
                for i in range(4 * row + 2, 4 * row + 6):
                    for j in range(4 * column + 2, 4 * column + 6):
                        p = x[0, 0]
                        total += float((p[i - gap, j] - 2 * p[i, j] + p[i + gap, j]) / 4) ** 2
                        total += float((p[i, j - gap] - 2 * p[i, j] + p[i, j + gap]) / 4) ** 2
                assert float(powers[0, 0, row, column]) == pytest.approx(total / 32, rel=1e-12)


def textured(n: int, share: float, seed: int) -> Tensor:
    """Planes, of which a share has a grain; it makes places less smooth as well."""
    x = ramps(n, seed, steepest=1.5)
    grain = 40 * torch.randn(n, 1, SIDE, SIDE, generator=rng(seed + 50), dtype=torch.float64)
    return x + grain * (torch.rand(n, 1, 1, 1, generator=rng(seed + 90)) < share)


def test_more_of_a_true_texture_is_no_weave() -> None:
    """Pictures with the grain are more frequent among the samples, not finer: places are compared by smoothness."""
    real, fake = textured(300, 0.4, 1), textured(300, 0.8, 2)
    whole = [places(each)[2][0].add(1).log().mean() for each in (real, fake)]
    found = pattern(real, fake)
    assert float(((whole[1] - whole[0]) / 2).exp()) > 2
    assert found is not None
    assert found.value < 1.3
    woven = pattern(real, fake + 8 * waves(2))
    assert woven is not None
    assert woven.low > 1.6


def shapes(n: int, share: float, seed: int = 0, weave: float = 0.0, grain: float = 0.0) -> Tensor:
    """Grey flat squares of some of the width on black, whole numbers, as drawn pictures are."""
    x = torch.zeros(n, 1, 32, 32, dtype=torch.float64)
    side = int(32 * share)
    levels = torch.randint(60, 200, (n, 1, 1, 1), generator=rng(seed)).double()
    x[:, :, :side, :side] = levels + weave * waves(2, side)
    x += grain * torch.randint(0, 2, x.shape, generator=rng(seed + 1))
    x[0, 0, 0, :2] = torch.tensor([0, 255])
    return x.clamp(0, 255).to(torch.uint8)


def test_a_black_ground_neither_hides_a_weave_nor_makes_one() -> None:
    """However much of a picture it is; and a grain of half a level, there and inside, is no more than that."""
    found = [pattern(shapes(40, share), shapes(40, share, 5, weave=6)) for share in (0.5, 0.75, 1.0)]
    assert None not in found
    values = [each.value for each in found if each]
    assert values == pytest.approx([math.sqrt(37)] * 3, rel=0.05)
    dusty = pattern(shapes(40, 0.5), shapes(40, 0.5, 5, grain=1))
    assert dusty is not None
    assert 1 <= dusty.value < 1.2


def test_a_white_ground_is_as_good_as_a_black_one() -> None:
    """The same pictures as negatives."""
    real, fake = shapes(40, 0.5), shapes(40, 0.5, 5, weave=6)
    found = pattern(255 - real, 255 - fake)
    assert found is not None
    assert found == pytest.approx(pattern(real, fake), rel=1e-6)


def test_the_interval_is_the_jackknife_of_both_samples() -> None:
    noise = torch.randn(2, 50, 1, SIDE, SIDE, generator=rng(3), dtype=torch.float64)
    real, fake = ramps(50) + 2 * noise[0], ramps(50, 1) + 3 * noise[1]
    ends, n = torch.full((1, 1, SIDE, SIDE), 127.5, dtype=torch.float64), 50
    ends[0, 0, 0, 0], ends[0, 0, 0, 1] = -20, 275
    real[0], fake[0] = ends, ends
    parts = parts_of(n, PARTS)
    real = torch.where((torch.arange(SIDE) < 2)[:, None], ends, real)  # every picture has the ends of the range

    def log(x: Tensor, y: Tensor) -> float:
        found = pattern(x, y)
        assert found is not None
        return math.log(found.value)

    without_x = torch.tensor([log(real[parts != i], fake) for i in range(PARTS)])
    without_y = torch.tensor([log(real, fake[parts != i]) for i in range(PARTS)])
    expected = of_both(log(real, fake), Side.of(without_x.double()), Side.of(without_y.double()), 0.0)
    assert pattern(real, fake) == pytest.approx([math.exp(each) for each in expected], rel=1e-4)


@pytest.mark.slow
def test_real_pictures_against_real_ones_cover_one() -> None:
    """95 % of the time, which 150 draws know to 2 %; by the larger of two ratios, so that none errs far above 1."""
    held = 0
    for seed in range(150):
        found = pattern(*(textured(40, 0.5, 1000 + 2 * seed + side) for side in range(2)))
        assert found is not None
        held += found.low <= 1 <= found.high
    assert held / 150 >= 0.88


def test_where_nothing_can_be_compared_there_is_no_number() -> None:
    real = ramps(20)
    assert pattern(real[:, :, :7], real[:, :, :7]) is None  # no place fits
    assert pattern(real[:9], real) is None  # no ten parts
    assert pattern(torch.full_like(real, 3.0), real) is None  # no range
    steep = torch.where(torch.arange(SIDE) % 8 < 4, 0.0, 255.0).expand_as(real)
    assert pattern(real, steep) is None  # nowhere smooth
    with pytest.raises(SaddlepointError, match="pattern: pictures"):
        pattern(real, real[:, :, :20])
