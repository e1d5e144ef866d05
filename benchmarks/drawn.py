"""Small pictures, points and tables on which nothing of the doctor was ever fixed: DRAWN for one table, AFRESH later.

Most are drawn here by formulas and a random generator; the others are cut out of, or counted in, real data.
"""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import torch
from PIL import Image, ImageDraw
from sklearn.datasets import load_digits
from staged import pieces, points
from torch import Tensor

from saddlepoint.data.source import Source

SIDE, TIMES = 16, 4  # pixels a side, drawn at so many times the size
MANY = 13_000


def sketched(name: str, draw: Callable[[np.random.Generator, int], Image.Image], classes: tuple[str, ...]) -> Source:
    """MANY drawings of TIMES the size, each of a random class, made smaller by means over areas."""
    rng = np.random.default_rng(sum(map(ord, name)))
    labels = rng.integers(max(len(classes), 1), size=MANY)
    pictures = [draw(rng, int(label)) for label in labels]
    small = [np.array(p.resize((p.width // TIMES, p.height // TIMES), Image.Resampling.BOX)) for p in pictures]
    x = torch.from_numpy(np.stack(small)).reshape(MANY, small[0].shape[0], small[0].shape[1], -1).permute(0, 3, 1, 2)
    return Source(name, x.contiguous(), torch.from_numpy(labels) if classes else None, classes)


def shape(rng: np.random.Generator, label: int) -> Image.Image:
    """A coloured disc, square, triangle, cross or ring on another colour."""
    dark, light = (tuple(map(int, rng.integers(low, low + 110, 3))) for low in (0, 145))
    picture, r = Image.new("RGB", (TIMES * SIDE, TIMES * SIDE), dark), rng.uniform(14, 24)
    pen, (x, y) = ImageDraw.Draw(picture), rng.uniform(r, TIMES * SIDE - r, 2)
    box = (x - r, y - r, x + r, y + r)
    if label == 0:
        pen.ellipse(box, fill=light)
    elif label == 1:
        pen.rectangle(box, fill=light)
    elif label == 2:
        pen.polygon([(x - r, y + r), (x + r, y + r), (x, y - r)], fill=light)
    elif label == 3:
        pen.line([(x - r, y), (x + r, y)], light, 10)
        pen.line([(x, y - r), (x, y + r)], light, 10)
    else:
        pen.ellipse(box, outline=light, width=9)
    return picture


def face(rng: np.random.Generator, label: int) -> Image.Image:
    """A grey face that is glad, grave or sad, in front of something darker."""
    skin, back = int(rng.integers(140, 256)), int(rng.integers(0, 100))
    picture = Image.new("L", (TIMES * SIDE, TIMES * SIDE), back)
    pen, (x, y) = ImageDraw.Draw(picture), rng.uniform(27, 37, 2)
    wide, high = rng.uniform(17, 25), rng.uniform(21, 27)
    pen.ellipse((x - wide, y - high, x + wide, y + high), fill=skin)
    apart, eye, up = rng.uniform(7, 11), rng.uniform(2.5, 4.5), rng.uniform(5, 10)
    for side in (-apart, apart):
        pen.ellipse((x + side - eye, y - up - eye, x + side + eye, y - up + eye), fill=back // 2)
    mouth, low, bend = rng.uniform(7, 12), y + rng.uniform(8, 12), rng.uniform(5, 8) * (1 - label)
    along = np.linspace(-1, 1, 9)
    pen.line([(x + mouth * t, low - bend * (t * t - 0.5)) for t in along], back // 2, 4)
    return picture


def clock(rng: np.random.Generator, _: int) -> Image.Image:
    """A dial with two hands, at any time of day."""
    back, dial = int(rng.integers(20, 110)), int(rng.integers(170, 256))
    picture, middle = Image.new("L", (TIMES * SIDE, TIMES * SIDE), back), TIMES * SIDE / 2
    pen, r = ImageDraw.Draw(picture), rng.uniform(24, 31)
    pen.ellipse((middle - r, middle - r, middle + r, middle + r), fill=dial)
    minutes = rng.uniform(0, 720)
    for turn, length, width in ((minutes / 60, 0.9, 4), (minutes / 720, 0.6, 7)):
        angle = 2 * np.pi * turn
        tip = (middle + length * r * np.sin(angle), middle - length * r * np.cos(angle))
        pen.line([(middle, middle), tip], 10, width)
    return picture


BARS = ((1, 0, 3, 0), (3, 0, 3, 3), (3, 3, 3, 6), (1, 6, 3, 6), (1, 3, 1, 6), (1, 0, 1, 3), (1, 3, 3, 3))
LIT = ("012345", "12", "01643", "01623", "1256", "02356", "023456", "012", "0123456", "012356")


def display(rng: np.random.Generator, label: int) -> Image.Image:
    """A digit of seven luminous bars, of any colour, lean and brightness."""
    colour = tuple(map(int, rng.integers(60, 256, 3)))
    picture = Image.new("RGB", (TIMES * 12, TIMES * SIDE), tuple(c // 8 for c in colour))
    pen, unit, lean = ImageDraw.Draw(picture), rng.uniform(6.5, 8), rng.uniform(0, 1.5)
    left, top = rng.uniform(0, 10), rng.uniform(6, 12)
    for bar in LIT[label]:
        a, b, c, d = BARS[int(bar)]
        ends = [(left + unit * u + lean * (6 - v), top + unit * v) for u, v in ((a, b), (c, d))]
        pen.line(ends, colour, 7)
    return picture


def mosaic(_: Path) -> Source:
    """Cells around seven random points, each of its own grey, with soft edges."""
    rng = torch.Generator().manual_seed(5)
    line = (torch.arange(SIDE) + 0.5) / SIDE
    place = torch.stack(torch.meshgrid(line, line, indexing="ij"), -1).reshape(1, -1, 2)
    middles, greys = torch.rand(MANY, 7, 2, generator=rng), torch.rand(MANY, 1, 7, generator=rng)
    near = (-torch.cdist(place.expand(MANY, -1, 2), middles) / 0.03).softmax(2)
    return Source("mosaic", (255 * (near * greys).sum(2)).round().to(torch.uint8).reshape(MANY, 1, SIDE, SIDE))


def clouds(_: Path) -> Source:
    """Random fields whose power falls as the frequency to the third, in two colours mixed by height."""
    rng = torch.Generator().manual_seed(6)
    frequency = torch.fft.fftfreq(SIDE)[:, None].square() + torch.fft.rfftfreq(SIDE).square()
    amplitude = (frequency + 1e-3).pow(-0.75)
    field = torch.fft.irfft2(torch.fft.rfft2(torch.randn(MANY, 1, SIDE, SIDE, generator=rng)) * amplitude)
    height = (field / field.std((2, 3), keepdim=True)).sigmoid()
    sky = torch.tensor([0.2, 0.4, 0.8]).reshape(1, 3, 1, 1) * (0.6 + 0.8 * torch.rand(MANY, 1, 1, 1, generator=rng))
    return Source("clouds", (255 * (height + (1 - height) * sky).clamp(0, 1)).round().to(torch.uint8))


def scanned(_: Path) -> Source:
    """scikit-learn's 1,797 digits of 8 x 8 pixels, of 43 people's hands, in 17 greys."""
    found = load_digits()
    x = torch.from_numpy(found.images).mul(255 / 16).round().to(torch.uint8)[:, None]
    return Source("scanned", x, torch.from_numpy(found.target).long(), tuple("0123456789"))


def fourteen(folder: Path) -> Source:
    """The 19 photographs of Set5 and Set14, at half their size: pieces of 16 x 16 pixels, in colour."""
    found = []
    for path in sorted((folder / "super_resolution").glob("Set*/x4/HR/*")):
        with Image.open(path) as picture:
            small = picture.convert("RGB").resize((picture.width // 2, picture.height // 2), Image.Resampling.BOX)
        x = torch.from_numpy(np.array(small)).permute(2, 0, 1)
        found.append(x.unfold(1, SIDE, SIDE).unfold(2, SIDE, SIDE).permute(1, 2, 0, 3, 4).flatten(0, 1))
    return Source("fourteen", torch.cat(found))


def level(x: Tensor) -> Tensor:
    """Each column with mean 0 and deviation 1."""
    return ((x - x.mean(0)) / x.std(0)).float()


def sounds(folder: Path) -> Source:
    """3,000 spoken digits in nine numbers: their length, and the loudness of eight bands over the whole clip."""
    with np.load(folder / "speech" / "fsdd_8k_8192.npz") as arrays:
        x, length = torch.from_numpy(arrays["x"]).float(), torch.from_numpy(arrays["length"]).float()
    power = torch.fft.rfft(x).abs().square()[:, :4096].unflatten(1, (8, 512)).mean(2)
    return Source("sounds", level(torch.cat([length[:, None], power.clamp(min=1).log()], 1)))


def captions(folder: Path) -> Source:
    """20,000 captions in six whole numbers: letters, words, and how often e, a, o and n are in them."""
    lines = [line for f in sorted((folder / "text").glob("*.txt")) for line in f.read_text().splitlines() if line]
    counts = [[len(s), s.count(" "), s.count("e"), s.count("a"), s.count("o"), s.count("n")] for s in lines]
    return Source("captions", level(torch.tensor(counts, dtype=torch.float32)))


def arms(_: Path) -> Source:
    """Points along three arms of a spiral in the plane."""
    rng = np.random.default_rng(8)
    far, arm = rng.uniform(0.15, 1.2, MANY), rng.integers(3, size=MANY)
    angle = 2.4 * far + 2 * np.pi * arm / 3
    x = np.stack([far * np.cos(angle), far * np.sin(angle)], 1) + rng.normal(0, 0.03, (MANY, 2))
    return points("arms", x.astype(np.float32))


def knot(_: Path) -> Source:
    """Points along a trefoil knot in space."""
    rng = np.random.default_rng(9)
    t = rng.uniform(0, 2 * np.pi, MANY)
    x = np.stack([np.sin(t) + 2 * np.sin(2 * t), np.cos(t) - 2 * np.cos(2 * t), -np.sin(3 * t)], 1) / 2
    return points("knot", (x + rng.normal(0, 0.06, x.shape)).astype(np.float32))


DRAWN: dict[str, Callable[[Path], Source]] = {
    "shapes": lambda _: sketched("shapes", shape, ("disc", "square", "triangle", "cross", "ring")),
    "faces": lambda _: sketched("faces", face, ("glad", "grave", "sad")),
    "clocks": lambda _: sketched("clocks", clock, ()),
    "display": lambda _: sketched("display", display, tuple("0123456789")),
    "mosaic": mosaic,
    "clouds": clouds,
    "scanned": scanned,
    "fourteen": fourteen,
    "sounds": sounds,
    "captions": captions,
    "arms": arms,
    "knot": knot,
}


def flag(rng: np.random.Generator, label: int) -> Image.Image:
    """Two colours and a third: bands that lie, that stand, a cross, or a band from corner to corner."""
    side, colours = TIMES * SIDE, [tuple(map(int, rng.integers(0, 256, 3))) for _ in range(3)]
    picture, wide = Image.new("RGB", (side, side), colours[0]), rng.uniform(0.2, 0.45) * side
    pen, (x, y) = ImageDraw.Draw(picture), rng.uniform(0.35, 0.65, 2) * side
    if label == 0:
        pen.rectangle((0, y - wide / 2, side, y + wide / 2), fill=colours[1])
        pen.rectangle((0, y + wide / 2, side, side), fill=colours[2])
    elif label == 1:
        pen.rectangle((x - wide / 2, 0, x + wide / 2, side), fill=colours[1])
        pen.rectangle((x + wide / 2, 0, side, side), fill=colours[2])
    elif label == 2:
        pen.rectangle((0, y - wide / 4, side, y + wide / 4), fill=colours[1])
        pen.rectangle((x - wide / 4, 0, x + wide / 4, side), fill=colours[1])
    else:
        pen.polygon([(0, 0), (side, 0), (0, side)], fill=colours[2])
        pen.line([(-8, side + 8), (side + 8, -8)], colours[1], int(wide / 2))
    return picture


def arrow(rng: np.random.Generator, label: int) -> Image.Image:
    """A grey arrow that points up, right, down or left."""
    back, ink = int(rng.integers(0, 90)), int(rng.integers(150, 256))
    picture, middle = Image.new("L", (TIMES * SIDE, TIMES * SIDE), back), TIMES * SIDE / 2
    pen, (x, y), long = ImageDraw.Draw(picture), rng.uniform(-7, 7, 2), rng.uniform(15, 22)
    head, shaft = rng.uniform(9, 14), rng.uniform(3, 6)
    pen.rectangle((middle + x - shaft, middle + y - 2, middle + x + shaft, middle + y + long), fill=ink)
    pen.polygon([(middle + x + a * head, middle + y + b * long) for a, b in ((-1, 0), (1, 0), (0, -1))], fill=ink)
    return picture.rotate(-90 * label)


def hill(rng: np.random.Generator, _: int) -> Image.Image:
    """Two ranges of hills in front of a sky that grows paler towards them."""
    side = TIMES * SIDE
    sky, near = rng.uniform(60, 200, 3), rng.uniform(0, 110, 3)
    pale = (sky + (255 - sky) * np.linspace(0, 0.8, side)[:, None]).round().astype(np.uint8)
    picture = Image.fromarray(np.repeat(pale[:, None], side, 1))
    pen, along = ImageDraw.Draw(picture), np.linspace(0, side, 33)
    for far, base in ((0.5, rng.uniform(0.35, 0.55)), (0.0, rng.uniform(0.6, 0.85))):
        turns, phases, heights = rng.uniform(0.5, 3, 2), rng.uniform(0, 6.3, 2), rng.uniform(2, 8, 2)
        top = base * side + (heights[:, None] * np.sin(6.3 * turns[:, None] * along / side + phases[:, None])).sum(0)
        colour = tuple(int(c) for c in near + far * (sky - near))
        pen.polygon([(0, side), *zip(along, top), (side, side)], fill=colour)
    return picture


def leaf(rng: np.random.Generator, _: int) -> Image.Image:
    """A pale leaf with a vein, of any turn, on a darker ground."""
    back, light = int(rng.integers(10, 90)), int(rng.integers(140, 256))
    picture, middle = Image.new("L", (TIMES * SIDE, TIMES * SIDE), back), TIMES * SIDE / 2
    long, wide, bend = rng.uniform(20, 29), rng.uniform(7, 14), rng.uniform(0.6, 1.6)
    t = np.linspace(0, 1, 17)
    edge = wide * np.sin(np.pi * t**bend)
    spine = middle + long * (2 * t - 1)
    outline = [*zip(spine, middle - edge), *zip(spine[::-1], middle + edge[::-1])]
    pen = ImageDraw.Draw(picture)
    pen.polygon(outline, fill=light)
    pen.line([(middle - long, middle), (middle + long, middle)], (back + light) // 2, 4)
    return picture.rotate(rng.uniform(0, 360), Image.Resampling.BILINEAR, fillcolor=back)


def roads(folder: Path) -> Source:
    """The drawn maps of maps/maps_val_50.zip in grey, at half their size: 3,200 pieces of 16 x 16."""
    found = []
    with ZipFile(folder / "maps" / "maps_val_50.zip") as archive:
        for name in sorted(name for name in archive.namelist() if name.endswith(".jpg")):
            with Image.open(BytesIO(archive.read(name))) as picture:
                right = picture.convert("L").crop((picture.width // 2, 0, picture.width, picture.height))
            found.append(pieces(right, 2, SIDE, SIDE))
    return Source("roads", torch.cat(found))


def comet(_: Path) -> Source:
    """Points of a head and a long tail in the plane: the further from the head, the fewer and the wider."""
    rng = np.random.default_rng(10)
    far = rng.gamma(1.0, 0.8, MANY)
    x = np.stack([far - 0.8, 0.3 * far**2 / (1 + far)], 1) + (0.1 + 0.15 * far)[:, None] * rng.normal(size=(MANY, 2))
    return points("comet", x.astype(np.float32))


def cube(_: Path) -> Source:
    """Points about the twelve edges of a cube."""
    rng = np.random.default_rng(11)
    x, along = rng.choice([-1.0, 1.0], (MANY, 3)), rng.integers(3, size=MANY)
    x[np.arange(MANY), along] = rng.uniform(-1, 1, MANY)
    return points("cube", (x + rng.normal(0, 0.12, x.shape)).astype(np.float32))


def tints(folder: Path) -> Source:
    """Pieces of 24 x 24 of BSDS500's photographs as five numbers: mean red, green, blue, contrast, and fineness."""
    found = []
    for path in sorted((folder / "super_resolution" / "BSDS500_train").iterdir())[:200]:
        with Image.open(path) as picture:
            x = pieces(picture.convert("RGB"), 1, 24, 24).float()
        fine = (x.diff(dim=3).square().mean((1, 2, 3)) + 1).log()
        found.append(torch.cat([x.mean((2, 3)), (x.std((1, 2, 3)) + 1).log()[:, None], fine[:, None]], 1))
    whole = torch.cat(found)
    order = torch.randperm(len(whole), generator=torch.Generator().manual_seed(12))
    return Source("tints", level(whole[order[:MANY]]))


AFRESH: dict[str, Callable[[Path], Source]] = {
    "flags": lambda _: sketched("flags", flag, ("lying", "standing", "cross", "slanting")),
    "arrows": lambda _: sketched("arrows", arrow, ("up", "right", "down", "left")),
    "hills": lambda _: sketched("hills", hill, ()),
    "leaves": lambda _: sketched("leaves", leaf, ()),
    "roads": roads,
    "comet": comet,
    "cube": cube,
    "tints": tints,
}
