"""From a configuration to a game: the papers' layers, and which numbers reach which optimiser, objective and term."""

import math
from collections.abc import Callable
from itertools import islice
from typing import Any, cast

import pytest
import torch
import toyrun
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, one_hot, softplus
from torch.testing import assert_close

from saddlepoint import objectives
from saddlepoint.data.facts import About, Facts
from saddlepoint.engine import Engine
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.algorithm import play
from saddlepoint.networks.mlp import MLPGenerator
from saddlepoint.networks.residual import ResidualGenerator
from saddlepoint.penalties import class_cost_on_fake, class_cost_on_real, gradient_penalty, r1, r2
from saddlepoint.priors import Prior
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch
from saddlepoint.running.live import Live
from saddlepoint.settings.networks import Dcgan, Mlp, Residual
from saddlepoint.settings.run import Pace
from saddlepoint.systems.gan.config import Config, CriticPace, GeneratorPace, Noise, Rules
from saddlepoint.systems.gan.play import SYSTEM, networks, terms
from saddlepoint.systems.gan.recipes import RECIPES
from saddlepoint.systems.parts import OBJECTIVES, optimiser

ENGINE = Engine(torch.device("cpu"), "float32", 1)
SHAPE = (1, 28, 28)

Sizes = list[tuple[int, ...]]


def recipe(name: str) -> Config:
    return cast(Config, RECIPES[name].make())


def facts(*shape: int, classes: int = 0) -> Facts:
    """Of examples of this shape, with so many classes as condition; none where there are 0."""
    x = About("pictures" if len(shape) == 3 else "points", shape)
    return {"x": x} | ({"c": About("labels", names=tuple("0123456789"[:classes]))} if classes else {})


MNIST, UNLABELLED = facts(*SHAPE, classes=10), facts(*SHAPE)


def both(conf: Config, known: Facts) -> tuple[nn.Module, nn.Module]:
    """(G, D) with fresh weights."""
    made = networks(conf, known)
    assert list(made) == ["G", "D"]
    return made["G"], made["D"]


def made(name: str, known: Facts = MNIST) -> tuple[nn.Module, nn.Module]:
    return both(recipe(name), known)


def linears(network: nn.Module) -> Sizes:
    """(inputs, outputs) of each fully-connected layer, in order."""
    return [(m.in_features, m.out_features) for m in network.modules() if isinstance(m, nn.Linear)]


def convolutions(network: nn.Module) -> Sizes:
    """(inputs, outputs, kernel, stride) of each convolution, in order."""
    layers = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
    return [(m.in_channels, m.out_channels, m.kernel_size[0], m.stride[0]) for m in layers]


def embeddings(network: nn.Module) -> Sizes:
    return [(m.num_embeddings, m.embedding_dim) for m in network.modules() if isinstance(m, nn.Embedding)]


def dropouts(network: nn.Module) -> list[float]:
    return [m.p for m in network.modules() if isinstance(m, nn.Dropout)]


def normalisations(network: nn.Module) -> list[int]:
    return [m.num_features for m in network.modules() if isinstance(m, nn.BatchNorm2d)]


# The recipes' networks.


def test_gan_2014_is_100_1200_1200_784_against_two_maxout_layers_of_240_by_5() -> None:
    """Neither reads a label, though there are some."""
    G, D = made("gan")
    assert linears(G) == [(100, 1200), (1200, 1200), (1200, 784)]
    assert linears(D) == [(784, 240 * 5), (240, 240 * 5), (240, 1)]
    assert [type(m) for m in G.modules() if isinstance(m, nn.ReLU | nn.Sigmoid)] == [nn.ReLU, nn.ReLU, nn.Sigmoid]


def test_dropout_and_initial_weights_of_2014_can_be_asked_for() -> None:
    conf = recipe("gan")
    g = conf.g.model_copy(update={"network": conf.g.network.model_copy(update={"irange": 0.05})})
    ours = {"irange": 0.005, "dropout": 0.5, "input_dropout": 0.2}
    d = conf.d.model_copy(update={"network": conf.d.network.model_copy(update=ours)})
    G, D = both(conf.model_copy(update={"g": g, "d": d}), MNIST)
    assert sorted(dropouts(D)) == [0.2, 0.5, 0.5]
    assert dropouts(G) == []
    for network, irange in ((G, 0.05), (D, 0.005)):
        weights = torch.cat([m.weight.flatten() for m in network.modules() if isinstance(m, nn.Linear)])
        assert 0.999 * irange < weights.abs().max() <= irange


def test_cgan_2014_has_layers_of_their_own_for_z_x_and_c_before_the_joint_ones() -> None:
    """z -> 200 and c -> 1000, joint 1200, 784;  x -> 240 x 5 and c -> 50 x 5, joint 240 x 4, 1."""
    G, D = made("cgan")
    assert sorted(linears(G)) == sorted([(100, 200), (10, 1000), (1200, 1200), (1200, 784)])
    assert sorted(linears(D)) == sorted([(784, 240 * 5), (10, 50 * 5), (240 + 50, 240 * 4), (240, 1)])


def test_dcgan_2015_is_strided_up_and_down_and_normalised_but_at_the_picture() -> None:
    G, D = made("dcgan")
    assert linears(G) == [(100 + 10, 256 * 4 * 4)]
    assert convolutions(G) == [(256, 128, 5, 2), (128, 64, 5, 2), (64, 1, 5, 2)]
    assert convolutions(D) == [(1 + 10, 64, 5, 2), (64, 128, 5, 2), (128, 256, 5, 2)]
    assert linears(D) == [(256 * 4 * 4, 1)]
    assert normalisations(G) == [256, 128, 64]
    assert normalisations(D) == [128, 256]


def test_acgan_reads_the_label_in_g_and_tells_it_in_d() -> None:
    G, D = made("acgan")
    assert embeddings(G) == [(10, 64)]
    assert embeddings(D) == []
    assert linears(D) == [(128 * 4 * 4, 1), (128 * 4 * 4, 10)]
    x = torch.zeros(4, 1, 28, 28)
    answers = [D.eval()(x, c) for c in (torch.arange(4), torch.zeros(4, dtype=torch.long), None)]
    assert all(torch.equal(answers[0].classes, answer.classes) for answer in answers)
    assert all(torch.equal(answers[0].logits, answer.logits) for answer in answers)


def test_modern_embeds_the_label_in_g_and_projects_it_in_d_without_normalisation() -> None:
    G, D = made("modern")
    assert isinstance(G, ResidualGenerator)
    assert convolutions(D) == [(1, 32, 4, 2), (32, 64, 4, 2), (64, 128, 4, 2)]
    assert (embeddings(G), embeddings(D)) == ([(10, 64)], [(10, 128 * 4 * 4)])
    assert normalisations(G) == normalisations(D) == []


def test_every_recipe_makes_pictures_in_its_range_and_logits_from_them() -> None:
    for name in set(RECIPES) - {"points"}:
        conf, (G, D) = recipe(name), made(name)
        c = torch.tensor([3, 7])
        x = G(Prior(conf.prior.kind, conf.prior.size)(2, torch.Generator().manual_seed(0)), c)
        low, high = {"signed": (-1, 1), "unit": (0, 1), "raw": (-math.inf, math.inf)}[conf.range]
        assert x.shape == (2, 1, 28, 28)
        assert low <= x.min() <= x.max() <= high
        assert D(x, c).logits.shape == (2,)


@pytest.mark.parametrize("name", sorted(set(RECIPES) - {"acgan"}))
def test_without_labels_there_are_no_conditions(name: str) -> None:
    """Nothing of the networks depends on c, so that None is an answer."""
    G, D = made(name, UNLABELLED)
    assert embeddings(G) == embeddings(D) == []
    sizes = {inputs for inputs, _ in linears(G)} | {inputs for inputs, *_ in convolutions(D)}
    assert not sizes & {10, 11, 110}
    x = G(torch.zeros(2, recipe(name).prior.size), None)
    assert D(x, None).logits.shape == (2,)


def test_without_labels_there_is_neither_class_head_nor_class_cost() -> None:
    _, D = made("acgan", UNLABELLED)
    assert D(torch.zeros(2, *SHAPE), None).classes is None
    assert terms(Rules(classify=0.7, r1=0.2), labelled=False) == terms(Rules(r1=0.2))


def test_the_class_head_is_there_if_any_stage_asks_for_it() -> None:
    conf = recipe("modern")
    for stages, head in (((Rules(),), False), ((Rules(), Rules(classify=0.1)), True)):
        _, D = both(conf.model_copy(update={"stages": stages}), MNIST)
        assert (D(torch.zeros(2, 1, 28, 28), torch.arange(2)).classes is not None) == head


# The other networks.


def small(g: Any, d: Any, *, spectral: bool = False, **rest: Any) -> Config:
    return Config(g=GeneratorPace(network=g), d=CriticPace(network=d, spectral=spectral), **rest)


def test_residual_networks_are_built_as_configured() -> None:
    G, D = both(small(Residual(width=4, blocks=2, branch="bottleneck", limit=2), Residual(width=6)), facts(3, 64, 64))
    assert {size for size in convolutions(G) if size[2] == 1}
    assert max(inputs for inputs, *_ in convolutions(G)) == 4 * 2
    assert max(outputs for _, outputs, *_ in convolutions(D)) == 6 * 4
    assert G(torch.zeros(2, 64), None).shape == (2, 3, 64, 64)


def test_points_take_an_mlp_in_their_own_range() -> None:
    G, D = both(small(Mlp(hidden=(16,)), Mlp(hidden=(12,)), range="raw"), facts(2))
    assert (linears(G), linears(D)) == ([(64, 16), (16, 2)], [(2, 12), (12, 1)])
    assert G(1000 * torch.ones(1, 64), None).abs().max() > 1


@pytest.mark.parametrize("network", [Dcgan(), Residual()])
def test_a_convolutional_generator_makes_no_other_range(network: Dcgan | Residual) -> None:
    with pytest.raises(SaddlepointError, match="--range: a convolutional generator ends in tanh"):
        both(small(network, Mlp(), range="unit"), MNIST)


def test_g_starts_at_the_mean_of_what_is_trained_on() -> None:
    """Without weights its output is that mean; what is held out, here white, has no part in it."""
    source, record = toyrun.pictures(), toyrun.record(config := small(Mlp(condition="none"), Mlp(), range="unit"))
    held_out = torch.isin(torch.arange(source.size), torch.tensor(record.data.held_out))
    source.x[held_out] = 1.0
    for start, mean in (("weights", torch.full((1, 8, 8), 0.5)), ("mean", source.x[~held_out].mean(0))):
        begun = config.model_copy(update={"g": config.g.model_copy(update={"start": start})})
        live = Live(record.model_copy(update={"config": begun}), {"x": source}, ENGINE)
        for G in (live.networks["G"], live.best):
            nn.init.zeros_(cast(MLPGenerator, G).last.weight)
            assert_close(G(torch.randn(2, 64), None), mean.expand(2, 1, 8, 8))


def test_a_dcgan_does_not_start_at_a_mean() -> None:
    config = small(Dcgan(), Mlp())
    with pytest.raises(SaddlepointError, match=r"--g\.start: a `dcgan` generator has no mean to start at"):
        both(config.model_copy(update={"g": config.g.model_copy(update={"start": "mean"})}), MNIST)


def test_spectral_normalisation_is_ds_alone_and_of_every_matrix() -> None:
    G, D = both(small(Dcgan(width=4), Dcgan(width=4), spectral=True), MNIST)
    normed = [name for name, _ in D.named_modules() if name.endswith("parametrizations.weight")]
    assert len(normed) == 3 + 1 + 1 == len(convolutions(D)) + len(linears(D)) + len(embeddings(D))
    assert not [name for name, _ in G.named_modules() if "parametrizations" in name]
    with torch.no_grad():
        for _ in range(200):
            D(torch.zeros(1, 1, 28, 28), torch.zeros(1, dtype=torch.long))
    for m in D.modules():
        if isinstance(m, nn.Conv2d | nn.Linear):
            assert torch.linalg.matrix_norm(m.weight.flatten(1), 2).item() == pytest.approx(1, rel=0.02)


def test_the_seed_alone_decides_the_initial_weights() -> None:
    toy = toyrun.pictures()
    large = toy._replace(x=toy.x.repeat(1, 1, 4, 4))

    def weights(seed: int) -> list[Tensor]:
        record = toyrun.record(recipe("modern").model_copy(update={"seed": seed}))
        live = Live(record, {"x": large}, ENGINE)
        return [p for network in live.networks.values() for p in network.parameters()]

    torch.manual_seed(1)
    one = weights(3)
    torch.manual_seed(2)
    torch.rand(5)
    assert all(torch.equal(a, b) for a, b in zip(one, weights(3), strict=True))
    random = [(a, b) for a, b in zip(one, weights(4), strict=True) if a.unique().numel() > 1]
    assert len(random) >= 10
    assert not any(torch.equal(a, b) for a, b in random)


# The optimisers.


def test_every_optimiser_has_its_numbers() -> None:
    rules = {"lr": 0.3, "betas": (0.1, 0.8), "momentum": 0.6, "weight_decay": 0.02}
    wanted: dict[str, tuple[type, dict[str, Any]]] = {
        "sgd": (torch.optim.SGD, {"momentum": 0}),
        "momentum": (torch.optim.SGD, {"momentum": 0.6, "dampening": 0, "nesterov": False}),
        "rmsprop": (torch.optim.RMSprop, {"momentum": 0.6}),
        "adam": (torch.optim.Adam, {"betas": (0.1, 0.8)}),
        "adamw": (torch.optim.AdamW, {"betas": (0.1, 0.8)}),
    }
    network = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    for name, (kind, numbers) in wanted.items():
        made = optimiser(Pace(optimiser=name, **rules), network.parameters())
        (group,) = made.param_groups
        assert type(made) is kind
        assert {key: group[key] for key in numbers} == numbers
        assert (group["lr"], group["weight_decay"]) == (0.3, 0.02)
        assert group["params"] == list(network.parameters())


def test_decay_is_decoupled_for_adamw_and_an_l2_cost_otherwise() -> None:
    """At zero gradient AdamW shrinks w to w (1 - lr decay); sgd's step is -lr decay w too; Adam's is -lr sign(w)."""
    wanted = {"sgd": 2 - 0.1 * 0.5 * 2, "adamw": 2 * (1 - 0.1 * 0.5), "adam": 2 - 0.1}
    for name, value in wanted.items():
        network = nn.Linear(1, 1, bias=False, dtype=torch.float64)
        nn.init.constant_(network.weight, 2.0)
        made = optimiser(Pace(optimiser=name, lr=0.1, weight_decay=0.5), network.parameters())
        network.weight.grad = torch.zeros_like(network.weight)
        made.step()
        assert network.weight.item() == pytest.approx(value, rel=1e-7)


def test_each_player_moves_its_own_network_by_its_own_rule() -> None:
    conf = Config(g=GeneratorPace(network=Mlp(), optimiser="sgd", lr=0.1), d=CriticPace(network=Mlp(), lr=0.2))
    nets = networks(conf, facts(2))
    scene = SYSTEM.scene(conf, 0, nets, facts(2))
    G, D = scene.game.G, scene.game.D
    assert D is not None
    assert (G.networks, D.networks) == ({"G": nets["G"]}, {"D": nets["D"]})
    assert scene.paces == {"G": conf.g, "D": conf.d}
    assert (type(G.optimiser), type(D.optimiser)) == (torch.optim.SGD, torch.optim.Adam)
    assert (G.optimiser.param_groups[0]["lr"], D.optimiser.param_groups[0]["lr"]) == (0.1, 0.2)
    assert G.parameters == list(nets["G"].parameters())
    assert D.parameters == list(nets["D"].parameters())


def test_the_recipes_rates_and_priors() -> None:
    """2014: the papers' priors, moved by Adam, G with decay; DCGAN as published, Adam 2e-4, beta_1 = .5."""
    for name, decay in (("gan", 0.6), ("cgan", 0.2)):
        config = recipe(name)
        assert (config.g.optimiser, config.g.weight_decay, config.g.start) == ("adamw", decay, "mean")
        assert (config.d.optimiser, config.d.weight_decay) == ("adam", 0.0)
        for player in (config.g, config.d):
            assert (player.lr, player.betas) == (1e-3, (0.0, 0.99))
    for player in (recipe("dcgan").g, recipe("dcgan").d):
        assert (player.optimiser, player.lr, player.betas) == ("adam", 2e-4, (0.5, 0.999))
    wanted = {
        "gan": (256, Noise(kind="uniform", size=100)),
        "cgan": (256, Noise(kind="uniform", size=100)),
        "dcgan": (128, Noise(kind="uniform", size=100)),
    }
    assert {name: (recipe(name).batch, recipe(name).prior) for name in wanted} == wanted


# Objectives and terms.


def test_every_objective_has_its_name() -> None:
    assert all(objective.name == name for name, objective in OBJECTIVES.items())
    assert set(OBJECTIVES.values()) == {
        objectives.minimax,
        objectives.non_saturating,
        objectives.least_squares,
        objectives.hinge,
        objectives.wasserstein,
        objectives.relativistic,
    }


def test_what_weighs_nothing_is_not_computed() -> None:
    assert terms(Rules()) == ()


def test_penalties_are_ds_with_their_weights_and_may_be_lazy() -> None:
    made = terms(Rules(r1=0.1, r2=0.2, gp=10, penalty_every=8))
    assert [(t.name, t.owner, t.of, t.weight, t.every) for t in made] == [
        ("r1", "D", r1, 0.1, 8),
        ("r2", "D", r2, 0.2, 8),
        ("gp", "D", gradient_penalty, 10, 8),
    ]


def test_the_class_cost_is_ds_on_real_and_fake_and_gs_on_fake_in_every_round() -> None:
    made = terms(Rules(classify=0.7, penalty_every=8))
    assert [(t.owner, t.of, t.weight, t.every) for t in made] == [
        ("D", class_cost_on_real, 0.7, 1),
        ("D", class_cost_on_fake, 0.7, 1),
        ("G", class_cost_on_fake, 0.7, 1),
    ]


def test_the_rules_of_a_stage_reach_its_game() -> None:
    conf = Config(
        g=GeneratorPace(network=Mlp()), d=CriticPace(network=Mlp()), prior=Noise(kind="uniform", size=3),
        stages=(Rules(k=3, objective="hinge", gp=2.0), Rules(objective="relativistic", r1=1.0)),
    )  # fmt: skip
    nets = networks(conf, facts(2))
    first, second = (SYSTEM.scene(conf, stage, nets, facts(2)).game for stage in (0, 1))
    assert (first.k, first.objective, [t.name for t in first.terms]) == (3, objectives.hinge, ["gp"])
    assert (second.k, second.objective, [t.name for t in second.terms]) == (1, objectives.relativistic, ["r1"])
    z = first.prior(1000, torch.Generator().manual_seed(0))
    assert z is not None
    assert z.shape == (1000, 3)
    assert z.abs().max() <= 1


def test_the_engines_precision_reaches_the_game() -> None:
    for precision, dtype in (("bfloat16", torch.bfloat16), ("float32", torch.float32)):
        engine = ENGINE._replace(precision=precision)
        live = Live(toyrun.record(small(Mlp(), Mlp())), {"x": toyrun.pictures()}, engine)
        with live.scene.game.fast():
            assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == dtype


# One step of AC-GAN, against a computation by hand.

POINTS = facts(2, classes=3)
CLASSIFY = 0.7


class OneRound:
    """One round of AC-GAN on points, with plain gradient descent; all that its two steps saw, kept."""

    def __init__(self) -> None:
        mlp = Mlp(hidden=(8,), activation="tanh", condition="none")
        conf = Config(
            prior=Noise(size=2), range="raw", stages=(Rules(classify=CLASSIFY),),
            g=GeneratorPace(network=Mlp(hidden=(8,), activation="tanh"), optimiser="sgd", lr=0.1),
            d=CriticPace(network=mlp, optimiser="sgd", lr=0.1),
        )  # fmt: skip
        rng = torch.Generator().manual_seed(5)
        self.batch = Batch(torch.randn(12, 2, generator=rng), torch.arange(12) % 3)
        nets = networks(conf, POINTS)
        self.G, self.D = nets["G"], nets["D"]
        self.before = {name: [p.detach().clone() for p in net.parameters()] for name, net in self.named.items()}
        game = SYSTEM.scene(conf, 0, nets, POINTS).game
        self.z = [game.prior(12, Randomness(9).stream("prior", 0, step)) for step in (0, 1)]
        (self.round,) = islice(play(game, [self.batch], seed=9), 1)
        self.after = {name: [p.detach().clone() for p in net.parameters()] for name, net in self.named.items()}

    @property
    def named(self) -> dict[str, nn.Module]:
        return {"G": self.G, "D": self.D}

    def at(self, G: str, D: str) -> None:
        """Set the weights of each player to those 'before' or 'after' its step."""
        for net, weights in ((self.G, vars(self)[G]["G"]), (self.D, vars(self)[D]["D"])):
            for p, value in zip(net.parameters(), weights):
                p.data.copy_(value)

    def descended(self, name: str, cost: Callable[[], Tensor]) -> list[Tensor]:
        """Where a step of 0.1 down this cost leads."""
        weights = list(self.named[name].parameters())
        gradients = torch.autograd.grad(cost(), weights)
        return [p.detach() - 0.1 * g for p, g in zip(weights, gradients)]


def log_loss(classes: Tensor, c: Tensor) -> Tensor:
    """-log of the probability of the right class, by the definition of the softmax."""
    return -(torch.softmax(classes, 1) * one_hot(c, 3)).sum(1).log()


def test_acgans_d_minimises_the_class_cost_on_real_and_on_fake() -> None:
    played = OneRound()
    (x, c), G, D = played.batch, played.G, played.D
    assert isinstance(x, Tensor)
    assert c is not None
    played.at(G="before", D="before")

    def cost() -> Tensor:
        real, fake = D(x, None), D(G(played.z[0], c).detach(), None)
        source = softplus(-real.logits).mean() + softplus(fake.logits).mean()
        on_real, on_fake = log_loss(real.classes, c).mean(), log_loss(fake.classes, c).mean()
        assert played.round.losses["D"] == pytest.approx(source.item(), rel=1e-5)
        assert played.round.losses["D/class-real"] == pytest.approx(on_real.item(), rel=1e-5)
        assert played.round.losses["D/class-fake"] == pytest.approx(on_fake.item(), rel=1e-5)
        return source + CLASSIFY * (on_real + on_fake)

    for mine, theirs in zip(played.descended("D", cost), played.after["D"]):
        torch.testing.assert_close(mine, theirs, rtol=1e-5, atol=1e-7)


def test_acgans_g_minimises_the_class_cost_on_fake() -> None:
    played = OneRound()
    c, G, D = played.batch.c, played.G, played.D
    assert c is not None
    played.at(G="before", D="after")

    def cost() -> Tensor:
        fake = D(G(played.z[1], c), None)
        source, on_fake = softplus(-fake.logits).mean(), cross_entropy(fake.classes, c)
        assert played.round.losses["G"] == pytest.approx(source.item(), rel=1e-5)
        assert played.round.losses["G/class"] == pytest.approx(on_fake.item(), rel=1e-5)
        return source + CLASSIFY * on_fake

    for mine, theirs in zip(played.descended("G", cost), played.after["G"]):
        torch.testing.assert_close(mine, theirs, rtol=1e-5, atol=1e-7)
