"""What can hardly be judged, or not at all: an error that says what is wrong, or an interval as wide as it must be."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from saddlepoint.cli.main import main
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.card import Measure
from saddlepoint.judging.diversity import class_spread
from saddlepoint.judging.extractors.pixels import pixels
from saddlepoint.judging.group import card_of, group, same_kind
from saddlepoint.judging.judgement import Standard, judge

Pictures = np.ndarray


def noise(n: int, side: int = 12, seed: int = 0) -> Pictures:
    return np.random.default_rng(seed).integers(0, 255, (n, side, side), dtype=np.uint8)


def folder(root: Path, name: str, pictures: Pictures, classes: int = 0) -> Path:
    """A folder of these pictures; in subfolders, one for each of so many classes."""
    for i, x in enumerate(pictures):
        path = root / name / (f"class{i % classes}" if classes else "") / f"{i:03d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(x).save(path)
    return root / name


def said(capsys: pytest.CaptureFixture[str], *tokens: object) -> tuple[int, str]:
    code = main(["judge", *(str(token) for token in tokens), "--features", "pixels"])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return code, out if "--json" in tokens and not code else out + err  # notes are no part of what a program reads


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        (noise(10), noise(40), "10 examples cannot be judged: a verdict on fewer than 20 is noise"),
        (noise(40), noise(19), "19 examples cannot be judged"),
        (noise(40), noise(1), "1 example cannot be judged"),
        (noise(40), np.full((40, 12, 12), 9, np.uint8), "the real examples are all alike"),
        (noise(40), np.tile(noise(19), (3, 1, 1)), "only 19 different examples of 57 (a verdict on fewer than 20"),
        (np.repeat(noise(40)[..., None], 3, 3), noise(40), "examples of 1 x 12 x 12 and 3 x 12 x 12"),
    ],
)
def test_two_folders_that_cannot_be_compared(tmp_path: Path, capsys, ours, theirs, words) -> None:
    code, text = said(capsys, folder(tmp_path, "ours", ours), folder(tmp_path, "theirs", theirs))
    assert (code, words in text) == (2, True), text


def test_colour_against_grey_is_no_matter_of_size(tmp_path: Path, capsys) -> None:
    colour = np.repeat(noise(40)[..., None], 3, 3)
    code, text = said(capsys, folder(tmp_path, "ours", colour), folder(tmp_path, "theirs", noise(40)))
    assert (code, "make all of them grey, or all coloured" in text, "--size" in text) == (2, True, False), text
    clear = np.repeat(noise(40)[..., None], 4, 3)
    code, text = said(capsys, folder(tmp_path, "clear", clear), folder(tmp_path, "coloured", colour))
    assert (code, "same channels: lay what is transparent on a colour" in text) == (2, True), text
    with pytest.raises(SaddlepointError, match="--size makes them so"):
        same_kind(*(group(pixels(), torch.from_numpy(noise(20, side)[:, None])) for side in (8, 12)))
    with pytest.raises(SaddlepointError, match="examples of one kind"):
        same_kind(group(pixels(), torch.rand(20, 2)), group(pixels(), torch.rand(20, 1, 2, 2)))


def test_a_run_is_no_folder_of_real_pictures(tmp_path: Path, capsys) -> None:
    run = folder(tmp_path, "run", noise(40))
    (run / "config.json").write_text("{}")
    code, text = said(capsys, folder(tmp_path, "ours", noise(40)), run)
    assert (code, "run: a run is no folder of real pictures (give a folder of real" in text) == (2, True), text


def test_a_folder_by_itself_is_no_run(tmp_path: Path, capsys) -> None:
    code, text = said(capsys, folder(tmp_path, "ours", noise(20)))
    assert (code, "ours: no run here (samples need a second folder, of real examples)" in text) == (2, True), text


def test_constant_samples_are_judged_and_found_wanting(tmp_path: Path, capsys) -> None:
    constant = np.full((40, 12, 12), 9, np.uint8)
    code, text = said(capsys, folder(tmp_path, "ours", constant), folder(tmp_path, "theirs", noise(40)), "--json")
    assert code == 0, text
    found = {name: Measure.from_json(fields) for name, fields in json.loads(text).items()}
    assert found["spread"].value == 0
    assert found["recall"].value == 0
    assert all(math.isfinite(end) for measure in found.values() for end in measure[:3])
    main(["judge", str(tmp_path / "ours"), str(tmp_path / "theirs"), "--json"])
    assert "the samples are all the same, so the intervals have no width and mean nothing\n" in capsys.readouterr().err


def test_classes_that_are_not_on_both_sides_are_named(tmp_path: Path, capsys) -> None:
    ours, theirs = folder(tmp_path, "a", noise(60), classes=2), folder(tmp_path, "b", noise(60, seed=1), classes=3)
    code, text = said(capsys, ours, theirs)
    assert (code, "not judged by class: class2 is not on both sides" in text) == (0, True), text
    code, text = said(capsys, folder(tmp_path, "d", noise(60), classes=4), ours)
    assert (code, "not judged by class: class2, class3 are not on both sides" in text) == (0, True), text
    assert "class_spread" not in text
    few = folder(tmp_path, "c", noise(60, seed=2), classes=3)
    for path in sorted((few / "class2").iterdir())[2:]:
        path.unlink()
    code, text = said(capsys, few, theirs)
    assert (code, "not judged by class" in text, "class_spread" in text) == (0, False, True), text
    assert {f"class_frechet/class{i}" in text for i in (0, 1)} == {True}
    assert "class_frechet/class2" not in text  # two examples say nothing of it, and hinder no other


def test_unreadable_pictures_are_put_up_with_as_the_refusal_says(tmp_path: Path, capsys) -> None:
    ours, theirs = folder(tmp_path, "ours", noise(24)), folder(tmp_path, "theirs", noise(24, seed=1))
    for i in range(6):
        (ours / f"x{i}.png").write_bytes(b"none")
    code, text = said(capsys, ours, theirs)
    assert (code, "with --bad 1 any number is left out" in text) == (2, True), text
    code, text = said(capsys, ours, theirs, "--bad", 1)
    assert (code, text.count("ours/: left out: x"), "24 samples" in text) == (0, 6, True), text
    code, text = said(capsys, ours, theirs, "--bad", 1, "--json")
    assert (code, json.loads(text)["frechet"]["card"]["n_fake"]) == (0, 24), text
    assert said(capsys, ours, theirs, "--bad", 1, "--quiet") == (0, "")


def test_few_samples_have_wide_intervals(tmp_path: Path, capsys) -> None:
    theirs, widths = folder(tmp_path, "theirs", noise(400, 8)), []
    for n in (20, 320):
        code, text = said(capsys, folder(tmp_path, f"ours{n}", noise(n, 8, seed=n)), theirs, "--json")
        assert code == 0, text
        found = {name: Measure.from_json(fields) for name, fields in json.loads(text).items()}
        assert found["frechet"].card.n_fake == n
        widths.append({name: found[name].high - found[name].low for name in ("kernel", "precision", "density")})
    assert all(few > 2.5 * many > 0 for few, many in zip(widths[0].values(), widths[1].values())), widths


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_numbers_that_are_none_are_refused(bad: float) -> None:
    pictures, points = torch.rand(30, 1, 8, 8), torch.rand(30, 2)
    pictures[3, 0, 2, 2], points[4, 1] = bad, bad
    for x in (pictures, points):
        with pytest.raises(SaddlepointError, match="finite"):
            group(pixels(), x)


def test_a_class_that_is_one_picture_in_the_data_is_passed_over() -> None:
    x, labels = torch.from_numpy(noise(60)[:, None]), torch.arange(60) % 3
    real = x.clone()
    real[labels == 1] = 7
    fake, held = group(pixels(), x, labels), Standard.of(group(pixels(), real, labels))
    found = judge(fake, held, card_of(pixels(), 60, 60, "real", None), torch.Generator().manual_seed(0))
    assert found["class_spread"].value == pytest.approx(100, abs=1e-9)  # the other two are the same
    assert math.isfinite(found["class_frechet"].value)
    real[:] = (labels * 50).byte().view(-1, 1, 1, 1)
    assert class_spread(fake, group(pixels(), real, labels)) is None


def test_an_empty_class_is_named() -> None:
    x, labels = torch.from_numpy(noise(60)[:, None]), torch.arange(60) % 3
    held = Standard.of(group(pixels(), x, labels))
    fake = group(pixels(), x[labels != 1], labels[labels != 1])
    with pytest.raises(SaddlepointError, match="no picture of class 1"):
        judge(fake, held, card_of(pixels(), 60, 40, "real", None), torch.Generator().manual_seed(0))
