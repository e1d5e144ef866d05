"""Augmentation: how often, how far, differentiable, and invertible as an operator: it does not leak."""

import pytest
import torch
from torch import Tensor

from saddlepoint.augment import SPEED, TARGET, adapted, colour, cutout, diff_augment, translation
from saddlepoint.errors import SaddlepointError


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(n: int, channels: int = 3, side: int = 16) -> Tensor:
    return torch.rand(n, channels, side, side, generator=rng(1)) * 2 - 1


@pytest.mark.parametrize("part", [colour, translation, cutout])
@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0])
def test_each_part_alters_that_share_of_the_pictures(part, strength: float) -> None:
    x = pictures(2000)
    altered = (part(x, rng(), strength) != x).flatten(1).any(1).float().mean().item()
    never = 1 / 25 if part is translation else 0.0  # shifted by nothing: one of 5 x 5 shifts
    assert abs(altered - strength * (1 - never)) < 5 * (0.25 / 2000) ** 0.5


def test_strength_zero_is_the_identity_and_equal_streams_alter_equally() -> None:
    x = pictures(8)
    assert diff_augment(x, rng(), 0.0) is x
    assert torch.equal(diff_augment(x, rng(5), 1.0), diff_augment(x, rng(5), 1.0))
    assert not torch.equal(diff_augment(x, rng(5), 1.0), diff_augment(x, rng(6), 1.0))


def test_translation_moves_whole_pixels_and_brings_zeros_in() -> None:
    """A lone bright pixel in the middle is afterwards at most an eighth of the side away, all 5 x 5 places equally."""
    x = torch.zeros(5000, 1, 16, 16)
    x[:, :, 8, 8] = 1
    out = translation(x, rng(), 1.0)
    assert torch.equal(out.sum((1, 2, 3)), torch.ones(5000))
    share = out.mean(0)[0]
    expected = torch.zeros(16, 16)
    expected[6:11, 6:11] = 1 / 25
    assert (share - expected).abs().max() < 5 * (0.04 / 5000) ** 0.5


@pytest.mark.parametrize(("height", "width"), [(32, 8), (8, 32), (4, 16)])
def test_each_side_has_its_own_eighth_and_its_own_half(height: int, width: int) -> None:
    """Of pictures that are no squares. By one pixel at least they are shifted."""
    down, right = max(1, height // 8), max(1, width // 8)
    x = torch.zeros(2000, 1, height, width)
    x[:, :, height // 2, width // 2] = 1
    met = torch.zeros(height, width, dtype=torch.bool)
    met[height // 2 - down : height // 2 + down + 1, width // 2 - right : width // 2 + right + 1] = True
    assert torch.equal(translation(x, rng(), 1.0).sum(0)[0] > 0, met)
    hole = cutout(torch.ones_like(x), rng(), 1.0)[:, 0] == 0
    assert (int(hole.any(2).sum(1).max()), int(hole.any(1).sum(1).max())) == (height // 2, width // 2)


def test_cutout_clears_a_quarter_wherever_it_lies_inside() -> None:
    out = cutout(torch.ones(5000, 1, 16, 16), rng(), 1.0)
    cleared = (out == 0).sum((1, 2, 3))
    assert cleared.max() == 64
    assert cleared.min() == 16  # the middle in a corner
    holes = (out == 0).flatten(2).float()
    assert (out.unique() == torch.tensor([0.0, 1.0])).all()
    assert holes.mean() > 0.15


def test_colour_changes_brightness_saturation_contrast_and_never_opacity() -> None:
    x = pictures(3000, 4)
    out = colour(x, rng(), 1.0)
    assert torch.equal(out[:, 3], x[:, 3])
    moved = out[:, :3].mean((1, 2, 3)) - x[:, :3].mean((1, 2, 3))
    assert moved.abs().max() <= 0.5 + 1e-5
    assert abs(moved.mean().item()) < 0.03
    ratio = out[:, :3].mean(1).std((1, 2)) / x[:, :3].mean(1).std((1, 2))  # saturation leaves the channels' mean alone
    assert ratio.min() >= 0.5 - 1e-4
    assert ratio.max() <= 1.5 + 1e-4
    spread = (out[:, 0] - out[:, 1]).std((1, 2)) / (x[:, 0] - x[:, 1]).std((1, 2))
    assert spread.min() < 0.1
    assert spread.max() > 1.9


def test_opacity_of_grey_pictures_is_no_colour_either() -> None:
    """Of 2 and of 4 channels the last one stays, and has no part in the means; of 1 and of 3 all are colours."""
    x = torch.rand(200, 4, 5, 5, generator=rng()) - 0.5
    for channels in (1, 3):
        alone, beside = x[:, :channels], torch.cat([x[:, :channels], x[:, 3:]], 1)
        out = colour(beside, rng(), 1.0)
        assert torch.equal(out[:, -1], beside[:, -1])
        assert torch.equal(out[:, :-1], colour(alone, rng(), 1.0))
        assert (out[:, -2] != alone[:, -1]).any((1, 2)).all()


def test_contrast_is_about_the_mean_of_the_whole_picture() -> None:
    """Of two even channels the difference is multiplied by saturation, U(0, 2), and contrast, U(1/2, 3/2): its mean is
    1, its mean square 4/3 13/12, and it exceeds 2 at times. About each channel's own mean contrast would do nothing.
    """
    n = 20_000
    x = torch.stack([torch.zeros(n, 3, 3), torch.ones(n, 3, 3)], 1)
    x = torch.cat([x, x[:, :1]], 1)
    out = colour(x, rng(3), 1.0)
    ratio = (out[:, 1] - out[:, 0]).mean((1, 2)).double()
    assert float(ratio.mean()) == pytest.approx(1, abs=0.02)
    assert float(ratio.square().mean()) == pytest.approx(4 / 3 * 13 / 12, abs=0.05)
    assert 2.5 < float(ratio.max()) <= 3 + 1e-4


@pytest.mark.slow
def test_gradients_flow_through() -> None:
    """Each part is linear in x for fixed randomness: the gradient of a . T(x) is found by differences, in float64."""
    x = pictures(4, 3, 8).double().requires_grad_(True)
    assert torch.autograd.gradcheck(lambda x: diff_augment(x, rng(3), 0.9), (x,))


def test_points_are_refused() -> None:
    with pytest.raises(SaddlepointError, match="no pictures"):
        diff_augment(torch.zeros(4, 2), rng(), 1.0)


def operator(strength: float, side: int = 8) -> Tensor:
    """P(altered = j | x = i) of translation, for pictures of one bright pixel; the last column: moved out of sight."""
    draws, places = 4000, side * side
    rows = []
    for place in range(places):
        x = torch.zeros(1, places)
        x[0, place] = 1
        out = translation(x.view(1, 1, side, side).expand(draws, -1, -1, -1), rng(place), strength)
        seen = out.flatten(1).mean(0)
        rows.append(torch.cat([seen, (1 - seen.sum())[None]]))
    return torch.stack(rows).double()


@pytest.mark.parametrize("strength", [0.3, 0.5, 0.7])
def test_leak_what_is_altered_determines_what_was_not(strength: float) -> None:
    """The smallest singular value of the operator stays away from 0: different data stay different when altered, so
    that G gains nothing by drawing shifted pictures. The operator is (1 - p) I + p T, with T the mean of 3 x 3 shifts,
    whose eigenvalues (1 + 2 cos a) (1 + 2 cos b) / 9 are at least -1/3.
    """
    least = torch.linalg.svdvals(operator(strength)).min().item()
    assert least > 0.8 * ((1 - strength) - strength / 3)


def test_leak_beyond_the_bound_some_data_can_no_longer_be_told_apart() -> None:
    """At p = 0.76 the operator is all but singular: the bound on the strength is not a matter of taste."""
    assert torch.linalg.svdvals(operator(0.76)).min().item() < 0.03


def test_leak_shifted_data_are_told_apart_in_spite_of_the_shifts() -> None:
    """Data with the pixel always in the middle against data with it one place to the right: the distance in total
    variation after altering is that of two distributions that agree in 4/5 of p.
    """
    p = 0.8
    table = operator(p)
    middle, right = table[3 * 8 + 3], table[3 * 8 + 4]
    apart = (middle - right).abs().sum().item() / 2
    assert apart > (1 - p)
    assert (operator(0.0)[27] - operator(0.0)[28]).abs().sum().item() / 2 == 1


def test_adaptive_strength_rises_where_d_overfits_falls_where_not_and_is_bounded() -> None:
    p = 0.0
    for _ in range(100):
        p = adapted(p, TARGET + 0.1, SPEED // 50, most=0.8)
    assert p == 0.8
    assert adapted(0.5, TARGET + 0.1, SPEED // 100, 0.8) == pytest.approx(0.51)
    assert adapted(0.5, TARGET - 0.1, SPEED // 100, 0.8) == pytest.approx(0.49)
    assert adapted(0.001, TARGET - 0.1, SPEED, 0.8) == 0.0
    assert adapted(0.5, float("nan"), SPEED // 100, 0.8) < 0.5
