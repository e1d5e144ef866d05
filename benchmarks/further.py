"""Ten sets more on which nothing of the doctor was ever fixed: six of pictures, of 16 x 16; two of points, two tables.

Drawn as those of `drawn.py` are, but for the last set of pictures and the last table, which are real.
"""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import torch
from drawn import MANY, SIDE, TIMES, level, sketched
from PIL import Image, ImageDraw
from sklearn.datasets import make_friedman1
from staged import pieces, points

from saddlepoint.data.source import Source

WHOLE = TIMES * SIDE
PIPS = ("e", "ai", "aei", "acgi", "acegi", "acdfgi")  # of the places a to i, three by three


def colour(rng: np.random.Generator, low: int, high: int) -> tuple[int, ...]:
    return tuple(map(int, rng.integers(low, high, 3)))


def die(rng: np.random.Generator, label: int) -> Image.Image:
    """A pale die from above with one to six pips, a little turned."""
    back, side = int(rng.integers(0, 110)), rng.uniform(44, 54)
    picture, middle = Image.new("L", (WHOLE, WHOLE), back), WHOLE / 2
    pen, low = ImageDraw.Draw(picture), middle - side / 2
    pen.rounded_rectangle((low, low, low + side, low + side), 6, fill=int(rng.integers(180, 256)))
    pip, step = rng.uniform(4.5, 6), side / 3.4
    for place in PIPS[label]:
        row, column = divmod(ord(place) - ord("a"), 3)
        x, y = middle + step * (column - 1), middle + step * (row - 1)
        pen.ellipse((x - pip, y - pip, x + pip, y + pip), fill=back // 2)
    return picture.rotate(rng.uniform(-15, 15), Image.Resampling.BILINEAR, fillcolor=back)


def sign(rng: np.random.Generator, label: int) -> Image.Image:
    """A road sign in front of anything: a warning, a prohibition, a command, a priority."""
    picture, r = Image.new("RGB", (WHOLE, WHOLE), colour(rng, 40, 160)), rng.uniform(19, 27)
    pen, (x, y) = ImageDraw.Draw(picture), rng.uniform(r, WHOLE - r, 2)
    box = (x - r, y - r, x + r, y + r)
    red, white, blue, yellow = (200, 20, 30), (245, 245, 245), (20, 70, 190), (250, 200, 20)
    if label == 0:
        pen.polygon([(x - r, y + r), (x + r, y + r), (x, y - r)], fill=red)
        pen.polygon([(x - r / 2, y + 0.7 * r), (x + r / 2, y + 0.7 * r), (x, y - r / 3)], fill=white)
    elif label == 1:
        pen.ellipse(box, fill=red)
        pen.ellipse((x - r / 2, y - r / 2, x + r / 2, y + r / 2), fill=white)
    elif label == 2:
        pen.ellipse(box, fill=blue)
        pen.line([(x - r / 2, y), (x + r / 2, y)], white, int(r / 3))
    else:
        pen.polygon([(x - r, y), (x, y + r), (x + r, y), (x, y - r)], fill=white)
        pen.polygon([(x - 0.7 * r, y), (x, y + 0.7 * r), (x + 0.7 * r, y), (x, y - 0.7 * r)], fill=yellow)
    return picture


def house(rng: np.random.Generator, label: int) -> Image.Image:
    """A house with a flat roof, a gable or a dome, a door, and a window."""
    picture = Image.new("RGB", (WHOLE, WHOLE), colour(rng, 120, 256))
    pen, wall, roof = ImageDraw.Draw(picture), colour(rng, 60, 220), colour(rng, 20, 130)
    wide, high, x = rng.uniform(18, 26), rng.uniform(20, 28), WHOLE / 2 + rng.uniform(-5, 5)
    top = WHOLE - high
    if label == 0:
        pen.rectangle((x - wide - 2, top - 7, x + wide + 2, top), fill=roof)
    elif label == 1:
        pen.polygon([(x - wide - 3, top), (x + wide + 3, top), (x, top - 24)], fill=roof)
    else:
        pen.ellipse((x - wide, top - 20, x + wide, top + 20), fill=roof)
    pen.rectangle((x - wide, top, x + wide, WHOLE), fill=wall)
    door = rng.choice([-1, 1]) * wide / 2
    pen.rectangle((x + door - 5, WHOLE - 16, x + door + 5, WHOLE), fill=roof)
    pen.rectangle((x - door - 6, top + 5, x - door + 6, top + 15), fill=colour(rng, 180, 256))
    return picture


def stave(rng: np.random.Generator, label: int) -> Image.Image:
    """Four lines of a stave, and a note with its stem on or between them: five heights."""
    paper, ink = int(rng.integers(190, 256)), int(rng.integers(0, 60))
    picture = Image.new("L", (WHOLE, WHOLE), paper)
    pen, top, step = ImageDraw.Draw(picture), rng.uniform(12, 18), rng.uniform(10, 12)
    for line in range(4):
        pen.line([(0, top + step * line), (WHOLE, top + step * line)], (paper + ink) // 2, 2)
    x, y, up = rng.uniform(16, 48), top + step * (3 - 0.75 * label), 1 if label < 2 else -1
    pen.ellipse((x - 7, y - 5, x + 7, y + 5), fill=ink)
    pen.line([(x + 6 * up, y), (x + 6 * up, y - 24 * up)], ink, 3)
    return picture


def phase(rng: np.random.Generator, _: int) -> Image.Image:
    """The moon at any phase, anywhere in a sky of a few stars."""
    sky, light = int(rng.integers(0, 70)), int(rng.integers(170, 256))
    picture, r = Image.new("L", (WHOLE, WHOLE), sky), rng.uniform(16, 24)
    pen = ImageDraw.Draw(picture)
    for x, y in rng.uniform(3, WHOLE - 3, (3, 2)):
        pen.ellipse((x - 2, y - 2, x + 2, y + 2), fill=light)
    (x, y), turn = rng.uniform(r, WHOLE - r, 2), rng.uniform(-1, 1)
    pen.pieslice((x - r, y - r, x + r, y + r), -90, 90, fill=light)
    pen.pieslice((x - r, y - r, x + r, y + r), 90, 270, fill=sky // 2)
    pen.ellipse((x - abs(turn) * r, y - r, x + abs(turn) * r, y + r), fill=light if turn > 0 else sky // 2)
    return picture


def suburbs(folder: Path) -> Source:
    """The aerial photographs of maps/maps_val_50.zip in colour, at half their size: 3,200 pieces of 16 x 16."""
    found = []
    with ZipFile(folder / "maps" / "maps_val_50.zip") as archive:
        for name in sorted(name for name in archive.namelist() if name.endswith(".jpg")):
            with Image.open(BytesIO(archive.read(name))) as picture:
                left = picture.convert("RGB").crop((0, 0, picture.width // 2, picture.height))
            found.append(pieces(left, 2, SIDE, SIDE))
    return Source("suburbs", torch.cat(found))


def lissajous(_: Path) -> Source:
    """Points along a figure of Lissajous in the plane, three to two."""
    rng = np.random.default_rng(13)
    t = rng.uniform(0, 2 * np.pi, MANY)
    x = np.stack([np.sin(3 * t + 0.6), np.sin(2 * t)], 1) + rng.normal(0, 0.04, (MANY, 2))
    return points("lissajous", x.astype(np.float32))


def saddle(_: Path) -> Source:
    """Points near z = x^2 - y^2 over a disc: denser towards its middle."""
    rng = np.random.default_rng(14)
    angle, far = rng.uniform(0, 2 * np.pi, MANY), rng.uniform(0, 1.3, MANY)
    x, y = far * np.cos(angle), far * np.sin(angle)
    whole = np.stack([x, y, x**2 - y**2], 1) + rng.normal(0, 0.05, (MANY, 3))
    return points("saddle", whole.astype(np.float32))


def friedman(_: Path) -> Source:
    """A table of five uniform columns, and what Friedman (1991) makes of them, with a little noise."""
    x, y = make_friedman1(MANY, n_features=5, noise=0.5, random_state=15)
    return Source("friedman", level(torch.from_numpy(np.column_stack([x, y])).float()))


def frames(folder: Path) -> Source:
    """Pieces of 64 ms of spoken digits in five numbers: loudness, crossings of 0, middle and width of the spectrum in
    Hertz, and how loud the quarter second before was.
    """
    with np.load(folder / "speech" / "fsdd_8k_8192.npz") as arrays:
        x = torch.from_numpy(arrays["x"]).float().unflatten(1, (16, 512))
    power = torch.fft.rfft(x).abs().square()
    hertz = torch.arange(power.shape[2]) * 8_000 / 512
    whole = power.sum(2) + 1
    middle = (power * hertz).sum(2) / whole
    width = ((power * (hertz - middle[..., None]).square()).sum(2) / whole).sqrt()
    crossings = (x[..., 1:].sign() != x[..., :-1].sign()).float().mean(2)
    loud = whole.log()
    numbers = torch.stack([loud, crossings, middle, width, loud.roll(4, 1)], 2)[:, 4:].flatten(0, 1)
    spoken = numbers[(numbers[:, 0] > numbers[:, 0].median()) & (numbers[:, 4] > 1)]
    order = torch.randperm(len(spoken), generator=torch.Generator().manual_seed(16))
    return Source("frames", level(spoken[order[:MANY]]))


FURTHER: dict[str, Callable[[Path], Source]] = {
    "dice": lambda _: sketched("dice", die, tuple("123456")),
    "signs": lambda _: sketched("signs", sign, ("warning", "prohibition", "command", "priority")),
    "houses": lambda _: sketched("houses", house, ("flat", "gable", "dome")),
    "staves": lambda _: sketched("staves", stave, tuple("cdefg")),
    "phases": lambda _: sketched("phases", phase, ()),
    "suburbs": suburbs,
    "lissajous": lissajous,
    "saddle": saddle,
    "friedman": friedman,
    "frames": frames,
}
