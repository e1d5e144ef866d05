"""When a run is judged: as many judgements as fit into their share of the time, of as many samples as then can be."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch
import toyrun

from saddlepoint.court import jury
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.planning import judgements
from saddlepoint.planning.judgements import fitting
from saddlepoint.running.live import Live
from saddlepoint.settings.run import Judge


def test_as_many_judgements_fit_as_their_averages_take_together(monkeypatch: pytest.MonkeyPatch):
    conf = toyrun.CONFIG
    monkeypatch.setattr(judgements, "different", lambda averages, images: 1)
    assert [fitting(2.0, left, 1_000, conf) for left in (1.9, 2.0, 5.9, 6.0, 47.9, 48.0, 99.0)] == [
        0,
        1,
        2,
        3,
        23,
        24,
        24,
    ]
    asked = []
    monkeypatch.setattr(judgements, "different", lambda averages, images: asked.append(images) or 2)
    assert fitting(1.0, 3.9, 1_000, conf) == 1
    assert asked[:6] == [1_000, 500, 1_000, 333, 666, 1_000]


@pytest.mark.parametrize(
    ("times", "left", "samples", "count"),
    [
        ({250: 1.0, 500: 1.0, 1_000: 1.0}, 8.0, 1_000, 8),
        ({250: 1.0, 500: 1.0, 1_000: 1.0}, 7.9, 500, 7),
        ({250: 1.0, 500: 2.0, 1_000: 9.0}, 8.0, 500, 4),
        ({250: 1.0, 500: 2.1, 1_000: 9.0}, 8.0, 250, 8),
        ({250: 1.0, 500: 2.1, 1_000: 9.0}, 2.001, 250, 2),
        ({250: 1.0, 500: 2.1, 1_000: 9.0}, 1.9, 250, 0),
    ],
)
def test_the_largest_judgement_is_taken_that_fits_often_enough(times, left, samples, count, monkeypatch):
    """At 10 a second, with half of the time for judging, after one second to get ready."""

    def trial(live: Live) -> Any:
        return SimpleNamespace(ready=1.0, briefest=times[250], seconds=lambda samples: times[samples])

    monkeypatch.setattr(judgements, "Trial", trial)
    monkeypatch.setattr(judgements, "different", lambda averages, images: 1)
    record = toyrun.record()
    images = sum(stage.images for stage in record.config.stages)
    share = 10 * (left + 1.0) / images
    config = record.config.model_copy(update={"judge": Judge(share=share)})
    choices = record.choices.model_copy(update={"rate": 10.0})
    record = record.model_copy(update={"config": config, "choices": choices})
    found = judgements.planned(record, {"x": toyrun.pictures()}, toyrun.ENGINE).choices
    assert (found.judge_samples, found.judge_images) == (samples, images // count if count else 0)

    def broken(live: Live) -> Any:
        raise SaddlepointError("it cannot", "judge", "no")

    monkeypatch.setattr(judgements, "Trial", broken)
    found = judgements.planned(record, {"x": toyrun.pictures()}, toyrun.ENGINE).choices
    assert "it cannot" in found.judge_refused


def chosen(monkeypatch: pytest.MonkeyPatch, *, size: int = 2_000, seconds: float = 600.0, **odd: Any) -> str:
    """What samples of a run of so many seconds on so many labelled pictures are compared by; what is odd of it. To
    learn from them would take a minute where nothing else is said.
    """
    labels = torch.arange(size) % 2
    source = Source(
        "",
        torch.zeros(size, odd.get("channels", 1), 8, 8),
        odd.get("labels", labels),
        ("a", "b"),
        eye=odd.get("eye", ""),
    )
    asked: list[Source] = []

    def extractor_of(name: str, source: Source) -> object:
        assert name == "learned"
        asked.append(source)
        if odd.get("fails"):
            raise SaddlepointError("they see less than pixels do")
        return object()

    def to_learn(source: Source, labels: torch.Tensor | None) -> float:
        if odd.get("unfit"):
            raise SaddlepointError("only pictures teach features")
        assert labels is not None
        return odd.get("learning", 60.0)

    monkeypatch.setattr(judgements, "extractor_of", extractor_of)
    monkeypatch.setattr(judgements, "to_learn", to_learn)
    monkeypatch.setattr(jury, "available", lambda: odd.get("installed", False))
    monkeypatch.setattr(judgements, "system", lambda name: SimpleNamespace(judges=odd.get("judges", ("samples",))))
    record = toyrun.record()
    config = record.config.model_copy(update={"judge": Judge(features=odd.get("features", "auto"))})
    images = sum(stage.images for stage in config.stages)
    choices = record.choices.model_copy(update={"rate": odd.get("rate", images / seconds)})
    data = record.data.model_copy(update={"held_out": (0, 1, 2)})
    record = record.model_copy(update={"config": config, "choices": choices, "data": data})
    found = judgements.with_features(record, source).choices.judge_features
    assert found != "learned" or odd.get("features") == "learned" or asked[0].size == size - 3  # of what is trained on
    return found


@pytest.mark.parametrize(
    ("odd", "features"),
    [
        ({}, "learned"),  # a tenth of its time
        ({"seconds": 599.0}, "pixels"),
        ({"seconds": 30.0, "learning": 3.0, "size": 200}, "learned"),  # a short one, of small pictures
        ({"seconds": 1.0, "learning": 0.0}, "learned"),  # they have been learned before
        ({"rate": None}, "pixels"),
        ({"labels": None}, "pixels"),
        ({"labels": torch.tensor([0] * 1_998 + [1] * 2)}, "pixels"),  # a class too small to be learned
        ({"unfit": True}, "pixels"),
        ({"fails": True}, "pixels"),
        ({"judges": ("pairs",)}, "pixels"),
        ({"installed": True, "channels": 3}, "efficientnet"),
        ({"channels": 3}, "learned"),
        ({"eye": "digits"}, "digits"),
        ({"features": "pixels"}, "pixels"),
        ({"features": "learned", "seconds": 1.0}, "learned"),
    ],
)
def test_labels_teach_the_features_where_learning_takes_a_tenth_of_the_run_or_less(
    odd: dict[str, Any], features: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert chosen(monkeypatch, **odd) == features
