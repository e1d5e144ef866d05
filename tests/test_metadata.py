"""What the package says of itself to installers, to the Hub and to whoever cites it."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from saddlepoint import __version__
from saddlepoint.artefact.card import licence_of, matter
from saddlepoint.artefact.description import Description
from saddlepoint.data.facts import About
from saddlepoint.planning.begin import configure

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
OWN = re.compile(r"saddlepoint\[([\w,]+)\]")


def inside(extra: str) -> set[str]:
    """The packages of an extra, those of extras within it too."""
    found = set()
    for wanted in EXTRAS[extra]:
        own = OWN.fullmatch(wanted)
        found |= {each for name in own[1].split(",") for each in inside(name)} if own else {wanted}
    return found


def test_all_is_all_and_eval_is_what_a_run_can_be_judged_by() -> None:
    assert inside("all") == {package for extra in EXTRAS for package in inside(extra)}
    assert inside("eval") == inside("features") | inside("inception")


def test_every_extra_that_a_message_or_a_page_names_is_there() -> None:
    texts = [path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py")]
    texts += [path.read_text("utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))]
    named = {name for text in texts for found in OWN.findall(text) for name in found.split(",")}
    assert {"plots", "theory", "features", "inception", "track"} <= named <= set(EXTRAS)


def test_licences_and_classifiers() -> None:
    assert PROJECT["license"] == "Apache-2.0 AND CC-BY-SA-3.0"
    assert all((ROOT / name).is_file() for name in PROJECT["license-files"])
    assert "CC BY-SA 3.0" in (ROOT / PROJECT["license-files"][1]).read_text("utf-8")
    classifiers = pytest.importorskip("trove_classifiers").classifiers
    assert set(PROJECT["classifiers"]) <= classifiers
    assert PROJECT["version"] == __version__


def test_the_citation_is_of_this_version() -> None:
    said = yaml((ROOT / "CITATION.cff").read_text("utf-8"))
    assert (said["version"], said["type"], said["cff-version"]) == (__version__, "software", "1.2.0")
    assert said["license"] == PROJECT["license"].split(" AND ")


def yaml(text: str) -> dict:
    return pytest.importorskip("yaml").safe_load(text)


@pytest.mark.parametrize(
    ("said", "known"),
    {
        "CC BY-SA 3.0 (MNIST, Yann LeCun, Corinna Cortes, Christopher Burges)": "cc-by-sa-3.0",
        "cc-by-4.0": "cc-by-4.0",
        "CC BY-NC 4.0": "cc-by-nc-4.0",
        "CC0": "cc0-1.0",
        "CC0-1.0": "cc0-1.0",
        "MIT": "mit",
        "unstated": "unknown",
        "made by this program": "other",
        "CC BY-NC-ND 4.0": "other",
        "cc-by-4.01": "other",
        "mit-like": "other",
    }.items(),
)
def test_licences_by_the_hubs_names(said: str, known: str) -> None:
    assert licence_of(said) == known


def test_a_card_begins_with_what_the_hub_reads() -> None:
    """Whatever the licence is called: a text of JSON is one of YAML."""
    for licence, known in (("CC0", "cc0-1.0"), ('mine: "all"\n---\nno', "other")):
        facts = {"x": About("pictures", (1, 8, 8), "uint8", 0.0, 255.0), "c": About("labels", names=("a", "b"))}
        about = Description(config=configure("modern", None, {}), facts=facts, can=("sample",), licence=licence)
        text = matter(about)
        assert text.startswith("---\n")
        assert text.endswith("\n---\n\n")
        found = yaml(text.strip().removesuffix("---"))
        assert found["library_name"] == "saddlepoint"
        assert (found["license"], found.get("license_name")) == (known, licence if known == "other" else None)
        assert found["pipeline_tag"] == "unconditional-image-generation"
        assert found["tags"] == ["generative", "gan", "modern", "pictures", "class-conditional"]
        assert all(json.dumps(value) in text for value in found.values())
