"""JSON from whoever wrote it: as many parts as are read, and one more."""

import pytest

from saddlepoint.storage.spelling import MOST, canonical, parsed


@pytest.mark.parametrize("part", [b"{}", b"[]"])
def test_lists_and_objects_are_counted_alike_up_to_the_border(part: bytes) -> None:
    """The list that holds them is one of them; they are counted before anything is read."""
    assert len(parsed(b"[" + b",".join([part] * (MOST - 1)) + b"]")) == MOST - 1
    with pytest.raises(ValueError, match="parts"):
        parsed(b"[" + b",".join([part] * MOST) + b"]")
    half = [b"[]", b"{}"] * (MOST // 2)
    with pytest.raises(ValueError, match="parts"):
        parsed(b"[" + b",".join(half) + b"]")


def test_one_value_has_one_spelling() -> None:
    assert canonical({"b": 1.0, "a": [None, "é"]}) == canonical({"a": [None, "é"], "b": 1.0})
    assert parsed(canonical({"b": 1.0, "a": [None, "é"]})) == {"a": [None, "é"], "b": 1.0}
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical({"a": float("nan")})
