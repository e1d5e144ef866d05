"""What holds on a GPU as on a processor. The logic is tested without one elsewhere; these need one, and say so."""

from pathlib import Path

import pytest
import torch
import toyrun

from saddlepoint.engine import Engine
from saddlepoint.running.live import Live

CUDA = torch.cuda.is_available()
pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not CUDA, reason="needs a GPU that torch can see (CUDA)")]

DEVICE = Engine(torch.device("cuda"), "float32", 1)


def played(engine: Engine, rounds: int) -> tuple[list, Live]:
    live = Live(toyrun.record(), {"x": toyrun.pictures()}, engine)
    found = []
    for round in live.rounds(live.config.stages[0]):
        live.absorb(round)
        found.append(round)
        if len(found) == rounds:
            break
    return found, live


def test_round_by_round_as_on_the_processor() -> None:
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    here, there = played(toyrun.ENGINE, 10)[0], played(DEVICE, 10)[0]
    for one, other in zip(here, there):
        assert one.images == other.images
        assert one.d_fake == pytest.approx(other.d_fake, rel=2e-2, abs=1e-3)


def test_a_run_that_is_cut_on_the_device_ends_as_one_that_never_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toyrun, "ENGINE", DEVICE)
    torch.use_deterministic_algorithms(True, warn_only=True)
    toyrun.play(tmp_path / "straight")

    class Cut(BaseException):
        pass

    def die() -> None:
        raise Cut

    with pytest.raises(Cut):
        toyrun.play(tmp_path / "cut", toyrun.Hook(170, die))
    toyrun.play(tmp_path / "cut")
    torch.use_deterministic_algorithms(False)
    assert toyrun.trace(tmp_path / "cut") == toyrun.trace(tmp_path / "straight")


def test_bfloat16_stays_close_to_float32() -> None:
    short = played(DEVICE._replace(precision="bfloat16"), 5)[0]
    for one, other in zip(short, played(DEVICE, 5)[0]):
        assert one.d_real == pytest.approx(other.d_real, abs=0.05)


def test_what_is_not_finite_moves_nothing() -> None:
    live = Live(toyrun.record(), {"x": toyrun.pictures()._replace(x=toyrun.pictures().x * float("inf"))}, DEVICE)
    before = [p.detach().clone() for p in live.networks["G"].parameters()]
    round = next(iter(live.rounds(live.config.stages[0])))
    assert round.skipped > 0
    assert all(torch.equal(a, b) for a, b in zip(before, live.networks["G"].parameters()))
