"""Fine-tuning with few labels: a step by hand, what no linear classifier can tell, and by way of whole runs."""

import math
from typing import Any

import pytest
import torch
from test_probe import trained
from tinyrun import bundle
from torch import Tensor, nn
from torch.testing import assert_close

import saddlepoint as sp
from saddlepoint.artefact.folder import load
from saddlepoint.cli.main import main
from saddlepoint.court import tuning
from saddlepoint.court.tuning import error, tune
from saddlepoint.errors import SaddlepointError
from saddlepoint.running import probing


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    bundle(monkeypatch)
    monkeypatch.chdir(tmp_path_factory.mktemp("tuning"))
    monkeypatch.setattr(probing, "LEAST", 10)


def rng() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_the_first_step_moves_the_classifier_alone_against_its_gradient() -> None:
    """At W = 0 every p is 1/K, and Adam's first step has the length of its rate: W = -lr sign E (p - 1[y]) code."""
    A = nn.Linear(3, 2)
    before = A.weight.detach().clone()
    x, y = torch.randn(1, 3, generator=rng()), torch.tensor([1])
    head = tune(lambda x: A(x), A, x, y, 3, rng(), steps=1)
    slope = (torch.full((3,), 1 / 3) - torch.eye(3)[1])[:, None] * (x @ before.T + A.bias)
    assert_close(head.weight.detach(), -tuning.RATE * slope.sign(), atol=1e-6, rtol=0)
    assert_close(A.weight.detach(), before)


def test_all_layers_learn_what_no_linear_classifier_of_the_first_code_can(monkeypatch: pytest.MonkeyPatch) -> None:
    """The class is whether two columns differ: of columns themselves that is told in half of the cases."""
    monkeypatch.setattr(tuning, "RATE", 0.02)
    x = torch.rand(200, 2, generator=rng())
    y = ((x[:, 0] > 0.5) ^ (x[:, 1] > 0.5)).long()
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(2, 16), nn.Tanh())
    with torch.no_grad():
        net[0].weight.mul_(4)
    before = net[0].weight.detach().clone()
    head = tune(net, net, x, y, 2, rng())
    assert error(net, head, x, y) < 0.1
    plain, nothing = nn.Identity(), nn.Linear(2, 2)
    assert not torch.equal(net[0].weight, before)
    straight = tune(lambda x: x + 0 * nothing(x), nothing, x, y, 2, rng())
    assert error(plain, straight, x, y) > 0.3


def test_the_error_is_the_share_that_is_told_wrongly() -> None:
    head = nn.Linear(1, 2)
    for t, to in ((head.weight, [[1.0], [-1.0]]), (head.bias, [0.0, 0.0])):
        t.data.copy_(torch.tensor(to))
    x = torch.linspace(-1, 1, 1100)[:, None]
    y = (x[:, 0] < 0).long()
    y[:11] = 1 - y[:11]
    assert error(lambda x: x, head, x, y) == pytest.approx(0.01)


def test_a_code_without_a_gradient_is_refused() -> None:
    with pytest.raises(SaddlepointError, match="no gradient passes through"):
        tune(lambda x: x, nn.Linear(1, 1), torch.zeros(3, 2), torch.zeros(3, dtype=torch.int64), 2, rng())


def test_a_run_is_tuned_and_stays_as_it_is(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """In the same draws as an untrained start, twice alike; what is in the folder is not touched."""
    monkeypatch.setattr(tuning, "STEPS", 20)
    run = trained("stacked", widths="9,7,5")
    before = load(run.folder).networks["stack"].state_dict()
    found = sp.probe(run, 6, draws=2, tune=True)
    assert list(found.by_name) == ["tuned", "tuned from an untrained start"]
    assert [one.features for one in found.by_name.values()] == [5, 5]
    assert found.by_name["tuned"].apart is None
    assert sp.probe(run, 6, draws=2, tune=True) == found
    after = load(run.folder).networks["stack"].state_dict()
    assert all(torch.equal(after[key], value) for key, value in before.items())
    assert main(["probe", str(run.folder), "--labels", "6", "--draws", "2", "--tune"]) == 0
    assert "untrained start" in capsys.readouterr().out


def test_the_tuned_encoder_begins_where_training_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    run, seen = trained("stacked", widths="9,7,5"), []

    def watched(encode: object, stack: Any, *rest: object) -> nn.Linear:
        seen.append(stack.layers[0].down.weight.detach().clone())
        stack.layers[0].down.weight.data.zero_()  # as tuning moves it: the next draw is to begin where this one did
        return nn.Linear(5, 2)

    monkeypatch.setattr(probing, "tune", watched)
    sp.probe(run, 6, draws=2, tune=True)
    kept: Tensor = load(run.folder).networks["stack"].state_dict()["layers.0.down.weight"]
    assert torch.equal(seen[0], kept)
    assert torch.equal(seen[1], kept)
    assert not torch.equal(seen[2], kept)
    assert torch.equal(seen[3], seen[2])
    assert seen[2].abs().max() <= 4 * math.sqrt(6 / (64 + 9))


def test_what_has_no_encoder_to_tune_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for recipe, words in (("dcgan", "has no encoder"), ("mixture", "no gradient passes through")):
        small = {"g.network.width": 4, "d.network.width": 4} if recipe == "dcgan" else {"components": 2}
        run = trained(recipe, **small)
        assert main(["probe", str(run.folder), "--labels", "6", "--draws", "2", "--tune"]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert words in line
