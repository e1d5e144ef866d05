"""What a journal may say: each kind of event, each of its fields, and what is none of them."""

import json
from pathlib import Path

import pytest

from saddlepoint.errors import SaddlepointError
from saddlepoint.storage.journal import LONGEST, Journal, read
from saddlepoint.storage.told import bar, ended, fault, half_life, lengths, number, reads, told, whole

NUMBERS, WHOLES = (0, -2, 1.5), (0, 7, 2**63 - 1)
NO_NUMBERS, NO_WHOLES = ("1", True, [], {}, 2**63), (-1, 1.0, True, "1", 2**63)
BY_NAME = ({}, {"D": 1.5, "G": None}), ([], 1.5, "D", {"D": "x"}, {"D": True})
OPINIONS = ({"mean": 1.0, "std": None, "q": [1, 2]}, {}), ([], 1.0, {"mean": "x"}, {"q": 1.0}, {"mean": [1]})
FIELDS = {
    ("rounds", "seconds"): (NUMBERS, NO_NUMBERS),
    ("rounds", "rate"): (NUMBERS, NO_NUMBERS),
    ("rounds", "d_real"): (NUMBERS, NO_NUMBERS),
    ("rounds", "d_fake"): (NUMBERS, NO_NUMBERS),
    ("rounds", "skipped"): (WHOLES, NO_WHOLES),
    ("rounds", "unfit"): (WHOLES, NO_WHOLES),
    ("rounds", "round"): (WHOLES, NO_WHOLES),
    ("rounds", "stage"): (WHOLES, NO_WHOLES),
    ("rounds", "losses"): BY_NAME,
    ("rounds", "gradients"): BY_NAME,
    ("snapshot", "file"): (("x.png", ""), (1, [], True)),
    ("stage", "stage"): (WHOLES, NO_WHOLES),
    ("stage", "length"): (WHOLES, NO_WHOLES),
    ("stage", "reads"): (("probability", "score", "comparison"), ("logit", 1, [], {}, True)),
    ("held_out", "train"): OPINIONS,
    ("held_out", "fake"): OPINIONS,
    ("held_out", "held_out"): OPINIONS,
    ("plan", "lengths"): (([], [1, 2]), (1, {}, [1, -1], ["1"])),
    ("plan", "seconds"): (NUMBERS, NO_NUMBERS),
    ("rollback", "at"): (WHOLES, NO_WHOLES),
    ("rollback", "rate_factor"): (NUMBERS, NO_NUMBERS),
    ("anything", "images"): (WHOLES, (*NO_WHOLES, None)),
}


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_each_field_holds_what_it_may_and_nothing_else(kind: str, field: str):
    fine, wrong = FIELDS[kind, field]
    event = {"event": kind, "images": 3, "file": "x"}
    for value in fine:
        assert fault(event | {field: value}) == "", value
    for value in wrong:
        assert fault(event | {field: value}), value
    if field not in ("images", "file"):
        assert fault(event | {field: None}) == ""
    assert fault(event | {"of others": object}) == ""


def test_an_event_has_a_kind_and_a_picture_its_file():
    for wrong in ({}, {"event": "x"}, {"images": 1}, {"event": 1, "images": 1}, {"event": None, "images": 1}):
        assert fault(wrong) == "it has no kind, or no number of images"
    assert fault({"event": "snapshot", "images": 1}) == "'file' is missing"
    assert fault({"event": "snapshot", "images": 1, "file": None}) == "'file' is missing"


def test_a_bar_is_three_numbers_or_nothing():
    for fine in ([1, 2.5, 3], [None, None, None], [1, None, 2]):
        assert bar(fine)
    for wrong in ([1, 2], [1, 2, 3, 4], (1, 2, 3), "abc", [1, 2, "3"], [1, 2, True], None):
        assert not bar(wrong)
    assert number(-(2**63) + 1)
    assert not number(-(2**63))
    assert whole(0)


def judged(**more: object) -> str:
    measures = {"frechet": [1, 0, 2], "l1": [3, 2, 4], "none": None}
    return fault({"event": "judgement", "images": 1, "measures": measures, **more})


def test_what_decides_was_measured_for_each_average_by_its_half_life():
    assert judged() == judged(decides="l1") == judged(decides=None) == judged(refused="why") == ""
    assert judged(measures=None) == judged(frechet=None) == judged(frechet={"average-500": [1, 0, 2]}) == ""
    assert judged(frechet={"": [1, 0, 2], "G-": None}) == ""
    for name in ("none", "other"):
        assert judged(decides=name) == f"'{name}' decides, and was not measured"
    for wrong in ([1, 0, 2], {"average-500": [1, 0]}, {"average-x": [1, 0, 2]}, {"average": [1, 0, 2]}):
        assert judged(frechet=wrong) == "'frechet' is none", wrong
    assert judged(measures=[1]) == judged(measures={"frechet": 1.0}) == "'measures' is none"
    assert judged(decides=1) == "'decides' is none"
    for name, fine in (
        ("a-1", True),
        ("1", True),
        ("a-" + "9" * 19, True),
        ("a-" + "9" * 20, False),
        ("a-\u0663", False),
    ):
        assert half_life(name) == fine, name


def test_a_run_has_ended_where_its_last_stage_has():
    stage, end = [{"event": "stage", "stage": n} for n in range(2)], {"event": "end"}
    other = {"event": "checkpoint"}
    assert ended([]) == ended([stage[0]]) == ended([stage[0], end, stage[1]]) == ended([other]) == 0
    assert ended([stage[0], end]) == ended([stage[0], end, other]) == 1
    assert ended([stage[0], stage[1], end]) == 2
    assert ended([end]) == ended([{"event": "stage", "stage": None}, end]) == 1


def test_the_first_line_that_is_no_event_is_named(tmp_path: Path):
    path, fine = tmp_path / "j", {"event": "x", "images": 1}
    path.write_text("".join(json.dumps(event) + "\n" for event in (fine, fine)))
    assert told(path) == [fine, fine]
    path.write_text("".join(json.dumps(event) + "\n" for event in (fine, {"event": "x"}, {})))
    with pytest.raises(SaddlepointError, match="line 2 is no event of a run: it has no kind"):
        told(path)


def test_a_line_is_read_up_to_its_greatest_length(tmp_path: Path):
    path = tmp_path / "j"
    frame = len('{"a":""}\n')
    for length, fine in ((LONGEST, True), (LONGEST + 1, False)):
        path.write_text('{"a":"' + "x" * (length - frame) + '"}\n')
        if fine:
            assert len(read(path)) == 1
        else:
            with pytest.raises(SaddlepointError, match="line 1 is not an event"):
                read(path)


def test_numbers_that_are_none_are_written_as_nothing_and_plain_ones_as_they_are(tmp_path: Path):
    journal, inf = Journal(tmp_path / "j"), float("inf")
    journal.append({"a": [1.5, inf, (-inf, 2)], "b": {"c": float("nan"), "d": "é"}, "e": True, "f": None})
    line = '{"a":[1.5,null,[null,2]],"b":{"c":null,"d":"é"},"e":true,"f":null}\n'.encode()
    assert journal.path.read_bytes() == line
    assert journal.offset == len(line) == Journal(journal.path).offset


def test_what_is_rewound_lies_beside_under_the_next_free_number(tmp_path: Path):
    journal = Journal(tmp_path / "j.jsonl")
    for n in range(3):
        journal.append({"n": n})
    journal.rewind(16)
    assert (journal.offset, [event["n"] for event in read(journal.path)]) == (16, [0, 1])
    journal.rewind(16)  # nothing follows, and nothing is put aside
    journal.rewind(8)
    assert (tmp_path / "j.tail-1.jsonl").read_bytes() == b'{"n":2}\n'
    assert (tmp_path / "j.tail-2.jsonl").read_bytes() == b'{"n":1}\n'
    assert len(list(tmp_path.iterdir())) == 3


def test_lengths_are_those_of_the_last_plan_that_has_any():
    plans = [{"event": "plan", "lengths": [100]}, {"event": "plan", "lengths": [80, 20]}, {"event": "plan"}]
    assert lengths([]) == lengths(plans[2:]) == []
    assert lengths(plans) == [80, 20]


def test_what_d_says_is_read_as_its_stage_says_and_in_older_runs_by_its_numbers() -> None:
    def stage(n: int, **more: object) -> dict[str, object]:
        return {"event": "stage", "stage": n, "images": 0, **more}

    def rounds(n: int, d: object) -> dict[str, object]:
        return {"event": "rounds", "stage": n, "images": 0, "d_real": d, "d_fake": 0.5}

    story = [stage(0, reads="comparison"), rounds(0, 0.6), stage(1, reads="score"), rounds(1, 0.6), rounds(1, -3.0)]
    assert reads(story) == ["comparison", "score", "score"]
    assert reads([stage(0), rounds(0, 0.6), rounds(0, None), rounds(0, 1.0)]) == ["probability"] * 3
    assert reads([stage(0), rounds(0, 0.6), rounds(0, 1.2)]) == ["score"] * 2
    assert reads([stage(0, reads=[]), {"event": "rounds", "stage": {}, "d_real": "x"}]) == ["probability"]
    assert reads([]) == []
