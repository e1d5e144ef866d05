"""The low road: modules, tensors and batches as one has them come to what records come to, bit for bit."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close
from torch.utils.data import DataLoader, TensorDataset
from toys import DOUBLE, mlp, turn_of

import saddlepoint as sp
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.plain import batch_of, takes_two

X = torch.randn(24, 2, generator=torch.Generator().manual_seed(0), dtype=DOUBLE)
C = torch.arange(24) % 3


class Told(nn.Module):
    """A network as the game's own are: of two arguments; a critic's answer is a record."""

    def __init__(self, net: nn.Module, critic: bool) -> None:
        super().__init__()
        self.net, self.critic = net, critic

    def forward(self, x: Tensor, c: Tensor | None) -> Any:
        return sp.Answer(self.net(x)) if self.critic else self.net(x)


def rounds(batches: Any, wrap: Callable[[nn.Module, bool], nn.Module], **more: Any) -> list[sp.Round]:
    G, D = wrap(mlp(3, 2, seed=1), False), wrap(mlp(2, 1, seed=2), True)
    players = (sp.Player.of(net, torch.optim.Adam(net.parameters(), 0.01)) for net in (G, D))
    draw = sp.Prior("normal", 3)
    game = sp.Game(
        **dict(zip("GD", players)),
        prior=lambda n, rng: draw(n, rng).double(),
        objective=sp.non_saturating,
        terms=(sp.Term("r1", "D", sp.r1, 0.1), sp.Term("gp", "D", sp.gradient_penalty, 0.1)),
        **more,
    )
    return list(sp.play(game, batches))


def plain(net: nn.Module, critic: bool) -> nn.Module:
    return net


def test_plain_modules_and_batches_play_the_same_game() -> None:
    loader = DataLoader(TensorDataset(X, C), batch_size=8)
    records = [sp.Batch(X[i : i + 8], C[i : i + 8]) for i in (0, 8, 16)]
    known = rounds(records, Told)
    assert len(known) == 3
    assert all(given.losses["D"] > 0 for given in known)
    for batches in (records, loader, [tuple(batch) for batch in records], X.split(8), [[x] for x in X.split(8)]):
        assert rounds(batches, plain) == known
    assert rounds([{"x": x} for x in X.split(8)], plain, forge=as_record, pairings={"net": of_record}) == known


def test_a_pair_is_an_example_and_its_condition() -> None:
    for given in ((X, C), [X, C], sp.Batch(X, C)):
        batch = batch_of(given)
        assert (batch.x is X, batch.c is C) == (True, True)
    assert all(batch.x is X and batch.c is None for batch in (batch_of(X), batch_of([X])))


def as_record(generators: Any, batch: sp.Batch, z: Tensor | None, rng: torch.Generator) -> dict[str, Tensor]:
    return {"x": generators["net"](z)}


def of_record(x: Any, fake: Any) -> tuple[Tensor, Tensor]:
    return x["x"], fake["x"]


def test_who_is_told_the_condition() -> None:
    c = torch.zeros(1)
    assert takes_two(lambda z, c: z, None)
    assert takes_two(lambda z, c=None: z, c)
    assert takes_two(lambda *given: given, None)
    assert not takes_two(lambda z, c=None: z, None)
    assert not takes_two(lambda z: z, c)
    assert not takes_two(lambda z, *, c=None: z, c)
    assert not takes_two(nn.Sequential(nn.Linear(1, 1)), c)
    assert not takes_two(nn.Linear(1, 1), c)


WRONG = {
    "D for other examples": (lambda net, critic: mlp(5, 1) if critic else net, r"D \(net\) cannot be given \[8, 2\]: "),
    "G for other noise": (lambda net, critic: net if critic else mlp(4, 2), r"G cannot be given \[8, 3\]: "),
    "G of other examples": (
        lambda net, critic: net if critic else mlp(3, 4),
        r"G makes examples of \[4\], the data .* \[2\]",
    ),
    "one answer for all": (lambda net, critic: Mean(net) if critic else net, r"D answers \[1\] to 8 examples"),
    "a number": (lambda net, critic: Mean(net, ()) if critic else net, r"D answers \[\] to 8 examples"),
}


class Mean(nn.Module):
    def __init__(self, net: nn.Module, shape: tuple[int, ...] = (1,)) -> None:
        super().__init__()
        self.net, self.shape = net, shape

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x).mean().reshape(self.shape)


@pytest.mark.parametrize(("wrap", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_shape_gets_one_line(wrap: Any, said: str) -> None:
    with pytest.raises(SaddlepointError, match=said) as error:
        rounds(X.split(8), wrap)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("batch", [3, (X, C, C), (X, "a"), [], None])
def test_what_is_no_batch_gets_one_line(batch: object) -> None:
    with pytest.raises(SaddlepointError, match="is no batch"):
        rounds([batch], plain)


def test_another_error_of_a_network_is_left_as_it_is() -> None:
    class Broken(Mean):
        def forward(self, x: Tensor) -> Tensor:
            raise RuntimeError("out of paper")

    with pytest.raises(RuntimeError, match="out of paper"):
        rounds(X.split(8), lambda net, critic: Broken(net) if critic else net)


def test_penalties_work_alone_and_are_those_of_a_turn() -> None:
    """The same values and the same derivatives in D's weights; of D(x) = w . x they are known."""
    D, fake = mlp(2, 1, seed=3), X.flip(0) + 1
    turn = turn_of(lambda x: D(x)[:, 0], X, fake)
    for alone, told in (
        (lambda: sp.r1(D, X), sp.r1(turn)),
        (lambda: sp.r2(D, fake), sp.r2(turn)),
        (lambda: sp.gradient_penalty(D, X, fake, torch.Generator().manual_seed(0)), sp.gradient_penalty(turn)),
    ):
        cost = alone()
        assert_close(cost, told, rtol=1e-12, atol=1e-12)
        ours, theirs = (torch.autograd.grad(each.sum(), [*D.parameters()][:3]) for each in (cost, told))
        assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    w = torch.tensor([[3.0, -4.0]], dtype=DOUBLE)
    assert_close(sp.r1(lambda x: x @ w.T, X), torch.full((24,), 12.5, dtype=DOUBLE))
    assert_close(sp.gradient_penalty(lambda x: sp.Answer(x @ w[0]), X, fake), torch.full((24,), 16.0, dtype=DOUBLE))


def test_a_penalty_without_examples_gets_one_line() -> None:
    for call in (lambda: sp.r1(mlp(2, 1)), lambda: sp.gradient_penalty(mlp(2, 1), X)):  # pyright: ignore
        with pytest.raises(SaddlepointError, match="a penalty without examples"):
            call()
    with pytest.raises(SaddlepointError, match=r"x is \[24, 2\], G\(z\) \[8, 2\]"):
        sp.gradient_penalty(mlp(2, 1), X, X[:8])


def test_frozen_weights_stay_and_the_others_learn() -> None:
    """A critic with a frozen backbone, and an optimiser that was given all of it."""
    D = nn.Sequential(mlp(2, 4, seed=2), mlp(4, 1, seed=3))
    D[0].requires_grad_(False)
    before = [p.clone() for p in D.parameters()]
    list(sp.play(game_of(mlp(3, 2, seed=1), D), X.split(8)))
    same = [bool((p == q).all()) for p, q in zip(D.parameters(), before)]
    assert same == [True] * 4 + [False] * 4


class Detached(nn.Module):
    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, z: Tensor) -> Tensor:
        return self.net(z).detach()


@pytest.mark.parametrize("make", [Detached, lambda net: net.requires_grad_(False)], ids=["detached", "all frozen"])
def test_a_player_that_could_never_learn_is_refused(make: Callable[[nn.Module], nn.Module]) -> None:
    with pytest.raises(SaddlepointError, match="does not depend on any weight that its optimiser moves"):
        list(sp.play(game_of(make(mlp(3, 2, seed=1)), mlp(2, 1, seed=2)), X.split(8)))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of torch's own compiler
def test_torch_s_wrappers_take_what_is_within_them() -> None:
    """Their own forward(*args, **kwargs) says nothing of c."""
    for wrap in (torch.compile, nn.DataParallel):
        assert not takes_two(wrap(mlp(2, 1)), C)
        assert takes_two(wrap(Told(mlp(2, 1), critic=True)), None)


def test_an_iterator_that_ends_within_a_cost_does_not_end_the_game_in_silence() -> None:
    def exhausted(turn: sp.Turn) -> Tensor:
        return next(iter(()))

    game = game_of(mlp(3, 2, seed=1), mlp(2, 1, seed=2), terms=(sp.Term("none", "G", exhausted),))
    with pytest.raises(RuntimeError, match="StopIteration"):
        list(sp.play(game, X.split(8)))


def test_batches_drawn_from_torch_s_own_generator_are_those_that_they_would_be_without_a_game() -> None:
    """Steps seed torch's generators for dropout, and give them back as they were."""
    torch.manual_seed(3)
    alone = [torch.randn(8, 2, dtype=DOUBLE) for _ in range(3)]
    seen: list[Tensor] = []

    def drawn() -> Any:
        for _ in range(3):
            seen.append(torch.randn(8, 2, dtype=DOUBLE))
            yield seen[-1]

    G, D = mlp(3, 2, seed=1), nn.Sequential(mlp(2, 4, seed=2), nn.Dropout(0.5), mlp(4, 1, seed=4))
    game = game_of(G, D)
    torch.manual_seed(3)
    list(sp.play(game, drawn()))
    assert all(torch.equal(one, other) for one, other in zip(seen, alone, strict=True))


def game_of(G: nn.Module, D: nn.Module, **more: Any) -> sp.Game:
    draw = sp.Prior("normal", 3)
    players = {name: sp.Player.of(net, torch.optim.Adam(net.parameters(), 0.01)) for name, net in (("G", G), ("D", D))}
    return sp.Game(**players, prior=lambda n, rng: draw(n, rng).double(), objective=sp.non_saturating, **more)
