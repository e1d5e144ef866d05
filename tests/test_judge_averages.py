"""Averages of equal weights are judged once, and nothing that is written down changes by it."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from toyrun import CONFIG, ENGINE, events, pictures, play, trace
from toyrun import record as toy_record

from saddlepoint.court.jury import Jury, jury
from saddlepoint.game.averaging import different
from saddlepoint.judge.judgement import Measures
from saddlepoint.record import Choices, RunRecord
from saddlepoint.running.live import Live
from saddlepoint.systems.gan.config import Config


def judged_record(conf: Config = CONFIG) -> RunRecord:
    """The toy run, judged every 100 images by 30 samples against 26 held-out pictures."""
    record = toy_record(conf)
    data = record.data.model_copy(update={"held_out": tuple(range(0, 130, 5))})
    choices = Choices(device="cpu", precision="float32", threads=1, judge_samples=30, judge_images=100)
    return record.model_copy(update={"data": data, "choices": choices})


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many samples each look at a generator drew, one entry a look."""
    see, found = Jury.see, []

    def counted(self: Jury, generator: object, n: int, seed: int) -> object:
        found.append(n)
        return see(self, generator, n, seed)

    monkeypatch.setattr(Jury, "see", counted)
    return found


def test_averages_of_equal_weights_are_looked_at_once(looks: list[int]) -> None:
    """Before the first round too, so that this takes the time of one. A weight that differs in its last bit makes
    another average.
    """
    session = Live(judged_record(), pictures(), ENGINE)
    court = jury(session)
    each = court.sit(session)
    assert looks == [30]
    assert each["average-100"] == each["average-20"]
    weight = next(session.averages["average-20"].module.parameters())
    weight.view(-1)[0] = torch.nextafter(weight.view(-1)[0], torch.tensor(torch.inf))
    found = court.sit(session)
    assert looks == [30] * 3
    assert found["average-100"] == each["average-100"]


def test_a_run_writes_down_the_same_whether_or_not_equal_averages_are_judged_once(
    tmp_path: Path, looks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five judgements. Half-lives of 20 and of 100 images are both a twentieth of the images seen until 400: after the
    first four the averages are equal, after the last they are not.
    """
    monkeypatch.setattr("toyrun.record", judged_record)
    play(tmp_path / "once")
    moments = [event["images"] for event in events(tmp_path / "once") if event["event"] == "judgement"]
    assert [different(CONFIG.averages, seen) for seen in moments] == [1, 1, 1, 1, 2], "as was planned for"
    assert len(looks) == 4 * 1 + 2
    sit = Jury.sit

    def alone(self: Jury, session: Live) -> dict[str, Measures]:
        rest = {name: getattr(session, name) for name in ("config", "description", "engine", "progress")}
        parts = [SimpleNamespace(**rest, averages={name: each}) for name, each in session.averages.items()]
        return {name: measures for part in parts for name, measures in sit(self, part).items()}

    monkeypatch.setattr(Jury, "sit", alone)
    play(tmp_path / "each")
    assert len(looks) == 6 + 5 * 2
    assert trace(tmp_path / "once") == trace(tmp_path / "each")
    found = [event["frechet"] for event in events(tmp_path / "once") if event["event"] == "judgement"]
    assert [each["average-100"] == each["average-20"] for each in found] == [True] * 4 + [False]
