"""Averages of equal weights are judged once, and nothing that is written down changes by it."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import torch
from toyrun import CONFIG, ENGINE, events, pictures, play, trace
from toyrun import record as toy_record

from saddlepoint.court.bench import Court, Measures
from saddlepoint.court.jury import Jury
from saddlepoint.game.averaging import different
from saddlepoint.record import Choices, RunRecord
from saddlepoint.running import work
from saddlepoint.running.judging import court_of, sit
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
    """How many samples each look at a model drew, one entry a look."""
    see, found = Jury.see, []

    def counted(self: Jury, model: object, n: int, seed: int) -> object:
        found.append(n)
        return see(self, model, n, seed)

    monkeypatch.setattr(Jury, "see", counted)
    return found


def test_averages_of_equal_weights_are_looked_at_once(looks: list[int]) -> None:
    """Before the first round too, so that this takes the time of one. A weight that differs in its last bit makes
    another average.
    """
    live = Live(judged_record(), {"x": pictures()}, ENGINE)
    court = court_of(live)
    each = sit(live, court, 30)
    assert looks == [30]
    assert each["average-100"] == each["average-20"]
    weight = next(live.averages["average-20"].module.parameters())
    weight.view(-1)[0] = torch.nextafter(weight.view(-1)[0], torch.tensor(torch.inf))
    found = sit(live, court, 30)
    assert looks == [30] * 3
    assert found["average-100"] == each["average-100"]


@pytest.mark.slow
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

    def alone(live: Live, judges: Court, samples: int) -> dict[str, Measures]:
        rest = {"config": live.config, "artefact": live.artefact}
        parts = [cast(Live, SimpleNamespace(**rest, averages={name: each})) for name, each in live.averages.items()]
        return {name: measures for part in parts for name, measures in sit(part, judges, samples).items()}

    monkeypatch.setattr(work, "sit", alone)
    play(tmp_path / "each")
    assert len(looks) == 6 + 5 * 2
    assert trace(tmp_path / "once") == trace(tmp_path / "each")
    found = [event["frechet"] for event in events(tmp_path / "once") if event["event"] == "judgement"]
    assert [each["average-100"] == each["average-20"] for each in found] == [True] * 4 + [False]
