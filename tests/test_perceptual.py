"""What a network sees: content and style by hand, LPIPS by its definition, VGG16 layer by layer, its file."""

from pathlib import Path

import pytest
import safetensors.torch
import torch
from seeing import WIDTHS, layout, saved
from torch.nn.functional import conv2d, max_pool2d, relu

from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.extractors.vgg import HEADS, lpips_parts, vgg
from saddlepoint.networks.stylist import Stylist, Touch
from saddlepoint.networks.vgg import LAYERS, VGG16
from saddlepoint.statistics.perceptual import apart, gram, lpips, roughness

DOUBLE = torch.float64


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_two_things_are_apart_by_a_share_of_both() -> None:
    """(3 - 1)^2 + (0 - 2)^2 of 9 + 0 + 1 + 4; equal 0; nothing in common 1; against one for all."""
    a = torch.tensor([[3.0, 0.0], [1.0, 2.0], [0.0, 5.0]], dtype=DOUBLE)
    b = torch.tensor([[1.0, 2.0]], dtype=DOUBLE)
    assert apart(a, b).tolist() == pytest.approx([8 / 14, 0.0, (1 + 9) / (25 + 5)])
    assert apart(torch.tensor([[7.0, 0.0]]), torch.tensor([[0.0, 0.1]])).item() == pytest.approx(1.0)
    assert torch.equal(apart(9 * a, 9 * b), apart(a, b))
    assert apart(torch.zeros(1, 2), torch.zeros(1, 2)).item() == 0.0


def test_a_gram_matrix_by_its_sum_and_of_any_size() -> None:
    a = torch.rand(2, 3, 4, 5, dtype=DOUBLE, generator=chance())
    for n in range(2):
        for i in range(3):
            for j in range(3):
                total = sum(float(a[n, i, y, x] * a[n, j, y, x]) for y in range(4) for x in range(5))
                assert gram(a)[n, i, j].item() == pytest.approx(total / (3 * 4 * 5))
    torch.testing.assert_close(gram(a.repeat(1, 1, 2, 3)), gram(a))
    mixed = a.flatten(2)[..., torch.randperm(20, generator=chance(1))].view_as(a)
    torch.testing.assert_close(gram(mixed), gram(a))  # wherever things are


def test_roughness_of_a_ramp_and_of_a_board() -> None:
    """A ramp of .1 a row: .01; a board of -1 and 1: 4 down and 4 across."""
    ramp = (0.1 * torch.arange(5.0, dtype=DOUBLE))[:, None].expand(1, 2, 5, 7)
    board = (2.0 * ((torch.arange(6)[:, None] + torch.arange(6)) % 2) - 1).expand(1, 1, 6, 6)
    assert roughness(ramp).item() == pytest.approx(0.01)
    assert roughness(board).item() == pytest.approx(8.0)


def test_lpips_by_hand() -> None:
    """Two layers. In the first the vectors of one place of two are at right angles, lengths do not matter: (2 + 3) / 2.
    In the second u = (.6, .8), v = (1, 0): w (.16 + .64) with w = 10 is 8, at every place.
    """
    a = {"one": torch.tensor([[7.0, 5.0], [0.0, 0.0]]).view(1, 2, 1, 2), "two": torch.tensor([3.0, 4.0])}
    b = {"one": torch.tensor([[0.0, 9.0], [2.0, 0.0]]).view(1, 2, 1, 2), "two": torch.tensor([5.0, 0.0])}
    a["two"], b["two"] = (t["two"].view(1, 2, 1, 1).expand(1, 2, 3, 3) for t in (a, b))
    heads = {"one": torch.tensor([2.0, 3.0]), "two": torch.tensor([10.0, 10.0])}
    assert lpips(a, b, heads).item() == pytest.approx(2.5 + 8.0)
    assert lpips(b, a, heads).item() == pytest.approx(2.5 + 8.0)
    assert lpips(a, a, heads).item() == 0.0
    with pytest.raises(SaddlepointError, match="other layers"):
        lpips({"one": a["one"]}, b, heads)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("vgg") / "vgg.safetensors")


def test_it_sees_what_the_layers_in_their_order_see(file: Path) -> None:
    """Written out: normalised, then convolutions and rectifiers, a pooling after 2, 4, 7 and 10 of them."""
    weights, x = safetensors.torch.load_file(file), torch.rand(2, 3, 17, 20, generator=chance())
    wanted, place, h = {}, 0, x - torch.tensor([0.485, 0.456, 0.406])[:, None, None]
    h = h / torch.tensor([0.229, 0.224, 0.225])[:, None, None]
    for count, _ in enumerate(WIDTHS, start=1):
        h = relu(conv2d(h, *(weights[f"features.{place}.{which}"].float() for which in ("weight", "bias")), padding=1))
        wanted[place + 1] = h
        place += 2
        if count in (2, 4, 7, 10):
            h, place = max_pool2d(h, 2), place + 1
    known = {"relu1_2": 3, "relu2_2": 8, "relu3_3": 15, "relu4_3": 22, "relu5_3": 29}
    assert {name: LAYERS[name] for name in known} == known  # as torchvision's vgg16.features counts them
    found = vgg(file)(x, ("relu4_3", "relu1_2", "relu5_3", "relu2_2", "relu3_3"))
    for name, at in known.items():
        torch.testing.assert_close(found[name], wanted[at], rtol=1e-3, atol=1e-4)
        assert found[name].std() > 0


def test_grey_is_three_equal_channels_and_a_picture_may_be_too_small(file: Path) -> None:
    network, grey = vgg(file), torch.rand(1, 1, 8, 8, generator=chance())
    one, three = (network(x, ("relu2_2",))["relu2_2"] for x in (grey, grey.expand(1, 3, 8, 8)))
    assert torch.equal(one, three)
    assert not any(p.requires_grad for p in network.parameters())
    for wrong in (grey[..., :7], grey.expand(1, 2, 8, 8)):
        with pytest.raises(SaddlepointError, match="x has shape"):
            network(wrong, ("relu4_3",))


def test_reading_it_draws_nothing_and_needs_no_head(file: Path, tmp_path: Path) -> None:
    before = torch.random.get_rng_state()
    network = vgg(file)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert next(network.parameters()).dtype == torch.float32
    assert len(network.digest) == 64
    more = {**safetensors.torch.load_file(file), "classifier.0.weight": torch.zeros(2)}
    safetensors.torch.save_file(more, tmp_path / "whole.safetensors")
    x = torch.rand(1, 3, 8, 8, generator=chance())
    assert torch.equal(
        vgg(tmp_path / "whole.safetensors")(x, ("relu1_2",))["relu1_2"], network(x, ("relu1_2",))["relu1_2"]
    )


@pytest.mark.parametrize("fault", ["missing", "shape", "text", "absent"])
def test_other_files_are_refused_in_a_line(file: Path, fault: str, tmp_path: Path) -> None:
    path, tensors = tmp_path / "other.safetensors", dict(layout())
    if fault == "missing":
        del tensors["features.28.bias"]
    elif fault == "shape":
        tensors["features.5.weight"] = torch.zeros(128, 64, 1, 1)
    if fault == "text":
        path.write_text("not weights")
    elif fault != "absent":
        safetensors.torch.save_file({name: t.half() for name, t in tensors.items()}, path)
    words = {"missing": "features.28.bias", "shape": "features.5.weight", "text": "not a file", "absent": "cannot be"}
    with pytest.raises(SaddlepointError, match=words[fault]) as told:
        vgg(path)
    assert told.value.where == str(path)


def test_a_file_for_lpips_has_heads_that_are_not_negative(file: Path, tmp_path: Path) -> None:
    tensors, path = safetensors.torch.load_file(file), tmp_path / "lpips.safetensors"
    heads = {f"lin{i}": torch.rand(1, channels, 1, 1) for i, channels in enumerate(HEADS.values())}
    safetensors.torch.save_file(tensors | heads, path)
    network, found = lpips_parts(path)
    assert {name: tuple(w.shape) for name, w in found.items()} == {name: (n,) for name, n in HEADS.items()}
    assert torch.equal(found["relu3_3"], heads["lin2"].flatten())
    assert isinstance(network, VGG16)
    heads["lin3"] = heads["lin3"] - 2
    safetensors.torch.save_file(tensors | heads, path)
    with pytest.raises(SaddlepointError, match="lin3"):
        lpips_parts(path)


def test_a_painter_begins_with_the_photograph_and_knows_how_far_it_sees() -> None:
    torch.manual_seed(0)
    G, whole = (Stylist(1, width=4, blocks=1, normalise=normalise).double() for normalise in (False, True))
    c = 1.96 * torch.rand(1, 1, 96, 96, dtype=DOUBLE, generator=chance()) - 0.98
    for network in (G, whole):
        torch.testing.assert_close(network(None, c), c)
        torch.nn.init.normal_(network.last.weight, 0.0, 0.02)
    assert (G.margin, whole.margin) == (25, None)
    for block in (layer for layer in G.body if isinstance(layer, Touch)):
        torch.nn.init.normal_(block.branch[-1].weight)
    c.requires_grad_()
    reach = 0
    for y in range(44, 48):
        (slope,) = torch.autograd.grad(G(None, c)[0, 0, y, 47], c)
        rows = slope[0, 0].abs().sum(1).nonzero().flatten()
        reach = max(reach, y - int(rows.min()), int(rows.max()) - y)
    assert reach in (24, 25)
    (slope,) = torch.autograd.grad(whole(None, c)[0, 0, 47, 47], c)
    assert bool((slope != 0).all())  # through the mean of each map
    for wrong in (c[..., :94], c[..., :4], c.expand(1, 3, 96, 96), None):
        with pytest.raises(SaddlepointError, match="stylist"):
            G(None, wrong)
