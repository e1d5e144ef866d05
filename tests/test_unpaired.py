"""Translation without pairs: networks, costs against sums written out, the feed, runs that are cut, refusals."""

import json
import math
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image
from tinyrun import Cut, Seen, outcome
from torch import Tensor

from saddlepoint import api
from saddlepoint.artefact.folder import load
from saddlepoint.cli.main import main
from saddlepoint.data.batches import Batches
from saddlepoint.data.facts import About
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.algorithm import play
from saddlepoint.networks.contrast import Heads, patch_nce, places
from saddlepoint.networks.translator import Translator, margin
from saddlepoint.planning import budget as plan
from saddlepoint.planning.begin import configure
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch
from saddlepoint.running.opened import opened
from saddlepoint.storage.checkpoint import newest
from saddlepoint.systems.catalog import system
from saddlepoint.systems.unpaired import Beside, descriptors, judged

TINY = {
    "engine.threads": 1,
    "engine.precision": "float32",
    "device": "cpu",
    "judge.share": 0,
    "seed": 3,
    "snapshots": 3,
    "averages": "100,20",
    "checkpoint_images": 40,
    "journal_images": 16,
    "data.held_out": 0.2,
    "to.held_out": 0.2,
    "g.width": 4,
    "g.blocks": 1,
    "d.width": 4,
    "d.layers": 1,
    "batch": 4,
    "images": 120,
    "to": "b",
}
OWN = {"cyclegan": {"pool": 6}, "cut": {"sites": 8, "head": 6}}
WAYS = tuple(OWN)


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture(scope="module", autouse=True)
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Forty pictures of each kind, 16 x 16: red with a blue square, green with a white one, in any places."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "SECONDS", 0.0)
        patch.chdir(tmp_path_factory.mktemp("unpaired"))
        kinds = {"a": ((200, 60, 40), (20, 20, 90)), "b": ((40, 160, 60), (240, 240, 200))}
        for name, (ground, ink) in kinds.items():
            chance = random.Random(name)
            Path(name).mkdir()
            for i in range(40):
                picture, noise = Image.new("RGB", (16, 16), ground), chance.randbytes(16 * 16 * 3)
                left, top = chance.randrange(9), chance.randrange(9)
                picture.paste(ink, (left, top, left + 6, top + 6))
                Image.blend(picture, Image.frombytes("RGB", (16, 16), noise), 0.2).save(f"{name}/{i:02d}.png")
        yield


@pytest.fixture(scope="module", params=WAYS)
def straight(request: pytest.FixtureRequest, folders: None) -> tuple[str, api.Run]:
    return request.param, begun(request.param, f"{request.param}-straight")


def begun(name: str, as_: str, watcher: Seen | None = None) -> api.Run:
    return api.start("a", configure(name, None, TINY | OWN[name]), name=as_, watcher=watcher)


@pytest.mark.parametrize(("halvings", "blocks"), [(1, 1), (2, 1), (2, 2)])
def test_the_field_of_a_translator_ends_where_it_says(halvings: int, blocks: int) -> None:
    """By gradients: of all places in the grid of the smallest map, the furthest pixel that reaches one of x."""
    torch.manual_seed(0)
    net = Translator(1, 1, width=2, halvings=halvings, blocks=blocks).double()
    for p in net.parameters():  # all positive: nothing is rectified away, nothing cancels
        p.data = 0.01 + p.data.abs() / 10
    reach, step = margin(halvings, blocks), net.step
    side = -(-2 * (reach + 2 * step) // step) * step + step
    furthest = 0
    for place in range(side // 2 // step * step, side // 2 // step * step + step):
        c = torch.zeros(1, 1, side, side, dtype=torch.float64, requires_grad=True)
        (g,) = torch.autograd.grad(net(None, c)[0, 0, place, place], c)
        rows, columns = g[0, 0].nonzero(as_tuple=True)
        furthest = max(furthest, int((rows - place).abs().max()), int((columns - place).abs().max()))
    assert furthest == net.margin == reach


def test_blocks_begin_as_nothing_and_maps_are_those_on_the_way() -> None:
    torch.manual_seed(0)
    net, c = Translator(3, 3, width=4, halvings=2, blocks=3), drawn(2, 3, 16, 16).float()
    maps = net.maps(c)
    assert [tuple(h.shape[1:]) for h in maps] == [(4, 16, 16), (8, 8, 8), (16, 4, 4), (16, 4, 4), (16, 4, 4)]
    assert net.sizes == tuple(h.shape[1] for h in maps)
    assert torch.equal(maps[2], maps[4])
    for p in net.blocks.parameters():
        torch.nn.init.normal_(p, 0, 0.1)
    *_, before, middle, after = net.maps(c)
    assert torch.equal(net.blocks[:1](before), middle)
    assert torch.equal(net.blocks(before), after)
    assert torch.equal(net(None, c), torch.tanh(net.last(torch.relu(net.ups(after)))))


def test_the_contrastive_cost_is_its_sum() -> None:
    q, k = (torch.nn.functional.normalize(drawn(2, 5, 3, seed=seed), dim=2) for seed in (1, 2))
    for b, found in enumerate(patch_nce(q, k, 0.3).tolist()):
        total = 0.0
        for s in range(5):
            likenesses = [math.exp(float(q[b, s] @ k[b, other]) / 0.3) for other in range(5)]
            total -= math.log(likenesses[s] / sum(likenesses)) / 5
        assert found == pytest.approx(total, rel=1e-12)


def test_the_contrastive_cost_where_nothing_or_all_can_be_told() -> None:
    same = torch.ones(1, 7, 4, dtype=torch.float64) / 2
    assert patch_nce(same, same, 0.07).item() == pytest.approx(math.log(7), rel=1e-12)
    apart = torch.eye(4, dtype=torch.float64)[None]
    exact = math.log(1 + 3 * math.exp(-1 / 0.5))
    assert patch_nce(apart, apart, 0.5).item() == pytest.approx(exact, rel=1e-12)
    assert patch_nce(apart, apart.roll(1, 1), 0.5).item() == pytest.approx(exact + 2, rel=1e-12)


def test_heads_read_the_places_they_are_given() -> None:
    maps = (drawn(2, 3, 4, 5), drawn(2, 6, 2, 2))
    where = places(maps, 7, torch.Generator().manual_seed(0))
    assert [len(each) for each in where] == [7, 4]
    assert all(len(set(each.tolist())) == len(each) for each in where), "drawn without replacement"
    heads = Heads((3, 6), 8).double()
    for found, head, h, some in zip(heads(maps, where), heads.layers, maps, where):
        assert found.shape == (2, len(some), 8)
        for i, place in enumerate(some.tolist()):
            v = head(h[:, :, place // h.shape[3], place % h.shape[3]])
            torch.testing.assert_close(found[:, i], v / v.norm(dim=1, keepdim=True))


def source(n: int, first: int = 0) -> Source:
    """Example i is a picture of the number first + i alone."""
    numbers = torch.arange(first, first + n, dtype=torch.uint8)
    return Source(f"{n} from {first}", numbers.view(-1, 1, 1, 1).expand(-1, 1, 4, 4).contiguous())


def batches(given: Source, kept: list[int], seed: int = 0) -> Batches:
    among = torch.tensor([i for i in range(given.size) if i not in kept])
    return Batches(given, 3, Randomness(seed), "raw", torch.device("cpu"), among)


def values(batch: Batch, side: str) -> list[int]:
    assert not isinstance(batch.x, Tensor)
    return batch.x[side][:, 0, 0, 0].int().tolist()


def test_beside_each_side_has_its_own_order_and_ranks_go_together() -> None:
    a, b = batches(source(10), [1, 4, 8]), batches(source(6, 100), [0, 5], seed=1)
    feed = Beside(a, b)
    some = feed.at(6)
    assert values(some, "a") == a.at(6).x[:, 0, 0, 0].tolist()  # pyright: ignore
    assert values(some, "b") == b.at(6).x[:, 0, 0, 0].tolist()  # pyright: ignore
    assert some.c is not None
    assert some.c[:, 0, 0, 0].tolist() == values(some, "a"), "a is what is translated"
    held = feed.take(torch.tensor([8, 1, 4]))
    assert values(held, "a") == [8, 1, 4]
    assert values(held, "b") == [100, 100, 105], "ranks 2, 0, 1 of two"
    seen = feed.take(torch.tensor([0, 3, 9, 7]))
    assert values(seen, "b") == [101, 103, 103, 102], "ranks 0, 2, 6, 5 of four"
    alone = Beside(a, batches(source(6, 100), [], seed=1))
    assert values(alone.take(torch.tensor([4])), "b") == [101], "none held out there"


def game(name: str, **settings: object):
    """(scene, networks, batch) of a system on random pictures, everything in float64."""
    told = TINY | OWN[name] | settings
    config, kind = configure(name, None, told), system(name)
    about = About("pictures", (3, 16, 16), "uint8")
    torch.manual_seed(1)
    nets = {key: net.double() for key, net in kind.networks(config, {"x": about, "to": about}).items()}
    for net in nets.values():
        for p in net.parameters():
            p.data += 0.05 * torch.randn(p.shape, dtype=p.dtype)
    a, b = (drawn(4, 3, 16, 16, seed=seed).tanh() for seed in (1, 2))
    return kind.scene(config, 0, nets, {"x": about, "to": about}), nets, Batch({"a": a, "b": b}, a)


def test_the_costs_of_a_round_there_and_back_are_the_papers() -> None:
    """Of the networks as they were before it: D moves on what G made before either moved."""
    scene, nets, batch = game("cyclegan")
    a, b = batch.x["a"], batch.x["b"]  # pyright: ignore
    G, F = (lambda x, net=nets[name]: net(None, x) for name in ("to_b", "to_a"))
    with torch.no_grad():
        fake_b, fake_a = G(a), F(b)
        far = {
            "G/cycle": (F(fake_b) - a).abs().mean() + (G(fake_a) - b).abs().mean(),
            "G/identity": (G(b) - b).abs().mean() + (F(a) - a).abs().mean(),
            "G": sum((nets[d](x).logits - 1).square().mean() for d, x in (("of_b", fake_b), ("of_a", fake_a))),
            "D": sum(
                0.5 * (nets[d](x).logits - 1).square().mean() + 0.5 * nets[d](fake).logits.square().mean()
                for d, x, fake in (("of_b", b, fake_b), ("of_a", a, fake_a))
            ),
        }
    before = {name: net.state_dict()["first.weight"].clone() for name, net in nets.items() if name.startswith("to")}
    (round, *_) = [next(play(scene.game, iter([batch]), schedule=scene.schedule))]
    assert dict(round.losses) == pytest.approx({name: float(cost) for name, cost in far.items()}, rel=1e-9)
    assert all(not torch.equal(nets[name].state_dict()["first.weight"], old) for name, old in before.items())
    assert [term.weight for term in scene.game.terms] == [10.0, 5.0]
    assert int(nets["pool_a"].seen) == int(nets["pool_b"].seen) == 4, "G's step leaves no trace in a pool"
    assert torch.equal(nets["pool_b"].kept[:4], fake_b)


def test_critics_are_shown_earlier_fakes() -> None:
    """Once the pool is full, D's cost is that of the fakes that the pool gives out."""
    scene, nets, batch = game("cyclegan", pool=4, lr=1e-9)
    rounds = play(scene.game, iter([batch] * 3), schedule=scene.schedule)
    next(rounds)
    with torch.no_grad():
        nets["pool_b"].kept.fill_(9.0)
        nets["pool_a"].kept.fill_(9.0)
    strange = [next(rounds).losses["D"] for _ in range(2)]
    scene, _, batch = game("cyclegan", pool=0, lr=1e-9)
    usual = [round.losses["D"] for round in play(scene.game, iter([batch] * 2), schedule=scene.schedule)]
    assert max(strange) > 2 * max(usual)


def test_the_contrastive_terms_of_a_round_are_the_papers() -> None:
    """Over all sites, so that which are drawn makes no difference; negatives are of a, and do not move."""
    scene, nets, batch = game("cut", sites=4096)
    a, b = batch.x["a"], batch.x["b"]  # pyright: ignore
    G, heads = nets["to_b"], nets["heads"]

    def cost(x: Tensor) -> float:
        with torch.no_grad():
            here, there = G.maps(x), G.maps(G(None, x))  # pyright: ignore
            every = [torch.arange(h.shape[2] * h.shape[3]) for h in here]
            found = [patch_nce(q, k, 0.07).mean() for q, k in zip(heads(there, every), heads(here, every))]
            return float(torch.stack(found).mean())

    expected = {"G/patches": cost(a), "G/identity": cost(b)}
    round = next(play(scene.game, iter([batch]), schedule=scene.schedule))
    assert {name: round.losses[name] for name in expected} == pytest.approx(expected, rel=1e-9)
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in heads.parameters()), "heads learn too"


def test_descriptors_are_means_and_spreads_of_cells() -> None:
    x = torch.rand(2, 3, 8, 12, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    cell = x[1, 2, 2:4, 9:12]  # row 1, column 3
    found = descriptors(x)[1].view(2, 3, 4, 4)
    assert float(found[0, 2, 1, 3]) == pytest.approx(float(cell.mean()))
    assert float(found[1, 2, 1, 3]) == pytest.approx(float(cell.std(correction=0)))
    assert descriptors(torch.rand(1, 1, 9, 10)).shape == (1, 32), "what is left over at an edge is not looked at"


@pytest.mark.slow
def test_a_run_that_is_cut_anywhere_ends_as_one_that_never_was(straight: tuple[str, api.Run]) -> None:
    name, run = straight
    folder = Path("runs") / f"{name}-cut"
    with pytest.raises(Cut):
        begun(name, folder.name, Seen(52))
    with pytest.raises(Cut):
        api.resume(folder, watcher=Seen(92))
    api.resume(folder)
    assert outcome(folder) == outcome(run.folder)
    weights = [f / "generator" / "generator.safetensors" for f in (folder, run.folder)]
    assert weights[0].read_bytes() == weights[1].read_bytes()
    last = newest(folder / "checkpoints")
    assert last is not None
    both = {"to_b", "to_a", "of_b", "of_a", "pool_a", "pool_b"}
    wanted = both if name == "cyclegan" else {"to_b", "of_b", "heads"}
    assert set(last.saved) == wanted | {"optimiser-G", "optimiser-D", "average-100", "average-20", "progress"}
    if name == "cyclegan":
        assert int(last.saved["pool_b"].tensors["seen"]) == 120


def test_what_is_shipped_says_nothing_of_where_data_lie(straight: tuple[str, api.Run]) -> None:
    _, run = straight
    text = (run.folder / "generator" / "config.json").read_text()
    assert str(Path.cwd()) not in text
    assert json.loads(text)["can"] == ["apply"]
    assert load(run.folder).description.facts["to"].shape == (3, 16, 16)


def test_it_is_judged_by_pictures_of_both_kinds(straight: tuple[str, api.Run]) -> None:
    """By the run's own judge again: the distance is that of the models' colours, the way back that of a from a."""
    name, run = straight
    measures = json.loads((run.folder / "measures.json").read_text())
    assert set(measures) == {"colours"} | ({"cycle"} if name == "cyclegan" else set())
    live = opened(run.folder, print).live()
    live.restore(run.folder / "checkpoints")
    view = live.view()._replace(some=live.unseen(500))
    again = judged(view)
    assert {key: m.value for key, m in again.items()} == pytest.approx({k: m["value"] for k, m in measures.items()})
    true = view.some.x["b"]  # pyright: ignore
    perfect = view._replace(
        model=view.model._replace(apply=view.model.apply._replace(call=lambda c, s: true[: len(c)]))
    )  # pyright: ignore
    assert judged(perfect)["colours"].value < again["colours"].value
    assert view.whose == {"x": "training", "to": "training"}  # of so few none are held out
    reference = again["colours"].card.reference
    assert re.match(r"the second set, \d+ training examples, ", reference)
    for whose, said in (("held-out", "held-out"), ("training", "training")):
        seen = judged(view._replace(whose={"x": "held-out", "to": whose}))["colours"]
        assert seen.card.reference == reference.replace("training", said)
    page = (run.folder / "report.html").read_text()
    assert "What it makes of its input" in page
    assert ("on the way back" in page) == (name == "cyclegan")
    assert "what it should have been" not in page


def test_apply_goes_both_ways_where_there_are_two(
    straight: tuple[str, api.Run], capsys: pytest.CaptureFixture[str]
) -> None:
    name, run = straight
    model = load(run.folder)
    assert main(["apply", str(run.folder), "a/00.png", "-o", f"{name}.png"]) == 0
    code = main(["apply", str(run.folder), "b/00.png", "--back", "-o", f"{name}-back.png"])
    if name == "cut":
        assert code == 2
        assert "this model cannot translate back" in capsys.readouterr().err
        return
    assert code == 0
    with Image.open("b/00.png") as given, Image.open(f"{name}-back.png") as made:
        c, x = (torch.frombuffer(bytearray(p.tobytes()), dtype=torch.uint8).view(16, 16, 3) for p in (given, made))
    net = model.networks["to_a"]
    wanted = (net(None, c.permute(2, 0, 1)[None].float() / 127.5 - 1)[0].permute(1, 2, 0) + 1) * 127.5
    assert (x.float() - wanted.detach()).abs().max() <= 0.51


def test_a_large_picture_goes_through_in_tiles_as_it_would_whole(straight: tuple[str, api.Run]) -> None:
    model = load(straight[1].folder)
    to = model.model.apply
    assert to is not None
    c = torch.rand(1, 3, 300, 264, generator=torch.Generator().manual_seed(0)) * 2 - 1
    torch.testing.assert_close(model.tiles(c, to, 0, None), to.call(c, 0), atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "needs a second set of data"),
        (("--to.size", "16"), "needs a second set of data"),
        (("--to", "a"), "it is the first set of data again"),
        (("--to", "nowhere"), "nothing at that path"),
        (("--to", "digits"), "its pictures are 1 x 28 x 28 uint8, those of the first set 3 x 16 x 16 uint8"),
        (("--to", "b", "--to.size", "8"), "(give --size 16x16)"),
        (("--to", "ring8"), "takes pictures, not points"),
        (("--to", "b", "--size", "18"), "cannot be halved 2 times"),
        (("--to", "b", "--to.name", "b"), "says the same"),
    ],
)
def test_a_second_set_that_will_not_do_is_one_line(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["train", "a", "--recipe", "cyclegan", "--images", "8", "--root", "never", *words])
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("saddlepoint: ")]
    assert code == 2
    assert len(lines) == 1
    assert said in lines[0]


def test_other_recipes_have_no_second_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "a", "--to", "b", "--images", "8"]) == 2
    assert "cyclegan have it" in capsys.readouterr().err


def test_few_pictures_are_not_judged() -> None:
    config = configure("cyclegan", None, TINY | {"images": 8, "data.held_out": 0.05, "to.held_out": 0.05})
    live = opened(api.start("a", config, name="few").folder, print).live()
    with pytest.raises(SaddlepointError, match="fewer than three"):
        judged(live.view()._replace(some=live.unseen(2)))
