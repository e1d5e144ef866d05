"""When a run is judged: as often as fits into a share of its time, found out before it starts."""

import time

from saddlepoint.court.bench import shown
from saddlepoint.court.jury import extractor_of, labels_of, usual
from saddlepoint.court.standard import to_learn
from saddlepoint.court.summons import unfit
from saddlepoint.data.facts import facts_of
from saddlepoint.data.sides import sides_of
from saddlepoint.data.source import Source
from saddlepoint.engine import Engine
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.averaging import different
from saddlepoint.record import RunRecord
from saddlepoint.running.judging import court_of, sit
from saddlepoint.running.live import Live, Sources
from saddlepoint.settings.run import Run
from saddlepoint.systems.catalog import system

SIZES = ((1_000, 8), (500, 4), (250, 2))  # samples of a judgement, where at least so many judgements fit into the time
MOST_JUDGEMENTS = 24
LEARNING = 0.1  # of a run's time, at most, in which features are learned of its data


def planned(record: RunRecord, sources: Sources, engine: Engine, each: float = 0.0) -> RunRecord:
    """The record with the moments to judge at, fixed before the start: as many as fit into their share of the time.

    Of the largest judgement that fits often enough; judgements are timed on a throwaway copy of the run. Where not even
    two fit, there are none, and where that is known (`each`: seconds for one sample) none is tried. What makes judging
    impossible is written down: it is no reason not to train.
    """
    conf, rate, source = record.config, record.choices.rate, sources["x"]
    if why := unfit(conf, source):
        return refused(record, why)
    record = with_features(record, source)
    features, choices = record.choices.judge_features, record.choices.model_copy(update={"judge_samples": SIZES[-1][0]})
    record = record.model_copy(update={"choices": choices})
    if not conf.judge.share or not rate:
        return record
    images = sum(stage.images for stage in conf.stages)
    fewest, least = SIZES[-1]
    if least * fewest * each > conf.judge.share * images / rate:
        return record
    try:
        if conf.judge.weights is not None:
            extractor_of(features, conf.judge.weights, asked=True)  # whoever begins the run has asked for them
        trial = Trial(Live(record, sources, engine))
    except SaddlepointError as error:
        return refused(record, str(error))
    left = conf.judge.share * images / rate - trial.ready
    for samples, least in SIZES:
        if least * trial.briefest <= left and (count := fitting(trial.seconds(samples), left, images, conf)) >= least:
            more = {"judge_samples": samples, "judge_images": max(1, images // count)}
            return record.model_copy(update={"choices": choices.model_copy(update=more)})
    return record


def with_features(record: RunRecord, source: Source) -> RunRecord:
    """The record with what samples are compared by: as asked for, or what is usual for these data."""
    wish = record.config.judge.features
    chosen = wish if wish != "auto" else taught(record, source) or usual(source)
    return record.model_copy(update={"choices": record.choices.model_copy(update={"judge_features": chosen})})


def taught(record: RunRecord, source: Source) -> str | None:
    """The features that the data's own labels teach, where pixels are all there would be else, and learning takes a
    small part of the run: it is done here, once for each set of data, and must pass its own trial. Which way up a
    picture is teaches too little to be relied on unasked (docs/judging.md has an example).
    """
    images, rate = sum(stage.images for stage in record.config.stages), record.choices.rate
    if not rate or usual(source) != "pixels" or "samples" not in system(record.config.system).judges:
        return None
    about, train = facts_of({"x": source})["x"], sides_of(source, record.data.held_out).train
    labels = labels_of(train, every=True)
    if labels is None:
        return None
    try:
        lesson = shown(train, about)  # refuses pictures that are not finite
        if to_learn(lesson, labels) > LEARNING * images / rate:
            return None
        extractor_of("learned", source=lesson)
        return "learned"
    except SaddlepointError:
        return None


def fitting(seconds: float, left: float, images: int, conf: Run) -> int:
    """How many judgements, evenly over so many images, fit into the time left, where one average takes these seconds.

    As many averages are judged as differ at each of these moments. At most 24; 0 where not even one fits.
    """

    def averages(count: int) -> int:
        return sum(different(conf.averages, images * place // count) for place in range(1, count + 1))

    counts = range(1, MOST_JUDGEMENTS + 1)
    return max((count for count in counts if averages(count) * seconds <= left), default=0)


def refused(record: RunRecord, why: str) -> RunRecord:
    return record.model_copy(update={"choices": record.choices.model_copy(update={"judge_refused": why})})


class Trial:
    """How long it takes to judge an average, found out by doing it before the first round, when all are the same.

    ready     seconds until the first judgement can begin
    briefest  seconds of the smallest judgement
    """

    def __init__(self, live: Live) -> None:
        begun = time.monotonic()
        self.live, self.court = live, court_of(live)
        self.ready = time.monotonic() - begun
        self.briefest = self.seconds(SIZES[-1][0])

    def seconds(self, samples: int) -> float:
        """Of a judgement of so many samples: much of it is the same for any number, and little of it can be."""
        begun = time.monotonic()
        sit(self.live, self.court, samples)
        return max(time.monotonic() - begun, 1e-6)
