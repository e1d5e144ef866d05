"""Judging a run while it goes on and when it is over: the same moments after a resume, the best kept, the verbs."""

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from toyrun import CONFIG, ENGINE, Hook, events, pictures, play, trace
from toyrun import record as toy_record

from saddlepoint.api import Run, start
from saddlepoint.artefact.folder import load
from saddlepoint.cli.main import main
from saddlepoint.court.copies import keep_copies
from saddlepoint.court.folders import judge_folders, settled
from saddlepoint.court.jury import Jury, distinct, in_proportion, jury, overlap
from saddlepoint.court.kept import against, apart, compare, differences, keep, kept, left_out
from saddlepoint.data.digits import digits
from saddlepoint.data.facts import facts_of
from saddlepoint.data.reading import Fit
from saddlepoint.data.scaling import scaled
from saddlepoint.data.sources import open_source, silent
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.card import Card, Measure
from saddlepoint.judging.case import Case
from saddlepoint.judging.extractors.extractor import as_stored
from saddlepoint.judging.group import group
from saddlepoint.judging.headline import METRIC
from saddlepoint.planning import judgements
from saddlepoint.planning.judgements import planned
from saddlepoint.planning.prepared import Prepared
from saddlepoint.record import Choices, RunRecord
from saddlepoint.records import Batch
from saddlepoint.running.finish import rows
from saddlepoint.running.judging import best_of, court_of, sit
from saddlepoint.running.live import Live
from saddlepoint.running.opened import as_begun
from saddlepoint.running.opinions import Guise, favourites, opinion, picture, score
from saddlepoint.running.reading import reading
from saddlepoint.running.watcher import Nobody, Tick
from saddlepoint.settings.run import Data, Judge
from saddlepoint.statistics.intervals import Interval, wilson
from saddlepoint.storage.checkpoint import newest
from saddlepoint.storage.parts import ModulePart
from saddlepoint.systems.gan.config import Config


def judged_record(conf: Config = CONFIG) -> RunRecord:
    """The toy run, judged every 100 images by 30 samples against 26 held-out pictures."""
    record = toy_record(conf)
    data = record.data.model_copy(update={"held_out": tuple(range(0, 130, 5))})
    choices = Choices(device="cpu", precision="float32", threads=1, judge_samples=30, judge_images=100)
    return record.model_copy(update={"data": data, "choices": choices})


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toyrun.record", judged_record)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The judged toy run, without a break."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("toyrun.record", judged_record)
        play(folder)
    return folder


class CrashError(Exception):
    pass


def crash() -> None:
    raise CrashError


class Facts(Nobody):
    """What a run said beside its bar, each time."""

    def __init__(self) -> None:
        self.said: list[tuple[str, ...]] = []

    def progress(self, tick: Tick) -> None:
        self.said.append(tick.facts)


@pytest.mark.usefixtures("judged")
def test_the_last_judgement_stays_in_sight(tmp_path: Path) -> None:
    """From the first judgement on, also behind every frame of the film strip."""
    facts = Facts()
    play(tmp_path / "run", facts)
    story = [event["event"] for event in events(tmp_path / "run")]
    assert "snapshot" in story[story.index("judgement") :]
    first = next(place for place, said in enumerate(facts.said) if len(said) > 1)
    assert all(said[1].startswith("distance: too few held-out examples to say: ") for said in facts.said[first:])
    assert all(said[0].startswith("D's logits: ") for said in facts.said)


@pytest.mark.usefixtures("judged")
def test_a_resumed_run_judges_at_the_same_moments_bit_for_bit(tmp_path: Path, whole: Path) -> None:
    broken = tmp_path / "broken"
    with pytest.raises(CrashError):
        play(broken, Hook(230, crash))
    play(broken)
    assert trace(whole) == trace(broken)
    found = [event for event in events(whole) if event["event"] == "judgement"]
    assert [event["images"] for event in found] == [100, 200, 300, 400, 470]
    for event in found:
        assert set(event["frechet"]) == {"average-100", "average-20"}
        assert event["measures"]["frechet"] == min(event["frechet"].values(), key=lambda interval: interval[2])
        assert event["verdicts"][0]["name"]
        assert event["card"]["n_fake"] == 30


def test_the_best_that_was_judged_is_kept(whole: Path) -> None:
    live = Live(judged_record(), {"x": pictures()}, ENGINE)
    assert live.restore(whole / "checkpoints") is not None
    found = [event for event in events(whole) if event["event"] == "judgement"]
    best = min(found, key=lambda event: event["measures"]["frechet"][2])
    assert live.progress.best["value"] == best["measures"]["frechet"][0]
    assert live.progress.best["images"] == best["images"] == found[-1]["best"]
    assert live.progress.best["average"] == best["average"]
    assert live.shipped is live.kept
    if best["images"] < 470:
        last = live.averages[best["average"]].module.state_dict()
        assert any(not tensor.equal(last[name]) for name, tensor in live.kept.state_dict().items())
    assert live.description("x").images == best["images"]


def test_a_run_that_is_not_judged_ships_its_first_average() -> None:
    live = Live(toy_record(), {"x": pictures()}, ENGINE)
    assert live.kept is None
    assert live.shipped is live.best
    assert "kept" not in live.parts()


class Costly:
    """Judging that begins after a second and takes .4 seconds, and .4 milliseconds a sample, for each average."""

    def __init__(self, live: Live) -> None:
        self.ready, self.briefest = 1.0, self.seconds(250)

    def seconds(self, samples: int) -> float:
        return 0.4 + 4e-4 * samples


def test_the_moments_take_their_share_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is the same for any number of samples is not counted as growing with it: 1,000 take .8 s, and not 2.

    Averages are counted where they differ: those with half-lives of 1,000 and 500 images nowhere in the 470 of this
    run, those of 100 and 20 after 400 images.
    """
    monkeypatch.setattr(judgements, "Trial", Costly)

    def of(rate: float, *averages: int) -> tuple[int, int]:
        record = toy_record(CONFIG.model_copy(update={"judge": Judge(share=0.1), "averages": averages}))
        choices = record.choices.model_copy(update={"rate": rate})
        found = planned(record.model_copy(update={"choices": choices}), {"x": pictures()}, ENGINE).choices
        return found.judge_samples, found.judge_images

    for same in ((1_000, 500), (1_000,)):
        assert of(470 / 82, *same) == (1_000, 470 // 9)  # 8.2 s, less one: nine of .8 s
        assert of(470 / 71, *same) == (500, 470 // 10)  # 6.1 s: ten of .6 s
        assert of(470 / 31, *same) == (250, 470 // 4)  # 2.1 s: four of .5 s, or three of .6 s
        assert of(470 / 19, *same) == (250, 0)  # .9 s: one
    assert of(470 / 91, 100, 20) == (1_000, 470 // 8)  # 8.1 s: six of .8 s and, at 411 and 470 images, two of 1.6 s
    assert of(470 / 82, 100, 20) == (500, 470 // 10)  # 7.2 s: seven at 1,000 samples; eight of .6 s and two of 1.2 s
    assert of(470 / 31, 100, 20) == (250, 470 // 3)  # 2.1 s: two of .5 s and, at the end, one of 1 s
    assert of(470 / 24, 100, 20) == (250, 0)  # 1.4 s: one
    assert of(1e-6, 100, 20)[1] == 470 // judgements.MOST_JUDGEMENTS


def test_a_judgement_is_timed_at_its_own_number_of_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    monkeypatch.setattr(judgements, "sit", lambda live, court, samples: (tried.append(samples), time.sleep(0.02)))
    found = judgements.Trial(Live(toy_record(), {"x": pictures()}, ENGINE))
    assert 0.02 <= found.seconds(70) < 10
    assert tried == [250, 70]
    assert found.ready > 0
    assert 0.02 <= found.briefest < 10


def test_too_few_held_out_examples_are_replaced_and_the_card_says_so() -> None:
    few, enough = (jury(Live(r, {"x": pictures()}, ENGINE).evidence()) for r in (toy_record(), judged_record()))
    assert "127 training examples" in few.reference
    assert few.standard.training is None
    assert "26 held-out examples" in enough.reference
    assert enough.standard.training is not None


def test_samples_are_compared_with_augmented_examples_where_d_sees_such() -> None:
    stages = tuple(stage.model_copy(update={"augment": "diff"}) for stage in CONFIG.stages)
    live = Live(judged_record(CONFIG.model_copy(update={"stages": stages})), {"x": pictures()}, ENGINE)
    found = sit(live, court_of(live), 30)
    assert all({"frechet", "frechet_augmented"} <= set(measures) for measures in found.values())


# The verbs


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on 120 pictures of two classes, hardly trained."""
    folder = tmp_path_factory.mktemp("runs")
    rng = np.random.default_rng(0)
    y = np.arange(120) % 2
    x = (rng.integers(0, 120, (120, 1, 12, 12)) + 100 * y[:, None, None, None]).astype(np.uint8)
    np.savez(folder / "data.npz", x=x, y=y)
    conf = CONFIG.model_copy(update={"data": Data(held_out=0.3), "judge": Judge(share=0)})
    start(str(folder / "data.npz"), conf, name="a", root=folder)
    return folder / "a"


def said(capsys: pytest.CaptureFixture[str], *tokens: object) -> tuple[int, str]:
    code = main([str(token) for token in tokens])
    out, err = capsys.readouterr()
    return code, out if "--json" in tokens and not code else out + err  # notes are no part of what a program reads


def test_a_finished_run_is_judged(run: Path) -> None:
    found = kept(run)
    assert {"frechet", "kernel", "precision", "recall", "class_spread", "likeness", "memorisation_p"} <= set(found)
    assert found["path_length"].low <= found["path_length"].value
    assert found["path_length"].card.n_fake == 200
    assert "36 held-out examples" in found["frechet"].card.reference
    page = (run / "report.html").read_text()
    assert "Frechet distance" in page
    assert "doctor" in page
    assert "nearest by L1" in page
    assert "judged against 36 held-out examples" in page


def test_the_table_says_what_each_figure_was_held_against() -> None:
    """A run on digits is judged twice, against other examples, by other samples: each line names its own."""
    card = Card("m", "digits_a", "none", 9, 9, "MNIST test", "none", 0, "0")
    other = card._replace(reference="my photos, of 2024, 1,900 training examples, 0123456789ab")
    found = {
        "distance": Measure(2, 1, 3, card._replace(metric=METRIC)),
        "frechet_ratio": Measure(2, 1, 3, card._replace(metric="Frechet distance / that of 10,000 training pictures")),
        "coverage": Measure(0.5, 0.4, 0.6, other),
    }
    assert [(name, note) for name, _, note in rows(found)] == [
        ("distance", "of that of their mean alone, against MNIST test; by digits_a, 9 samples"),
        ("coverage", "share of 1,900 training examples that have a sample close by; by digits_a, 9 samples"),
    ]


def test_near_copies_are_listed_by_their_places_in_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A generator that returns training pictures 3, 4 and 5 of the run, 4, 6 and 7 in the data, as every fifth is held
    out. Each is found at distance 0 with its own nearest as the usual distance, then none of a generator of noise.
    """
    live = Live(judged_record(), {"x": pictures()}, ENGINE)
    court, training = jury(live.evidence()), as_stored(live.train.x)
    copied = training[3:6]
    noise = torch.randint(256, (60, *copied.shape[1:]), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    monkeypatch.setattr("saddlepoint.court.jury.path_lengths", lambda *_: Interval(0, 0, 0))

    def judged(x: torch.Tensor) -> list[Path]:
        monkeypatch.setattr(Jury, "see", lambda *_: group(court.extractor, x))
        return keep_copies(tmp_path, court.full(live.artefact(live.best), len(x), 0))

    left = judged(torch.cat([noise[:57], copied]))
    assert [path.name for path in left] == ["copies.csv", "copies.png"]
    head, *rows = left[0].read_text().splitlines()
    assert head == "sample,example,distance,usual"
    found = {int(row.split(",")[0]): row.split(",")[1:] for row in rows}
    assert found.keys() == {57, 58, 59}
    for sample, place in zip((57, 58, 59), (4, 6, 7)):
        own = as_stored(live.sides.source.x[place : place + 1]).double()
        usual = (own - training.double()).flatten(1).norm(dim=1)
        assert found[sample] == [str(place), "0.0", f"{float(usual[usual > 0].min()):.1f}"]
    assert judged(noise) == []
    assert (tmp_path / "copies.csv").read_text() == "sample,example,distance,usual\n"
    assert not (tmp_path / "copies.png").exists()


def test_judge_and_doctor(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, "judge", run, "-n", 60, "--json")
    assert code == 0
    found = {name: Measure.from_json(fields) for name, fields in json.loads(text).items()}
    assert found == kept(run)
    assert found["frechet"].card.n_fake == 60
    code, text = said(capsys, "judge", run, "-n", 60, "--seed", 1)
    assert (code, "frechet" in text, "held-out" in text) == (0, True, True)
    assert said(capsys, "judge", run, "-n", 60, "--quiet") == (0, "")
    code, text = said(capsys, "doctor", run)
    assert code == 0
    assert "because" in text
    assert "change" in text


@pytest.mark.slow
def test_what_the_doctor_says_of_a_run_without_a_judgement_gets_it_judged(
    run: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was stopped has no generator to judge yet: it has to go on. One that is over can be judged, which is
    asked for where it has had updates enough to be worth it.
    """
    monkeypatch.setattr("saddlepoint.judging.standing.FEWEST", 20)
    d = CONFIG.d.model_copy(update={"lr": 2e-4})  # at its usual rate it is found too strong by its logits alone
    conf = CONFIG.model_copy(update={"data": Data(held_out=0.3), "judge": Judge(share=0), "d": d})
    with pytest.raises(CrashError):
        start(str(run.parent / "data.npz"), conf, name="b", root=tmp_path, watcher=Hook(200, crash))
    folder = tmp_path / "b"

    def change() -> str:
        (verdict, *_) = json.loads(said(capsys, "doctor", folder, "--json")[1])
        assert ("without a judgement" in verdict["evidence"]) == (not (folder / "measures.json").exists())
        return verdict["change"]

    assert change() == "go on: saddlepoint resume"
    code, text = said(capsys, "judge", folder)
    assert code == 2
    assert f"(a run leaves it at its end: saddlepoint resume {folder})" in text
    assert said(capsys, "resume", folder, "--quiet")[0] == 0
    assert "judge" not in change()
    (folder / "measures.json").unlink()
    assert change() == "judge the run first"
    assert said(capsys, "judge", folder)[0] == 0
    assert "judge" not in change()


def test_more_samples_than_memory_holds_are_refused(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(capsys, "judge", run, "-n", 10**9)
    assert (code, "1,000,000,000 samples take 2,368 GB of memory; there are" in text) == (2, True), text
    for to in ((), ("--to", "folder"), ("--to", "some.npz")):
        code, text = said(capsys, "sample", run, "-n", 10**12, *to)
        assert (code, "GB of memory; there are" in text) == (2, True), text


def test_weights_that_nothing_reads_are_refused(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ((), ("--features", "pixels")):
        code, text = said(capsys, "judge", run, "--weights", run / "config.json", *words)
        assert (code, "--weights: has no effect: 'pixels' reads no file of weights" in text) == (2, True), text


def test_features_left_open_are_those_of_the_run_with_their_weights() -> None:
    assert settled(Judge(), "inception", "its.pt") == Judge(features="inception", weights="its.pt")
    mine = Judge(weights="mine.pt")
    assert settled(mine, "inception", "its.pt") == Judge(features="inception", weights="mine.pt")
    assert settled(Judge(features="digits"), "inception", "its.pt") == Judge(features="digits")


def test_compare(run: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    said(capsys, "judge", run, "-n", 60)
    code, text = said(capsys, "compare", run, run)
    assert (code, "cannot be distinguished from" in text) == (0, True)
    other = tmp_path / "b"
    other.mkdir()
    for name in ("config.json", "measures.json"):
        (other / name).write_bytes((run / name).read_bytes())
    content = json.loads((other / "measures.json").read_text())
    content["frechet"]["card"]["n_fake"] = 61
    (other / "measures.json").write_text(json.dumps(content))
    code, text = said(capsys, "compare", run, other)
    assert (code, "n_fake is 60 there, 61 here" in text) == (2, True)
    del content["frechet"]["value"]
    (other / "measures.json").write_text(json.dumps(content))
    for words in (("compare", run, other), ("compare", other, run)):
        code, text = said(capsys, *words)
        assert (code, f"{other / 'measures.json'}: measure: has ['card', 'high', 'low']" in text) == (2, True), text
    (other / "measures.json").unlink()
    code, text = said(capsys, "compare", other, run)
    assert (code, "not judged yet" in text) == (2, True)


def measure(value: float, half: float) -> Measure:
    return Measure(value, value - half, value + half, Card("m", "pixels", "none", 9, 9, "r", "none", 0, "0"))


def test_what_is_not_compared_stands_beside_why() -> None:
    """Measures that differ in the same are named together; how a figure in nats is known comes before all else."""
    names = ("distance", "frechet", "coverage", "density", "nats")
    ours = dict.fromkeys(names, measure(1, 0.1))
    other = {"frechet": {"n_fake": 7}, "coverage": {"n_fake": 7}, "density": {"extractor": "digits_b"}}
    other["nats"] = {"metric": "bound on -log p(x), nats", "n_fake": 3}
    theirs = {name: m._replace(card=m.card._replace(**other.get(name, {}))) for name, m in ours.items()}
    assert left_out(ours, ours) == {}
    assert left_out(ours, theirs) == {
        "n_fake: 9 there, 7 here": "frechet, coverage",
        "extractor: pixels there, digits_b here": "density",
        "how it is known: an exact value there, a bound here": "nats",
    }


def test_better_worse_and_neither() -> None:
    assert against("frechet", measure(1, 0.1), measure(2, 0.1)) == "better"
    assert against("recall", measure(1, 0.1), measure(2, 0.1)) == "worse"
    # the error of a difference: sqrt(.3^2 + .4^2)
    assert against("frechet", measure(1, 0.3), measure(1.49, 0.4)) == "cannot tell"
    assert against("frechet", measure(1, 0.3), measure(1.51, 0.4)) == "better"
    assert against("spread", measure(110, 1), measure(150, 1)) == "better"
    assert against("spread", measure(150, 1), measure(99, 1)) == "worse"
    assert against("spread", measure(90, 1), measure(110, 1)) == "cannot tell"
    assert against("density", measure(1.6, 0.1), measure(1.0, 0.1)) == "worse"
    likeness = [{"likeness": measure(x, 0.01), "likeness_real": measure(0.3, 0.01)} for x in (0.05, 0.29)]
    assert [one.verdict for one in compare(*likeness)] == ["worse"]
    lone = {"memorisation_p": measure(0.45, 0.0), "frechet": measure(1.0, 0.1)}
    assert [one.name for one in compare(lone, lone)] == ["frechet"]


def test_what_the_data_are_called_is_no_difference() -> None:
    card = measure(1, 0.1).card
    cards = [
        card._replace(reference=f"{where}, {digest}")
        for where, digest in (
            ("photos/, 45 held-out examples", "d03223525590"),
            ("my photos, of 2024, 45 held-out examples", "d03223525590"),
            ("photos/, 45 held-out examples", "0123456789ab"),
        )
    ]
    assert differences(cards[0], cards[1]) == []
    assert [field for field, *_ in differences(cards[0], cards[2])] == ["reference"]


def test_a_share_near_its_end_is_judged_by_the_halves_that_face_each_other() -> None:
    """40 of 40, [.912, 1], against 38 of 40, [.835, .986]: hypot(.088, .036) = .095 > .05. By the upper halves alone,
    0 and .036, it would have been better. So for 0 and 2 of 40. Of 47 in 60 it is sure: .217 > hypot(.088, .086).
    """
    for name, words in (("coverage", ("better", "worse")), ("l1", ("worse", "better"))):
        card = measure(0, 0).card
        all_, most, fewer = (Measure(*wilson(k, n), card) for k, n in ((40, 40), (38, 40), (47, 60)))
        none, some, more = (Measure(*wilson(k, n), card) for k, n in ((0, 40), (2, 40), (13, 60)))
        for one, other in ((all_, most), (most, all_), (none, some), (some, none)):
            assert against(name, one, other) == "cannot tell"
        assert (against(name, all_, fewer), against(name, fewer, all_)) == words
        assert (against(name, more, none), against(name, none, more)) == words
        # with 1 and 0 for goals the sides are the same
        for goal, best, near, far in ((1.0, all_, most, fewer), (0.0, none, some, more)):
            assert against("likeness", best, near, goal) == "cannot tell"
            assert against("likeness", best, far, goal) == "better"


def test_density_is_best_at_one_and_copies_as_among_real_examples() -> None:
    one = {"density": measure(1.05, 0.01), "copies": measure(9.0, 0.5), "copies_real": measure(10.0, 0.1)}
    other = {"density": measure(1.6, 0.01), "copies": measure(30.0, 0.5), "copies_real": measure(10.0, 0.1)}
    fewer = {"density": measure(0.5, 0.01), "copies": measure(3.0, 0.5), "copies_real": measure(10.0, 0.1)}
    for worse in (other, fewer):
        assert [(c.name, c.verdict) for c in compare(one, worse)] == [("density", "better"), ("copies", "better")]
        assert [c.verdict for c in compare(worse, one)] == ["worse", "worse"]


def test_measures_of_other_examples_are_left_out_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whose classes are of other sizes, as where the held-out examples are others; all else is compared."""
    one, other = ({"frechet": measure(v, 0.1), "class_frechet": measure(v, 0.1)} for v in (1, 2))
    split = other["class_frechet"].card._replace(metric="another")
    other["class_frechet"] = other["class_frechet"]._replace(card=split)
    assert [(c.name, c.verdict) for c in compare(one, other)] == [("frechet", "better")]
    assert apart(one, other) == ["class_frechet"]
    for name, measures in (("a", one), ("b", other)):
        (tmp_path / name).mkdir()
        keep(tmp_path / name, measures)
    code, text = said(capsys, "compare", tmp_path / "a", tmp_path / "b")
    line = "not compared, because their cards differ (metric: m there, another here): class_frechet"
    assert (code, line in " ".join(text.split())) == (0, True), text
    del one["frechet"]
    with pytest.raises(SaddlepointError, match="metric is 'm' there, 'another' here"):
        compare(one, other)


@pytest.mark.parametrize(
    ("field", "other_value", "hint"), [("reference", "s", "against one folder"), ("n_fake", 8, "judge both again")]
)
def test_the_frechet_distance_to_other_examples_is_refused_with_what_helps(field, other_value, hint) -> None:
    one, other = ({"frechet": measure(v, 0.1)} for v in (1, 2))
    other["frechet"] = other["frechet"]._replace(card=measure(0, 0).card._replace(**{field: other_value}))
    with pytest.raises(SaddlepointError, match=hint):
        compare(one, other)


def test_a_card_says_which_examples_were_held_out(tmp_path: Path) -> None:
    """Two splits of the same data, of as many examples, have two cards; runs of two seeds are judged by one."""
    record = judged_record()
    other = record.model_copy(update={"data": record.data.model_copy(update={"held_out": tuple(range(1, 130, 5))})})
    courts = (jury(Live(r, {"x": pictures()}, ENGINE).evidence()) for r in (record, record, other))
    first, again, second = (court.reference for court in courts)
    assert first == again != second
    assert (first[:25], second[:25]) == ("toy, 26 held-out examples",) * 2
    np.savez(tmp_path / "data.npz", x=np.random.default_rng(0).integers(0, 255, (90, 1, 12, 12), dtype=np.uint8))
    conf = CONFIG.model_copy(update={"data": Data(held_out=0.3)})
    ready = [Prepared(str(tmp_path / "data.npz"), conf.model_copy(update={"seed": s}), None) for s in (0, 1)]
    held = [each.records["x"].held_out for each in ready]
    assert held[0] == held[1]
    assert len(held[0]) == 27


def test_two_folders_need_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    for name in ("a", "b", "c"):
        for i in range(24):
            (tmp_path / name).mkdir(exist_ok=True)
            side = 16 if name == "c" else 12
            Image.fromarray(rng.integers(0, 255, (side, side), dtype=np.uint8)).save(tmp_path / name / f"{i:02d}.png")
    code, text = said(capsys, "judge", tmp_path / "a", tmp_path / "b", "--features", "pixels", "--json")
    assert code == 0, text
    found = json.loads(text)
    assert found["frechet"]["card"]["reference"].startswith("b, 24 examples")
    assert found["frechet"]["low"] <= found["frechet"]["value"] <= found["frechet"]["high"]
    words = ("judge", tmp_path / "c", tmp_path / "b", "--features", "pixels")
    code, text = said(capsys, *words)
    resized = "c/: 24 of 24 pictures are scaled to 12 x 12 and cropped where needed"
    assert (code, text.splitlines()[-1].strip()) == (0, resized)
    code, text = said(capsys, *words, "--json")
    assert (code, resized in json.loads(text)["kernel"]["card"]["resizer"]) == (0, True)
    assert said(capsys, *words, "--quiet") == (0, "")
    for size in ("abc", "0", "3x4x5", "12x"):
        code, text = said(capsys, "judge", tmp_path / "a", tmp_path / "b", "--size", size)
        assert (code, f"'{size}' is not a size" in text) == (2, True)
    (tmp_path / "c" / "config.json").write_text("{}")
    code, text = said(capsys, "judge", tmp_path / "c", tmp_path / "b")
    assert (code, "its own held-out data" in text) == (2, True)
    code, text = said(capsys, "judge", tmp_path / "none", tmp_path / "b")
    assert (code, "nothing at that path" in text) == (2, True)


@pytest.mark.slow
def test_label_accuracy_is_of_classes_by_their_names(tmp_path: Path) -> None:
    """Ten folders that are not named 0 to 9 are ten other classes, whatever the digit judge says of them."""
    source = digits()
    for i, (x, c) in enumerate(zip(source.x[:600, 0], source.c[:600].tolist())):
        for name in (f"figures/{c}", f"words/{'zyxwvutsrq'[c]}"):
            (tmp_path / f"{i % 2}" / name).mkdir(parents=True, exist_ok=True)
            Image.fromarray(x.numpy()).save(tmp_path / f"{i % 2}" / name / f"{i:03d}.png")
    wish = Judge(features="digits")
    found = {
        kind: judge_folders(str(tmp_path / "0" / kind), str(tmp_path / "1" / kind), wish)[0]
        for kind in ("figures", "words")
    }
    assert found["figures"]["label_accuracy"].value > 97
    assert "label_accuracy" not in found["words"]
    assert found["words"]["class_frechet"].value == pytest.approx(found["figures"]["class_frechet"].value)


def test_a_folder_that_cannot_be_written_keeps_no_figures_back(run: Path, tmp_path: Path, capsys) -> None:
    shutil.copytree(run, tmp_path / "run")
    (tmp_path / "run" / "measures.json").unlink()
    (tmp_path / "run" / "measures.json").mkdir()
    code, text = said(capsys, "judge", tmp_path / "run")
    assert (code, "frechet_ratio" in text, "not kept for `compare`:" in text) == (0, True, True), text


def test_score(run: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    sample = load(run).sample(1)
    file = tmp_path / "one.png"
    Image.fromarray(sample.x[0, 0].numpy()).save(file)
    code, text = said(capsys, "score", run, file, "--class", "1", "--json")
    assert code == 0, text
    (opinion,) = json.loads(text)
    assert opinion["label"] == "1"
    assert opinion["against"] == "36 held-out examples"
    assert opinion["reads"] == "comparison", "by the objective of the last stage, not of the first"
    assert opinion["d"] != pytest.approx(float(torch.sigmoid(torch.tensor(opinion["logit"]))), rel=1e-5)
    assert 0 < opinion["d"] < 1
    assert 0 <= opinion["calibrated"][1] <= opinion["calibrated"][0] <= opinion["calibrated"][2] <= 1
    code, text = said(capsys, "score", run, file)
    assert (code, "D(x over G(z))" in text) == (0, True)
    assert "calibrated on 36 held-out examples and as many samples" in text
    assert said(capsys, "score", run, file, "--quiet") == (0, "")
    for tokens, word in (
        ((run,), "no pictures"),
        ((run, tmp_path / "no.png"), "no such file"),
        ((run, file, "--class", "9"), "no class '9'"),
        ((run, run / "config.json"), "not a picture"),
        ((run, run), "not a file"),
    ):
        code, text = said(capsys, "score", *tokens)
        assert (code, word in text) == (2, True), text


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_a_file_is_read_as_the_data_were(fit: Fit, tmp_path: Path) -> None:
    """Its middle or all of it, on the data's background, turned upright, and never cut off at 8 bits."""
    rng = np.random.default_rng(0)
    wide = Image.fromarray(rng.integers(0, 255, (20, 50, 4), dtype=np.uint8))
    turned = Image.Exif()
    turned[0x0112] = 6
    wide.convert("RGB").save(tmp_path / "0.png", exif=turned)
    wide.save(tmp_path / "1.png")
    Image.fromarray(rng.integers(0, 65535, (50, 20), dtype=np.uint16)).save(tmp_path / "2.png")
    data = Data(name=str(tmp_path), size="12x8", fit=fit, background="#336699")
    source = open_source(reading(data))
    assert source.x.shape[1:] == (3, 12, 8)
    for place in range(3):
        x = picture(tmp_path / f"{place}.png", facts_of({"x": source})["x"], data)
        assert x.equal(source.x[place])


def of_their_own(made: Run) -> torch.Tensor:
    """D's logits of the held-out examples, each as of its own class or condition."""
    live, saved = as_begun(made.record, silent).live(), newest(made.folder / "checkpoints")
    assert saved is not None
    assert live.scene.game.D is not None
    ((name, D),) = live.scene.game.D.networks.items()
    ModulePart(D).load_state(saved.saved[name])
    D.eval()
    x = scaled(live.held_out.x, made.record.config.range, live.facts["x"])
    with torch.no_grad():
        return live.logits(D, Batch(x, live.held_out.c))


@pytest.mark.slow
def test_files_are_looked_at_as_what_they_are_calibrated_by_is(capsys, tmp_path: Path) -> None:
    """Scored themselves, the 36 held-out examples are above 0, 1, ..., 35 of 36, though their labels mean nothing and
    D often likes them better under the other.
    """
    x, y = np.random.default_rng(0).integers(0, 255, (120, 1, 12, 12), dtype=np.uint8), np.arange(120) % 2
    np.savez(tmp_path / "data.npz", x=x, y=y)
    conf = CONFIG.model_copy(update={"data": Data(held_out=0.3), "judge": Judge(share=0)})
    made = start(str(tmp_path / "data.npz"), conf, name="a", root=tmp_path)
    held_out = list(made.record.data.held_out)
    files = [tmp_path / f"{i:03d}.png" for i in held_out]
    for file, i in zip(files, held_out):
        Image.fromarray(x[i, 0]).save(file)
    code, text = said(capsys, "score", made.folder, *files, "--json")
    assert code == 0, text
    found = json.loads(text)
    assert sum(opinion["label"] != str(y[i]) for opinion, i in zip(found, held_out)) > 6
    assert sorted(opinion["real"] for opinion in found) == pytest.approx([i / 36 for i in range(36)], abs=1e-6)
    known = of_their_own(made)
    for each in score(made.folder, files[:9], "1"):  # asked for one class, beside examples each of its own
        assert each.real == float((known < each.logit).float().mean())


def test_fakes_are_not_taken_for_real_by_the_best_of_many_classes() -> None:
    """D(x, c) = 2 [x real] + noise of deviation 1 that is another for each of ten classes: the maximum over classes is
    1.5 higher than the logit of one's own. Of 200 fresh fakes "such were real" is then .18 on average, as their logits
    and the examples' are distributed, and not .5 or more, as beside logits under their own class.
    """
    rng = torch.Generator().manual_seed(0)
    table = torch.randn(3, 500, 10, generator=rng) + torch.tensor([2.0, 0.0, 0.0]).view(3, 1, 1)
    wanted = [Guise(str(c), torch.tensor([c])) for c in range(10)]

    def logits(x: torch.Tensor, c: torch.Tensor | None) -> torch.Tensor:
        return table[x[:, 0], x[:, 1], torch.zeros(len(x), dtype=torch.long) if c is None else c]

    def all_of(kind: int) -> torch.Tensor:
        return torch.stack([torch.full((500,), kind), torch.arange(500)], 1)

    real, fake, fresh = (favourites(logits, all_of(kind), wanted).values for kind in range(3))
    own = [logits(all_of(kind), torch.arange(500) % 10) for kind in (0, 1)]

    def mean(*known: torch.Tensor) -> float:
        return sum(opinion("", float(y), None, "", *known).calibrated[0] for y in fresh[:200]) / 200

    assert mean(real, fake) < 0.25
    assert mean(*own) > 0.5


def test_d_is_calibrated_on_what_it_has_seen_only_where_it_says_so(tmp_path: Path, capsys) -> None:
    x = np.random.default_rng(0).integers(0, 255, (40, 1, 12, 12), dtype=np.uint8)
    np.savez(tmp_path / "data.npz", x=x)
    Image.fromarray(x[0, 0]).save(tmp_path / "one.png")
    start(str(tmp_path / "data.npz"), CONFIG.model_copy(update={"judge": Judge(share=0)}), name="a", root=tmp_path)
    code, text = said(capsys, "score", tmp_path / "a", tmp_path / "one.png")
    told = "40 training examples (seen by D: fewer than 20 are held out)"
    assert (code, f"calibrated on {told}" in " ".join(text.split())) == (0, True), text
    code, text = said(capsys, "score", tmp_path / "a", tmp_path / "one.png", "--json")
    assert (code, json.loads(text)[0]["against"]) == (0, told)


def test_the_best_average_is_the_one_whose_distance_is_surely_the_least() -> None:
    """By the upper end of the interval: 1.1 +- .1 before 1.0 +- .5, whose value is lower by chance."""
    found = {name: {"frechet": measure(*of)} for name, of in (("a", (2.0, 0.1)), ("b", (1.1, 0.1)), ("c", (1.0, 0.5)))}
    assert best_of(found) == ("b", "frechet")


@pytest.mark.slow
def test_a_d_that_reads_numbers_is_asked_under_a_condition(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    y = np.linspace(0, 1, 90).astype(np.float32)
    x = (rng.integers(0, 60, (90, 1, 12, 12)) + 190 * y[:, None, None, None]).astype(np.uint8)
    np.savez(tmp_path / "data.npz", x=x, y=y)
    conf = CONFIG.model_copy(update={"data": Data(held_out=0.3), "judge": Judge(share=0)})
    made = start(str(tmp_path / "data.npz"), conf, name="a", root=tmp_path)
    file = tmp_path / "one.png"
    Image.fromarray(x[3, 0]).save(file)
    name = load(tmp_path / "a").facts["c"].fields[0].name
    found = {}
    for words in (["--cond", f"{name}=0.1"], ["--cond", f"{name}=0.9"], []):
        code, text = said(capsys, "score", tmp_path / "a", file, *words, "--json")
        assert code == 0
        found[" ".join(words)] = json.loads(text)[0]
    assert found[f"--cond {name}=0.1"]["label"] == f"{name}=0.1"
    assert found[""]["label"] == "the best of 63 conditions"
    low, high = (found[f"--cond {name}={value}"]["logit"] for value in (0.1, 0.9))
    assert low != high
    assert found[""]["logit"] >= min(low, high)
    known = of_their_own(made)
    for value in (0.1, 0.9):
        one = found[f"--cond {name}={value}"]
        assert one["real"] == pytest.approx(float((known < one["logit"]).float().mean()), abs=1e-6)
    for words, told in (
        (["--class", "1"], "use --cond"),
        (["--cond", "colour=3"], "no condition 'colour'"),
    ):
        code, text = said(capsys, "score", tmp_path / "a", file, *words)
        assert (code, told in text) == (2, True)


def test_data_that_cannot_be_judged_say_why(tmp_path: Path) -> None:
    x = np.random.default_rng(0).integers(0, 255, (15, 1, 12, 12), dtype=np.uint8)
    np.savez(tmp_path / "few.npz", x=x)
    conf = CONFIG.model_copy(update={"judge": Judge(share=0)})
    made = start(str(tmp_path / "few.npz"), conf, name="a", root=tmp_path)
    told = "15 examples cannot be judged: a verdict on fewer than 20 is noise"
    assert [event["refused"] for event in events(made.folder) if event["event"] == "judgement"] == [told]
    assert told in (made.folder / "report.html").read_text()
    assert made.record.choices.judge_refused == told


@pytest.mark.slow
def test_pictures_that_are_all_one_are_refused_with_their_number(tmp_path: Path, capsys) -> None:
    np.savez(tmp_path / "data.npz", x=np.full((200, 1, 12, 12), 9, dtype=np.uint8))
    made = start(str(tmp_path / "data.npz"), CONFIG, name="a", root=tmp_path)
    told = "only 1 different example of 200 (a verdict on fewer than 20 is noise)"
    assert told in made.record.choices.judge_refused
    code, text = said(capsys, "judge", made.folder)
    assert (code, told in text) == (2, True), text
    assert [told in why for why in Case.of({}, events(made.folder)).refused] == [True]


def test_features_that_are_refused_stop_no_run_and_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = "their distance does not rise with noise: 3, 2, 1"
    monkeypatch.setattr("saddlepoint.judging.extractors.learned.shortcoming", lambda *_: fault)
    monkeypatch.setattr("saddlepoint.judging.extractors.learned.trained", lambda *_: None)
    monkeypatch.setattr("saddlepoint.judging.extractors.learned.learned", lambda *_: None)
    x = np.random.default_rng(0).integers(0, 255, (90, 1, 12, 12), dtype=np.uint8)
    np.savez(tmp_path / "data.npz", x=x)
    conf = CONFIG.model_copy(update={"judge": Judge(features="learned"), "data": Data(held_out=0.3)})
    made = start(str(tmp_path / "data.npz"), conf, name="a", root=tmp_path)
    assert fault in made.record.choices.judge_refused
    assert fault in (made.folder / "report.html").read_text()


@pytest.mark.parametrize(
    ("counts", "labels"),
    [([5, 5, 5], [0, 1, 2, 0, 1, 2, 0, 1]), ([6, 2, 0], [0, 0, 1, 0, 0, 0, 1, 0]), ([1, 7], [1, 1, 1, 0, 1, 1, 1, 1])],
)
def test_classes_come_as_often_as_in_the_data(counts: list[int], labels: list[int]) -> None:
    assert in_proportion(torch.tensor(counts), 8).tolist() == labels


@pytest.mark.parametrize(("dark", "mixed"), [(70, False), (79, True)])
def test_samples_are_as_mixed_as_the_data_where_classes_are_not_equally_frequent(dark: int, mixed: bool) -> None:
    """Of 130 pictures: .038 or .108 of them would have to change class. The z are those of the samples in turn."""
    source = pictures()._replace(c=(torch.arange(130) >= dark).long())
    live = Live(judged_record(), {"x": source}, ENGINE)
    court = jury(live.evidence())
    generator = live.artefact(live.shipped)
    found, turns = court.mixed(generator, 60, 0), court.see(generator, 60, 0)
    assert (found is not None) == mixed
    if found is not None:
        assert found.labels is None
        labels = in_proportion(torch.tensor([dark, 130 - dark]), 60)
        alike = labels == torch.arange(60) % 2
        assert found.x[alike].equal(turns.x[alike])
        assert not found.x[~alike].equal(turns.x[~alike])


def test_examples_that_are_there_many_times_count_once() -> None:
    source = pictures().take(torch.tensor([3, 1, 3, 3, 2, 1]))
    assert distinct(source).x.equal(pictures().x[[3, 1, 2]])
    assert distinct(pictures()).size == pictures().size


@pytest.mark.parametrize(("kinds", "shared", "counted"), [(130, False, 104), (60, False, 48), (52, True, 104)])
def test_they_count_as_often_where_held_out_ones_are_among_them(kinds: int, shared: bool, counted: int) -> None:
    """Copies of 60 pictures all fall on one side; those of 52 do not."""
    source = pictures().take(torch.arange(130) % kinds)
    live = Live(judged_record(), {"x": source}, ENGINE)
    assert overlap(live.train, live.held_out) == shared
    assert jury(live.evidence()).standard.training.size == counted
