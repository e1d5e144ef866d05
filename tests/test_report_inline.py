"""Pictures within the page: exact while they are small, means of neighbours where they are not."""

import base64
import io

import torch
from PIL import Image

from saddlepoint.report.inline import inline, shrunk, shrunk_image


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
