"""The table: cells that were measured or are remembered, their means over seeds, Markdown and JSON."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from saddlepoint import durations
from saddlepoint.artefact import folder as artefacts
from saddlepoint.errors import SaddlepointError
from saddlepoint.figures import save
from saddlepoint.files import make_folder, read_bounded, write_atomic
from saddlepoint.judging.card import code_version
from saddlepoint.neighbours import measuring
from saddlepoint.neighbours.measuring import BESIDE, DATA_ROWS, Cell, measured, of_data, with_pixels
from saddlepoint.neighbours.sheet import sheet
from saddlepoint.neighbours.training import Wish, state, trained
from saddlepoint.record import file_sha256, read_record
from saddlepoint.running.calls import Stopped
from saddlepoint.statistics.intervals import mean_interval
from saddlepoint.storage.spelling import parsed

JUDGING = 45.0  # seconds to measure a cell, as a guess before any was
LARGEST = 1 << 20
SAMPLES = "samples.png"  # of each model, seed 0
COLUMNS = {
    "nats": ("-log p(x), nats", "{:.1f}"),
    "parzen": ("Parzen, nats", "{:.1f}"),
    "frechet": ("Frechet / real", "{:.2f}"),
    "precision": ("precision", "{:.2f}"),
    "recall": ("recall", "{:.2f}"),
    "labels 100": ("error, 100 labels, %", "{:.1f}"),
    "labels 1000": ("1,000 labels, %", "{:.1f}"),
    "parameters": ("parameters", "{:,.0f}"),
    "seen": ("pictures seen", "{:,.0f}"),
    "rate": ("pictures/s", "{:,.0f}"),
    "seconds": ("s for 10,000", "{:.1f}"),
}
ABOUT = (
    f"Parzen, Frechet, precision and recall compare {measuring.N:,} samples with held-out pictures, in the space that "
    "the model works in; in the space of 0 and 1, samples that are probabilities are drawn. Frechet is divided by the "
    "distance of as many training pictures. Errors are those of linear classifiers, in brackets those on the same "
    f"network untrained; they are means over {measuring.DRAWS} draws of the labels. Seconds for 10,000 samples are ten "
    f"times those for {measuring.N:,}. +- is half of a 95 % interval over seeds."
)


class Row(NamedTuple):
    """One line: what stands first, and the cells of its seeds."""

    name: str
    cells: list[Cell]


class Table(NamedTuple):
    """header, rows of text, footnotes by number; `values` is all of it in numbers."""

    header: tuple[str, ...]
    rows: list[tuple[str, ...]]
    notes: list[str]
    values: list[dict[str, Any]]

    def markdown(self) -> str:
        lines = [self.header, ("---",) * len(self.header), *self.rows]
        table = "\n".join(f"| {' | '.join(row)} |" for row in lines)
        notes = "\n".join(f"{i}. {note}" for i, note in enumerate(self.notes, 1))
        return f"{table}\n\n{ABOUT}\n\n{notes}\n"


def made(wish: Wish, tell: Callable[[str], None]) -> Table:
    """Train and measure what is not there yet, cell by cell; write the table, and beside it what the models draw."""
    make_folder(wish.root)
    rows, seconds, left = {recipe: Row(recipe, []) for recipe in wish.recipes}, [], len(wish.cells)
    for recipe, seed in wish.cells:
        begun = time.monotonic()
        cell, new = of_model(wish, recipe, seed)
        rows[recipe].cells.append(cell)
        left -= 1
        seconds += [time.monotonic() - begun] if new else []
        each = sum(seconds) / len(seconds) if seconds else 0.0
        done = f"in {durations.show(seconds[-1])}" if new else "there already"
        why = cell.blank.get("run", "")
        tell(f"{recipe}, seed {seed}: {why or done}; {left} left, about {durations.show(left * each)}")
    table = laid_out([*rows.values(), *data_rows(wish, rows)])
    write_atomic(wish.root / "table.md", table.markdown().encode())
    write_atomic(wish.root / "table.json", json.dumps(table.values, indent=2).encode())
    played = [(recipe, wish.folder(recipe, 0)) for recipe, row in rows.items() if "run" not in row.cells[0].blank]
    if (drawn := sheet(played)) is not None:
        save(drawn, wish.root / SAMPLES)
    return table


def of_model(wish: Wish, recipe: str, seed: int) -> tuple[Cell, bool]:
    """A cell, and whether it was not known before. What cannot be trained is a row without numbers, and says why."""
    try:
        folder = trained(wish, recipe, seed)
        cells, new = remembered(folder, weights_of(folder), lambda: {recipe: measured(folder, seed)})
        return cells[recipe], new
    except Stopped:
        raise
    except SaddlepointError as error:
        return Cell({}, {"run": str(error), **dict.fromkeys(COLUMNS, str(error))}), True


def data_rows(wish: Wish, rows: Mapping[str, Row]) -> list[Row]:
    """The rows of data in each space that a model works in, by the first run of each seed there."""
    found: dict[tuple[str, str], Row] = {}
    for seed in range(wish.seeds):
        cells = {recipe: row.cells[seed] for recipe, row in rows.items()}
        for space in sorted({cell.space for cell in cells.values() if cell.space}):
            there = {recipe: cell for recipe, cell in cells.items() if cell.space == space}
            run = wish.folder(next(iter(there)), seed)
            place, of = wish.root / f"data {space}-{seed}", read_record(run).data.digest
            known, _ = remembered(place, of, partial(of_data, run, seed))
            pixels = next((cell.pixels for cell in there.values() if cell.pixels), {})
            for name, cell in known.items():
                shown = with_pixels(cell, pixels) if pixels and name == DATA_ROWS[0] else cell
                found.setdefault((name, space), Row(name, [])).cells.append(shown)
    return list(found.values())


def weights_of(folder: Path) -> str:
    """The digest of what a run left."""
    with artefacts.opening(folder):
        return file_sha256(folder / "generator" / artefacts.WEIGHTS)


class Known(NamedTuple):
    """What lies beside a run: its cells, which code measured them, and the digest of what it measured."""

    code: str
    of: str
    cells: dict[str, Cell]


KNOWN = TypeAdapter(Known)


def beside(place: Path) -> Path:
    """Where the cells of a run, or of the data, are kept."""
    return place.with_name(f"{place.name}.json")


def remembered(place: Path, of: str, make: Callable[[], dict[str, Cell]]) -> tuple[dict[str, Cell], bool]:
    """The cells that this code measured of this, else those it measures now, and whether they are new. What is kept of
    something else, or damaged, is measured anew.
    """
    with suppress(OSError, ValueError):
        known = KNOWN.validate_python(parsed(read_bounded(beside(place), LARGEST)))
        if (known.code, known.of) == (code_version(), of):
            return known.cells, False
    cells = make()
    content = {"code": code_version(), "of": of, "cells": {name: cell._asdict() for name, cell in cells.items()}}
    write_atomic(beside(place), json.dumps(content, indent=2).encode())
    return cells, True


def laid_out(rows: list[Row]) -> Table:
    """The text of every cell, its footnotes numbered in the order they are met."""
    notes: list[str] = []

    def mark(text: str) -> str:
        if text not in notes:
            notes.append(text)
        return f"[{notes.index(text) + 1}]"

    header = ("", "space", *(title for title, _ in COLUMNS.values()))
    lines, values = [], []
    for name, cells in rows:
        about = sorted({note for cell in cells for note in cell.notes})
        first = " ".join([name, *(mark(note) for note in about)])
        texts, numbers = [], {}
        for column, (_, form) in COLUMNS.items():
            found = [cell.values[column] for cell in cells if column in cell.values]
            if not found:
                why = next((cell.blank[column] for cell in cells if column in cell.blank), "not measured")
                texts.append(f"- {mark(why)}")
                continue
            numbers[column] = found
            kind = f", {cells[0].kind}" if column == "nats" else ""
            if beside := [cell.values[column + BESIDE] for cell in cells if column + BESIDE in cell.values]:
                numbers[column + BESIDE] = beside
                kind = f" ({averaged(beside, form)})"
            texts.append(averaged(found, form) + kind)
        space = next((cell.space for cell in cells if cell.space), "")
        lines.append((first, space, *texts))
        kinds = next((cell.kind for cell in cells if cell.kind), None)
        values.append({"row": name, "space": space, "kind": kinds, "values": numbers, "notes": about})
    return Table(header, lines, notes, values)


def averaged(found: list[float], form: str) -> str:
    """The mean over seeds, +- half of its interval of 95 % by Student's law; of one seed the value alone."""
    if len(found) < 2 or min(found) == max(found):
        return form.format(found[0])
    mean = mean_interval(found)
    return f"{form.format(mean.value)} +- {form.format(mean.high - mean.value)}"


def planned(wish: Wish) -> tuple[list[tuple[str, int, str]], float]:
    """(recipe, seed, how its run stands) of each cell, and about how many seconds are left in all."""
    cells = [(recipe, seed, state(wish, recipe, seed)) for recipe, seed in wish.cells]
    known = sum(beside(wish.folder(recipe, seed)).exists() for recipe, seed in wish.cells)
    training = (wish.budget or 0.0) * sum(how != "done" for _, _, how in cells)
    return cells, training + JUDGING * (len(cells) - known)
