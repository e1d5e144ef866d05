"""Figures of real data kept on the disk: the same bits as computed, believed only where whole, never in the way."""

import json
import os
from functools import partial
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from saddlepoint.cli.main import main
from saddlepoint.court import standard as module
from saddlepoint.court.standard import learned_from, standard, to_learn
from saddlepoint.data.digits import digits
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import DRAFT
from saddlepoint.judging.extractors.digits import digits as digit_extractor
from saddlepoint.judging.extractors.extractor import Extractor, Seen
from saddlepoint.judging.extractors.learned import trained
from saddlepoint.judging.extractors.pixels import pixels
from saddlepoint.storage import remembered
from saddlepoint.storage.remembered import Of, contents, digest, key_of, load, packed, remember


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SADDLEPOINT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


NUMBERS = Of("numbers", 2)


def forbidden(*_: object) -> Seen:
    raise AssertionError("it is to be remembered, not to be computed")


def make() -> dict[str, torch.Tensor]:
    return {"a": torch.tensor([1.5, -2.0], dtype=torch.float64), "b": torch.tensor([[0.1, 1e300]], dtype=torch.float64)}


def only(cache: Path) -> Path:
    (path,) = (cache / "figures").glob("*.safetensors")
    return path


def test_a_standard_is_the_same_bits_the_second_time_and_nothing_is_computed(monkeypatch) -> None:
    source, extractor = digits(), digit_extractor()
    real, training = source.take(torch.arange(60)), source.take(torch.arange(100, 170))
    first = standard(extractor, real, training, True)
    monkeypatch.setattr(module, "look", forbidden)
    monkeypatch.setattr(module, "fit", forbidden)
    second = standard(extractor, real, training, True)
    assert second.yardstick(30) == first.yardstick(30)
    assert first.training is not None is not second.training
    for a, b in ((first.real.seen, second.real.seen), (first.training.seen, second.training.seen)):
        assert a.logits is not None is not b.logits
        assert a.features.dtype == b.features.dtype == torch.float64
        assert a.features.equal(b.features)
        assert a.logits.equal(b.logits)
    for a, b in zip((*first.fitted.moments, first.fitted.root), (*second.fitted.moments, second.fitted.root)):
        assert torch.as_tensor(a).equal(torch.as_tensor(b))
    assert len(contents()) == 3


def test_other_data_other_weights_and_other_threads_are_other_figures() -> None:
    source, extractor = digits().take(torch.arange(40)), digit_extractor()
    other = source._replace(x=source.x.clone())
    other.x[7, 0, 3, 3] ^= 1
    keys = [
        module.key(source, extractor, "seen"),
        module.key(source, extractor, "fitted"),
        module.key(source, extractor._replace(digest="0" * 64), "seen"),
        module.key(other, extractor, "seen"),
    ]
    assert len(set(keys)) == 4
    assert module.key(source._replace(name="elsewhere"), extractor, "seen") == keys[0]


def test_pixels_are_looked_at_again(cache: Path) -> None:
    source = digits().take(torch.arange(60))
    standard(pixels(), source, None, False)
    assert not cache.exists()


def test_numbers_come_back_exactly_and_in_half_the_room_where_they_fit(cache: Path) -> None:
    key = key_of("x")
    remember(key, NUMBERS, lambda _: True, make)
    found = load(cache / "figures" / f"{key}.safetensors")
    assert found is not None
    assert all(found[name].equal(tensor) and found[name].dtype == tensor.dtype for name, tensor in make().items())
    exact = packed(NUMBERS, {"a": torch.arange(4096.0, dtype=torch.float64)})
    wide = packed(NUMBERS, {"a": torch.arange(4096.0, dtype=torch.float64) / 3})
    assert len(exact) < 0.55 * len(wide)


def flipped(data: bytes) -> bytes:
    return data[:-3] + bytes([data[-3] ^ 1]) + data[-2:]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_what_is_no_regular_file_is_written_anew(cache: Path, tmp_path: Path) -> None:
    key = key_of("x")
    remember(key, NUMBERS, lambda _: True, make)
    path, letter = only(cache), tmp_path / "letter"
    letter.write_bytes(whole := path.read_bytes())
    for odd in (lambda: os.mkfifo(path), lambda: path.symlink_to(letter)):
        path.unlink()
        odd()
        assert contents() == []
        assert load(path) is None
        remember(key, NUMBERS, lambda _: True, make)
        assert load(path) is not None
        assert letter.read_bytes() == whole


def test_figures_of_any_size_are_not_read(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(key_of("x"), NUMBERS, lambda _: True, make)
    monkeypatch.setattr(remembered, "LARGEST", only(cache).stat().st_size - 1)
    assert load(only(cache)) is None
    monkeypatch.setattr(remembered, "LARGEST", only(cache).stat().st_size)
    assert load(only(cache)) is not None


@pytest.mark.parametrize(
    "damage",
    [
        flipped,
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: b"\xff" * 64,
        lambda data: save({"a": torch.zeros(3)}),
        lambda data: save({"a": torch.zeros(3)}, {"sha256": "0" * 64, "name": "x", "examples": "3"}),
        lambda data: data.replace(b"float numbers", b"other numbers"),
        lambda data: (2**62).to_bytes(8, "little") + data[8:],
    ],
)
def test_what_is_not_as_it_was_written_is_written_anew(cache: Path, damage) -> None:
    key = key_of("x")
    remember(key, Of("float numbers", 2), lambda _: True, make)
    whole = only(cache).read_bytes()
    only(cache).write_bytes(damage(whole))
    assert load(only(cache)) is None
    found = remember(key, Of("float numbers", 2), lambda _: True, make)
    assert all(found[name].equal(tensor) for name, tensor in make().items())
    assert load(only(cache)) is not None


def test_whole_figures_of_another_shape_are_not_believed(cache: Path) -> None:
    source, extractor = digits().take(torch.arange(30)), digit_extractor()
    first = standard(extractor, source, None, False)
    for path in (cache / "figures").iterdir():
        path.write_bytes(packed(NUMBERS, {"features": torch.zeros(3, 2), "mean": torch.zeros(1)}))
    second = standard(extractor, source, None, False)
    assert second.real.seen.features.equal(first.real.seen.features)
    assert second.fitted.root.equal(first.fitted.root)


def test_a_disk_that_takes_nothing_makes_it_slower_not_impossible(cache: Path) -> None:
    cache.write_bytes(b"a file where the folder should be")
    assert remember(key_of("x"), NUMBERS, lambda _: True, make).keys() == make().keys()
    assert contents() == []


def test_a_write_that_fails_leaves_nothing(cache: Path, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise SaddlepointError("the disk is full", code=1)

    monkeypatch.setattr(remembered.files, "write_atomic", full)
    assert remember(key_of("x"), NUMBERS, lambda _: True, make).keys() == make().keys()
    assert not list((cache / "figures").iterdir())


def test_the_verb_shows_and_clears_them(cache: Path, capsys) -> None:
    remember(key_of("x"), Of("my photos, seen by something", 2), lambda _: True, make)
    (cache / "figures" / "mine.txt").write_text("not ours")
    (cache / "figures" / "mine.tmp").write_text("not ours")
    (cache / "figures" / "mine.safetensors").write_text("not ours")
    (cache / "figures" / f"{key_of('y')}.safetensors{DRAFT}").write_text("ours")
    assert main(["cache"]) == 0
    assert "my photos, seen by something" in capsys.readouterr().out
    assert main(["cache", "--json", "--clear"]) == 0
    entries = json.loads(capsys.readouterr().out)["entries"]
    assert [(entry["data"], entry["pictures"]) for entry in entries] == [("my photos, seen by something", 2)]
    assert sorted(os.listdir(cache / "figures")) == ["mine.safetensors", "mine.tmp", "mine.txt"]


def test_features_are_taught_once(monkeypatch) -> None:
    source = digits().take(torch.arange(300))
    monkeypatch.setattr("saddlepoint.judging.extractors.learned.trained", partial(trained, steps=3))
    monkeypatch.setattr("saddlepoint.judging.extractors.learned.shortcoming", lambda *_: None)
    first = learned_from(source, source.c)
    monkeypatch.setattr(module, "taught", forbidden)
    second = learned_from(source, source.c)
    assert isinstance(second, Extractor)
    assert second.digest == first.digest
    assert second.classes == source.classes
    assert second.see(source.x[:5]).features.equal(first.see(source.x[:5]).features)
    with pytest.raises(AssertionError, match="to be remembered"):
        learned_from(source, None)


def test_what_nothing_can_be_learned_of_is_remembered_too(monkeypatch) -> None:
    """Else each run would spend the time again. It is no time to learn what is there; before, it is some."""
    source = digits().take(torch.arange(300))
    monkeypatch.setattr("saddlepoint.judging.extractors.learned.trained", partial(trained, steps=3))
    monkeypatch.setattr("saddlepoint.judging.extractors.learned.shortcoming", lambda *_: "they are blind")
    monkeypatch.setattr(module, "seconds", lambda x, labels, classes: float(len(x) + classes))
    assert to_learn(source, source.c) == 128 + 10
    with pytest.raises(SaddlepointError, match="they are blind") as first:
        learned_from(source, source.c)
    assert to_learn(source, source.c) == 0
    assert to_learn(source, None) > 0
    monkeypatch.setattr(module, "taught", forbidden)
    with pytest.raises(SaddlepointError) as second:
        learned_from(source, source.c)
    assert str(second.value) == str(first.value)


def test_a_digest_is_of_the_names_as_well(cache: Path) -> None:
    """A file whose tensors have other names than it was written with is as good as absent."""
    tensors = make()
    assert digest(NUMBERS, tensors) != digest(NUMBERS, {"a": tensors["a"], "c": tensors["b"]})
    remember(key_of("x"), NUMBERS, lambda _: True, make)
    path = only(cache)
    assert load(path) is not None
    renamed = path.read_bytes().replace(b'"b":{"dtype"', b'"c":{"dtype"')
    assert renamed != path.read_bytes()
    path.write_bytes(renamed)
    assert load(path) is None


def test_a_digest_is_of_what_they_are_of_and_of_types_shapes_and_bytes(monkeypatch) -> None:
    zeros = torch.zeros(2, 3)
    some = [{"a": zeros}, {"a": zeros.T}, {"a": zeros.int()}, {"a": zeros.double()}, {"a": torch.ones(2, 3)}, {}]
    some += [{"a": zeros[:0]}, {"a": zeros[:, :0]}, {"a": zeros, "b": zeros}]
    found = [digest(NUMBERS, tensors) for tensors in some]
    found += [digest(of, some[0]) for of in (Of("numbers", 3), Of("others", 2), Of("2 numbers", 2))]
    assert len(set(found)) == len(some) + 3
    assert digest(NUMBERS, {"b": zeros, "a": zeros}) == digest(NUMBERS, {"a": zeros, "b": zeros})
    before = key_of("x")
    monkeypatch.setattr(remembered, "FORMAT", remembered.FORMAT + 1)
    assert key_of("x") != before


def test_what_does_not_fit_is_made_and_kept_in_its_place(cache: Path) -> None:
    key, other = key_of("x"), {"a": torch.tensor([4.0])}
    remember(key, NUMBERS, lambda _: True, make)
    found = remember(key, Of("others", 1), lambda tensors: tensors.keys() == {"a"}, lambda: other)
    assert found.keys() == {"a"}
    kept = load(only(cache))
    assert kept is not None
    assert kept.keys() == {"a"}
    assert [entry.of for entry in contents()] == [Of("others", 1)]


def test_the_latest_is_listed_first(cache: Path) -> None:
    for seconds, name in ((1000, "old"), (3000, "new"), (2000, "between")):
        remember(name, Of(name, 2), lambda found: True, make)
        os.utime(cache / "figures" / f"{name}.safetensors", (seconds, seconds))
    assert [kept.of.name for kept in contents()] == ["new", "between", "old"]
