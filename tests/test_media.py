"""Sound and text, as examples: what is drawn, and what is written to a file, is what is stored."""

import io
import wave

import numpy as np
import pytest
import torch

from saddlepoint.data.facts import About, column
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.media.catalog import MEDIA, medium_of
from saddlepoint.media.sound import HEIGHT, WIDTH

SOUND = About("sound", (2, 500), low=-1.0, high=1.0)
TEXT = About("text", (4,), "int64", names=("a", "b", "c"))


def test_a_source_says_which_medium_it_is() -> None:
    kinds = {
        "points": torch.zeros(3, 2),
        "sound": torch.zeros(3, 1, 9),
        "pictures": torch.zeros(3, 1, 8, 8, dtype=torch.uint8),
        "text": torch.zeros(3, 5, dtype=torch.int64),
    }
    for kind, x in kinds.items():
        about = column(x, Source("some", x, None))
        assert about.kind == kind
        assert medium_of(about) is MEDIA[kind]


def test_a_wave_file_holds_the_signal_to_half_a_step() -> None:
    t = torch.arange(500) / 500
    x = torch.stack([(6.283 * 5 * t).sin(), 0.5 * (6.283 * 9 * t).cos()])
    with wave.open(io.BytesIO(MEDIA["sound"].encode(x, SOUND))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getnframes()) == (2, 2, 500)
        found = np.frombuffer(file.readframes(500), "<i2").reshape(500, 2).T
    assert np.abs(found / 32767 - x.numpy()).max() <= 0.5 / 32767 + 1e-7


def test_a_signal_beyond_full_scale_is_cut_off_and_does_not_turn_over() -> None:
    x = torch.tensor([[1.5, -1.5, 1.0, -1.0, 0.0]])
    with wave.open(io.BytesIO(MEDIA["sound"].encode(x, SOUND))) as file:
        assert np.frombuffer(file.readframes(5), "<i2").tolist() == [32767, -32767, 32767, -32767, 0]


def test_a_waveform_is_drawn_as_high_as_it_is_loud() -> None:
    """A constant signal is a level line, at its own height; a click at one place is a line there and nowhere else."""
    level, click = torch.full((1, 1, WIDTH), 0.5), torch.zeros(1, 1, WIDTH)
    click[..., 100] = 1.0
    drawn = [np.asarray(MEDIA["sound"].sheet(x, SOUND, 1, None)).astype(int) for x in (level, click)]
    lines, clicks = ((image != image[0, 0]).any(2) for image in drawn)
    assert np.argwhere(lines).tolist() == [[8 + HEIGHT // 4, 8 + j] for j in range(WIDTH)]
    middle = 8 + HEIGHT // 2
    assert [j for i, j in np.argwhere(clicks) if i == middle] == [8 + j for j in range(WIDTH) if j != 100]
    assert np.argwhere(clicks[:middle]).tolist() == [[8, 108]]


def test_a_text_is_its_tokens_and_what_has_no_name_is_a_number() -> None:
    medium = MEDIA["text"]
    assert medium.encode(torch.tensor([0, 1, 2, 0]), TEXT) == b"abca\n"
    assert medium.encode(torch.tensor([0, 7, 2, 0]), TEXT) == b"a<7>ca\n"
    words = About("text", (2,), "int64", names=("good", "day"))
    assert medium.encode(torch.tensor([0, 1]), words) == b"good day\n"


def test_texts_are_drawn_a_line_each() -> None:
    x = torch.tensor([[0, 1, 2, 0], [2, 2, 2, 2], [0, 1, 2, 0]])
    image = np.asarray(MEDIA["text"].sheet(x, TEXT, None, None).convert("L"))
    lines = [image[8 + 18 * i : 26 + 18 * i] for i in range(3)]
    assert all(line.min() < 128 for line in lines)
    assert (lines[0] == lines[2]).all()
    assert (lines[0] != lines[1]).any()


@pytest.mark.parametrize("kind", ["sound", "text"])
def test_what_has_no_features_yet_says_how_it_is_judged(kind: str) -> None:
    about = SOUND if kind == "sound" else TEXT
    with pytest.raises(SaddlepointError, match="in nats"):
        MEDIA[kind].seen(torch.zeros(2, 4), about)
    assert MEDIA[kind].eyes(about) == ()
