"""What is asked of a model is what it does: a class by its name, a condition by its values, sample i whatever n is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from pydantic import ValidationError
from test_generator import decoding, described, made, written
from torch import Tensor

from saddlepoint.artefact.artefact import CHUNK, Artefact
from saddlepoint.artefact.description import Description
from saddlepoint.cli.main import main
from saddlepoint.data.asking import asked, beyond, request
from saddlepoint.data.axes import Axis
from saddlepoint.data.facts import EXAMPLES, About, disagreement, step_through
from saddlepoint.data.reading import Field
from saddlepoint.errors import SaddlepointError
from saddlepoint.settings.networks import Dcgan, Mlp
from saddlepoint.systems.system import Model, Translate

LIGHT = Field("light", "number", 3, (), (0.0, 10.0, 100.0))
KIND = Field("kind", "class", 2, ("cat", "dog"))
PLACE = Field("place", "vector", 2)
FIELDS = (LIGHT, KIND)


def conditioned(description: Description, count: int = EXAMPLES) -> Description:
    """The same with a condition of a number and a class, of which these many examples are known, by their number."""
    t = np.linspace(0, 1, count, dtype=np.float32)
    rows = [(*(float(v) for v in (1 - s, s, 0)), float(i % 2), float(1 - i % 2)) for i, s in enumerate(t)]
    c = About("code", (5,), fields=FIELDS, examples=tuple(rows))
    return description.model_copy(update={"facts": {**description.facts, "c": c}})


def light(z: Tensor, c: Tensor | None) -> Tensor:
    """A picture of 8 x 8 as bright as the code of 100, whatever z is: grey 0 to 255."""
    assert c is not None
    return (2 * c[:, 2] - 1).view(-1, 1, 1, 1).expand(-1, 1, 8, 8)


ROWS = ((1.0, 0.0, 0.0, 1.0, 0.0),)
TWISTED = {
    "no examples": About("code", (5,), fields=FIELDS),
    "examples of another length": About("code", (5,), fields=FIELDS, examples=((1.0, 0.0),)),
    "fields of another length": About("code", (4,), fields=FIELDS, examples=((1.0, 0.0, 0.0, 1.0),)),
    "a class of no values": About("code", (5,), fields=(LIGHT, KIND._replace(values=())), examples=ROWS),
    "knots that fall": About("code", (5,), fields=(LIGHT._replace(knots=(10.0, 0.0, 1.0)), KIND), examples=ROWS),
    "knots that are none": About(
        "code", (5,), fields=(LIGHT._replace(knots=(0.0, 1.0, float("nan"))), KIND), examples=ROWS
    ),
    "labels with fields": About("labels", (), names=("a", "b"), fields=FIELDS),
    "a vector of nothing": About("code", (0,), fields=(PLACE._replace(size=0),), examples=((),)),
    "black above white": About("pictures", (1, 8, 8), "float32", 2.0, 1.0),
    "black that is no number": About("pictures", (1, 8, 8), "float32", float("nan"), 1.0),
    "an axis too many": About("points", (1,), axes=(Axis("a", 0.0, 1.0), Axis("b", 0.0, 1.0))),
}


@pytest.mark.parametrize("what", TWISTED)
def test_a_record_that_does_not_agree_with_itself_is_refused(what: str) -> None:
    """As a foreign generator may have it; what reading data makes of it agrees."""
    whole = described(Dcgan(width=4), classes=())
    name = "c" if what in list(TWISTED)[:8] else "x"
    assert disagreement(TWISTED[what])
    with pytest.raises(ValidationError, match=f"{name}: "):
        Description.model_validate(whole.model_dump() | {"facts": {**whole.facts, name: TWISTED[what]}})
    agreed = conditioned(whole)
    assert not any(map(disagreement, agreed.facts.values()))
    assert Description.model_validate(agreed.model_dump()) == agreed


# Sample i is a function of (seed, i) alone.


@pytest.mark.parametrize("network", [Dcgan(width=4, condition="concat"), Mlp(hidden=(8,), condition="embedding")])
def test_a_sample_with_a_code_does_not_depend_on_how_many_are_drawn(network: Dcgan | Mlp) -> None:
    G = made(conditioned(described(network, classes=())))
    whole = G.sample(2 * CHUNK + 3, seed=4)
    assert whole.labels is not None
    for n in (1, 5, CHUNK, CHUNK + 1):
        part = G.sample(n, seed=4)
        assert part.labels is not None
        assert torch.equal(part.x, whole.x[:n])
        assert torch.equal(part.labels, whole.labels[:n])


@pytest.mark.parametrize("m", [1, 2, 3, 7, 12, 30, 64])
def test_the_first_conditions_lie_evenly_over_all_and_all_have_their_turn(m: int) -> None:
    """The first n of them on a circle of m places: the largest gap is less than three times m / n (three distances)."""
    turns = torch.arange(m) * step_through(m) % m
    assert sorted(turns.tolist()) == list(range(m))
    for n in range(1, m + 1):
        places = turns[:n].sort().values
        gaps = torch.cat([places[1:], places[:1] + m]) - places
        assert int(gaps.max()) <= max(1.0, 3 * m / n)


@pytest.mark.parametrize("n", [1, 7, CHUNK + 9])
def test_what_becomes_of_an_example_does_not_depend_on_those_beside_it(n: int) -> None:
    """One that tells how many it is given at once: always as many, or where chance has a part, one."""

    def count(c: Tensor, seed: int) -> Tensor:
        return torch.full_like(c, -1 + len(c) / 100)

    def noisy(c: Tensor, seed: int) -> Tensor:
        return torch.rand(c.shape, generator=torch.Generator().manual_seed(seed)) * 2 - 1

    c = torch.zeros(n, 1, 8, 8, dtype=torch.uint8)
    for call, chance in ((count, False), (noisy, True)):
        about = described(Dcgan(width=4), classes=())
        model = Artefact(Model(apply=Translate(call, step=None, chance=chance)), about, {})
        alone, together = model.apply(c[:1], seed=3).x, model.apply(c, seed=3).x
        assert torch.equal(together, alone.expand_as(together))
        assert torch.equal(model.apply(c, seed=4).x, together) == (not chance)


# Conditions.


def test_a_walk_is_under_the_condition_that_is_asked_for() -> None:
    """One that grows lighter, one from black to white: by hand the grey of the third code."""
    G = decoding(light, conditioned(described(Dcgan(width=4), classes=())))
    dark, bright = (G.walk(3, 4, cond=f"light={value}") for value in (10, 100))
    assert (int(dark.x.max()), int(bright.x.min())) == (0, 255)
    assert bright.labels is not None
    assert bright.labels.tolist() == [[0, 0, 1, 0, 1]] * 9  # of sample 0 what was not asked for


@pytest.mark.parametrize(
    ("wish", "notes"),
    [
        ("light=900", ("light=900 counts as 100: the data have 0 to 100",)),
        ("light=-1,kind=cat", ("light=-1 counts as 0: the data have 0 to 100",)),
        ("light=100", ()),
        ("kind=dog", ()),
    ],
)
def test_a_number_beyond_the_data_counts_as_their_end_and_it_is_said(wish: str, notes: tuple[str, ...]) -> None:
    assert beyond(FIELDS, wish) == notes


def test_a_vector_is_as_many_numbers_as_it_has() -> None:
    fields, rows = (LIGHT, PLACE), np.zeros((2, 5), np.float32)
    assert asked(fields, "place=0.5 -2", rows).tolist() == [[0, 0, 0, 0.5, -2]] * 2
    for wrong in ("place=1", "place=1 2 3", "place=a b", "place=1 nan", "place="):
        with pytest.raises(SaddlepointError, match="is no such vector"):
            asked(fields, wrong, rows)


@pytest.mark.parametrize(
    ("wish", "words"), [("", "names nothing"), (" , ", "names nothing"), ("light=1,light=2", "one twice")]
)
def test_a_wish_for_nothing_or_for_one_thing_twice_is_refused(wish: str, words: str) -> None:
    with pytest.raises(SaddlepointError, match=words):
        asked(FIELDS, wish, np.zeros((1, 5), np.float32))


@pytest.mark.parametrize(
    ("wish", "parts"),
    [
        ('light=1,"kind=ash, grey"', {"light": "1", "kind": "ash, grey"}),
        ('"kind=the ""old"" one, big"', {"kind": 'the "old" one, big'}),
        ('kind=the "old" one', {"kind": 'the "old" one'}),
        ("light=1,kind=cat", {"light": "1", "kind": "cat"}),
        ('"kind=never closed,light=1', {"light": "1", '"kind': "never closed"}),
    ],
)
def test_a_part_in_double_quotes_may_hold_commas(wish: str, parts: dict[str, str]) -> None:
    named = [Field(name, "class", 1, ("a",)) for name in parts]
    assert request(wish, named) == parts


# The command line.


Folder = Callable[[Artefact], str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    return lambda G: str(written(G, tmp_path / "generator"))


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    return err


def test_a_class_is_drawn_by_its_name_alone(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    run = folder(made(described(Dcgan(width=4), classes=("5", "6", "7"))))
    assert main(["sample", run, "--class", "5", "-n", "2", "--to", "fives.npz", "-q"]) == 0
    with np.load("fives.npz") as arrays:
        assert arrays["labels"].tolist() == [0, 0]
    for more in ([], ["--walk", "2"], ["--to", "x"], ["--to", "x.npz"]):
        assert main(["sample", run, "--class", "0", *more]) == 2
        assert one_line(capsys) == "saddlepoint: --class: no class '0' (one of 5, 6, 7)\n"


def test_a_walk_under_two_conditions_is_two_walks(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    G = made(conditioned(described(Mlp(hidden=(8,), condition="concat"), classes=())))
    with torch.no_grad():
        for parameter in G.networks["G"].parameters():
            parameter.mul_(4)
    run, seen = folder(G), []
    for value in ("0", "100"):
        assert main(["sample", run, "--walk", "3", "--cond", f"light={value}", "--out", f"{value}.png", "-q"]) == 0
        with Image.open(f"{value}.png") as picture:
            seen.append(np.asarray(picture).astype(int))
    assert np.abs(seen[0] - seen[1]).max() > 80
    assert main(["sample", run, "--walk", "3", "--steps", "4", "--out", "way.gif", "-q"]) == 0
    with Image.open("way.gif", formats=["GIF"]) as moving:
        assert moving.n_frames == 16  # nine z, and back again
    assert main(["sample", run, "--cond", "light=900", "--walk", "2"]) == 0
    assert capsys.readouterr().err == "light=900 counts as 100: the data have 0 to 100\n"
