"""Networks, objective, terms and measures of a user's own inside `train`, on the recipes of this program."""

import functools
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import saddlepoint as sp
from saddlepoint.storage.journal import read
from saddlepoint.systems.given import words

X = np.random.default_rng(0).integers(0, 256, (120, 6, 6), dtype=np.uint8)
Y = np.arange(120) % 2
TINY: dict[str, Any] = {"images": 96, "batch": 16, "engine.threads": 1, "judge.share": 0, "averages": (16,)}
TINY |= {"snapshots": 3, "journal_images": 16, "prior.size": 5, "range": "signed"}


class Small(nn.Module):
    """G(z), with a buffer and dropout, so that all of a network's state and chance are its own."""

    def __init__(self, width: int = 7) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(5, width), nn.BatchNorm1d(width), nn.Dropout(0.2), nn.Linear(width, 36))

    def forward(self, z: Tensor) -> Tensor:
        return self.layers(z).tanh().unflatten(1, (1, 6, 6))


def critic() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(36, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1), nn.Flatten(0))


def seeded(make: Callable[[], nn.Module]) -> nn.Module:
    torch.manual_seed(7)
    return make()


def train(root: Path, parts: sp.Parts, recipe: str = "gan", data: object = X, **given: Any) -> sp.Run:
    settings = {**TINY, **given.pop("settings", {})}
    return sp.train(data, recipe=recipe, settings=settings, parts=parts, root=root, watcher=sp.quiet, **given)


def weights(run: sp.Run) -> dict[str, Tensor]:
    return {name: t for network in run.generator().networks.values() for name, t in network.state_dict().items()}


@pytest.mark.slow
def test_own_networks_are_trained_from_where_they_are_and_stay_as_they_were(tmp_path: Path) -> None:
    G, D = seeded(Small), seeded(critic)
    before = {name: t.clone() for name, t in G.state_dict().items()}
    still = train(tmp_path, sp.Parts(G=G, D=D), settings={"g.lr": 1e-12, "averages": (1,)})
    assert still.config.system.startswith("gan+G+D+")
    assert still.state == "done"
    moved = train(tmp_path, sp.Parts(G=G, D=D), settings={"g.lr": 1e-2})
    assert all(torch.equal(t, before[name]) for name, t in G.state_dict().items())
    first = "layers.0.weight"
    assert torch.allclose(weights(still)[first], before[first], atol=1e-6)
    assert (weights(moved)[first] - before[first]).abs().max() > 1e-3
    assert still.sample(3).numpy().shape == (3, 1, 6, 6)
    copies = train(
        tmp_path, sp.Parts(G=lambda facts: deepcopy(G), D=lambda facts: deepcopy(D)), settings={"g.lr": 1e-2}
    )
    assert all(torch.equal(t, weights(copies)[name]) for name, t in weights(moved).items())
    G.layers = nn.Sequential()  # what becomes of it later is not the run's business
    assert moved.sample(3).numpy().shape == (3, 1, 6, 6)


def test_what_an_objective_and_terms_of_ones_own_cost_stands_in_the_journal(tmp_path: Path) -> None:
    def term(turn: sp.Turn) -> Tensor:
        assert isinstance(turn.fake, Tensor)
        return 0 * turn.fake.flatten(1).sum(1) + 5

    flat = sp.Objective("flat", lambda r, f: 0 * r + 0 * f + 3, lambda r, f: 0 * f + 2)
    parts = sp.Parts(objective=flat, terms=(sp.Term("five", "G", term, 0.5), sp.Term("six", "D", one_more, 2.0)))
    run = train(tmp_path, parts, settings={"g.network.hidden": (4,), "d.network.hidden": (4,), "r1": 0})
    lines = [event for event in read(run.folder / "journal.jsonl") if event["event"] == "rounds"]
    assert lines
    for line in lines:
        assert line["losses"] == pytest.approx({"D": 3, "D/six": 6, "G": 2, "G/five": 5})


def one_more(turn: sp.Turn) -> Tensor:
    return 0 * turn.verdict().f.logits + 6


def test_measures_of_ones_own_are_kept_beside_the_others(tmp_path: Path) -> None:
    def own(view: sp.View) -> dict[str, float | sp.Measure]:
        assert view.real.shape[0] > 50
        assert isinstance(view.some.x, Tensor)
        return {"brightest": float(view.real.max()), "held out": float(len(view.some.x))}

    run = train(tmp_path, sp.Parts(measures=(own,)), settings={"g.network.hidden": (4,), "d.network.hidden": (4,)})
    held = len(run.record.data.held_out)
    assert run.measures["brightest"][:3] == (X.max(),) * 3
    assert run.measures["held out"].value == (held or 120)
    assert "of your own" in run.measures["brightest"].card.metric
    assert "brightest" in run.judge(n=64)


@pytest.mark.slow
def test_a_network_is_asked_for_c_where_it_takes_one(tmp_path: Path) -> None:
    class Classed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(2, 36)

        def forward(self, z: Tensor, c: Tensor) -> Tensor:
            return (self.table(c) + 0 * z.sum(1, keepdim=True)).tanh().unflatten(1, (1, 6, 6))

    small = {"d.network.hidden": (4,)}
    told = train(tmp_path, sp.Parts(G=Classed()), "cgan", (X, Y), settings=small)
    one, other = (told.sample(2, label=label).numpy() for label in ("0", "1"))
    assert (one[0] == one[1]).all()
    assert (one != other).any()
    with pytest.raises(sp.SaddlepointError, match="no classes to choose from"):
        train(tmp_path, sp.Parts(G=Small()), "cgan", (X, Y), settings=small).sample(2, label="0")

    class Optional(Classed):
        def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
            return super().forward(z, torch.zeros(len(z), dtype=torch.int64) if c is None else c)

    free = train(tmp_path, sp.Parts(G=Optional()), "cgan", (X, Y), settings=small)
    assert (free.sample(1, label="0").numpy() != free.sample(1, label="1").numpy()).any()


@pytest.mark.slow
def test_a_function_makes_fresh_weights_by_the_seed_of_the_run(tmp_path: Path) -> None:
    def fresh(facts: Any) -> nn.Module:
        assert facts["x"].shape == (1, 6, 6)
        return Small()

    frozen = {"g.lr": 1e-12, "d.network.hidden": (4,), "averages": (1,)}
    one, same, other = (
        weights(train(tmp_path, sp.Parts(G=fresh), settings={**frozen, "seed": seed}))["layers.0.weight"]
        for seed in (1, 1, 2)
    )
    assert torch.equal(one, same)
    assert (one - other).abs().max() > 0.1


@pytest.mark.slow
def test_cut_and_resumed_it_is_the_run_it_would_have_been(tmp_path: Path) -> None:
    parts = sp.Parts(G=seeded(Small), D=seeded(critic), objective=sp.hinge)
    whole = train(tmp_path, parts)

    def stop(round: sp.Round) -> None:
        if round.images >= 48:
            raise sp.StopTraining

    cut = train(tmp_path, parts, on_round=stop)
    again = sp.Parts(G=seeded(lambda: Small()), D=critic(), objective=sp.hinge)  # other weights, which are in no use
    on = sp.resume(cut.folder, data=X, parts=again, watcher=sp.quiet)
    assert on.images == whole.images == 96
    assert all(torch.equal(t, weights(whole)[name]) for name, t in weights(on).items())


FRESH = """
import sys
import numpy as np
import saddlepoint as sp
sys.path.insert(0, {tests!r})
import test_given as t

for what in (lambda: sp.load({folder!r}), lambda: sp.resume({folder!r}, data=t.X)):
    try:
        what()
    except sp.SaddlepointError as error:
        print(error)
sp.use(sp.Parts(G=t.seeded(t.Small), D=t.critic()))
print(np.abs(sp.load({folder!r}).sample(2).numpy().astype(int)).sum())
"""


@pytest.mark.slow
def test_another_process_opens_it_with_the_same_parts_alone(tmp_path: Path) -> None:
    run = train(tmp_path, sp.Parts(G=seeded(Small), D=seeded(critic)))
    script = FRESH.format(tests=str(Path(__file__).parent), folder=str(run.folder))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    load, resume, total = done.stdout.splitlines()
    assert run.config.system in load
    assert "sp.use(sp.Parts(...))" in load
    assert "sp.use" in resume
    assert int(total) == np.abs(run.sample(2).numpy().astype(int)).sum()
    # Other parts are other parts.
    forget(run.config.system)
    with pytest.raises(sp.SaddlepointError, match="which are not here"):
        sp.resume(run.folder, data=X, parts=sp.Parts(G=Small(8), D=critic()), watcher=sp.quiet)


def forget(name: str) -> None:
    from saddlepoint.systems.theirs import GIVEN

    for ending in [ending for ending in GIVEN if name.endswith(ending)]:
        del GIVEN[ending]


def weighing(weight: float) -> Callable[[float], float]:
    return lambda x: weight * x


def test_parts_are_told_apart_by_what_they_are_made_of() -> None:
    def said(part: object) -> list[str]:
        return list(words(part))

    assert said(seeded(critic)) == said(critic())  # weights are in the checkpoint
    assert said(Small(7)) != said(Small(8))
    assert any("def forward" in word for word in said(Small()))
    assert not any("def forward" in w for w in said(critic()))
    assert said(weighing(1.0)) == said(weighing(1.0)) != said(weighing(2.0))
    bound = [said(functools.partial(weighing, weight=weight)) for weight in (1.0, 2.0)]
    assert bound[0] != bound[1]
    assert said(sp.hinge) != said(sp.wasserstein)
    assert said(sp.Term("a", "G", one_more, 1.0)) != said(sp.Term("a", "G", one_more, 2.0))
    assert not any("0x" in word for part in (critic(), sp.hinge, weighing(1.0)) for word in said(part))


@pytest.mark.parametrize(
    ("parts", "settings", "recipe", "what"),
    [
        (sp.Parts(), {}, "gan", "no part is given"),
        (sp.Parts(G=Small), {}, "gan", "G is Small, no network"),
        (sp.Parts(D=3), {}, "gan", "D is a int, no network"),  # pyright: ignore[reportArgumentType]
        (sp.Parts(G=lambda facts: 3), {}, "gan", "G made a int, no module"),  # pyright: ignore[reportArgumentType]
        (sp.Parts(G=Small()), {"g.network.hidden": (3,)}, "gan", "G is your own, and has no such setting"),
        (sp.Parts(G=Small()), {"range": "unit"}, "vae", "`vae` has no G"),
        (sp.Parts(objective=sp.hinge), {"range": "unit"}, "vae", "no critic plays"),
        (sp.Parts(terms=(sp.Term("d", "D", one_more),)), {"range": "unit"}, "vae", "no critic plays"),
        (sp.Parts(G=nn.Linear(5, 36)), {}, "gan", "G makes examples of"),
        (sp.Parts(G=nn.Linear(6, 36)), {}, "gan", "cannot be given"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    parts: sp.Parts, settings: dict[str, Any], recipe: str, what: str, tmp_path: Path
) -> None:
    base = TINY if recipe == "gan" else {name: v for name, v in TINY.items() if name != "prior.size"}
    with pytest.raises(sp.SaddlepointError) as error:
        sp.train(X, recipe=recipe, settings={**base, **settings}, parts=parts, root=tmp_path / "runs", watcher=sp.quiet)
    assert what in str(error.value)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "runs").exists() or not list((tmp_path / "runs").iterdir())


def zero(turn: sp.Turn) -> Tensor:
    return torch.zeros(16)


def two(view: sp.View) -> dict[str, float]:
    return {"two": 2.0}


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"objective": "hinge"}, "objective is a str"),
        ({"terms": sp.Term("t", "G", zero)}, "terms is not a tuple of terms"),
        ({"terms": (two,)}, "terms is not a tuple of terms"),
        ({"measures": two}, "measures is not a tuple of measures"),
        ({"measures": (2.0,)}, "measures is not a tuple of measures"),
        ({"terms": (sp.Term("t", "Q", zero),)}, "no player 'Q' for a term"),  # pyright: ignore
        ({"objective": sp.Objective("o", lambda r, f: 3.0, lambda r, f: -f)}, "a cost is a float"),  # pyright: ignore
        ({"G": Small}, "G is Small, no network (give a module, as Small(), or facts -> module)"),
        ({"G": seeded(lambda: Small(7)), "D": seeded(critic)}, "z is 6 numbers, as the prior has it: in a recipe the"),
    ],
)
def test_parts_of_the_wrong_kind_are_refused_in_one_line(tmp_path: Path, parts: Any, words: str) -> None:
    settings = {"prior.size": 6} if "prior has it" in words else {}
    with pytest.raises(sp.SaddlepointError) as refused:
        train(tmp_path, sp.Parts(**parts), settings=settings)
    assert words in str(refused.value)


def test_a_measure_without_a_name_ends_the_run_and_says_what_to_return(tmp_path: Path) -> None:
    own: Any = lambda view: 3.0  # noqa: E731
    with pytest.raises(TypeError, match="a measure returned a float: return numbers by name"):
        train(tmp_path, sp.Parts(measures=(own,)))
