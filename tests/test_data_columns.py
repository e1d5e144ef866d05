"""What is known of columns, in which order examples come, and what codes they have, by hand."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from saddlepoint.data import sides
from saddlepoint.data.batches import Batches, Sampling, balanced
from saddlepoint.data.cells import spelt, table
from saddlepoint.data.cond import between, coded, conditions, described, guess
from saddlepoint.data.facts import About, evenly, examples, facts_of, kind_of
from saddlepoint.data.feed import onwards
from saddlepoint.data.reading import Field
from saddlepoint.data.source import Source
from saddlepoint.data.sources import open_source
from saddlepoint.data.split import split
from saddlepoint.data.tables import path_column
from saddlepoint.errors import SaddlepointError
from saddlepoint.randomness import Randomness


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


# What is known of them.


def test_what_an_example_is_is_told_by_its_dimensions():
    assert [kind_of(n, "float32") for n in range(5)] == [None, "points", "sound", "pictures", None]
    assert [kind_of(n, "int64") for n in range(5)] == [None, "text", "text", "text", None]


def test_facts_of_each_column():
    labels = Source("s", torch.zeros(4, 1, 2, 2, dtype=torch.uint8), torch.arange(4) % 2, classes=("a", "b"), label="k")
    found = facts_of({"x": labels, "more": Source("m", torch.zeros(4, 3), low=-1.0, high=2.0)})
    assert found["x"] == About("pictures", (1, 2, 2), "uint8", 0.0, 255.0)
    assert found["c"] == About("labels", (), "int64", names=("a", "b"), label="k")
    assert found["more"] == About("points", (3,), "float32", -1.0, 2.0)
    deep = Source("d", torch.zeros(2, 1, 4, 4, dtype=torch.uint16), torch.zeros(2, 1, 4, 4), low=-3.0, high=3.0)
    assert facts_of({"x": deep})["x"].high == 65535.0
    assert facts_of({"x": deep})["c"] == About("pictures", (1, 4, 4), "float32", -3.0, 3.0)
    text = Source("t", torch.zeros(2, 5, dtype=torch.int64), classes=("p", "q"))
    assert facts_of({"x": text})["x"].names == ("p", "q")
    assert facts_of({"x": labels})["x"].names == ()
    field = Field("age", "number", 2, (), (0.0, 10.0))
    coded = Source("n", torch.zeros(100, 1), torch.rand(100, 2), fields=(field,))
    assert facts_of({"x": coded})["c"].fields == (field,)
    assert len(facts_of({"x": coded})["c"].examples) == 64


def test_examples_go_from_one_end_of_the_first_field_to_the_other():
    t = torch.tensor([0.7, 0.1, 0.9, 0.3])
    fields = (Field("a", "number", 2, (), (0.0, 1.0)), Field("b", "number", 2, (), (0.0, 1.0)))
    c = torch.stack([1 - t, t, t, 1 - t], 1)
    found = torch.tensor(examples(Source("s", torch.zeros(4, 1), c, fields=fields)))
    assert found[:, 1].tolist() == pytest.approx([0.1, 0.3, 0.7, 0.9])
    plain = torch.tensor(examples(Source("s", torch.zeros(4, 1), t[:, None])))
    assert plain[:, 0].tolist() == pytest.approx([0.1, 0.3, 0.7, 0.9])
    assert examples(Source("s", torch.zeros(4, 1), torch.arange(4))) == ()
    assert evenly(10, 4).tolist() == [0, 2, 5, 7]
    assert evenly(4, 4).tolist() == evenly(4, 9).tolist() == [0, 1, 2, 3]


def test_memory_has_room_for_so_many_bytes_of_examples(monkeypatch: pytest.MonkeyPatch):
    source = Source("x", torch.zeros(10, 1, 4, 4))
    for room, many in ((501 * 64, 501), (501 * 64 - 1, 500), (499 * 64, 500)):
        monkeypatch.setattr(sides, "LOOKED_AT", room)
        assert sides.looked_at(source) == many
    assert sides.looked_at(Source("x", torch.zeros(0, 3))) == 499 * 64


# Batches.


def test_each_epoch_has_an_order_of_its_own_and_of_the_seed():
    source = Source("x", torch.arange(7.0)[:, None], torch.arange(7) % 2)
    read = Batches(source, 3, Randomness(5), "raw", torch.device("cpu"))
    orders = [torch.randperm(7, generator=Randomness(5).stream("data", epoch)) for epoch in (0, 1)]
    both = torch.cat(orders)
    for position in (0, 3, 6, 9, 2, 11):
        assert read.numbers(position).equal(both[position : position + 3])
    some = torch.tensor([1, 4, 6])
    few = Batches(source, 5, Randomness(5), "raw", torch.device("cpu"), some)
    order = [some[torch.randperm(3, generator=Randomness(5).stream("data", epoch))] for epoch in (0, 1)]
    assert few.numbers(1).equal(torch.cat(order)[1:6])
    endless = onwards(few, 1)
    for position in (1, 6, 11):
        assert next(endless).x.flatten().equal(few.numbers(position).float())


def test_pictures_that_are_conditions_are_brought_into_the_range_and_codes_are_not():
    x, device = torch.tensor([[[[0, 255]]]], dtype=torch.uint8), torch.device("cpu")
    for c, expected in ((x, [-1.0, 1.0]), (torch.tensor([[0.25, 0.75]]), [0.25, 0.75]), (torch.tensor([1]), [1])):
        batch = Batches(Source("x", x, c), 1, Randomness(0), "signed", device).at(0)
        assert isinstance(batch.x, Tensor)
        assert batch.x.flatten().tolist() == [-1, 1]
        assert batch.c is not None
        assert batch.c.flatten().tolist() == expected


def test_half_of_the_pictures_are_mirrored_by_a_stream_of_their_own():
    x = torch.arange(24.0).view(4, 1, 2, 3)
    source = Source("x", x, x + 100)
    read = Batches(source, 4, Randomness(5), "raw", torch.device("cpu"), sampling=Sampling(mirror=True))
    turned = torch.rand(4, generator=Randomness(5).stream("mirror", 8)) < 0.5
    assert 0 < int(turned.sum()) < 4
    batch, places = read.at(8), read.numbers(8)
    assert isinstance(batch.x, Tensor)
    assert batch.c is not None
    for i, place in enumerate(places.tolist()):
        expected = x[place].flip(-1) if turned[i] else x[place]
        assert batch.x[i].equal(expected)
        assert (batch.c[i] - 100).equal(expected)


@pytest.mark.parametrize(("balance", "shares"), [(0.0, (12, 3, 0, 1)), (0.5, (9, 4, 0, 3)), (1.0, (5, 6, 0, 5))])
def test_classes_have_shares_of_their_size_to_a_power(balance: float, shares: tuple[int, ...]):
    """12, 3, 0 and 1 of 16: by square roots 3.46, 1.73 and 1 of 6.2; ends are rounded, and every example is met."""
    labels = torch.tensor([0] * 12 + [1] * 3 + [3])
    drawn = balanced(labels, balance, torch.Generator().manual_seed(0))
    assert torch.bincount(labels[drawn], minlength=4).tolist() == list(shares)
    for label in (0, 1, 3):
        often = torch.bincount(drawn, minlength=16)[labels == label]
        assert int(often.max() - often.min()) <= 1
    assert not drawn.equal(drawn.sort().values)


def test_what_is_held_out_is_of_a_stream_of_its_own():
    source, order = Source("x", torch.zeros(400, 1)), torch.randperm(400, generator=Randomness(3).stream("held-out"))
    assert split(source, 0.1, Randomness(3)).held_out.tolist() == sorted(order[:40].tolist())
    for fraction, many in ((0.0515, 21), (0.0511, 20), (0.0489, 20), (0.0486, 0)):  # 20.6, 20.44, 19.56, 19.44
        assert len(split(source, fraction, Randomness(3)).held_out) == many


# Conditions.


def test_a_number_lies_between_two_knots():
    code = between(np.array([-5.0, 0.0, 0.5, 1.0, 4.0, 7.0, 9.0]), (0.0, 1.0, 7.0))
    expected = [[1, 0, 0], [1, 0, 0], [0.5, 0.5, 0], [0, 1, 0], [0, 0.5, 0.5], [0, 0, 1], [0, 0, 1]]
    assert code.tolist() == expected


def test_an_angle_goes_round():
    field = described("a", "angle", np.array([1.0]), np.zeros(1, bool))
    code = coded(field, np.array([0.0, 345.0, 360.0, 375.0, -15.0]))
    assert code.shape == (5, 12)
    assert code[0].tolist() == code[2].tolist() == [1.0] + [0.0] * 11
    assert code[1].tolist() == code[4].tolist() == pytest.approx([0.5] + [0.0] * 10 + [0.5])
    assert code[3].tolist() == pytest.approx([0.5, 0.5] + [0.0] * 10)


def test_knots_are_tenths_of_the_data():
    column = np.arange(21.0) ** 2
    field = described("a", "number", column, np.zeros(21, bool))
    assert field.knots == pytest.approx([float(2 * i) ** 2 for i in range(11)])
    two = described("a", "number", np.array([1.0, 1.0, 5.0]), np.zeros(3, bool))
    assert (two.knots[0], two.knots[-1]) == (1.0, 5.0)
    with pytest.raises(SaddlepointError, match="is 1 everywhere"):
        described("a", "number", np.ones(3), np.zeros(3, bool))
    just = described("a", "number", np.array([1.0] * 30 + [2.0]), np.zeros(31, bool))
    assert just.knots == (1.0, 2.0)


def test_twenty_whole_numbers_are_classes_and_one_more_are_numbers():
    for many, kind in ((20, "class"), (21, "number")):
        assert guess("a", [str(i % many) for i in range(60)], np.zeros(60, bool)) == kind
        assert guess("Label", [str(i % many) for i in range(60)], np.zeros(60, bool)) == "class"
    assert guess("a", ["0.5", "1"], np.zeros(2, bool)) == "number"
    assert guess("a", ["x;y", "x"], np.zeros(2, bool)) == "labels"
    assert guess("a", ["x", "y"], np.zeros(2, bool)) == "class"
    assert guess("a", np.zeros((2, 3)), np.zeros(2, bool)) == "vector"


def test_a_lone_class_is_labels_and_what_lacks_it_is_marked():
    found = conditions({"k": ["b", "", "a", "b"]}, None, "", 4)
    assert (found.classes, found.label, found.fields) == (("a", "b"), "k", ())
    assert found.missing.tolist() == [False, True, False, False]
    assert found.c is not None
    assert found.c[[0, 2, 3]].tolist() == [1, 0, 1]
    assert conditions({"k": ["a", "a"]}, None, "", 2).c is None


def test_labels_are_written_under_their_name_or_as_labels():
    for label, title in (("kind", "kind"), ("", "label")):
        titles, rows = spelt(torch.tensor([1, 0]), About("labels", names=("a", "b"), label=label))
        assert (titles, rows) == ((title,), [("b",), ("a",)])
    with pytest.raises(ValueError, match="shorter"):
        table(torch.zeros(3, 1), torch.tensor([0]), {"x": About("points", (1,)), "c": About("labels", names=("a",))})


def test_a_row_that_names_no_file_does_not_hide_that_no_file_is_there(tmp_path: Path) -> None:
    (tmp_path / "set.csv").write_text("path,kind\n,a\ngone.png,b\naway.png,a\n")
    with pytest.raises(
        SaddlepointError, match=r"none of the 2 files that it names is there: the first would be .*gone"
    ):
        open_source(str(tmp_path / "set.csv"))


def test_the_column_of_files_goes_by_its_name_and_else_by_its_first_cell_that_is_there() -> None:
    assert path_column({"x": ["a.png"], "File": ["b"]}) == "File"
    assert path_column({"x": ["", "", "a.PNG"], "y": ["1", "2", "3"]}) == "x"
    assert path_column({"x": ["", "1", "a.png"]}) is None
