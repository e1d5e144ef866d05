"""Features learned on the spot, on digits of a quarter of their area: repeatable, and put to the trial before use."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, cross_entropy

from saddlepoint.court import folders
from saddlepoint.court.standard import halves
from saddlepoint.data.batches import Batches
from saddlepoint.data.digits import digits
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.rules import Game, State
from saddlepoint.judging.extractors.extractor import Extractor, look
from saddlepoint.judging.extractors.learned import (
    RATE,
    built,
    learned,
    seconds,
    small,
    taught,
    trained,
    turned,
    upright,
)
from saddlepoint.judging.extractors.pixels import pixels
from saddlepoint.judging.extractors.trial import shortcoming, trial
from saddlepoint.randomness import Randomness, seed_of
from saddlepoint.records import Turn
from saddlepoint.settings.run import Judge

NAMES = tuple(map(str, range(10)))
MODULE = "saddlepoint.judging.extractors.learned"


def quartered(source: Source) -> Source:
    return source._replace(x=avg_pool2d(source.x.float(), 2).round().to(torch.uint8))


@pytest.fixture(scope="module")
def data() -> tuple[Tensor, Tensor]:
    source = quartered(digits().take(torch.arange(1500)))
    assert source.c is not None
    return source.x, source.c


@pytest.fixture(scope="module")
def extractor(data) -> Extractor:
    x, labels = data
    return learned(trained(x[:1000], labels[:1000], classes=10, seed=0, steps=80), NAMES)


@pytest.fixture(scope="module")
def unseen(data) -> tuple[Tensor, Tensor]:
    return data[0][1000:], data[1][1000:]


def test_a_classifier_of_the_labels_is_learned(unseen, extractor):
    seen = look(extractor, unseen[0])
    assert seen.features.shape == (500, 64)
    assert float((seen.logits.argmax(1) == unseen[1]).double().mean()) > 0.9
    assert extractor.name == "learned from labels"
    assert len(extractor.digest) == 64


def test_floats_count_as_the_bytes_they_lie_between(unseen, extractor):
    """Along a path through z pictures are not rounded: 0 to 255 in floating point."""
    x = unseen[0][:20]
    assert extractor.see(x.float()).features.equal(extractor.see(x).features)


def test_the_first_step_is_adams_down_the_cross_entropy(data):
    """Adam's first step is -rate g / (|g| + 1e-8), whatever its moments' memory."""
    x, labels = data
    torch.manual_seed(seed_of(0, "weights"))
    network = built(tuple(x.shape[1:]), 10)
    batch = Batches(Source("", x, labels), 64, Randomness(0), "signed", torch.device("cpu")).at(0)
    assert isinstance(batch.x, Tensor)
    assert batch.c is not None
    cross_entropy(network(batch.x), batch.c).backward()
    for mine, theirs in zip(network.parameters(), trained(x, labels, 10, seed=0, steps=1).parameters(), strict=True):
        g = mine.grad
        assert g is not None
        torch.testing.assert_close(theirs, (mine - RATE * g / (g.abs() + 1e-8)).detach(), rtol=0, atol=RATE / 20)


def test_the_same_seed_learns_the_same(data):
    for labels, names in ((data[1], NAMES), (None, ())):
        a, b, c = (learned(trained(data[0], labels, len(names), s, steps=2), names).digest for s in (0, 0, 1))
        assert a == b != c


def test_pictures_are_turned_by_quarters():
    x = torch.tensor([[1, 2], [3, 4]]).expand(4, 1, 2, 2)
    assert turned(x, torch.arange(4))[:, 0].flatten(1).tolist() == [
        [1, 2, 3, 4],
        [2, 4, 1, 3],
        [4, 3, 2, 1],
        [3, 1, 4, 2],
    ]


def test_large_pictures_are_means_over_areas():
    x = torch.arange(64.0).reshape(1, 1, 1, 64).expand(1, 1, 64, 64)
    assert small(x)[0, 0, 0].tolist() == [2 * i + 0.5 for i in range(32)]
    assert small(x[..., :32, :32]).equal(x[..., :32, :32])


def test_what_cannot_be_learned_from_is_refused(data):
    found = learned(trained(data[0], None, 0, seed=0, steps=2), ())
    assert look(found, data[0][:30]).logits is None
    assert found.name == "learned from rotations"
    with pytest.raises(SaddlepointError, match="not square"):
        trained(data[0][:, :, :, :12], None, 0, seed=0)
    with pytest.raises(SaddlepointError, match="8 x 8 is the least"):
        trained(data[0][:, :, :7, :7], data[1], 10, seed=0)
    with pytest.raises(SaddlepointError, match="49 pictures to learn from"):
        taught(data[0][:98], None, (), 0)


@pytest.mark.slow
@pytest.mark.parametrize("names", [NAMES, ()], ids=["labels", "rotations"])
def test_what_digits_teach_in_few_steps_is_accepted(data, names, monkeypatch):
    """On pictures that it was not taught: the trial has as many as teach, and none of them."""
    kept = {}

    def tried(extractor: Extractor, x: Tensor, labels: Tensor | None) -> str | None:
        kept["trial"], kept["verdict"] = x, shortcoming(extractor, x, labels)
        ours, plain = trial(extractor, x, labels), trial(pixels(), x, labels)
        kept["stronger"] = all(ours.strength(name) > 1.1 * plain.strength(name) for name in ours.signal)
        return kept["verdict"]

    def teach(x: Tensor, labels: Tensor | None, classes: int, seed: int):
        kept["lesson"] = x
        return trained(x, labels, classes, seed, steps=80)

    monkeypatch.setattr(f"{MODULE}.shortcoming", tried)
    monkeypatch.setattr(f"{MODULE}.trained", teach)
    taught(data[0], data[1] if names else None, names, seed=0)
    assert kept["verdict"] is None
    assert kept["stronger"]
    some, others = ({row.tobytes() for row in kept[what].numpy()} for what in ("trial", "lesson"))
    assert (len(kept["trial"]), len(kept["lesson"])) == (750, 750)
    assert len(some & others) == len(some) + len(others) - len({row.tobytes() for row in data[0].numpy()}) == 0


def test_what_fails_the_trial_is_not_used(data, monkeypatch):
    untrained = built((1, 14, 14), 10).eval()
    monkeypatch.setattr(f"{MODULE}.trained", lambda *_: untrained)
    monkeypatch.setattr(f"{MODULE}.shortcoming", lambda *_: "they are blind")
    with pytest.raises(SaddlepointError, match="they are blind"):
        taught(data[0], data[1], NAMES, 0)


@pytest.mark.parametrize(("right", "fault"), [(0.5, ""), (0.49, "of 49% of pictures that taught nothing they tell")])
def test_rotations_are_to_be_told_of_half_of_unseen_pictures(data, right: float, fault: str, monkeypatch) -> None:
    """Of textures nobody can, and what was learned of them is nothing. With labels nobody asks."""
    monkeypatch.setattr(
        f"{MODULE}.trained", lambda x, labels, *_: built((1, 14, 14), 0 if labels is None else 10).eval()
    )
    monkeypatch.setattr(f"{MODULE}.shortcoming", lambda *_: None)
    monkeypatch.setattr(f"{MODULE}.upright", lambda network, x: right)
    taught(data[0], data[1], NAMES, 0)
    if fault:
        with pytest.raises(SaddlepointError, match=fault):
            taught(data[0], None, (), 0)
    else:
        taught(data[0], None, (), 0)


def test_upright_is_the_share_of_all_four_ways():
    """Of a network that tells by the corner that is bright: which of three pictures show it at the top left."""

    class Corner(torch.nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            corners = [x[:, 0, 0, 0], x[:, 0, -1, 0], x[:, 0, -1, -1], x[:, 0, 0, -1]]
            return torch.stack(corners, 1)

    x = torch.zeros(3, 1, 8, 8, dtype=torch.uint8)
    x[:2, 0, 0, 0] = 255
    x[2, 0, 0, -1] = 255
    assert upright(Corner(), x) == pytest.approx(2 / 3)


def test_what_teaching_adds_is_the_sight_of_missing_modes(unseen, extractor):
    """Of blur and noise, random filters see something too."""
    torch.manual_seed(0)
    untaught = learned(built((1, 14, 14), 10).eval().requires_grad_(False), NAMES)
    modes_seen = [trial(one, *unseen).strength("missing modes") for one in (extractor, untaught)]
    assert modes_seen[0] > 2 * modes_seen[1]


def test_halves_share_nothing_and_no_near_duplicates():
    source = digits().take(torch.arange(220))
    twice = Source("twice", torch.cat([source.x, (source.x.float() * 0.99).to(torch.uint8)]))
    (taught_on, against), again = halves(twice), halves(twice)
    assert abs(taught_on.size - 220) <= 1
    assert taught_on.size + against.size == 440
    a, b = (source.x.flatten(1).double() for source in (taught_on, against))
    assert float(torch.cdist(a, b).min()) > 200, "one brighter than the other would be within 100"
    assert taught_on.x.equal(again[0].x)
    assert against.x.equal(again[1].x)
    for few in (digits().take(torch.arange(199)), digits().take(torch.zeros(210, dtype=torch.long))):
        with pytest.raises(SaddlepointError, match="200 are the least"):
            halves(few)


def test_a_folder_is_not_judged_against_what_taught_the_features(tmp_path: Path, monkeypatch):
    source = quartered(digits().take(torch.arange(440)))
    for name, part in (("fake", slice(0, 40)), ("real", slice(40, 440))):
        np.savez(tmp_path / f"{name}.npz", x=source.x[part].numpy())
    kept = {}

    def standard(extractor: Extractor, real: Source, *rest):
        kept["against"] = real
        return folders_standard(extractor, real, *rest)

    def teach(x: Tensor, labels: Tensor | None, classes: int, seed: int):
        kept["lesson"] = x
        return trained(x, labels, classes, seed, steps=2)

    def tried(extractor: Extractor, x: Tensor, labels: Tensor | None) -> None:
        kept["trial"] = x

    folders_standard = folders.standard
    monkeypatch.setattr(folders, "standard", standard)
    monkeypatch.setattr(f"{MODULE}.trained", teach)
    monkeypatch.setattr(f"{MODULE}.shortcoming", tried)
    monkeypatch.setattr(f"{MODULE}.upright", lambda *_: 0.5)
    judged = partial(folders.judge_folders, str(tmp_path / "fake.npz"), wish=Judge(features="learned"))
    found, _ = judged(str(tmp_path / "real.npz"))
    parts = {name: {row.tobytes() for row in x.numpy()} for name, x in {**kept, "against": kept["against"].x}.items()}
    assert {name: len(rows) for name, rows in parts.items()} == {"against": 200, "lesson": 100, "trial": 100}
    assert len(set.union(*parts.values())) == 400
    assert "real.npz, 200 examples, not those that taught the features, " in found["frechet"].card.reference
    with pytest.raises(SaddlepointError, match="40 examples, half of them to learn from"):
        judged(str(tmp_path / "fake.npz"))


def test_the_digest_of_learned_features_is_of_every_weight_and_its_name(data):
    torch.manual_seed(0)
    one, names = built((1, 14, 14), 10).eval(), NAMES

    class Renamed(torch.nn.Module):
        def state_dict(self, **_: object) -> dict[str, Tensor]:
            return {f"other.{name}": tensor for name, tensor in one.state_dict().items()}

    before = learned(one, names).digest
    assert learned(Renamed(), names).digest != before
    with torch.no_grad():
        one.head.bias[-1] += 1e-3
    assert learned(one, names).digest != before


@pytest.mark.parametrize("labelled", [True, False])
def test_the_rate_falls_to_nothing_and_z_is_how_a_picture_is_turned(data, monkeypatch, labelled: bool):
    """z of 0 to 3, each as likely; with labels there is none. The answer is held against z, or against the label."""
    kept = {}

    def play(game: Game, batches, seed: int, dials):
        kept.update(game=game, dials=dials, batch=next(iter(batches)), left=sum(1 for _ in batches))
        return iter(())

    monkeypatch.setattr(f"{MODULE}.play", play)
    trained(data[0][:100], data[1][:100] if labelled else None, 10, seed=0, steps=8)
    assert [kept["dials"](State(index=n, images=0)).rates["G"] / RATE for n in (0, 2, 8)] == [1, 0.75, 0]
    assert kept["left"] == 7
    game, batch = kept["game"], kept["batch"]
    z = game.prior(4_000, torch.Generator().manual_seed(0))
    logits = torch.randn(64, 10 if labelled else 4, generator=torch.Generator().manual_seed(1))
    turns = None if labelled else z[:64]
    (term,) = game.terms
    found = term.of(Turn(batch.x, turns, batch.c, logits, {}, {}, torch.Generator()))
    wanted = batch.c if labelled else turns
    torch.testing.assert_close(found, cross_entropy(logits, wanted, reduction="none"))
    if not labelled:
        assert all(0.22 < float((z == way).double().mean()) < 0.28 for way in range(4))
    assert (z is None) == labelled


def test_how_long_learning_takes_is_told_by_four_minibatches(data, monkeypatch):
    """At a quarter of a second each, after a first that is slow: 400 take 100 s, and the trial .6 of that."""
    clock, steps = [0.0], []

    def slow(x: Tensor, labels: Tensor | None, classes: int, seed: int, many: int) -> None:
        clock[0] += 0.25 * many + (0 if steps else 9)
        steps.append(many)

    monkeypatch.setattr(f"{MODULE}.trained", slow)
    monkeypatch.setattr(f"{MODULE}.time.monotonic", lambda: clock[0])
    assert seconds(data[0], data[1], 10) == pytest.approx(160)
    assert steps == [1, 4]
    with pytest.raises(SaddlepointError, match="only pictures"):
        seconds(torch.zeros(60, 3), None, 0)
