"""A table from file to samples: units make no difference, and a mixture of Gaussians stands beside the figures."""

import json

import numpy as np
import pytest

from saddlepoint import front
from saddlepoint.court.kept import compare, kept
from saddlepoint.run import Run
from saddlepoint.running.finish import rows

UNITS = np.array([2.0**20, 2.0**-10, 1.0])  # of which float32 knows all products exactly
SMALL = {
    "images": 640,
    "batch": 32,
    "g.network.hidden": [16],
    "d.network.hidden": [16],
    "engine.threads": 1,
    "judge.share": 0,
}


pytestmark = pytest.mark.slow  # two runs, of which all these tests are


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """Runs on one table, in two systems of units."""
    folder, rng = tmp_path_factory.mktemp("tables"), np.random.default_rng(0)
    x = rng.normal(size=(120, 3)).astype(np.float32).astype(np.float64) @ np.diag([1.0, 1.0, 4.0]) + [3.0, 0.0, 8.0]
    x = x.astype(np.float32).astype(np.float64)
    runs, patch = [], pytest.MonkeyPatch()
    patch.setattr("saddlepoint.planning.budget.SECONDS", 0.0)
    for name, units in (("own", np.ones(3)), ("other", UNITS)):
        lines = [",".join([*map(repr, row.tolist()), "ab"[i % 2]]) for i, row in enumerate(x * units)]
        (folder / f"{name}.csv").write_text("\n".join(["u,v,w,kind", *lines]))
        runs.append(front.train(str(folder / f"{name}.csv"), settings=SMALL, root=folder / "runs", name=name))
    patch.undo()
    return runs


def test_in_other_units_a_run_ends_in_the_same_samples_in_these_units(two: list[Run]) -> None:
    own, other = (run.sample(100).x.double().numpy() for run in two)
    assert (own * UNITS == other).all()
    a, b = (kept(run.folder) for run in two)
    assert {name: m[:3] for name, m in a.items()} == {name: m[:3] for name, m in b.items()}


def test_what_is_shipped_knows_the_columns(two: list[Run]) -> None:
    model = two[1].generator()
    assert [axis.name for axis in model.about.axes] == ["u", "v", "w"]
    header, *lines = model.table(model.sample(4)).splitlines()
    assert header == "u,v,w,kind"
    assert [line.rpartition(",")[2] for line in lines] == ["a", "b", "a", "b"]
    written = json.loads((two[1].folder / "generator" / "config.json").read_text())
    assert written["facts"]["x"]["axes"][0][0] == "u"


def test_a_mixture_of_gaussians_stands_beside_on_the_same_protocol(two: list[Run]) -> None:
    """On data that are a Gaussian it is better than a generator of 20 rounds; and it is no measure of the run."""
    found = kept(two[0].folder)
    ours, theirs = found["frechet"], found["mixture/frechet"]
    assert theirs.value < ours.value
    assert theirs.card.metric == f"a Gaussian mixture of 1: {ours.card.metric}"
    assert theirs.card._replace(metric="") == ours.card._replace(metric="")
    (line,) = (row for row in rows(found) if row[0].startswith("a Gaussian mixture of 1"))
    assert "coverage" in line[2]
    assert not any(each.name.startswith("mixture") for each in compare(found, found))


def test_the_card_of_points_names_their_columns_and_speaks_of_no_pictures(two: list[Run]) -> None:
    card = (two[0].folder / "generator" / "README.md").read_text()
    assert "points of shape 3: u, v, w" in card
    assert "share of near-copies" in card
    report = (two[0].folder / "report.html").read_text()
    assert not [words for words in ("images seen", "training pictures", "nearest picture") if words in card + report]


def test_a_table_seen_as_it_is_stored_is_told_so(tmp_path) -> None:
    """Columns of a million and of a thousandth: the journal has their scales, and the doctor names them."""
    rng = np.random.default_rng(1)
    rows_ = [f"{a!r},{b!r}" for a, b in (rng.normal(size=(120, 2)) * [2e6, 1e-3]).tolist()]
    (tmp_path / "table.csv").write_text("\n".join(["u,v", *rows_]))
    settings = SMALL | {"images": 3_200, "range": "raw"}
    run = front.train(str(tmp_path / "table.csv"), settings=settings, root=tmp_path / "runs", name="raw")
    first, *_ = run.doctor()
    assert (first.name, first.change) == ("unscaled columns", "--range standard")
