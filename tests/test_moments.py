"""When a run writes, draws and saves: each moment once, whatever the size of the steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saddlepoint.running.moments import ADAPT, crossed, due, snapshots
from saddlepoint.settings.networks import Mlp
from saddlepoint.systems.gan.config import Config, CriticPace, GeneratorPace, Rules


def config(**moments: int) -> Config:
    return Config(g=GeneratorPace(network=Mlp()), d=CriticPace(network=Mlp()), **moments)


CONFIG = config(snapshots=5, journal_images=70, checkpoint_images=400)
LINES = 100


@given(st.integers(0, 500), st.integers(0, 200), st.integers(1, 90))
def test_crossed_says_whether_a_multiple_lies_between(before: int, step: int, every: int) -> None:
    now = before + step
    assert crossed(before, now, every) == any(n % every == 0 for n in range(before + 1, now + 1))


def test_frames_lie_on_a_parabola_from_start_to_end() -> None:
    assert snapshots(Rules(images=1600), 5) == (0, 100, 400, 900, 1600)


@given(st.integers(1, 10**7), st.integers(2, 200))
def test_frames_are_ever_further_apart_and_end_with_the_stage(images: int, count: int) -> None:
    frames = snapshots(Rules(images=images), count)
    assert (len(frames), frames[0], frames[-1]) == (count, 0, images)
    gaps = [b - a for a, b in zip(frames, frames[1:])]
    assert all(a <= b + 1 for a, b in zip(gaps, gaps[1:]))  # but for rounding


@given(st.integers(1, 3000), st.integers(1, 700))
def test_each_moment_comes_once_in_steps_of_any_size(images: int, step: int) -> None:
    """Of n multiples that a step passes, one is kept; the last step of a stage calls for all but a look at overfitting,
    which is of use to the rounds after it.
    """
    stage, now, due_at = Rules(images=images, augment="adaptive"), 0, []
    while not due_at or not due_at[-1][1].over:
        before, now = now, now + step
        due_at.append((now, due(CONFIG, stage, before, now, 300)))
    ends = [n for n, _ in due_at]
    assert ends[-1] >= images > ends[-1] - step
    assert all(due_at[-1][1]._replace(adapt=True))

    def firsts(moments: list[int]) -> set[int]:
        """The first end of a step at or after each moment."""
        return {min(n for n in ends if n >= moment) for moment in moments if 0 < moment <= ends[-1]} | {ends[-1]}

    every = min(70, max(1, images // LINES))
    assert {n for n, moment in due_at if moment.journal} == firsts(list(range(every, ends[-1] + 1, every)))
    assert {n for n, moment in due_at if moment.checkpoint} == firsts(list(range(400, ends[-1] + 1, 400)))
    assert {n for n, moment in due_at if moment.judge} == firsts(list(range(300, ends[-1] + 1, 300)))
    looks = range(ADAPT, ends[-1] + 1, ADAPT)
    assert {n for n, moment in due_at if moment.adapt} == {min(n for n in ends if n >= look) for look in looks}
    assert {n for n, moment in due_at if moment.snapshot} == firsts(list(snapshots(stage, 5)))


def test_nothing_is_due_between_two_moments() -> None:
    assert due(CONFIG, Rules(images=16_000), 410, 415, 300) == (False,) * 6


def test_an_augmentation_adapts_to_examples_and_all_else_to_the_schedule() -> None:
    """On a schedule that goes at a quarter of the pace, 2,000 examples are 500 of it: past a checkpoint at 400."""
    stage, quarter = Rules(images=16_000), lambda images: images // 4
    found = [due(CONFIG, stage, n, n + 100, 300, quarter) for n in range(0, 8_000, 100)]
    assert [100 * (i + 1) for i, moment in enumerate(found) if moment.adapt] == [2_000, 4_000, 6_000, 8_000]
    assert [100 * (i + 1) for i, moment in enumerate(found) if moment.checkpoint] == [1_600, 3_200, 4_800, 6_400, 8_000]
    assert [100 * (i + 1) for i, moment in enumerate(found) if moment.judge] == list(range(1_200, 8_001, 1_200))
    frames = [4 * frame for frame in snapshots(stage, 5) if 0 < frame <= 2_000]
    assert [100 * (i + 1) for i, moment in enumerate(found) if moment.snapshot] == frames == [4_000]
    assert not any(moment.over for moment in found)


def test_a_short_stage_has_its_hundred_lines_and_a_long_one_a_line_as_often_as_configured() -> None:
    for images, lines in ((1000, 100), (7000, 100), (70_000, 1000)):
        stage = Rules(images=images)
        assert sum(due(CONFIG, stage, n, n + 10).journal for n in range(0, images, 10)) == lines


@pytest.mark.parametrize("stage", [Rules(images=1), Rules(images=2)])
def test_a_stage_shorter_than_its_film_has_a_last_frame(stage: Rules) -> None:
    assert all(due(CONFIG, stage, 0, 64, 300)._replace(adapt=True))
    assert not due(CONFIG, stage, 0, 64).judge
