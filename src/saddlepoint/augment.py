"""Differentiable augmentation: what D sees of a picture is altered, real and fake alike, and G is taught through it.

x' = cutout(translation(colour(x)))   (DiffAugment, Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient
GAN Training"), each of the three applied to each picture with probability p, the strength. With p < 1 the altered
distribution determines the unaltered one, so that G cannot gain by drawing altered pictures: altering by T with
probability p is the operator (1 - p) I + p T on distributions, which has an inverse unless T has the eigenvalue
-(1 - p) / p (Karras et al. 2020, "Training Generative Adversarial Networks with Limited Data", section 2.2 and
appendix C). A translation over a window of 3, 5, 7, ... places has eigenvalues down to -1/3, -1/4, ... -0.217: there is
an inverse for p < 3/4 at every size of picture, hence the bound of 0.7.

x  [B, C, H, W] in about [-1, 1]; of 2 or 4 channels the last is opacity, which colour leaves alone
"""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.functional import pad

from saddlepoint.errors import SaddlepointError

SHIFT, HOLE = 8, 2  # shifted by up to an eighth of the side; half of the side is cut out
START = 0.5  # of an adaptive strength: D memorises a small set before it can be noticed (docs/data.md)
TARGET = 0.3  # of the overfitting: above it D needs more augmentation, below it less
SPEED = 25_000  # images over which an adaptive strength may go from 0 to 1


def diff_augment(x: Tensor, rng: torch.Generator, strength: float) -> Tensor:
    """The altered pictures; x itself where the strength is 0."""
    if x.ndim != 4:
        raise SaddlepointError(f"examples of shape {list(x.shape[1:])} are no pictures", "--augment", "use none")
    if strength <= 0:
        return x
    return cutout(translation(colour(x, rng, strength), rng, strength), rng, strength)


def overfitting(logits: Mapping[str, Tensor]) -> float:
    """How much of what D knows it knows by heart, from its logits on unaltered examples (Karras et al. 2020, eq. 1):

        r_v = (E[D(train)] - E[D(held out)]) / (E[D(train)] - E[D(G(z))])

    0 where examples D has not seen convince it like those it has, 1 where it takes them for fakes. Neither a constant
    added to D's logits nor their scale matters, so that it is meant for every objective. Without held-out examples
    r_t = E[sign D(train)], which means this only where logits above 0 say 'real'.
    """
    train, fake = logits["train"].mean(), logits["fake"].mean()
    if "held_out" not in logits:
        return logits["train"].sign().mean().item()
    return ((train - logits["held_out"].mean()) / (train - fake)).item() if train > fake else 0.0


def adapted(strength: float, overfitting: float, images: int, most: float) -> float:
    """The strength after so many more images: larger where D overfits, smaller where not; between 0 and `most`."""
    step = images / SPEED if overfitting > TARGET else -images / SPEED
    return min(most, max(0.0, strength + step))


def on(x: Tensor, rng: torch.Generator, strength: float) -> Tensor:
    """1 for each picture that is to be altered, else 0, [B, 1, 1, 1]."""
    return (torch.rand(len(x), generator=rng) < strength).to(x)[:, None, None, None]


def uniform(x: Tensor, rng: torch.Generator, low: float, high: float) -> Tensor:
    """One number for each picture, [B, 1, 1, 1]."""
    return (low + (high - low) * torch.rand(len(x), generator=rng)).to(x)[:, None, None, None]


def colour(x: Tensor, rng: torch.Generator, strength: float) -> Tensor:
    """Brightness x + U(-1/2, 1/2); saturation, about the mean of the channels, times U(0, 2); contrast, about the
    picture's mean, times U(1/2, 3/2).
    """
    opacity = x[:, -1:] if x.shape[1] in (2, 4) else x[:, :0]
    y, chosen = x[:, : x.shape[1] - opacity.shape[1]], on(x, rng, strength)
    y = y + uniform(x, rng, -0.5, 0.5)
    for low, high, dims in ((0.0, 2.0, (1,)), (0.5, 1.5, (1, 2, 3))):
        mean = y.mean(dims, keepdim=True)
        y = mean + (y - mean) * uniform(x, rng, low, high)
    return torch.where(chosen > 0, torch.cat([y, opacity], 1), x)


def translation(x: Tensor, rng: torch.Generator, strength: float) -> Tensor:
    """Shifted by whole pixels, up to an eighth of the height and of the width; zeros come in."""
    batch, _, height, width = x.shape
    most = max(1, height // SHIFT), max(1, width // SHIFT)
    chosen = on(x, rng, strength).flatten().long()
    down, right = (chosen * torch.randint(-m, m + 1, (batch,), generator=rng).to(x.device) for m in most)
    padded = pad(x, (most[1], most[1], most[0], most[0])).permute(0, 2, 3, 1)
    rows = torch.arange(height, device=x.device) + (most[0] - down)[:, None]
    columns = torch.arange(width, device=x.device) + (most[1] - right)[:, None]
    first = torch.arange(batch, device=x.device)[:, None, None]
    return padded[first, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def cutout(x: Tensor, rng: torch.Generator, strength: float) -> Tensor:
    """A rectangle of half the height and half the width is set to 0, its middle anywhere in the picture."""
    batch, _, height, width = x.shape
    chosen = on(x, rng, strength)
    inside = []
    for side in (height, width):
        middle = torch.randint(0, side, (batch, 1), generator=rng)
        away = torch.arange(side) - (middle - side // HOLE // 2)
        inside.append(((away >= 0) & (away < side // HOLE)).to(x))
    hole = inside[0][:, None, :, None] * inside[1][:, None, None, :]
    return x * (1 - chosen * hole)
