"""A generator by itself: written and read back bit for bit; a sample depends on its seed and number alone; what is
damaged, missing or hostile is refused in one line, and quickly.
"""

import hashlib
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from PIL import Image
from torch import Tensor, nn

from saddlepoint.artefact.artefact import CHUNK, Artefact, Samples
from saddlepoint.artefact.description import Description
from saddlepoint.artefact.folder import export, load
from saddlepoint.data.facts import About
from saddlepoint.errors import SaddlepointError
from saddlepoint.priors import Prior
from saddlepoint.settings.networks import Dcgan, Mlp, Residual
from saddlepoint.settings.run import Scale
from saddlepoint.systems.gan.config import Config, CriticPace, GeneratorPace, Noise
from saddlepoint.systems.gan.play import SYSTEM
from saddlepoint.systems.system import Latent, Model, Translate

DIGITS = tuple("0123456789")
ANIMALS = ("cat", "dog", "2")
NETWORKS = [Dcgan(width=4), Residual(width=4), Mlp(hidden=(8,), activation="maxout", condition="concat")]
EACH = pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.kind)


def described(
    network: Any, shape: tuple[int, ...] = (1, 8, 8), classes: tuple[str, ...] = DIGITS, scale: Scale = "signed"
) -> Description:
    d = CriticPace(network=Mlp(hidden=(8,)))
    config = Config(g=GeneratorPace(network=network), d=d, prior=Noise(size=5), range=scale)
    points = len(shape) == 1
    facts = {"x": About("points", shape) if points else About("pictures", shape, "uint8", 0.0, 255.0)}
    if classes:
        facts["c"] = About("labels", dtype="int64", names=classes)
    return Description(config=config, facts=facts, can=("sample", "walk"), licence="CC0")


def made(description: Description) -> Artefact:
    torch.manual_seed(0)
    networks = SYSTEM.networks(description.config, description.facts)
    for buffer in networks["G"].buffers():  # as training leaves them
        if buffer.ndim == 1 and buffer.is_floating_point():
            buffer.uniform_(0.5, 1.5)
    return Artefact(SYSTEM.model(description.config, description.facts, networks), description, networks)


def decoding(decode: Callable[[Tensor, Tensor | None], Tensor], description: Description) -> Artefact:
    """A model without networks, that makes this of z and c."""
    return Artefact(Model(latent=Latent(Prior("normal", 5), decode)), description, {})


def written(G: Artefact, folder: Path) -> Path:
    export(folder, G.networks["G"], G.description, "# A card", b"a picture")
    return folder


def codes(description: Description) -> Artefact:
    """A generator of a single pixel that shows the label: 20 times its number, whatever z."""

    def showing(z: Tensor, c: Tensor | None) -> Tensor:
        assert c is not None
        return (c.float() * 20 / 127.5 - 1).view(-1, 1, 1, 1)

    return decoding(showing, description)


# Out and back.


@EACH
def test_what_is_written_is_read_back_bit_for_bit(network: Any, tmp_path: Path) -> None:
    G = made(described(network))
    again = load(written(G, tmp_path / "generator"))
    for mine, theirs in zip(*(each.networks["G"].state_dict().items() for each in (G, again)), strict=True):
        assert mine[0] == theirs[0]
        assert torch.equal(mine[1], theirs[1])
    assert torch.equal(G.sample(7, seed=3).x, again.sample(7, seed=3).x)
    assert again.description == G.description.model_copy(update={"sha256": again.description.sha256})
    assert (tmp_path / "generator" / "README.md").read_text() == "# A card"
    assert (tmp_path / "generator" / "preview.png").read_bytes() == b"a picture"


def test_a_run_folder_leads_to_its_generator(tmp_path: Path) -> None:
    G = made(described(NETWORKS[2]))
    written(G, tmp_path / "run" / "generator")
    (tmp_path / "run" / "config.json").write_text("{}")
    assert torch.equal(load(tmp_path / "run").sample(3).x, G.sample(3).x)


def test_it_is_ready_to_use_not_to_train(tmp_path: Path) -> None:
    """Evaluating: batch statistics and dropout are those of training's end, so that calls do not change it."""
    G = load(written(made(described(Dcgan(width=4))), tmp_path))
    before = G.sample(5).x
    G.sample(100, seed=1)
    assert torch.equal(G.sample(5).x, before)


# Samples.


@EACH
def test_a_sample_does_not_depend_on_how_many_are_drawn(network: Any) -> None:
    """To the last bit, also across the chunks they are computed in."""
    G = made(described(network, scale="signed"))
    z, labels = G.noise(2 * CHUNK + 3, seed=5), G.labels(2 * CHUNK + 3)
    assert labels is not None
    all_of_them = G.decode(z, labels)
    for n in (0, 1, 3, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 3):
        assert torch.equal(G.noise(n, seed=5), z[:n])
        assert torch.equal(G.decode(z[:n], labels[:n]), all_of_them[:n])


def test_the_seed_decides_the_noise_and_its_distribution_is_the_prior() -> None:
    G = made(described(NETWORKS[2]))
    z = G.noise(4000, seed=1)
    assert torch.equal(z, G.noise(4000, seed=1))
    assert not torch.isclose(z, G.noise(4000, seed=2)).any(1).all()
    assert abs(z.mean().item()) < 5 / math.sqrt(z.numel())
    assert abs(z.var().item() - 1) < 5 * math.sqrt(2 / z.numel())
    assert len(z.unique(dim=0)) == 4000


def test_classes_are_taken_in_turn_or_one_alone() -> None:
    G = codes(described(NETWORKS[2], (1, 1, 1), ANIMALS))
    assert (G.sample(5).x.flatten() // 20).tolist() == [0, 1, 2, 0, 1]
    for label, number in (("dog", 1), ("2", 2), (2, 2)):
        samples = G.sample(3, label=label)
        assert samples.labels is not None
        assert samples.labels.tolist() == [number] * 3
        assert (samples.x.flatten() // 20).tolist() == [number] * 3


def test_a_number_is_a_name_and_never_a_place() -> None:
    """Classes named by digits, in another order: '7' is the class of that name, and 2, though there are three, none."""
    G = codes(described(NETWORKS[2], (1, 1, 1), ("7", "0", "1")))
    labels = [G.labels(1, label) for label in ("7", "0", "1", 7, 0, 1)]
    assert [c.item() for c in labels if c is not None] == [0, 1, 2, 0, 1, 2]


@pytest.mark.parametrize("label", ["cow", 0, 1, "1", "3", -1, "", "CAT"])
def test_an_unknown_class_is_refused_with_the_known_ones(label: str | int) -> None:
    with pytest.raises(SaddlepointError, match=r"--class: no class .* \(one of cat, dog, 2\)"):
        made(described(NETWORKS[2], classes=ANIMALS)).sample(1, label=label)


def test_a_class_without_classes_is_refused() -> None:
    G = made(described(NETWORKS[2], classes=()))
    assert G.sample(2).labels is None
    with pytest.raises(SaddlepointError, match="--class: this generator has no classes"):
        G.sample(1, label=0)


def test_fewer_than_none_are_refused_and_none_are_none() -> None:
    G = made(described(NETWORKS[0]))
    with pytest.raises(SaddlepointError, match="cannot draw -1"):
        G.sample(-1)
    assert G.sample(0).x.shape == (0, 1, 8, 8)


@pytest.mark.parametrize(("scale", "low"), [("signed", -1.0), ("unit", 0.0)])
def test_every_byte_comes_back_from_the_range_it_was_scaled_to(scale: Scale, low: float) -> None:
    G = made(described(NETWORKS[2], scale=scale))
    x = torch.linspace(low, 1, 256)
    assert G.stored(x).tolist() == list(range(256))
    beyond = G.stored(torch.tensor([low - 0.1, 1.1]))
    assert (beyond.dtype, beyond.tolist()) == (torch.uint8, [0, 255])


def test_points_are_kept_as_they_are() -> None:
    G = made(described(Mlp(hidden=(8,)), shape=(2,), classes=(), scale="raw"))
    assert torch.equal(G.sample(4).x, G.decode(G.noise(4, 0), None))


# Walks.


def test_a_walk_passes_through_its_points_in_one_class() -> None:
    G = made(described(NETWORKS[0]))
    for label, number in ((None, 0), ("7", 7)):
        way = G.walk(points=3, steps=4, seed=2, label=label)
        assert way.labels is not None
        assert way.labels.tolist() == [number] * 9
        assert torch.equal(way.x[::4], G.stored(G.decode(G.noise(3, 2), way.labels[:3])))


def test_a_walk_goes_the_way_asked_for() -> None:
    """G here is the identity: the middle of a straight line is the mean, on the sphere it is longer."""
    G = decoding(lambda z, c: z, described(Mlp(), shape=(5,), classes=(), scale="raw"))
    z = G.noise(2, 0)
    straight, round_ = (G.walk(points=2, steps=2, how=how).x for how in ("lerp", "slerp"))
    torch.testing.assert_close(straight[1], z.mean(0))
    assert round_[1].norm() > straight[1].norm() * 1.01
    assert torch.equal(G.walk(points=2, steps=2).x, round_)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"points": 1}, "--walk: no walk"),
        ({"steps": 0}, "--walk: no walk"),
        ({"how": "hop"}, r"--how: no way 'hop' .*\(one of lerp, slerp\)"),
    ],
)
def test_a_walk_that_goes_nowhere_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(SaddlepointError, match=words):
        made(described(NETWORKS[0])).walk(**wrong)


def test_a_walk_stays_where_its_prior_is() -> None:
    """In the cube of a uniform one, and between the lengths of the ends of a normal one."""
    inside, around = (
        Artefact(
            Model(latent=Latent(Prior(kind, 40), lambda z, c: z)),
            described(Mlp(), shape=(40,), classes=(), scale="raw"),
            {},
        )
        for kind in ("uniform", "normal")
    )
    assert inside.walk(9, 16).x.abs().max() <= 1
    legs = around.walk(9, 16).x.norm(dim=1)
    ends = legs[::16]
    for leg, (one, other) in enumerate(zip(ends, ends[1:])):
        torch.testing.assert_close(legs[16 * leg : 16 * leg + 17], torch.linspace(float(one), float(other), 17))
    with pytest.raises(SaddlepointError, match="--how slerp: leaves the cube of a uniform prior"):
        inside.walk(how="slerp")


# Translations.


@pytest.mark.parametrize("heard", [False, True])
def test_a_picture_of_any_size_is_translated_in_tiles(heard: bool) -> None:
    """The middle of every 3 x 3 neighbours: in tiles of 256 with their margin of 1 it is that of the whole."""

    def median(c: Tensor, seed: int) -> Tensor:
        around = nn.functional.pad(c, (1, 1, 1, 1), mode="replicate").unfold(2, 3, 1).unfold(3, 3, 1)
        return around.flatten(-2).median(-1).values

    G = Artefact(Model(apply=Translate(median, margin=1)), described(NETWORKS[0], classes=()), {})
    c = torch.randint(256, (1, 1, 300, 520), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    parts: list[tuple[int, int]] = []
    made = G.apply(c, tell=lambda *done: parts.append(done)) if heard else G.apply(c)
    assert made.x.equal(median(c.float(), 0).to(torch.uint8))
    assert parts == ([(i, 6) for i in range(1, 7)] if heard else [])
    with pytest.raises(SaddlepointError, match="cannot draw samples"):
        G.sample(1)


# Files of samples.


def test_arrays_hold_the_samples_and_their_labels(tmp_path: Path) -> None:
    samples = made(described(NETWORKS[0])).sample(12)
    with np.load(samples.save(tmp_path / "samples.npz")) as arrays:
        assert arrays["x"].dtype == np.uint8
        assert np.array_equal(arrays["x"], samples.x.numpy())
        assert arrays["labels"].tolist() == [i % 10 for i in range(12)]
        assert arrays["classes"].tolist() == list(samples.classes) == list("0123456789")
    unlabelled = Samples(samples.x, None, samples.about).save(tmp_path / "plain.NPZ")
    with np.load(unlabelled) as arrays:
        assert arrays.files == ["x"]
    codes = torch.rand(12, 3)
    with np.load(Samples(samples.x, codes, samples.about).save(tmp_path / "codes.npz")) as arrays:
        assert (arrays.files, arrays["c"].tolist()) == (["x", "c"], codes.tolist())


def test_a_sheet_is_a_picture_as_square_as_can_be(tmp_path: Path) -> None:
    with Image.open(made(described(NETWORKS[0])).sample(9).save(tmp_path / "grid.png")) as sheet:
        assert sheet.width == sheet.height > 3 * 8
    points = made(described(Mlp(hidden=(8,)), shape=(2,), classes=(), scale="raw")).sample(50)
    with Image.open(points.save(tmp_path / "points.png")) as plot:
        assert abs(plot.width - plot.height) < 20  # what the axes take


# Refusals.


def tampered(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "config.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def refusal(folder: Path, **options: str) -> str:
    """The line that loading is refused with, in less than a second of work."""
    start = time.process_time()
    with pytest.raises(SaddlepointError) as refused:
        load(folder, **options)
    assert time.process_time() - start < 1
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(made(described(Dcgan(width=4))), tmp_path / "generator")


@pytest.mark.parametrize("name", ["config.json", "generator.safetensors"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert refusal(folder) == f"{folder}: no {name} here (give a run's folder, or the generator folder in it)"


def test_what_is_no_folder_is_refused(folder: Path) -> None:
    assert "nothing at that path (is it spelt right?)" in refusal(folder / "elsewhere")
    assert "a file (give a run's folder" in refusal(folder / "config.json")


def test_a_flipped_bit_in_the_weights_is_noticed(folder: Path) -> None:
    path = folder / "generator.safetensors"
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    assert "the weights are not those that were written" in refusal(folder)
    path.write_bytes(content[:100])
    assert "the weights are not those that were written" in refusal(folder)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"null", b"[]", b"7", b"{}", b"[" * 100_000, b'{"format": "one"}']
)
def test_what_is_no_description_is_refused(folder: Path, content: bytes) -> None:
    (folder / "config.json").write_bytes(content)
    assert "not a generator" in refusal(folder)


def test_a_newer_format_is_refused_by_that_name(folder: Path) -> None:
    tampered(folder, lambda about: about.update(format=3, facts="something new"))
    assert "written by a newer saddlepoint" in refusal(folder)


HUGE = 10**12

Change = Callable[[dict[str, Any]], object]


def shaped(*shape: int) -> Change:
    return lambda about: about["facts"]["x"].update(shape=list(shape))


def played(setting: str, **values: object) -> Change:
    """Other settings of the recipe, or of a player of it."""
    return lambda about: about["config"][setting].update(values)


HOSTILE: dict[str, Change] = {
    "a picture of a terapixel": shaped(1, 10**6, 10**6),
    "numbers beyond 64 bits": shaped(1, 10**30, 8),
    "fewer than no pixels": shaped(1, -8, 8),
    "no picture at all": shaped(),
    "an empty picture": shaped(1, 0, 0),
    "points for a convolution": shaped(2),
    "another shape": shaped(3, 8, 8),
    "a terabyte of weights": lambda about: about["config"]["g"]["network"].update(width=10**5),
    "more than a machine can count": lambda about: about["config"]["g"]["network"].update(width=10**30),
    "a tera of layers' units": played("g", network={"kind": "mlp", "hidden": [HUGE]}),
    "ten thousand blocks": played("g", network={"kind": "residual", "blocks": 10_000}),
    "a critic of a tera of units": played("d", network={"kind": "mlp", "hidden": [HUGE]}),
    "a critic of ten thousand blocks": played("d", network={"kind": "residual", "blocks": 10_000}),
    "endless noise": played("prior", size=HUGE),
    "other classes": lambda about: about["facts"]["c"].update(names=["a", "b"]),
    "another kind of network": played("g", network={"kind": "mlp", "hidden": [8]}),
    "an unknown network": played("g", network={"kind": "os.system"}),
    "an unknown system": lambda about: about["config"].update(system="os"),
    "a file for a system": lambda about: about["config"].update(system="./mine.py"),
    "no system's name": lambda about: about["config"].update(system=[7]),
    "an unknown kind of example": lambda about: about["facts"]["x"].update(kind="smell"),
    "a condition for an example": lambda about: about["facts"]["x"].update(kind="labels"),
    "an unknown type": lambda about: about["facts"]["x"].update(dtype="object"),
    "no x": lambda about: about["facts"].pop("x"),
    "an unknown field": lambda about: about.update(run_me="rm"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_description_is_refused_before_it_costs_anything(folder: Path, name: str) -> None:
    tampered(folder, HOSTILE[name])
    refusal(folder)


# Those of the first format, which described G alone.


@pytest.fixture
def first(folder: Path) -> Path:
    """The same generator, as the first format described it."""

    def change(about: dict[str, Any]) -> None:
        config, facts, digest = about["config"], about["facts"], about["sha256"]
        about.clear()
        about.update(format=1, g=config["g"], prior=config["prior"], range=config["range"], sha256=digest)
        about.update(shape=facts["x"]["shape"], dtype="uint8", classes=facts["c"]["names"], licence="CC0")

    tampered(folder, change)
    return folder


FIRST_HOSTILE: dict[str, Change] = {
    "a picture of a terapixel": lambda about: about.update(shape=[1, 10**6, 10**6]),
    "numbers beyond 64 bits": lambda about: about.update(shape=[1, 10**30, 8]),
    "no picture at all": lambda about: about.update(shape=[]),
    "no shape": lambda about: about.pop("shape"),
    "an empty picture": lambda about: about.update(shape=[1, 0, 0]),
    "points for a convolution": lambda about: about.update(shape=[2]),
    "another shape": lambda about: about.update(shape=[3, 8, 8]),
    "a terabyte of weights": lambda about: about["g"]["network"].update(width=10**5),
    "more than a machine can count": lambda about: about["g"]["network"].update(width=10**30),
    "a tera of layers' units": lambda about: about["g"].update(network={"kind": "mlp", "hidden": [HUGE]}),
    "ten thousand blocks": lambda about: about["g"].update(network={"kind": "residual", "blocks": 10_000}),
    "endless noise": lambda about: about["prior"].update(size=HUGE),
    "other classes": lambda about: about.update(classes=["a", "b"]),
    "no list of classes": lambda about: about.update(classes=7),
    "fields that are none": lambda about: about.update(classes=[], fields=[1]),
    "another kind of network": lambda about: about["g"].update(network={"kind": "mlp", "hidden": [8]}),
    "an unknown network": lambda about: about["g"].update(network={"kind": "os.system"}),
    "an unknown type": lambda about: about.update(dtype="object"),
    "an unknown field": lambda about: about.update(run_me="rm"),
}


def test_the_first_format_is_read_as_ever(first: Path) -> None:
    G, again = made(described(Dcgan(width=4))), load(first)
    assert torch.equal(again.sample(7, seed=3).x, G.sample(7, seed=3).x)
    assert again.sample(1).x.dtype == torch.uint8
    assert (again.facts, again.can, again.description.licence) == (G.facts, G.can, "CC0")


@pytest.mark.parametrize("name", FIRST_HOSTILE)
def test_a_hostile_description_of_the_first_format_is_refused_as_well(first: Path, name: str) -> None:
    tampered(first, FIRST_HOSTILE[name])
    refusal(first)


def test_weights_with_the_right_digest_that_are_none_are_refused(folder: Path) -> None:
    for content in (b"not tensors", safetensors.torch.save({"other": torch.zeros(2)})):
        (folder / "generator.safetensors").write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        tampered(folder, lambda about, digest=digest: about.update(sha256=digest))
        assert "the weights do not fit the network described" in refusal(folder)


def test_a_device_that_is_not_there_is_refused(folder: Path) -> None:
    assert "no device 'cuda:77' on this machine" in refusal(folder, device="cuda:77")


@pytest.mark.parametrize("value", [math.nan, 3e38], ids=["not a number", "larger than its products can be"])
def test_what_is_not_finite_is_neither_drawn_nor_walked_nor_written(tmp_path: Path, value: float) -> None:
    """As a pixel it would be black, and look like any other."""
    model = made(described(Mlp(hidden=(8, 8)), classes=()))
    for weights in model.networks["G"].parameters():
        weights.data.fill_(value).view(-1)[::2].neg_()
    export(tmp_path / "g", model.networks["G"], model.description, "", b"")
    loaded = load(tmp_path / "g")
    for act in (lambda: loaded.sample(3), lambda: loaded.walk(2), lambda: loaded.stored(loaded.draw(3, 0, None))):
        with pytest.raises(SaddlepointError, match="its output is not finite") as caught:
            act()
        assert caught.value.code == 1


def test_z_and_c_come_as_a_program_has_them() -> None:
    """Arrays, lists, and the name of a class are the tensors that they spell, bit for bit."""
    G = made(described(NETWORKS[2], classes=ANIMALS))
    z = G.noise(3, 1)
    dogs = G(z, torch.tensor([1, 1, 1]))
    for given in ([1, 1, 1], np.array([1, 1, 1]), "dog"):
        assert torch.equal(G(z.numpy(), given), dogs)
    assert torch.equal(G(z.double(), "dog"), dogs)
    assert not torch.equal(G(z, "cat"), dogs)
    assert torch.equal(G(z, [0, 1, 2]), G(z))


@pytest.mark.parametrize(
    ("z", "c", "words"),
    [
        ("z", None, "z is a str that is no tensor"),
        ([["a"] * 5], None, "z is a list that is no tensor"),
        (np.zeros((2, 5)), [0, 3], "c names no classes (give [2] whole numbers from 0 to 2, or the name of a class)"),
        (np.zeros((2, 5)), [-1, 0], "c names no classes"),
        (np.zeros((2, 5)), [0.5, 1.0], "c names no classes"),
        (np.zeros((2, 5)), [[0, 1], [0, 1]], "c names no classes"),
        (np.zeros((2, 5)), [0], "2 z, but 1 conditions"),
        (np.zeros((2, 5)), "cow", "no class 'cow'"),
        (np.zeros((2, 4)), None, "z of shape [2, 4]"),
    ],
)
def test_what_is_no_z_or_c_is_refused_in_one_line(z: Any, c: Any, words: str) -> None:
    with pytest.raises(SaddlepointError) as refused:
        made(described(NETWORKS[2], classes=ANIMALS))(z, c)
    assert words in str(refused.value)


@pytest.mark.parametrize("device", ["gpu", "xla", "meta", "cuda:7", "cpu:1"])
def test_a_device_that_is_none_is_refused_in_one_line(device: str) -> None:
    with pytest.raises(SaddlepointError, match=f"no device '{device}' on this machine"):
        made(described(NETWORKS[0])).to(device)


def test_samples_are_saved_into_folders_that_are_not_there_yet_and_under_names_of_pictures(tmp_path: Path) -> None:
    found = made(described(NETWORKS[0])).sample(4)
    for name in ("a/b/x.png", "c/x.npz", "bare"):
        assert found.save(tmp_path / name).stat().st_size > 0
    with pytest.raises(SaddlepointError, match=r"no picture is written as '\.foo'"):
        found.save(tmp_path / "x.foo")


@pytest.mark.parametrize("n", ["4", 2.5, None])
def test_how_many_is_a_whole_number(n: Any) -> None:
    with pytest.raises(SaddlepointError, match=r"cannot draw .* samples"):
        made(described(NETWORKS[0])).sample(n)
    assert len(made(described(NETWORKS[0])).sample(np.int64(2)).x) == 2  # pyright: ignore[reportArgumentType]
