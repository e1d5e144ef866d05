"""Autoencoders: each pair written out, the linear one against principal components, and what damage is done."""

from typing import Any, cast

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from torch import Tensor
from torch.nn.functional import conv2d, conv_transpose2d
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint.data.facts import About
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.algorithm import play
from saddlepoint.networks import coding
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch
from saddlepoint.systems.autoencoder.config import BothPace, Config, Convolutional, Linear, Rules, Sigmoid
from saddlepoint.systems.autoencoder.play import SYSTEM
from saddlepoint.systems.autoencoder.recipes import RECIPES

SHAPE = (1, 4, 5)
FACTS = {"x": About("pictures", SHAPE)}


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


def in_double(pair: coding.Pair) -> coding.Pair:
    return coding.Pair(*(network.to(DOUBLE) for network in pair))


def sigmoid(v: Tensor) -> Tensor:
    return 1 / (1 + (-v).exp())


def test_the_linear_pair_written_out():
    pair, x = in_double(coding.linear(SHAPE, 3)), draw(50, *SHAPE) * 7 + 3
    down, up = pair.encoder[2], pair.decoder[0]
    assert_close(down.weight @ down.weight.T, torch.eye(3, dtype=DOUBLE))
    assert_close(up.weight, down.weight.T)
    for bias in (down.bias, up.bias):
        bias.data.normal_()
    coding.centre(pair, x)
    m, s = x.mean(0).flatten(), torch.linalg.svdvals((x - x.mean(0)).flatten(1))[0] / 50**0.5
    assert_close(coding.spread(pair.decoder), s, rtol=0.05, atol=0)
    s = coding.spread(pair.decoder)
    h = (x.flatten(1) - m) / s @ down.weight.T + down.bias
    assert_close(pair.encoder(x), h)
    assert_close(pair.decoder(h).flatten(1), (h @ up.weight.T + up.bias) * s + m)


def test_centred_data_have_spread_1_where_it_is_largest_and_constant_ones_break_nothing():
    pair, x = in_double(coding.linear(SHAPE, 3)), draw(400, *SHAPE) * torch.linspace(0.1, 30, 20).view(SHAPE)
    coding.centre(pair, x)
    seen = pair.encoder[0](x).flatten(1)
    assert_close(torch.linalg.svdvals(seen)[0].square() / 400, torch.ones((), dtype=DOUBLE), rtol=0.05, atol=0)
    coding.centre(pair, x[:1].expand(5, *SHAPE))
    assert pair.decoder(pair.encoder(x)).isfinite().all()


def test_the_deep_pair_written_out():
    pair, x = in_double(coding.sigmoid(SHAPE, 3, (6, 5))), draw(7, *SHAPE)
    a, b, c = (layer for layer in pair.encoder if hasattr(layer, "weight"))
    h = sigmoid(sigmoid(x.flatten(1) @ a.weight.T + a.bias) @ b.weight.T + b.bias) @ c.weight.T + c.bias
    assert_close(pair.encoder(x), h)
    a, b, c = (layer for layer in pair.decoder if hasattr(layer, "weight"))
    assert [each.out_features for each in (a, b, c)] == [5, 6, 20]
    logits = sigmoid(sigmoid(h @ a.weight.T + a.bias) @ b.weight.T + b.bias) @ c.weight.T + c.bias
    assert_close(pair.decoder(h), logits.view(-1, *SHAPE))
    for layer, gain in ((a, 4.0), (b, 4.0), (c, 1.0)):
        limit = gain * (6 / (layer.in_features + layer.out_features)) ** 0.5
        assert 0.7 * limit < layer.weight.abs().max() <= limit


def test_the_convolutional_pair_written_out():
    """9 x 8 -> 5 x 4: one halving, two channels."""
    shape = (1, 9, 8)
    pair, x = in_double(coding.convolutional(shape, 3, 2)), draw(7, *shape)
    (conv, linear), (back, up) = ([m for m in net if hasattr(m, "weight")] for net in pair)
    maps = conv2d(x, conv.weight, conv.bias, conv.stride, conv.padding).relu()
    assert maps.shape == (7, 2, 5, 4)
    h = maps.flatten(1) @ linear.weight.T + linear.bias
    assert_close(pair.encoder(x), h)
    maps = (h @ back.weight.T + back.bias).view(7, 2, 5, 4).relu()
    told = {"stride": up.stride, "padding": up.padding, "output_padding": up.output_padding}
    assert_close(pair.decoder(h), conv_transpose2d(maps, up.weight, up.bias, **told))


@pytest.mark.parametrize("shape", [(1, 4, 4), (3, 28, 28), (2, 33, 47), (3, 64, 64)])
def test_pictures_of_any_size_come_back_in_their_own(shape: tuple[int, ...]):
    pair = coding.convolutional(shape, 5, 4)
    x = torch.randn(2, *shape, generator=torch.Generator().manual_seed(0))
    assert pair.encoder(x).shape == (2, 5)
    assert pair.decoder(pair.encoder(x)).shape == x.shape
    assert 0.1 < pair.encoder(x).std() < 10


def configured(network: Any, **told: Any) -> Config:
    stage = Rules(images=told.pop("images", 40), cost=told.pop("cost", "squares"))
    pace = RECIPES["pca" if isinstance(network, Linear) else "autoencoder"].make().g  # pyright: ignore
    g = pace.model_copy(update={"network": network})
    return Config(**{"range": "unit", "latent": 3, "batch": 4, "g": g, "stages": (stage,), **told})


def test_the_linear_one_finds_the_principal_components():
    """Cosine of the largest principal angle between what the decoder spans and what scikit-learn finds, .999."""
    rng = torch.Generator().manual_seed(0)
    widths = torch.tensor([3.0, 2.5, 2.0, 1.5, 1.0] + 15 * [0.5])
    turned = torch.linalg.qr(torch.randn(20, 20, generator=rng)).Q
    x = (torch.randn(2_000, 20, generator=rng) * widths @ turned + 5).view(-1, *SHAPE)
    config = configured(Linear(), latent=4)
    torch.manual_seed(0)
    networks = SYSTEM.networks(config, FACTS)
    SYSTEM.prepare(config, networks, Batch(x[:500]))
    game = SYSTEM.scene(config, 0, networks, FACTS).game

    def batches():
        while True:
            for places in torch.randperm(2_000, generator=rng).split(100):
                yield Batch(x[places], x[places])

    for index, _ in zip(range(500), play(game, batches(), seed=0)):
        for group in game.G.optimiser.param_groups:
            group["lr"] = config.g.lr * (1 - index / 500)
    found = torch.linalg.qr(networks["decoder"][0].weight.detach()).Q
    exact = torch.from_numpy(PCA(4).fit(x.flatten(1).numpy()).components_.T)
    assert torch.linalg.svdvals(exact.T @ found).min() > 0.999
    x_hat = networks["decoder"](networks["encoder"](x)).detach()
    best = PCA(4).fit(x.flatten(1).numpy())
    least = np.square(best.inverse_transform(best.transform(x.flatten(1).numpy())) - x.flatten(1).numpy()).sum(1).mean()
    assert float((x_hat - x).square().flatten(1).sum(1).mean()) == pytest.approx(least, rel=0.005)


def costs(config: Config, x: Tensor, given: Tensor) -> tuple[float, dict[str, Any]]:
    torch.manual_seed(0)
    networks = {name: network.to(DOUBLE) for name, network in SYSTEM.networks(config, FACTS).items()}
    SYSTEM.prepare(config, networks, Batch(x))
    before = {name: [t.detach().clone() for t in net.parameters()] for name, net in networks.items()}
    (only,) = zip(range(1), play(SYSTEM.scene(config, 0, networks, FACTS).game, iter([Batch(x, given)]), seed=0))
    for name, net in networks.items():
        for t, then in zip(net.parameters(), before[name]):
            t.data.copy_(then)
    return only[1].losses[f"G/{config.stages[0].cost}"], networks


@pytest.mark.parametrize(
    "network", [Linear(), Sigmoid(hidden=(6,)), Convolutional(width=2)], ids=["linear", "sigmoid", "convolutional"]
)
def test_what_is_lowered_is_the_squared_error_to_the_undamaged(network: Any):
    """Of the mean over examples; of a linear one by its data's largest variance."""
    x, given = draw(4, *SHAPE).sigmoid(), draw(4, *SHAPE, seed=1).sigmoid()
    cost, nets = costs(configured(network), x, given)
    made = nets["decoder"](nets["encoder"](given))
    linear = isinstance(network, Linear)
    unit = coding.spread(nets["decoder"]) ** 2 if linear else 1.0
    expected = ((made if linear else sigmoid(made)) - x).square().flatten(1).sum(1).mean() / unit
    assert cost == pytest.approx(float(expected.detach()))
    model = SYSTEM.model(configured(network), FACTS, {name: net.float() for name, net in nets.items()})
    rebuilt = cast(Any, model.apply).call(given.float(), 0)
    assert_close(rebuilt, (made if linear else sigmoid(made)).detach().float())
    assert_close(cast(Any, model.encode)(given.float()), nets["encoder"](given.float()).detach())


def test_the_cross_entropy_is_that_of_each_pixel():
    x, given = draw(4, *SHAPE).sigmoid(), draw(4, *SHAPE, seed=1).sigmoid()
    cost, nets = costs(configured(Sigmoid(hidden=(6,)), cost="cross-entropy"), x, given)
    p = sigmoid(nets["decoder"](nets["encoder"](given)))
    expected = -(x * p.log() + (1 - x) * (1 - p).log()).flatten(1).sum(1).mean()
    assert cost == pytest.approx(float(expected.detach()))
    with pytest.raises(SaddlepointError, match="--cost"):
        SYSTEM.networks(configured(Linear(), cost="cross-entropy"), FACTS)


class Whole:
    """A feed of white pictures of three channels."""

    size = 100

    def at(self, position: int) -> Batch:
        return Batch(torch.ones(self.size, 3, 8, 8), torch.arange(self.size))

    def take(self, places: Tensor) -> Batch:
        return Batch(torch.ones(len(places), 3, 8, 8))


def fed(**told: Any) -> Any:
    return SYSTEM.feed(configured(Linear(), **told), {"x": cast(Any, Whole())}, Randomness(0))


def test_a_share_of_the_pixels_is_black_in_every_channel_and_x_is_whole():
    batch = fed(mask=0.25).at(0)
    assert (batch.x == 1).all()
    assert (batch.c == batch.c[:, :1]).all()
    n, share = batch.c[:, 0].numel(), float((batch.c[:, 0] == 0).float().mean())
    assert abs(share - 0.25) < 4.5 * (0.25 * 0.75 / n) ** 0.5
    assert set(batch.c.flatten().tolist()) == {0.0, 1.0}


def test_noise_is_gaussian_and_of_the_width_that_is_asked_for():
    e = (fed(noise=0.3).at(0).c - 1) / 0.3
    n = e.numel()
    assert abs(float(e.mean())) < 4.5 / n**0.5
    assert abs(float(e.square().mean()) - 1) < 4.5 * (2 / n) ** 0.5
    assert abs(float(e.pow(4).mean()) - 3) < 4.5 * (96 / n) ** 0.5


def test_damage_is_fresh_each_time_and_lasting_for_what_is_taken_and_none_is_none():
    feed = fed(mask=0.5, noise=0.1)
    assert not torch.equal(feed.at(0).c, feed.at(100).c)
    assert torch.equal(feed.at(0).c, feed.at(0).c)
    assert torch.equal(feed.take(torch.arange(5)).c, feed.take(torch.arange(5)).c)
    assert torch.equal(fed().at(0).c, fed().at(0).x)


def test_recipes_are_what_they_are_called():
    made = {name: recipe.make() for name, recipe in RECIPES.items()}
    assert {name: config.recipe for name, config in made.items()} == {name: name for name in RECIPES}
    kinds = [config.g.network.kind for config in made.values()]
    assert kinds == ["convolutional", "linear", "sigmoid", "convolutional"]
    assert [config.mask > 0 for config in made.values()] == [False, False, False, True]
    assert BothPace().network.kind == "convolutional"
