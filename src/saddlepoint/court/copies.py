"""The list of near-copies that a judgement leaves in a run's folder, and a picture of them."""

from pathlib import Path

import torch

from saddlepoint import figures
from saddlepoint.court.bench import Judged
from saddlepoint.files import write_atomic

LIST, SHEET = "copies.csv", "copies.png"
MOST = 50  # near-copies in the picture


def keep_copies(folder: Path, judged: Judged) -> list[Path]:
    """Write the list, the closest first, empty where there are none, and the picture: each sample left of the training
    picture that it is like. Returns what there is to look at.

    sample    its place among the samples of the judgement's seed, from 0
    example   the training picture's place in the data, from 0
    distance  between both: the Euclidean norm in grey levels
    usual     how far that training picture is from the nearest other one
    """
    if judged.copies is None or judged.pairs is None:
        return []
    rows = [f"{int(s)},{int(t)},{d:.1f},{u:.1f}\n" for s, t, d, u in zip(*judged.copies)]
    write_atomic(folder / LIST, "".join(["sample,example,distance,usual\n", *rows]).encode())
    if not rows:
        (folder / SHEET).unlink(missing_ok=True)
        return []
    both = torch.stack([judged.pairs.pictures[:MOST], judged.pairs.training[:MOST]], 1).flatten(0, 1)
    write_atomic(folder / SHEET, figures.png(figures.grid(both, min(10, len(both)))))
    return [folder / LIST, folder / SHEET]
