"""Pairs to try translation on, drawn here and free for any use: outlines, and the same scene in colours and light.

    python benchmarks/drawings.py FOLDER [--count 600] [--seed 0]
    saddlepoint train FOLDER --recipe pix2pix --size 64 --images 2000 --judge.share 0

Each file has both side by side, 64 x 64 each: a hill, a sun, and two to four houses and trees, which are lit from where
the sun stands: that is to be seen in the outlines, and has to be learned.
"""

import argparse
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SIDE, FINE = 64, 4  # drawn so many times larger, then made smaller: lines are smooth
Point = tuple[float, float]
Colour = tuple[int, int, int]


class Sheet:
    """Both pictures of a scene; shapes, in shares of a side, are drawn into both."""

    def __init__(self, sun: Point, height: float, slope: float) -> None:
        self.width = SIDE * FINE
        y, x = np.mgrid[0 : self.width, 0 : self.width] / self.width
        glow = np.exp(-((x - sun[0]) ** 2 + (y - sun[1]) ** 2) / 0.05)
        sky = np.stack([0.45 + 0.35 * (y + glow), 0.65 + 0.2 * (y + glow), 0.95 - 0.05 * y - 0.15 * glow], -1)
        ground = np.stack([0.55 - 0.2 * y, 0.75 - 0.15 * y, 0.25 + 0 * y], -1)
        both = np.where((y > height + slope * (x - 0.5))[..., None], ground, sky)
        self.colours = Image.fromarray((both.clip(0, 1) * 255).astype(np.uint8))
        self.lines = Image.new("RGB", self.colours.size, "white")
        ends = [self.at((share, height + slope * (share - 0.5))) for share in (0.0, 1.0)]
        self.pens = ImageDraw.Draw(self.lines), ImageDraw.Draw(self.colours)
        self.pens[0].line(ends, fill="black", width=FINE)

    def at(self, point: Point) -> tuple[int, int]:
        return round(point[0] * self.width), round(point[1] * self.width)

    def polygon(self, points: list[Point], colour: Colour) -> None:
        corners = [self.at(point) for point in points]
        self.pens[0].polygon(corners, fill="white", outline="black", width=FINE)
        self.pens[1].polygon(corners, fill=colour)

    def disc(self, middle: Point, radius: float, colour: Colour, outlined: bool = True) -> None:
        box = [self.at((middle[0] + sign * radius, middle[1] + sign * radius)) for sign in (-1, 1)]
        if outlined:
            self.pens[0].ellipse(box, fill="white", outline="black", width=FINE)
        self.pens[1].ellipse(box, fill=colour)

    def pair(self) -> Image.Image:
        found = Image.new("RGB", (2 * SIDE, SIDE))
        for place, picture in enumerate((self.lines, self.colours)):
            found.paste(picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS), (place * SIDE, 0))
        return found


def house(sheet: Sheet, x: float, y: float, size: float, lit: bool) -> None:
    wall = (222, 196, 160) if lit else (196, 168, 136)
    half, eaves, top = 0.5 * size, y - 0.6 * size, y - 1.05 * size
    sheet.polygon([(x - half, y), (x - half, eaves), (x + half, eaves), (x + half, y)], wall)
    sheet.polygon([(x - 0.6 * size, eaves), (x, top), (x + 0.6 * size, eaves)], (176, 62, 48))
    door, lintel = 0.1 * size, y - 0.3 * size
    sheet.polygon([(x - door, y), (x - door, lintel), (x + door, lintel), (x + door, y)], (92, 60, 40))


def tree(sheet: Sheet, x: float, y: float, size: float, lit: bool) -> None:
    half, top = 0.07 * size, y - 0.5 * size
    sheet.polygon([(x - half, y), (x - half, top), (x + half, top), (x + half, y)], (96, 68, 44))
    sheet.disc((x, y - 0.8 * size), 0.38 * size, (40, 110, 52))
    side = -0.1 if lit else 0.1
    sheet.disc((x + side * size, y - 0.9 * size), 0.2 * size, (78, 156, 70), outlined=False)


def scene(rng: random.Random) -> Image.Image:
    height, slope = rng.uniform(0.55, 0.75), rng.uniform(-0.12, 0.12)
    sun, radius = (rng.uniform(0.12, 0.88), rng.uniform(0.1, 0.25)), rng.uniform(0.07, 0.11)
    sheet = Sheet(sun, height, slope)
    sheet.disc(sun, radius, (255, 226, 90))
    things = []
    for place in rng.sample([0.16, 0.34, 0.5, 0.66, 0.84], rng.randint(2, 4)):
        x = place + rng.uniform(-0.03, 0.03)
        things.append((height + slope * (x - 0.5) + rng.uniform(0, 0.15), x, rng.uniform(0.16, 0.26), rng.random()))
    for y, x, size, kind in sorted(things):  # what is further down stands in front
        (house if kind < 1 / 3 else tree)(sheet, x, y, size, lit=sun[0] < x)
    return sheet.pair()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(given.seed)
    for i in range(given.count):
        scene(rng).save(given.folder / f"{i:04}.png")


if __name__ == "__main__":
    main()
