"""What lies outside all that a critic's opinion was calibrated on is said to, whatever the critic says of it."""

import pytest
import torch

from saddlepoint.data.digits import digits
from saddlepoint.running.opinions import opinion, outside, strangers
from saddlepoint.statistics.intervals import wilson


@pytest.fixture(scope="module")
def pictures() -> torch.Tensor:
    return digits().x[:1_200]


def test_noise_is_like_no_digit_and_other_digits_are(pictures):
    """Of 200 digits that are in neither set at most one in a hundred is a stranger: further off than the furthest of
    500, as one in 500 is by chance. Noise, a negative and a plain grey all are.
    """
    real, samples, others = pictures[:500], pictures[500:1_000], pictures[1_000:]
    assert float(strangers(others, real, samples).float().mean()) <= 0.01
    noise = torch.randint(256, (5, *pictures.shape[1:]), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    assert strangers(torch.cat([noise, 255 - others[:5], torch.full_like(noise, 128)]), real, samples).all()
    assert not strangers(torch.cat([real[:3], samples[:3]]), real, samples).any()
    assert strangers(samples[:3] // 2 + 120, real, samples).all()


def test_what_is_like_the_samples_alone_is_no_stranger(pictures):
    real, odd = pictures[:300], 255 - pictures[300:600]
    assert strangers(odd[:20], real, pictures[600:900]).all()
    assert not strangers(odd[:20], real, odd).any()


@pytest.mark.parametrize(("n", "near"), [(10, 10), (150, 150), (500, 200)])
def test_where_looks_are_few_the_nearer_half_calibrates(n, near):
    """Real examples lie above 0 and samples below: what lies high among the real ones is real for sure, as far as so
    many looks say. All of few looks would say 1/2.
    """
    real = torch.arange(n) + 1.0
    found = opinion("", 0.75 * n, None, "", real, -real)
    assert found.calibrated == pytest.approx(wilson(near, near))
    assert (found.real, found.fake) == (pytest.approx(0.75, abs=0.06), 1)


def test_a_logit_beyond_all_is_said_to_be():
    real, fake = torch.tensor([0.0, 2.0]), torch.tensor([-3.0, 1.0])
    words = [outside(y, False, real, fake) for y in (-3.1, -3.0, 0.5, 2.0, 2.1)]
    assert [bool(word) for word in words] == [True, False, False, False, True]
    assert outside(0.5, True, real, fake) == "unlike all that D was calibrated on"
