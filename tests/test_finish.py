"""What a finished run shows: examples in the order of a sheet, frames in the order of time, the last line of a game."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.running.finish import by_class, dynamics, first_of_each, frames

X = torch.arange(7.0)[:, None]
C = torch.tensor([1, 0, 0, 1, 1, 0, 1])


@pytest.mark.parametrize(("count", "wanted"), [(1, [1, 0]), (2, [1, 0, 2, 3]), (9, [1, 0, 2, 3, 5, 4])])
def test_the_first_of_each_class_come_in_turn(count: int, wanted: list[int]) -> None:
    """As labels are drawn: 0, 1, 0, 1, ...; no more than the smallest class has. A row of the sheet is a class."""
    found = first_of_each(Source("x", X, C, ("a", "b")), count)
    assert found.flatten().tolist() == wanted
    assert by_class(found, 2)[..., 0].tolist() == [wanted[::2], wanted[1::2]]


def test_without_classes_they_are_from_all_over() -> None:
    assert first_of_each(Source("x", X), 3).flatten().tolist() == [0, 2, 4]
    assert first_of_each(Source("x", X, X), 3).flatten().tolist() == [0, 2, 4]


def journal(folder: Path, *events: dict) -> None:
    (folder / "journal.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))


def test_frames_stand_in_the_order_of_time_each_once(tmp_path: Path) -> None:
    """A run that went back writes frames again: of equal places the last line counts."""
    (tmp_path / "samples").mkdir()
    names = {grey: f"samples/{grey:09d}.png" for grey in (10, 20, 30)}
    for grey, name in names.items():
        Image.fromarray(np.full((4, 4), grey, np.uint8)).save(tmp_path / name)
    seen = [(0, 10), (200, 30), (50, 30), (50, 20)]
    journal(tmp_path, *({"event": "snapshot", "images": at, "file": names[grey]} for at, grey in seen))
    assert [(at, int(np.asarray(picture)[0, 0])) for at, picture in frames(tmp_path)] == [(0, 10), (50, 20), (200, 30)]
    journal(tmp_path, {"event": "snapshot", "images": 0, "file": "samples/../../x.png"})
    with pytest.raises(SaddlepointError):
        frames(tmp_path)


def test_the_last_line_of_the_game_and_all_that_was_refused(tmp_path: Path) -> None:
    first = {"event": "rounds", "images": 60, "seconds": 2.0, "d_real": 0.9, "d_fake": 0.1, "skipped": 2}
    last = {"event": "rounds", "images": 300, "seconds": 4.0, "d_real": 0.7, "d_fake": None, "skipped": 1}
    journal(tmp_path, first, last, {"event": "end", "images": 300})
    assert dynamics(tmp_path, "pictures") == [
        ("pictures seen", "300", "in 4 s, 75 a second"),
        ("D(x), D(G(z))", "0.70, none", "at the end; 1/2 where D cannot tell"),
        ("refused steps", "3", "not finite, not taken"),
    ]
