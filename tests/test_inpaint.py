"""Filling holes: where they are, by counting; that what is known stays to the last bit; and how a user says where."""

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from test_denoise import draw, played
from tinyrun import bundle, pictures
from toys import DOUBLE

from saddlepoint.artefact import folder as artefacts
from saddlepoint.cli.applying import applied, read
from saddlepoint.cli.main import main
from saddlepoint.data.batches import Batches
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.networks.filler import Filler, HoleCritic, middle, window
from saddlepoint.planning.begin import configure
from saddlepoint.randomness import Randomness
from saddlepoint.systems.inpaint.holes import BRUSH, HOLES, boxes, center, strokes
from saddlepoint.systems.inpaint.play import SYSTEM


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_middle_quarter_is_not_known() -> None:
    known = center(2, 8, 12, chance())
    for row in range(8):
        for column in range(12):
            assert bool(known[1, 0, row, column]) == (not (2 <= row < 6 and 3 <= column < 9))


def test_boxes_are_boxes() -> None:
    """Where only one was drawn the unknown is a rectangle, with sides in the bounds; some have more than one."""
    rectangles = 0
    for unknown in ~boxes(200, 20, 30, chance())[:, 0]:
        rows, columns = unknown.any(1).nonzero().flatten(), unknown.any(0).nonzero().flatten()
        assert len(rows) >= 4
        assert len(columns) >= 6
        whole = unknown[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
        rectangles += bool(whole)
        if whole and rows[-1] - rows[0] < 10 and columns[-1] - columns[0] < 15:
            assert len(rows) == rows[-1] - rows[0] + 1
    assert 30 < rectangles < 100, "the first of three boxes is always there, each other half of the time"


def test_strokes_are_all_that_is_close_to_a_line() -> None:
    """By distance in float64, from each pixel's middle to each segment, one by one."""
    height, width, n = 12, 16, 3
    known = strokes(n, height, width, chance())
    rng = chance()
    points = torch.rand(n, 2, 5, 2, generator=rng) * torch.tensor([height, width])
    brush = (BRUSH[0] + (BRUSH[1] - BRUSH[0]) * torch.rand(n, 2, 1, 1, 1, generator=rng)).flatten(1) * height
    for i in range(n):
        for row in range(height):
            for column in range(width):
                p, near = torch.tensor([row + 0.5, column + 0.5], dtype=DOUBLE), []
                for s in range(2):
                    for a, b in zip(points[i, s, :-1].double(), points[i, s, 1:].double()):
                        t = float(((p - a) @ (b - a) / ((b - a) @ (b - a))).clamp(0, 1))
                        near.append(float((p - a - t * (b - a)).norm()) - float(brush[i, s]))
                if abs(min(near)) > 1e-4:
                    assert bool(known[i, 0, row, column]) == (min(near) > 0)


@pytest.mark.parametrize("name", ["boxes", "strokes"])
def test_holes_are_a_function_of_the_stream_and_differ(name: str) -> None:
    one, other = (HOLES[name](4, 16, 16, chance(seed)) for seed in (0, 1))
    assert torch.equal(one, HOLES[name](4, 16, 16, chance(0)))
    assert not torch.equal(one, other)
    assert not torch.equal(one[0], one[1])
    share = (~HOLES[name](200, 32, 32, chance())).double().mean()
    assert 0.1 < share < 0.5


def test_what_is_known_stays_and_what_is_not_is_not_read() -> None:
    torch.manual_seed(0)
    G = Filler(2, width=3, halvings=2).to(DOUBLE).eval()
    x, known = draw(3, 2, 8, 8).clamp(-1, 1), HOLES["boxes"](3, 8, 8, chance())
    opacity = 2 * known.to(DOUBLE) - 1
    made = G(None, torch.cat([x, opacity], 1))
    where = known.expand_as(x)
    assert torch.equal(made[where], x[where])
    assert not torch.allclose(made[~where], x[~where])
    other = torch.where(known, x, draw(3, 2, 8, 8, seed=5))
    assert torch.equal(G(None, torch.cat([other, opacity], 1)), made)
    with pytest.raises(SaddlepointError, match="opacity"):
        G(None, x)


def test_the_hole_is_told_as_opacity() -> None:
    config = configure("inpaint", None, {"g.halvings": 2, "batch": 6})
    batch = SYSTEM.feed(
        config, {"x": Batches(pictures(), 6, Randomness(0), "signed", torch.device("cpu"))}, Randomness(1)
    )
    x, c = batch.at(6).x, batch.at(6).c
    known = center(6, 8, 8, chance())
    assert torch.equal(c[:, -1:], 2.0 * known - 1)  # pyright: ignore[reportOptionalSubscript]
    assert torch.equal(c[:, :-1], torch.where(known, x, 0.0))  # pyright: ignore


def test_holes_of_files_are_white_and_a_function_of_position() -> None:
    """8 x 8 noise, and masks that are each white in one column, nearly white beside it and nearly black: which mask an
    example gets is drawn anew for each, among those that are trained on.
    """
    masks = torch.zeros(12, 1, 8, 8, dtype=torch.uint8)
    for i in range(12):
        masks[i, 0, :, i % 7] = 255
        masks[i, 0, :, i % 7 + 1] = 128 if i % 2 else 127
    config = configure("inpaint", None, {"g.halvings": 1, "mask": "files", "masks": "anywhere"})
    cpu, among = torch.device("cpu"), torch.tensor([0, 2, 3, 4, 9])
    feeds = {
        "x": Batches(pictures(), 6, Randomness(0), "signed", cpu),
        "masks": Batches(Source("masks", masks), 6, Randomness(2), "signed", cpu, among),
    }
    one, other = (SYSTEM.feed(config, feeds, Randomness(1)) for _ in range(2))
    c = torch.cat([one.at(place).c for place in range(0, 90, 6)])
    assert torch.equal(c[60:66], other.at(60).c)
    unknown = c[:, -1] < 0
    wanted = {tuple((masks[i, 0] >= 128).flatten().tolist()) for i in among.tolist()}
    assert {tuple(each.flatten().tolist()) for each in unknown} == wanted
    assert not torch.equal(unknown[0], unknown[1]) or not torch.equal(unknown[0], unknown[2])
    assert torch.equal(one.take(torch.arange(4)).c, other.take(torch.arange(4)).c)


@pytest.mark.parametrize("white", [0, 1, 127, 128, 255])
def test_masks_none_of_which_has_a_hole_are_refused(white: int) -> None:
    """As those of 0 and 1, which are all black: nothing would be learned."""
    masks = torch.zeros(12, 1, 8, 8, dtype=torch.uint8)
    masks[5, 0, 2:4, 2:4] = white
    cpu = torch.device("cpu")
    feeds = {"x": Batches(pictures(), 6, Randomness(0), "signed", cpu)}
    feeds["masks"] = Batches(Source("masks", masks), 6, Randomness(2), "signed", cpu)
    config = configure("inpaint", None, {"g.halvings": 1, "mask": "files", "masks": "anywhere"})
    refused = pytest.raises(SaddlepointError, match="masks: no mask has a hole") if white < 128 else nullcontext()
    with refused:
        SYSTEM.feed(config, feeds, Randomness(1))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--mask", "files"], "need both"),
        (["--masks", "other"], "need both"),
        (["--mask", "files", "--masks", "other"], "masks of 8 x 12, for pictures of 8 x 8"),
        (["--mask", "files", "--masks", "nowhere"], "nowhere"),
    ],
)
def test_masks_of_another_size_or_none_are_one_line(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    bundle(monkeypatch)
    Path("other").mkdir()
    for i in range(12):
        Image.new("L", (12, 8), 20 * i).save(f"other/{i}.png")
    assert main(["train", "tiny", "--recipe", "inpaint", "--g.halvings", "1", "--images", "8", *words, "--quiet"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_pictures_with_opacity_are_refused() -> None:
    source = Source("clear", torch.zeros(40, 4, 8, 8, dtype=torch.uint8))
    with pytest.raises(SaddlepointError, match="opacity is for the hole"):
        played("inpaint", (1,), source, {"g.halvings": 2})


def test_a_hole_is_what_is_transparent(tmp_path: Path) -> None:
    live = played("inpaint", (3,), settings={"g.halvings": 2})
    model = live.artefact(live.shipping)
    picture = Image.new("LA", (10, 9), (77, 255))
    picture.paste((200, 0), (3, 3, 6, 7))
    picture.save(tmp_path / "hole.png")
    Image.new("L", (10, 9), 77).save(tmp_path / "whole.png")
    assert read(tmp_path / "hole.png", model).shape == (2, 9, 10)
    places = {tmp_path / f"{name}.png": tmp_path / "out" / f"{name}.png" for name in ("whole", "hole")}
    written, faults = applied(model, places, 0, silent=True)
    assert [path.name for path in written] == ["hole.png"], "the other does not stop it"
    assert [fault.what for fault in faults] == ["nothing in it is transparent, so there is nothing to fill"]
    with Image.open(tmp_path / "out" / "hole.png") as made:
        assert made.mode == "L"
        assert made.size == (10, 9)
        x = np.asarray(made)
        inside = np.zeros(x.shape, bool)
        inside[3:7, 3:6] = True
        assert (x[~inside] == 77).all()
        assert not (x[inside] == 200).any()


def test_what_is_exported_fills_as_what_was_trained(tmp_path: Path) -> None:
    live = played("inpaint", (2, 2), settings={"g.halvings": 2})
    artefacts.export(tmp_path / "generator", live.shipping, live.description("x"), "", b"")
    loaded, c = artefacts.load(tmp_path / "generator"), live.unseen(3).c
    for share in (None, 0.0, 0.5):
        inner = live.artefact(live.shipping).translate(share)
        torch.testing.assert_close(loaded.translate(share).call(c, 0), inner.call(c, 0), rtol=1e-4, atol=1e-5)


def test_the_window_lies_about_the_holes_middle_as_far_as_the_border_allows() -> None:
    """Pixel by pixel, against the place by the definition."""
    height, width, x = 16, 24, draw(5, 2, 16, 24)
    hole = torch.zeros(5, 1, height, width, dtype=torch.bool)
    hole[0, 0, 6:10, 9:13] = True
    hole[1, 0, :3, :2] = True
    hole[2, 0, 15, 23] = True
    hole[3, 0, 4, 5] = hole[3, 0, 10, 15] = True  # two pixels: the window is about the place between
    top, left = middle(hole)
    wanted = [(8 - 5, 11 - 7.5), (0, 0), (6, 9), (7.5 - 5, 10.5 - 7.5), (3, 4.5)]
    for i, (row, column) in enumerate(wanted):
        assert abs(int(top[i]) - row) <= 0.5
        assert abs(int(left[i]) - column) <= 0.5
    found = window(x, top, left)
    assert found.shape == (5, 2, 10, 15)
    for i in range(5):
        assert torch.equal(found[i], x[i, :, top[i] : top[i] + 10, left[i] : left[i] + 15])


def test_the_middle_hole_is_seen_whole_with_a_seam_around() -> None:
    known = center(1, 32, 32, chance())
    top, left = middle(~known)
    seen = window((~known).float(), top, left)
    assert float(seen.sum()) == float((~known).sum())
    assert float(seen[..., 0, :].sum() + seen[..., -1, :].sum() + seen[..., :, 0].sum() + seen[..., :, -1].sum()) == 0


def test_the_local_critic_sees_its_window_and_the_hole_in_it_and_no_more() -> None:
    torch.manual_seed(0)
    D = HoleCritic(2, width=3, layers=1).to(DOUBLE)
    x, known = draw(2, 2, 16, 16).requires_grad_(), torch.ones(2, 1, 16, 16, dtype=torch.bool)
    known[..., 6:13, 7:11] = False  # rows about 9, columns about 8.5
    c = torch.cat([draw(2, 2, 16, 16), 2 * known.to(DOUBLE) - 1], 1)
    (slope,) = torch.autograd.grad(D(x, c).logits.sum(), x)
    inside = torch.zeros(16, 16, dtype=torch.bool)
    inside[4:14, 4:14] = True
    assert bool((slope[:, :, inside] != 0).all())
    assert bool((slope[:, :, ~inside] == 0).all())
    smaller = torch.cat([c[:, :2], 2 * (~inside).expand(2, 1, 16, 16).to(DOUBLE) - 1], 1)
    assert not torch.allclose(D(x, smaller).logits, D(x, c).logits)
    with pytest.raises(SaddlepointError, match="no opacity"):
        D(x, None)


def test_the_window_of_a_small_picture_is_a_patch_at_least() -> None:
    """5/8 of 8 pixels are 5, where a critic of one layer needs 6; a picture too small for that is refused."""
    D = HoleCritic(1, width=3, layers=1).to(DOUBLE)
    known = torch.ones(1, 1, 8, 8, dtype=DOUBLE)
    known[..., 2:6, 2:6] = -1
    x = draw(1, 1, 8, 8).requires_grad_()
    (slope,) = torch.autograd.grad(D(x, torch.cat([draw(1, 1, 8, 8), known], 1)).logits.sum(), x)
    rows, columns = (slope[0, 0] != 0).any(1).sum(), (slope[0, 0] != 0).any(0).sum()
    assert (int(rows), int(columns)) == (6, 6)
    with pytest.raises(SaddlepointError, match="fewer layers"):
        D(x[..., :5, :5], torch.cat([x, known], 1)[..., :5, :5])


def test_r1_holds_every_critic() -> None:
    """Its cost stands in the game as often as it is asked for, and moves both critics elsewhere than without it."""
    found = {}
    for r1 in (0.0, 3.0):
        settings = {"g.halvings": 2, "critic": "both", "d.layers": 0, "r1": r1}
        settings |= {"penalty_every": 2} if r1 else {}
        live = played("inpaint", (1, 4), settings=settings)
        game = live.system.scene(live.record.config, 1, live.networks, live.facts).game
        found[r1] = ([(t.name, t.owner, t.weight, t.every) for t in game.terms if t.owner == "D"], live.networks)
    assert (found[0.0][0], found[3.0][0]) == ([], [("r1", "D", 3.0, 2)])
    for name in ("D", "D_hole"):
        pairs = zip(found[0.0][1][name].parameters(), found[3.0][1][name].parameters())
        assert any(not torch.equal(one, other) for one, other in pairs), name


@pytest.mark.parametrize(("critic", "names"), [("global", {"D"}), ("local", {"D_hole"}), ("both", {"D", "D_hole"})])
def test_each_critic_that_is_asked_for_plays_and_moves(critic: str, names: set[str]) -> None:
    settings = {"g.halvings": 2, "critic": critic, "d.layers": 0}
    before, after = (played("inpaint", (1, n), settings=settings).networks for n in (1, 2))
    assert set(after) == {"G", "first"} | names
    for name in ("G", *names):
        pairs = zip(before[name].parameters(), after[name].parameters())
        assert any(not torch.equal(one, other) for one, other in pairs), name


def test_a_local_critic_where_none_plays_is_refused() -> None:
    alone = [{"images": 10}]
    with pytest.raises(SaddlepointError, match="critic"):
        configure("inpaint", None, {"stages": alone, "critic": "local"})
