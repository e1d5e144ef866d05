"""The upscaler: the enlargement at the start, exactly; what a pixel sees; any size; and that it learns what lacks."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.shrinking import enlarge, shrink
from saddlepoint.networks.upscaler import FACTORS, Upscaler

every_factor = pytest.mark.parametrize("factor", FACTORS)


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


def upscaler(factor: int = 2, channels: int = 1, **options) -> Upscaler:
    torch.manual_seed(0)
    return Upscaler(channels, factor=factor, **{"width": 3, "blocks": 2, **options}).to(DOUBLE)


def shaken(network: nn.Module) -> nn.Module:
    """The network with every weight moved off its start, so that all of it is alive."""
    torch.manual_seed(1)
    with torch.no_grad():
        for p in network.parameters():
            p.add_(0.1 * torch.randn_like(p))
    return network


@every_factor
@pytest.mark.parametrize("normalise", [False, True])
def test_at_the_start_it_is_the_enlargement(factor, normalise):
    for c in (draw(2, 3, 7, 5), draw(1, 3, 1, 1)):
        G = upscaler(factor, 3, normalise=normalise).eval()
        assert torch.equal(G(None, c), enlarge(c, factor))
        assert not torch.allclose(shaken(G)(None, c), enlarge(c, factor))


@every_factor
@pytest.mark.parametrize("blocks", [0, 1, 3])
def test_a_pixel_sees_as_far_as_the_margin_and_no_further(factor, blocks):
    """All weights, and c, are made positive, so that the gradient is nonzero on all that reaches the pixel. Every pixel
    of a cell sees as far as the convolutions do; the enlargement alone would reach two."""
    G = shaken(upscaler(factor, blocks=blocks, width=1))
    for weight in G.parameters():
        weight.data.abs_()
    seen, middle = G.margin, 10
    assert (G.step, seen, G.scale) == (1, 2 + 2 * blocks, factor)
    c = draw(1, 1, 21, 21).abs().requires_grad_()
    x = G(None, c)
    for place in range(factor):
        y, across = factor * middle + place, factor * (middle + 1) - 1 - place
        (slope,) = torch.autograd.grad(x[0, 0, y, across], c, retain_graph=True)
        rows, columns = (slope[0, 0] != 0).nonzero().T
        for line in (rows, columns):
            assert (line.min(), line.max()) == (middle - seen, middle + seen)


def test_one_block_written_out():
    G, c = shaken(upscaler(3, 2, blocks=1)), draw(2, 2, 6, 7)
    p = dict(G.named_parameters())

    def conv(h: torch.Tensor, name: str) -> torch.Tensor:
        return F.conv2d(h, p[f"{name}.weight"], p[f"{name}.bias"], padding=1)

    h = conv(c, "first")
    h = h + conv(F.leaky_relu(conv(F.leaky_relu(h, 0.2), "body.0.branch.1"), 0.2), "body.0.branch.3")
    lacking = conv(F.leaky_relu(h, 0.2), "last")
    x = G(None, c)
    assert_close(x, enlarge(c, 3) + F.pixel_shuffle(lacking, 3))
    # pixel (3 i + a, 3 j + b) of channel k is channel 9 k + 3 a + b at (i, j)
    assert_close((x - enlarge(c, 3))[:, 1, 3 * 4 + 2, 3 * 5 + 1], lacking[:, 9 + 3 * 2 + 1, 4, 5])


def test_deep_bodies_start_on_the_scale_of_shallow_ones():
    """What enters the last layer is c's features, however many blocks there are."""
    for blocks in (0, 2, 30):
        G, c = upscaler(2, 1, width=16, blocks=blocks), draw(4, 1, 12, 12)
        assert_close(G.body(G.first(c)), G.first(c))
        assert 0.5 < G.first(c).std() < 2.5


def test_all_of_it_learns_from_the_second_step_on():
    """Zero at the start is no place to stay: the last layer leaves it first, then each branch's, then all."""
    G, c = upscaler(2), draw(2, 1, 8, 8)
    target = draw(2, 1, 16, 16, seed=1)
    rule = torch.optim.SGD(G.parameters(), 1e-2)
    for _ in range(3):
        rule.zero_grad()
        (G(None, c) - target).square().mean().backward()
        rule.step()
    assert all(p.grad.abs().max() > 0 for p in G.parameters())


@pytest.mark.slow
def test_it_learns_what_the_enlargement_lacks():
    """Steps between two greys, halved, of which a bicubic enlargement makes slopes: the error falls to a third."""
    rng = torch.Generator().manual_seed(0)

    def steps(n: int) -> torch.Tensor:
        edges = torch.randint(4, 20, (n, 1, 1, 1), generator=rng)
        across = (torch.arange(24) < edges).float().expand(-1, 1, 24, -1) * 2 - 1
        return torch.where(torch.rand(n, 1, 1, 1, generator=rng) < 0.5, across, across.transpose(2, 3))

    torch.manual_seed(0)
    G = Upscaler(1, width=8, blocks=1, factor=2)
    rule = torch.optim.Adam(G.parameters(), 1e-2)
    for _ in range(150):
        x = steps(8)
        rule.zero_grad()
        (G(None, shrink(x, 2)) - x).square().mean().backward()
        rule.step()
    x = steps(64)
    c = shrink(x, 2)
    error, bicubic = ((each - x).square().mean() for each in (G(None, c), enlarge(c, 2)))
    assert error < bicubic / 3


def test_z_is_not_read_and_nothing_is_left_to_chance():
    G, c = shaken(upscaler()), draw(1, 1, 4, 4)
    assert torch.equal(G(None, c), G(draw(1, 9), c))


def test_derivatives_are_finite_differences():
    G = shaken(upscaler(2, width=2))
    assert torch.autograd.gradcheck(lambda c: G(None, c), draw(1, 1, 3, 4).requires_grad_())


def test_normalisation_is_within_the_blocks_alone():
    G = upscaler(normalise=True)
    norms = [layer for layer in G.modules() if isinstance(layer, nn.BatchNorm2d)]
    assert len(norms) == 4
    assert all(isinstance(block.branch[2], nn.BatchNorm2d) and block.branch[1].bias is None for block in G.body)
    assert not [layer for layer in upscaler().modules() if isinstance(layer, nn.BatchNorm2d)]


def test_other_factors_and_conditions_are_refused():
    for factor in (0, 5, 16):
        with pytest.raises(SaddlepointError, match=r"upscaler: the factor .*1, 2, 3, 4, 8"):
            Upscaler(1, factor=factor)
    for c, what in ((None, "no condition"), (draw(1, 3, 8, 8), r"\(1, 3, 8, 8\)"), (draw(1, 8, 8), r"\(1, 8, 8\)")):
        with pytest.raises(SaddlepointError, match=what):
            upscaler()(None, c)
