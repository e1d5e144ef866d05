"""Examples and their conditions as the cells of a table: the way back from x and c to what stood in the file."""

import csv
import io
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from saddlepoint.data.facts import About
from saddlepoint.data.reading import Field
from saddlepoint.data.texts import text_of
from saddlepoint.errors import SaddlepointError

Row = Sequence[str]


def table(x: Tensor, c: Tensor | None, facts: Mapping[str, About]) -> str:
    """A CSV of points x [N, D] and their conditions, with a header: a column each, called as in the data.

    Numbers have the fewest digits that tell them from all others of their type, whole ones no point.
    """
    if facts["x"].kind != "points":
        raise SaddlepointError(f"{facts['x'].kind} are no rows of a table", "--to", "write a folder, or a .npz file")
    about = facts.get("c")
    titles, conditions = ((), ()) if c is None or about is None else spelt(c, about)
    names = [axis.name for axis in facts["x"].axes] or [f"x{number}" for number in range(1, x.shape[1] + 1)]
    rows = [list(map(text_of, row)) for row in x.numpy()]
    text = io.StringIO(newline="")
    file = csv.writer(text, lineterminator="\n")
    file.writerow([*names, *titles])
    file.writerows([*row, *more] for row, more in zip(rows, conditions or [()] * len(rows), strict=True))
    return text.getvalue()


def spelt(c: Tensor, about: About) -> tuple[Row, Sequence[Row]]:
    """(titles, rows): labels [N] by their names, codes [N, E] by the values of their fields."""
    if about.kind == "labels":
        return (about.label or "label",), [(about.names[label],) for label in c.tolist()]
    parts = c.double().split([field.size for field in about.fields], 1)
    cells = [[value_of(field, row) for row in part] for field, part in zip(about.fields, parts, strict=True)]
    return [field.name for field in about.fields], list(zip(*cells, strict=True))


def value_of(field: Field, code: Tensor) -> str:
    """The value whose code this is [size]: the inverse of `cond.coded`, to the precision of float32.

    A number is the sum of its two knots, each by its share; an angle lies between those that share it.
    """
    match field.kind:
        case "class":
            return field.values[int(code.argmax())]
        case "labels":
            return ";".join(name for name, there in zip(field.values, code.tolist()) if there > 0.5)
        case "number":
            return f"{float(code @ torch.tensor(field.knots, dtype=torch.float64)):.7g}"
        case "angle":
            first = int((code + code.roll(-1)).argmax())
            after = float(code[(first + 1) % len(code)] / (code[first] + code[(first + 1) % len(code)]))
            return f"{(field.knots[first] + after * 360 / len(code)) % 360:.7g}"
        case "vector":
            return " ".join(map(text_of, code.float().numpy()))
