"""Painting in a style, and paying an upscaler for what VGG16 sees: trained, cut, resumed, shipped without weights."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import safetensors.torch
import torch
from seeing import layout, painted, saved
from tinyrun import ENGINE, Cut, Seen, bundle, events, outcome, pictures
from torch.nn.functional import conv2d, relu

from saddlepoint import api
from saddlepoint.artefact.folder import load
from saddlepoint.cli.main import main
from saddlepoint.data.source import Source
from saddlepoint.judging.extractors.vgg import HEADS, lpips_parts
from saddlepoint.planning.begin import configure
from saddlepoint.record import read_record
from saddlepoint.running.live import Live
from saddlepoint.statistics.perceptual import apart, gram, lpips, roughness
from saddlepoint.storage.checkpoint import newest
from saddlepoint.systems.catalog import system
from saddlepoint.systems.style.play import LOSSES, STYLE, Losses
from saddlepoint.systems.system import View

SMALL = {
    "engine.threads": 1,
    "engine.precision": "float32",
    "device": "cpu",
    "judge.share": 0,
    "seed": 3,
    "snapshots": 2,
    "averages": "20",
    "checkpoint_images": 12,
    "journal_images": 8,
    "data.held_out": 0.35,
    "batch": 4,
}
OF = {
    "style": {"style": "style.png", "style_side": 32, "g.width": 2, "g.blocks": 1, "images": 24},
    "srgan": {"content": "vgg22", "scale": 2, "g.width": 4, "g.blocks": 1, "d.width": 4, "d.layers": 1, "images": 12},
}


@pytest.fixture(scope="module", autouse=True)
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        bundle(patch)
        patch.chdir(tmp_path_factory.mktemp("style"))
        saved(Path("vgg.safetensors"))
        painted(Path("style.png"))
        yield


@pytest.fixture(scope="module", params=list(OF))
def straight(request: pytest.FixtureRequest, there: None) -> tuple[str, api.Run]:
    return request.param, begun(request.param, f"{request.param}-straight")


def configured(name: str):
    return configure(name, None, SMALL | OF[name] | {"vgg": "vgg.safetensors"})


def begun(name: str, as_: str, watcher: Seen | None = None) -> api.Run:
    return api.start("tiny", configured(name), name=as_, watcher=watcher)


def test_a_run_that_is_cut_ends_as_one_that_never_was(straight: tuple[str, api.Run]) -> None:
    name, run = straight
    folder = Path("runs") / f"{name}-cut"
    with pytest.raises(Cut):
        begun(name, folder.name, Seen(18))
    api.resume(folder)
    assert outcome(folder) == outcome(run.folder)


def test_what_is_shipped_needs_neither_file_and_says_not_where_they_lay(straight: tuple[str, api.Run]) -> None:
    name, run = straight
    about = json.loads((run.folder / "generator" / "config.json").read_text())["config"]
    assert about["vgg"] == "vgg.safetensors"
    assert json.loads((run.folder / "config.json").read_text())["config"]["vgg"] == str(
        Path("vgg.safetensors").resolve()
    )
    shutil.copytree(run.folder / "generator", f"{name}-alone")
    moved = {file: Path(file).rename(f"{file}.away") for file in ("vgg.safetensors", "style.png")}
    try:
        made = load(f"{name}-alone").apply(pictures().x[:3]).x
    finally:
        for file, away in moved.items():
            away.rename(file)
    assert made.shape == ((3, 1, 8, 8) if name == "style" else (3, 1, 16, 16))


@pytest.mark.parametrize(("name", "file"), [("style", "style.png"), ("style", "vgg.safetensors")])
def test_a_run_goes_on_with_the_files_it_began_with_or_not_at_all(
    name: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path("runs") / f"{name}-{file}"
    with pytest.raises(Cut):
        begun(name, folder.name, Seen(8))
    content = Path(file).read_bytes()
    try:
        Path(file).write_bytes(content + b"\0")
        assert main(["resume", str(folder)]) == 2
        assert f"--{file.split('.')[0]}" in (said := capsys.readouterr().err)
        assert "not the file that the run began with" in said
        Path(file).unlink()
        assert main(["resume", str(folder)]) == 2
        assert "No such file" in capsys.readouterr().err
    finally:
        Path(file).write_bytes(content)
    assert main(["resume", str(folder), "--quiet"]) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--recipe", "style", "--vgg", "vgg.safetensors"], "--style: `style` needs a picture"),
        (["--recipe", "style", "--style", "style.png"], "--vgg: `style` sees through VGG16"),
        (["--recipe", "style", "--style", "none.png", "--vgg", "vgg.safetensors"], "--style"),
        (["--recipe", "style", "--style", "vgg.safetensors", "--vgg", "vgg.safetensors"], "not a picture"),
        (["--recipe", "style", "--style", "style.png", "--vgg", "style.png"], "not a file of safetensors"),
        (["--recipe", "srgan", "--content", "vgg22"], "--vgg: `srgan` sees through VGG16"),
        (["--recipe", "srgan", "--content", "vgg22", "--adversarial", "0"], "for stages with a critic"),
    ],
)
def test_what_is_missing_or_wrong_is_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "tiny", *words, "--images", "8", "--engine.threads", "1", "--quiet"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert said in lines[0]


def seen(x: torch.Tensor, layers: int) -> torch.Tensor:
    """The first convolutions of VGG16, written out, of grey pictures in [-1, 1]."""
    weights, h = layout(), ((x + 1) / 2).expand(-1, 3, -1, -1)
    h = (h - torch.tensor([0.485, 0.456, 0.406])[:, None, None]) / torch.tensor([0.229, 0.224, 0.225])[:, None, None]
    for place in (0, 2)[:layers]:
        w, b = (weights[f"features.{place}.{which}"].half().float() for which in ("weight", "bias"))
        h = relu(conv2d(h, w, b, padding=1))
    return h


def test_the_losses_are_those_of_the_paper_and_the_judge_weighs_them(straight: tuple[str, api.Run]) -> None:
    """The judge's cost of a model that does nothing is 1; of another it is the weighted sum, written out."""
    name, run = straight
    if name != "style":
        return
    live = Live(read_record(run.folder), {"x": pictures()}, ENGINE)
    view = live.view()
    losses, c = Losses(live.config), view.some.c
    x = (0.5 * c).contiguous()
    assert losses.strength(x, c).shape == losses.content(x, c).shape == (len(c),)
    torch.testing.assert_close(losses.smooth(x, c), roughness(x))
    assert float(losses.content(c, c).abs().max()) == 0
    looked = losses.results(x)
    torch.testing.assert_close(gram(looked["relu1_2"]), gram(seen(x, 2)), rtol=1e-3, atol=1e-5)
    wanted = torch.stack([apart(gram(looked[each]), losses.style[each]) for each in STYLE]).mean(0)
    torch.testing.assert_close(losses.strength(x, c), wanted)
    torch.testing.assert_close(losses.content(x, c), apart(looked["relu2_2"], losses.results(c)["relu2_2"]))
    (judge,) = system("style").judges
    still, half = (judge(with_model(view, by)) for by in (1.0, 0.5))
    assert (still["cost"].value, still["style"].value, still["content"].value) == (1.0, 1.0, 0.0)
    rules = live.config.stages[-1]
    parts = {each: (getattr(losses, each)(x, c), getattr(losses, each)(c.clone(), c)) for each in LOSSES}
    made, before = (sum(getattr(rules, each) * parts[each][i] for each in LOSSES) for i in (0, 1))
    assert half["cost"].value == pytest.approx(float((made / before).mean()), rel=1e-4)
    assert half["content"].value == pytest.approx(float(parts["content"][0].mean()), rel=1e-4)
    assert half["style"].value == pytest.approx(float((parts["strength"][0] / parts["strength"][1]).mean()), rel=1e-4)
    assert len(half["cost"].card.extractor_digest) == 64
    assert view.whose == {"x": "held-out"}
    assert still["cost"].card.reference.startswith(f"{len(c)} held-out photographs, ")
    known = judge(with_model(view._replace(whose={"x": "training"}), 1.0))["cost"]
    assert known.card.reference.startswith(f"{len(c)} training photographs, ")


def with_model(view: View, by: float) -> View:
    """As if the model multiplied."""
    to = view.model.apply._replace(call=lambda c, seed: by * c)
    return view._replace(model=view.model._replace(apply=to))


def test_the_style_picture_is_seen_in_colour_at_its_size(there: None) -> None:
    """48 x 32 at a longer side of 32: 32 x 21."""
    from saddlepoint.systems.vision import picture

    x = picture(Path("style.png"), 32)
    assert x.shape == (1, 3, 21, 32)
    assert x[0, :, 0, 0].tolist() == pytest.approx([200, 40, 30], abs=3)


def test_the_error_in_features_begins_as_steep_as_that_in_pixels_and_only_beside_a_critic(
    straight: tuple[str, api.Run],
) -> None:
    name, run = straight
    if name != "srgan":
        return
    terms = [set(e["losses"]) for e in events(run.folder) if e["event"] == "rounds"]
    assert {"G/decibels"} in terms
    assert any("G/content" in of and "G/decibels" not in of for of in terms)
    kept = newest(run.folder / "checkpoints").saved["unit"].tensors["value"]
    live = Live(read_record(run.folder), {"x": pictures()}, ENGINE)
    unit = live.networks["unit"].value
    assert torch.equal(kept, unit)
    some = live.learnt_from()
    x, y = live.networks["G"](None, some.c[:16]).detach().requires_grad_(), some.x[:16]
    (steep,) = torch.autograd.grad((x - y).square().mean(), x)
    found = [seen_at_2_2(t, live) for t in (x, y)]
    (features,) = torch.autograd.grad((found[0] - found[1]).square().mean(), x)
    assert float(unit) == pytest.approx(float(steep.norm() / features.norm()), rel=1e-3)
    assert float(unit) != 1.0


def seen_at_2_2(x: torch.Tensor, live: Live) -> torch.Tensor:
    from saddlepoint.systems.vision import network

    return network(live.config)((x + 1) / 2, ("relu2_2",))["relu2_2"]


def large() -> Source:
    """The same pictures in twice as many pixels."""
    source = pictures()
    return source._replace(x=source.x.repeat_interleave(2, 2).repeat_interleave(2, 3))


def test_pairs_are_judged_by_lpips_where_its_weights_are_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle(monkeypatch, large)
    heads = {f"lin{i}": torch.rand(n, generator=torch.Generator().manual_seed(i)) for i, n in enumerate(HEADS.values())}
    safetensors.torch.save_file({**{k: t.half() for k, t in layout().items()}, **heads}, "lpips.safetensors")
    run = api.start("tiny", configure("srgan", None, SMALL | OF["srgan"] | {"content": "mse"}), name="judged")
    assert main(["judge", str(run.folder), "--json"]) == 0
    assert "lpips" not in json.loads(capsys.readouterr().out)
    assert main(["judge", str(run.folder), "--lpips", "lpips.safetensors", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["lpips"]
    live = Live(read_record(run.folder), {"x": large()}, ENGINE)
    some = live.unseen(500)
    made = load(run.folder).model.apply.call(some.c, 0).clamp(-1, 1)
    network, w = lpips_parts(Path("lpips.safetensors"))
    a, b = (network((t + 1) / 2, w) for t in (made, some.x))
    assert found["value"] == pytest.approx(float(lpips(a, b, w).mean()), rel=1e-3)
    assert found["value"] > 0
    assert (found["card"]["extractor"], found["card"]["extractor_digest"]) == ("VGG16", network.digest)


def test_lpips_is_refused_where_there_are_no_pairs_or_pictures_too_small(
    straight: tuple[str, api.Run], capsys: pytest.CaptureFixture[str]
) -> None:
    name, run = straight
    words = {"style": "not judged by pairs", "srgan": "16 pixels a side"}
    heads = {f"lin{i}": torch.ones(n) for i, n in enumerate(HEADS.values())}
    safetensors.torch.save_file({**{k: t.half() for k, t in layout().items()}, **heads}, "ones.safetensors")
    assert main(["judge", str(run.folder), "--lpips", "ones.safetensors"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert words[name] in line
    assert main(["judge", str(run.folder), str(run.folder), "--lpips", "ones.safetensors"]) == 2
    assert "--lpips" in capsys.readouterr().err


def test_a_photograph_is_painted_whole_up_to_a_size(straight: tuple[str, api.Run]) -> None:
    """Every pixel decides on every other, so that tiles would be seen."""
    name, run = straight
    if name != "style":
        return
    model = load(run.folder)
    to, asked = model.model.apply, []
    seen = to._replace(call=lambda c, seed: asked.append(tuple(c.shape[2:])) or to.call(c, seed))
    x = torch.zeros(1, 1, 1030, 300)
    model.tiles(x[..., :900, :], seen, 0, None)
    assert asked == [(900, 300)]
    model.tiles(x, seen, 0, None)
    assert asked[1:] == [(1024, 300), (1024, 300)]
