"""Pictures within the page: exact while they are small, means of neighbours where they are not."""

import base64
import io

import torch
from PIL import Image

from saddlepoint.report.inline import inline, shrunk, shrunk_image
from saddlepoint.report.panels import film


def pictures(*shape):
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def test_pictures_are_shrunk_to_means_only_as_far_as_they_must():
    x = pictures(2, 3, 1, 6, 4)
    assert shrunk(x, budget=x.numel()) is x
    half = shrunk(x, budget=x.numel() // 4)
    means = x.view(2, 3, 1, 3, 2, 2, 2).double().mean((4, 6))
    assert half.shape == (2, 3, 1, 3, 2)
    assert (half.double() - means).abs().max() <= 0.5


def test_inline_pictures_are_exact_while_they_are_small():
    image = Image.fromarray(pictures(20, 30).numpy())
    kind, _, data = inline(image).source.partition(",")
    assert kind == "data:image/png;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).tobytes() == image.tobytes()


def test_drawn_images_are_shrunk_alike():
    image = Image.fromarray(pictures(40, 60).numpy())
    assert shrunk_image(image, 2400) is image
    assert shrunk_image(image, 600).size == (30, 20)


def captions(count, width, height):
    shown = film([(t, Image.new("L", (width, height))) for t in reversed(range(count))])
    return [int(caption.split()[0]) for caption, _ in shown.frames], shown.across


def test_a_film_of_many_frames_shows_its_first_its_last_and_equal_steps_between():
    assert captions(5, 10, 30) == ([0, 1, 2, 3, 4], 5)
    assert captions(13, 10, 30) == ([0, 2, 4, 6, 8, 10, 12], 7)
    assert captions(13, 10, 10) == ([0, 2, 3, 5, 7, 9, 10, 12], 4)
    assert captions(30, 10, 100)[1] == 12
    assert captions(3, 100, 10) == ([0, 1, 2], 1)
