"""Each picture network layer by layer, and the scale that its weights start on."""

import re

import pytest
import torch
from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.autoencoder import Encoder, Layer
from saddlepoint.networks.blocks import geometry, ladder, widths
from saddlepoint.networks.boltzmann import RBM
from saddlepoint.networks.classifier import Classifier
from saddlepoint.networks.conditions import Code, Condition
from saddlepoint.networks.dcgan import DCGANCritic, DCGANGenerator
from saddlepoint.networks.denoiser import Denoiser
from saddlepoint.networks.filler import Filler
from saddlepoint.networks.mlp import Layers, MLPGenerator
from saddlepoint.networks.patch import PatchCritic, field
from saddlepoint.networks.residual import ResidualCritic, ResidualGenerator, Tower
from saddlepoint.networks.translator import Translator
from saddlepoint.networks.unet import UNet
from saddlepoint.networks.upscaler import Upscaler


def sides(pair: tuple[int, ...]) -> str:
    return "x".join(map(str, pair if pair[0] != pair[1] else pair[:1]))


def spelt(layer: nn.Module) -> str | None:
    """What a layer is, from its inputs to its outputs: kernel, stride, padding, and `b` where it has a bias."""
    match layer:
        case nn.Conv2d() | nn.ConvTranspose2d():
            kind = "up" if isinstance(layer, nn.ConvTranspose2d) else "conv"
            assert isinstance(layer.padding, tuple)
            size = f"{sides(layer.kernel_size)}/{sides(layer.stride)}+{sides(layer.padding)}"
            more = f"+{sides(layer.output_padding)}" if kind == "up" else ""
            return f"{kind} {layer.in_channels}>{layer.out_channels} {size}{more}{' b' * (layer.bias is not None)}"
        case nn.Linear():
            return f"{layer.in_features}>{layer.out_features}{' b' * (layer.bias is not None)}"
        case nn.BatchNorm2d():
            return f"norm {layer.num_features}"
        case nn.LeakyReLU():
            return f"leaky {layer.negative_slope}"
        case nn.ReLU() | nn.Tanh() | nn.MaxPool2d() | nn.Dropout():
            return type(layer).__name__ + (f" {layer.p}" if isinstance(layer, nn.Dropout) else "")
    return None


def layers(network: nn.Module) -> list[str]:
    return [one for layer in network.modules() if (one := spelt(layer))]


NORMED = ["leaky 0.2", "conv 6>6 3/1+1", "norm 6"]
BOTTLENECK = ["leaky 0.2", "conv 4>2 1/1+0 b", "leaky 0.2", "conv 2>2 3/1+1 b", "leaky 0.2", "conv 2>4 1/1+0 b"]
PLAIN = ["leaky 0.2", "conv 4>4 3/1+1 b"]
SMALL = Tower(4, 1, "bottleneck", 4)
BUILT = {
    "dcgan, 10 x 16": (
        lambda: DCGANGenerator((3, 10, 16), latent=7, width=4),
        ["7>160", "norm 8", "ReLU", "up 8>4 5/1x2+2+0x1", "norm 4", "ReLU", "up 4>3 5/2+2+1 b", "Tanh"],
    ),
    "its critic": (
        lambda: DCGANCritic((3, 10, 16), width=4),
        ["conv 3>4 5/2+2 b", "leaky 0.2", "conv 4>8 5/1x2+2", "norm 8", "leaky 0.2", "160>1 b"],
    ),
    "patch": (
        lambda: PatchCritic(3, 2, width=4, layers=2),
        ["conv 5>4 4/2+1 b", "leaky 0.2", "conv 4>8 4/2+1", "norm 8", "leaky 0.2", "conv 8>16 4/1+1", "norm 16",
         "leaky 0.2", "conv 16>1 4/1+1 b"],
    ),
    "pixel": (
        lambda: PatchCritic(3, width=4, layers=0),
        ["conv 3>4 1/1+0 b", "leaky 0.2", "conv 4>8 1/1+0", "norm 8", "leaky 0.2", "conv 8>1 1/1+0 b"],
    ),
    "unet": (
        lambda: UNet(3, 2, width=4, halvings=3),
        ["conv 3>4 4/2+1 b", "leaky 0.2", "conv 4>8 4/2+1", "norm 8", "leaky 0.2", "conv 8>16 4/2+1 b", "leaky 0.2",
         "up 16>8 4/2+1+0", "norm 8", "Dropout 0.5", "ReLU", "up 16>4 4/2+1+0", "norm 4", "Dropout 0.5", "ReLU",
         "up 8>2 4/2+1+0 b", "Tanh"],
    ),
    "upscaler": (
        lambda: Upscaler(3, width=6, blocks=2, factor=3, normalise=True),
        ["conv 3>6 3/1+1 b", *NORMED * 4, "leaky 0.2", "conv 6>27 3/1+1 b"],
    ),
    "classifier": (
        lambda: Classifier(2, 9, 12, 5, features=7, widths=(3, 4), depth=2),
        ["conv 2>3 3/1+1", "norm 3", "ReLU", "conv 3>3 3/1+1", "norm 3", "ReLU", "MaxPool2d",
         "conv 3>4 3/1+1", "norm 4", "ReLU", "conv 4>4 3/1+1", "norm 4", "ReLU", "MaxPool2d", "24>7 b", "7>5 b"],
    ),
    "residual": (
        lambda: ResidualGenerator((3, 8, 8), latent=5, tower=SMALL),
        ["5>64 b", *BOTTLENECK, "leaky 0.2", "conv 4>12 3/1+1 b", "Tanh"],
    ),
    "residual, smooth": (
        lambda: ResidualGenerator((3, 8, 8), latent=5, tower=Tower(4, 2, "plain", 4), last="smooth"),
        ["5>64 b", *PLAIN * 4, "leaky 0.2", "conv 4>3 1/1+0 b", "leaky 0.2", "conv 3>3 3/1+1 b", "Tanh"],
    ),
    "its critic, residual": (
        lambda: ResidualCritic((3, 8, 8), tower=SMALL),
        ["conv 3>4 4/2+1 b", *BOTTLENECK, "leaky 0.2", "64>1 b"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BUILT)
def test_each_network_layer_by_layer(name: str):
    build, expected = BUILT[name]
    assert layers(build()) == expected


def weights(network: nn.Module, kinds: tuple[type[nn.Module], ...]) -> Tensor:
    return torch.cat([m.weight.detach().flatten() for m in network.modules() if isinstance(m, kinds)])  # pyright: ignore


def biases(network: nn.Module) -> Tensor:
    found = (getattr(module, "bias", None) for module in network.modules())
    return torch.cat([bias.detach().flatten() for bias in found if bias is not None])


CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)


@pytest.mark.parametrize(
    "network",
    [
        lambda: DCGANGenerator((1, 16, 16), width=16),
        lambda: DCGANCritic((1, 16, 16), width=16),
        lambda: PatchCritic(1, width=16, layers=2),
        lambda: UNet(1, 1, width=16, halvings=2),
    ],
)
def test_with_normalisation_weights_start_about_nothing_and_gains_about_one_with_a_spread_of_002(network):
    """Within five standard errors of either, n^(-1/2) and (2 n)^(-1/2) of the spread; a U-Net's are half sums."""
    torch.manual_seed(0)
    built = network()
    w, gains = weights(built, CONVOLUTIONS), weights(built, (nn.BatchNorm2d,))
    assert abs(float(w.mean())) < 5 * 0.02 / len(w) ** 0.5
    assert float(w.std()) == pytest.approx(0.02, rel=5 * 4 / (2 * len(w)) ** 0.5)
    assert float(gains.mean()) == pytest.approx(1, abs=5 * 0.02 / len(gains) ** 0.5)
    assert 0.005 < float(gains.std()) < 0.04
    assert not biases(built).any()


@pytest.mark.parametrize("slope", [0.0, 0.2])
def test_without_it_they_keep_the_scale_of_the_signal(slope: float):
    """He's: 2 / ((1 + slope^2) fan in); of a transposed convolution of stride 2, fan in is a fourth of its kernel's."""
    torch.manual_seed(0)
    built = DCGANGenerator((1, 8, 8), width=64, normalise=False) if not slope else DCGANCritic(
        (1, 16, 16), width=64, normalise=False
    )  # fmt: skip
    for layer in built.modules():
        if isinstance(layer, CONVOLUTIONS):
            n = layer.weight[0].numel()
            fan = layer.in_channels * 25 / 4 if isinstance(layer, nn.ConvTranspose2d) else n
            expected = (2 / ((1 + slope**2) * fan)) ** 0.5
            assert float(layer.weight.detach().std()) == pytest.approx(
                expected, rel=5 / (2 * layer.weight.numel()) ** 0.5
            )
    assert not biases(built).any()


def test_the_residual_networks_start_with_branches_that_say_little_or_nothing():
    """The last convolution of each of G's branches is 0; the others have He's scale times (number of blocks) to the
    power of -1 / (2 m), with m + 1 convolutions in a branch.
    """
    torch.manual_seed(0)
    G = ResidualGenerator((1, 16, 16), latent=5, tower=Tower(64, 1, "bottleneck", 4))
    branches = [module.branch for module in G.modules() if type(module).__name__ == "Residual"]
    count = len(branches)
    assert count == 2
    for branch in branches:
        one, two, last = (layer for layer in branch if isinstance(layer, nn.Conv2d))
        assert not last.weight.any()
        for conv in (one, two):
            he = (2 / (1.04 * conv.weight[0].numel())) ** 0.5 * count ** (-1 / 4)
            assert float(conv.weight.detach().std()) == pytest.approx(he, rel=5 / (2 * conv.weight.numel()) ** 0.5)
    up = Upscaler(1, width=8, blocks=2)
    assert not up.last.weight.any()
    assert weights(up.body, (nn.Conv2d,)).any()


def test_autoencoders_start_within_their_bounds():
    torch.manual_seed(0)
    E = Encoder((40,), 30, Layers((50,), irange=0.05))
    for head in (E.mu, E.log_var):
        assert 0.045 < float(head.weight.detach().abs().max()) <= 0.05
        assert not head.bias.any()
    layer, g = Layer(60, 40), 4 * (6 / 100) ** 0.5
    for linear in (layer.down, layer.up):
        assert 0.95 * g < float(linear.weight.detach().abs().max()) <= g
        assert not linear.bias.any()


def test_a_generator_starts_at_the_mean_of_the_data_but_for_a_margin():
    mean = torch.tensor([0.0, 0.25, 1.0])
    for output, x, expected in (
        ("sigmoid", mean, [1e-3, 0.25, 1 - 1e-3]),
        ("tanh", 2 * mean - 1, [-1 + 1e-3, -0.5, 1 - 1e-3]),
        ("identity", 5 * mean, [0.0, 1.25, 5.0]),
    ):
        G = MLPGenerator((3,), 2, Layers((4,)), output=output)  # pyright: ignore[reportArgumentType]
        G.last.weight.data.zero_()
        G.start_at(x)
        assert G(torch.zeros(1, 2))[0].tolist() == pytest.approx(expected, abs=1e-5)


def test_sides_are_halved_upwards_and_channels_doubled_to_a_limit():
    assert ladder(28, 28) == [(28, 28), (14, 14), (7, 7), (4, 4)]
    assert ladder(33, 47) == [(33, 47), (17, 24), (9, 12), (5, 6)]
    assert ladder(7, 8) == [(7, 8), (4, 4)]
    assert ladder(6, 8) == [(6, 8), (6, 4)]
    assert ladder(4, 4) == [(4, 4), (4, 4)]
    assert widths(3, 6) == [3, 6, 12, 24, 24, 24]
    assert widths(3, 3, 2) == [3, 6, 6]
    assert [field(n) for n in range(6)] == [1, 16, 34, 70, 142, 286]
    assert [geometry(*each) for each in ((8, 4, 5), (7, 4, 5), (8, 4, 4), (4, 4, 4), (4, 4, 5), (5, 3, 3))] == [
        (5, 2, 2, 1), (5, 2, 2, 0), (4, 2, 1, 0), (3, 1, 1, 0), (5, 1, 2, 0), (3, 2, 1, 0)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fewest", "build"),
    [
        (4, lambda n: DCGANGenerator((1, n, 8), width=2)),
        (4, lambda n: DCGANCritic((1, 8, n), width=2)),
        (4, lambda n: Classifier(1, n, 8, 2, widths=(2, 2))),
        (4, lambda n: Classifier(1, 8, n, 2, widths=(2, 2))),
        (12, lambda n: PatchCritic(1, width=2, layers=2)(torch.zeros(2, 1, n, 20))),
        (12, lambda n: PatchCritic(1, width=2, layers=2)(torch.zeros(2, 1, 20, n))),
        (1, lambda n: PatchCritic(1, width=2, layers=0)(torch.zeros(2, 1, n, 1))),
        (0, lambda n: PatchCritic(1, width=2, layers=n)),
        (1, lambda n: Upscaler(1, width=2, blocks=1, factor=n)),
    ],
)
def test_the_smallest_pictures_that_fit_do_and_smaller_ones_do_not(fewest: int, build):
    build(fewest)
    with pytest.raises(SaddlepointError):
        build(fewest - 1)


def test_what_is_no_condition_is_told_what_one_is():
    labels, vectors = Condition("concat", classes=3), Condition("concat", size=2)
    for condition, words in ((labels, "[B] labels"), (vectors, "[B, 2] vectors")):
        code = Code(condition)
        for wrong in (None, torch.zeros(4, 3), torch.zeros(4, dtype=torch.int64) if condition.size else torch.zeros(4)):
            with pytest.raises(SaddlepointError, match=re.escape(words)):
                code(wrong)
    assert Code(labels)(torch.tensor([2, 0])).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert Code(vectors)(torch.tensor([[0.5, 2.0]])).tolist() == [[0.5, 2.0]]


@pytest.mark.parametrize("normalise", [False, True])
def test_branches_that_are_normalised_do_not_start_at_nothing(normalise: bool):
    """A scale of nothing is none that a batch's spread could be divided by; what lies behind all of them does."""
    torch.manual_seed(0)
    for network in (
        Upscaler(1, width=6, blocks=2, normalise=normalise),
        Denoiser(1, width=6, blocks=2, normalise=normalise),
    ):
        for block in network.body:
            one, last = (layer for layer in block.branch if isinstance(layer, nn.Conv2d))  # pyright: ignore
            assert one.weight.any()
            assert bool(last.weight.any()) == normalise
            assert (one.bias is None) == (last.bias is None) == normalise
        norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
        assert len(norms) == 4 * normalise
        assert not network.last.weight.any()


def test_what_a_denoiser_and_a_filler_are_given_has_their_channels_and_what_is_half_known_is_not_known():
    for network, channels in ((Denoiser(2, width=4, blocks=1), 2), (Filler(2, width=4, halvings=1), 3)):
        c = torch.rand(1, channels, 4, 4)
        assert network(None, c).shape == (1, 2, 4, 4)
        for wrong in (None, c[:, :1], torch.cat([c, c], 1), c[0]):
            with pytest.raises(SaddlepointError, match="no condition c" if wrong is None else "c has shape"):
                network(None, wrong)
    fill, c = Filler(1, width=4, halvings=1), torch.rand(1, 2, 4, 4)
    c[:, 1] = 0
    other = c.clone()
    other[:, 0] = 1 - c[:, 0]
    assert torch.equal(fill(None, c), fill(None, other)), "an opacity of 0 is the border: not known, and not read"
    c[:, 1] = 1e-6
    assert torch.equal(fill(None, c), c[:, :1])


def test_a_translator_starts_grey_and_without_a_checkerboard():
    """Its last weights have a spread of .02, five standard errors at most away; the way up is its own mirror image."""
    torch.manual_seed(0)
    network = Translator(3, 3, width=16, halvings=2, blocks=2)
    w = network.last.weight.detach()
    assert float(w.std()) == pytest.approx(0.02, rel=5 / (2 * w.numel()) ** 0.5)
    ups = [layer.weight.detach() for layer in network.modules() if isinstance(layer, nn.ConvTranspose2d)]
    assert len(ups) == 2
    for w in ups:
        assert torch.equal(w, w.flip(2))
        assert torch.equal(w, w.flip(3))
    for block in network.blocks:
        one, last = (layer for layer in block.branch if isinstance(layer, nn.Conv2d))  # pyright: ignore
        assert one.weight.any()
        assert not last.weight.any()


def test_a_boltzmann_machine_starts_with_weights_of_a_hundredth_and_no_biases():
    torch.manual_seed(0)
    machine = RBM(60, 50)
    assert float(machine.W.detach().std()) == pytest.approx(0.01, rel=5 / (2 * 3_000) ** 0.5)
    assert abs(float(machine.W.detach().mean())) < 5 * 0.01 / 3_000**0.5
    assert not torch.cat([machine.b, machine.base, machine.c]).any()


def test_what_is_no_weight_is_not_saved():
    """The rows of the identity matrix follow the number of classes; where units begin in annealing does not."""
    assert list(Code(Condition("concat", classes=3)).state_dict()) == []
    assert "base" in RBM(3, 2).state_dict()
