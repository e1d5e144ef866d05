"""Tiles give what the whole gives, for the networks there are and any size; where they cannot, they leave no seams."""

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.unet import UNet
from saddlepoint.networks.upscaler import Upscaler
from saddlepoint.tiling import filled, tiled

SIZES = [(37, 53), (64, 48), (5, 90), (1, 1), (16, 16), (17, 33)]


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


def alive(network: nn.Module) -> nn.Module:
    """The network in evaluation mode, with every weight, gain and moving average off its start."""
    torch.manual_seed(1)
    with torch.no_grad():
        for p in network.parameters():
            p.add_(0.2 * torch.randn_like(p))
        for norm in (layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)):
            norm.running_mean.normal_()
            norm.running_var.uniform_(0.5, 2)
    return network.to(DOUBLE).eval()


def unet() -> nn.Module:
    return alive(UNet(2, 1, width=3, halvings=2))


def upscaler(factor: int = 3) -> nn.Module:
    return alive(Upscaler(2, width=4, blocks=1, factor=factor))


def whole(G: nn.Module, c: Tensor, scale: int = 1) -> Tensor:
    """All of c at once, continued to what G takes and cut back."""
    height, width = c.shape[2:]
    return G(None, filled(c, G.step))[..., : scale * height, : scale * width]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("tile", [1, 8, 11, 16, 200])
@torch.no_grad()
def test_tiles_of_a_unet_are_the_whole(size, tile):
    G, c = unet(), draw(1, 2, *size)
    x = tiled(lambda c: G(None, c), c, tile=tile, margin=G.margin, step=G.step)
    assert x.shape == (1, 1, *size)
    assert_close(x, whole(G, c), rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("factor", "tile"), [(1, 8), (2, 7), (3, 16), (3, 3)])
@torch.no_grad()
def test_tiles_of_an_upscaler_are_the_whole(size, factor, tile):
    G, c = upscaler(factor), draw(2, 2, *size)
    x = tiled(lambda c: G(None, c), c, tile=tile, margin=G.margin, step=G.step, scale=G.scale)
    assert_close(x, whole(G, c, factor), rtol=0, atol=1e-12)


@torch.no_grad()
def test_in_single_precision_they_are_equal_to_1e_5():
    for G in (unet().float(), upscaler().float()):
        c, scale = draw(1, 2, 61, 47).float(), getattr(G, "scale", 1)
        x = tiled(lambda c, G=G: G(None, c), c, tile=16, margin=G.margin, step=G.step, scale=scale)
        assert x.dtype == torch.float32
        assert_close(x, whole(G, c, scale), rtol=0, atol=1e-5)


@torch.no_grad()
def test_with_half_the_margin_they_are_not():
    for G in (unet(), upscaler()):
        c, scale = draw(1, 2, 61, 47), getattr(G, "scale", 1)
        x = tiled(lambda c, G=G: G(None, c), c, tile=16, margin=G.margin // 2, step=G.step, scale=scale)
        assert (x - whole(G, c, scale)).abs().max() > 1e-4


@torch.no_grad()
def test_the_upscaler_needs_all_of_its_margin():
    G, c = upscaler(), draw(1, 2, 40, 40)
    x = tiled(lambda c: G(None, c), c, tile=10, margin=G.margin - 1, step=1, scale=3)
    assert (x - whole(G, c, 3)).abs().max() > 1e-9


def test_what_is_put_in_lies_on_the_grid_and_ends_where_the_picture_does():
    c, seen = torch.arange(23.0).expand(1, 1, 10, -1), []

    def apply(piece: Tensor) -> Tensor:
        seen.append((piece.shape[2], piece.shape[3], int(piece[0, 0, 0, 0]), int(piece[0, 0, 0, -1])))
        return piece

    x = tiled(apply, c, tile=9, margin=3, step=4)  # 8 wide, with 4 around; 23 is continued to 24 by its last
    assert seen == [(h, *across) for h in (12, 8) for across in ((12, 0, 11), (16, 4, 19), (12, 12, 22))]
    assert torch.equal(x, c)


@pytest.mark.parametrize("size", [(50, 70), (9, 40), (3, 5), (64, 64)])
@pytest.mark.parametrize(("tile", "step", "scale"), [(16, 1, 1), (16, 4, 2), (4, 4, 1), (23, 1, 3)])
def test_without_a_margin_what_all_tiles_agree_on_is_kept(size, tile, step, scale):
    """The shares of a pixel sum to 1: a constant stays itself, and so does any picture that is passed on."""

    def grown(c: Tensor) -> Tensor:
        return c.repeat_interleave(scale, 2).repeat_interleave(scale, 3)

    c = draw(1, 2, *size)
    assert_close(tiled(grown, c, tile=tile, margin=None, step=step, scale=scale), grown(c), rtol=0, atol=1e-12)
    constant = tiled(lambda c: grown(c) * 0 + 7, c, tile=tile, margin=None, step=step, scale=scale)
    assert_close(constant, torch.full_like(grown(c), 7), rtol=0, atol=1e-12)


def test_without_a_margin_there_are_no_seams():
    """A function of the whole tile, on a smooth picture: each tile less its mean, as a normalisation would have it.
    From one pixel to the next x changes by no more than c does and a tile's difference spread over the overlap; tiles
    side by side jump."""
    rows, columns = torch.meshgrid(torch.linspace(0, 3, 60), torch.linspace(0, 4, 90), indexing="ij")
    c = (rows.sin() * columns.cos())[None, None].double()

    def apply(piece: Tensor) -> Tensor:
        return piece - piece.mean((2, 3), keepdim=True)

    def jump(x: Tensor) -> float:
        return max(x.diff(dim=dim).abs().max().item() for dim in (2, 3))

    faded = tiled(apply, c, tile=24, margin=None, step=1)
    beside = tiled(apply, c, tile=24, margin=0, step=1)
    assert jump(faded) < jump(c) + 2 / 6  # means differ by less than 2, over 6 pixels or more
    assert jump(faded) < 0.25 * jump(beside)
    assert (faded - c).diff(dim=3).diff(dim=3).abs().max() < 0.25 * (beside - c).diff(dim=3).diff(dim=3).abs().max()


def test_between_two_tiles_the_one_fades_linearly_into_the_other():
    number = iter([0.0, 1.0])
    x = tiled(lambda c: c * 0 + next(number), draw(1, 1, 8, 14), tile=8, margin=None, step=1)
    assert_close(x[0, 0, 3], torch.tensor([0.0] * 6 + [0.25, 0.75] + [1.0] * 6, dtype=DOUBLE))


def test_progress_is_told_and_no_tile_is_larger_than_with_its_margin():
    told, made = [], []

    def apply(piece: Tensor) -> Tensor:
        made.append(piece.numel())
        return piece

    tiled(apply, draw(1, 1, 20, 30), tile=10, margin=2, step=1, tell=lambda done, total: told.append((done, total)))
    assert told == [(i, 6) for i in range(1, 7)]
    assert max(made) == 12 * 14


def test_derivatives_pass_through():
    """Also a tile's: the result is a function of c like the whole is."""
    G, c = upscaler(2), draw(1, 2, 9, 8).requires_grad_()
    w = draw(1, 2, 18, 16, seed=3)
    parts = tiled(lambda c: G(None, c), c, tile=4, margin=G.margin, step=1, scale=2)
    (mine,) = torch.autograd.grad((parts * w).sum(), c)
    (theirs,) = torch.autograd.grad((G(None, c) * w).sum(), c)
    assert_close(mine, theirs)


def test_what_cannot_be_tiled_is_refused():
    for c in (torch.zeros(3, 8, 8), torch.zeros(1, 3, 0, 8)):
        with pytest.raises(SaddlepointError, match="tiling: c has shape"):
            tiled(lambda c: c, c, tile=4, margin=0, step=1)
    for numbers in ({"tile": 0}, {"step": 0}, {"margin": -1}, {"scale": 0}):
        with pytest.raises(SaddlepointError, match=r"tiling: tile .*1 or more"):
            tiled(lambda c: c, torch.zeros(1, 1, 8, 8), **{"tile": 4, "margin": 0, "step": 1, **numbers})
    with pytest.raises(SaddlepointError, match=r"tiling: a tile of 4 x 4 came out as \(1, 1, 4, 4\).*2 times"):
        tiled(lambda c: c, torch.zeros(1, 1, 8, 8), tile=4, margin=0, step=1, scale=2)
