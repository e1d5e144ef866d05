"""The linear probe: its classifier against scikit-learn's, its draws and scales by hand, and by way of whole runs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from tinyrun import bundle
from torch import Tensor
from torch.testing import assert_close
from toys import DOUBLE

import saddlepoint as sp
from saddlepoint.cli.main import main
from saddlepoint.court.probe import draws_of, pooled, probe, side_by_side
from saddlepoint.data.labelled import drawn
from saddlepoint.errors import SaddlepointError
from saddlepoint.running import probing
from saddlepoint.statistics.logistic import fit, span

SHORT = {"batch": 6, "images": 24, "engine.threads": 1, "device": "cpu", "judge.share": 0, "data.held_out": 0.35}


def clouds(n: int, d: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Three overlapping classes."""
    rng = torch.Generator().manual_seed(seed)
    y = torch.arange(n) % 3
    centres = torch.randn(3, d, generator=torch.Generator().manual_seed(99), dtype=DOUBLE)
    return centres[y] + 1.5 * torch.randn(n, d, generator=rng, dtype=DOUBLE), y


@pytest.mark.parametrize("d", [4, 90], ids=["few numbers", "more numbers than examples"])
@pytest.mark.parametrize("penalty", [1.0, 0.003])
def test_the_classifier_is_scikit_learns(d: int, penalty: float):
    x, y = clouds(60, d)
    found = fit(x, y, 3, penalty)
    theirs = LogisticRegression(C=1 / (60 * penalty), tol=1e-10, max_iter=10_000).fit(x.numpy(), y.numpy())
    assert np.allclose(found.W, theirs.coef_, atol=1e-4)
    new, labels = clouds(300, d, seed=1)
    assert np.array_equal(found.classes(new), theirs.predict(new.numpy()))
    assert found.error(new, labels) == pytest.approx(1 - theirs.score(new.numpy(), labels.numpy()))


def test_the_directions_of_few_examples_lose_nothing_of_them():
    x, _ = clouds(7, 30)
    x[6] = x[0] + x[1]
    axes = span(x)
    assert axes.shape == (30, 6)
    assert_close(axes.T @ axes, torch.eye(6, dtype=DOUBLE))
    assert_close(x @ axes @ axes.T, x)


def test_no_examples_and_no_penalty_are_refused():
    for n, penalty in ((0, 1.0), (5, 0.0)):
        with pytest.raises(SaddlepointError, match="logistic regression"):
            fit(torch.zeros(n, 2, dtype=DOUBLE), torch.zeros(n, dtype=torch.int64), 2, penalty)


def test_labels_are_drawn_evenly_and_once_and_otherwise_by_chance():
    y = torch.arange(600) % 3
    y[:90] = 0
    for n in (3, 4, 100, 600):
        places = drawn(y, n, 3, torch.Generator().manual_seed(0))
        assert len(places.unique()) == n
        counts = torch.bincount(y[places], minlength=3)
        assert n == 600 or counts.max() - counts.min() <= 1
    one, other = draws_of(y, 30, 3, 2, 0)
    assert not torch.equal(one.sort().values, other.sort().values)
    assert torch.equal(draws_of(y, 30, 3, 3, 0)[1], other)
    assert not torch.equal(draws_of(y, 30, 3, 2, 1)[0], one)


def test_a_class_of_few_gives_what_it_has():
    places = drawn(torch.tensor([0] * 50 + [1] * 2), 20, 2, torch.Generator().manual_seed(0))
    assert {50, 51} < set(places.tolist())


@pytest.mark.parametrize(
    ("n", "draws", "words"), [(2, 5, "2 labels for 3 classes"), (7, 5, "7 labels, of 6"), (4, 1, "an interval")]
)
def test_what_cannot_be_drawn_is_refused(n: int, draws: int, words: str):
    with pytest.raises(SaddlepointError, match=words):
        draws_of(torch.arange(6) % 3, n, 3, draws, 0)


def test_maps_are_pooled_to_the_largest_of_sixteen_cells():
    x = torch.randn(2, 3, 8, 12, generator=torch.Generator().manual_seed(0))
    cells = [x[:, :, 2 * i : 2 * i + 2, 3 * j : 3 * j + 3].flatten(2).amax(2) for i in range(4) for j in range(4)]
    assert torch.equal(pooled(x), torch.stack(cells, 2).flatten(1))
    assert torch.equal(pooled(x[:, :, :2, :3]), x[:, :, :2, :3].flatten(1))
    assert torch.equal(pooled(x[:, :, 0, 0]), x[:, :, 0, 0])


def test_each_layer_speaks_as_loudly_as_another():
    a, b, other = clouds(50, 4)[0], 1_000 * clouds(50, 9, seed=1)[0] + 5, clouds(20, 4, seed=2)[0]
    x, y = side_by_side([a, b], [other, b[:20]])
    assert_close(x.mean(0), torch.zeros(13, dtype=DOUBLE))
    for part in (x[:, :4], x[:, 4:]):
        assert_close(part.square().sum(1).mean().item(), 1 / 2)
    length = (a - a.mean(0)).square().sum(1).mean().sqrt() * 2**0.5
    assert_close(y[:, :4], (other - a.mean(0)) / length)
    assert torch.equal(side_by_side([torch.ones(5, 2)], [torch.ones(3, 2)])[1], torch.zeros(3, 2, dtype=DOUBLE))


def test_what_tells_the_classes_errs_on_none_and_noise_on_two_thirds():
    (_, y), (_, wanted) = clouds(300, 2), clouds(600, 2, seed=1)
    one_hot = [torch.nn.functional.one_hot(t, 3).double() for t in (y, wanted)]
    noise = [clouds(len(t), 3, seed=8)[0].roll(1, 0)[torch.randperm(len(t))] for t in (y, wanted)]
    found = probe(
        {"code": [one_hot[0]], "noise": [noise[0]]},
        {"code": [one_hot[1]], "noise": [noise[1]]},
        y,
        wanted,
        draws_of(y, 60, 3, 5, 0),
    )
    assert (found["code"].error.value, found["code"].apart, found["code"].features) == (0, None, 3)
    assert 0.55 < found["noise"].error.value < 0.78
    apart = found["noise"].apart
    assert apart is not None
    assert apart.value == pytest.approx(found["noise"].error.value)
    assert apart.low > 0
    turned = probe(
        {"noise": [noise[0]], "code": [one_hot[0]]},
        {"noise": [noise[1]], "code": [one_hot[1]]},
        y,
        wanted,
        draws_of(y, 60, 3, 5, 0),
    )
    assert turned["code"].apart.value == pytest.approx(-turned["noise"].error.value)


@pytest.fixture(scope="module", autouse=True)
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        bundle(patch)
        patch.chdir(tmp_path_factory.mktemp("probes"))
        patch.setattr(probing, "LEAST", 10)
        yield


def trained(recipe: str, data: Any = "tiny", **more: Any) -> sp.Run:
    return sp.train(data, recipe=recipe, settings=SHORT | more, watcher=sp.quiet)


def test_a_code_stands_beside_the_untrained_and_pixels(capsys: pytest.CaptureFixture[str]):
    run = trained("vae", latent=3, **{"g.network.hidden": "16", "importance": 2})
    found = sp.probe(run, 6, draws=3)
    assert list(found.by_name) == ["its code", "the same, untrained", "pixels"]
    assert [one.features for one in found.by_name.values()] == [3, 3, 64]
    assert found.by_name["pixels"].error.value == 0  # dark ones and bright ones
    assert (found.held_out, found.notes) == (21, ())
    assert sp.probe(run, 6, draws=3) == found
    assert main(["probe", str(run.folder), "--labels", "6", "--draws", "3", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["by_name"]["pixels"]["error"] == [0, 0, 0]
    assert main(["probe", str(run.folder), "--labels", "6", "--draws", "3"]) == 0
    assert "pixels" in capsys.readouterr().out


def test_a_critic_s_layers_and_the_labels_that_it_was_told():
    """dcgan's D: 8 x 8 -> 4 x 4, one layer of 4 channels; trained without labels they are read again."""
    small = {"g.network.width": 4, "d.network.width": 4}
    for unconditional in (False, True):
        found = sp.probe(trained("dcgan", unconditional=unconditional, **small), 6, draws=3)
        assert list(found.by_name) == ["D's layers", "the same, untrained", "pixels"]
        assert found.by_name["D's layers"].features == 4 * 16
        assert bool(found.notes) != unconditional


def test_the_trained_critic_is_the_checkpoints_and_the_untrained_one_is_not():
    run = trained("dcgan", unconditional=True, **{"g.network.width": 4, "d.network.width": 4})
    live = probing.as_begun(run.record, print).live()
    looks, _ = probing.representations(live, run.folder)
    x = torch.rand(5, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        before, after = live.networks["D"].eval()(x).features[0], None
        fresh, mine = looks["the same, untrained"](x)[0], looks["D's layers"](x)[0]
        assert_close(fresh, pooled(before))
        live.restore(Path(run.folder) / "checkpoints")
        after = live.networks["D"].eval()(x).features[0]
    assert_close(mine, pooled(after))
    assert not torch.equal(mine, pooled(before))


def test_a_critic_that_reads_the_class_is_told_nothing_of_the_example():
    """D is given one class for all: what it says of an example is the same whatever its own class is."""
    run = trained("cgan", **{"g.network.hidden": "8", "d.network.hidden": "8"})
    live = probing.as_begun(run.record, print).live()
    looks, notes = probing.representations(live, run.folder)
    x = torch.rand(1, 1, 8, 8).expand(4, 1, 8, 8)
    with torch.no_grad():
        found = looks["D's layers"](x)[0]
    assert_close(found, found[:1].expand_as(found))
    assert "given every label" in notes[0]


@pytest.mark.slow
def test_what_cannot_be_probed_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    srgan = trained("srgan", scale=2, **{"g.width": 4, "g.blocks": 1, "d.width": 4, "d.layers": 1})
    alone = trained("dcgan", data=np.zeros((60, 8, 8), np.uint8), **{"g.network.width": 2, "d.network.width": 2})
    with pytest.raises(SaddlepointError, match="have no classes"):
        sp.probe(alone)
    assert sp.probe(srgan, 6, draws=2).by_name["D's layers"].features > 0
    neither = trained("srgan", scale=2, adversarial=0, **{"g.width": 4, "g.blocks": 1})
    with pytest.raises(SaddlepointError, match="a model of `srgan` has no encoder, and no single critic"):
        sp.probe(neither, 6, draws=2)
    words = {("--labels", "1"): "1 labels for 2 classes", ("--labels", "999"): "999 labels", ("--draws", "1"): "draws"}
    for given, said in words.items():
        assert main(["probe", str(srgan.folder), *given]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert said in line
    monkeypatch.setattr(probing, "LEAST", 50)
    assert main(["probe", str(srgan.folder)]) == 2
    assert "held out" in capsys.readouterr().err
    assert main(["probe", "nowhere"]) == 2
    assert "no such folder" in capsys.readouterr().err
