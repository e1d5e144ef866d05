"""Pictures of tensors: bytes come back exactly, and every pixel stands where it belongs."""

import io

import pytest
import torch
from PIL import Image

from saddlepoint.data.scaling import to_uint8
from saddlepoint.errors import SaddlepointError
from saddlepoint.figures import PAPER, clouds, compact, film, grid, moving, png, save, walk
from saddlepoint.formats import FORMATS

BYTES = torch.arange(256, dtype=torch.uint8)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    ("range_", "forward"),
    [("signed", lambda b: b / 127.5 - 1), ("unit", lambda b: b / 255), ("raw", lambda b: b)],
)
def test_bytes_come_back_exactly(range_, forward, dtype):
    assert torch.equal(to_uint8(forward(BYTES.to(dtype)), range_), BYTES)


def test_bytes_stay_as_they_are_in_every_range():
    assert all(torch.equal(to_uint8(BYTES, r), BYTES) for r in ("signed", "unit", "raw"))


def test_what_lies_between_is_rounded_and_what_lies_beyond_is_clipped():
    assert to_uint8(torch.tensor([0.4, 0.6, -3.0, 255.4, 999.0]), "raw").tolist() == [0, 1, 0, 255, 255]
    assert to_uint8(torch.tensor([-1.1, 0.0, 1.1]), "signed").tolist() == [0, 128, 255]
    assert to_uint8(torch.tensor([-0.1, 0.5, 1.1]), "unit").tolist() == [0, 128, 255]


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_not_finite_is_refused(bad):
    with pytest.raises(SaddlepointError):
        to_uint8(torch.tensor([0.0, bad]), "signed")


@pytest.mark.parametrize(
    ("channels", "mode", "shown"),
    [
        (1, "L", lambda p: (p[0],) * 3),
        (3, "RGB", lambda p: (p[0], p[1], p[2])),
        (5, "RGB", lambda p: (p[0], p[1], p[2])),
    ],
)
def test_grid_places_each_pixel(channels, mode, shown):
    rng = torch.Generator().manual_seed(0)
    x = torch.randint(0, 256, (5, channels, 6, 4), dtype=torch.uint8, generator=rng)
    image = grid(x, 3, scale=2)
    assert image.mode == mode
    gap, (h, w) = 2, (12, 8)
    assert image.size == (3 * (w + gap) + gap, 2 * (h + gap) + gap)
    image = image.convert("RGB")
    expected = Image.new("RGB", image.size, PAPER)
    for n in range(5):
        for i in range(h):
            for j in range(w):
                place = (gap + n % 3 * (w + gap) + j, gap + n // 3 * (h + gap) + i)
                expected.putpixel(place, shown(x[n, :, i // 2, j // 2].tolist()))
    assert image.tobytes() == expected.tobytes()


def test_opacity_lets_the_background_through():
    x = torch.tensor([[200.0, 0.0], [200.0, 255.0], [200.0, 51.0]]).to(torch.uint8)[:, :, None, None]
    image = grid(x, 3, scale=1, background=(100, 100, 100))
    assert [image.getpixel((2 + 3 * n, 2)) for n in range(3)] == [100, 200, 120]
    clear = grid(x, 3, scale=1, background=None)
    assert clear.mode == "LA"
    assert [clear.getpixel((2 + 3 * n, 2))[1] for n in range(3)] == [0, 255, 51]
    assert clear.getpixel((0, 0))[1] == 0
    assert clear.getpixel((5, 2)) == (200, 255)


def test_four_channels_are_colour_and_opacity():
    x = torch.tensor([10, 20, 30, 255, 90, 80, 70, 0], dtype=torch.uint8).view(2, 4, 1, 1)
    image = grid(x, 2, scale=1)
    assert image.getpixel((2, 2)) == (10, 20, 30)
    assert image.getpixel((5, 2)) == PAPER


@pytest.mark.parametrize(("side", "scale"), [(28, 3), (32, 2), (64, 1), (100, 1), (8, 8)])
def test_small_pictures_are_enlarged_to_a_readable_size(side, scale):
    image = grid(torch.zeros(1, 1, side, side, dtype=torch.uint8), 1)
    gap = max(2, side * scale // 24)
    assert image.size == (side * scale + 2 * gap,) * 2


def test_captions_stand_under_their_pictures():
    x = torch.zeros(2, 1, 40, 40, dtype=torch.uint8)
    plain, said = grid(x, 2), grid(x, 2, captions=["", "seven"])
    assert said.width == plain.width
    assert said.height > plain.height
    band = said.crop((0, plain.height - 3, said.width, said.height))
    assert band.crop((0, 0, band.width // 2, band.height)).getextrema() == (PAPER[0], PAPER[0])
    assert band.crop((band.width // 2, 0, band.width, band.height)).getextrema()[0] < 150
    with pytest.raises(SaddlepointError):
        grid(x, 2, captions=["one"])


@pytest.mark.parametrize("x", [torch.zeros(1, 1, 2, 2), torch.zeros(1, 2, 2).byte(), torch.zeros(0, 1, 2, 2).byte()])
def test_what_is_no_picture_is_refused(x):
    with pytest.raises(SaddlepointError):
        grid(x, 1)
    with pytest.raises(SaddlepointError):
        grid(torch.zeros(1, 1, 2, 2).byte(), 0)


def test_film_shows_time_from_left_to_right_and_z_from_top_to_bottom():
    values = torch.tensor([[10, 20, 30], [40, 50, 60]], dtype=torch.uint8)  # [time, z]
    strip = film([(1000 * t, values[t].view(3, 1, 1, 1).expand(3, 1, 28, 28)) for t in range(2)])
    frame_w, frame_h = 84 + 6, 84 + 3  # a column of three, enlarged three times, gaps of 3
    left = 3 + 3 + 42
    for t in range(2):
        for z in range(3):
            assert strip.getpixel((left + t * (frame_w + 3), 3 + 3 + 42 + z * frame_h)) == int(values[t, z])


def test_film_lays_wide_frames_under_each_other():
    frames = [(t, Image.new("L", (200, 20), 50 * t)) for t in range(3)]
    strip = film(frames)
    assert strip.height > strip.width / 3
    column = [strip.getpixel((100, y)) for y in range(strip.height)]
    assert [v for i, v in enumerate(column) if v in (0, 50, 100) and column[i - 1] != v and column[i + 10] == v] == [
        0,
        50,
        100,
    ]


def test_film_refuses_none_and_frames_of_different_size():
    with pytest.raises(SaddlepointError):
        film([])
    with pytest.raises(SaddlepointError):
        film([(0, Image.new("L", (9, 9))), (1, Image.new("L", (9, 8)))])


@pytest.mark.parametrize("suffix", ["", ".png", ".PNG", ".jpg", ".jpeg", ".webp", ".gif"])
def test_a_file_is_what_its_name_says(tmp_path, suffix):
    """The same picture in each, by a reader of that format alone; what has no opacity has paper behind it."""
    image = Image.new("RGBA", (40, 30), (255, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 20, 30))
    path = save(image, tmp_path / f"one{suffix}")
    with Image.open(path, formats=[FORMATS[suffix.lower()]]) as back:
        seen = back.convert("RGBA")
    clear = seen.getpixel((5, 15))
    assert clear[3] == 0 if suffix.lower() in ("", ".png", ".webp") else max(abs(c - 247) for c in clear[:3]) < 6
    assert max(abs(a - b) for a, b in zip(seen.getpixel((30, 15)), (255, 0, 0, 255))) < 6


def test_a_walk_moves_there_and_back(tmp_path):
    x = torch.arange(5, dtype=torch.uint8).mul(50).view(5, 1, 1, 1).expand(5, 1, 8, 8)
    first, *frames = moving(x)
    with Image.open(save(first, tmp_path / "way.gif", frames), formats=["GIF"]) as film_:
        shown = []
        for place in range(film_.n_frames):
            film_.seek(place)
            shown.append(film_.convert("L").getpixel((30, 30)))
    assert shown == [0, 50, 100, 150, 200, 150, 100, 50]


def test_a_suffix_of_no_picture_is_refused(tmp_path):
    with pytest.raises(SaddlepointError, match=r"written as '.tiff'.*\.png"):
        save(Image.new("L", (4, 4)), tmp_path / "one.tiff")
    assert not list(tmp_path.iterdir())


def test_walk_has_a_row_for_each_leg_and_shows_its_ends_in_both():
    x = torch.arange(7, dtype=torch.uint8).mul(30).view(7, 1, 1, 1).expand(7, 1, 64, 64)
    image = walk(x, 3)
    rows = (image.height - 2) / 2
    for i in range(2):
        for j in range(4):
            left, top = 2 + j * 66, int(2 + i * rows)
            assert image.getpixel((left + 32, top + 32)) == 30 * (3 * i + j)
            caption = image.crop((left, top + 66, left + 64, int(top + rows - 1)))
            assert (caption.getextrema()[0] < 200) == (j in (0, 3))
    with pytest.raises(SaddlepointError):
        walk(x, 4)


def centre(image):
    """Mean (column, row) of what is drawn."""
    x = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).view(image.height, image.width, 3).float()
    rows, columns = ((x - torch.tensor(PAPER)).norm(dim=2) > 40).nonzero(as_tuple=True)
    return columns.float().mean().item(), rows.float().mean().item()


def over(points, reference, middle, half, size=480):
    return clouds(points, reference, torch.full((2,), middle).double(), torch.full((2,), half).double(), size)


def test_clouds_are_drawn_where_their_points_are():
    corners = torch.tensor([[-1.0, -1.0], [-1.0, 1.0], [1.0, 1.0], [1.0, -1.0]])
    image = over(torch.zeros(0, 2), corners, 0.0, 1.2, 240)
    assert centre(image) == pytest.approx((119.5, 119.5), abs=0.6)
    # The window is [-1.2, 1.2]: (0.6, 0.6) is a quarter of the way from the right and from the top.
    image = over(torch.tensor([[0.6, 0.6]]), corners, 0.0, 1.2, 240)
    assert image.getpixel((180, 60))[2] < 160
    assert image.getpixel((180, 180)) == PAPER
    only = over(torch.tensor([[0.6, 0.6], [-1.0, -1.0], [1.0, 1.0]]), None, 0.0, 1.2, 240)
    assert image.getpixel((20, 20))[2] > image.getpixel((20, 20))[0] + 60
    assert only.getpixel((180, 60))[0] > only.getpixel((180, 60))[2] + 60


def test_clouds_count_what_they_cannot_draw():
    corners = torch.tensor([[0.0, 0.0], [1.0, 1.0]])
    inside = over(torch.tensor([[0.5, 0.5]]), corners, 0.5, 0.6)
    lost = over(torch.tensor([[0.5, 0.5], [9.0, 9.0], [float("nan"), 0.0]]), corners, 0.5, 0.6)
    corner = (0, 456, 200, 480)
    assert inside.crop(corner).getextrema() == tuple((v, v) for v in PAPER)
    assert lost.crop(corner).getextrema() != tuple((v, v) for v in PAPER)


def test_saved_png_is_the_picture(tmp_path):
    image = grid(torch.arange(12, dtype=torch.uint8).view(1, 3, 2, 2), 1)
    path = save(image, tmp_path / "a.png")
    assert Image.open(path).tobytes() == image.tobytes()
    assert Image.open(io.BytesIO(png(image))).size == image.size


def test_compact_numbers():
    numbers = [0, 950, 999.4, 1000, 2048, 215_040, 999_800, 1_200_000, 3.2e9]
    assert [compact(n) for n in numbers] == ["0", "950", "999", "1k", "2.05k", "215k", "1M", "1.2M", "3.2G"]
