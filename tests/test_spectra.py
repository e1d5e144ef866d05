"""Eigenvalues and singular values, also where torch's routine gives up."""

import pytest
import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics import spectra
from saddlepoint.statistics.gaussian import fit, frechet
from saddlepoint.statistics.influence import Reference, frechet_interval, frechet_to


def low_rank(n: int = 12, rank: int = 3, seed: int = 0) -> Tensor:
    x = torch.randn(n, rank, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return x @ x.T


@pytest.fixture
def gives_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """torch's routines, that do not converge; which were asked."""
    asked: list[str] = []

    def failing(name: str):
        def fail(*given: object, **named: object) -> None:
            asked.append(name)
            raise torch.linalg.LinAlgError(f"{name}: failed to converge")

        return fail

    for name in ("eigh", "eigvalsh", "svdvals"):
        monkeypatch.setattr(torch.linalg, name, failing(name))
    return asked


def test_what_torch_gives_up_on_is_decomposed_all_the_same(gives_up: list[str]) -> None:
    a = low_rank()
    values, vectors = spectra.eigh(a)
    assert torch.allclose((vectors * values) @ vectors.T, a, atol=1e-12)
    assert torch.allclose(vectors.T @ vectors, torch.eye(12, dtype=torch.float64), atol=1e-12)
    assert bool((values.diff() >= 0).all())
    assert torch.allclose(spectra.singular_values(a), values.abs().flip(0), atol=1e-12)
    assert torch.allclose(spectra.eigenvalues_of(a), values, atol=1e-12)
    assert gives_up == ["eigh", "svdvals", "eigvalsh"]
    assert values.dtype == vectors.dtype == torch.float64


def test_figures_are_the_same_by_either_way(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The Frechet distance and its interval, of few examples in more features than there are examples."""
    rng = torch.Generator().manual_seed(1)
    x, y = (torch.randn(9, 16, generator=rng, dtype=torch.float64) + shift for shift in (0.0, 0.5))

    def figures() -> list[float]:
        reference = Reference.of(fit(x), x)
        return [*frechet_interval(y, reference), frechet(fit(y), fit(x)), frechet_to(fit(y), reference)]

    wanted = figures()
    asked = request.getfixturevalue("gives_up")
    assert figures() == pytest.approx(wanted, rel=1e-7)
    assert asked, "and so it was by the other way"


def test_what_is_not_finite_is_one_line(gives_up: list[str]) -> None:
    for call in (spectra.eigh, spectra.eigenvalues_of, spectra.singular_values):
        with pytest.raises(SaddlepointError, match="not finite"):
            call(torch.full((2, 2), torch.nan, dtype=torch.float64))
