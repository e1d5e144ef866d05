"""Fully visible belief nets: every logit reads what comes before alone, and the probabilities of all x sum to one."""

from functools import partial
from itertools import product
from typing import Any, cast

import numpy as np
import pytest
import torch
from tinyrun import bundle
from torch import Tensor, nn
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint import api
from saddlepoint.cli.main import main
from saddlepoint.data.facts import About
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.algorithm import play
from saddlepoint.networks.gated import Gated, gate
from saddlepoint.networks.masked import BLOCK, Masked, Nade, spread
from saddlepoint.networks.staircase import product as staircase
from saddlepoint.networks.staircase import runs_of
from saddlepoint.networks.standard import Standard
from saddlepoint.planning.begin import configure
from saddlepoint.records import Batch
from saddlepoint.systems.belief.config import BeliefPace, Config, Rules
from saddlepoint.systems.belief.kinds import Gated as GatedSettings
from saddlepoint.systems.belief.kinds import Masked as MaskedSettings
from saddlepoint.systems.belief.play import SYSTEM
from saddlepoint.systems.system import Model

SHAPE = (1, 2, 5)
NETWORKS = {
    "fvsbn": lambda shape: Masked(shape),
    "made": lambda shape: Masked(shape, (16,)),
    "deep": lambda shape: Masked(shape, (12, 9), orders=3),
    "nade": lambda shape: Nade(shape, 6),
    "gated": lambda shape: Gated(shape, 6, 3),
    "beside": lambda shape: Gated(shape, 6, 3, beside=7),
    "dilated": lambda shape: Gated(shape, 6, 3, dilated=True),
}
every = pytest.mark.parametrize("name", list(NETWORKS))


def random(network: nn.Module, spread: float = 0.8) -> Any:
    """With weights and biases that are far from what any of them begins with."""
    rng = torch.Generator().manual_seed(0)
    for parameter in network.to(DOUBLE).parameters():
        parameter.data = spread * torch.randn(parameter.shape, generator=rng, dtype=DOUBLE)
    return network


def made(name: str, shape: tuple[int, ...] = SHAPE) -> Any:
    """Where it scales x, by a mean that is not 0 and a spread that is not 1."""
    torch.manual_seed(1)
    network = random(NETWORKS[name](shape), 0.4 if isinstance(NETWORKS[name](shape), Gated) else 0.8)
    for part in network.modules():
        if isinstance(part, Standard):
            part.mean.copy_(torch.rand(part.mean.shape, dtype=DOUBLE))
            part.std.copy_(0.5 + torch.rand(part.mean.shape, dtype=DOUBLE))
    return network


def states(shape: tuple[int, ...] = SHAPE) -> Tensor:
    """All 2^10 x."""
    d = int(np.prod(shape))
    return torch.tensor(list(product((0.0, 1.0), repeat=d)), dtype=DOUBLE).unflatten(1, shape)


def bits(*shape: int, seed: int = 0) -> Tensor:
    return (torch.rand(shape, generator=torch.Generator().manual_seed(seed)) < 0.5).to(DOUBLE)


def log_p(logits: Tensor, x: Tensor) -> Tensor:
    """As the definition has it."""
    p = logits.sigmoid()
    return torch.where(x == 1, p, 1 - p).log().flatten(1).sum(1)


def model(network: nn.Module, shape: tuple[int, ...] = SHAPE) -> Model:
    config = Config(g=BeliefPace(network=MaskedSettings()), range="unit")
    return SYSTEM.model(config, {"x": About("pictures", shape)}, {"net": network})


def logits(network: Any, order: int, x: Tensor) -> Tensor:
    return network(x, order).flatten()


@every
def test_the_jacobian_of_the_logits_is_strictly_triangular(name: str) -> None:
    """And nothing before a pixel is out of its sight: no blind spot. In the order of each order."""
    shape = (1, 5, 6)
    network = made(name, shape)
    for order in range(network.orders):
        jacobian = torch.zeros(30, 30, dtype=DOUBLE)
        for seed in range(3):
            x = bits(1, *shape, seed=seed) + 0.25
            found = torch.autograd.functional.jacobian(partial(logits, network, order), x)
            jacobian = jacobian + cast(Tensor, found).view(30, 30).abs()
        place = network.order[order] if name == "deep" else torch.arange(30)
        before = place[:, None] > place
        assert (jacobian[~before] == 0).all()
        assert (jacobian[before] > 0).all()
        assert before.sum() == 30 * 29 / 2


def test_the_first_level_of_pixelcnn_sees_three_pixels_in_all_directions() -> None:
    jacobian = torch.autograd.functional.jacobian(
        lambda x: random(Gated((1, 8, 9), 2, 0))(x)[0, 0, 5, 4], torch.rand(1, 1, 8, 9).double()
    )
    seen = torch.zeros(8, 9, dtype=torch.bool)
    seen[2:5, 1:8] = seen[5, 1:4] = True
    assert torch.equal(cast(Tensor, jacobian)[0, 0] != 0, seen)


def test_what_stands_beside_the_convolutions_adds_its_logits_and_sees_what_they_do_not() -> None:
    """A pixel far out of their reach counts; without it the same weights give the convolutions' logits alone."""
    shape = (1, 9, 9)
    both, alone = random(Gated(shape, 2, 0, beside=40), 0.4), Gated(shape, 2, 0).to(DOUBLE)
    alone.load_state_dict({key: value for key, value in both.state_dict().items() if "beside" not in key})
    x, other = bits(3, *shape), bits(3, *shape)
    other[:, :, 0, 0] = 1 - x[:, :, 0, 0]
    other[:, :, 1:] = x[:, :, 1:]
    other[:, :, 0, 1:] = x[:, :, 0, 1:]
    assert_close(both(x), alone(x) + both.beside(x), rtol=0, atol=1e-12)
    assert torch.equal(alone(x)[:, :, 8], alone(other)[:, :, 8])
    assert (both(x)[:, :, 8] != both(other)[:, :, 8]).all()


@pytest.mark.parametrize(("dilated", "reach"), [(False, 8), (True, 13)])
def test_dilated_levels_reach_five_pixels_further(dilated: bool, reach: int) -> None:
    """3 + 1 + 2 + 4 + 2 + 1 rows up and pixels to the left, for 3 + 5: and every one of them, up to both sides."""
    network = random(Gated((1, 16, 33), 8, 5, dilated=dilated), 0.4)
    x = torch.rand(1, 1, 16, 33, dtype=DOUBLE)
    jacobian = torch.autograd.functional.jacobian(lambda x: network(x)[0, 0, 15, 16], x)
    rows, columns = torch.arange(16)[:, None], torch.arange(33)
    above = (rows < 15) & (rows >= 15 - reach) & ((columns - 16).abs() <= reach)
    left = (rows == 15) & (columns < 16) & (columns >= 16 - reach)
    assert torch.equal(cast(Tensor, jacobian)[0, 0] != 0, above | left)


@every
def test_all_probabilities_sum_to_one(name: str) -> None:
    network, x = made(name), states()
    for order in range(network.orders):
        p = log_p(network(x, order), x).exp()
        assert abs(p.sum().item() - 1) < 1e-12
        assert p.max() < 0.9, "not the sum of a single state"
    nats = model(network).log_prob(x, torch.Generator())
    assert nats.kind == "exact"
    assert abs(nats.values.exp().sum().item() - 1) < 1e-12
    mixture = torch.stack([log_p(network(x, order), x).exp() for order in range(network.orders)]).mean(0)
    assert_close(nats.values.exp(), mixture, rtol=1e-10, atol=0)


@every
def test_a_draw_is_one_where_u_is_below_the_probability_that_the_whole_network_gives(name: str) -> None:
    for shape in (SHAPE, (1, 4, 7)):
        network, u = made(name, shape), torch.rand(40, *shape, generator=torch.Generator().manual_seed(2), dtype=DOUBLE)
        for order in range(network.orders):
            x = network.draw(u, order)
            assert torch.equal(x, (u < network(x, order).sigmoid()).to(DOUBLE))
            assert 0.2 < x.mean() < 0.8


@every
def test_samples_are_as_frequent_as_they_are_probable(name: str) -> None:
    """Pearson's statistic over all states of which 5 or more are expected, within 4 standard deviations of its mean."""
    n, network = 8_000, made(name)
    p = cast(Any, model(network).log_prob)(states(), torch.Generator()).values.exp()
    drawn = cast(Any, model(network.float()).sample)(n, 5, None).flatten(1)
    counts = torch.bincount((drawn @ 2.0 ** torch.arange(9, -1, -1)).long(), minlength=1024).to(DOUBLE)
    often = n * p >= 5
    expected = torch.cat([n * p[often], n * p[~often].sum()[None]])
    found = torch.cat([counts[often], counts[~often].sum()[None]])
    statistic, freedom = ((found - expected) ** 2 / expected).sum(), len(expected) - 1
    assert freedom > 20
    assert abs(statistic - freedom) < 4 * (2 * freedom) ** 0.5


@every
def test_sample_i_is_a_function_of_seed_and_i(name: str) -> None:
    sample: Any = model(made(name).float()).sample
    many = sample(230, 3, None)
    for n in (0, 1, 7, 100, 101):
        assert torch.equal(sample(n, 3, None), many[:n])
    assert many.shape == (230, *SHAPE)
    assert not torch.equal(sample(230, 4, None), many)
    assert not torch.equal(many[:100], many[100:200])


def test_without_hidden_layers_each_pixel_is_a_logistic_regression_on_those_before() -> None:
    """Its logits and the gradient of -log p by the formulas of regressions, which have one minimum each."""
    network, x = Masked((1, 1, 5)).to(DOUBLE), bits(400, 1, 1, 5)
    x[..., 3] = torch.where(
        torch.rand(400, 1, 1, generator=torch.Generator().manual_seed(1)) < 0.3, x[..., 3], x[..., 1]
    )
    v = x.flatten(1)
    random(network)
    W, b = network.direct.weight, network.direct.bias
    for i in range(5):
        logit = b[i] + sum((W[i, j] * v[:, j] for j in range(i)), start=torch.zeros(400, dtype=DOUBLE))
        assert_close(network(x).flatten(1)[:, i], logit)
    wrong = network(x).flatten(1).sigmoid() - v
    (-log_p(network(x), x).sum()).backward()
    assert_close(W.grad, (wrong.T @ v).tril(-1))
    assert_close(b.grad, wrong.sum(0))


def test_nade_is_the_naive_sum() -> None:
    """Over more pixels than a block holds: a_i = c + sum_(j < i) W_j x_j, each from the beginning."""
    d = 2 * BLOCK + 5
    network, x = random(Nade((1, 1, d), 4)), bits(3, 1, 1, d)
    W, c, V, b = network.W.weight, network.W.bias, network.V.weight, network.V.bias
    for i in range(d):
        h = (
            c + sum((W[:, j] * x[:, 0, 0, j, None] for j in range(i)), start=torch.zeros(3, 4, dtype=DOUBLE))
        ).sigmoid()
        assert_close(network(x)[:, 0, 0, i], b[i] + h @ V[i])


def test_masks_by_hand() -> None:
    """D = 4, four units and then three of degrees 1 1 2 3 and 1 2 3; x in the order 1234, and in another."""
    network = Masked((1, 2, 2), (4, 3), orders=2)
    network.order[1] = torch.tensor([2, 4, 1, 3])
    one, other = network.masks(0), network.masks(1)
    deep = [[1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]]
    assert one.inner[0].there.int().tolist() == [[1, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0]]
    assert one.inner[1].there.int().tolist() == other.inner[1].there.int().tolist() == deep
    assert one.last.there.int().tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]]
    assert one.direct.there.int().tolist() == [[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0]]
    assert other.inner[0].there.int().tolist() == [[0, 0, 1, 0], [0, 0, 1, 0], [1, 0, 1, 0], [1, 0, 1, 1]]
    assert other.last.there.int().tolist() == [[1, 0, 0], [1, 1, 1], [0, 0, 0], [1, 1, 0]]
    assert other.direct.there.int().tolist() == [[0, 0, 1, 0], [1, 0, 1, 1], [0, 0, 0, 0], [1, 0, 1, 0]]


def test_masks_follow_an_order_and_a_mean_that_are_loaded() -> None:
    one, other, another = made("deep"), made("deep"), made("deep")
    other.order[1] = other.order[1].flip(0)
    another.standard.mean.fill_(0.0)
    another.standard.mean[7:] = 0.5
    x = bits(4, *SHAPE)
    for changed in (other, another):
        assert not torch.equal(one(x, 1), changed(x, 1))
        one.load_state_dict(changed.state_dict())
        assert torch.equal(one(x, 1), changed(x, 1))
    assert one.masks(0).inner[0].there.sum(1).tolist() == [8] * 4 + [9] * 8


def test_units_are_where_there_is_something_to_know() -> None:
    """Degrees of 5 pixels, of which the first is always black and the fourth known for certain: by hand."""
    sure, fair = 0.0, torch.tensor([0.0, 0.5, 0.5, 1.0, 0.5])
    assert spread(6, fair).tolist() == [2, 2, 3, 3, 4, 4]  # none is for the last, which nobody reads
    assert spread(6, torch.full((5,), sure)).tolist() == [1, 1, 2, 3, 3, 4]
    uneven = spread(1_000, torch.tensor([0.5, 0.11, 0.5, 0.11, 0.5])).bincount()
    assert uneven.tolist() == [0, 250, 125, 250, 375]
    assert spread(3, torch.tensor([0.5])).tolist() == [1, 1, 1]


def test_how_x_is_scaled_changes_the_start_and_not_what_can_be() -> None:
    """The same function of x by other weights and biases: W / std for W, b - W mean / std for b."""
    one, x = made("made"), bits(4, *SHAPE)
    other = Masked(SHAPE, (16,)).to(DOUBLE)
    other.load_state_dict(one.state_dict())
    inner, _, direct = one.weights(0)
    with torch.no_grad():
        for layer, weight in (
            (other.direct, direct / one.standard.std),
            (cast(nn.Linear, other.layers[0]), inner[0] / one.standard.std),
        ):
            layer.weight.copy_(weight)
            layer.bias.sub_(weight @ one.standard.mean)
        other.known[0] = one.masks(0)
        other.standard.mean.zero_()
        other.standard.std.fill_(1)
    other.known[0] = other.known[0]._replace(mean=other.standard.mean.clone())
    assert_close(other(x), one(x))


@pytest.mark.parametrize("rows", [3, 4, 11])
def test_a_product_in_blocks_is_that_of_the_masked_matrix(rows: int) -> None:
    """And its gradients, against central differences; entries right of the staircase have no part in it."""
    rng = torch.Generator().manual_seed(rows)
    x, W = (torch.randn(n, 7, generator=rng, dtype=DOUBLE).requires_grad_() for n in (5, rows))
    mask = (torch.rand(rows, 7, generator=rng) < 0.7).to(DOUBLE) * (torch.arange(7) < torch.arange(rows)[:, None] // 2)
    runs = runs_of(mask)
    assert [b - a for a, b, _ in runs] == {3: [1, 1, 1], 4: [1, 1, 1, 1], 11: [2, 3, 3, 3]}[rows]
    assert runs[-1][2] < 7, "of all columns, nothing would be saved"
    assert_close(staircase(x, W, mask, runs), x @ (W * mask).T)
    assert torch.autograd.gradcheck(lambda x, W: staircase(x, W, mask, runs), (x, W))
    assert torch.autograd.gradcheck(lambda W: staircase(x.detach(), W, mask, runs), (W,))


def test_a_gate_is_tanh_times_sigmoid() -> None:
    a = torch.randn(5, 6, 2, 2, dtype=DOUBLE)
    assert_close(gate(a), a[:, :3].tanh() * a[:, 3:].sigmoid())


@every
def test_it_begins_with_the_mean_of_the_data(name: str) -> None:
    """The bias of the logits; those of a network of convolutions share one."""
    network, x = NETWORKS[name](SHAPE).to(DOUBLE), bits(50, *SHAPE) * (torch.arange(10).view(SHAPE) > 2)
    SYSTEM.prepare(None, {"net": network}, Batch(x))
    last = {"nade": "V", "gated": "head.3", "dilated": "head.3", "beside": "beside.direct"}.get(name, "direct")
    bias = network.get_submodule(last).bias.sigmoid()
    wanted = x.mean().expand(1) if last == "head.3" else x.mean(0).flatten().clamp(1e-3, 1 - 1e-3)
    assert_close(bias, wanted.expand_as(bias))
    for part in network.modules():
        if isinstance(part, Standard):
            assert_close(part.mean, x.mean(0).flatten())
            assert_close(part.std, (x.var(0, unbiased=False).flatten() + 0.01).sqrt())
    if name == "beside":
        assert network.head[-1].bias.item() == 0


def test_a_round_trains_one_order_and_all_have_their_turn() -> None:
    config = Config(g=BeliefPace(network=MaskedSettings(widths=(12, 9), orders=3)), range="unit")
    networks, batch = {"net": made("deep")}, Batch(bits(6, *SHAPE))
    game = SYSTEM.scene(config, 0, networks, {}).game
    known = [networks["net"](batch.x, order) for order in range(3)]
    found = set()
    for seed in range(20):
        logits = cast(Tensor, game.forge(networks, batch, None, torch.Generator().manual_seed(seed)))
        found |= {order for order in range(3) if torch.equal(logits, known[order])}
    assert found == {0, 1, 2}
    (term,) = game.terms
    turn: Any = type("Turn", (), {"x": batch.x, "fake": known[1]})
    assert_close(term.of(turn), -log_p(known[1], cast(Tensor, batch.x)))
    first, second = (round for round, _ in zip(play(game, iter([batch] * 2), seed=0), range(2)))
    assert first.losses["G/nats"] != second.losses["G/nats"]
    assert any(
        first.losses["G/nats"] == pytest.approx(-log_p(each, cast(Tensor, batch.x)).mean().item()) for each in known
    )


def test_a_stage_of_what_stands_beside_the_convolutions_moves_nothing_else() -> None:
    """By its logits alone, which are those of the whole network until the convolutions have learned something."""
    torch.manual_seed(0)  # three channels may all be dead from the start
    settings = BeliefPace(network=GatedSettings(width=3, levels=1, beside=8), lr=0.01)
    config = Config(g=settings, range="unit", stages=(Rules(part="beside"), Rules()))
    networks, batch = SYSTEM.networks(config, {"x": About("pictures", SHAPE)}), Batch(bits(20, *SHAPE).float())
    net: Any = networks["net"]
    SYSTEM.prepare(config, networks, batch)
    assert torch.equal(net(batch.x), net.beside(batch.x))
    net.head[-1].weight.data.normal_()
    for stage, plays in enumerate((net.beside, net)):
        logits = plays(batch.x).detach()
        before = {name: value.clone() for name, value in net.state_dict().items()}
        game = SYSTEM.scene(config, stage, networks, {}).game
        assert {id(p) for p in game.G.parameters} == {id(p) for p in plays.parameters()}
        (round,) = (round for round, _ in zip(play(game, iter([batch]), seed=0), range(1)))
        assert round.losses["G/nats"] == pytest.approx(-log_p(logits, cast(Tensor, batch.x)).mean().item())
        moved = {name.split(".")[0] for name, value in net.state_dict().items() if not value.equal(before[name])}
        assert moved == ({"beside"}, {"beside", "head", "levels"})[stage]
    config = cast(Config, configure("pixelcnn", None, {}))
    assert [stage.part for stage in config.stages] == ["beside", "all"]
    for name, value in (("g.network.beside", 0), ("g.network.kind", "masked")):
        with pytest.raises(SaddlepointError, match="there is none"):
            configure("pixelcnn", None, {name: value})
        assert configure("pixelcnn", None, {name: value, "part": "all"})


def test_what_it_cannot_be_trained_on_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Grey pictures without a word on how they become binary; colours, for a network of grey ones; another range."""
    with pytest.raises(SaddlepointError, match="3 channels"):
        Gated((3, 4, 4), 2, 1)
    bundle(monkeypatch)
    monkeypatch.chdir(tmp_path)
    config = configure("fvsbn", None, {"images": 60, "batch": 6, "engine.threads": 1, "judge.share": 0})
    with pytest.raises(SaddlepointError, match="more than 0 and 1") as refused:
        api.start("tiny", config.model_copy(update={"binarise": None}), name="never")
    assert "--binarise" in str(refused.value)
    assert not (tmp_path / "runs" / "never").exists()
    words = ["train", "tiny", "--recipe", "fvsbn", "--binarise", "sometimes", "--images", "12"]
    assert main(words) == 2
    assert "draw" in capsys.readouterr().err
