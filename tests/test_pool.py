"""The pool of earlier fakes: what goes in comes out at most once more, half of it late."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.pool import Pool


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def numbered(start: int, n: int) -> Tensor:
    """Fakes [n, 1, 2] that are told by their numbers: start, start + 1, ..."""
    return torch.arange(start, start + n, dtype=torch.float32)[:, None, None].expand(n, 1, 2)


def numbers(fakes: Tensor) -> list[int]:
    assert torch.equal(fakes[..., 0], fakes[..., 1]), "a fake is kept and given out whole"
    return [int(number) for number in fakes[:, 0, 0]]


def literal(kept: list[int], size: int, fakes: list[int], draws: torch.Generator) -> list[int]:
    """One fake after another, as section 4 has it, on a list."""
    places = torch.randint(size, (len(fakes),), generator=draws).tolist()
    coins = torch.rand(len(fakes), generator=draws).tolist()
    out = []
    for fake, place, coin in zip(fakes, places, coins):
        if len(kept) < size:
            kept.append(fake)
            out.append(fake)
        elif coin < 0.5:
            out.append(kept[place])
            kept[place] = fake
        else:
            out.append(fake)
    return out


@given(size=st.integers(1, 6), batches=st.lists(st.integers(1, 9), min_size=1, max_size=8), seed=st.integers(0, 999))
def test_batches_of_any_size_are_taken_one_fake_after_another(size: int, batches: list[int], seed: int) -> None:
    """One place may be drawn several times in a batch, and a batch may fill the pool up and go on."""
    pool, kept, mine, theirs, seen = Pool(size, (1, 2)), [], rng(seed), rng(seed), 0
    for n in batches:
        fakes = numbered(seen + 1, n)
        assert numbers(pool(fakes, mine)) == literal(kept, size, numbers(fakes), theirs)
        seen += n
        assert numbers(pool.kept) == kept + [0] * (size - len(kept))
        assert pool.seen.item() == seen


def test_the_first_pass_unchanged_and_of_the_rest_half_are_earlier_ones_from_any_place() -> None:
    """20,000 fakes after the first 50: recalled are 1/2, within four standard errors, sqrt(1/4n). A kept one is taken
    by each that follows with probability 1/2 x 1/50: it waits for 100 of them, with a standard deviation as large.
    """
    pool, draws, n = Pool(50, (1, 2)), rng(), 20_000
    assert numbers(pool(numbered(1, 50), draws)) == list(range(1, 51))
    new = list(range(51, 51 + n))
    out = [number for start in range(51, 51 + n, 8) for number in numbers(pool(numbered(start, 8), draws))]
    assert all(given <= fake for given, fake in zip(out, new)), "none is given out before it has come by"
    assert sorted(out + numbers(pool.kept)) == sorted(list(range(1, 51)) + new), "none is lost, none is given twice"
    waits = [fake - given for given, fake in zip(out, new) if given < fake]
    assert abs(len(waits) / n - 0.5) < 4 * math.sqrt(0.25 / n)
    assert abs(sum(waits) / len(waits) - 100) < 4 * 100 / math.sqrt(len(waits))


def test_what_is_given_out_is_nobodys_own_and_part_of_no_graph() -> None:
    pool, fake = Pool(2, (3,)), torch.randn(8, 3, dtype=torch.float64, requires_grad=True)
    before = fake.detach().clone()
    out = pool(fake, rng())
    assert (out.dtype, out.requires_grad, pool.kept.requires_grad) == (torch.float64, False, False)
    kept = pool.kept.clone()
    out.fill_(9.0)
    assert torch.equal(pool.kept, kept)
    assert torch.equal(fake, before)


def test_a_fake_that_is_not_finite_is_given_out_and_never_exchanged() -> None:
    pool, draws = Pool(3, (1, 2)), rng()
    pool(numbered(1, 3), draws)
    for value in (math.nan, math.inf):
        spoilt = numbered(4, 100).clone()
        spoilt[::2, 0, 1] = value
        out = pool(spoilt, draws)
        assert not out[::2].isfinite().flatten(1).all(1).any()
        assert out[1::2].isfinite().all()
        assert pool.kept.isfinite().all()


def test_its_memory_is_its_state_and_goes_on_from_there() -> None:
    one, other = Pool(4, (1, 2)), Pool(4, (1, 2))
    for start in (1, 7):
        one(numbered(start, 6), rng(start))
    other.load_state_dict({name: t.clone() for name, t in one.state_dict().items()})
    assert set(one.state_dict()) == {"kept", "seen"}
    assert torch.equal(one(numbered(13, 6), rng(13)), other(numbered(13, 6), rng(13)))
    assert torch.equal(one.kept, other.kept)


def test_a_pool_without_a_place_is_refused() -> None:
    with pytest.raises(SaddlepointError, match="pool of 0 fakes"):
        Pool(0, (3,))
