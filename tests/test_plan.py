"""Before a run: speed is measured on throwaway copies, memory that runs out halves the batch, budgets buy rounds."""

import time
import weakref
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest
import torch
from tinyrun import CONFIG, ENGINE, pictures

from saddlepoint.data.facts import facts_of
from saddlepoint.data.source import Source
from saddlepoint.engine import Engine
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.algorithm import play
from saddlepoint.planning import budget, prepared
from saddlepoint.planning.begin import configure
from saddlepoint.planning.budget import Measurement, disk_bytes, images_for, memory_bytes, out_of_memory
from saddlepoint.planning.recorded import recorded
from saddlepoint.record import Choices, RunRecord, versions
from saddlepoint.records import Round
from saddlepoint.running import live
from saddlepoint.running.live import Live
from saddlepoint.settings.networks import Mlp
from saddlepoint.systems.gan.config import Config, Rules
from saddlepoint.systems.gan.play import SYSTEM


def record(conf: Config, source: Source) -> RunRecord:
    choices = Choices(device="cpu", precision="float32", threads=1)
    data = recorded(source, conf.data.held_out)
    return RunRecord(config=conf, data=data, choices=choices, versions=versions())


def measure(conf: Config, source: Source | None = None) -> Measurement:
    source = source or pictures()
    return budget.measure(record(conf, source), {"x": source}, ENGINE)


def config(batch: int = 6, **stage: Any) -> Config:
    mlp = Mlp(hidden=(4,))
    players = {"g": CONFIG.g.model_copy(update={"network": mlp}), "d": CONFIG.d.model_copy(update={"network": mlp})}
    return CONFIG.model_copy(update={"batch": batch, "stages": (Rules(**stage),), **players})


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of each round that a measurement plays; each takes a second by its clock, a penalty's two."""
    played: list[int] = []

    def counted(game: Any, batches: Any, **options: Any) -> Iterator[Round]:
        for round in play(game, batches, **options):
            played.append(round.index)
            yield round

    def clock() -> float:
        penalties = sum(index % 3 == 0 for index in played)
        return float(len(played) + penalties)

    monkeypatch.setattr(live, "play", counted)
    monkeypatch.setattr(budget.time, "monotonic", clock)
    return played


# The speed.


@pytest.mark.parametrize("seconds", [0.0, 9.0, 10.0, 11.0])
def test_the_speed_is_that_of_whole_periods_of_a_lazy_penalty(
    rounds: list[int], seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every third round takes twice as long: 4 seconds for 3 rounds of 6 images, wherever the measurement ends."""
    monkeypatch.setattr(budget, "SECONDS", seconds)
    measured = measure(config(r1=0.1, penalty_every=3))
    assert (len(rounds) - 1 - budget.WARM_UP) % 3 == 0
    assert measured.rate == pytest.approx(3 * 6 / 4, rel=1e-12)


def test_the_measurement_takes_as_long_as_it_may_and_no_longer(
    rounds: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "SECONDS", 15.0)
    measure(config())
    assert 15 < budget.time.monotonic() - 6 <= 15 + 2  # four rounds to warm up, two of them with a penalty's price
    monkeypatch.setattr(budget, "SECONDS", 0.0)
    rounds.clear()
    measure(config(r1=0.1, penalty_every=7))
    assert {0, 7} <= set(rounds)  # once to warm up, once to be timed


def test_real_examples_are_counted_not_rounds(rounds: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "SECONDS", 0.0)
    once, thrice = (measure(config(k=k)).rate for k in (1, 3))
    assert thrice == pytest.approx(3 * once, rel=0.2)


def test_each_stage_has_its_share_of_the_images_and_its_own_speed(
    rounds: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """3 rounds in 4 seconds: of 6 images in the first and last stage, of 12 between; 90 + 180 + 90 images in 60 s."""
    monkeypatch.setattr(budget, "SECONDS", 0.0)
    lazy = {"r1": 0.1, "penalty_every": 3}
    stages = (Rules(images=90, **lazy), Rules(images=180, k=2, **lazy), Rules(images=90, **lazy))
    measured = measure(config().model_copy(update={"stages": stages}))
    assert measured.rate == pytest.approx((90 + 180 + 90) / 60, rel=1e-12)
    assert measured.round == 6  # the last stage's
    assert len([index for index in rounds if index == 0]) == 2  # what is played twice is measured once


@pytest.mark.parametrize("k", [1, 3])
def test_a_round_sees_a_batch_for_each_step_of_the_critic(rounds: list[int], k: int) -> None:
    assert measure(config(batch=4, k=k)).round == 4 * k


def test_the_weights_of_both_networks_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "SECONDS", 0.0)
    made = SYSTEM.networks(CONFIG, facts_of({"x": pictures()}))
    assert len(made) == 2
    wanted = sum(p.numel() for net in made.values() for p in net.parameters())
    assert measure(CONFIG).weights == wanted


def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run starts from the weights it would have started from; data and configuration are untouched."""
    monkeypatch.setattr(budget, "SECONDS", 0.0)
    source, conf = pictures(), CONFIG.model_copy()
    before = Live(record(CONFIG, source), {"x": source}, ENGINE).networks
    measure(conf, source)
    after = Live(record(CONFIG, source), {"x": source}, ENGINE).networks
    for a, b in zip(before.values(), after.values(), strict=True):
        assert all(torch.equal(p, q) for p, q in zip(a.state_dict().values(), b.state_dict().values(), strict=True))
    assert conf == CONFIG
    assert source.digest() == pictures().digest()


# Memory.


@pytest.fixture
def scarce(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Exception], list[weakref.ref]]:
    """scarce(most, error): rounds of more than `most` examples meet this error; the networks of every attempt."""

    def prepare(most: int, error: Exception) -> list[weakref.ref]:
        made: list[weakref.ref] = []

        def counted(conf: Config, facts: Any) -> Any:
            assert not [ref for ref in made if ref() is not None], "an earlier attempt's networks are still there"
            nets = SYSTEM.networks(conf, facts)
            made.append(weakref.ref(nets["G"]))
            return nets

        def short_of_memory(game: Any, batches: Any, **options: Any) -> Iterator[Round]:
            played = play(game, batches, **options)
            yield from islice(played, 2)
            if len(next(iter(batches)).x) > most:
                raise type(error)(*error.args)  # a new one: the tests keep theirs
            yield from played

        monkeypatch.setattr(budget, "SECONDS", 0.0)
        monkeypatch.setattr(live, "system", lambda name: SYSTEM._replace(networks=counted))
        monkeypatch.setattr(live, "play", short_of_memory)
        return made

    return prepare


SAID = [
    MemoryError(),
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory: you tried to"),
    RuntimeError("MPS backend out of memory (MPS allocated: 8 GB)"),
]


@pytest.mark.slow
@pytest.mark.parametrize("error", SAID, ids=lambda error: type(error).__name__)
def test_where_memory_runs_out_the_batch_is_halved(scarce: Any, error: Exception) -> None:
    """And what the attempts before had taken is given back first."""
    made = scarce(10, error)
    assert measure(config(batch=64)).batch == 8
    assert len(made) == 4


@pytest.mark.slow
def test_memory_that_never_suffices_is_said_in_one_line(scarce: Any) -> None:
    made = scarce(0, MemoryError())
    with pytest.raises(SaddlepointError, match="memory runs out even with a batch of 5") as refused:
        measure(config(batch=20))
    assert refused.value.code == 1
    assert len(made) == 3


def test_other_errors_are_not_taken_for_it(scarce: Any) -> None:
    scarce(0, RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    with pytest.raises(RuntimeError, match="mat1"):
        measure(config())
    assert [out_of_memory(error) for error in SAID] == [True] * 4
    assert not out_of_memory(RuntimeError("shapes"))


def test_a_real_allocation_that_fails_is_recognised() -> None:
    with pytest.raises(RuntimeError) as failed:
        torch.empty(2**60, dtype=torch.uint8)
    assert out_of_memory(failed.value)


# Arithmetic.


@pytest.mark.parametrize(
    ("seconds", "rate", "round", "share", "images"),
    [
        (120, 1800.0, 64, 0.0, 205_184),  # 120 s, less a twentieth, at 1,800 a second: 3,206 rounds of 64
        (100, 10.0, 50, 0.0, 950),
        (100, 10.0, 150, 0.0, 900),
        (100, 10.0, 50, 0.25, 700),
        (0.001, 10.0, 150, 0.0, 150),
        (0.0, 10.0, 50, 0.0, 50),
    ],
)
def test_a_budget_buys_whole_rounds(seconds: float, rate: float, round: int, share: float, images: int) -> None:
    assert images_for(seconds, rate, round, share) == images


@pytest.mark.parametrize(("threads", "busy", "share"), [(1, 1.0, 1.0), (2, 1.0, 0.5), (2, 2.0, 1.0), (4, 0.8, 0.2)])
def test_a_measurement_says_how_much_of_the_cores_its_threads_had(
    threads: int, busy: float, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a process that runs on so many cores at once."""
    clock = time.monotonic
    monkeypatch.setattr(time, "process_time", lambda: busy * clock())
    ready = prepared.Prepared("ring8", configure(None, None, {"engine.threads": 1}, "points"), None)
    engine = ready.engine._replace(threads=threads)
    assert budget.measure(ready.record(), {**ready.sources}, engine).share == pytest.approx(share, rel=1e-3)


def test_disk_and_memory_grow_with_what_is_kept() -> None:
    """Three checkpoints of weights, two moments, and an average each; in memory also gradients, and the data."""
    two, three = CONFIG, CONFIG.model_copy(update={"averages": (10, 20, 30)})
    million = 10**6
    assert disk_bytes(two, million) - disk_bytes(two, 0) == 3 * (3 + 2) * 4 * million
    assert disk_bytes(three, million) - disk_bytes(two, million) == 3 * 4 * million
    assert memory_bytes(two, million, pictures()) - memory_bytes(two, 0, pictures()) == (4 + 2) * 4 * million
    twice = pictures()._replace(x=pictures().x.repeat(2, 1, 1, 1))
    assert memory_bytes(two, 0, twice) - memory_bytes(two, 0, pictures()) == 60 * 64


@pytest.mark.parametrize(
    ("rates", "share", "asked", "threads", "tried"),
    [
        ({4: 700.0, 1: 900.0}, 1.0, None, 1, [4, 1]),
        ({4: 900.0, 1: 700.0}, 1.0, None, 4, [4, 1]),
        ({4: 639.0, 1: 900.0}, 1.0, None, 4, [4]),  # long rounds of large networks: several threads are of use
        ({4: 639.0, 1: 900.0}, 0.5, None, 1, [4, 1]),  # unless other work has half of the cores
        ({4: 639.0, 1: 500.0}, 0.5, None, 4, [4, 1]),
        ({4: 2.0, 1: 900.0}, 1.0, None, 1, [4, 1]),  # of small ones: it is the threads that take long
        ({4: 700.0}, 0.5, 4, 4, [4]),
        ({1: 700.0}, 0.5, 1, 1, [1]),
    ],
)
def test_one_thread_is_taken_where_more_are_slower(
    rates, share, asked, threads, tried, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten rounds of 64 a second are where it begins to be asked."""
    seen, before = [], torch.get_num_threads()

    def measured(record: RunRecord, sources: object, engine: Engine) -> Measurement:
        assert record.choices.threads == engine.threads == torch.get_num_threads()
        seen.append(engine.threads)
        weights = 10 if rates[4 if 4 in rates else 1] == 2 else 400_000
        return Measurement(rates[engine.threads], weights, 64, 64, share=share)

    monkeypatch.setattr(prepared, "measure", measured)
    monkeypatch.setattr("saddlepoint.engine.physical_cores", lambda: 4)
    try:
        settings = {} if asked is None else {"engine.threads": asked}
        found = prepared.Prepared("ring8", configure(None, None, settings, "points"), None)
        assert seen == tried
        assert (found.engine.threads, found.measured.rate, torch.get_num_threads()) == (
            threads,
            rates[threads],
            threads,
        )
        assert found.plan().threads == found.record().choices.threads == threads
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("counts", "balance", "names"),
    [
        ((400, 300, 5), 0.0, "c"),
        ((400, 300, 20), 0.0, "c"),
        ((400, 300, 21), 0.0, None),
        ((400, 300, 5), 0.5, None),  # shown more often already
        ((400, 2, 5), 0.0, "b, c"),
        ((10, 10, 10), 0.0, None),  # few, but as many as of any other
    ],
)
def test_a_class_that_hardly_ever_comes_is_told_of(counts: tuple[int, ...], balance: float, names: str | None) -> None:
    c = torch.repeat_interleave(torch.arange(3), torch.tensor(counts))
    source = Source("some", torch.zeros(len(c), 1, 8, 8, dtype=torch.uint8), c, ("a", "b", "c"))
    found = prepared.rare(source, balance)
    assert len(found) == (names is not None)
    if names is not None:
        few = {5: "5", 20: "20", 2: "2 to 5"}[min(counts)]
        assert f"only {few} examples of class {names}, but 400 of another class" in found[0]
        assert "--balance 0.5" in found[0]
    assert prepared.rare(source._replace(c=None), balance) == []
