"""What `make fuzz` begins with is good: each file is read by its reader before it is damaged."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import silent
from saddlepoint.data.survey import survey

FILE = Path(__file__).parents[1] / "scripts" / "fuzz.py"


@pytest.fixture
def fuzz() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_kind_of_picture_is_read(fuzz: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    suffixes = {suffix for suffix, _ in fuzz.seeds(tmp_path / "made")}
    assert {".png", ".tif", ".dib", ".avif", ".csv", ".npz", ".zip"} <= suffixes
    for suffix, content in fuzz.pictures(fuzz.np.random.default_rng(0)).items():
        folder = tmp_path / suffix
        folder.mkdir()
        (folder / f"one{suffix}").write_bytes(content)
        (folder / f"two{suffix}").write_bytes(content)
        assert survey(Reading(name=str(folder)), silent).source.size == 2, suffix
