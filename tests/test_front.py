"""A run as programs and notebooks see it: watched, interrupted, asked, called back. Each run is a blink of an eye."""

import signal
import threading
import time as clock
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch
from PIL import Image

import saddlepoint as sp
from saddlepoint import errors, front
from saddlepoint.cli.display import Lines
from saddlepoint.durations import parse
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.headline import told
from saddlepoint.notebook import Notebook
from saddlepoint.planning import judgements
from saddlepoint.running import calls
from saddlepoint.running.watcher import Listened, Nobody, Tick
from saddlepoint.storage.journal import read

X = np.random.default_rng(0).integers(0, 256, (300, 8, 8), dtype=np.uint8)
Y = np.arange(300) % 2
TINY: dict[str, Any] = {"images": 320, "batch": 16, "engine.threads": 1, "judge.share": 0, "averages": (16,)}
TINY |= {"snapshots": 3, "journal_images": 16, "g.network.hidden": (4,), "d.network.hidden": (4,)}
RECIPE = "cgan"


def train(root: Path, watcher: Nobody | None = None, **given: Any) -> sp.Run:
    return sp.train((X, Y), recipe=RECIPE, settings=TINY, root=root, watcher=watcher or sp.quiet, **given)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> sp.Run:
    return train(tmp_path_factory.mktemp("runs"))


class At(Nobody):
    """Does something after so many images, each time from there on."""

    def __init__(self, images: int, act: Callable[[], object]) -> None:
        self.images, self.act, self.notes = images, act, []

    def progress(self, tick: Tick) -> None:
        if tick.images >= self.images:
            self.act()

    def note(self, text: str) -> None:
        self.notes.append(text)


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)  # to this thread, at once: two that are sent to the process may become one


def weights(run: sp.Run) -> list[torch.Tensor]:
    return [p for net in run.generator().networks.values() for p in net.state_dict().values()]


def test_a_run_is_asked_what_it_came_to(run: sp.Run) -> None:
    assert (run.state, run.images, run.name) == ("done", 320, f"array-{RECIPE}-1")
    assert repr(run) == f"<Run {run.folder}: {RECIPE} on array, done at 320>"
    assert [path.name for path in run.samples()] == [f"{images:09d}.png" for images in (0, 80, 320)]
    before = set(run.measures)
    assert before == set(sp.judge(run, n=200))
    assert run.doctor() == sp.doctor(run.folder)
    assert sp.compare(run, run.folder)[0].verdict == "cannot tell"
    assert run.generator()(run.generator().noise(3, 0)).shape == (3, 1, 8, 8)


def test_its_history_is_the_journals(run: sp.Run) -> None:
    lines = [line for line in read(run.folder / "journal.jsonl") if line["event"] == "rounds"]
    history = run.history()
    assert all(column.dtype == np.float64 for column in history.values())
    assert history["images"].tolist() == [line["images"] for line in lines]
    assert history["losses/D"].tolist() == [line["losses"]["D"] for line in lines]
    assert history["d_real"].tolist() == [line["d_real"] for line in lines]
    assert history["gradients/G"].tolist() == [line["gradients"]["G"] for line in lines]
    assert len(lines) == 20


def test_numbers_that_a_line_lacks_are_none_in_its_history(tmp_path: Path) -> None:
    from saddlepoint.run import columns, numbers

    lines = [{"event": "rounds", "a": 1, "losses": {"D": 0.5, "G": None}}, {"a": None, "losses": {"D": 2}, "b": 3.0}]
    found = columns([numbers(line) for line in lines])
    assert {name: column.tolist()[0] for name, column in found.items() if name != "b"} == {"a": 1.0, "losses/D": 0.5}
    assert np.isnan(found["a"][1])
    assert np.isnan(found["b"][0])


def test_a_notebook_shows_what_leads_the_verdict_and_the_sheet(run: sp.Run) -> None:
    page, sheet = run._repr_html_(), run._repr_png_()
    assert sheet == (run.folder / "grid.png").read_bytes()
    assert told(run.measures) in page
    assert run.doctor()[0].name in page
    assert "&lt;Run " in page
    assert page.count("<img ") == 1


def test_samples_are_a_sequence_of_examples(run: sp.Run, tmp_path: Path) -> None:
    samples = run.sample(6, label=1)
    assert repr(samples) == "<Samples: 6 pictures of 1 x 8 x 8, uint8>"
    assert len(samples) == len(list(samples)) == 6
    assert torch.stack(list(samples)).equal(samples.x)
    assert samples[2].equal(samples.x[2])
    assert np.array_equal(samples.numpy(), samples.x.numpy())
    assert [np.array(picture).tolist() for picture in samples.pil()] == samples.x[:, 0].tolist()
    assert (samples._repr_png_() or b"").startswith(b"\x89PNG")
    assert run.sample(0)._repr_png_() is None


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5])
def test_single_pictures_have_their_channels(channels: int) -> None:
    from saddlepoint.data.facts import About

    x = torch.randint(0, 256, (2, channels, 4, 6), dtype=torch.uint8)
    made = sp.Samples(x, None, About("pictures", (channels, 4, 6), "uint8")).pil()
    seen = np.array(made[1]).reshape(4, 6, -1).transpose(2, 0, 1)
    assert np.array_equal(seen, x[1, : 3 if channels == 5 else channels].numpy())
    with pytest.raises(SaddlepointError, match="are no pictures"):
        sp.Samples(torch.zeros(2, 3), None, About("points", (3,))).pil()


def test_a_generator_is_a_function_of_z(run: sp.Run) -> None:
    g = run.generator()
    assert repr(g).startswith(f"<Artefact {RECIPE} of array-{RECIPE}-1: 1 x 8 x 8 pictures, can sample")
    z, c = g.noise(5, 3), torch.ones(5, dtype=torch.int64)
    assert g(z, c).equal(g.decode(z, c))
    assert g.stored(g(z)).equal(g.sample(5, seed=3).x), "without c: each class in turn, as samples are"
    assert g.to("cpu") is g
    assert g.to(torch.device("cpu"))(z[:2]).equal(g(z)[:2])
    wrong = ((torch.zeros(5, 9999), None, "z of shape"), (z, torch.ones(4).long(), "5 z, but 4 conditions"))
    for given, label, said in wrong:
        with pytest.raises(SaddlepointError, match=said):
            g(given, label)


def test_an_interrupt_returns_a_run_that_is_sampled_and_resumed(run: sp.Run, tmp_path: Path) -> None:
    """As the command line saves it: it goes on bit for bit as if nothing had happened. Handlers are put back."""
    before = signal.getsignal(signal.SIGINT)
    watcher = At(100, interrupt)
    stopped = train(tmp_path, watcher)
    assert (stopped.state, stopped.images) == ("stopped", 112)
    assert watcher.notes[-1].startswith(
        f"{stopped.folder}: stopped at 112 pictures, saved (go on with `saddlepoint resume"
    )
    assert signal.getsignal(signal.SIGINT) is before
    assert len(stopped.sample(4)) == 4
    assert (stopped._repr_png_() or b"").startswith(b"\x89PNG")
    on = sp.resume(stopped, watcher=sp.quiet)
    assert on.state == "done"
    assert all(a.equal(b) for a, b in zip(weights(on), weights(run), strict=True))


def test_a_second_interrupt_is_pythons_own(tmp_path: Path) -> None:
    def twice() -> None:
        interrupt()
        interrupt()

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a process in the background may ignore it
    try:
        with pytest.raises(KeyboardInterrupt):
            train(tmp_path, At(100, twice))
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    (folder,) = tmp_path.iterdir()
    assert sp.resume(folder, data=(X, Y), watcher=sp.quiet).state == "done"


def test_an_interrupt_while_the_last_page_is_written(tmp_path: Path) -> None:
    class Late(Nobody):
        def phase(self, name: str) -> None:
            self.late = name == "judging and writing"

        def done(self, summary: object) -> None:
            raise KeyboardInterrupt

    assert train(tmp_path, Late()).state == "done"


def test_where_there_are_no_signals_it_trains_too(tmp_path: Path) -> None:
    found: list[sp.Run] = []
    thread = threading.Thread(target=lambda: found.append(train(tmp_path)))
    thread.start()
    thread.join()
    assert found[0].state == "done"


def test_callbacks_hear_of_rounds_snapshots_and_judgements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order in which they came up, each once; a judgement is that of the journal."""
    told: list[tuple[str, Any]] = []
    planned = judgements.planned

    def twice(*given: Any) -> Any:
        record = planned(*given)
        return record.model_copy(update={"choices": record.choices.model_copy(update={"judge_images": 160})})

    monkeypatch.setattr(judgements, "planned", twice)
    run = train(
        tmp_path,
        on_round=lambda round: told.append(("round", round)),
        on_snapshot=lambda picture: told.append(("snapshot", picture)),
        on_judgement=lambda measures: told.append(("judgement", measures)),
    )
    assert [given.images for name, given in told if name == "round"] == list(range(16, 321, 16))
    assert "".join(name[0] for name, _ in told) == "rs" + "r" * 4 + "s" + "r" * 5 + "j" + "r" * 10 + "sj"
    pictures = [given for name, given in told if name == "snapshot"]
    assert [np.array(picture).tolist() for picture in pictures] == [
        np.array(Image.open(path)).tolist() for path in run.samples()
    ]
    history, judged = run.history(), [given for name, given in told if name == "judgement"]
    assert history["judged/images"].tolist() == [160, 320]
    assert history["judged/frechet"].tolist() == [found["frechet"].value for found in judged]


@pytest.mark.parametrize("which", ["on_round", "on_snapshot"])
def test_a_callback_ends_a_run_cleanly(which: str, tmp_path: Path, run: sp.Run) -> None:
    """Saved, judged and written as it is; it can be gone on with, and comes to what it would have come to."""

    def enough(given: Any) -> None:
        if which == "on_snapshot" or given.images >= 100:
            raise sp.StopTraining

    watcher = At(10**9, interrupt)
    ended = train(tmp_path, watcher, **{which: enough})
    assert ended.images == (112 if which == "on_round" else 16)
    assert ended.measures
    assert (ended.folder / "report.html").exists()
    assert "as asked, and saved" in watcher.notes[-1]
    on = sp.resume(ended, watcher=sp.quiet)
    assert (on.state, on.images) == ("done", 320)
    assert all(a.equal(b) for a, b in zip(weights(on), weights(run), strict=True))


def test_an_exception_in_a_callback_saves_and_is_named(tmp_path: Path) -> None:
    def wrong(round: sp.Round) -> None:
        if round.images >= 100:
            raise ValueError("too\nlarge")

    with pytest.raises(SaddlepointError) as error:
        train(tmp_path, on_round=wrong)
    assert "on_round raised ValueError: too large (saved; go on with `saddlepoint resume" in str(error.value)
    assert isinstance(error.value.__cause__, ValueError)
    (folder,) = tmp_path.iterdir()
    assert max(int(each.name) for each in (folder / "checkpoints").iterdir()) == 112
    assert sp.resume(folder, data=(X, Y), watcher=sp.quiet).state == "done"


def test_a_callback_that_does_not_return_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once for each call, while it is at work; not the one that comes back in time. Nobody looks where nobody is
    called, nor after the run.
    """
    monkeypatch.setattr(calls, "LATE", 0.2)
    watcher, before, alive = At(10**9, interrupt), threading.active_count(), []

    def slow(round: sp.Round) -> None:
        alive.append(threading.active_count())
        if round.images in (64, 128):
            until = clock.monotonic() + 20
            while clock.monotonic() < until and len(watcher.notes) < round.images // 64:
                clock.sleep(0.01)

    train(tmp_path, watcher, on_round=slow)
    late = [note for note in watcher.notes if "has not returned" in note]
    assert len(late) == 2
    assert all(note.startswith("on_round has not returned for 0 s, and the run waits for it") for note in late)
    assert set(alive) == {before + 1}
    until = clock.monotonic() + 20
    while threading.active_count() > before and clock.monotonic() < until:
        clock.sleep(0.01)
    assert threading.active_count() == before


@pytest.mark.parametrize(("within", "after", "told"), [(0.0, 0.4, 0), (0.4, 0.0, 1)])
def test_a_callback_is_late_while_it_is_at_work_and_said_to_be_so_once(
    monkeypatch: pytest.MonkeyPatch, within: float, after: float, told: int
) -> None:
    """However long it is at work, and however long until the next."""
    monkeypatch.setattr(calls, "LATE", 0.04)
    notes: list[str] = []
    listeners = calls.Listeners(calls.Calls(round=lambda round: clock.sleep(within)), notes.append)
    with listeners:
        listeners.tell(cast(Any, None))
        clock.sleep(after)
    assert len(notes) == told


@pytest.mark.parametrize("time", ["1h30m", 5400, 5400.0, timedelta(hours=1.5)])
def test_a_time_is_a_text_seconds_or_a_timedelta(time: Any) -> None:
    assert parse(time) == 5400


@pytest.mark.parametrize("time", ["90", 0, -1, float("nan"), timedelta(0), timedelta(days=400), True, None, [1]])
def test_anything_else_is_no_time(time: Any, tmp_path: Path) -> None:
    with pytest.raises(SaddlepointError, match="budget: "):
        parse(time, "budget")
    if time is not None:
        for call in (lambda: train(tmp_path, budget=time), lambda: sp.look(X, budget=time)):
            with pytest.raises(SaddlepointError, match="budget: "):
                call()


def test_what_shows_a_run_suits_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines where there is no terminal, a notebook's block in a notebook, and whatever is given."""
    nobody = front.Calls()

    def chosen(given: Any = None) -> object:
        with front.watched(given, nobody) as watcher:
            assert isinstance(watcher, Listened)
            return watcher.say.__self__  # pyright: ignore

    assert isinstance(chosen(), Lines)
    assert chosen(sp.quiet) is sp.quiet
    monkeypatch.setitem(__import__("sys").modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace()))
    assert isinstance(chosen(), Lines), "an IPython in a terminal"
    kernel = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=1))
    monkeypatch.setitem(__import__("sys").modules, "IPython", kernel)
    assert isinstance(chosen(), Notebook)


def test_no_library_call_ends_the_process() -> None:
    root = Path(sp.__file__ or "").parent
    ends = [path for path in root.rglob("*.py") if any(word in path.read_text() for word in ("_exit(", "sys.exit("))]
    assert {path.relative_to(root).parts[0] for path in ends} <= {"cli", "__main__.py"}


def test_what_would_have_no_effect_is_refused(run: sp.Run, tmp_path: Path) -> None:
    for given, place in (({"n": 9}, tmp_path), ({"seed": 1}, tmp_path), ({"size": "8"}, None)):
        with pytest.raises(SaddlepointError, match=f"{next(iter(given))}: has no effect on"):
            sp.judge(run if place is None else tmp_path, place, **given)


def test_what_contradicts_itself_is_refused_in_a_program_too(run: sp.Run, tmp_path: Path) -> None:
    given: dict[str, Any] = {"root": tmp_path, "watcher": sp.quiet}
    refused = {
        "images": lambda: sp.train("digits", budget="1m", settings={"images": 1_000}, **given),
        "cond": lambda: sp.train("digits", settings={"data.cond": "kind", "unconditional": True}, **given),
        "features": lambda: sp.judge(run, features="vgg"),
        "watcher": lambda: sp.train("digits", watcher="quiet", root=tmp_path),  # pyright: ignore[reportArgumentType]
    }
    for name, ask in refused.items():
        with pytest.raises(SaddlepointError, match=name):
            ask()
    assert not list(tmp_path.iterdir())


def test_one_picture_is_scored_by_its_name_alone(run: sp.Run) -> None:
    path = run.samples()[-1]
    assert sp.score(run, str(path)) == sp.score(run, path) == sp.score(run, [path])


# Messages name what the caller wrote.


@pytest.mark.parametrize(
    ("shell", "program"),
    [
        ("use --class, or none", "use label, or none"),
        ("lower --lr, or hold more out: --data.held-out", "lower lr, or hold more out: data.held_out"),
        ("--no-mirror and --g.no-bias", "mirror=False and g.bias=False"),
        ("--cond species:class", "cond species:class"),
        ("cannot draw: -n", "cannot draw: n"),
        ("`saddlepoint judge a --features pixels` or --features pixels", None),
        ("no class '--class' here", "no class '--class' here"),
        ("pip install --upgrade saddlepoint", "pip install --upgrade saddlepoint"),
        ("a -- b, e-n, x--y, -no", "a -- b, e-n, x--y, -no"),
    ],
)
def test_a_message_names_flags_in_a_shell_and_keywords_in_a_program(shell: str, program: str | None, monkeypatch):
    program = program or "`saddlepoint judge a --features pixels` or features pixels"
    monkeypatch.setattr(errors, "_shell", False)
    assert str(SaddlepointError(shell, "--class", shell)) == f"label: {program} ({program})"
    assert str(SaddlepointError("gone", "a/--class.csv")) == "a/--class.csv: gone"
    with errors.in_a_shell():
        assert str(SaddlepointError(shell, "--class", shell)) == f"--class: {shell} ({shell})"
    assert errors.as_written(shell) == program


def test_what_a_program_asks_for_in_vain_is_named_as_the_program_has_it(run: sp.Run, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(errors, "_shell", False)
    for ask, says in (
        (lambda: run.sample(2, label="9"), r"label: no class '9'"),
        (lambda: run.sample(-1), r"n: cannot draw"),
        (lambda: run.sample(2, cond="a=3"), r"cond: .* \(use label, or none\)"),
        (lambda: train(tmp_path, name="x", budget="4q"), r"budget: "),
        (
            lambda: sp.train("digits", settings={"data.held_outt": 1}),
            r"data.held_outt: unknown setting",
        ),
    ):
        with pytest.raises(SaddlepointError, match=rf"^{says}"):
            ask()
    watcher = At(10**9, lambda: None)
    Listened(watcher, calls.NO_CALLS).note("column 'a' holds words: --cond a:class; `saddlepoint resume r --more 1m`")
    assert watcher.notes == ["column 'a' holds words: cond a:class; `saddlepoint resume r --more 1m`"]
