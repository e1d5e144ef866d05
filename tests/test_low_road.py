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
